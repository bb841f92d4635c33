"""Many shocks on one baseline, solved together (numerics note, section 4; decision 100).

The shocks share the baseline's tensors but for the cells that each touches. The end of each is judged
by its own tensors, as a single solve is. Whatever the first rung of the ladder does not bring to an
equilibrium climbs the whole ladder alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium import hats
from upperhand.equilibrium.calibrate import (
    Calibration,
    Touched,
    imbalances,
    touched,
    wedges_from,
    wedges_of,
)
from upperhand.equilibrium.country_blocks import step_of
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.ladder import (
    STEPS_BY_COUNTRY,
    Image,
    Solution,
    judged,
    lost_source,
    solve_wedges,
)
from upperhand.equilibrium.layout import Layout
from upperhand.equilibrium.tensors import Patched, patched
from upperhand.numerics.anderson import FixedPoint
from upperhand.numerics.anderson_many import Which, solve_fixed_points
from upperhand.world.shock import Shock

Array = npt.NDArray[np.float64]

FEWEST = 4  # shocks from which on a batch is quicker than one after the other
TOGETHER = 16  # shocks in one batch: what their planes fill stays in the cache
MOST_TOUCHED = 0.1  # of all cells; beyond it the shocks of a batch share too little


def solve_many(
    calibration: Calibration,
    shocks: Sequence[Shock],
    *,
    closure: str,
    tol: float,
    max_steps: int = 500,
    starts: Sequence[State | None] = (),
) -> Iterator[Solution]:
    """Solve for the equilibrium under each of many shocks, in their order.

    Args:
        calibration: The baseline of all of them.
        shocks: The shocks, each checked against the world of the baseline.
        closure: `fixed` or `share`.
        tol: Largest gap of the map.
        max_steps: Evaluations of the map on each rung of the ladder.
        starts: First point of each; the baseline by default.

    Yields:
        One solution for each shock; check its `outcome`.

    Examples:
        >>> from upperhand.equilibrium.calibrate import calibrate
        >>> from upperhand.equilibrium.horizons import horizon_of
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> base = calibrate(world, horizon_of("long"), scale=False, labour_supply=0.0)
        >>> shocks = [Tariff(by="USA", against=["CHN"], add_pp=x).to_shock(world) for x in (5, 10)]
        >>> found = list(solve_many(base, shocks, closure="fixed", tol=1e-10))
        >>> [one.outcome.ok for one in found]
        [True, True]
        >>> china = world.countries.index("CHN")
        >>> bool(found[1].flows.income[china] < found[0].flows.income[china])
        True
    """
    first = hats.start_state(calibration.base)
    given = [first if start is None else start for start in starts] or [first] * len(shocks)
    for at in range(0, len(shocks), TOGETHER):
        part = slice(at, at + TOGETHER)
        yield from _batch(
            calibration, shocks[part], given[part], closure=closure, tol=tol, max_steps=max_steps
        )


def _batch(
    calibration: Calibration,
    shocks: Sequence[Shock],
    starts: Sequence[State],
    *,
    closure: str,
    tol: float,
    max_steps: int,
) -> Iterator[Solution]:
    """Solve one batch together, and alone what that leaves open."""

    def alone(k: int) -> Solution:
        def wedges_at(size: float) -> Wedges:
            return wedges_of(calibration, shocks[k], closure=closure, size=size)

        return solve_wedges(calibration, wedges_at, tol=tol, max_steps=max_steps, start=starts[k])

    touches = [touched(calibration, shock) for shock in shocks]
    cells = np.unique(np.concatenate([new.cells for new in touches]))
    if len(shocks) < FEWEST or cells.size > MOST_TOUCHED * calibration.base.share.size:
        yield from map(alone, range(len(shocks)))
        return
    layout = Layout.of(calibration.base, calibration.nests)
    with np.errstate(all="ignore"):  # a bad point shows in the outcome, not as a warning
        ends = solve_fixed_points(
            _Images(calibration, layout, _wedges(calibration, shocks, touches, cells, closure)),
            np.stack([layout.pack(start) for start in starts]),
            tol=tol,
            max_steps=min(max_steps, STEPS_BY_COUNTRY),
            step_of=partial(step_of, calibration.blocks),
        )
    for k, shock in enumerate(shocks):
        own = wedges_from(calibration, shock, touches[k], closure)
        image = Image(calibration, layout, own)
        cut = bool((touches[k].kernel <= 0).any())
        if not ends.reached[k] or (cut and lost_source(calibration, own) is not None):
            yield alone(k)
            continue
        end = FixedPoint(ends.points[k], ends.gaps[k], int(ends.steps[k]), reached=True)
        with np.errstate(all="ignore"):
            solution = judged(image, end, "anderson", tol)
        yield solution if solution.outcome.ok else alone(k)


@dataclass
class _Images:
    """The equilibrium map of those shocks of a batch that are not solved yet."""

    calibration: Calibration
    layout: Layout
    wedges: Wedges
    left: int = -1

    def __call__(self, points: Array, which: Which) -> Array:
        if len(which) != self.left:
            self.now, self.left = _part(self.wedges, which), len(which)
        base, nests, damp = self.calibration.base, self.calibration.nests, self.calibration.damp
        state = self.layout.unpack(points)
        return self.layout.pack(hats.next_state(base, nests, self.now, damp, state))


def _part(wedges: Wedges, which: Which) -> Wedges:
    """Return the wedges of some shocks of a batch."""
    each = {
        "kernel": wedges.kernel.part(which),
        "at_border": wedges.at_border.part(which),
        "at_gate": wedges.at_gate.part(which) if wedges.at_gate is not None else None,
        "log_productivity": wedges.log_productivity[which],
        "subsidy": wedges.subsidy[which] if wedges.subsidy is not None else None,
        "log_factor_supply": wedges.log_factor_supply[which],
    }
    return wedges._replace(**each)


def _wedges(
    calibration: Calibration,
    shocks: Sequence[Shock],
    touches: Sequence[Touched],
    cells: npt.NDArray[np.intp],
    closure: str,
) -> Wedges:
    """Return the wedges of a batch: what they share, and what each shock changes."""

    def tensor(common: Array, value: Callable[[Touched], Array]) -> Patched:
        flat = common.reshape(-1)
        delta = np.zeros((len(touches), cells.size))
        for row, new in zip(delta, touches, strict=True):
            row[np.searchsorted(cells, new.cells)] = value(new) - flat[new.cells]
        return patched(common, cells, delta)

    taxed = calibration.at_gate is not None or any((new.levy != 1.0).any() for new in touches)
    gate = calibration.at_border if calibration.at_gate is None else calibration.at_gate
    subsidised = any(shock.subsidy_add.any() for shock in shocks)
    imbalance, imbalance_share = imbalances(calibration, closure)
    return Wedges(
        kernel=tensor(calibration.base.share, lambda new: new.kernel),
        at_border=tensor(calibration.at_border, lambda new: new.kernel / new.duty),
        at_gate=tensor(gate, lambda new: new.kernel / new.duty / new.levy) if taxed else None,
        log_productivity=np.stack([np.log(shock.productivity.T) for shock in shocks]),
        subsidy=np.stack([shock.subsidy_add.T for shock in shocks]) if subsidised else None,
        log_factor_supply=np.log(np.stack([shock.factor_supply for shock in shocks])),
        imbalance=imbalance,
        imbalance_share=imbalance_share,
    )
