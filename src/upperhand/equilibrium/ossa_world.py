"""`OssaWorld`: trade, tariffs and political weights for the economy of Ossa (2014)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import WorldError, raise_faults
from upperhand.core.fingerprint import fingerprint_of_arrays
from upperhand.equilibrium import ossa
from upperhand.world.labels import Axes, entry_faults, label_faults, plain

Array = npt.NDArray[np.float64]

#: Imports over exports, as a share of spending, above which a world is not balanced.
BALANCED = 1e-6
#: Distance of the mean political weight from 1 that counts as rounding.
MEAN_ONE = 1e-3


@dataclass(frozen=True, eq=False)
class OssaWorld:
    """One year of an economy with profits, no input-output links and balanced trade.

    Build one with `OssaWorld.from_arrays`; the constructor itself checks nothing.

    Attributes:
        name: Identifier of the table.
        regions: Codes of the regions.
        sectors: Codes of the sectors.
        trade: (exporter, importer, sector), USD million net of tariffs; the diagonal is domestic
            sales.
        tariff: (exporter, importer, sector), ad valorem fraction, zero on the diagonal.
        sigma: (sector,), elasticity of substitution between varieties, above 1.
        political_weights: (country, sector), mean 1 in each region.
        has_profits: Firms are fixed in number and earn one over sigma of their sales; without, the
            same equations hold for perfect competition (Armington).
    """

    name: str
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    trade: Array
    tariff: Array
    sigma: Array
    political_weights: Array
    has_profits: bool = True

    @classmethod
    def from_arrays(
        cls,
        *,
        regions: Sequence[str],
        sectors: Sequence[str],
        trade: Any,
        tariff: Any = None,
        sigma: Any,
        political_weights: Any = None,
        has_profits: bool = True,
        name: str = "custom",
    ) -> OssaWorld:
        """Build a world from your own arrays.

        Every array may be a NumPy array, nested lists, or labelled; labelled input is put in the
        order of `regions` and `sectors`.

        Args:
            regions: Codes, each once.
            sectors: Codes, each once.
            trade: (exporter, importer, sector), value net of tariffs, USD million; the diagonal
                is domestic sales. Imbalances are kept: `remove_imbalances` takes them away.
            tariff: (exporter, importer, sector), fraction, zero on the diagonal. Default none.
            sigma: (sector,), elasticity of substitution between varieties, above 1.
            political_weights: (country, sector), mean 1 in each region. Default 1 throughout.
            has_profits: False for perfect competition: all sales are wages.
            name: Identifier of the table.

        Raises:
            WorldError: With every fault of the arrays, in one message.

        Examples:
            >>> world = OssaWorld.from_arrays(
            ...     regions=["HOM", "FOR"],
            ...     sectors=["ALL"],
            ...     trade=[[[80.0], [20.0]], [[20.0], [170.0]]],
            ...     sigma=[4.0],
            ... )
            >>> world.imbalance.tolist()
            [0.0, 0.0]
            >>> OssaWorld.from_arrays(
            ...     regions=["HOM"], sectors=["ALL"], trade=[[[1.0]]], sigma=[1.0]
            ... )
            Traceback (most recent call last):
            ...
            upperhand.core.errors.WorldError: world 'custom': sigma of ALL is 1 (1 such entry); ...
        """
        what = f"world '{name}'"
        codes, goods = tuple(regions), tuple(sectors)
        raise_faults(
            WorldError, label_faults("regions", codes) + label_faults("sectors", goods), what=what
        )
        faults: list[str] = []
        n, s = len(codes), len(goods)
        usual = {"tariff": np.zeros((n, n, s)), "political_weights": np.ones((n, s))}
        arrays = {}
        for key, value in (
            ("trade", trade),
            ("tariff", tariff),
            ("sigma", sigma),
            ("political_weights", political_weights),
        ):
            given = usual[key] if value is None else value
            arrays[key] = plain(given, key, _axes(codes, goods)[key], faults)
        raise_faults(WorldError, faults, what=what)
        whole = {key: array for key, array in arrays.items() if array is not None}
        raise_faults(WorldError, _faults(codes, goods, whole), what=what)
        for array in whole.values():
            array.setflags(write=False)
        return cls(
            name=str(name), regions=codes, sectors=goods, has_profits=bool(has_profits), **whole
        )

    @cached_property
    def base(self) -> ossa.Base:
        """The same year in the form that the equations use."""
        return ossa.base_of(
            tensor(self.trade),
            tensor(self.tariff),
            self.sigma,
            self.political_weights,
            has_profits=self.has_profits,
        )

    @cached_property
    def imbalance(self) -> Array:
        """Imports minus exports (country,), USD million, net of tariffs."""
        return np.asarray(self.trade.sum(axis=(0, 2)) - self.trade.sum(axis=(1, 2)))

    @cached_property
    def income(self) -> Array:
        """Wages, profits and tariff revenue (country,), USD million."""
        revenue = (self.trade * self.tariff).sum(axis=(0, 2))
        return np.asarray(self.trade.sum(axis=(1, 2)) + revenue)

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen characters that identify labels and numbers of this table."""
        labels = np.array([*self.regions, "|", *self.sectors])
        names = ("trade", "tariff", "sigma", "political_weights", "has_profits")
        return fingerprint_of_arrays(
            [("labels", labels), *((k, np.asarray(getattr(self, k))) for k in names)]
        )

    def require_balanced(self) -> None:
        """Raise when imports and exports of a region differ.

        Raises:
            WorldError: With the regions and the size of the gap.
        """
        gap = np.abs(self.imbalance) / self.base.expenditure
        apart = [
            f"{code} ({share:.2%} of spending)"
            for code, share in zip(self.regions, gap, strict=True)
            if share > BALANCED
        ]
        if apart:
            raise WorldError(
                f"world '{self.name}': imports and exports differ in {', '.join(apart[:5])}; the "
                "equations hold for balanced trade: call remove_imbalances(world) first"
            )


