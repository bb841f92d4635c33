"""Questions about one flow, and about what is in force on a day."""

from __future__ import annotations

import pytest

from upperhand.core.errors import OptionError, ScenarioError
from upperhand.scenario.flows import flow
from upperhand.scenario.in_force import in_force_on, stack_on
from upperhand.world.load import load_world
from upperhand.world.toy import toy_world


def test_a_flow_is_shown_with_its_shares_and_tariff():
    """The toy world: 500 of goods from China to the United States at 10 per cent."""
    world = toy_world()
    facts = {what: value for what, value, _ in flow(world, ["CHN", "USA", "GOODS"]).facts}
    trade = world.trade[:, :, 0]
    assert facts["value at the border"] == trade[1, 0]
    exports = trade[1].sum() - trade[1, 1]
    assert facts["share of the exporter's exports of it"] == pytest.approx(
        100 * trade[1, 0] / exports
    )
    assert facts["tariff"] == pytest.approx(10.0)


def test_the_figures_of_a_flow_are_those_of_the_card_with_status_and_range():
    found = flow(load_world(), ["USA", "CHN", "ai_accelerators"])
    shown = {(row["quantity"], row["labels"]): row["status"] for row in found.figures}
    assert shown["tariff", "USA/CHN"] == "assumed"
    assert shown["purchases", "CHN"] == "derived"
    assert ("origin", "TWN") not in shown
    assert all(row["low"] <= row["target"] <= row["high"] for row in found.figures)
    assert found.ranking[0][0] == "TWN"
    assert found.to_dict()["facts"][0]["unit"] == "USD million"


def test_a_good_alone_shows_who_sells_it_to_others():
    found = flow(load_world(), ["magnets"])
    assert found.ranking[0][0] == "CHN"
    assert found.ranking[0][2] > 90
    whole = flow(load_world(), ["USA", "CHN", "C26"])
    assert whole.title.startswith("C26 = ai_accelerators + chips + devices + C26_rest")


def test_every_unknown_name_of_a_flow_is_reported():
    with pytest.raises(ScenarioError, match=r"(?s)did you mean 'CHN'.*did you mean 'chips'"):
        flow(load_world(), ["USA", "CHM", "chps"])
    with pytest.raises(ScenarioError, match="both exporter and importer"):
        flow(load_world(), ["USA", "USA", "chips"])
    with pytest.raises(ScenarioError, match="got 4 names"):
        flow(load_world(), ["USA", "CHN", "chips", "magnets"])


def test_the_layers_of_a_stack_add_up_to_its_total():
    header, rows = stack_on("2025-10-09", ["USA", "CHN"], sectors=["chips", "magnets"])
    for row in rows:
        assert sum(row[1:-1]) == pytest.approx(row[-1], abs=1e-9), row[0]
    assert header[-1] == "total"


def test_a_day_a_branch_a_weight_or_a_good_that_is_unknown_is_refused():
    with pytest.raises(OptionError, match="choose a branch"):
        in_force_on("2026-12-09")
    assert in_force_on("2026-12-09", after_horizon="expired")
    with pytest.raises(OptionError, match="unknown after_horizon 'ended'"):
        in_force_on("2026-12-09", after_horizon="ended")
    with pytest.raises(OptionError, match="unknown weights 'fair'"):
        stack_on("2025-10-09", ["USA", "CHN"], weights="fair")
    with pytest.raises(OptionError, match="did you mean 'chips'"):
        stack_on("2025-10-09", ["USA", "CHN"], sectors=["chip"])
    with pytest.raises(OptionError, match="needs --pair"):
        stack_on("2025-10-09", [])
