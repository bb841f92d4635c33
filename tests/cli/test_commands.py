"""The command line: what it prints, what it writes, and the exit code of every kind of failure."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.scenario.shut_world import SHUT, save_world_with_one_source
from upperhand.cli.guard import guarded

SCENARIO = """\
title: Ten points
world: toy
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 10, source: a test}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def test_run_prints_one_json_object_and_writes_a_record(here, capsys):
    assert guarded(["run", "mine.yaml", "--json", "--no-report"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert err == ""
    assert found["ok"] is True
    assert set(found["headline"]) == {"short", "medium", "long"}
    assert found["record"] == f"runs/mine-{found['fingerprint']}/record"
    assert (here / found["record"] / "manifest.json").is_file()
    assert guarded(["verify", found["record"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["largest"] == 0.0


def test_run_prints_the_brief_and_the_path_of_the_report(here, capsys):
    pytest.importorskip("altair")
    assert guarded(["run", "mine.yaml", "-o", "out.csv"]) == 0
    out = capsys.readouterr().out
    assert "Ten points" in out
    assert (here / "out.csv").is_file()
    report = next(here.glob("runs/*/report.html"))
    assert f"Report: {report.relative_to(here)}" in out


@pytest.mark.usefixtures("here")
def test_the_command_and_python_give_the_same_numbers(capsys):
    import upperhand as uh

    assert guarded(["run", "mine.yaml", "--json", "--no-report", "--set", "closure=share"]) == 0
    found = json.loads(capsys.readouterr().out)["headline"]["long"]["sides"][0]
    run = uh.run(uh.read_scenario("mine.yaml", changes=["closure=share"]))
    assert found["percent"] == run.headline("long").sides[0].percent
    assert found["usd_million"] == run.headline("long").sides[0].usd_million


@pytest.mark.usefixtures("here")
def test_quiet_prints_nothing(capsys):
    assert guarded(["run", "mine.yaml", "--quiet", "--no-report"]) == 0
    assert capsys.readouterr() == ("", "")


def test_record_goes_where_it_is_told(here, capsys):
    assert guarded(["run", "mine.yaml", "--no-report", "-q", "--record", "kept"]) == 0
    assert (here / "kept" / "manifest.json").is_file()
    (here / "full").mkdir()
    (here / "full" / "precious.txt").write_text("x", encoding="utf-8")
    assert guarded(["run", "mine.yaml", "--no-report", "-q", "--record", "full"]) == 2
    assert "not a run record" in capsys.readouterr().err
    assert (here / "full" / "precious.txt").is_file()


@pytest.mark.usefixtures("here")
def test_set_changes_the_answer(capsys):
    assert guarded(["scenario", "check", "mine.yaml", "--set", "moves[0].add_pp=50", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["changes"][0]["new"] == pytest.approx(60)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["run", "octobre-2025"], 2, "did you mean 'october-2025'?"),
        (["run", "none.yaml"], 2, "cannot be read"),
        (["run", "mine.yaml", "-o", "x.pdf"], 2, "unknown suffix '.pdf'"),
        (["run", "mine.yaml", "-o", "x"], 2, "unknown suffix"),
        (["run", "mine.yaml", "--set", "moves[0].add_pp=-200"], 2, "allowed: -100 to 10000"),
        (["run", "mine.yaml", "--variant", "v"], 2, "unknown variant"),
        (["run", "mine.yaml", "--nonsense"], 2, "No such option"),
        (["run"], 2, "Missing argument"),
        (["nonsense"], 2, "No such command"),
        (["verify", "nowhere"], 2, "manifest.json"),
        (["world", "check", "nowhere"], 2, "unknown world 'nowhere'"),
        (["world", "build", "nowhere", "--source", "icio2022", "-o", "x.npz"], 2, "nowhere"),
        (["scenario", "new", "mine.yaml"], 2, "exists already"),
        (["scenario", "expect", "none"], 2, "unknown scenario"),
        (["cite", "none"], 2, "unknown scenario"),
    ],
)
def test_wrong_input_is_one_message_without_a_traceback(here, capsys, arguments, code, message):
    assert guarded(arguments) == code
    out, err = capsys.readouterr()
    assert message in err
    assert "Traceback" not in err + out
    assert not list(here.glob("runs"))
    assert not list(here.glob(".*"))


def test_no_equilibrium_is_one(here, capsys):
    world = save_world_with_one_source(here / "one.npz")
    text = f"title: Shut\nworld: {world}\nhorizons: [long]\nmoves:\n  - {SHUT}\n"
    (here / "shut.yaml").write_text(text, encoding="utf-8")
    assert guarded(["run", "shut.yaml", "--json", "--no-report"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert "no equilibrium" in found["outcomes"]["package, long"]
    assert found["headline"]["long"]["sides"][0]["percent"] is None


@pytest.mark.usefixtures("here")
def test_a_fault_of_the_program_is_three_and_shows_no_traceback(capsys, monkeypatch):
    monkeypatch.setattr("upperhand.scenario.run.run_scenario", lambda *_, **__: 1 / 0)
    assert guarded(["run", "mine.yaml"]) == 3
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "--debug" in err
    with pytest.raises(ZeroDivisionError):
        guarded(["run", "mine.yaml", "--debug"])


def test_a_folder_that_cannot_be_written_is_wrong_input(here, capsys):
    (here / "runs").write_text("a file where the folder should be", encoding="utf-8")
    assert guarded(["run", "mine.yaml", "--no-report"]) == 2
    assert "runs" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["scenario", "list"],
        ["scenario", "show", "uniform-10"],
        ["scenario", "schema"],
        ["scenario", "diff", "october-2025", "april-2025"],
        ["scenario", "check", "october-2025"],
        ["world", "list"],
        ["world", "show", "toy"],
        ["world", "show", "USA", "CHN", "ai_accelerators"],
        ["measures", "--as-of", "2025-10-09", "--pair", "USA", "CHN"],
        ["measures", "--as-of", "2025-10-09", "--pair", "USA", "CHN", "--explain"],
        ["cite", "uniform-10"],
        ["doctor"],
    ],
)
@pytest.mark.usefixtures("here")
def test_every_listing_prints_text_and_json(capsys, arguments):
    assert guarded(arguments) == 0
    assert capsys.readouterr().out.strip()
    if arguments[1:] != ["schema"]:
        assert guarded([*arguments, "--json"]) == 0
    else:
        assert guarded(arguments) == 0
    json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("here")
def test_new_then_check_then_run(capsys):
    assert guarded(["scenario", "new", "fresh.yaml"]) == 0
    assert guarded(["scenario", "check", "fresh.yaml"]) == 0
    out = capsys.readouterr().out
    assert "can be run (2 moves, sides USA, CHN)" in out
    assert "tariff 39.6 -> 59.6 %" in out


def every_command():
    from typer.main import get_command

    from upperhand.cli.app import app

    def walk(command, path):
        if hasattr(command, "commands"):
            for name, inner in command.commands.items():
                yield from walk(inner, [*path, name])
        else:
            yield path

    return list(walk(get_command(app), []))


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_has_a_help_with_an_example(path, capsys):
    assert guarded([*path, "--help"]) == 0
    assert f"Example: upperhand {' '.join(path)}" in " ".join(capsys.readouterr().out.split())


def command(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-c", "from upperhand.cli import main; main()", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=cwd,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


def test_a_process_returns_the_code_and_keeps_stdout_clean(here):
    done = command("scenario", "check", "none.yaml", cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: none.yaml: cannot be read")
    assert command("version", cwd=here).returncode == 0


def test_help_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from upperhand.cli.guard import guarded\n"
        "guarded(['--help'])\n"
        "heavy = {'numpy', 'pandas', 'xarray', 'pydantic', 'altair', 'scipy', 'rich'}\n"
        "found = sorted(heavy & set(sys.modules))\n"
        "sys.exit(f'loaded: {found}' if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
