"""What the README promises is there: its commands, its targets, the answer that it shows."""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.support import ROOT

README = ROOT / "README.md"
SHOWN = re.compile(r"(## What it prints\n\n```text\n)(.*?)(```)", re.DOTALL)


SENTENCE = re.compile(r"^The United States loses .*?(?=\n\n)", re.DOTALL | re.MULTILINE)
QUOTED = re.compile(r"(?:^> .*\n)+", re.MULTILINE)


def quoted(brief: str) -> str:
    """Return the sentence on who loses how much, as a quotation."""
    found = SENTENCE.search(brief)
    assert found is not None
    lines = textwrap.wrap(" ".join(found[0].split()), 100, break_on_hyphens=False)
    return "".join(f"> {line}\n" for line in lines)


def console_lines(*pages: str) -> list[str]:
    """Return the commands of the console blocks of pages, comments cut off."""
    text = "\n".join((ROOT / page).read_text(encoding="utf-8") for page in pages)
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line[2:].split(" #")[0].strip() for line in lines if line.startswith("$ ")]


def test_every_make_target_that_is_mentioned_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    lines = console_lines(
        "README.md", "CONTRIBUTING.md", "docs/index.md", "docs/learn/first-hour.md"
    )
    used = {word for line in lines if line.startswith("make ") for word in line.split()[1:]}
    assert {"demo", "test"} <= used
    assert used <= targets


def test_every_command_that_is_mentioned_exists():
    from typer.main import get_command

    from upperhand.cli.app import app

    for line in console_lines("README.md", "docs/learn/first-hour.md"):
        words = line.split()
        if words[0] != "upperhand":
            continue
        command = get_command(app)
        for word in words[1:]:
            if not hasattr(command, "commands"):
                break
            assert word in command.commands, line
            command = command.commands[word]


def test_readme_shows_the_answer_that_the_command_gives(refresh_expected):
    """The brief of `upperhand run october-2025`, up to the lines that name files."""
    import upperhand

    text = README.read_text(encoding="utf-8")
    run = upperhand.run("october-2025", decompose=False)
    brief = upperhand.brief(run).rstrip()
    named = set(re.findall(r"runs/october-2025-([0-9a-f]{16})/", text))
    assert named == {run.fingerprint}, "the README names another run's files"
    shown = SHOWN.search(text)
    assert shown is not None
    files = re.findall(r"^(?:Report|Record): .*$", shown[2], re.MULTILINE)
    if refresh_expected:
        new = "\n".join([brief, *files])
        text = SHOWN.sub(lambda m: f"{m[1]}{new}\n{m[3]}", text)
        README.write_text(QUOTED.sub(lambda _: quoted(brief), text, count=1), encoding="utf-8")
        pytest.skip("README.md written anew")
    assert shown[2].split("\nReport: ")[0].rstrip() == brief
    sentence = QUOTED.search(text)
    assert sentence is not None
    assert sentence[0] == quoted(brief)
