"""Talks with their deals solved in another process, against all of it in this one."""

from __future__ import annotations

from functools import partial

import pytest

from upperhand.core.processes import beside
from upperhand.scenario.draws import worth_two_processes
from upperhand.scenario.read import parse_scenario, read_scenario
from upperhand.scenario.run import run_scenario

TEXT = """
title: Fifty points each
world: toy
horizons: [medium, long]
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 50, status: threat}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 50, status: threat}
"""


@pytest.fixture(scope="module")
def scenario():
    return parse_scenario(TEXT)


def test_another_process_changes_no_digit_of_the_talks(scenario):
    run = partial(run_scenario, scenario, draws=0, decompose=False)
    one, two = run(), run(two_processes=True)
    assert two.talks is not None
    assert two.talks.to_dict() == one.talks.to_dict()
    assert two.fingerprint == one.fingerprint


def test_progress_that_raises_ends_a_run_with_two_processes(scenario):
    def stop(_done, _total, words):
        if words.startswith("ceilings"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(scenario, draws=0, two_processes=True, progress=stop)


def test_a_fault_in_the_other_process_is_raised_in_this_one():
    with beside(wanted=True) as other:
        assert other is not None
        assert other.submit(divmod, 7, 2).result() == (3, 1)
        with pytest.raises(ZeroDivisionError):
            other.submit(divmod, 7, 0).result()


def test_a_small_world_is_not_worth_a_process(scenario, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert not worth_two_processes(scenario)
    assert worth_two_processes(read_scenario("october-2025"))
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert not worth_two_processes(read_scenario("october-2025"))
