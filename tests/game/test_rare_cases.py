"""Games at their edges: autarky, early stops, nearly exact mixtures, chance, long searches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import upperhand as uh
from tests.ossa_worlds import random_ossa_world
from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.game.enumerate import sharpened
from upperhand.game.escalation import ladder, solve_ladder
from upperhand.game.extensive import Chance, Decision, End, backward_induction, map_payoffs
from upperhand.game.intensity import best_intensities
from upperhand.game.normal_form import Equilibria, bimatrix, regret, solve_bimatrix
from upperhand.game.quantal import logit_path, logit_reply
from upperhand.game.repeated import (
    critical_discount,
    detection_discount,
    payoff_set,
    punishment_discount,
)
from upperhand.game.strategic_form import expected_payoffs, tree_equilibria
from upperhand.world.build import from_arrays
from upperhand.world.shock import no_shock

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
            WORLD, uh.solve_counterfactual(WORLD, replace(no_shock(WORLD), tariff_add=tariff - at))
        )
        assert words in revealed_harm(world, "USA", "CHN", sectors=["GOODS"]).sentence()


def cut_off() -> tuple[uh.World, uh.Shock]:
    """Return a world whose home makes no chips, and a shock after which nobody sells it any."""
    world = from_arrays(
        name="no chips",
        countries=["HOM", "FOR", "THI"],
        sectors=["CHIPS", "REST"],
        trade=[
            [[0.0, 80.0], [0.0, 14.0], [0.0, 6.0]],
            [[8.0, 9.0], [20.0, 90.0], [3.0, 5.0]],
            [[2.0, 4.0], [1.0, 6.0], [9.0, 40.0]],
        ],
        trade_elasticity=[3.0, 5.0],
    )
    available = np.ones(world.trade.shape)
    available[1:, 0, 0] = 0.0
    return world, replace(no_shock(world), availability=available)


def test_a_war_in_a_world_without_equilibrium_says_so_and_is_not_certified():
    world, shock = cut_off()
    result = uh.nash(world, ["HOM", "FOR"], measures=[shock])
    assert result.ending == "no_equilibrium"
    with pytest.raises(NoEquilibriumError, match="CHIPS"):
        result.require_certified()


@pytest.mark.parametrize("ask", [
    lambda world, shock: uh.addon_tariffs(world, "FOR", "THI", measures=[shock]),
    lambda world, shock: best_intensities(world, "FOR", [shock]),
])  # fmt: skip
def test_questions_about_a_world_without_equilibrium_are_refused(ask):
    with pytest.raises(NoEquilibriumError, match="CHIPS"):
        ask(*cut_off())


def test_a_tariff_that_does_not_hurt_the_rival_reveals_no_wish_to_harm():
    from upperhand.game.inverse import RevealedHarm

    silent = RevealedHarm("USA", "CHN", None, {})
    assert silent.sentence() == "CHN does not lose by a higher tariff of USA"


def test_a_search_that_found_nothing_does_not_say_that_there_is_nothing():
    """Every finite game has an equilibrium (Nash 1951), so a search without one was too narrow."""
    nothing = Equilibria((), (), complete=False, degenerate=False, method="supports of two actions")
    assert not nothing.unique
    assert "one outside that search" in nothing.sentence()


def test_a_ladder_that_both_climb_ends_at_its_top():
    """Each rung pays its mover more than stopping there."""
    hold = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    concede = np.full((3, 2, 2), -9.0)
    solved = solve_ladder(ladder(hold, concede, rungs=("low", "middle", "top"), sides=("A", "B")))
    assert [move for _, _, move in solved.path][:2] == ["climb", "climb"]
    assert solved.payoffs == (2.0, 2.0)


def test_ossas_wars_that_shut_trade_are_named_autarky():
    world = random_ossa_world(3, 2, 4)
    result = uh.ossa.nash(world, bounds=(60.0, 80.0), certify=False)
    assert result.ending == "autarky"


def test_ossas_talks_that_were_not_given_time_say_so():
    result = uh.ossa.agreement(random_ossa_world(3, 2, 4), max_sweeps=1)
    assert result.ending == "not_settled"
    with pytest.raises(NoEquilibriumError):
        result.require_agreed()


def test_a_best_reply_in_ossas_economy_that_was_not_given_time_is_not_certified():
    world = random_ossa_world(3, 2, 4)
    result = uh.ossa.best_response(world, world.regions[0], max_sweeps=1)
    assert result.exploitability == {world.regions[0]: None}
    assert not result.ok


def test_tariffs_of_another_shape_are_refused_by_ossas_economy():
    world = random_ossa_world(3, 2, 4)
    with pytest.raises(OptionError, match="tariffs to explain"):
        uh.ossa.political_weights(world, np.zeros((2, 2)))
    with pytest.raises(uh.UpperhandError, match="tariff"):
        uh.ossa.solve(world, np.zeros((3, 2)))


def test_weights_that_were_not_given_time_show_how_far_they_are_off():
    world = random_ossa_world(3, 2, 4)
    rates = np.array([[0.3, 0.5], [0.4, 0.2], [0.6, 0.3]])
    hasty = uh.ossa.political_weights(world, rates, max_steps=1)
    calm = uh.ossa.political_weights(world, rates)
    assert float(hasty.gap.max()) > 1e-6 > 1e3 * float(calm.gap.max())


def test_a_branch_that_is_too_long_is_refused():
    game = bimatrix([[3.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 3.0]])
    with pytest.raises(OptionError, match="logit path"):
        logit_path(game, [1000.0], max_steps=2)


def test_payoff_sets_say_their_shape_and_when_they_still_move():
    game = bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
    assert payoff_set(game, 0.75).sentence().startswith("an area with 4 corners")
    # patience just short of what the pattern needs makes the sets shrink forever
    slow = bimatrix([[2.0, 0.0], [3.0, 1.0]], [[2.0, 3.0], [0.0, 1.0]])
    assert "corners" in payoff_set(slow, 0.3).sentence()


def test_nash_tariffs_by_formula_print_a_line_for_each_player():
    world = from_arrays(
        name="two",
        countries=["HOM", "FOR"],
        sectors=["ALL"],
        trade=[[[80.0], [20.0]], [[20.0], [170.0]]],
        trade_elasticity=4.0,
    )
    found = uh.nash_by_formula(world)
    lines = repr(found).splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["HOM", "FOR"]
    assert f"{100 * found.tariff['HOM']:.2f}%" in lines[2]


def test_one_equilibrium_is_called_one_and_several_are_counted():
    assert (
        solve_bimatrix(bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]]))
        .sentence()
        .startswith("one equilibrium: ")
    )
    several = solve_bimatrix(bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])).sentence()
    assert several.startswith("3 extreme equilibria: ")
    flat = solve_bimatrix(bimatrix(np.zeros((2, 2)), np.zeros((2, 2)))).sentence()
    assert "1 continuum of equilibria;" in flat
