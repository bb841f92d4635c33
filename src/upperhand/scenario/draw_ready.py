"""A scenario made ready for many draws in one process: everything that no draw changes, done once.

What is left for a draw is arithmetic on arrays: strengths to wedges, wedges to equilibria. Starting
points are the equilibria of the central numbers, so a draw is the same in whatever part it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.calibrate import calibrate
from upperhand.equilibrium.rebase import world_of as world_after
from upperhand.horizon.as_of import Prepared, prepared
from upperhand.measures.base import Measure
from upperhand.measures.purchase_commitment import PurchaseCommitment
from upperhand.scenario.drawn import (
    Numbers,
    drawn_controls,
    drawn_horizon,
    drawn_world,
    measures_at,
    measures_of,
    with_strength,
)
from upperhand.scenario.settle import MONTHS, settled
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.strengths import Cells, Strengths, assembled, cells_of, strengths_of
from upperhand.uncertainty.year import Closure, solved
from upperhand.world.shock import check_shock, compose_all

if TYPE_CHECKING:
    from upperhand.equilibrium.calibrate import Calibration
    from upperhand.equilibrium.horizons import Horizon
    from upperhand.equilibrium.ladder import Solution
    from upperhand.results.counterfactual import Counterfactual
    from upperhand.scenario.schema import Scenario
    from upperhand.world.shock import Shock
    from upperhand.world.world import World

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Keyed:
    """A scenario with the ranges of its draws, found again by what identifies them."""

    key: str
    scenario: Scenario = field(compare=False)
    ranges: Mapping[str, tuple[float, float]] = field(compare=False)
    central: Mapping[str, float] = field(compare=False)


@dataclass(frozen=True, eq=False)
class Ready:
    """A scenario ready for draws.

    Attributes:
        scenario: The scenario.
        table: Its world table with its options.
        day: Measures of the baseline's day on that table; None without one.
        strengths: Wedges of each measure by path and horizon, over the ranges of its numbers.
        members: Countries of each side.
        starts: The central equilibria: first points of the draws.
    """

    scenario: Scenario
    table: World
    day: Prepared | None
    strengths: Mapping[tuple[str, str], Strengths]
    members: Mapping[str, tuple[str, ...]]
    starts: Mapping[str, Solution] = field(default_factory=dict)

    def baseline(self, draw: Numbers, keep: dict[str, Solution] | None = None) -> World:
        """Return the world that the moves of a draw are compared with.

        Args:
            draw: Its numbers.
            keep: Takes the equilibria on the way.
        """
        kept = {} if keep is None else keep
        base = self.scenario.baseline
        table = drawn_world(self.scenario, draw)
        world = table
        if self.day is not None:
            world = self._as_of(self.day, table, draw, kept)
        if not base.measures:
            return world
        calibration = self.calibrated(world, drawn_horizon(base.horizon, draw))
        paths = [f"baseline.measures[{i}]" for i in range(len(base.measures))]
        shock = self.shock(world, paths, base.horizon, draw)
        found = solved(
            calibration, shock, closure=self.closure(draw), words=f"baseline: {base.words}",
            near=self.starts.get("baseline"),
        )  # fmt: skip
        kept["baseline"] = found
        return world_after(calibration.world, shock, found, name=f"{table.name}, {base.words}")

    def package(self, world: World, name: str, draw: Numbers) -> Solution:
        """Return the equilibrium of all moves at a horizon."""
        calibration = self.calibrated(world, drawn_horizon(name, draw))
        paths = [f"moves[{i}]" for i in range(len(self.scenario.moves))]
        shock = self.shock(calibration.world, paths, name, draw)
        return self.solve(calibration, shock, draw, words=f"all moves, {name} horizon", at=name)

    def shock(self, world: World, paths: Iterable[str], name: str, draw: Numbers) -> Shock:
        """Return the shock of some measures together at a horizon."""
        return assembled(world, [self.cells(world, path, name, draw) for path in paths])

    def cells(self, world: World, path: str, name: str, draw: Numbers) -> Cells:
        """Return the wedges of one measure at a horizon, for the numbers of a draw."""
        known = self.strengths.get((path, name))
        if known is not None:
            return known.at(world, draw)
        solve = partial(self._labelled, name=name, draw=draw)
        move = settled(_drawn(self.scenario, path, draw), world, name, solve)
        return cells_of(world, move.to_shock(world))

    def calibrated(self, world: World, horizon: Horizon) -> Calibration:
        """Return the arrays of a baseline at a horizon."""
        options = self.scenario.options
        if self.scenario.closure == "purge":
            from upperhand.equilibrium.solve import Options, balanced

            world = balanced(
                world,
                Options("purge", horizon, options.scale, options.labour_supply),
            )
        return calibrate(world, horizon, scale=options.scale, labour_supply=options.labour_supply)

    def solve(
        self, calibration: Calibration, shock: Shock, draw: Numbers, *, words: str, at: str = ""
    ) -> Solution:
        """Return an equilibrium; starts from the central one where there is one."""
        closure = self.closure(draw)
        return solved(calibration, shock, closure=closure, words=words, near=self.starts.get(at))

    def closure(self, draw: Numbers) -> Closure:
        """Return the closure of a draw."""
        found: Any = draw.get("closure", self.scenario.closure)
        return found  # type: ignore[no-any-return]

    def _labelled(
        self, world: World, measures: list[Measure], *, name: str, draw: Numbers
    ) -> Counterfactual:
        """Solve with labels: for promises to buy, which find their subsidy in equilibrium."""
        from upperhand.equilibrium import solve_counterfactual

        options = self.scenario.options
        return solve_counterfactual(
            world,
            measures,
            closure=self.closure(draw),
            horizon=drawn_horizon(name, draw),
            scale=options.scale,
            labour_supply=options.labour_supply,
        )

    def _as_of(
        self, day: Prepared, table: World, draw: Numbers, keep: dict[str, Solution]
    ) -> World:
        start = replace(
            day.start,
            trade_elasticity=table.trade_elasticity,
            elasticity_range=table.elasticity_range,
            elasticity_ratio=table.elasticity_ratio,
            scale_elasticity=table.scale_elasticity,
        )
        shock = day.shock_at(drawn_controls(draw))
        horizon = drawn_horizon(self.scenario.baseline.horizon, draw)
        calibration = calibrate(start, horizon, scale=False, labour_supply=0.0)
        name = f"{table.name} as of {day.day}"
        found = solved(
            calibration, shock, closure="fixed", words=name,
            near=self.starts.get("as of"),
        )  # fmt: skip
        keep["as of"] = found
        return world_after(start, shock, found, name=name)


@lru_cache(maxsize=16)
def ready(keyed: Keyed) -> Ready:
    """Return a scenario made ready; kept, since a process makes many parts of a sweep."""
    scenario = keyed.scenario
    table = drawn_world(scenario, {})
    base = scenario.baseline
    day = None
    if base.as_of:
        day = prepared(
            table, base.as_of, weights=base.weights, after_horizon=base.after_horizon,
            controls=base.controls,
        )  # fmt: skip
        check_shock(day.start, day.shock_at({}))
    from upperhand.measures.labels import labels_of

    members = scenario.side_members(labels_of(table))
    bare = Ready(scenario, table, day, {}, members)
    found = _strengths(keyed, bare.baseline(keyed.central))
    return _with_starts(replace(bare, strengths=found), keyed.central)


def _with_starts(bare: Ready, central: Numbers) -> Ready:
    """Return it with the states of the central equilibria; where there is none, draws start afar."""
    from upperhand.core.errors import NoEquilibriumError

    starts: dict[str, Solution] = {}
    world = bare.baseline(central, starts)
    for name in bare.scenario.horizons:
        try:
            starts[name] = bare.package(world, name, central)
        except NoEquilibriumError:
            continue
    return replace(bare, starts=starts)


def _strengths(keyed: Keyed, world: World) -> dict[tuple[str, str], Strengths]:
    """Look at every measure at every horizon; promises to buy are left for each draw."""
    scenario = keyed.scenario
    names = dict.fromkeys([*scenario.horizons, scenario.baseline.horizon, *_deal(scenario)])
    table = world_of(scenario.world)
    found = {}
    for path, measure in measures_of(scenario):
        for name in names:
            if isinstance(measure, PurchaseCommitment):
                continue
            own = {
                key: span for key, span in keyed.ranges.items() if key.rpartition(".")[0] == path
            }
            central = {key: keyed.central[key] for key in own}
            build = _builder(measure, world, name)
            plain = cells_of(world, build(central))
            if not _alike(plain, cells_of(table, _builder(measure, table, name)(central))):
                continue  # its wedges depend on flows, which differ from draw to draw
            compose_all(world, build(central))  # refuses what no world admits
            found[path, name] = strengths_of(world, build, own)
    return found


def _deal(scenario: Scenario) -> tuple[str, ...]:
    return (scenario.talks.deal_horizon,) if scenario.talks is not None else ()


def _builder(measure: Measure, world: World, name: str) -> Callable[[Mapping[str, float]], Shock]:
    return partial(_shock_at, measure, world, name)


def _shock_at(measure: Measure, world: World, name: str, drawn: Mapping[str, float]) -> Shock:
    for key, value in drawn.items():
        measure = with_strength(measure, key.rpartition(".")[2], value)
    return measure.at_horizon(MONTHS[name]).to_shock(world)


def _alike(one: Cells, other: Cells) -> bool:
    return len(one) == len(other) and all(
        a[0] == b[0] and np.array_equal(a[1], b[1]) and np.array_equal(a[2], b[2])
        for a, b in zip(one, other, strict=True)
    )


def _drawn(scenario: Scenario, path: str, draw: Numbers) -> Measure:
    place, _, rest = path.rpartition("[")
    measure = measures_at(scenario, place)[int(rest[:-1])]
    for key, value in draw.items():
        if key.rpartition(".")[0] == path and isinstance(value, float):
            measure = with_strength(measure, key.rpartition(".")[2], value)
    return measure
