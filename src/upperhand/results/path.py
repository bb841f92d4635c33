"""`Path`: technology and real income year by year, with and without measures, as data that stand alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isnan
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, Self

from upperhand.core.errors import NoEquilibriumError, OptionError, RecordError
from upperhand.core.provenance import Provenance

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results.crossing import Crossings

SCHEMA, SCHEMA_VERSION = "upperhand/path", 1
CASES = ("with", "without")
COLUMNS = ("case", "technology", "side", "year", "quantile", "parameter", "draw")


@dataclass(frozen=True, slots=True)
class Path:
    """Years ahead of two sides: with the measures and without them, side by side.

    Attributes:
        data: One labelled array for each quantity; see the attributes `long_name` and `units`.
            Dims are `case` (`with`, `without`), `technology`, `side`, `year` (a decimal year on a
            path by quarters) and `quantile`.
        sides: Codes or names of the two sides; the first is the one that the pain ratio is about.
        policies: The measures and when they are in force, in words.
        failures: Years or quarters without an equilibrium: case, date and why.
        assumptions: Every number that the path rests on, with range, source and status.
        provenance: World, options, seed and sources.
        notes: What a reader should know first.
    """

    data: xr.Dataset
    sides: tuple[str, ...]
    policies: tuple[str, ...]
    failures: tuple[tuple[str, float, str], ...]
    assumptions: tuple[dict[str, Any], ...]
    provenance: Provenance
    notes: tuple[str, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """True when every year has an equilibrium."""
        return not self.failures

    @property
    def dates(self) -> tuple[float, ...]:
        """The start of every period, a decimal year."""
        return tuple(float(date) for date in self.data["year"].values)

    @property
    def years(self) -> tuple[int, ...]:
        """The calendar years of the path."""
        return tuple(dict.fromkeys(int(date) for date in self.dates))

    @property
    def span(self) -> float:
        """Length of a period in years."""
        return len(self.years) / len(self.dates)

    @property
    def lag(self) -> xr.DataArray:
        """Years behind the frontier (case, technology, year); NaN for a mineral."""
        return self.data["lag"]

    @property
    def domestic_share(self) -> xr.DataArray:
        """Share of domestic suppliers in the follower's market (case, technology, year)."""
        return self.data["domestic_share"]

    @property
    def cost(self) -> xr.DataArray:
        """What the measures change in real income (side, year), per cent; negative is a loss."""
        return self.data["cost"]

    @property
    def pain_ratio(self) -> xr.DataArray:
        """Loss of the second side over loss of the first (year); NaN unless both lose."""
        return self.data["pain_ratio"]

    def crossing(self) -> float | None:
        """Return the date at which the pain ratio first crosses one, or None (eq. 5.27).

        Between two years of the path the logarithm of the ratio is taken to be a straight line.
        """
        import numpy as np

        from upperhand.results.crossing import first_crossings

        when = first_crossings(self.pain_ratio.values, np.array(self.dates), self.span)[0]
        return float(when) if np.isfinite(when) else None

    def crossings(self) -> Crossings | None:
        """Return the distribution of that date over the cost draws, or None without any.

        Draws in which a year has no equilibrium are left out.
        """
        from upperhand.results.crossing import crossings_of

        return crossings_of(self.data["crossing"].values) if "crossing" in self.data else None

    def present_value(self, rates: Mapping[str, float] | float = 0.05) -> dict[str, float]:
        """Return what the measures are worth to each side, USD billion discounted (eq. 5.26).

        Args:
            rates: Discount rate a year, for all or by side.

        Raises:
            OptionError: If a rate is not between 0 and 1.
            NoEquilibriumError: If a year has no equilibrium; a sum without it would mislead.
        """
        import numpy as np

        if self.failures:
            raise NoEquilibriumError(
                f"no present value: {self._failed()}; shorten the path, or soften the measures"
            )
        found = {}
        for side in self.sides:
            rate = rates if isinstance(rates, (int, float)) else rates.get(side, 0.05)
            if not 0 <= rate < 1:
                raise OptionError(f"discount rate of {side} is {rate}; allowed: 0 to 1 a year")
            since = np.array(self.dates) - self.dates[0]
            weight = self.span * (1.0 + rate) ** -since
            found[side] = float((self.data["cost_usd_bn"].sel(side=side).values * weight).sum())
        return found

    def band(self, name: str, technology: str, case: str = "with") -> xr.DataArray:
        """Return the 10th, 50th and 90th percentile of `lag` or `domestic_share` by year.

        Raises:
            OptionError: If there is no band of that name.
        """
        if f"{name}_band" not in self.data:
            raise OptionError(f"no band of '{name}'; allowed: lag, domestic_share, gap")
        return self.data[f"{name}_band"].sel(technology=technology, case=case)

    def chance_slowed(self, technology: str) -> float:
        """Return the share of draws in which the measures leave the follower further behind."""
        return float(self.data["chance_slowed"].sel(technology=technology))

    def answers(self, technologies: tuple[str, ...] = ("chips", "ai_accelerators")) -> list[str]:
        """Return how far behind, how fast closing and what controls changed, in sentences."""
        first, last = self.dates[0], self.dates[-1]
        found = []
        for name in technologies:
            if name not in self.data["technology"].values:
                continue
            lag = self.band("lag", name)
            now, later = (lag.sel(year=year).values for year in (first, last))
            share = 100 * self.band("domestic_share", name)
            open_lag = float(self.data["lag_free"].sel(technology=name, year=last))
            slowed = float(self.data["chance_controls_slowed"].sel(technology=name))
            found += [
                f"{name}: {now[1]:.1f} years behind in {first:g} ({now[0]:.1f} to {now[2]:.1f}), "
                f"{later[1]:.1f} in {last:g} ({later[0]:.1f} to {later[2]:.1f})",
                f"{name}: domestic suppliers {share.sel(year=first).values[1]:.0f} % in {first:g}, "
                f"{share.sel(year=last).values[1]:.0f} % in {last:g} "
                f"({share.sel(year=last).values[0]:.0f} to {share.sel(year=last).values[2]:.0f})",
                f"{name}: without any controls ever {open_lag:.1f} years behind in {last:g}; the "
                f"controls of the record slow the follower in {100 * slowed:.0f} % of the draws, "
                f"the measures on top in {100 * self.chance_slowed(name):.0f} %",
            ]
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; NaN becomes null."""
        from upperhand.results.encode import plain

        spread = self.crossings()
        return {
            **self._about(),
            "ok": self.ok,
            "years": self.years,
            "crossing": self.crossing(),
            "crossings": None if spread is None else plain(asdict(spread)),
            "answers": self.answers(),
            "coordinates": {str(dim): plain(self.data[dim].values) for dim in self.data.dims},
            "variables": {
                str(name): {
                    "dims": [str(dim) for dim in array.dims],
                    "unit": array.attrs["units"],
                    "label": array.attrs["long_name"],
                    "values": plain(array.values),
                }
                for name, array in self.data.data_vars.items()
            },
        }

    def to_frame(self, name: str) -> Any:
        """Return one quantity as a table in long form."""
        return self.data[name].to_dataframe().reset_index()

    def to_csv(self) -> str:
        """Return every quantity in long form: variable, labels, value, unit."""
        rows = [f"variable,{','.join(COLUMNS)},value,unit"]
        for name, array in self.data.data_vars.items():
            for labels, value in array.to_series().items():
                keys = labels if isinstance(labels, tuple) else (labels,)
                at = dict(zip(array.dims, keys, strict=True))
                place = ",".join(str(at.get(dim, "")) for dim in COLUMNS)
                number = "" if isnan(value) else repr(float(value))
                rows.append(f"{name},{place},{number},{array.attrs['units']}")
        return "\n".join(rows) + "\n"

    def to_netcdf(self, path: str | File) -> File:
        """Write everything to netCDF, whole or not at all; a failed year is in the title."""
        from upperhand.core.files import replacing
        from upperhand.results.encode import netcdf_bytes

        head = {
            "title": self._failed() if self.failures else "every year has an equilibrium",
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "about": json.dumps(self._about()),
        }
        with replacing(path) as partial:
            partial.write_bytes(netcdf_bytes(self.data.assign_attrs(head)))
        return File(path)

    @classmethod
    def from_netcdf(cls, path: str | File) -> Self:
        """Read a path that `to_netcdf` wrote.

        Raises:
            RecordError: If the file is no path, or of a newer version.
        """
        import xarray as xr

        try:
            data = xr.load_dataset(path, engine="h5netcdf")
        except (OSError, ValueError) as error:
            raise RecordError(f"{path}: not a netCDF file of a path; write it again") from error
        found = (data.attrs.get("schema"), int(data.attrs.get("schema_version", 0)))
        if found[0] != SCHEMA or found[1] > SCHEMA_VERSION:
            raise RecordError(
                f"{path}: schema is {found[0]} version {found[1]}; this program reads {SCHEMA} up "
                f"to {SCHEMA_VERSION}"
            )
        about = json.loads(data.attrs["about"])
        origin = about.pop("provenance")
        return cls(
            data=data.drop_attrs(deep=False),
            sides=tuple(about["sides"]),
            policies=tuple(about["policies"]),
            failures=tuple((case, float(date), why) for case, date, why in about["failures"]),
            assumptions=tuple(about["assumptions"]),
            provenance=Provenance(**(origin | {"sources": tuple(origin["sources"])})),
            notes=tuple(about["notes"]),
        )

    def summary(self) -> str:
        """Return the table that a reader wants first: the technologies, then cost by year."""
        parts = [*self._head(), "", *self._technologies(), "", *self.answers(), "", *self._costs()]
        return "\n".join(parts)

    def __repr__(self) -> str:
        return self.summary()

    def _about(self) -> dict[str, Any]:
        return {
            "sides": self.sides,
            "policies": self.policies,
            "failures": self.failures,
            "assumptions": self.assumptions,
            "provenance": asdict(self.provenance),
            "notes": self.notes,
        }

    def _failed(self) -> str:
        years = ", ".join(f"{date:g} ({case})" for case, date, _ in self.failures)
        return f"no equilibrium in {years}: {self.failures[0][2]}" if self.failures else ""

    def _head(self) -> list[str]:
        first = f"path {self.years[0]}-{self.years[-1]}, {self.provenance.world}"
        failed = [self._failed()] if self.failures else []
        return [first, *failed, *(f"  {policy}" for policy in self.policies), *self.notes]

    def _technologies(self) -> list[str]:
        first, last = self.dates[0], self.dates[-1]
        rows = [f"{'technology':<17}{'':<15}{first:>8g}{last:>8g}{'10-90 %':>15}{'without':>9}"]
        for name in (str(value) for value in self.data["technology"].values):
            for quantity, label, scale in (
                ("lag", "years behind", 1.0),
                ("domestic_share", "domestic, %", 100.0),
            ):
                values = scale * self.data[quantity].sel(technology=name)
                if bool(values.isnull().all()):
                    continue
                band = scale * self.band(quantity, name).sel(year=last)
                ends = f"{float(band[0]):.1f} to {float(band[-1]):.1f}"
                on, off = values.sel(case="with"), values.sel(case="without")
                rows.append(
                    f"{name:<17}{label:<15}{float(on.sel(year=first)):>8.1f}"
                    f"{float(on.sel(year=last)):>8.1f}{ends:>15}{float(off.sel(year=last)):>9.1f}"
                )
        return rows

    def _cost_band(self, year: float) -> str:
        if "cost_band" not in self.data:
            return ""
        band = self.data["cost_band"].sel(year=year)
        ends = (band.sel(side=side).values for side in self.sides)
        return "  10-90 %: " + ", ".join(f"{low:.3f} to {high:.3f}" for low, _, high in ends)

    def _costs(self) -> list[str]:
        title = "change of real income by the measures, per cent"
        rows = [title, f"{'year':<8}" + "".join(f"{s:>10}" for s in self.sides) + f"{'ratio':>10}"]
        for year in self.dates:
            cells = "".join(f"{float(self.cost.sel(side=s, year=year)):>10.3f}" for s in self.sides)
            ratio = f"{float(self.pain_ratio.sel(year=year)):>10.2f}".replace("nan", "  -")
            rows.append(f"{year:<8g}{cells}{ratio}{self._cost_band(year)}")
        when, spread = self.crossing(), self.crossings()
        text = f"crosses one in {when:.1f}" if when else "never crosses one"
        rows.append(f"the pain ratio {text}" + (f"; {spread.sentence()}" if spread else ""))
        return rows
