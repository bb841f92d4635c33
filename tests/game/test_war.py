"""Tariff wars against closed forms, identities and computed cases (theory rows T05-T27)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support import random_world
from upperhand import World
from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.horizons import HORIZONS
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.game.addon import addon_tariffs
from upperhand.game.frontier import efficient_tariffs, mayer_product
from upperhand.game.nash import best_response, nash
from upperhand.game.objective import Objective, seed_of, values_of
from upperhand.game.repeated import critical_discount
from upperhand.world.shock import no_shock
from upperhand.world.toy import toy_world

HOME, FOREIGN = "HOM", "FOR"


def two_countries(elasticity: float, trade: list[list[float]] | None = None) -> World:
    """Return the two-country world of the theory rows: 80, 20, 20, 180."""
    flows = np.array(trade or [[80.0, 20.0], [20.0, 180.0]])
    return World.from_arrays(
        countries=[HOME, FOREIGN],
        sectors=["GOODS"],
        trade=flows[:, :, None],
        trade_elasticity=elasticity,
    )


def two_by_two() -> World:
    """Return the two-country, two-sector world of rows T12 and T14."""
    home, foreign = np.array([0.5, 0.5]), np.array([0.6, 0.4])
    trade = np.zeros((2, 2, 2))
    trade[0, 0], trade[1, 0] = 100 * home * [0.7, 0.9], 100 * home * [0.3, 0.1]
    trade[0, 1], trade[1, 1] = 100 * foreign * [0.3, 0.05], 100 * foreign * [0.7, 0.95]
    return World.from_arrays(
        countries=[HOME, FOREIGN], sectors=["A", "B"], trade=trade, trade_elasticity=[3.0, 6.0]
    )


def rate(result, exporter: str, importer: str) -> float:
    """Return the one tariff of a one-sector world."""
    return float(result.tariff.sel(exporter=exporter, importer=importer).item())


def own_share(result, country: str) -> float:
    """Return the share of domestic goods in spending, tariffs included."""
    data = result.counterfactual.data
    paid = (data.trade * (1 + data.tariff)).sel(importer=country)
    return float((paid.sel(exporter=country) / paid.sum("exporter")).item())


@pytest.mark.equation("9.2", "9.5")
def test_two_country_nash_tariffs_are_those_of_row_t05():
    """T05; 1e-6 as stated there, the rounds settle to 1e-11."""
    result = nash(two_countries(5.0), tol=1e-11).require_certified()
    np.testing.assert_allclose(rate(result, FOREIGN, HOME), 0.20728281, atol=1e-6)
    np.testing.assert_allclose(rate(result, HOME, FOREIGN), 0.21529385, atol=1e-6)
    percent = result.counterfactual.percent("real_income_change").values
    np.testing.assert_allclose(percent, [-1.22745636, -0.48639285], atol=1e-6)
    shares = [own_share(result, name) for name in (HOME, FOREIGN)]
    np.testing.assert_allclose(shares, [0.91548263, 0.95762166], atol=1e-6)


@pytest.mark.equation("10.9")
@pytest.mark.parametrize(("name", "expected"), [(HOME, 0.41233447), (FOREIGN, 0.50982887)])
def test_free_trade_holds_from_the_patience_of_row_t25(name, expected):
    """T25: gain of the best breach over what it costs; 1e-6 as stated there."""
    world = two_countries(5.0)

    def income(result):
        return float(result.counterfactual["real_income_change"].sel(country=name))

    breach = income(best_response(world, name, tol=1e-11, certify=False))
    war = income(nash(world, tol=1e-11, certify=False))
    assert critical_discount(1.0, breach, war).value == pytest.approx(expected, abs=1e-6)


@pytest.mark.equation("9.2")
@pytest.mark.parametrize("elasticity", [1.5, 3.0, 5.0, 9.0])
@pytest.mark.parametrize("home_size", [30.0, 80.0, 300.0])
def test_best_tariff_is_one_over_elasticity_times_foreign_own_share(elasticity, home_size):
    """Gros (1987), with the foreign own share taken at the new equilibrium."""
    world = two_countries(elasticity, [[home_size, 20.0], [20.0, 180.0]])
    result = best_response(world, HOME, tol=1e-11, certify=False)
    expected = 1 / (elasticity * own_share(result, FOREIGN))
    np.testing.assert_allclose(rate(result, FOREIGN, HOME), expected, rtol=1e-8)


@pytest.mark.equation("9.4")
def test_best_export_taxes_are_higher_where_the_exporter_is_large():
    """T12: x = 1 / (eps (1 - lambda)), Lashkaripour and Lugovskyy (2023); 1e-6 as stated."""
    result = best_response(
        two_by_two(), HOME, instruments=["export_tax"], closure="purge", tol=1e-11
    )
    taxes = result.counterfactual["export_tax"].sel(exporter=HOME, importer=FOREIGN).values
    np.testing.assert_allclose(taxes, [0.40811490, 0.17382940], atol=1e-6)
    income = result.counterfactual.real_income_change.values
    np.testing.assert_allclose(income, [1.01719640, 0.96902180], atol=1e-6)


def test_best_tariffs_are_uniform_across_sectors_without_export_taxes():
    """T14; Opp (2010), Costinot et al. (2015)."""
    result = best_response(two_by_two(), HOME, closure="purge", tol=1e-11)
    tariffs = result.tariff.sel(exporter=FOREIGN, importer=HOME).values
    np.testing.assert_allclose(tariffs, [0.38420991, 0.38420991], atol=1e-6)
    np.testing.assert_allclose(result.objective[HOME], 1.01635277, atol=1e-6)


@pytest.mark.equation("9.3")
def test_tied_tariffs_agree_with_free_ones_where_free_ones_are_uniform():
    """In the world of T14 the free optimum is uniform, so ties cost nothing."""
    free = best_response(two_by_two(), HOME, closure="purge", tol=1e-11, certify=False)
    for tie in ("mfn", "uniform"):
        tied = best_response(two_by_two(), HOME, closure="purge", tie=tie, tol=1e-11, certify=False)
        np.testing.assert_allclose(tied.objective[HOME], free.objective[HOME], atol=1e-10)


@pytest.mark.parametrize("tie", ["mfn", "uniform"])
def test_no_tied_tariff_beats_the_tied_optimum(tie):
    """A second route: SciPy's bounded search over one common factor finds nothing better."""
    world = random_world(4, 3, seed=11)
    found = best_response(world, world.countries[0], tie=tie, tol=1e-10)
    assert found.ok
    assert found.exploitability[world.countries[0]] < 1e-8


