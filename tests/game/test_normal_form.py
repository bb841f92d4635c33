"""Finite games of two players: equilibria by regret first, by strategies second."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upperhand.core.errors import OptionError
from upperhand.game.enumerate import pure_equilibria, undominated, zero_sum_value
from upperhand.game.extensive import Chance, Decision, End, Node, backward_induction, players_of
from upperhand.game.normal_form import best_responses, bimatrix, regret, solve_bimatrix
from upperhand.game.quantal import logit_path
from upperhand.game.strategic_form import (
    as_bimatrix,
    expected_payoffs,
    strategic_form,
    survives_trembles,
    tree_equilibria,
)

EXACT = 1e-9  # systems of a few linear equations in double precision


def random_game(rows, columns, seed):
    rng = np.random.default_rng(seed)
    return bimatrix(rng.normal(size=(rows, columns)), rng.normal(size=(rows, columns)))


@pytest.mark.equation("10.1", "10.2")
def test_battle_of_the_sexes_has_two_pure_and_one_mixed_equilibrium():
    """G10, Nau (2004, section 3)."""
    found = solve_bimatrix(bimatrix([[3, 0], [0, 2]], [[2, 0], [0, 3]]))
    assert [p.payoffs for p in found.profiles] == [(3.0, 2.0), (2.0, 3.0), (1.2, 1.2)]
    np.testing.assert_allclose(found.profiles[2].row, [0.6, 0.4], atol=EXACT)
    np.testing.assert_allclose(found.profiles[2].column, [0.4, 0.6], atol=EXACT)
    assert found.complete
    assert not found.unique
    assert "none is picked" in found.sentence()


@pytest.mark.equation("10.1")
@given(st.integers(2, 5), st.integers(2, 5), st.integers(0, 10**6))
def test_random_games_have_an_odd_number_of_equilibria_without_regret(rows, columns, seed):
    """Wilson (1971): almost every game has an odd number of equilibria."""
    game = random_game(rows, columns, seed)
    found = solve_bimatrix(game)
    assert len(found.profiles) % 2 == 1
    assert max(regret(game, p.row, p.column) for p in found.profiles) < EXACT
    assert all(not part.continuum for part in found.components)


@given(st.integers(2, 4), st.integers(0, 10**6))
def test_support_enumeration_finds_no_other_equilibrium(size, seed):
    """A second algorithm, from nashpy; what it finds is in the list."""
    nashpy = pytest.importorskip("nashpy")
    game = random_game(size, size, seed)
    with warnings.catch_warnings():  # it warns when its own tolerance loses an equilibrium
        warnings.simplefilter("ignore", RuntimeWarning)
        other = {
            tuple(np.round(np.r_[x, y], 6) + 0.0)
            for x, y in nashpy.Game(game.row, game.column).support_enumeration()
        }
    ours = {tuple(np.round(np.r_[p.row, p.column], 6) + 0.0) for p in solve_bimatrix(game).profiles}
    assert other <= ours


@given(st.integers(0, 10**6), st.floats(0.01, 100), st.floats(-50, 50))
def test_rescaled_payoffs_leave_the_equilibria(seed, factor, shift):
    game = random_game(3, 4, seed)
    moved = bimatrix(factor * game.row + shift, game.column - shift)
    for one, other in zip(
        solve_bimatrix(game).profiles, solve_bimatrix(moved).profiles, strict=True
    ):
        np.testing.assert_allclose(one.row, other.row, atol=1e-7)
        np.testing.assert_allclose(one.column, other.column, atol=1e-7)


@given(st.integers(0, 10**5))
def test_games_with_many_ties_list_only_equilibria_and_name_continua(seed):
    rng = np.random.default_rng(seed)
    game = bimatrix(rng.integers(0, 3, (3, 3)), rng.integers(0, 3, (3, 3)))
    found = solve_bimatrix(game)
    assert found.profiles
    for part in found.components:  # every mixture of corners of a component is an equilibrium
        x = np.mean([np.array(r) for r in part.rows], axis=0)
        y = np.mean([np.array(c) for c in part.columns], axis=0)
        assert regret(game, x, y) < 1e-6  # corners are keyed to seven digits
    pure = set(pure_equilibria(np.stack([game.row, game.column], axis=-1)))
    listed = {(int(p.row.argmax()), int(p.column.argmax())) for p in found.profiles if p.pure}
    assert listed == pure


def test_game_of_equal_payoffs_is_one_continuum():
    found = solve_bimatrix(bimatrix(np.ones((2, 2)), np.ones((2, 2))))
    assert found.degenerate
    assert len(found.components) == 1
    assert found.components[0].continuum
    assert "continuum" in found.sentence()


@pytest.mark.equation("10.3")
def test_mixture_of_two_actions_removes_a_third():
    rows, columns = undominated(
        np.array([[3.0, 0.0], [0.0, 3.0], [1.0, 1.0]]), np.array([[1.0, 0], [0, 1], [0, 1]])
    )
    assert (rows, columns) == ([0, 1], [0, 1])


def test_large_menu_is_searched_and_says_that_the_search_is_not_complete():
    rng = np.random.default_rng(3)
    game = bimatrix(rng.normal(size=(18, 18)), rng.normal(size=(18, 18)))
    found = solve_bimatrix(game)
    assert found.profiles
    assert not found.complete
    assert "there may be others" in found.sentence()
    assert max(p.regret for p in found.profiles) < EXACT


def test_large_menu_lists_every_equilibrium_with_two_actions_each():
    """A mixed equilibrium on two actions is hidden among twenty bad ones."""
    row, column = np.full((20, 20), -5.0), np.full((20, 20), -5.0)
    row[3:5, 7:9], column[3:5, 7:9] = [[3, 0], [0, 2]], [[0, 2], [3, 0]]
    row += np.random.default_rng(5).uniform(0, 0.01, row.shape)
    row[0, 0] = 9.0  # keeps the first row from being dominated
    found = solve_bimatrix(bimatrix(row, column))
    assert any(set(np.flatnonzero(p.row)) == {3, 4} for p in found.profiles)


def test_large_zero_sum_menu_is_solved():
    payoff = np.random.default_rng(4).normal(size=(20, 20))
    assert solve_bimatrix(bimatrix(payoff, -payoff)).profiles[0].regret < EXACT


@pytest.mark.equation("10.4")
@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 10**6))
def test_value_of_a_zero_sum_game_is_what_both_sides_can_secure(rows, columns, seed):
    payoff = np.random.default_rng(seed).normal(size=(rows, columns))
    value, x, y = zero_sum_value(payoff)
    assert (x @ payoff).min() == pytest.approx(value, abs=EXACT)
    assert (payoff @ y).max() == pytest.approx(value, abs=EXACT)
    assert zero_sum_value(-payoff.T)[0] == pytest.approx(-value, abs=EXACT)


@pytest.mark.equation("10.2")
def test_best_responses_list_every_best_action():
    assert best_responses([[1, 1], [2, 0], [0, 2]], [0.5, 0.5]) == (0, 1, 2)


@pytest.mark.equation("10.5")
def test_logit_equilibria_start_at_chance_and_end_near_nash():
    game = random_game(3, 3, 8)
    path = logit_path(game, [0.0, 1.0, 5.0, 50.0])
    assert path.residual < 1e-9  # Newton's method stops at 1e-12
    np.testing.assert_allclose(path.row[0], 1 / 3, atol=1e-12)
    assert regret(game, path.row[-1], path.column[-1]) < 0.01  # precision 50 leaves some noise


@pytest.mark.equation("10.5")
def test_logit_branch_agrees_with_gambit():
    """A second program."""
    gambit = pytest.importorskip("pygambit")
    row, column = np.array([[4.0, 0, 1], [1, 3, 0]]), np.array([[1.0, 2, 0], [3, 0, 2]])
    theirs = gambit.qre.logit_solve_lambda(
        gambit.Game.from_arrays(row, column), [1.5], first_step=0.01
    )[0].profile
    path = logit_path(bimatrix(row, column), [1.5])
    ours = np.r_[path.row[0], path.column[0]]
    got = [float(p) for _, mix in theirs.mixed_strategies() for _, p in mix]
    np.testing.assert_allclose(ours, got, atol=1e-5)  # gambit's tolerance is 1e-8 of its own norm


# -- trees ---------------------------------------------------------------------------------------


def commitment_with_noise() -> Node:
    def follower(signal, payoffs):
        return Decision(1, signal, {"S": End(payoffs[0]), "C": End(payoffs[1])})

    def observed(likely, payoffs):
        return Chance(
            (
                (0.99 if likely == "s" else 0.01, follower("s", payoffs)),
                (0.99 if likely == "c" else 0.01, follower("c", payoffs)),
            )
        )

    return Decision(
        0,
        "leader",
        {"S": observed("s", [(5, 2), (3, 1)]), "C": observed("c", [(6, 3), (4, 4)])},
    )


def poker() -> Node:
    def bet(win):
        big, small = (2, -2) if win else (-2, 2), (1, -1)
        return Decision(1, "student", {"call": End(big), "fold": End(small)})

    return Chance(
        tuple(
            (0.5, Decision(0, card, {"bet": bet(card == "king"), "fold": End((-1, 1))}))
            for card in ("king", "queen")
        )
    )


def princess_bride() -> Node:
    def prince(seen, surrender, fight):
        return Decision(1, seen, {"surrender": End(surrender), "fight": End(fight)})

    strong = {
        "up": prince("up", (1, 0), (0, -2)),
        "stay": prince("stay", (1, 0), (0, -2)),
    }
    weak = {
        "up": prince("up", (-1, 0), (-3, 1)),
        "stay": prince("stay", (1, 0), (-1, 1)),
    }
    return Chance(((0.5, Decision(0, "strong", strong)), (0.5, Decision(0, "weak", weak))))


def selten_horse() -> Node:
    def third(right, left):
        return Decision(2, "third", {"R": End(right), "L": End(left)})

    second = Decision(1, "second", {"R": End((1, 1, 1)), "L": third((4, 4, 0), (0, 0, 1))})
    return Decision(0, "first", {"R": second, "L": third((3, 2, 2), (0, 0, 0))})


def test_noisy_commitment_has_no_first_mover_value_in_pure_strategies():
    """G05, Bagwell (1995): three equilibria, the only pure one pays (4, 4)."""
    found = tree_equilibria(commitment_with_noise()).all
    assert found is not None
    assert len(found.profiles) == 3
    pure, *mixed = found.profiles
    np.testing.assert_allclose(pure.payoffs, (4, 4), atol=EXACT)
    by_weight = sorted(mixed, key=lambda p: p.row[0])
    np.testing.assert_allclose(by_weight[0].row, [0.01, 0.99], atol=EXACT)
    np.testing.assert_allclose(by_weight[0].payoffs, (393 / 98, 397 / 100), atol=EXACT)
    np.testing.assert_allclose(by_weight[1].row, [0.99, 0.01], atol=EXACT)
    np.testing.assert_allclose(by_weight[1].payoffs, (489 / 98, 201 / 100), atol=EXACT)


def test_stripped_down_poker_bluffs_a_third_of_the_time():
    """G06, Reiley et al. (2008)."""
    found = tree_equilibria(poker()).all
    assert found is not None
    assert found.unique
    only = found.profiles[0]
    np.testing.assert_allclose(only.payoffs, (1 / 3, -1 / 3), atol=EXACT)
    np.testing.assert_allclose(sorted(only.row), [0, 0, 1 / 3, 2 / 3], atol=EXACT)
    np.testing.assert_allclose(only.column, [2 / 3, 1 / 3], atol=EXACT)


def test_princess_bride_has_four_pure_and_five_extreme_equilibria():
    """G07, Watson (2013, exercise 29.6)."""
    found = tree_equilibria(princess_bride())
    assert found.all is not None
    assert len(found.pure) == 4
    assert len(found.all.profiles) == 5


@pytest.mark.equation("10.9")
def test_selten_horse_has_one_equilibrium_that_survives_trembles():
    """G09, Selten (1975)."""
    found = tree_equilibria(selten_horse())
    assert set(found.pure_payoffs) == {(3.0, 2.0, 2.0), (1.0, 1.0, 1.0)}
    perfect = [
        payoff
        for place, payoff in zip(found.pure, found.pure_payoffs, strict=True)
        if survives_trembles(selten_horse(), place)
    ]
    assert perfect == [(1.0, 1.0, 1.0)]
    assert found.all is None
    assert "not searched" in found.sentence()


@pytest.mark.equation("10.6")
@given(st.integers(0, 10**6))
def test_backward_induction_is_an_equilibrium_of_the_strategic_form(seed):
    rng = np.random.default_rng(seed)

    def grow(depth: int, path: str) -> Node:
        if depth == 0:
            return End(tuple(rng.normal(size=2)))
        return Decision(
            depth % 2, path, {name: grow(depth - 1, path + name) for name in ("a", "b")}
        )

    tree = grow(3, "x")
    solved = backward_induction(tree)
    assert solved.unique
    plan = {
        (player, info): {action: 1.0}
        for player in (0, 1)
        for info, (action, *_) in solved.choices.items()
    }
    np.testing.assert_allclose(expected_payoffs(tree, plan), solved.payoffs[0], atol=1e-12)
    form = strategic_form(tree)
    reached = [form.payoffs[place] for place in pure_equilibria(form.payoffs)]
    assert any(np.allclose(payoff, solved.payoffs[0], atol=1e-12) for payoff in reached)


@pytest.mark.equation("10.6")
def test_indifferent_mover_yields_every_subgame_perfect_payoff():
    tree = Decision(
        0,
        "first",
        {"out": End((1, 1)), "in": Decision(1, "second", {"a": End((2, 0)), "b": End((0, 0))})},
    )
    solved = backward_induction(tree)
    assert solved.payoffs == ((2.0, 0.0), (1.0, 1.0))
    assert solved.choices["first"] == ("in", "out")
    assert not solved.unique


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: bimatrix([[1, np.nan]], [[1, 2]]), "row"),
        (lambda: bimatrix([[1, 2]], [[1], [2]]), "same shape"),
        (lambda: bimatrix([[1, 2]], [[1, 2]], column_actions=["a", "a"]), "different names"),
        (lambda: best_responses([[1, 2]], [0.4, 0.4]), "adds to 0.8"),
        (lambda: logit_path(bimatrix([[1]], [[1]]), [2.0, 1.0]), "rising"),
        (lambda: players_of(Chance(((0.4, End((1.0,))),))), "0.4"),
        (lambda: players_of(Decision(3, "x", {"a": End((1.0,))})), "player 3"),
        (lambda: backward_induction(selten_horse()), "several nodes"),
        (lambda: pure_equilibria([[1, 2, 3]]), "last axis"),
    ],
)
def test_bad_games_are_refused_with_the_fault_named(build, words):
    with pytest.raises(OptionError, match=words):
        build()


def test_gambit_agrees_on_the_poker_game():
    """A second program; installing it takes minutes, so it is optional."""
    gambit = pytest.importorskip("pygambit")
    form = as_bimatrix(strategic_form(poker()))
    solved = gambit.nash.enummixed_solve(gambit.Game.from_arrays(form.row, form.column))
    assert len(solved.equilibria) == len(solve_bimatrix(form).profiles) == 1


@pytest.mark.parametrize("seed", [4, 11])
def test_gambit_finds_the_same_equilibria(seed):
    """A second program on games of four actions each."""
    gambit = pytest.importorskip("pygambit")
    game = random_game(4, 4, seed)
    solved = gambit.nash.enummixed_solve(
        gambit.Game.from_arrays(game.row, game.column), rational=False
    )
    assert len(solved.equilibria) == len(solve_bimatrix(game).profiles)
