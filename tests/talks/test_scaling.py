"""Deals in parts: payoffs, derivatives, the frontier, and the rules on it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.talks.confrontations import (
    disputed_world,
    mirror_sides,
    mirror_world,
    payoffs_of,
    two_sides,
)
from upperhand.equilibrium import solve_counterfactual
from upperhand.measures import Tariff
from upperhand.results.talks import DealPart, Talks
from upperhand.talks.agree import deals_of
from upperhand.talks.bargain import unpaid_threats
from upperhand.talks.confrontation import Move, Side, confront
from upperhand.talks.efficient import efficiency, efficient_deals, polished
from upperhand.talks.scaled_deals import RULES, Table, bargaining_set, scaled_agreements
from upperhand.talks.scaling import Scale, parts_of
from upperhand.talks.terms import terms_of
from upperhand.talks.threats import threat_game
from upperhand.world.world import World

HORIZON = "long"


@pytest.fixture(scope="module")
def world() -> World:
    return disputed_world()


@pytest.fixture(scope="module")
def sides() -> tuple[Side, Side]:
    return two_sides()


@pytest.fixture(scope="module")
def scale(world, sides) -> Scale:
    return Scale.of(world, sides, HORIZON, "fixed")


@pytest.fixture(scope="module")
def table(scale) -> Table:
    return Table(scale, efficient_deals(scale), (1.0, 1.5))


@pytest.mark.equation("12.27")
def test_a_deal_holds_what_is_in_force_offers_threats_and_standing_tariffs(world, sides):
    """The cut of five points on all goods is part of the standing tariffs; a threat of more too."""
    found = [part.about for part in parts_of(world, sides)]
    assert [(p.side, p.label, p.role) for p in found] == [
        ("USA", "control", "in force"),
        ("USA", "tariffs in force on CHN", "standing tariffs"),
        ("CHN", "ban", "in force"),
        ("CHN", "tariffs in force on USA", "standing tariffs"),
    ]
    assert found[1].points == pytest.approx(-90.0)
    assert found[1].includes[0] == ("tariff cut", pytest.approx(-5.0))
    plain = [part.about.role for part in parts_of(world, sides, standing=False)]
    assert plain == ["in force", "offer", "threat", "in force", "offer", "threat"]


def test_an_offer_on_few_goods_stays_a_part_of_its_own(world, sides):
    cut = Tariff(by="USA", against=["CHN"], sectors=["SERV"], add_pp=-0.0)
    usa = replace(sides[0], offers=(Move("services", (cut,)),))
    assert "services" in [part.about.label for part in parts_of(world, (usa, sides[1]))]


@pytest.mark.equation("12.28")
def test_payoffs_of_a_deal_in_parts_are_those_of_a_single_solve(world, scale):
    """Half the control, all of the ban, and standing tariffs halved."""
    strength = np.array([0.5, 0.5, 1.0, 0.0])
    usd = scale.worth(strength)
    usa, chn = world.countries.index("USA"), world.countries.index("CHN")
    control = two_sides()[0].moves[1].measures[0].model_copy(update={"withhold_pct": 20.0})
    ban = two_sides()[1].moves[1].measures[0]
    half = Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=-45.0)
    alone = solve_counterfactual(world, [control, ban, half], horizon=HORIZON)
    expected = alone["equivalent_variation"].values[[usa, chn]] / 1e3
    np.testing.assert_allclose(usd, expected, atol=1e-7)


@pytest.mark.equation("12.28")
@pytest.mark.parametrize("place", range(4))
def test_derivatives_by_strength_are_those_of_small_steps(scale, place):
    strength = np.array([0.6, 0.3, 0.4, 0.2])
    step = np.zeros(4)
    step[place] = 1e-3
    slope = (scale.worth(strength + step) - scale.worth(strength - step)) / 2e-3
    # central differences of solves that are right to about 1e-8
    np.testing.assert_allclose(scale.at(strength).slope[:, place], slope, rtol=1e-3, atol=1e-6)


@pytest.mark.equation("12.29", "12.30")
def test_no_deal_tried_beats_the_frontier(scale, table):
    """Random deals, and every set of measures."""
    points = table.front.points
    assert len(points) > 4
    assert max(table.front.gap) < 1e-3 * np.ptp([p.usd_bn[0] for p in points])
    draws = np.random.default_rng(5).random((40, 4))
    assert not any(table.beaten_by(scale.worth(z)) for z in draws)


@pytest.mark.equation("12.29")
def test_the_frontier_falls_and_its_weights_rise(table):
    usd = np.array([p.usd_bn for p in table.front.points])
    assert (np.diff(usd[:, 0]) > 0).all()
    assert (np.diff(usd[:, 1]) < 0).all()
    assert (np.diff(table.front.weight) > -1e-3).all()  # concave to the accuracy of the weights


@pytest.mark.equation("12.30")
def test_the_state_of_play_is_not_efficient_when_tariffs_are_too_high(table):
    assert efficiency(table.front.start)[1] > 10 * max(table.front.gap)
    assert "higher than suits USA" in bargaining_set(table).words


def test_a_point_between_two_of_the_frontier_is_solved_exactly(table):
    usd = np.array([p.usd_bn[0] for p in table.front.points])
    wanted = float(usd[3:5].mean())
    found = polished(table.front, wanted)
    assert found.usd_bn[0] == pytest.approx(wanted, abs=5 * table.scale.unit)
    assert efficiency(found)[1] < 1e-3 * np.ptp(usd)


@pytest.mark.equation("12.31")
def test_rules_choose_different_deals_and_patience_decides(scale, table):
    talking = tuple(table.front.start.usd_bn)
    found = {one.rule: one for one in scaled_agreements(table, {"t": talking}, (0.8, 0.2))}
    assert set(found) == set(RULES)
    patient = found["Nash, weights from the clocks"].shares[0]
    assert patient > found["Nash"].shares[0] + 0.05
    equal = found["egalitarian"]
    assert equal.shares[0] == pytest.approx(0.5, abs=2e-3)  # accuracy of the curve
    gains = np.array(found["equal gains in per cent (Ossa)"].payoffs_usd_bn) - talking
    assert gains[0] / 1.0 == pytest.approx(gains[1] / 1.5, rel=5e-3)
    for one in found.values():
        np.testing.assert_allclose(
            one.payoffs_usd_bn, scale.worth(np.array(one.strengths)), atol=1e-6
        )


@pytest.mark.equation("12.31")
def test_the_nash_deal_is_where_the_product_of_gains_is_stationary(table):
    """With weights over gains as a planner's weights, nothing promises more."""
    talking = np.array(table.front.start.usd_bn)
    one = scaled_agreements(table, {"t": tuple(talking)}, (0.5, 0.5))[1]
    point = min(table.points, key=lambda p: np.abs(p.usd_bn - one.payoffs_usd_bn).max())
    weight = 1.0 / (point.usd_bn - talking)
    weight /= weight.sum()
    assert efficiency(point)[0] == pytest.approx(weight[0], abs=0.03)  # slope of the curve


