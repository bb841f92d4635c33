"""From a world and a shock to the arrays of the equations: sectors first, importers before exporters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.country_blocks import Blocks, country_blocks
from upperhand.equilibrium.hats import Base, Nests, Wedges, wage_damping
from upperhand.equilibrium.horizons import Horizon, trade_elasticities
from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

NO_LINK = 1e-14  # a trade share below this is rounding, not a link (numerics note, section 5)


@dataclass(frozen=True, eq=False)
class Calibration:
    """A world at one horizon, ready for the equations."""

    world: World
    horizon: Horizon
    base: Base
    nests: Nests
    duty: Array  # [S, N, N] one plus the tariff at the baseline
    levy: Array  # [S, N, N] one plus the export tax at the baseline
    lent: Blocks | None = (
        None  # blocks of a calibration near by, for a draw that has no time for its own
    )

    @cached_property
    def damp(self) -> Array:
        """Step [N] of wages per log point of excess labour demand."""
        return np.asarray(wage_damping(self.base))

    @cached_property
    def at_border(self) -> Array:
        """Kernel over one plus the tariff at the baseline, [S, N, N]."""
        return np.asarray(self.base.share / self.duty)

    @cached_property
    def at_gate(self) -> Array | None:
        """The same over one plus the export tax; None where no country taxes exports."""
        return self.at_border / self.levy if (self.levy != 1.0).any() else None

    @cached_property
    def blocks(self) -> Blocks:
        """What each country's part of the map does to itself, inverted; made at the first solve."""
        size = 1 + (2 + self.nests.has_specific) * len(self.base.elasticity)
        if self.lent is not None and self.lent.shape[1] == size:
            return self.lent
        return country_blocks(self.base, self.nests, self.duty, self.levy, self.damp)


@lru_cache(maxsize=8)
def calibrate(world: World, horizon: Horizon, *, scale: bool, labour_supply: float) -> Calibration:
    """Return the baseline arrays of `world` at `horizon`.

    The last few calibrations are kept, since a run solves many shocks on one world.

    Args:
        world: The observed year.
        horizon: What can adjust.
        scale: Switch on the world's scale elasticities.
        labour_supply: Elasticity of employment to the real wage.
    """
    share, spending = _trade_shares(world)
    output = world.output.T
    materials = world.input_share.sum(axis=1)  # [N, S]
    mix = world.input_share / np.where(materials > 0, materials, 1.0)[:, None, :]
    final = np.maximum(world.final_demand.T, 0.0)
    psi = world.scale_elasticity if scale else np.zeros_like(world.scale_elasticity)
    base = Base(
        share=share,
        spending=np.where(spending > 0, spending, 1.0),
        output=np.where(output > 0, output, 1.0),
        value_added_share=np.ascontiguousarray(world.value_added_share.T),
        input_mix=np.ascontiguousarray(mix),
        final_share=final / final.sum(axis=0),
        value_added=np.ascontiguousarray(world.value_added.T),
        imbalance=world.imbalance,
        elasticity=trade_elasticities(world, horizon),
        scale=psi,
        specific=np.full(len(world.sectors), horizon.specific_share),
        active=(spending > 0).astype(np.float64),
        income=world.income,
    )
    nests = Nests(
        horizon.value_added,
        horizon.materials,
        horizon.final,
        labour_supply,
        has_specific=horizon.specific_share > 0,
        has_scale=bool(psi.any()),
    )
    duty, levy = kernel_axes(1.0 + world.tariff), kernel_axes(1.0 + world.export_tax)
    return Calibration(world, horizon, base, nests, duty, levy)


def _trade_shares(world: World) -> tuple[Array, Array]:
    """Return shares [S, importer, exporter] at users' prices and spending [S, importer]."""
    paid = np.ascontiguousarray((world.trade * (1 + world.tariff)).transpose(2, 1, 0))
    spending = paid.sum(axis=2)
    share = paid / np.where(spending > 0, spending, 1.0)[:, :, None]
    share = np.where(share < NO_LINK, 0.0, share)
    s, i = np.nonzero(spending <= 0)
    share[s, i, i] = 1.0
    return share / share.sum(axis=2, keepdims=True), spending


def wedges_of(calibration: Calibration, shock: Shock, *, closure: str, size: float = 1.0) -> Wedges:
    """Return the wedges of `size` of a shock: 0 is the baseline, 1 the whole shock.

    Prices move along logarithms and availability along a straight line, so that a ban is reached
    exactly at the end of the path (eq. 2.11).
    """
    return wedges_from(calibration, shock, touched(calibration, shock, size), closure, size)


