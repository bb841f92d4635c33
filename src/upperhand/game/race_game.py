"""When to control and when to ban: leader and follower over the years (model book, eq. 5.43 to 5.46).

Each year the leader sells or withholds and the follower buys or keeps its own buyers away. The state
is the gap, the follower's stock and what both did the year before. Money comes from equilibria of the
world; what a generation of lead is worth beyond it nobody has measured, so thresholds are the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from upperhand.core.errors import OptionError, raise_faults
from upperhand.equilibrium.solve import Closure, solve_counterfactual
from upperhand.game.checks import FloatArray
from upperhand.game.markov import (
    SUM,
    MarkovGame,
    MarkovPlay,
    equilibria_of,
    openings,
    solve_markov,
)
from upperhand.horizon.policy import Source
from upperhand.results.timing import Course, Crossroad, Threshold, Timing
from upperhand.technology.feedback import measure_force
from upperhand.technology.goods import Good, Technology
from upperhand.technology.parameters import Race, draw_race, parameters
from upperhand.technology.race import follower_speed, frontier_speed
from upperhand.technology.state import run_technology
from upperhand.world.shock import compose_all, no_shock
from upperhand.world.world import World

#: Grids of the state: generations behind, stock in years of use.
GAPS = np.linspace(0.0, 4.0, 17)
STOCKS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
SELL, WITHHOLD = BUY, BAN = 0, 1
NAMES = (("sell", "withhold"), ("buy", "ban"))
#: Worths of a generation that are shown and those tried for thresholds, USD billion a year.
WEIGHTS = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
TRIED = np.concatenate([[0.0], np.geomspace(0.2, 500.0, 39)])
#: Weights on the payoffs of leader and follower by which one of several equilibria is taken, in
#: the order of `results.timing.SELECTIONS`.
PREFERRED = (SUM, (1.0, 0.0), (0.0, 1.0))
RATE = (0.02, 0.05, 0.12)
MOST_NAMED = 20


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a year of each pair of actions brings.

    Attributes:
        money: Change of both sides' real income, USD billion a year (side, fresh, action, action);
            `fresh` is 1 in the first year of a pair of actions and 0 afterwards.
        control: Intensity of control under withholding, the share of supply that stocks must cover.
        decoupling: Share of the leader's revenue lost (action, action).
        race: Parameters, one number each.
        gap: Generations behind in the first year.
        rates: Discount rates of leader and follower.
    """

    money: FloatArray
    control: float
    decoupling: FloatArray
    race: Race
    gap: float
    rates: tuple[float, float] = (RATE[1], RATE[1])

    def __post_init__(self) -> None:
        money, lost = np.shape(self.money), np.shape(self.decoupling)
        faults = []
        if money != (2, 2, 2, 2) or lost != (2, 2):
            faults.append(f"money is {money} and decoupling {lost}; give (2, 2, 2, 2) and (2, 2)")
        for name in ("control", "decoupling"):
            values = np.asarray(getattr(self, name))
            if not bool(((values >= 0) & (values <= 1)).all()):
                faults.append(f"{name} is {values.min():g} to {values.max():g}; allowed: 0 to 1")
        if not self.gap >= 0:
            faults.append(f"the gap is {self.gap:g}; allowed: at least 0 generations")
        if not all(0 <= rate < 1 for rate in self.rates):
            faults.append(f"discount rates are {self.rates}; allowed: 0 to 1 a year")
        raise_faults(OptionError, faults, what="game of controls and bans")


