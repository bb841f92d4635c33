"""The world as of a day: the economy with the measures in force then (docs/decisions/0011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import solve_wedges
from upperhand.equilibrium.rebase import world_of
from upperhand.measures.hs import units
from upperhand.measures.labels import is_service, labels_of
from upperhand.measures.partners import partner_points
from upperhand.measures.published import published_on
from upperhand.measures.register import FIRST_DAY, Branch, Entry, check_date, in_force
from upperhand.measures.stacking import PAIRS, Stack, Weights, stack_of
from upperhand.world.shock import Shock, check_shock, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
#: Instruments that withhold goods from the actor's exports; the others bind its imports.
ON_EXPORTS = ("export_control",)
TOLERANCE, MOST_STEPS = 1e-12, 500


@dataclass(frozen=True, slots=True)
class Controls:
    """Measures other than tariffs on a day: those applied, and those that are not, with reasons."""

    applied: tuple[Entry, ...]
    left_out: tuple[tuple[str, str], ...]


def as_of(
    world: World,
    day: date | str,
    *,
    weights: Weights = "statutory",
    horizon: str | Horizon = "medium",
    after_horizon: Branch | None = None,
    controls: bool = True,
    rates: Mapping[str, float] | None = None,
) -> World:
    """Return the world with the measures in force on a day, worked through at a horizon.

    The table's year carries measures too. Its duties between the United States and China are
    described anew, good by good, by the register on 1 July of that year, with the same flows; then
    those of the day are set, the year is solved and becomes the new baseline. On 1 July of the
    table's year nothing moves. Other partners of the United States pay their average of new duties
    (Waugh) on all goods. Controls that began after the table's year withhold their share of the
    flow, where the world has the good as a sector.

    Args:
        world: A world with sectors of OECD ICIO, strategic goods, or one sector `GOODS`.
        day: 2018-01-01 to 2026-07-31; later only with a branch.
        weights: `statutory` (by law) or `collected` (scaled to what customs collected in 2024).
        horizon: Span in which the measures have worked: `short`, `medium` or `long`.
        after_horizon: `expired` or `extended`: what to take as given after July 2026.
        controls: Apply export controls, bans and halted purchases, whose strengths are assumed.
        rates: Shares withheld other than the register's, per cent, by row.

    Returns:
        The world; `card["as_of"]` names the rows applied, those left out and the averages.

    Raises:
        OptionError: If the day is outside the register, or the world has no sector of it.
        NoEquilibriumError: If the measures leave no equilibrium.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> world = as_of(toy_world(), "2025-10-09")
        >>> world.name
        'toy as of 2025-10-09'
        >>> usa, chn = world.countries.index("USA"), world.countries.index("CHN")
        >>> bool(world.trade[chn, usa, 0] < toy_world().trade[chn, usa, 0])
        True
    """
    ready = prepared(world, day, weights=weights, after_horizon=after_horizon, controls=controls)
    shock = ready.shock_at(rates or {})
    check_shock(ready.start, shock)
    name = f"{world.name} as of {ready.day}"
    solved = _solved(ready.start, shock, horizon_of(horizon), name)
    note = _note(world, base_day(world), ready.day, ready.stacks, ready.points, ready.controls)
    about = {**note, "horizon": horizon_of(horizon).name, "after_horizon": after_horizon or ""}
    return replace(solved, card={**world.card, "war_layer": [], "as_of": about})


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A day's measures on a world, before the year is solved.

    Attributes:
        day: The day.
        start: The world with the duties of the table's year described anew.
        tariffs: Shock of the duties of the day.
        controls: Controls applied and left out.
        stacks: Duties of both countries.
        points: Average new US duty on each other partner, percentage points.
    """

    day: date
    start: World
    tariffs: Shock
    controls: Controls
    stacks: tuple[Stack, ...]
    points: dict[str, float]

    def shock_at(self, rates: Mapping[str, float]) -> Shock:
        """Return duties and controls; `rates` replaces shares withheld, per cent, by row of the register."""
        left = _availability(self.start, self.controls.applied, rates)
        return replace(self.tariffs, availability=left)


def prepared(
    world: World,
    day: date | str,
    *,
    weights: Weights = "statutory",
    after_horizon: Branch | None = None,
    controls: bool = True,
) -> Prepared:
    """Return the measures of a day on a world; see `as_of`.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> ready = prepared(toy_world(), "2025-10-09")
        >>> ready.shock_at({}).tariff_set.shape
        (3, 3, 2)
    """
    when = check_date(day, after_horizon=after_horizon)
    start_day = base_day(world)
    start = described_anew(world, start_day, weights)
    new = _stacks(world, when, weights, after_horizon)
    shock, points = _tariffs(start, new, when)
    found = _controls(start, when, start_day, after_horizon) if controls else Controls((), ())
    return Prepared(when, start, shock, found, tuple(new), points)


def base_day(world: World) -> date:
    """Return the day whose measures the flows of the table's year were traded under.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> base_day(toy_world())
        datetime.date(2022, 7, 1)
    """
    return max(FIRST_DAY, check_date(date(max(world.year, FIRST_DAY.year), 7, 1)))


