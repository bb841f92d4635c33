"""The seven measures over draws: numbers without a solve, and ranges for talks that were computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.equilibrium.solve import Closure
from upperhand.game.normal_form import bimatrix
from upperhand.results.talks import BargainingSet, Leverage, LeverageRow, SevenMeasures, Talks
from upperhand.talks.agree import rates_of
from upperhand.talks.alternating import limit_shares
from upperhand.talks.bargaining import nash_solution
from upperhand.talks.frontiers import Frontier
from upperhand.talks.ladder import solved_ladder
from upperhand.talks.leverage import Clock, upper_hand
from upperhand.talks.measures import clock_from, pain_ratios, signs_of
from upperhand.talks.menu import Payoffs
from upperhand.talks.scaled_deals import curve_through, prizes_on
from upperhand.talks.scaling import Scale
from upperhand.talks.threats import variable_threats
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Array = npt.NDArray[np.float64]
Pair = tuple[float, float]
Maybe = tuple[float | None, float | None]


def efficient_again(
    world: World,
    sides: tuple[Side, Side],
    frontier: BargainingSet,
    horizon: str,
    closure: Closure = "fixed",
    *,
    standing: bool = True,
) -> Array:
    """Return what the efficient deals of central numbers are worth in another world (eq. 12.33).

    Strengths are kept: a deal that is efficient at central numbers is nearly so in a draw, and the
    loss is of second order. One solve for each point of the frontier.

    Args:
        world: The baseline of the draw.
        sides: Both sides, with moves as they work at the horizon in the draw.
        frontier: The frontier of the talks at central numbers.
        horizon: Name of the horizon.
        closure: `fixed` or `share`.
        standing: As in the talks.

    Returns:
        [P, 2] payoffs, USD billion a year; the last row is the state of play.

    Raises:
        OptionError: If the draw has other parts than the talks.
        NoEquilibriumError: If a deal has no equilibrium.
    """
    scale = Scale.of(world, sides, horizon, closure, standing=standing)
    if [p.about.label for p in scale.parts] != [p.label for p in frontier.parts]:
        raise OptionError("the draw has other parts of a deal than the talks; draw strengths only")
    strengths = [np.array(point.strengths) for point in frontier.points]
    return scale.worths([*strengths, scale.now])


def measures_from(
    sides: tuple[Side, Side],
    table: Payoffs,
    efficient: Array,
    talking: Pair,
    *,
    power: Maybe = (None, None),
    ceilings: Maybe = (None, None),
) -> SevenMeasures:
    """Return the seven measures from payoffs that are already there; nothing is solved.

    Args:
        sides: Both sides; only their impatience is read.
        table: Every pair of packages.
        efficient: [P, 2] payoffs of deals, USD billion a year; those that another one beats are
            left out.
        talking: Payoffs while the sides talk.
        power: Structural power of both sides, log points times 100.
        ceilings: Credible ceilings of both sides, percentage points.

    Examples:
        >>> from upperhand.talks.confrontation import Move, Side
        >>> from upperhand.talks.menu import Payoffs, packages
        >>> menus = (packages(["tariff"]), packages(["answer"]))
        >>> usd = 1e3 * np.array([[[0.0, -3.0], [-1.0, -5.0]], [[0.0, -1.0], [-4.0, -6.0]]])
        >>> table = Payoffs(("A", "B"), menus, usd / 1e3, usd, "long", ())
        >>> sides = (Side("A", ("A",), ()), Side("B", ("B",), ()))
        >>> found = measures_from(sides, table, np.array([[0, 4.0], [3, 3], [4, 0]]), (0.0, 0.0))
        >>> found.advantage, round(found.share, 2)
        (1.0, 0.47)
    """
    usd, percent, rates = table.usd / 1e3, table.percent, rates_of(sides)
    threats = variable_threats(bimatrix(usd[0], usd[1]))
    curve = curve_through(_undominated(efficient))
    share = _share(curve, threats.threat, limit_shares(rates))
    prizes = prizes_on(curve, talking, close=1e-6 * float(np.abs(usd).max()))
    ticking = clock_from(usd, prizes, rates)
    mine, yours = (found.ratio for found in pain_ratios(percent))
    stops = solved_ladder(sides, table).stop
    signs = signs_of(threats.advantage, share, ticking)
    values: dict[str, Maybe] = {
        "pain_ratio": (mine, yours),
        "credible_ceiling": ceilings,
        "structural_power": power,
        "threat_advantage": (threats.advantage, -threats.advantage),
        "surplus_share": (None, None) if share is None else (share, 1.0 - share),
        "clock": _patience(ticking),
        "escalation": (float(stops[0]), float(stops[1])),
    }
    return SevenMeasures(table.horizon, values, *signs)


def _undominated(points: Array) -> Array:
    kept: list[Array] = []
    for point in points[np.lexsort((-points[:, 1], -points[:, 0]))]:
        if not kept or point[1] > kept[-1][1]:
            kept.append(point)
    return np.array(kept[::-1])


def _share(curve: Frontier, threat: Pair, weights: Pair) -> float | None:
    try:
        gains = np.array(nash_solution(curve, threat, weights=weights).gains)
    except OptionError:  # no deal beats the threats of both sides
        return None
    return float(gains[0] / gains.sum())


def _patience(ticking: Clock | None) -> Maybe:
    if ticking is None:
        return None, None
    first, second = (float(p) if np.isfinite(p) else None for p in ticking.patience)
    return first, second


def with_ranges(
    talks: Talks, drawn: Mapping[str, Sequence[SevenMeasures]], *, level: float = 0.9
) -> Talks:
    """Return talks whose measures have ranges and whose sentence has a probability (eq. 12.14).

    Args:
        talks: The talks at central numbers.
        drawn: The measures of every draw, by horizon.
        level: Share of draws between low and high.

    Returns:
        The same talks; horizons without draws are left as they are. A range is given where more
        than half of the draws have the measure.
    """
    return replace(
        talks,
        leverage=tuple(
            _ranged(one, drawn[one.horizon], talks.sides, level) if drawn.get(one.horizon) else one
            for one in talks.leverage
        ),
    )


def _ranged(
    one: Leverage, drawn: Sequence[SevenMeasures], sides: tuple[str, str], level: float
) -> Leverage:
    verdict = upper_hand(
        [d.advantage for d in drawn], [d.share for d in drawn], [d.patience for d in drawn],
        sides=sides,
    )  # fmt: skip
    return replace(
        one,
        rows=tuple(_row(row, drawn, level) for row in one.rows),
        holder=verdict.holder,
        sentence=verdict.sentence,
        probability=verdict.probability,
        draws=len(drawn),
    )


def _row(row: LeverageRow, drawn: Sequence[SevenMeasures], level: float) -> LeverageRow:
    pairs = [d.values[row.key] for d in drawn if row.key in d.values]
    ends: list[Maybe] = []
    for quantile in ((1.0 - level) / 2.0, (1.0 + level) / 2.0):
        first, second = (_quantile([p[k] for p in pairs], quantile) for k in (0, 1))
        ends.append((first, second))
    if all(value is None for end in ends for value in end):
        return row
    return replace(row, low=ends[0], high=ends[1])


def _quantile(values: Sequence[float | None], quantile: float) -> float | None:
    known = [v for v in values if v is not None]
    return float(np.quantile(known, quantile)) if 2 * len(known) > len(values) else None
