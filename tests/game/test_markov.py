"""Games over periods: against every strategy there is, closed forms, and their certificate."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.game.markov import (
    MarkovGame,
    equilibria_of,
    openings,
    regret_of,
    solve_markov,
    stage_equilibria,
)
from upperhand.game.normal_form import bimatrix, solve_bimatrix

NAMES = (("a0", "a1"), ("b0", "b1"))


def small_game(seed: int, *, periods: int = 2, states: int = 2) -> MarkovGame:
    rng = np.random.default_rng(seed)
    moves = rng.dirichlet(np.ones(states), size=(2, 2, states))
    payoffs = rng.normal(size=(2, periods, states, 2, 2))
    return MarkovGame(payoffs, moves, rng.normal(size=(2, states)), (0.9, 0.7))


def worth_of(game: MarkovGame, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """What pure plans of both are worth in each state of each period, by forward simulation."""
    _, periods, states, _, _ = game.payoffs.shape
    found = np.zeros((2, periods, states))
    for begin, at in product(range(periods), range(states)):
        chance = np.eye(states)[at]
        for t in range(begin, periods):
            for side in (0, 1):
                flow = [game.payoffs[side, t, s, first[t, s], second[t, s]] for s in range(states)]
                found[side, begin, at] += game.discount[side] ** (t - begin) * chance @ flow
            chance = sum(
                chance[s] * game.moves[first[t, s], second[t, s], s] for s in range(states)
            )
        for side in (0, 1):
            found[side, begin, at] += (
                game.discount[side] ** (periods - begin) * chance @ game.end[side]
            )
    return found


@pytest.mark.equation("5.41", "5.42")
@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_solution_is_one_of_those_found_by_trying_every_pair_of_plans(seed):
    """256 pairs of pure plans; a pair is kept if no other plan of one side alone does better in any state of any period."""
    game = small_game(seed)
    plans = [np.array(plan).reshape(2, 2) for plan in product((0, 1), repeat=4)]
    worth = {(i, j): worth_of(game, x, y) for i, x in enumerate(plans) for j, y in enumerate(plans)}
    best_first = [np.max([worth[i, j][0] for i in range(16)], axis=0) for j in range(16)]
    best_second = [np.max([worth[i, j][1] for j in range(16)], axis=0) for i in range(16)]
    perfect = [
        (i, j)
        for i, j in worth
        if np.all(worth[i, j][0] >= best_first[j] - 1e-12)
        and np.all(worth[i, j][1] >= best_second[i] - 1e-12)
    ]
    found = solve_markov(game)
    assert found.regret <= 1e-12
    pure = bool((found.first.max(axis=2) == 1).all() and (found.second.max(axis=2) == 1).all())
    assert pure is bool(perfect) or found.ambiguous
    if pure:
        mine = (found.first.argmax(axis=2), found.second.argmax(axis=2))
        assert any(
            np.array_equal(plans[i], mine[0]) and np.array_equal(plans[j], mine[1])
            for i, j in perfect
        )
        assert found.values[:, :-1] == pytest.approx(worth_of(game, *mine))
    if len(perfect) > 1:
        assert found.ambiguous > 0


def test_the_games_tried_hold_pure_and_mixed_solutions():
    """So that the test above sees both."""
    plays = [solve_markov(small_game(seed)) for seed in (1, 2, 3, 5)]
    mixed = [bool((play.first.max(axis=2) < 1).any()) for play in plays]
    assert set(mixed) == {True, False}


@pytest.mark.equation("5.41")
def test_one_side_stops_when_what_is_left_no_longer_pays():
    """A step costs c and adds one unit worth w in each later period: it is taken while w (1 - d^left) d / (1 - d) > c."""
    periods, c, w, d = 12, 3.0, 1.0, 0.9
    levels = np.arange(periods + 1)
    payoffs = np.zeros((2, periods, len(levels), 2, 1))
    payoffs[0] = w * levels[:, None, None] - np.array([0.0, c])[:, None]
    moves = np.zeros((2, 1, len(levels), len(levels)))
    for level in levels:
        moves[0, 0, level, level] = 1.0
        moves[1, 0, level, min(level + 1, periods)] = 1.0
    game = MarkovGame(payoffs, moves, np.zeros((2, len(levels))), (d, 1.0))
    found = solve_markov(game)
    left = periods - 1 - np.arange(periods)
    pays = w * d * (1 - d**left) / (1 - d) > c
    assert found.first[:, 0, 1].tolist() == pays.astype(float).tolist()
    assert 0 < pays.sum() < periods
    taken = found.walk(game, np.eye(len(levels))[0]) @ levels
    assert taken[-1] == pays[:-1].sum()


@pytest.mark.equation("5.42")
def test_stage_games_agree_with_the_general_solver():
    """Count and choice, in random games."""
    rng = np.random.default_rng(4)
    games = [rng.normal(size=(2, 2, 2)) for _ in range(60)]
    row, column = (np.array([g[k] for g in games]) for k in (0, 1))
    first, second, count = stage_equilibria(row, column)
    assert set(count.tolist()) == {1, 3}
    for g, x, y, n in zip(games, first, second, count, strict=True):
        found = solve_bimatrix(bimatrix(g[0], g[1]))
        assert len(found.profiles) == n
        assert any(
            np.allclose(p.row, x, atol=1e-9) and np.allclose(p.column, y, atol=1e-9)
            for p in found.profiles
        )


def test_a_battle_of_two_is_named_and_taken_by_the_rule():
    """Two pure equilibria and a mixed one; each side's own liking takes its own."""
    payoffs = np.zeros((2, 1, 1, 2, 2))
    payoffs[0, 0, 0] = [[3.0, 0.0], [0.0, 1.0]]
    payoffs[1, 0, 0] = [[1.0, 0.0], [0.0, 2.0]]
    game = MarkovGame(payoffs, np.ones((2, 2, 1, 1)), np.zeros((2, 1)), (1.0, 1.0))
    by_sum = solve_markov(game)
    assert (by_sum.ambiguous, by_sum.several[0, 0]) == (1, 3)
    named = equilibria_of(game, by_sum, 0, 0, names=NAMES)
    labels = [profile.label for profile in named.profiles]
    assert labels[:2] == ["(a0, b0)", "(a1, b1)"]
    assert len(labels) == 3
    assert by_sum.first[0, 0].tolist() == [1.0, 0.0]
    theirs = solve_markov(game, prefer=(0.0, 1.0))
    assert theirs.first[0, 0].tolist() == [0.0, 1.0]
    assert theirs.regret == 0.0


