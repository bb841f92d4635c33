"""Controls and counter-bans over the years: the board, closed forms of its corners, its thresholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.game.race_game import (
    BAN,
    BUY,
    GAPS,
    SELL,
    STOCKS,
    TRIED,
    WITHHOLD,
    Setting,
    board_of,
    next_gap,
    next_stock,
    setting_of,
    timing_of,
)
from upperhand.measures import DiscouragedPurchase, ExportControl
from upperhand.technology.goods import technology
from upperhand.technology.parameters import Race
from upperhand.world.load import load_world

YEARS = range(2026, 2032)
STEADY = Race(own_weight=1.0, research_response=0.0, home_market=0.1)


def setting(
    controls: tuple[float, float] = (-1.0, -5.0), ban: tuple[float, float] = (0.0, -2.0)
) -> Setting:
    """Costs that are the same in the first year and later, and add up."""
    money = np.zeros((2, 2, 2, 2))
    money[:, :, WITHHOLD, :] += np.array(controls)[:, None, None]
    money[:, :, :, BAN] += np.array(ban)[:, None, None]
    return Setting(money, 0.8, np.zeros((2, 2)), Race(), 2.0)


@pytest.mark.equation("5.44")
def test_states_move_where_their_laws_say():
    """Every state and pair of actions: the mean gap and stock of the next state, and the memory."""
    given = setting()
    board = board_of(given)
    assert board.moves.sum(axis=-1) == pytest.approx(np.ones((2, 2, 340)))
    gaps, stocks = board.moves @ board.gaps, board.moves @ board.stocks
    memory = board.moves @ (board.before @ np.array([2, 1]))
    for a in (SELL, WITHHOLD):
        for b in (BUY, BAN):
            after = [next_gap(given, gap, a, b) for gap in board.gaps]
            assert gaps[a, b] == pytest.approx(np.array(after))
            after = [next_stock(given, stock, a, b) for stock in board.stocks]
            assert stocks[a, b] == pytest.approx(np.array(after))
            assert memory[a, b] == pytest.approx(np.full(340, 2 * a + b))
    assert board.start @ board.gaps == pytest.approx(2.0)
    assert (board.start @ board.before).tolist() == [1.0, 1.0]


@pytest.mark.equation("5.44", "5.45")
def test_a_stock_covers_what_a_control_costs_the_follower_and_nothing_else():
    board = board_of(setting())
    full = np.flatnonzero((board.stocks == 1.0) & (board.gaps == 2.0))
    empty = np.flatnonzero((board.stocks == 0.0) & (board.gaps == 2.0))
    assert board.money[1, full, WITHHOLD, BUY] == pytest.approx(np.zeros(4))
    assert board.money[1, full, WITHHOLD, BAN] == pytest.approx(np.full(4, -2.0))
    assert board.money[1, empty, WITHHOLD, BUY] == pytest.approx(np.full(4, -5.0))
    assert board.money[0, full, WITHHOLD, BUY] == pytest.approx(np.full(4, -1.0))
    half = np.flatnonzero((board.stocks == 0.25) & (board.gaps == 2.0))
    left = -5.0 * (1 - 0.25 / 0.8)
    assert board.money[1, half, WITHHOLD, BUY] == pytest.approx(np.full(4, left))
    game = board.game(3, 4.0, 7.0)
    assert game.payoffs[0, 0] - board.money[0] == pytest.approx(
        np.broadcast_to(4.0 * board.gaps[:, None, None], (340, 2, 2))
    )
    assert game.payoffs[1, 2] - board.money[1] == pytest.approx(
        np.broadcast_to(-7.0 * board.gaps[:, None, None], (340, 2, 2))
    )


@pytest.mark.equation("5.46")
def test_a_ban_that_only_narrows_the_gap_pays_from_a_known_worth_and_stops_on_a_known_date():
    """No diffusion: a ban moves the gap by the same g each year, worth w g in every later year.

    It pays in year t of T while w g sum of d^k over k = 1 to T-1-t exceeds its cost.
    """
    given = replace(setting(), race=STEADY, control=0.0)
    narrowed = next_gap(given, 2.0, SELL, BUY) - next_gap(given, 2.0, SELL, BAN)
    assert narrowed == pytest.approx((np.exp(0.05) - 1) / 2.53, rel=1e-3)
    found = timing_of(given, YEARS, good="chips", sides=("A", "B"), draws=0)
    d = 1 / 1.05
    worth = narrowed * np.cumsum(d ** np.arange(1, 6))
    edge = 2.0 / worth[-1]
    assert found.ban.value == TRIED[np.searchsorted(TRIED, edge)]
    assert found.ban.every_larger
    assert found.control.value is None
    assert found.ban.words().startswith("if a generation is worth more than USD")
    course = found.course(50.0)
    pays = [50.0 * worth[left - 1] > 2.0 if left else False for left in range(5, -1, -1)]
    assert course.bans == pytest.approx(np.array(pays, dtype=float))
    assert course.gap[-1] == pytest.approx(2.0 - narrowed * sum(pays[:-1]), abs=1e-6)


def test_what_costs_nothing_and_helps_is_always_done_but_in_the_last_year():
    """The leader loses nothing by withholding, and the follower lives on diffusion."""
    found = timing_of(setting(controls=(0.0, -5.0)), YEARS, good="chips", sides=("A", "B"), draws=0)
    course = found.course(100.0)
    assert course.controls[:-1] == pytest.approx(np.ones(5))
    assert found.control.value == TRIED[1]
    assert found.regret <= 1e-9


def test_nothing_happens_when_a_generation_is_worth_nothing_and_acting_costs():
    found = timing_of(setting(), YEARS, good="chips", sides=("A", "B"), draws=3)
    first = found.course(0.0)
    assert first.controls == first.bans == (0.0,) * 6
    assert first.stock == pytest.approx(np.minimum(0.25 * np.arange(6), 1.0))
    low, mid, high = found.control.low, found.control.value, found.control.high
    assert low is not None
    assert mid is not None
    assert low <= (high if high is not None else np.inf)
    assert "withholding chips in 2026 pays A" in found.summary()
    assert found.to_dict()["sentences"] == found.sentences()


def test_several_equilibria_are_named_with_the_one_taken():
    """Both would act alone, neither if the other does: it is cheaper together to stay apart."""
    money = np.zeros((2, 2, 2, 2))
    money[0, :, WITHHOLD, BUY] = 1.0
    money[1, :, SELL, BAN] = 2.0
    money[:, :, WITHHOLD, BAN] = -3.0
    found = timing_of(
        replace(setting(), money=money, race=STEADY), YEARS, good="chips", sides=("A", "B"), draws=0
    )
    assert found.ambiguous > 0
    named = found.crossroads[0]
    assert set(named.equilibria) >= {"(withhold, buy)", "(sell, ban)"}
    assert named.taken == "(sell, ban)"
    assert found.course(0.0).by_selection
    assert "several equilibria" in found.summary()


@pytest.mark.equation("5.43")
def test_money_is_that_of_the_world_and_intensity_that_of_the_measures():
    """A tenth of what the control withholds leaks."""
    world, tech = load_world("icio-2022-strategic"), technology()
    control = ExportControl(by="USA", to=["CHN"], sectors=["ai_accelerators"], withhold_pct=50)
    ban = DiscouragedPurchase(
        by="CHN", against=["TWN", "KOR", "USA"], sectors=["ai_accelerators"], comply_pct=80
    )
    good = tech.good("ai_accelerators")
    found = setting_of(world, tech, good, [control], [ban], (["USA"], ["CHN"]), year=2026)
    from upperhand.equilibrium import solve_counterfactual

    both = solve_counterfactual(world, [control, ban], horizon="short")
    usd = both.data["equivalent_variation"].sel(country=["USA", "CHN"]).values / 1e3
    assert found.money[:, 1, WITHHOLD, BAN] == pytest.approx(usd)
    assert np.all(found.money[:, :, SELL, BUY] == 0.0)
    assert found.decoupling[SELL, BUY] == 0.0
    assert found.decoupling == pytest.approx(np.array([[0.0, 0.8], [0.45, 0.89]]))
    assert 0 < found.control < 1


def test_a_finer_grid_of_the_gap_tells_the_same_first_year(monkeypatch):
    """Twice as many points: thresholds move by at most one step of the worths tried."""
    coarse = timing_of(setting(), YEARS, good="chips", sides=("A", "B"), draws=0)
    monkeypatch.setattr("upperhand.game.race_game.GAPS", np.linspace(0.0, 4.0, 33))
    fine = timing_of(setting(), YEARS, good="chips", sides=("A", "B"), draws=0)
    for name in ("control", "ban"):
        values = [getattr(one, name).value for one in (coarse, fine)]
        places = [int(np.searchsorted(TRIED, np.inf if v is None else v)) for v in values]
        assert abs(places[0] - places[1]) <= 1
    assert len(GAPS) == 17
    assert len(STOCKS) == 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"control": 1.2}, "control is 1.2 to 1.2; allowed: 0 to 1"),
        ({"gap": -1.0}, "the gap is -1"),
        ({"rates": (0.05, 1.5)}, "discount rates are"),
        ({"money": np.zeros((2, 2))}, "money is"),
    ],
)
def test_wrong_settings_are_named(change, words):
    with pytest.raises(OptionError, match=words):
        replace(setting(), **change)


@pytest.mark.parametrize(
    ("years", "draws", "words"),
    [
        ([], 0, "consecutive years"),
        ([2027, 2026], 0, "consecutive years"),
        (YEARS, -1, "draws is -1"),
    ],
)
def test_wrong_years_and_draws_are_named(years, draws, words):
    with pytest.raises(OptionError, match=words):
        timing_of(setting(), years, good="chips", sides=("A", "B"), draws=draws)