@pytest.mark.equation("9.1")
@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (0.0, 0.21348263),
        (0.1, 0.22507901),
        (0.25, 0.24265801),
        (0.5, 0.27245980),
        (1.0, 0.33403008),
    ],
)
def test_the_wish_to_harm_raises_the_best_tariff(harm, expected):
    """T27: max W1 - k W2; 1e-5 as stated."""
    result = best_response(
        two_countries(5.0), HOME, objective=Objective(harm={FOREIGN: harm}), tol=1e-11
    )
    np.testing.assert_allclose(rate(result, FOREIGN, HOME), expected, atol=1e-6)


def test_replies_settle_fast():
    """T26: simultaneous best replies contract by less than 0.06 a round."""
    world = two_countries(5.0)
    target = nash(world, tol=1e-12, certify=False)
    wanted = np.array([rate(target, FOREIGN, HOME), rate(target, HOME, FOREIGN)])
    now, errors = np.zeros(2), []
    for _ in range(3):
        replies = []
        for mover, other, mine, theirs in ((HOME, FOREIGN, 0, 1), (FOREIGN, HOME, 1, 0)):
            held = no_shock(world).tariff_add.copy()
            held[world.countries.index(mover), world.countries.index(other), 0] = now[theirs]
            shock = replace(no_shock(world), tariff_add=held)
            reply = best_response(world, mover, measures=shock, tol=1e-12, certify=False)
            replies.append(rate(reply, other, mover))
            assert mine in (0, 1)
        now = np.array(replies)
        errors.append(np.max(np.abs(now - wanted)))
    assert errors[1] / errors[0] < 0.06
    assert errors[2] / errors[1] < 0.06


@pytest.mark.equation("9.7", "9.9")
@pytest.mark.parametrize(
    ("weight", "gains"),
    [
        (0.5, (-0.127177, 0.063579)),
        (0.3, (-0.566870, 0.283242)),
        (0.7, (0.312285, -0.156201)),
    ],
)
def test_the_bargain_over_the_nash_war_lies_on_mayers_locus(weight, gains):
    """T21, T22, T23; gains in per cent to 1e-5, the locus to 1e-7 (the search's own tolerance)."""
    world = two_countries(5.0)
    war = nash(world, tol=1e-11)
    deal = efficient_tariffs(
        world,
        [HOME, FOREIGN],
        threat=war.objective,
        weights={HOME: weight, FOREIGN: 1 - weight},
    )
    assert deal.ok
    np.testing.assert_allclose(mayer_product(deal), 1.0, atol=1e-7)
    percent = deal.counterfactual.percent("real_income_change").values
    np.testing.assert_allclose(percent, gains, atol=1e-5)


def solved_at(world: World, added: np.ndarray) -> Solution:
    """Return the equilibrium with tariffs added."""
    calibration = calibrate(world, HORIZONS["medium"], scale=False, labour_supply=0.0)
    shock = replace(no_shock(world), tariff_add=added)
    return solve_wedges(
        calibration,
        lambda size: wedges_of(calibration, shock, closure="fixed", size=size),
        tol=1e-13,
        max_steps=500,
    )