@pytest.mark.equation("12.32")
def test_cheating_takes_back_one_sides_part_only(scale, table):
    from upperhand.talks.scaled_deals import cheating

    point = table.front.points[2]
    first, second = cheating(scale, [point.strength])[0]
    mine, yours = point.strength.copy(), point.strength.copy()
    mine[:2], yours[2:] = scale.now[:2], scale.now[2:]
    assert (first, second) == pytest.approx((scale.worth(mine)[0], scale.worth(yours)[1]), abs=1e-7)


def test_a_threat_point_beyond_the_frontier_gives_no_deal_and_says_so(table):
    rich = tuple(np.array([p.usd_bn for p in table.points]).max(axis=0) + 1.0)
    for one in scaled_agreements(table, {"rich": rich}, (0.5, 0.5)):
        assert one.payoffs_usd_bn is None
        assert "outside the frontier" in one.selection


def test_mirror_images_share_equally_in_parts():
    """To the accuracy of the search, which the sentence takes into account."""
    found = confront(mirror_world(), *mirror_sides(), horizons=[HORIZON], deal_horizon=HORIZON)
    assert found.leverage[0].sentence.startswith("even")
    share = next(row for row in found.leverage[0].rows if row.key == "surplus_share").values
    assert share == pytest.approx((0.5, 0.5), abs=2e-3)
    assert Talks.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_deals_of_measures_are_a_subset_of_deals_in_parts(world, sides):
    """Without standing tariffs, a set of measures is a corner of the cube of strengths."""
    plain = Scale.of(world, sides, HORIZON, "fixed", standing=False)
    deals = deals_of(world, sides, HORIZON, "fixed")
    corner = plain.now
    np.testing.assert_allclose(plain.worth(corner), deals.talking, atol=1e-7)