def wedges_from(
    calibration: Calibration, shock: Shock, new: Touched, closure: str, size: float = 1.0
) -> Wedges:
    """Return the same from what the shock changes in the tensors, where that is known."""
    kernel, at_border, at_gate = _tensors(calibration, new)
    zeros = np.zeros_like(calibration.base.spending)
    imbalance, imbalance_share = imbalances(calibration, closure)
    return Wedges(
        kernel=kernel,
        at_border=at_border,
        at_gate=at_gate,
        log_productivity=size * np.log(shock.productivity.T),
        subsidy=between(zeros, shock.subsidy_add.T, size) if shock.subsidy_add.any() else None,
        log_factor_supply=size * np.log(shock.factor_supply),
        imbalance=imbalance,
        imbalance_share=imbalance_share,
    )


def imbalances(calibration: Calibration, closure: str) -> tuple[Array, Array]:
    """Return imbalances [N] that keep their value, and those that keep their share of world income."""
    imbalance = calibration.world.imbalance
    zero = np.zeros_like(imbalance)
    return (
        imbalance if closure == "fixed" else zero,
        imbalance / calibration.world.income.sum() if closure == "share" else zero,
    )


class Touched(NamedTuple):
    """The cells of the tensors that a shock changes; most shocks touch few.

    Attributes:
        cells: [M] positions in a flat tensor [S, importer, exporter].
        kernel: [M] new kernel there.
        duty: [M] one plus the new tariff.
        levy: [M] one plus the new export tax.
    """

    cells: npt.NDArray[np.intp]
    kernel: Array
    duty: Array
    levy: Array


def touched(calibration: Calibration, shock: Shock, size: float = 1.0) -> Touched:
    """Return what `size` of a shock changes in the tensors (eq. 2.4, 2.11)."""
    world, base = calibration.world, calibration.base
    tariff, export_tax = shock.tariff(world), shock.export_tax(world)
    sector, importer, exporter = place = _where_touched(world, shock, tariff, export_tax)
    cells = (exporter, importer, sector)
    before = calibration.duty[place] * calibration.levy[place]
    duty = 1.0 + between(world.tariff[cells], tariff[cells], size)
    levy = 1.0 + between(world.export_tax[cells], export_tax[cells], size)
    log_price = np.log(duty * levy / before) + size * np.log(shock.trade_cost[cells])
    available = 1.0 - size * (1.0 - shock.availability[cells])
    traded = base.active[sector, importer] > 0
    change = available * np.exp(-base.elasticity[sector] * log_price)
    kernel = base.share[place] * np.where(traded, change, 1.0)
    n = len(world.countries)
    return Touched((sector * n + importer) * n + exporter, kernel, duty, levy)


def _where_touched(
    world: World, shock: Shock, tariff: Array, export_tax: Array
) -> tuple[npt.NDArray[np.intp], ...]:
    """Return sector, importer and exporter of the cells that a shock changes."""
    changed = [
        new != old
        for new, old in ((tariff, world.tariff), (export_tax, world.export_tax))
        if new is not old
    ]
    changed += [
        wedge != 1.0 for wedge in (shock.trade_cost, shock.availability) if any(wedge.strides)
    ]
    if not changed:
        nothing = np.zeros(0, dtype=np.intp)
        return nothing, nothing, nothing
    flat = np.flatnonzero(reduce(np.logical_or, changed))  # far quicker than in three dimensions
    return np.unravel_index(flat, tariff.shape)[::-1]


def _tensors(calibration: Calibration, new: Touched) -> tuple[Array, Array, Array | None]:
    """Return the kernel and what of it reaches border and gate, [S, importer, exporter] each."""
    kernel, at_border = calibration.base.share.copy(), calibration.at_border.copy()
    kernel.reshape(-1)[new.cells] = new.kernel
    at_border.reshape(-1)[new.cells] = new.kernel / new.duty
    if calibration.at_gate is None and (new.levy == 1.0).all():
        return kernel, at_border, None
    at_gate = (at_border if calibration.at_gate is None else calibration.at_gate).copy()
    at_gate.reshape(-1)[new.cells] = new.kernel / new.duty / new.levy
    return kernel, at_border, at_gate


def kernel_axes(cube: Array) -> Array:
    """Return a cube (exporter, importer, sector) as a contiguous [sector, importer, exporter]."""
    return np.ascontiguousarray(cube.transpose(2, 1, 0))


def between(old: Array, new: Array, size: float) -> Array:
    """Return the rate at `size` of the way from `old` to `new`, along logarithms (eq. 2.11)."""
    if size == 1.0:
        return new
    return np.asarray((1.0 + old) * ((1.0 + new) / (1.0 + old)) ** size - 1.0)