def setting_of(
    world: World,
    tech: Technology,
    good: Good,
    controls: Sequence[Source],
    ban: Sequence[Source],
    sides: tuple[Sequence[str], Sequence[str]],
    *,
    year: int,
    closure: Closure = "fixed",
) -> Setting:
    """Return what each pair of actions brings in a world (eq. 5.43).

    Cost and intensity are those of the measures given: withholding is all of them, selling none;
    what else is on record counts for neither. A pair of actions costs at the short horizon in its
    first year and at the medium one afterwards.

    Raises:
        NoEquilibriumError: If one of the pairs has no equilibrium.
    """
    money = np.zeros((2, 2, 2, 2))
    for (a, first), (b, second) in product(
        enumerate(((), tuple(controls))), enumerate(((), tuple(ban)))
    ):
        measures = [*first, *second]
        if measures:
            for fresh, horizon in enumerate(("medium", "short")):
                money[:, fresh, a, b] = _money(world, measures, sides, horizon, closure)
    calm = no_shock(world)
    held = compose_all(world, list(controls)) if controls else calm
    closed = compose_all(world, list(ban)) if ban else calm
    control, _, lost = measure_force(world, good, held, calm)
    _, _, lost_ban = measure_force(world, good, calm, closed)
    _, _, lost_both = measure_force(world, good, held, closed)
    state = run_technology(tech, range(2014, year + 1))[good.name]
    return Setting(
        money=money,
        control=control,
        decoupling=np.array([[0.0, lost_ban], [lost, lost_both]]),
        race=tech.race,
        gap=float(np.median(state.gap[-1])),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """The game of a setting but for what a generation is worth.

    Attributes:
        money: Payoffs in money (side, state, action, action).
        moves: Chance of the next state (action, action, state, next state).
        gaps: Generations behind in each state.
        stocks: Stock in each state.
        before: What both did the year before in each state (state, side).
        start: Chance of each state today: controls and ban in force, no stock.
        factors: Discount factors.
    """

    money: FloatArray
    moves: FloatArray
    gaps: FloatArray
    stocks: FloatArray
    before: FloatArray
    start: FloatArray
    factors: tuple[float, float]

    def game(self, years: int, lead: float, behind: float) -> MarkovGame:
        """Return the game over some years (eq. 5.45).

        Args:
            years: Periods.
            lead: What a generation of lead is worth to the leader, USD billion a year.
            behind: What a generation behind costs the follower, USD billion a year.
        """
        weights = np.array([lead, -behind])[:, None, None, None]
        payoffs = self.money + weights * self.gaps[None, :, None, None]
        end = np.zeros((2, len(self.gaps)))
        return MarkovGame(np.repeat(payoffs[:, None], years, axis=1), self.moves, end, self.factors)


def board_of(setting: Setting) -> Board:
    """Return states, money and moves of a setting (eq. 5.44).

    Examples:
        >>> money = np.zeros((2, 2, 2, 2))
        >>> board = board_of(Setting(money, 0.9, np.zeros((2, 2)), Race(), 2.0))
        >>> board.game(3, 1.0, 1.0).payoffs.shape
        (2, 3, 340, 2, 2)
    """
    shape = (len(GAPS), len(STOCKS), 2, 2)
    states = int(np.prod(shape))
    moves = np.zeros((2, 2, states, *shape))
    money = np.zeros((2, *shape, 2, 2))
    covered = _covered(setting, STOCKS)
    for a, b in product((0, 1), (0, 1)):
        gap = _onto(GAPS, np.array([next_gap(setting, gap, a, b) for gap in GAPS]))
        stock = _onto(STOCKS, np.array([next_stock(setting, stock, a, b) for stock in STOCKS]))
        both = np.einsum("gh,kl->gkhl", gap, stock)[:, :, None, None]
        moves[a, b].reshape(*shape, *shape)[..., a, b] = both
        for before, bought in product((0, 1), (0, 1)):
            fresh = int((a, b) != (before, bought))
            usd = setting.money[:, fresh, a, b]
            saved = -covered * min(_from_control(setting, fresh, a, b), 0.0)
            money[0, :, :, before, bought, a, b] = usd[0]
            money[1, :, :, before, bought, a, b] = usd[1] + saved[None, :]
    start = np.zeros(shape)
    start[:, 0, WITHHOLD, BAN] = _onto(GAPS, np.array([min(setting.gap, GAPS[-1])]))[0]
    gaps, stocks, first, second = (
        np.broadcast_to(x, shape).reshape(-1)
        for x in np.ix_(GAPS, STOCKS, np.array([0, 1]), np.array([0, 1]))
    )
    return Board(
        money=money.reshape(2, states, 2, 2),
        moves=moves.reshape(2, 2, states, states),
        gaps=gaps,
        stocks=stocks,
        before=np.stack([first, second], axis=1),
        start=start.reshape(-1),
        factors=(1.0 / (1.0 + setting.rates[0]), 1.0 / (1.0 + setting.rates[1])),
    )


def next_gap(setting: Setting, gap: float, a: int, b: int) -> float:
    """Return the gap a year later, research being what the pair of actions makes it (eq. 5.44).

    Examples:
        >>> calm = Setting(np.zeros((2, 2, 2, 2)), 0.9, np.zeros((2, 2)), Race(), 2.0)
        >>> [round(next_gap(calm, 2.0, a, b), 3) for a in (SELL, WITHHOLD) for b in (BUY, BAN)]
        [2.0, 1.992, 2.054, 2.044]
    """
    race, control = setting.race, setting.control * (a == WITHHOLD)
    research = np.exp(race.research_response * control + race.home_market * (b == BAN))
    speed = frontier_speed(race, float(setting.decoupling[a, b]))
    change = float(np.asarray(speed - follower_speed(race, research, control, gap)))
    return float(np.clip(gap + change, GAPS[0], GAPS[-1]))


def next_stock(setting: Setting, stock: float, a: int, b: int) -> float:
    """Return the stock a year later: laid in while trade is free, used up under controls (eq. 5.44).

    Examples:
        >>> calm = Setting(np.zeros((2, 2, 2, 2)), 0.4, np.zeros((2, 2)), Race(), 2.0)
        >>> next_stock(calm, 0.5, SELL, BUY), next_stock(calm, 0.5, SELL, BAN)
        (0.75, 0.5)
    """
    if a == WITHHOLD:
        stock = stock - setting.control
    elif b == BUY:
        stock = stock + float(np.asarray(setting.race.laid_in))
    return float(np.clip(stock, STOCKS[0], STOCKS[-1]))


def timing_of(
    setting: Setting,
    years: Sequence[int],
    *,
    good: str,
    sides: tuple[str, str],
    draws: int = 20,
    seed: int = 1,
) -> Timing:
    """Return when controls and counter-bans are in force in equilibrium (eq. 5.46).

    For each worth of a generation the game is solved once, worth as much to both sides. The
    thresholds are the smallest worths at which each acts in the first year, the other giving it
    none; they come at the reference and over draws of the parameters and discount rates, each also
    under other choices among several equilibria.

    Args:
        setting: What a year of each pair of actions brings.
        years: Consecutive years.
        good: The technology.
        sides: Leader and follower.
        draws: Draws of the parameters of the race; none leaves the ranges at the reference.
        seed: Seed of the draws.

    Raises:
        OptionError: If years have gaps or are none, or draws are below 0.

    Examples:
        >>> money = np.zeros((2, 2, 2, 2))
        >>> money[0, :, 1, :] = -1.0
        >>> calm = Setting(money, 0.9, np.zeros((2, 2)), Race(), 2.0)
        >>> timing_of(calm, [2026, 2027], good="chips", sides=("A", "B"), draws=0).courses[
        ...     0
        ... ].controls
        (0.0, 0.0)
    """
    span = [int(year) for year in years]
    faults = []
    if not span or span != list(range(span[0], span[0] + len(span))):
        faults.append(f"years are {span[:6]}; give consecutive years in order")
    if not 0 <= draws <= 10_000:
        faults.append(f"draws is {draws}; allowed: 0 to 10000")
    raise_faults(OptionError, faults, what="timing of controls and bans")
    board = board_of(setting)
    solved = [_solved(board, span, weight) for weight in WEIGHTS]
    boards = [board_of(one) for one in _drawn(setting, draws, seed)]
    plays = [play for _, play in solved]
    return Timing(
        good=good,
        sides=sides,
        years=tuple(span),
        courses=tuple(course for course, _ in solved),
        control=_threshold(board, boards, len(span), 0),
        ban=_threshold(board, boards, len(span), 1),
        stage_games=sum(play.several.size for play in plays),
        ambiguous=sum(play.ambiguous for play in plays),
        crossroads=tuple(_crossroads(board, plays, span)),
        regret=max(play.regret for play in plays),
        draws=draws,
        rests_on=_rests_on(setting, draws),
    )


def _solved(board: Board, years: Sequence[int], weight: float) -> tuple[Course, MarkovPlay]:
    """Return course and play when a generation is worth so much to both."""
    game = board.game(len(years), weight, weight)
    plays = [solve_markov(game, prefer=prefer) for prefer in PREFERRED]
    first, *others = [_course(board, game, play, weight) for play in plays]
    return replace(first, by_selection=any(_apart(first, one) for one in others)), plays[0]


def _course(board: Board, game: MarkovGame, play: MarkovPlay, weight: float) -> Course:
    """Return what happens along the path of play from today's gap."""
    place = play.walk(game, board.start)
    return Course(
        weight=weight,
        controls=tuple(float(x) for x in (place * play.first[:, :, WITHHOLD]).sum(axis=1)),
        bans=tuple(float(x) for x in (place * play.second[:, :, BAN]).sum(axis=1)),
        gap=tuple(float(x) for x in place @ board.gaps),
        stock=tuple(float(x) for x in place @ board.stocks),
        by_selection=False,
    )


def _apart(one: Course, other: Course) -> bool:
    """Return whether two courses differ by more than half a per cent in some year."""
    pairs = ((one.controls, other.controls), (one.bans, other.bans))
    return any(
        abs(x - y) > 0.005 for mine, theirs in pairs for x, y in zip(mine, theirs, strict=True)
    )


def _crossroads(
    board: Board, plays: Sequence[MarkovPlay], years: Sequence[int]
) -> Iterator[Crossroad]:
    """Yield the stage games with several equilibria to which play is likeliest to come."""
    places = []
    for k, (weight, play) in enumerate(zip(WEIGHTS, plays, strict=True)):
        place = play.walk(board.game(len(years), weight, weight), board.start)
        places += [
            (-float(place[t, s]), k, t, s) for t, s in np.argwhere(play.several > 1).tolist()
        ]
    for chance, k, t, s in sorted(places)[:MOST_NAMED]:
        game = board.game(len(years), WEIGHTS[k], WEIGHTS[k])
        found = equilibria_of(game, plays[k], t, s, names=NAMES)
        acts = (int(plays[k].first[t, s].argmax()), int(plays[k].second[t, s].argmax()))
        yield Crossroad(
            weight=WEIGHTS[k],
            year=years[t],
            gap=float(board.gaps[s]),
            stock=float(board.stocks[s]),
            before=_pair(*board.before[s].tolist()),
            chance=-chance,
            equilibria=tuple(profile.label for profile in found.profiles),
            taken=_pair(*acts),
        )


def _pair(a: int, b: int) -> str:
    return f"({NAMES[0][a]}, {NAMES[1][b]})"


def _threshold(board: Board, boards: Sequence[Board], years: int, side: int) -> Threshold:
    """Return the smallest worth of a generation at which a side acts in the first year (eq. 5.46)."""
    acting = [_acts(board, years, side, prefer) for prefer in PREFERRED]
    drawn = [_first(_acts(one, years, side, SUM)) for one in boards] or [_first(acting[0])]
    low, high = np.quantile(drawn, [0.1, 0.9], method="inverted_cdf")
    return Threshold(
        value=_finite(_first(acting[0])),
        low=_finite(float(low)),
        high=_finite(float(high)),
        by_selection=tuple(_finite(_first(one)) for one in acting),
        every_larger=bool(acting[0][int(np.argmax(acting[0])) :].all() or not acting[0].any()),
    )


def _acts(board: Board, years: int, side: int, prefer: tuple[float, float]) -> FloatArray:
    """Return whether a side acts in the first year at each worth tried, the other giving it none."""
    sign = (1.0, -1.0)[side]
    extra = np.zeros((2, len(TRIED), len(board.gaps)))
    extra[side] = sign * np.outer(TRIED, board.gaps)
    chances = openings(board.game(years, 0.0, 0.0), extra, prefer=prefer)[side]
    return np.asarray(chances[:, :, 1] @ board.start > 0.5)


def _first(acting: FloatArray) -> float:
    return float(TRIED[int(np.argmax(acting))]) if acting.any() else np.inf


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _drawn(setting: Setting, draws: int, seed: int) -> list[Setting]:
    """Return the setting with each draw of the parameters and of both discount rates."""
    if not draws:
        return []
    race = draw_race(draws, seed)
    rates = np.random.default_rng(seed + 1).triangular(*RATE, size=(draws, 2))
    names = list(parameters())
    return [
        replace(
            setting,
            race=Race(**{name: float(np.asarray(getattr(race, name))[at]) for name in names}),
            rates=(float(rates[at, 0]), float(rates[at, 1])),
        )
        for at in range(draws)
    ]


def _from_control(setting: Setting, fresh: int, a: int, b: int) -> float:
    """Return what withholding adds to the follower's income, given what it does itself."""
    if a == SELL:
        return 0.0
    return float(setting.money[1, fresh, WITHHOLD, b] - setting.money[1, fresh, SELL, b])


def _covered(setting: Setting, stock: FloatArray) -> FloatArray:
    """Return the part of a year's missing supply that a stock covers (eq. 5.9)."""
    if setting.control == 0:
        return np.ones_like(stock)
    return np.asarray(np.minimum(1.0, stock / setting.control))


def _onto(grid: FloatArray, values: FloatArray) -> FloatArray:
    """Return the weights of the points of a grid around each value (value, point)."""
    low = np.clip(np.searchsorted(grid, values, side="right") - 1, 0, len(grid) - 2)
    part = np.clip((values - grid[low]) / (grid[low + 1] - grid[low]), 0.0, 1.0)
    found = np.zeros((len(values), len(grid)))
    rows = np.arange(len(values))
    found[rows, low] = 1.0 - part
    found[rows, low + 1] = part
    return found


def _money(
    world: World,
    measures: Sequence[Source],
    sides: tuple[Sequence[str], Sequence[str]],
    horizon: str,
    closure: Closure,
) -> list[float]:
    found = solve_counterfactual(world, measures, horizon=horizon, closure=closure)
    usd = found.require_converged()["equivalent_variation"].values / 1e3
    return [float(usd[np.isin(world.countries, list(side))].sum()) for side in sides]


def _rests_on(setting: Setting, draws: int) -> tuple[str, ...]:
    money, race = setting.money[:, 0], setting.race
    ranges = {name: parameters()[name] for name in ("home_market", "laid_in")}
    home, laid = ranges["home_market"], ranges["laid_in"]
    return (
        f"USD bn a year to leader and follower: controls {money[0, 1, 0]:.2f} and {money[1, 1, 0]:.2f}, "
        f"ban {money[0, 0, 1]:.2f} and {money[1, 0, 1]:.2f}, both {money[0, 1, 1]:.2f} and "
        f"{money[1, 1, 1]:.2f} (medium horizon; the first year of a change costs at the short one)",
        f"control {setting.control:.2f} while it lasts, 0 while it does not; gap {setting.gap:.1f} "
        "generations today; today both controls and ban are in force and there is no stock",
        f"a market kept at home raises the follower's research by {float(np.asarray(race.home_market)):.0%} "
        f"({home.low:.0%} to {home.high:.0%}), and {12 * float(np.asarray(race.laid_in)):.0f} months of use "
        f"({12 * laid.low:.0f} to {12 * laid.high:.0f}) are laid in during a year of free trade; both assumed",
        "research follows policy within the year, and nothing counts after the last year, so both act "
        "less near it",
        f"ranges: 10 to 90 per cent of {draws} draws of the race and of both discount rates; money stays",
    )
