"""`Shock`: labelled changes in wedges that the equilibrium takes; shocks compose.

A shock says nothing of laws or licences. Instruments and the technology module produce shocks,
the equilibrium consumes them. Composition is commutative and associative, so the order of the
measures in a file never changes a number:

- added tariff and export-tax points add up;
- of several tariffs that are *set*, the highest applies, and added points come on top;
- trade costs, availabilities, productivities and factor supplies multiply;
- subsidies add up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import ShockError, raise_faults
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shock:
    """Changes of wedges on a world, by label position of that world.

    Bilateral arrays are (exporter, importer, sector); the others (country, sector) and
    (country,). Build one with `no_shock(world)` and `dataclasses.replace`, or from measures.

    Attributes:
        countries: Codes, as in the world.
        sectors: Codes, as in the world.
        tariff_set: New tariff as a fraction where one is set, NaN elsewhere.
        tariff_add: Points added to the tariff, as a fraction.
        export_tax_add: Points added to the export tax, as a fraction of the producer price.
        trade_cost: Iceberg cost, new over old; above zero.
        availability: Share of the varieties that stays available, 0 to 1; 0 is an exact ban.
        productivity: New over old (country, sector); above zero.
        subsidy_add: Points added to the output subsidy (country, sector), as a fraction.
        factor_supply: New over old (country,); above zero.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    tariff_set: Array
    tariff_add: Array
    export_tax_add: Array
    trade_cost: Array
    availability: Array
    productivity: Array
    subsidy_add: Array
    factor_supply: Array

    def __post_init__(self) -> None:
        for item in fields(self):
            if item.name in ("countries", "sectors"):
                continue
            array = np.asarray(getattr(self, item.name), dtype=np.float64)
            if array.flags.writeable:
                array = array.copy()
                array.setflags(write=False)
            object.__setattr__(self, item.name, array)

    def tariff(self, world: World) -> Array:
        """Return the tariff after the shock (exporter, importer, sector), as a fraction."""
        base = world.tariff
        if any(self.tariff_set.strides):
            base = np.where(np.isnan(self.tariff_set), world.tariff, self.tariff_set)
        return base + self.tariff_add if any(self.tariff_add.strides) else base

    def export_tax(self, world: World) -> Array:
        """Return the export tax after the shock (exporter, importer, sector), as a fraction."""
        if not any(self.export_tax_add.strides):
            return world.export_tax
        return world.export_tax + self.export_tax_add


@runtime_checkable
class ShockSource(Protocol):
    """Anything that turns into a shock on a given world: measures, technology paths."""

    def to_shock(self, world: World) -> Shock:
        """Return the wedges of this instrument on `world`."""
        ...


@lru_cache(maxsize=16)
def no_shock(world: World) -> Shock:
    """Return the shock that changes nothing on `world`.

    Its wedges are views of a single number, so that composing with it costs nothing.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> float(no_shock(toy_world()).availability.min())
        1.0
    """
    n, s = len(world.countries), len(world.sectors)
    cube, plane = (n, n, s), (n, s)
    return Shock(
        countries=world.countries,
        sectors=world.sectors,
        tariff_set=np.broadcast_to(np.nan, cube),
        tariff_add=np.broadcast_to(0.0, cube),
        export_tax_add=np.broadcast_to(0.0, cube),
        trade_cost=np.broadcast_to(1.0, cube),
        availability=np.broadcast_to(1.0, cube),
        productivity=np.broadcast_to(1.0, plane),
        subsidy_add=np.broadcast_to(0.0, plane),
        factor_supply=np.broadcast_to(1.0, (n,)),
    )


#: How the wedges of two shocks compose, by the rules at the top of this module.
RULES = {
    "tariff_set": np.fmax,
    "tariff_add": np.add,
    "export_tax_add": np.add,
    "trade_cost": np.multiply,
    "availability": np.multiply,
    "productivity": np.multiply,
    "subsidy_add": np.add,
    "factor_supply": np.multiply,
}


def compose(first: Shock, *others: Shock) -> Shock:
    """Return the shock of all together, by the rules at the top of this module.

    Raises:
        ShockError: If they are not on the same countries and sectors.
    """
    labels = (first.countries, first.sectors)
    if any((other.countries, other.sectors) != labels for other in others):
        raise ShockError("shocks of two different worlds do not compose; build both on one world")
    every = (first, *others)
    joined: dict[str, Any] = {
        name: _joined(rule, [getattr(one, name) for one in every]) for name, rule in RULES.items()
    }
    return replace(first, **joined)


