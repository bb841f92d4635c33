"""Every command's help has an example, every example is a command, and it runs.

Long examples run on a small scenario: what is replaced stands in `LIGHT`, everything else is the example
as printed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click import ClickException
from typer.main import get_command

from tests.support import ROOT
from upperhand.cli.app import app
from upperhand.cli.guard import guarded

SMALL = """\
title: Ten points
world: toy
sides: [USA, CHN]
horizons: [long]
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 10, source: a test}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 10, source: a test}
"""
CLAIMS = """\
title: Does China lose more?
scenario: small.yaml
claims:
  - id: loses-more
    words: China loses more of its income.
    test: model
    horizons: [long]
    checks:
      - {words: Chinese less American, quantity: headline/percent/CHN, less: headline/percent/USA, below: 0}
"""
ARTICLE = """\
<html><body><article><h1>Trade</h1>
<p>The United States will impose a tariff of 100 per cent on all goods from China on 1 November.</p>
<p>Farmers were relieved when they heard of it in the evening news on the radio.</p>
</article></body></html>
"""
#: Words of an example that stand for something large or of one's own.
LIGHT = {
    "run": {"october-2025": "small.yaml --draws 4 --no-report"},
    "talks": {"october-2025": "small.yaml"},
    "leverage": {"october-2025": "small.yaml"},
    "path": {"october-2025": "small.yaml", "2035": "2027"},
    "beliefs": {"october-2025": "small.yaml", "2": "1"},
    "audit": {"column-2025-10": "claims.yaml"},
    "sweep": {"october-2025": "small.yaml", "512": "4"},
    "verify": {"runs/october-2025-0123456789abcdef/record": "record"},
    "replicate": {"all": "ossa-2014 --data ."},
    "world build": {"oecd-icio": "csv", "2022_SML.csv": "tables", "--strategic": ""},
    "scenario expect": {"uniform-10": "small.yaml"},
    "scenario validate": {"docs/reference/validation-trade.md": "page.md"},
}
#: What must be there before: commands that make it.
BEFORE = {
    "verify": [["run", "small.yaml", "--draws", "4", "--no-report", "-q", "--record", "record"]],
    "query": [["sweep", "small.yaml", "--draws", "4", "--seed", "1", "-o", "out"]],
    "draft scenario": [["read", "column.html", "--date", "2025-10-14", "-o", "draft.yaml"]],
    "draft claims": [["read", "column.html", "--date", "2025-10-14", "-o", "draft.yaml"]],
}
#: Exit codes of examples that end otherwise than 0 here, with the reason.
ENDS = {
    "replicate": 2,  # the paper's data are not in the folder
    "draft scenario": 2,  # nothing was confirmed by a person
    "draft claims": 2,
    "scenario expect": 2,  # numbers are kept for packaged scenarios only
}
#: Runs until it is stopped, or takes half a minute; other tests start it.
NOT_RUN = {"serve", "mcp", "scenario validate"}


def commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for part, found in command.commands.items():
        full = f"{name} {part}".strip()
        yield from commands(found, full) if hasattr(found, "commands") else [(full, found)]


COMMANDS = dict(commands(get_command(app)))


def example(name: str) -> list[str]:
    _, found, text = (COMMANDS[name].help or "").partition("Example: upperhand ")
    assert found, f"the help of {name} has no example"
    return shlex.split(text.strip())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_of_its_own_command(name):
    words = example(name)
    assert words[: len(name.split())] == name.split()
    COMMANDS[name].make_context(name, words[len(name.split()) :])


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in NOT_RUN])
def test_an_example_runs(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_inputs(tmp_path)
    for earlier in BEFORE.get(name, ()):
        assert guarded(earlier) == 0
    light = LIGHT.get(name, {})
    words = [part for word in example(name) for part in light.get(word, word).split() if word]
    if not light:
        words = example(name)
    code = guarded(words)
    out, err = capsys.readouterr()
    assert code == ENDS.get(name, 0), err
    assert "fault of the program" not in err
    assert "Traceback" not in out + err


def write_inputs(folder: Path) -> None:
    for name, text in (
        ("small.yaml", SMALL),
        ("claims.yaml", CLAIMS),
        ("column.html", ARTICLE),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "tables").mkdir()
    rows = ["exporter,importer,sector,value"]
    flows = {("HOM", "HOM"): 80, ("HOM", "FOR"): 20, ("FOR", "HOM"): 30, ("FOR", "FOR"): 170}
    rows += [f"{i},{j},ALL,{value}" for (i, j), value in flows.items()]
    (folder / "tables" / "trade.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "tables" / "sectors.csv").write_text(
        "sector,name,trade_elasticity\nALL,everything,4\n", encoding="utf-8"
    )


def lines_of_pages() -> list[tuple[str, str]]:
    """Return every command line of the documentation, with its page."""
    found = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        blocks = re.findall(r"```(?:console|sh|bash)\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        for block in blocks:
            whole = block.replace("\\\n", " ")
            found += [
                (str(page.relative_to(ROOT)), match[1])
                for match in re.finditer(r"^(?:\$ )?upperhand (.+)$", whole, re.MULTILINE)
            ]
    return found


def test_every_command_line_of_the_documentation_is_accepted():
    assert len(lines_of_pages()) > 60
    for page, line in lines_of_pages():
        words = shlex.split(line, comments=True)
        words = words[: next((i for i, w in enumerate(words) if w in ("|", ">", "&&")), len(words))]
        depth = 2 if " ".join(words[:2]) in COMMANDS else 1
        name = " ".join(words[:depth])
        assert name in COMMANDS, f"{page}: {line}"
        if words[depth:] not in (["--help"], ["-h"]):
            try:
                COMMANDS[name].make_context(name, words[depth:])
            except ClickException as error:
                pytest.fail(f"{page}: {line}: {error.format_message()}")


def test_every_command_has_its_place_among_the_tasks():
    pages = [*(ROOT / "docs" / "do").glob("*.md"), ROOT / "docs" / "learn" / "first-hour.md"]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    assert not [name for name in COMMANDS if f"upperhand {name}" not in text]
