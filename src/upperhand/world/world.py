"""`World`: one year of labelled data, checked once, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.core.fingerprint import fingerprint_of_arrays
from upperhand.world.adjustment import USUAL_RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from upperhand.world.check import CheckReport

Array = npt.NDArray[np.float64]

ARRAY_FIELDS = (
    "trade",
    "tariff",
    "export_tax",
    "input_share",
    "value_added_share",
    "trade_elasticity",
    "elasticity_range",
    "scale_elasticity",
    "elasticity_ratio",
)


@dataclass(frozen=True, eq=False)
class World:
    """One year of the world economy: trade, tariffs, technology and elasticities.

    Build one with `World.from_arrays` or `load_world`; the constructor itself checks nothing.

    Attributes:
        name: Identifier of the table, for example `icio-2022`.
        year: Year of the data.
        countries: Codes, ISO 3166 alpha-3 or a group code.
        sectors: Codes of the table.
        trade: (exporter, importer, sector), USD million at the border before the importer's
            tariff (export taxes included); the diagonal is domestic sales.
        tariff: (exporter, importer, sector), ad valorem fraction, zero on the diagonal.
        export_tax: (exporter, importer, sector), ad valorem fraction on the producer price.
        input_share: (country, input sector, using sector), share of gross output spent on each
            input at the user's price; with `value_added_share` the columns add to 1.
        value_added_share: (country, sector), share of gross output.
        trade_elasticity: (sector,), long-run elasticity sigma - 1.
        elasticity_range: (sector, 2), lowest and highest published value.
        scale_elasticity: (sector,), used only when scale economies are switched on.
        elasticity_ratio: (sector, 2), short- and medium-run trade elasticity over the long-run
            one; the usual path of `world.adjustment` when left out.
        country_names: Names in English, by code.
        sector_names: Names in English, by code.
        card: Source card: edition, licence, what was changed, checks.
    """

    name: str
    year: int
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    trade: Array
    tariff: Array
    export_tax: Array
    input_share: Array
    value_added_share: Array
    trade_elasticity: Array
    elasticity_range: Array
    scale_elasticity: Array
    elasticity_ratio: Array = field(default_factory=lambda: np.zeros(0))
    country_names: dict[str, str] = field(default_factory=dict)
    sector_names: dict[str, str] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.elasticity_ratio.size == 0:
            usual = np.tile(USUAL_RATIO, (len(self.sectors), 1))
            object.__setattr__(self, "elasticity_ratio", usual)
        for name in ARRAY_FIELDS:
            array = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @cached_property
    def output(self) -> Array:
        """Gross output (country, sector), USD million at producer prices."""
        return np.asarray((self.trade / (1 + self.export_tax)).sum(axis=1))

    @cached_property
    def spending(self) -> Array:
        """Spending on each sector (importer, sector), USD million, tariffs included."""
        return np.asarray((self.trade * (1 + self.tariff)).sum(axis=0))

    @cached_property
    def value_added(self) -> Array:
        """Value added (country, sector), USD million."""
        return np.asarray(self.value_added_share * self.output)

    @cached_property
    def final_demand(self) -> Array:
        """Final demand (country, sector), USD million, tariffs included."""
        used = np.einsum("nks,ns->nk", self.input_share, self.output)
        return np.asarray(self.spending - used)

    @cached_property
    def tariff_revenue(self) -> Array:
        """Tariff revenue (country,), USD million."""
        return np.asarray((self.trade * self.tariff).sum(axis=(0, 2)))

    @cached_property
    def export_tax_revenue(self) -> Array:
        """Export-tax revenue (country,), USD million."""
        paid = self.trade * self.export_tax / (1 + self.export_tax)
        return np.asarray(paid.sum(axis=(1, 2)))

    @cached_property
    def imbalance(self) -> Array:
        """Imports minus exports at the border (country,), USD million: a deficit is positive."""
        flows = self.trade.sum(axis=2)
        return np.asarray(flows.sum(axis=0) - flows.sum(axis=1))

    @cached_property
    def income(self) -> Array:
        """Income spent on final demand (country,), USD million."""
        revenue = self.tariff_revenue + self.export_tax_revenue
        return np.asarray(self.value_added.sum(axis=1) + revenue + self.imbalance)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen characters that identify labels and numbers of this table."""
        labels = np.array([*self.countries, "|", *self.sectors])
        arrays = [("labels", labels)] + [(name, getattr(self, name)) for name in ARRAY_FIELDS]
        return fingerprint_of_arrays(arrays)

    @classmethod
    def from_arrays(cls, **arrays: Any) -> World:
        """Build a world from your own arrays; see `upperhand.world.build.from_arrays`.

        Raises:
            WorldError: With every fault of the table.
        """
        from upperhand.world.build import from_arrays

        return from_arrays(**arrays)

    def aggregate(
        self,
        *,
        countries: Mapping[str, str] | None = None,
        sectors: Mapping[str, str] | None = None,
    ) -> World:
        """Return the world in coarser regions and sectors; see `upperhand.world.aggregate`."""
        from upperhand.world.aggregate import aggregate

        return aggregate(self, countries=countries, sectors=sectors)

    def check(self) -> CheckReport:
        """Return every fault and the main totals of this table; see `upperhand.world.check`."""
        from upperhand.world.check import check_world

        return check_world(self)

    def to_dataset(self) -> xr.Dataset:
        """Return the table as a labelled dataset with units (dims as in the register)."""
        from upperhand.world.convert import to_dataset

        return to_dataset(self)