def _joined(rule: np.ufunc, parts: list[Array]) -> Array:
    """Apply a rule of composition; a wedge of `no_shock` (a view of one number) is neutral."""
    moved = [part for part in parts if any(part.strides)]
    if len(moved) < 2:
        return moved[0] if moved else parts[0]
    total: Array = rule(moved[0], moved[1])
    for part in moved[2:]:
        rule(total, part, out=total)
    total.setflags(write=False)
    return total


def compose_all(
    world: World, sources: Shock | ShockSource | Iterable[Shock | ShockSource]
) -> Shock:
    """Return one shock from a shock, a measure, or any number of either.

    Raises:
        ShockError: If the composed wedges are not admissible on `world` (every fault listed).
    """
    if isinstance(sources, (Shock, ShockSource)):
        sources = [sources]
    each = (one if isinstance(one, Shock) else one.to_shock(world) for one in sources)
    total = compose(no_shock(world), *each)
    check_shock(world, total)
    return total


def check_shock(world: World, shock: Shock) -> None:
    """Raise one error that lists every inadmissible wedge of `shock` on `world`."""
    if (shock.countries, shock.sectors) != (world.countries, world.sectors):
        raise ShockError(
            "the shock was built for other countries or sectors than this world has; build it "
            "with the same world"
        )
    if _clearly_good(world, shock):
        return
    tariff, export_tax = shock.tariff(world), shock.export_tax(world)
    home = np.arange(len(world.countries))
    checks: list[tuple[str, Array, npt.NDArray[np.bool_], str]] = [
        ("tariff", tariff, (tariff > -1) & np.isfinite(tariff), "above -1 and finite"),
        ("export tax", export_tax, (export_tax > -1) & np.isfinite(export_tax), "above -1"),
        ("trade cost", shock.trade_cost, _positive(shock.trade_cost), "above 0 and finite"),
        (
            "availability",
            shock.availability,
            (shock.availability >= 0) & (shock.availability <= 1),
            "0 to 1",
        ),
        ("productivity", shock.productivity, _positive(shock.productivity), "above 0 and finite"),
        (
            "subsidy",
            shock.subsidy_add,
            (shock.subsidy_add > -1) & np.isfinite(shock.subsidy_add),
            "above -1 and finite",
        ),
        ("factor supply", shock.factor_supply, _positive(shock.factor_supply), "above 0"),
    ]
    faults = [
        f"{name} of {_label(shock, good)} is {_first(values, good)}; allowed: {allowed}"
        for name, values, good, allowed in checks
        if not good.all()
    ]
    domestic = {"tariff": tariff, "export tax": export_tax}
    for name, values in domestic.items():
        wrong = np.abs(values[home, home]) > 0
        if wrong.any():
            n, s = np.argwhere(wrong)[0]
            faults.append(
                f"{name} on domestic sales of {world.countries[n]} in {world.sectors[s]} is "
                f"{values[n, n, s]:g}; it must be 0: leave the diagonal out"
            )
    raise_faults(ShockError, faults, what="shock")


def _clearly_good(world: World, shock: Shock) -> bool:
    """Return whether the extremes of all wedges are inside their ranges; a NaN is in none."""
    home = np.arange(len(world.countries))
    above_zero = (shock.trade_cost, shock.productivity, shock.factor_supply)
    above_minus_one = (shock.tariff(world), shock.export_tax(world), shock.subsidy_add)
    return (
        all(_inside(values, 0.0) for values in above_zero)
        and all(_inside(values, -1.0) for values in above_minus_one)
        and _inside(shock.availability, -np.finfo(np.float64).tiny, 1.0)
        and not any(rate[home, home].any() for rate in above_minus_one[:2])
    )


def _inside(values: Array, low: float, high: float = np.finfo(np.float64).max) -> bool:
    """Return whether all values are above `low` and at most `high`; a view of one number is one."""
    if not any(values.strides):
        values = values[(slice(0, 1),) * values.ndim]
    return bool(values.min() > low and values.max() <= high)


def _positive(values: Array) -> npt.NDArray[np.bool_]:
    return np.isfinite(values) & (values > 0)


def _first(values: Array, good: npt.NDArray[np.bool_]) -> str:
    return f"{values[tuple(np.argwhere(~good)[0])]:g}"


def _label(shock: Shock, good: npt.NDArray[np.bool_]) -> str:
    where = np.argwhere(~good)[0]
    axes = {
        1: (shock.countries,),
        2: (shock.countries, shock.sectors),
        3: (shock.countries, shock.countries, shock.sectors),
    }[len(where)]
    return "/".join(axis[int(i)] for axis, i in zip(axes, where, strict=True))
