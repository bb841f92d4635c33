"""Beliefs: thresholds against the values that they divide, and the flagships of the column."""

from __future__ import annotations

import json

import numpy as np
import pytest

from upperhand.cli.guard import guarded
from upperhand.core.errors import OptionError
from upperhand.horizon.beliefs import (
    belief_in_diffusion,
    largest_own_weight,
    longest_catch_up,
    needed_weight,
    region_of_controls,
    slowing,
    value_of_closing,
)
from upperhand.scenario.beliefs import beliefs_of
from upperhand.scenario.read import parse_scenario, read_scenario
from upperhand.technology.goods import technology
from upperhand.technology.parameters import Race, draw_race
from upperhand.technology.race import (
    break_even_diffusion_loss,
    follower_speed,
    frontier_speed,
)

SCENARIO = """\
title: Twenty points and an answer
world: toy
sides: [USA, CHN]
moves:
  - {kind: tariff, label: threat, by: USA, against: [CHN], add_pp: 20, status: threat, source: a}
  - {kind: tariff, label: answer, by: CHN, against: [USA], add_pp: 20, status: threat, if: threat, source: a}
"""


@pytest.mark.equation("5.30")
@pytest.mark.parametrize("gain", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("sooner", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("rate", [0.02, 0.1])
def test_closing_the_market_breaks_even_at_the_longest_catch_up(gain, sooner, rate):
    edge = longest_catch_up(1.0, gain, sooner, rate)
    assert value_of_closing(edge, 1.0, gain, sooner, rate) == pytest.approx(0.0, abs=1e-12)
    assert value_of_closing(0.9 * edge, 1.0, gain, sooner, rate) > 0
    assert value_of_closing(1.1 * edge, 1.0, gain, sooner, rate) < 0


@pytest.mark.equation("5.30")
def test_value_of_closing_is_the_discounted_stream():
    """Against a sum over small steps of time."""
    time = (np.arange(400_000) + 0.5) * 1e-4
    flow = np.where(time < 3.0, -1.0, np.where(time < 5.0, 2.0, 0.0))
    expected = float((flow * np.exp(-0.05 * time)).sum() * 1e-4)
    assert value_of_closing(3.0, 1.0, 2.0, 2.0, 0.05) == pytest.approx(expected, abs=1e-4)


@pytest.mark.equation("5.32")
def test_weight_on_harm_makes_the_threat_break_even():
    weight = needed_weight(-30.0, -120.0)
    assert weight is not None
    assert -30.0 - weight * -120.0 == pytest.approx(0.0)
    assert needed_weight(2.0, -1.0) == 0.0
    assert needed_weight(-2.0, 1.0) is None


@pytest.mark.equation("5.33")
@pytest.mark.parametrize("loss", [0.2, 0.4, 0.6])
@pytest.mark.parametrize("control", [0.5, 1.0])
def test_edge_of_own_research_is_the_break_even_turned_round(loss, control):
    race = Race(diffusion_loss=loss)
    edge = largest_own_weight(race, control, 0.2)
    again = break_even_diffusion_loss(Race(own_weight=edge), control, 0.2)
    assert again == pytest.approx(loss, rel=1e-12)
    research = np.exp(race.research_response * control)
    for weight, slowed in ((edge - 0.02, True), (edge + 0.02, False)):
        at = Race(own_weight=weight, diffusion_loss=loss)
        apart = frontier_speed(at, 0.2) - follower_speed(at, research, control, at.start_gap)
        assert bool(apart > 0) is slowed


@pytest.mark.equation("5.47")
@pytest.mark.parametrize("decoupling", [0.0, 0.35])
def test_controls_slow_where_diffusion_lost_is_above_the_break_even(decoupling):
    """Over weights and intensities; the excess over the break-even, times (1 - w) C."""
    for weight in (0.2, 0.4, 0.6, 0.8):
        for control in (0.1, 0.5, 1.0):
            race = Race(own_weight=weight)
            over = 0.4 - break_even_diffusion_loss(race, control, decoupling)
            found = slowing(race, control, decoupling)
            assert found == pytest.approx((1 - weight) * control * over, abs=1e-12)


@pytest.mark.equation("5.47")
def test_intensities_that_pay_shrink_as_the_follower_relies_on_itself():
    """Without decoupling a weak control pays if kappa (1 - w) > w beta eta: w below 2/3."""
    drawn = draw_race(400, seed=1)
    free = region_of_controls(Race(), drawn, 0.65, 0.0)
    assert [edge.least is not None for edge in free] == [True, True, True, False]
    assert free[0].least == 0.01
    edges = region_of_controls(Race(), drawn, 0.65, 0.35)
    assert edges[0].least < edges[1].least
    assert edges[3].least is None
    chances = [edge.chance for edge in edges]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.9
    assert chances[3] < 0.1
    kappas = [round(edge.break_even, 2) for edge in region_of_controls(Race(), drawn, 1.0, 0.35)]
    assert kappas == [0.11, 0.22, 0.44, 1.1]


@pytest.mark.equation("5.31")
def test_the_chip_ban_of_the_packaged_confrontation_has_an_interval():
    october = read_scenario("october-2025")
    at = next(i for i, m in enumerate(october.moves) if m.kind == "discouraged_purchase")
    (found,) = beliefs_of(october, move=at, draws=200)
    assert (found.actor, found.parameter, found.pays) == (
        "CHN",
        "catch-up time in ai_accelerators",
        "below",
    )
    assert found.threshold is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.threshold < found.high
    assert "assumed" in " ".join(found.rests_on)


def test_the_hundred_points_have_a_weight_and_the_machine_controls_a_reliance():
    october = read_scenario("october-2025")
    threat = beliefs_of(october, move=0)[0]
    assert threat.parameter == "weight on the rival's loss"
    assert threat.threshold is None or threat.threshold >= 0
    at = next(i for i, m in enumerate(october.moves) if m.kind == "equipment_restriction")
    control = beliefs_of(october, move=at, draws=200)[0]
    assert control.parameter == "share of own research in progress"
    assert control.threshold is not None
    assert 0 < control.threshold < 1
    assert control.actor == "USA"
    assert [edge.own_weight for edge in control.region] == [0.2, 0.4, 0.6, 0.8]


def test_controls_in_concert_hold_more_than_each_alone():
    october = read_scenario("october-2025")
    found = beliefs_of(october, draws=200)
    (joint,) = (b for b in found if b.move == "all controls of USA on chip_tools together")
    alone = next(b for b in found if b.move == "US controls on chip-making machines")
    held = [float(b.rests_on[0].split()[3].rstrip(",")) for b in (alone, joint)]
    assert held[0] < held[1] < 1


def test_an_answer_counts_only_for_the_threat_that_it_answers():
    scenario = parse_scenario(SCENARIO)
    threat, answer = beliefs_of(scenario)
    assert "answered" in threat.rests_on[0]
    assert "answered" not in answer.rests_on[0]


def test_the_command_prints_sentences_or_json(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(SCENARIO, encoding="utf-8")
    assert guarded(["beliefs", "mine.yaml"]) == 0
    assert "threat: carried out if the United States values a dollar" in capsys.readouterr().out
    assert guarded(["beliefs", "mine.yaml", "--move", "0", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["pays"] == "above"
    assert guarded(["beliefs", "mine.yaml", "--move", "7"]) == 2
    assert "move is 7; allowed: 0 to 1" in capsys.readouterr().err


def test_wrong_input_is_named():
    good = technology().good("chips")
    with pytest.raises(OptionError, match="control is 0; allowed: above 0"):
        belief_in_diffusion(technology(), good, label="", actor="USA", control=0.0)
    with pytest.raises(OptionError, match="draws is 1; allowed: at least 10"):
        beliefs_of(parse_scenario(SCENARIO), draws=1)