def tensor(cube: Array) -> Array:
    """Return a cube (exporter, importer, sector) as [sector, importer, exporter]."""
    return np.ascontiguousarray(cube.transpose(2, 1, 0))


def _axes(regions: tuple[str, ...], sectors: tuple[str, ...]) -> Mapping[str, Axes]:
    cube = (("exporter", regions), ("importer", regions), ("sector", sectors))
    return {
        "trade": cube,
        "tariff": cube,
        "sigma": (("sector", sectors),),
        "political_weights": (("country", regions), ("sector", sectors)),
    }


def _faults(
    regions: tuple[str, ...], sectors: tuple[str, ...], arrays: Mapping[str, Array]
) -> list[str]:
    axes = _axes(regions, sectors)
    home = np.eye(len(regions), dtype=bool)[:, :, None]
    trade, tariff, sigma = arrays["trade"], arrays["tariff"], arrays["sigma"]
    weights = arrays["political_weights"]
    faults = entry_faults(
        trade, ~((trade >= 0) & (trade < 1e12)), "trade", axes["trade"], "USD million, 0 to 1e+12"
    )
    faults += entry_faults(
        tariff,
        ~((tariff > -1) & (tariff <= 1e6)),
        "tariff",
        axes["tariff"],
        "a fraction above -1; 0.25 is 25 per cent",
    )
    faults += entry_faults(
        tariff, home & (tariff != 0), "tariff", axes["tariff"], "no tariff on domestic sales"
    )
    faults += entry_faults(
        sigma,
        ~((sigma > 1) & (sigma <= 1000)),
        "sigma",
        axes["sigma"],
        "an elasticity of substitution between varieties, above 1",
    )
    faults += entry_faults(
        weights,
        ~((weights >= 0) & np.isfinite(weights)),
        "political_weights",
        axes["political_weights"],
        "0 or more",
    )
    if not faults:
        mean = weights.mean(axis=1)
        faults += entry_faults(
            mean,
            np.abs(mean - 1) > MEAN_ONE,
            "mean of political_weights",
            (("country", regions),),
            "divide the weights of each region by their mean",
        )
        sold = trade.sum(axis=(1, 2))
        faults += entry_faults(
            sold, sold <= 0, "sales", (("country", regions),), "every region must sell something"
        )
    return faults
