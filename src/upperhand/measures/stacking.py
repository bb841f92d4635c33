"""How duties stack: layers by good for a pair of countries on a day (eq. 3.20-3.23).

The rules, with their evidence, are in docs/model/stacking.md:

1. Ordinary duties, Section 201, 232, 301, fentanyl, reciprocal, 122 and 301 (forced labour) add up.
2. A Section 301 review replaces the list that a line was on: it adds the difference only.
3. The reciprocal tariff, Section 122 and the forced-labour action leave out their exempt goods and
   the goods on which Section 232 is due; of a good whose metal alone pays Section 232, the rest
   of the value pays the other duty.
4. The fentanyl tariff has no exemption.
5. Chinese duties add up on the ordinary rate; what is suspended is not in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, unknown
from upperhand.measures.hs import Unit, units
from upperhand.measures.register import Branch, Entry, check_date, coverage, in_force

Array = npt.NDArray[np.float64]
Weights = Literal["statutory", "collected"]
Pair = tuple[str, str]

#: Layers of each importer in the order of the stack, with their names in words.
LAYERS: dict[str, dict[str, str]] = {
    "USA": {
        "mfn": "ordinary duty",
        "s201": "Section 201",
        "s232": "Section 232",
        "s301": "Section 301, lists 1 to 4A",
        "s301_review": "Section 301, four-year review",
        "fentanyl": "emergency powers: fentanyl",
        "reciprocal": "emergency powers: reciprocal",
        "s122": "Section 122 surcharge",
        "s301_labour": "Section 301, forced labour",
    },
    "CHN": {
        "mfn": "ordinary duty",
        "cn_232": "answer to Section 232",
        "cn_301": "answer to Section 301",
        "cn_fentanyl": "answer to the fentanyl tariff",
        "cn_reciprocal": "answer to the reciprocal tariff",
    },
}
PAIRS: tuple[Pair, ...] = (("USA", "CHN"), ("CHN", "USA"))
#: US layers that were in place in 2024, on which the collected rate is known.
OLD_LAYERS = ("mfn", "s201", "s301", "s301_review")
YEAR_COLLECTED = date(2024, 6, 30)
#: First day of the metal duties without exemptions; until then they too were collected in part.
METALS_ANEW = date(2025, 3, 12)


@dataclass(frozen=True, eq=False)
class Stack:
    """The duties of one importer on one exporter on a day.

    Attributes:
        day: The day.
        importer: Code of the country that levies them.
        exporter: Code of the country whose goods pay.
        weights: `statutory` or `collected`.
        layers: Names of the layers, in the order of the stack.
        goods: Codes of the goods.
        points: (layer, good), per cent of the value at the border.
        value: (good,), weight of each good, USD million.
        entries: Rows of the register that are in it, by layer.
    """

    day: date
    importer: str
    exporter: str
    weights: Weights
    layers: tuple[str, ...]
    goods: tuple[str, ...]
    points: Array
    value: Array
    entries: dict[str, tuple[str, ...]]

    @property
    def total(self) -> Array:
        """Total rate (good,), per cent."""
        return np.asarray(self.points.sum(axis=0))

    @property
    def average(self) -> float:
        """Total rate over all goods, per cent, on the weights of this stack (eq. 3.22)."""
        return float(self.value @ self.total / self.value.sum())

    def by_sector(self, sectors: Sequence[str]) -> Stack:
        """Return the stack in the sectors of a world; sectors without goods are left out.

        A sector is a good, a table sector that holds several, or `GOODS` for all of them.
        """
        members = {s: [i for i, u in enumerate(units()) if _inside(u, s)] for s in sectors}
        kept = tuple(s for s in sectors if members[s])
        value = np.array([self.value[members[s]].sum() for s in kept])
        points = np.array([self._mean(members[s]) for s in kept]).T
        return Stack(
            self.day, self.importer, self.exporter, self.weights, self.layers, kept,
            points.reshape(len(self.layers), len(kept)), value, self.entries,
        )  # fmt: skip

    def _mean(self, members: list[int]) -> Array:
        weight = self.value[members]
        if not weight.sum():
            return np.asarray(self.points[:, members].mean(axis=1))
        return np.asarray(self.points[:, members] @ weight / weight.sum())

    def to_rows(self) -> list[dict[str, object]]:
        """Return one row per layer and one for the total: rates by good and the average."""
        names = LAYERS[self.importer]
        share = self.value / self.value.sum()
        rows: list[dict[str, object]] = [
            {
                "layer": layer,
                "words": names[layer],
                "average_pct": float(points @ share),
                **{good: float(p) for good, p in zip(self.goods, points, strict=True)},
                "rows": ", ".join(self.entries.get(layer, ())),
            }
            for layer, points in zip(self.layers, self.points, strict=True)
        ]
        total = {good: float(p) for good, p in zip(self.goods, self.total, strict=True)}
        last = {"layer": "total", "words": "total", "average_pct": self.average, **total}
        return [*rows, {**last, "rows": ""}]


def _inside(unit: Unit, sector: str) -> bool:
    return sector in (unit.code, unit.parent, "GOODS")


def stack_of(
    day: date | str,
    importer: str,
    exporter: str,
    *,
    weights: Weights = "statutory",
    after_horizon: Branch | None = None,
) -> Stack:
    """Return the layers of duty of `importer` on goods of `exporter` on a day.

    Args:
        day: A day of the register.
        importer: `USA` or `CHN`.
        exporter: The other one.
        weights: `statutory`: rates by law, goods weighted with the exporter's exports to the
            world, as PIIE does. `collected`: duties that were there in
            2024 scaled to what was collected on each good, goods weighted with US imports of 2024.
        after_horizon: Branch after July 2026.

    Raises:
        OptionError: If the day, the pair or the weights are not in the register.

    Examples:
        >>> stack = stack_of("2025-03-05", "USA", "CHN")
        >>> stack.points[stack.layers.index("fentanyl")].tolist() == [20.0] * len(stack.goods)
        True
    """
    when = check_date(day, after_horizon=after_horizon)
    if weights not in get_args(Weights):
        raise OptionError(unknown("weights", weights, get_args(Weights)))
    if (importer, exporter) not in PAIRS:
        raise OptionError(
            f"no duties by good of {importer} on {exporter}; allowed: USA on CHN, CHN on USA "
            "(other partners of the United States have one average rate: partner_points)"
        )
    return _stack(when, importer, exporter, weights, after_horizon)


@cache
def _stack(
    when: date, importer: str, exporter: str, weights: Weights, branch: Branch | None
) -> Stack:
    points, used = _layers(when, importer, exporter, branch)
    collected = weights == "collected" and importer == "USA"
    if collected:
        scale = collected_ratio()
        old = OLD_LAYERS if when >= METALS_ANEW else (*OLD_LAYERS, "s232")
        for row, layer in enumerate(LAYERS[importer]):
            if layer in old:
                points[row] *= scale
    goods = units()
    value = np.array([
        u.us_exports if importer == "CHN" else u.us_imports if collected else u.china_exports
        for u in goods
    ])  # fmt: skip
    names = tuple(u.code for u in goods)
    return Stack(
        when, importer, exporter, weights, tuple(LAYERS[importer]), names, points, value, used
    )


@cache
def collected_ratio() -> Array:
    """Return duty collected in 2024 over what the law asked, by good (eq. 3.23).

    The difference is exclusions, preferences and goods declared under other headings. Goods that
    hardly trade, or whose duty by law is near zero, keep the ratio 1.
    """
    points, _ = _layers(YEAR_COLLECTED, "USA", "CHN", None)
    lawful = points.sum(axis=0)
    paid = np.array([100 * u.us_duty / u.us_imports if u.us_imports else np.nan for u in units()])
    small = np.array([u.us_imports < 100 for u in units()]) | (lawful < 0.2)
    return np.where(small, 1.0, paid / np.where(lawful > 0, lawful, 1.0))


def _layers(
    when: date, importer: str, exporter: str, branch: Branch | None
) -> tuple[Array, dict[str, tuple[str, ...]]]:
    entries = in_force(when, actor=importer, target=exporter, after_horizon=branch)
    points = np.zeros((len(LAYERS[importer]), len(units())))
    used: dict[str, tuple[str, ...]] = {}
    for row, layer in enumerate(LAYERS[importer]):
        own = [e for e in entries if e.layer == layer and e.instrument == "tariff"]
        for entry in own:
            points[row] += points_of(entry, entries)
        used[layer] = tuple(entry.id for entry in own)
    if importer == "USA":
        points[0] += np.array([unit.us_mfn for unit in units()])
    return points, used


def points_of(entry: Entry, entries: Sequence[Entry]) -> Array:
    """Return the points of one measure by good, its exempt part left out (eq. 3.20)."""
    base, *less = entry.scope.split("-")
    covered, listed = cover_of(base)
    if entry.rate is None:
        return listed
    waived = [_waived(name, entries) for name in less]
    waived += [
        cover_of(other.scope)[0]
        for other in entries
        if other.instrument == "tariff_exemption" and other.layer == entry.layer
    ]
    free = np.minimum(np.sum(waived, axis=0), 1.0) if waived else np.zeros(len(covered))
    return np.asarray(entry.rate * covered * (1 - free))


def cover_of(scope: str) -> tuple[Array, Array]:
    """Return share of each good in a scope, and the average points of a list by good (eq. 3.21).

    Examples:
        >>> share, _ = cover_of("units:soybeans;B06")
        >>> float(share.sum())
        2.0
    """
    goods = units()
    kind, _, rest = scope.partition(":")
    if kind == "list":
        known = coverage()
        pairs = [known.get((rest, unit.code), (0.0, 0.0)) for unit in goods]
        return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    if kind == "units":
        named = rest.split(";")
        share = np.array([float(unit.code in named) for unit in goods])
        return share, share
    return np.ones(len(goods)), np.ones(len(goods))


def _waived(name: str, entries: Sequence[Entry]) -> Array:
    """Return the share of each good that is exempt, by a list or because Section 232 is due."""
    if name != "s232":
        return cover_of(f"list:{name}")[0]
    lists = [e.scope.partition(":")[2] for e in entries if e.layer == "s232"]
    each = [cover_of(f"list:{own}.clear")[0] for own in lists]
    return np.minimum(np.sum(each, axis=0), 1.0) if each else np.zeros(len(units()))


def explain(
    day: date | str,
    importer: str,
    exporter: str,
    *,
    weights: Weights = "statutory",
    sectors: Sequence[str] | None = None,
    after_horizon: Branch | None = None,
) -> list[dict[str, object]]:
    """Return the stack as a table: one row per layer and a total, one column per good.

    Args:
        day: A day of the register.
        importer: `USA` or `CHN`.
        exporter: The other one.
        weights: `statutory` or `collected`.
        sectors: Sectors of a world; the goods of the concordance when None.
        after_horizon: Branch after July 2026.

    Examples:
        >>> rows = explain("2025-10-09", "USA", "CHN", sectors=["C26", "C27"])
        >>> [row["layer"] for row in rows if row["average_pct"]]
        ['mfn', 's201', 's232', 's301', 's301_review', 'fentanyl', 'reciprocal', 'total']
    """
    stack = stack_of(day, importer, exporter, weights=weights, after_horizon=after_horizon)
    return (stack.by_sector(sectors) if sectors is not None else stack).to_rows()
