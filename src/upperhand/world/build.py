"""Build a world from anybody's own arrays: every fault in one error, every repair on the card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from upperhand.core.errors import WorldError, raise_faults
from upperhand.world.adjustment import USUAL_RATIO
from upperhand.world.check import ROUNDING, account_faults, array_faults, axes_of
from upperhand.world.labels import Array, Axes, entry_faults, label_faults, plain
from upperhand.world.world import World

#: Gap of a column that `balance=True` treats as rounding of the source, as a share of output.
LARGEST_REPAIR = 0.02
#: Gap of a column that is nothing but floating point; such a column is left as given.
EXACT = 1e-14


def from_arrays(
    *,
    countries: Sequence[str],
    sectors: Sequence[str],
    trade: Any,
    tariff: Any = None,
    export_tax: Any = None,
    input_share: Any = None,
    value_added_share: Any = None,
    trade_elasticity: Any,
    elasticity_range: Any = None,
    scale_elasticity: Any = None,
    elasticity_ratio: Any = None,
    name: str = "custom",
    year: int = 0,
    balance: bool = False,
    country_names: Mapping[str, str] | None = None,
    sector_names: Mapping[str, str] | None = None,
    card: Mapping[str, Any] | None = None,
) -> World:
    """Build a world from your own table.

    Final demand and imbalances follow from the accounts: what a country buys and does not use as
    an input is final demand, and imports minus exports at the border is its deficit.

    Every array may be a NumPy array, nested lists, an xarray DataArray with the dims named below
    or a pandas object indexed by them; labelled inputs are put in the order of `countries` and
    `sectors`. One-dimensional inputs may be mappings by code.

    Args:
        countries: Codes, each once.
        sectors: Codes, each once.
        trade: (exporter, importer, sector), value at the border before the importer's tariff,
            USD million; the diagonal is domestic sales.
        tariff: (exporter, importer, sector), fraction, zero on the diagonal. Default none.
        export_tax: (exporter, importer, sector), fraction of the producer price. Default none.
        input_share: (country, input_sector, sector). Columns add either to
            `1 - value_added_share` (shares of output) or to 1 (shares of materials); which of the
            two is found from the sums. Default: no inputs.
        value_added_share: (country, sector), share of output, above 0 and at most 1. Default: what
            `input_share` leaves.
        trade_elasticity: One number, or one per sector; sigma - 1, above 0.
        elasticity_range: (sector, bound), lowest and highest. Default: the elasticity itself.
        elasticity_ratio: (sector, horizon), short- and medium-run elasticity over the long-run one.
            Default: the path of Boehm, Levchenko and Pandalai-Nayar (2023), 0.38 and 0.57.
        scale_elasticity: One number, or one per sector; 0 or more. Default 0.
        name: Identifier of the table.
        year: Year of the data.
        balance: Repair a table that nearly adds up. Columns that miss their sum by at most 2 per
            cent of output are rescaled; input use that exceeds what is bought is scaled down and
            the difference becomes value added. What was moved is written in
            `world.card["balancing"]`. Without it, such a table is an error.
        country_names: Names in English by code.
        sector_names: Names in English by code.
        card: Anything worth keeping about the source.

    Returns:
        A checked, frozen world.

    Raises:
        WorldError: With every fault of the table, in one message.

    Examples:
        >>> world = from_arrays(
        ...     countries=["HOM", "FOR"],
        ...     sectors=["ALL"],
        ...     trade=[[[80.0], [20.0]], [[30.0], [170.0]]],
        ...     trade_elasticity=4.0,
        ... )
        >>> world.imbalance.tolist()
        [10.0, -10.0]
        >>> from_arrays(countries=["HOM"], sectors=["ALL"], trade=[[[-1.0]]], trade_elasticity=0)
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: world 'custom' has 2 faults:
          - trade of HOM/HOM/ALL is -1 (1 such entry); a flow in USD million: 0 to 1e+12
          - trade_elasticity of ALL is 0 (1 such entry); allowed: above 0, at most 1000 (sigma - 1)
    """
    what = f"world '{name}'"
    countries, sectors = _codes(countries), _codes(sectors)
    labels = label_faults("countries", countries) + label_faults("sectors", sectors)
    raise_faults(WorldError, labels, what=what)
    faults: list[str] = []
    given = {
        "trade": trade,
        "tariff": tariff,
        "export_tax": export_tax,
        "input_share": input_share,
        "value_added_share": value_added_share,
        "trade_elasticity": trade_elasticity,
        "elasticity_range": elasticity_range,
        "scale_elasticity": scale_elasticity,
        "elasticity_ratio": elasticity_ratio,
    }
    arrays = _read(given, countries, sectors, faults)
    raw = World(
        name=str(name),
        year=int(year),
        countries=countries,
        sectors=sectors,
        country_names=dict(country_names or {}),
        sector_names=dict(sector_names or {}),
        card=dict(card or {}),
        **_filled(arrays, len(countries), len(sectors)),
    )
    faults += [fault for fault in array_faults(raw) if fault not in faults]
    raise_faults(WorldError, faults, what=what)
    world = _with_columns(raw, given, balance, faults)
    if not faults and balance:
        world = balanced(world)
    raise_faults(WorldError, faults or account_faults(world), what=what)
    return world


def balanced(world: World) -> World:
    """Return the world with input use no larger than what is bought, and say what was moved.

    Where the inputs of a sector that a country uses exceed what it buys of it, all uses of that
    sector are scaled down by one factor and the difference becomes value added of the users.
    Trade, tariffs and gross output stay as they are: this is the smallest change of input use
    that leaves them alone.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> balanced(world) is world
        True
    """
    use = world.spending - world.final_demand
    keep = np.where(use > world.spending, world.spending / np.where(use > 0, use, 1), 1.0)
    if (keep == 1).all():
        return world
    share = world.input_share * keep[:, :, None]
    moved = float(((1 - keep) * use).sum())
    note = {
        "input use moved to value added, USD million": moved,
        "country-sectors touched": int((keep < 1).sum()),
    }
    return replace(
        world,
        input_share=share,
        value_added_share=1 - share.sum(axis=1),
        card={**world.card, "balancing": {**world.card.get("balancing", {}), **note}},
    )


def _codes(labels: Any) -> tuple[str, ...]:
    """Return codes as plain text; what is no list of codes is left to the check of labels."""
    values = labels.tolist() if hasattr(labels, "tolist") else labels
    if isinstance(values, str) or not isinstance(values, Iterable):
        values = () if values is None else (values,)
    return tuple(str(value) if isinstance(value, str) else value for value in values)


def _read(
    given: Mapping[str, Any],
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
    faults: list[str],
) -> dict[str, Array | None]:
    result: dict[str, Array | None] = {}
    for name, axes in axes_of(countries, sectors).items():
        value = _per_sector(given[name], name, axes)
        result[name] = None if value is None else plain(value, name, axes, faults)
    return result


def _per_sector(value: Any, name: str, axes: Axes) -> Any:
    single = name in ("trade_elasticity", "scale_elasticity") and np.isscalar(value)
    return np.full(len(axes[0][1]), value) if single else value


def _filled(arrays: Mapping[str, Array | None], n: int, s: int) -> dict[str, Array]:
    """Return every array, harmless stand-ins where one is absent or could not be read."""

    def get(name: str, default: Array) -> Array:
        array = arrays[name]
        return default if array is None else array

    elasticity = get("trade_elasticity", np.ones(s))
    inputs = get("input_share", np.zeros((n, s, s)))
    left = 1 - inputs.sum(axis=1) if arrays["input_share"] is not None else np.ones((n, s))
    return {
        "trade": get("trade", np.ones((n, n, s))),
        "tariff": get("tariff", np.zeros((n, n, s))),
        "export_tax": get("export_tax", np.zeros((n, n, s))),
        "input_share": inputs,
        "value_added_share": get("value_added_share", left),
        "trade_elasticity": elasticity,
        "elasticity_range": get("elasticity_range", np.stack([elasticity, elasticity], axis=1)),
        "scale_elasticity": get("scale_elasticity", np.zeros(s)),
        "elasticity_ratio": get("elasticity_ratio", np.tile(USUAL_RATIO, (s, 1))),
    }


def _with_columns(
    world: World, given: Mapping[str, Any], balance: bool, faults: list[str]
) -> World:
    """Return the world with columns that add to 1, or add the columns that do not to `faults`."""
    if given["input_share"] is None:
        return _without_inputs(world, given, faults)
    if given["value_added_share"] is None:
        return world
    wanted = 1 - world.value_added_share
    total = world.input_share.sum(axis=1)
    tolerance = LARGEST_REPAIR if balance else ROUNDING
    if (np.abs(total - wanted) <= tolerance).all():
        target = wanted
    elif (np.abs(total - 1) <= tolerance).all():
        target = np.ones_like(wanted)
    else:
        faults += _sum_faults(world, total, wanted, tolerance)
        return world
    gap = np.abs(total - target)
    positive = np.where(total > 0, total, 1)
    exact = (np.abs(total - wanted) <= EXACT) | (total <= 0)
    scale = np.where(exact, 1.0, wanted / positive)
    share = world.input_share * scale[:, None, :]
    value_added = np.where(total > 0, world.value_added_share, 1.0)
    card = world.card
    if gap.max() > ROUNDING:
        note = {"largest gap of a column, share of output": float(gap.max())}
        card = {**card, "balancing": {**card.get("balancing", {}), **note}}
    return replace(world, input_share=share, value_added_share=value_added, card=card)


def _without_inputs(world: World, given: Mapping[str, Any], faults: list[str]) -> World:
    if given["value_added_share"] is not None:
        axes = axes_of(world.countries, world.sectors)["value_added_share"]
        share = world.value_added_share
        faults += entry_faults(
            share,
            share != 1,
            "value_added_share",
            axes,
            "without input_share it must be 1; give input_share, or leave both out",
        )
    return world


def _sum_faults(world: World, total: Array, wanted: Array, tolerance: float) -> list[str]:
    off_output, off_materials = np.abs(total - wanted), np.abs(total - 1)
    materials = (off_materials <= tolerance).sum() > (off_output <= tolerance).sum()
    wrong = (off_materials if materials else off_output) > tolerance
    i, j = (int(x) for x in np.argwhere(wrong)[0])
    fault = (
        f"input_share of {world.countries[i]}/{world.sectors[j]} adds to {total[i, j]:.6g} "
        f"({int(wrong.sum())} such columns); allowed: 1 - value_added_share = {wanted[i, j]:.6g} "
        "(shares of output) or 1 (shares of materials), the same in every column; rescale the "
        "columns, or pass balance=True for gaps below 0.02"
    )
    return [fault]