def described_anew(world: World, day: date, weights: Weights) -> World:
    """Return the world with the register's duties of a day between both countries (eq. 3.24).

    Flows at the border stay as they are. Users' prices change with the duty, so inputs and final demand in a
    sector change in the same proportion, and value added is what is left.
    """
    tariff = world.tariff.copy()
    for stack in _stacks(world, day, weights, None):
        _set(tariff, world, stack)
    old = (world.trade * (1 + world.tariff)).sum(axis=0)
    new = (world.trade * (1 + tariff)).sum(axis=0)
    ratio = np.where(old > 0, new / np.where(old > 0, old, 1.0), 1.0)
    share = world.input_share * ratio[:, :, None]
    value_added = world.value_added_share + (world.input_share - share).sum(axis=1)
    return replace(world, tariff=tariff, input_share=share, value_added_share=value_added)


def _stacks(world: World, day: date, weights: Weights, branch: Branch | None) -> list[Stack]:
    """Return the duties of both countries in the sectors of the world."""
    goods = [code for code in world.sectors if not is_service(code)]
    known = {unit.code for unit in units()} | {unit.parent for unit in units()} | {"GOODS"}
    if not {"USA", "CHN"} <= set(world.countries) or not known.intersection(goods):
        raise OptionError(
            f"world '{world.name}' lacks USA, CHN or sectors of the register; allowed: sectors of "
            "OECD ICIO such as C26, strategic goods such as chips, or one sector GOODS"
        )
    return [
        stack_of(day, importer, exporter, weights=weights, after_horizon=branch).by_sector(goods)
        for importer, exporter in PAIRS
    ]


def _set(tariff: Array, world: World, stack: Stack) -> None:
    """Write the rates of a stack into a cube of tariffs."""
    i, j = world.countries.index(stack.exporter), world.countries.index(stack.importer)
    places = [world.sectors.index(code) for code in stack.goods]
    tariff[i, j, places] = stack.total / 100


def _tariffs(world: World, stacks: Sequence[Stack], day: date) -> tuple[Shock, dict[str, float]]:
    level = np.full(world.trade.shape, np.nan)
    for stack in stacks:
        _set(level, world, stack)
    points = partner_points(day, world.countries, dict(labels_of(world).members))
    added = np.zeros(world.trade.shape)
    goods = [k for k, code in enumerate(world.sectors) if not is_service(code)]
    usa = world.countries.index("USA")
    for code, rate in points.items():
        added[world.countries.index(code), usa, goods] = rate / 100
    return replace(no_shock(world), tariff_set=level, tariff_add=added), points


def _controls(world: World, day: date, start: date, branch: Branch | None) -> Controls:
    applied, left_out = [], []
    for entry in in_force(day, after_horizon=branch):
        if entry.unit != "share_pct":
            continue
        reason = _reason(world, entry, start)
        if reason:
            left_out.append((entry.id, reason))
        else:
            applied.append(entry)
    return Controls(tuple(applied), tuple(left_out))


def _reason(world: World, entry: Entry, start: date) -> str:
    """Return why a control is not applied, or the empty string."""
    if entry.runs_on(start):
        return f"in force on {start}: the flows of the table already show it"
    if not set(_units_of(entry)) & set(world.sectors):
        return "its goods are no sector of this world; use the world with strategic goods"
    missing = [c for c in (entry.actor, entry.target) if c not in (*world.countries, "world")]
    return f"{missing[0]} is no country of this world" if missing else ""


def _units_of(entry: Entry) -> list[str]:
    return entry.scope.partition(":")[2].split(";")


def _availability(world: World, entries: Sequence[Entry], rates: Mapping[str, float]) -> Array:
    """Return the share of varieties that stays available; several measures multiply."""
    left = np.ones(world.trade.shape)
    everybody = range(len(world.countries))
    for entry in entries:
        actor = world.countries.index(entry.actor)
        targets = everybody if entry.target == "world" else [world.countries.index(entry.target)]
        for code in set(_units_of(entry)) & set(world.sectors):
            k = world.sectors.index(code)
            for other in (i for i in targets if i != actor):
                pair = (actor, other) if entry.instrument in ON_EXPORTS else (other, actor)
                left[(*pair, k)] *= 1 - rates.get(entry.id, entry.rate or 0.0) / 100
    return left


def _solved(world: World, shock: Shock, horizon: Horizon, name: str) -> World:
    calibration = calibrate(world, horizon, scale=False, labour_supply=0.0)

    def wedges_at(size: float) -> Any:
        return wedges_of(calibration, shock, closure="fixed", size=size)

    found = solve_wedges(calibration, partial(wedges_at), tol=TOLERANCE, max_steps=MOST_STEPS)
    if not found.outcome.ok:
        raise NoEquilibriumError(f"{name}: {found.outcome.sentence()}")
    return world_of(world, shock, found, name=name)


def _note(
    world: World,
    start: date,
    day: date,
    stacks: Sequence[Stack],
    points: dict[str, float],
    controls: Controls,
) -> dict[str, Any]:
    """Return what the card says about the baseline: rows, averages, what was left out."""
    return {
        "day": day.isoformat(),
        "weights": stacks[0].weights,
        "made_from": world.name,
        "table_year_measures_of": start.isoformat(),
        "war_layer_replaced": list(world.card.get("war_layer", [])),
        "averages": [
            {"importer": s.importer, "exporter": s.exporter, "ours_pct": round(s.average, 2)}
            for s in stacks
        ],
        "published": published_on(day),
        "rows": sorted({row for s in stacks for rows in s.entries.values() for row in rows}),
        "controls": [
            {"id": e.id, "withheld_pct": e.rate, "low": e.low, "high": e.high, "status": "assumed"}
            for e in controls.applied
        ],
        "left_out": [{"id": name, "reason": reason} for name, reason in controls.left_out],
        "other_partners_points": points,
    }
