"""One scenario, one answer: over HTTP, on the command line and in Python, with the same fingerprint.

The page shows what the interface sends; the browser test compares that with the same ten scenarios.
"""

from __future__ import annotations

import json

import pytest

from tests.web.support import TEN, scenario_of
from upperhand.cli.guard import guarded

NAMES = [f"{name} {' '.join(changes)}".strip() for name, changes in TEN]


@pytest.fixture(autouse=True, scope="module")
def _here(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("runs"))
        yield


@pytest.mark.parametrize(("name", "changes"), TEN, ids=NAMES)
def test_interface_command_and_python_say_the_same(api, capsys, name, changes):
    import upperhand as uh

    changed = [word for change in changes for word in ("--set", change)]
    quick = ["--json", "--no-report", "--no-talks", "--draws", "0"]
    assert guarded(["run", name, *changed, *quick]) == 0
    said = json.loads(capsys.readouterr().out)
    asked = {"scenario": scenario_of(name, changes)}
    answer = api.post("/answer", json=asked).raise_for_status().json()
    run = uh.run(
        uh.read_scenario(name, changes=list(changes)), cases=["package"], decompose=False,
        with_talks=False,
    )  # fmt: skip
    assert answer["headline"] == said["headline"]
    assert answer["fingerprint"] == said["fingerprint"] == run.fingerprint
    for horizon in run.horizons:
        head = run.headline(horizon)
        assert [side["percent"] for side in answer["headline"][horizon]["sides"]] == [
            side.percent for side in head.sides
        ]
        assert answer["headline"][horizon]["pain_ratio"] == head.pain_ratio
    cells = {
        (number["key"], cell["horizon"]): cell["value"]
        for number in answer["numbers"] for cell in number["by_horizon"]
    }  # fmt: skip
    for side in run.headline(run.horizons[0]).sides:
        assert cells[f"side:{side.code}", run.horizons[0]] == side.percent
