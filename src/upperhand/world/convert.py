"""A world as a labelled xarray dataset, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import WorldError, raise_faults
from upperhand.world.build import from_arrays
from upperhand.world.check import axes_of
from upperhand.world.world import ARRAY_FIELDS, World

if TYPE_CHECKING:
    import xarray as xr

#: Unit and label of every array field.
UNITS = {
    "trade": ("USD million", "Trade at the border before the importer's tariff"),
    "tariff": ("1", "Ad valorem tariff"),
    "export_tax": ("1", "Ad valorem export tax on the producer price"),
    "input_share": ("1", "Spending on an input at the user's price, share of output"),
    "value_added_share": ("1", "Value added, share of output"),
    "trade_elasticity": ("1", "Long-run trade elasticity, sigma - 1"),
    "elasticity_range": ("1", "Lowest and highest published trade elasticity"),
    "scale_elasticity": ("1", "Scale elasticity of productivity"),
    "elasticity_ratio": ("1", "Short- and medium-run trade elasticity over the long-run one"),
}


def to_dataset(world: World) -> xr.Dataset:
    """Return the world as a dataset with labels, units and its source card.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> data = to_dataset(toy_world())
        >>> float(data.trade.sel(exporter="CHN", importer="USA", sector="GOODS"))
        500.0
        >>> data.trade.attrs["units"]
        'USD million'
    """
    import xarray as xr

    variables, coords = {}, {}
    for name, axes in axes_of(world.countries, world.sectors).items():
        unit, label = UNITS[name]
        dims = [axis for axis, _ in axes]
        variables[name] = (dims, getattr(world, name), {"units": unit, "long_name": label})
        coords.update({axis: list(labels) for axis, labels in axes})
    attrs = {
        "name": world.name,
        "year": world.year,
        "country_names": json.dumps(world.country_names, sort_keys=True),
        "sector_names": json.dumps(world.sector_names, sort_keys=True),
        "card": json.dumps(world.card, sort_keys=True),
    }
    return xr.Dataset(variables, coords=coords, attrs=attrs)


def from_dataset(data: xr.Dataset) -> World:
    """Return the checked world that a dataset holds; the inverse of `to_dataset`.

    Raises:
        WorldError: If a variable is missing or the table does not add up.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> from_dataset(to_dataset(world)).fingerprint == world.fingerprint
        True
    """
    needed = ("trade", "trade_elasticity")
    missing = [name for name in needed if name not in data]
    faults = [f"dataset has no variable '{name}'; add it" for name in missing]
    raise_faults(WorldError, faults, what="world")
    attrs = data.attrs
    arrays: dict[str, Any] = {name: data[name] for name in ARRAY_FIELDS if name in data}
    return from_arrays(
        countries=data["trade"]["exporter"].values.tolist(),
        sectors=data["trade"]["sector"].values.tolist(),
        name=str(attrs.get("name", "custom")),
        year=int(attrs.get("year", 0)),
        country_names=json.loads(attrs.get("country_names", "{}")),
        sector_names=json.loads(attrs.get("sector_names", "{}")),
        card=json.loads(attrs.get("card", "{}")),
        **arrays,
    )