@pytest.mark.parametrize(
    ("part", "strength", "words"),
    [
        (DealPart("A", "ban", "in force", 1.0), 0.001, "A lifts: ban"),
        (DealPart("A", "rule", "offer", 0.0), 1.0, "A: rule"),
        (DealPart("A", "rule", "offer", 0.0), 0.25, "A: rule, 25% of it"),
        (DealPart("A", "ban", "threat", 0.0), 0.25, "A: keep ban at 25% of its strength"),
        (DealPart("A", "t", "standing tariffs", 0.0, -30.0), 1.0, "A: end the t (30 of 30 points)"),
    ],
)
def test_terms_read_as_a_negotiator_would_say_them(part, strength, words):
    assert terms_of([part], [strength]) == (words,)


@pytest.mark.equation("12.33")
def test_measures_of_the_central_draw_are_those_of_the_talks(world, sides):
    """The same payoffs give the same seven numbers; the share to the accuracy of the curve."""
    from upperhand.talks.menu import payoffs
    from upperhand.talks.seven import efficient_again, measures_from, with_ranges

    talks = confront(world, *sides, horizons=[HORIZON], deal_horizon=HORIZON)
    usa, chn = sides
    table = payoffs(
        world,
        ("USA", "CHN"),
        (usa.members, chn.members),
        ([m.measures for m in usa.moves], [m.measures for m in chn.moves]),
        ([m.label for m in usa.moves], [m.label for m in chn.moves]),
        horizon=HORIZON,
    )
    efficient = efficient_again(world, sides, talks.frontier, HORIZON)
    found = measures_from(sides, table, efficient, tuple(efficient[-1]))
    for row in talks.leverage[0].rows:
        if row.key not in ("credible_ceiling", "structural_power"):
            assert found.values[row.key] == pytest.approx(row.values, rel=1e-2, abs=1e-6), row.key
    ranged = with_ranges(talks, {HORIZON: [found] * 4}).leverage[0]
    assert ranged.draws == 4
    assert sum(ranged.probability) == 1.0
    share = next(row for row in ranged.rows if row.key == "surplus_share")
    assert share.low == share.high == found.values["surplus_share"]
    assert ranged.sentence.split(":")[0].replace(" (p = 1.00)", "") in talks.leverage[0].sentence


def test_threats_without_payments_are_told_beside_those_with(world, sides, table):
    """Equation 11.7 on the frontier of the deals, solved again by the game of all pairs of threats."""
    found = payoffs_of(world, sides, HORIZON)
    weights = (0.2, 0.8)
    (note,) = unpaid_threats(table, found, weights)
    game = threat_game(table.curve, found.usd[0] / 1e3, found.usd[1] / 1e3, weights=weights)
    if len(game.equilibria.profiles) == 1 and game.equilibria.profiles[0].pure:
        u, v = game.equilibria.profiles[0].payoffs
        assert f"{u:+.1f} and {v:+.1f} USD bn" in note
    else:
        assert "none is picked" in note
