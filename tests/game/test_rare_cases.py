"""Games at their edges: autarky, early stops, nearly exact mixtures, chance, long searches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import upperhand as uh
from tests.ossa_worlds import random_ossa_world
from upperhand.core.errors import NoEquilibriumError
from upperhand.game.enumerate import sharpened
from upperhand.game.extensive import Chance, Decision, End, backward_induction, map_payoffs
from upperhand.game.normal_form import bimatrix, regret
from upperhand.game.quantal import logit_path, logit_reply
from upperhand.game.repeated import (
    critical_discount,
    detection_discount,
    payoff_set,
    punishment_discount,
)
from upperhand.game.strategic_form import expected_payoffs, tree_equilibria

WORLD = uh.toy_world()


def test_rates_that_stop_all_trade_are_named_autarky_and_not_an_equilibrium():
    """Autarky is always a Nash equilibrium (Dixit 1987); it is refused, whatever its regret."""
    result = uh.nash(WORLD, bounds=(5.0, 6.0), closure="purge", certify=False)
    assert result.ending == "autarky"
    with pytest.raises(NoEquilibriumError, match="autarky"):
        result.require_certified()


@pytest.mark.parametrize(
    ("tol", "ending"), [(0.2, "exploitable"), (1e-2, "exploitable"), (1e-9, "nash")]
)
def test_a_war_that_stopped_early_is_not_certified(tol, ending):
    """The searches for better replies are exact, however coarse the war's own tolerance."""
    result = uh.nash(WORLD, ["USA", "CHN"], tol=tol, closure="purge")
    assert result.ending == ending
    assert (max(result.exploitability.values()) > 1e-8) is (ending == "exploitable")


def test_searches_that_do_not_settle_certify_nothing():
    """One round settles a war at a tolerance of 1; it is too few for an exact better reply."""
    result = uh.nash(WORLD, ["USA", "CHN"], tol=1.0, closure="purge", max_sweeps=1)
    assert result.ending == "not_certified"
    assert set(result.exploitability.values()) == {None}
    assert "raise `max_sweeps`" in result.sentence()


def test_a_war_in_ossas_economy_that_was_not_given_time_says_so():
    world = random_ossa_world(3, 2, 4)
    result = uh.ossa.nash(world, max_sweeps=1, certify=False)
    assert not result.ok
    assert "not settled" in repr(result).replace("_", " ")


def test_scanning_sectors_finds_no_worse_reply():
    """Starts at each sector's bounds can only add to what uniform first rates find."""
    world = random_ossa_world(3, 3, 7)
    region = world.regions[1]
    plain = uh.ossa.best_response(world, region)
    scanned = uh.ossa.best_response(world, region, scan=True)
    assert scanned.objective[region] >= plain.objective[region] * (1 - 1e-10)


def test_a_table_of_an_economy_without_profits_has_no_column_for_them():
    world = random_ossa_world(3, 2, 5, has_profits=False)
    table = uh.ossa.table(uh.ossa.best_response(world, world.regions[0]))
    assert not [name for name in table.columns if "profit" in str(name)]


def test_nearly_exact_mixtures_are_made_exact():
    """Matching pennies played 1e-5 off leads back to one half each."""
    row = np.array([[1.0, -1.0], [-1.0, 1.0]])
    near = (np.array([0.50001, 0.49999]), np.array([0.49998, 0.50002]))
    ((x, y),) = sharpened(row, -row, [near])
    np.testing.assert_allclose([x, y], 0.5, atol=1e-14)
    assert regret(bimatrix(row, -row), x, y) < 1e-14


def test_supports_that_carry_no_equilibrium_are_dropped():
    """Where one action is strictly better, no mixture over both can be made exact."""
    row = np.array([[2.0, 2.0], [1.0, 1.0]])
    column = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert sharpened(row, column, [(np.array([0.5, 0.5]), np.array([0.5, 0.5]))]) == []