@pytest.mark.equation("9.8")
@pytest.mark.parametrize("seed", [1, 2])
def test_the_slope_of_every_part_of_the_objective_matches_central_differences(seed):
    """Relative 1e-6: central differences of step 1e-5 lose about 1e-10 over a slope of 1e-3."""
    from upperhand.equilibrium.gradient import only, solve_adjoint
    from upperhand.game.cooperate import log_rate_slopes
    from upperhand.game.first_order import Policy

    world = random_world(3, 3, seed=seed)
    mover, rival = world.countries[:2]
    aims = {
        mover: Objective(
            sectors={world.sectors[0]: 1.3, world.sectors[1]: 0.9},
            harm={rival: 0.4},
            capacity={world.sectors[2]: 0.05},
            revenue=0.2,
        )
    }
    added = np.zeros_like(world.trade)
    added[1, 0], added[2, 0] = 0.1, 0.2
    solution = solved_at(world, added)
    back = only(solve_adjoint(solution, seed_of(world, [mover], aims, solution), tol=1e-13).back)
    policy = Policy(
        np.log1p(world.tariff + added).transpose(2, 1, 0),
        np.log1p(world.export_tax).transpose(2, 1, 0),
    )
    by_tariff, _ = log_rate_slopes(policy, solution, back)
    for sector in range(3):
        if world.trade[1, 0, sector] == 0:
            continue
        ends = []
        for sign in (1.0, -1.0):
            moved = added.copy()
            moved[1, 0, sector] += sign * 1e-5
            ends.append(values_of(world, [mover], aims, solved_at(world, moved))[0])
        by_rate = (ends[0] - ends[1]) / 2e-5
        log_slope = by_tariff[sector, 0, 1] / (1 + world.tariff[1, 0, sector] + added[1, 0, sector])
        np.testing.assert_allclose(log_slope, by_rate, rtol=1e-6, atol=1e-11)


@pytest.mark.equation("9.6")
def test_the_add_on_breaks_even_beyond_the_best_and_gains_nothing_there():
    """The gain at the break-even rate is zero to the root's accuracy."""
    found = addon_tariffs(toy_world(), "USA", "CHN")
    assert 0 < found.best < found.break_even < 2.0
    assert found.best_gain > 0
    again = addon_tariffs(toy_world(), "USA", "CHN", horizon="short")
    assert again.break_even > found.break_even  # less substitution, more market power


def test_the_add_on_optimum_is_the_best_reply_with_one_uniform_rate():
    """Two routes: bounded search against the first-order condition of a tied rate."""
    world = two_countries(4.0)
    found = addon_tariffs(world, HOME, FOREIGN)
    reply = best_response(world, HOME, tie="uniform", tol=1e-11, certify=False)
    np.testing.assert_allclose(found.best, rate(reply, FOREIGN, HOME), atol=1e-5)


@pytest.mark.parametrize("seed", [3, 4])
def test_a_certified_war_leaves_nobody_a_better_reply(seed):
    """Law of the solution: exploitability below 1e-8 per cent for every player, slopes flat."""
    world = random_world(4, 3, seed=seed)
    result = nash(world, closure="purge").require_certified()
    assert max(value for value in result.exploitability.values() if value is not None) < 1e-8
    assert result.slope < 1e-8


def test_rates_at_a_bound_are_counted_as_corners():
    """A ceiling of two per cent binds everywhere in a world whose optima are near a fifth."""
    result = nash(two_countries(5.0), bounds=(0.0, 0.02))
    assert result.ok
    assert result.corners[HOME]["upper"] == result.corners[HOME]["rates"] == 1


def test_an_unsettled_war_is_refused_in_words():
    """One round settles nothing; the numbers are there, the certificate is not."""
    result = nash(two_countries(5.0), max_sweeps=1)
    assert result.ending == "not_settled"
    with pytest.raises(NoEquilibriumError, match=r"not settled.*max_sweeps"):
        result.require_certified()


def test_a_threat_that_nobody_fears_is_refused():
    """Bargaining over a threat point above the status quo has no start."""
    with pytest.raises(OptionError, match="does not gain over its threat point"):
        efficient_tariffs(two_countries(5.0), [HOME, FOREIGN], threat={HOME: 1.2, FOREIGN: 1.2})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"players": ["HOX"]}, "did you mean 'HOM'"),
        ({"players": [HOME, HOME]}, "different countries"),
        ({"instruments": ["quota"]}, "unknown instrument 'quota'"),
        ({"tie": "free"}, "unknown tie 'free'"),
        ({"bounds": (0.5, 0.1)}, "low < high"),
        ({"objectives": {HOME: Objective(sectors={"GOOD": 2.0})}}, "did you mean 'GOODS'"),
        ({"objectives": {HOME: Objective(harm={HOME: 1.0})}}, "own harm"),
    ],
)
def test_a_wrong_rule_names_itself(arguments, message):
    """Every refusal names what, where and what is allowed."""
    with pytest.raises(OptionError, match=message):
        nash(two_countries(5.0), **{"players": [HOME], **arguments})