def test_the_certificate_sees_a_single_wrong_action():
    game = small_game(1)
    found = solve_markov(game)
    for t, s in product(range(2), range(2)):
        wrong = found.first.copy()
        wrong[t, s] = wrong[t, s][::-1]
        assert regret_of(game, wrong, found.second) > 1e-3 or found.first[t, s, 0] == 0.5


def test_openings_are_those_of_each_game_alone():
    rng = np.random.default_rng(9)
    game = small_game(2, periods=5, states=4)
    flat = MarkovGame(
        np.repeat(game.payoffs[:, :1], 5, axis=1), game.moves, game.end, game.discount
    )
    extra = rng.normal(size=(2, 6, 4))
    first, second = openings(flat, extra)
    for v in range(6):
        payoffs = flat.payoffs + extra[:, v][:, None, :, None, None]
        alone = solve_markov(MarkovGame(payoffs, flat.moves, flat.end, flat.discount))
        assert first[v] == pytest.approx(alone.first[0])
        assert second[v] == pytest.approx(alone.second[0])


def test_games_of_three_actions_are_solved_and_certified():
    """Rock, paper, scissors for two periods, worth nothing to either."""
    rock = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    payoffs = np.broadcast_to(np.stack([rock, -rock])[:, None, None], (2, 2, 1, 3, 3))
    game = MarkovGame(payoffs, np.ones((3, 3, 1, 1)), np.zeros((2, 1)), (0.9, 0.9))
    found = solve_markov(game)
    assert found.first == pytest.approx(np.full((2, 1, 3), 1 / 3))
    assert found.values == pytest.approx(np.zeros((2, 3, 1)), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"moves": np.full((2, 2, 2, 2), 0.4)}, "rows that do not add up to 1"),
        ({"moves": np.full((2, 2, 2, 2), 1.5)}, "moves"),
        ({"discount": (1.2, 0.9)}, "discount"),
        ({"end": np.zeros((2, 3))}, "end"),
        ({"payoffs": np.full((2, 2, 2, 2, 2), np.nan)}, "payoffs"),
        ({"payoffs": np.zeros((2, 2, 2))}, "payoffs"),
    ],
)
def test_wrong_games_are_named(change, words):
    game = small_game(1)
    parts = {
        "payoffs": game.payoffs, "moves": game.moves, "end": game.end, "discount": game.discount
    }  # fmt: skip
    with pytest.raises(OptionError, match=words):
        MarkovGame(**(parts | change))
