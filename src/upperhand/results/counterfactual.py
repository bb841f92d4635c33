"""`Counterfactual`: a world after a shock, compared with the same world before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from upperhand.core.errors import NoEquilibriumError, OptionError, unknown
from upperhand.core.outcome import Outcome
from upperhand.core.provenance import Provenance
from upperhand.core.variables import register

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

SHOWN = (
    "real_income_change",
    "real_wage_change",
    "consumer_price_change",
    "terms_of_trade_change",
)


@dataclass(frozen=True, slots=True, eq=False)
class Counterfactual:
    """A world after a policy, compared with the same world before it.

    Saved and read back without the solver; printing it gives the countries by real income.

    Attributes:
        data: One array per variable of the register, units attached. NaN where the solve gave
            no number.
        outcome: How the solve ended; `outcome.ok` says whether the numbers may be used.
        provenance: Version, world, options and sources that made the numbers.
        differentiate: Hook of the solver behind `gradient`; neither saved nor compared.

    Examples:
        >>> import numpy as np
        >>> data = dataset({"real_income_change": np.array([0.99, 1.01])}, country=["USA", "CHN"])
        >>> result = Counterfactual(
        ...     data, Outcome("converged", 1e-14, 20, "anderson"), Provenance("0", "toy", "-", "-")
        ... )
        >>> result.percent("real_income_change").round(3).to_series().to_dict()
        {'USA': -1.0, 'CHN': 1.0}
        >>> print(result.summary().splitlines()[0])
        equilibrium found (residual 1.0e-14, 20 steps)
    """

    data: xr.Dataset
    outcome: Outcome
    provenance: Provenance
    differentiate: Callable[..., xr.DataArray] | None = field(default=None, repr=False)

    @property
    def real_income_change(self) -> xr.DataArray:
        """Real income, new over baseline, by country."""
        return self["real_income_change"]

    @property
    def welfare_change(self) -> xr.DataArray:
        """Welfare net of the disutility of labour, new over baseline, by country."""
        return self["welfare_change"]

    @property
    def equivalent_variation(self) -> xr.DataArray:
        """Equivalent variation of real income by country, USD million."""
        return self["equivalent_variation"]

    @property
    def real_wage_change(self) -> xr.DataArray:
        """Real wage, new over baseline, by country."""
        return self["real_wage_change"]

    @property
    def wage_change(self) -> xr.DataArray:
        """Wage in units of the numeraire, new over baseline, by country."""
        return self["wage_change"]

    @property
    def consumer_price_change(self) -> xr.DataArray:
        """Consumer price index, new over baseline, by country."""
        return self["consumer_price_change"]

    @property
    def terms_of_trade_change(self) -> xr.DataArray:
        """Export over import prices at the border, new over baseline, by country."""
        return self["terms_of_trade_change"]

    @property
    def exports_change(self) -> xr.DataArray:
        """Value of exports at the border, new over baseline, by country."""
        return self["exports_change"]

    @property
    def imports_change(self) -> xr.DataArray:
        """Value of imports at the border, new over baseline, by country."""
        return self["imports_change"]

    @property
    def tariff_revenue(self) -> xr.DataArray:
        """Tariff revenue after the shock by country, USD million."""
        return self["tariff_revenue"]

    @property
    def output_change(self) -> xr.DataArray:
        """Gross output at constant prices, new over baseline, by country and sector."""
        return self["output_change"]

    @property
    def employment_sector_change(self) -> xr.DataArray:
        """Factor use of a sector, new over baseline, by country and sector."""
        return self["employment_sector_change"]

    @property
    def trade(self) -> xr.DataArray:
        """Trade at the border after the shock (exporter, importer, sector), USD million."""
        return self["trade"]

    @property
    def baseline_trade(self) -> xr.DataArray:
        """Trade at the border at the baseline (exporter, importer, sector), USD million."""
        return self["baseline_trade"]

    @property
    def welfare_part(self) -> xr.DataArray:
        """Parts of the log change of real income, by country and cause."""
        return self["welfare_part"]

    def __getitem__(self, name: str) -> xr.DataArray:
        """Return one variable of the register.

        Raises:
            OptionError: If this result has no variable of that name.
        """
        if name not in self.data:
            raise OptionError(unknown("variable", name, [str(key) for key in self.data]))
        return self.data[name]

    def percent(self, name: str) -> xr.DataArray:
        """Return a change as 100 (x - 1) and a rate or a log part as 100 x, in per cent.

        Raises:
            OptionError: If the variable is an amount of money, which has no per cent.
        """
        array = self[name]
        unit = register()[name].unit if name in register() else str(array.attrs.get("units"))
        if unit != "1":
            raise OptionError(
                f"percent of '{name}' is undefined: its unit is {unit}; use a `_change` variable "
                "or a rate"
            )
        result = 100 * (array - 1) if name.endswith("_change") else 100 * array
        return result.assign_attrs(array.attrs, units="per cent")

    def require_converged(self) -> Self:
        """Return this result when it is an equilibrium.

        Raises:
            NoEquilibriumError: With the ending in words, if it is not.
        """
        if not self.outcome.ok:
            raise NoEquilibriumError(self.outcome.sentence())
        return self

    def gradient(
        self, of: str = "real_income", *, country: str, wrt: str = "tariff"
    ) -> xr.DataArray:
        """Return the derivative of one country's outcome with respect to every instrument.

        Args:
            of: The outcome, for example `real_income`.
            country: Whose outcome.
            wrt: The instrument, for example `tariff`, `export_tax`, `availability`.

        Raises:
            OptionError: If the result was read from a file, which holds no derivatives.
        """
        if self.differentiate is None:
            raise OptionError(
                "this result holds no derivatives: it was read from a file or solved without "
                "them; call `solve_counterfactual` and ask the result it returns"
            )
        return self.differentiate(of=of, country=country, wrt=wrt)

    def citations(self) -> tuple[str, ...]:
        """Return the reference keys of data and methods that this very result used."""
        return self.provenance.sources

    def summary(self) -> str:
        """Return the outcome and the countries by real income, in per cent."""
        from upperhand.results.show import summary

        return summary(self)

    def __repr__(self) -> str:
        return self.summary()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counterfactual):
            return NotImplemented
        same = (self.outcome, self.provenance) == (other.outcome, other.provenance)
        return same and self.data.identical(other.data)

    __hash__ = None  # type: ignore[assignment]  # arrays are compared by value

    def to_frame(self, name: str) -> pd.DataFrame:
        """Return one variable as a long table: a column per dimension, `value`, `unit`."""
        from upperhand.results.tidy import variable_frame

        return variable_frame(self, name)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data for JSON; NaN becomes null."""
        from upperhand.results.encode import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return the result that `to_dict` described.

        Raises:
            RecordError: If the content is no counterfactual, or of a newer version.
        """
        from upperhand.results.encode import from_dict

        return cls(*from_dict(content))

    def to_netcdf(self, path: str | Path) -> Path:
        """Write everything but the derivatives to a netCDF file, whole or not at all."""
        from upperhand.results.encode import to_netcdf

        return to_netcdf(self, path)

    @classmethod
    def from_netcdf(cls, path: str | Path) -> Self:
        """Read a result that `to_netcdf` wrote.

        Raises:
            RecordError: If the file is no such result, or of a newer version.
        """
        from upperhand.results.encode import from_netcdf

        return cls(*from_netcdf(path))

    def save(self, path: str | Path) -> Path:
        """Write the result in the format that the suffix of `path` names.

        Raises:
            OptionError: If the suffix is not one of those that can be written.
        """
        from upperhand.results.save import save

        return save(self, path)


def dataset(arrays: Mapping[str, Any], **coords: Any) -> xr.Dataset:
    """Return labelled arrays with dims, unit and label from the register of variables.

    Args:
        arrays: One array per variable name of the register, in the order of its dims; a leading
            `draw` axis is recognised by its rank.
        **coords: Labels by dimension; `country` also serves `exporter` and `importer`.

    Raises:
        OptionError: If a name is not in the register.

    Examples:
        >>> data = dataset({"real_income_change": [1.0, 1.01]}, country=["USA", "CHN"])
        >>> data["real_income_change"].attrs["units"]
        '1'
    """
    import numpy as np
    import xarray as xr

    from upperhand.core.variables import variable

    labels = dict(coords)
    for side in ("exporter", "importer"):
        if "country" in labels:
            labels.setdefault(side, labels["country"])
    out: dict[str, Any] = {}
    used: dict[str, tuple[str, ...]] = {}
    for name, values in arrays.items():
        entry, array = variable(name), np.asarray(values, dtype=np.float64)
        dims = ("draw", *entry.dims) if array.ndim == len(entry.dims) + 1 else entry.dims
        about = {"units": entry.unit, "long_name": entry.label}
        out[name] = xr.Variable(dims, array, about, fastpath=True)
        used |= {dim: tuple(labels[dim]) for dim in dims if dim in labels}
    return xr.Dataset(out, coords=_coordinates(tuple(used.items())))


@lru_cache(maxsize=8)
def _coordinates(labels: tuple[tuple[str, tuple[str, ...]], ...]) -> xr.Coordinates:
    """Return coordinates made once for all results with the same labels.

    Here and above `fastpath` says that these are NumPy arrays: xarray would import Dask to see.
    """
    import numpy as np
    import xarray as xr

    found: dict[str, xr.IndexVariable] = {}
    for dim, names in labels:
        found[dim] = label_variable(dim, np.array(names))
    return xr.Coordinates(found)


def label_variable(dim: str, labels: npt.NDArray[Any]) -> xr.IndexVariable:
    """Return labels of a dimension, without a look whether they are a Dask array."""
    import xarray as xr

    make: Any = xr.IndexVariable  # it ships no types
    return cast("xr.IndexVariable", make(dim, labels, fastpath=True))