@pytest.mark.parametrize("seed", range(6))
def test_the_logit_branch_is_exact_where_it_bends_sharply(seed):
    """Payoffs of very different size make the branch turn; each point solves the fixed point."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0.0, 3.0, (3, 3)))
    game = bimatrix(rng.normal(size=(3, 3)) * size, rng.normal(size=(3, 3)) * size.T)
    scale = max(np.ptp(game.row), np.ptp(game.column))
    path = logit_path(game, np.array([0.0, 5.0, 50.0, 400.0]) / scale)
    for precision, x, y in zip(path.precision, path.row, path.column, strict=True):
        reply = logit_reply(game, float(precision), np.r_[x, y])
        np.testing.assert_allclose(reply, np.r_[x, y], atol=1e-8)


def lottery() -> Chance:
    """Return a tree in which chance decides whether an entrant meets a weak or strong rival."""
    weak = Decision(1, "weak", {"fight": End((-1.0, -2.0)), "share": End((1.0, 1.0))})
    strong = Decision(1, "strong", {"fight": End((-2.0, 2.0)), "share": End((1.0, 1.0))})
    meet = Chance(((0.75, weak), (0.25, strong)))
    return Chance(((1.0, Decision(0, "entrant", {"stay out": End((0.0, 3.0)), "enter": meet})),))


def test_backward_induction_goes_through_chance():
    """0.75 * 1 + 0.25 * (-2) = 0.25 for the entrant, 0.75 * 1 + 0.25 * 2 = 1.25 for the rival."""
    solved = backward_induction(lottery())
    np.testing.assert_allclose(solved.payoffs[0], (0.25, 1.25), atol=1e-15)


def test_payoffs_in_other_units_leave_the_choices():
    """A positive affine change of every payoff moves values and no action."""
    there = map_payoffs(lottery(), lambda u: (10 + 3 * u[0], 2 * u[1] - 1))
    plan = {
        (0, "entrant"): {"enter": 1.0},
        (1, "weak"): {"share": 1.0},
        (1, "strong"): {"fight": 1.0},
    }
    first, second = expected_payoffs(there, plan)
    np.testing.assert_allclose((first, second), (10.75, 1.5), atol=1e-14)
    np.testing.assert_allclose(backward_induction(there).payoffs[0], (10.75, 1.5), atol=1e-14)


def test_equilibria_of_a_tree_say_what_was_searched():
    two = tree_equilibria(lottery())
    assert two.all is not None
    assert two.sentence() == two.all.sentence()


def test_punishment_and_detection_change_nothing_where_the_first_bound_decides():
    """With nothing to gain by deviating, or nothing to lose by war, length and lag do not matter."""
    for agree, deviate, war in ((9.0, 9.0, 3.0), (9.0, 10.0, 9.0)):
        grim = critical_discount(agree, deviate, war)
        assert punishment_discount(agree, deviate, war, periods=3) == grim
        assert detection_discount(agree, deviate, war, lag=3) == grim


def test_without_a_future_only_stage_equilibria_can_be_kept():
    game = bimatrix([[2.0, 0.0], [3.0, 1.0]], [[2.0, 3.0], [0.0, 1.0]])
    found = payoff_set(game, 0.0)
    np.testing.assert_allclose(found.vertices, [[1.0, 1.0]], atol=1e-9)


def test_revealed_harm_in_words():
    """Below the best tariff a higher one still pays; above it the words name the weight."""
    from upperhand.game.inverse import revealed_harm

    best = float(uh.best_response(WORLD, "USA", partners=["CHN"]).tariff.sel(
        importer="USA", exporter="CHN", sector="GOODS"))  # fmt: skip
    at = WORLD.tariff.copy()
    place = (WORLD.countries.index("CHN"), WORLD.countries.index("USA"), 0)
    low, high = at.copy(), at.copy()
    low[place], high[place] = 0.2 * best, 2.5 * best
    for tariff, words in ((low, "would still pay"), (high, "is worth")):
        world = uh.rebase(
            WORLD, uh.solve_counterfactual(WORLD, replace(_none(), tariff_add=tariff - at))
        )
        assert words in revealed_harm(world, "USA", "CHN", sectors=["GOODS"]).sentence()


def _none() -> uh.Shock:
    from upperhand.world.shock import no_shock

    return no_shock(WORLD)
