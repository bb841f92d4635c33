"""What a sector is split into: parts, their figures, and the faults of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, get_args

from upperhand.core.errors import WorldError, raise_faults, unknown
from upperhand.world.world import World

Status = Literal["sourced", "derived", "assumed"]
Unit = Literal["share", "usd_mn", "rate", "number"]

#: Key of final demand among users, of value added among inputs, and of all labels not named.
FINAL, VALUE_ADDED, OTHERS = "FINAL", "VA", "*"
#: Sums of shares may miss 1 by this much, the last digit of published tables.
SUM_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with where it comes from.

    Attributes:
        value: The number.
        source: Author, publication, year; for an assumed number the reasoning.
        status: `sourced` (read in a publication), `derived` (computed from such numbers) or
            `assumed` (a judgement).
        low: Lowest value held possible; `value` when None.
        high: Highest value held possible; `value` when None.
        unit: `share` of the total that the key stands for, `usd_mn`, `rate` or `number`.

    Examples:
        >>> Figure(0.69, "USGS 2026", "sourced", 0.62, 0.72).bounds
        (0.62, 0.72)
    """

    value: float
    source: str
    status: Status
    low: float | None = None
    high: float | None = None
    unit: Unit = "share"

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value held possible."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return low, high


@dataclass(frozen=True)
class Part:
    """One part of a sector, with whatever is known of it; what is missing follows from rules.

    Give the size of a part either as `output` or as `world_output` with `origin`. The part that
    takes what the others leave has neither; there is at most one such part.

    Attributes:
        code: Sector code of the part.
        name: Name in English.
        output: By country, `*` for all others: share of the parent's output, or USD million.
        world_output: Output of the part in the world, USD million.
        origin: By country: share of `world_output` made there; countries not named share the
            rest in proportion to the parent's output.
        purchases: By country: share of the part's world output bought there, or USD million.
        trade: By (exporter, importer): share of the importer's imports of the part, or USD
            million at the border.
        use: By sector code or `FINAL`: share of the spending on the part in every country, or by
            (country, code) in one; users not named share the rest like the parent's users.
        inputs: By sector code or `VA` (value added): share of the part's gross output in every
            country, or by (country, code); inputs not named keep the parent's proportions.
        tariff: By (exporter, importer), `*` for all: rate; scaled so that revenue is preserved.
        elasticity: Long-run trade elasticity; the parent's when None.
        scale_elasticity: Scale elasticity; the parent's when None.
    """

    code: str
    name: str
    output: Mapping[str, Figure] = field(default_factory=dict)
    world_output: Figure | None = None
    origin: Mapping[str, Figure] = field(default_factory=dict)
    purchases: Mapping[str, Figure] = field(default_factory=dict)
    trade: Mapping[tuple[str, str], Figure] = field(default_factory=dict)
    use: Mapping[str | tuple[str, str], Figure] = field(default_factory=dict)
    inputs: Mapping[str | tuple[str, str], Figure] = field(default_factory=dict)
    tariff: Mapping[tuple[str, str], Figure] = field(default_factory=dict)
    elasticity: Figure | None = None
    scale_elasticity: Figure | None = None

    @property
    def is_rest(self) -> bool:
        """True when the part takes what the others leave."""
        return not self.output and self.world_output is None

    def figures(self) -> Iterator[tuple[str, tuple[str, ...], Figure]]:
        """Yield quantity, labels and figure of everything given."""
        for quantity in ("world_output", "elasticity", "scale_elasticity"):
            figure = getattr(self, quantity)
            if figure is not None:
                yield quantity, (), figure
        for quantity in ("output", "origin", "purchases", "trade", "use", "inputs", "tariff"):
            for key, figure in getattr(self, quantity).items():
                yield quantity, ((key,) if isinstance(key, str) else tuple(key)), figure


def check_parts(world: World, parent: str, parts: Sequence[Part]) -> None:
    """Raise one `WorldError` with every fault of a split, or return.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> half = Figure(0.6, "invented", "assumed", 0, 1)
        >>> parts = [Part("A", "A", output={"*": half}), Part("B", "B", output={"*": half})]
        >>> check_parts(toy_world(), "GOODS", parts)
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: split of GOODS: output shares of * add to 1.2, not 1; \
correct them, or leave `output` out of one part, which then takes the rest
    """
    if parent not in world.sectors:
        raise WorldError(unknown("sector", parent, world.sectors, where=f"split of {parent}"))
    faults = _code_faults(world, parent, parts)
    for part in parts:
        for quantity, labels, figure in part.figures():
            where = f"{part.code}, {quantity}" + (f" of {'/'.join(labels)}" if labels else "")
            faults += [f"{where}: {text}" for text in _figure_faults(quantity, figure)]
            faults += _label_faults(world, parent, parts, where, quantity, labels)
        faults += _part_sum_faults(part)
    if not faults:
        faults = _output_sum_faults(parts)
    raise_faults(WorldError, faults, what=f"split of {parent}")


def _code_faults(world: World, parent: str, parts: Sequence[Part]) -> list[str]:
    codes = [part.code for part in parts]
    taken = [s for s in world.sectors if s != parent]
    faults = [] if len(parts) > 1 else ["fewer than two parts; a split needs at least two"]
    faults += [f"code '{c}' is given twice; rename one" for c in {*codes} if codes.count(c) > 1]
    faults += [
        f"code '{c}' is a sector of the world already; rename it" for c in codes if c in taken
    ]
    rest = [part.code for part in parts if part.is_rest]
    if len(rest) > 1:
        faults.append(f"{', '.join(rest)} have no output; only one part may take the rest")
    return faults + [
        f"{part.code} has both output and world_output; give one of the two"
        for part in parts
        if part.output and part.world_output is not None
    ]


def _figure_faults(quantity: str, figure: Figure) -> list[str]:
    low, high = figure.bounds
    faults = []
    if not all(isfinite(x) for x in (figure.value, low, high)):
        return [f"{figure.value} in [{low}, {high}] is not finite; give numbers"]
    if figure.value < 0:
        faults.append(f"{figure.value:g} is negative; allowed: 0 or more")
    elif figure.unit == "share" and quantity not in _NO_SHARE and figure.value > 1:
        faults.append(f"share {figure.value:g} is above 1; give a fraction (0.25 is 25 per cent)")
    elif not low <= figure.value <= high:
        faults.append(f"range [{low:g}, {high:g}] does not hold the value {figure.value:g}")
    if figure.status not in get_args(Status):
        faults.append(unknown("status", figure.status, get_args(Status)))
    if not figure.source.strip():
        faults.append("no source; name it, or mark the number 'assumed' and say why")
    return faults


_NO_SHARE = ("world_output", "elasticity", "scale_elasticity", "tariff")


def _label_faults(
    world: World,
    parent: str,
    parts: Sequence[Part],
    where: str,
    quantity: str,
    labels: tuple[str, ...],
) -> list[str]:
    sectors = [s for s in world.sectors if s != parent] + [part.code for part in parts]
    last = {"use": [*sectors, FINAL], "inputs": [*sectors, VALUE_ADDED]}.get(quantity)
    places = list(world.countries) + ([OTHERS] if quantity in ("output", "tariff") else [])
    if last is not None and labels:
        faults = [unknown("sector", x, last, where=where) for x in labels[-1:] if x not in last]
        labels = labels[:-1]
    else:
        faults = []
    faults += [unknown("country", x, places, where=where) for x in labels if x not in places]
    if quantity == "trade" and labels[0] == labels[1]:
        faults.append(f"{where}: domestic sales; give `origin` and `purchases` instead")
    return faults


def _part_sum_faults(part: Part) -> list[str]:
    sums = [("origin", "", _total(part.origin)), ("purchases", "", _total(part.purchases))]
    for quantity, given in (("use", part.use), ("inputs", part.inputs)):
        places = dict.fromkeys(key[0] for key in given if not isinstance(key, str))
        for place in (None, *places):
            where = "" if place is None else f" in {place}"
            sums.append((quantity, where, _total(shares_in(given, place))))
    for importer in dict.fromkeys(key[1] for key in part.trade):
        own = {"/".join(k): f for k, f in part.trade.items() if k[1] == importer}
        sums.append(("trade", f" into {importer}", _total(own)))
    faults = [
        f"{part.code}: {name} shares{where} add to {total:.6g}, above 1; lower them"
        for name, where, total in sums
        if total > 1 + SUM_TOLERANCE
    ]
    if part.origin and part.world_output is None:
        faults.append(f"{part.code}: origin without world_output; give the world total")
    return faults


def shares_in(
    given: Mapping[str | tuple[str, str], Figure], country: str | None
) -> dict[str, Figure]:
    """Return the use or input figures that hold in one country; its own go before common ones.

    Examples:
        >>> common, own = (Figure(x, "invented", "assumed", 0, 1) for x in (0.2, 0.9))
        >>> shares_in({"A": common, ("TWN", "A"): own}, "TWN")["A"].value
        0.9
    """
    found = {key: figure for key, figure in given.items() if isinstance(key, str)}
    own = {k[1]: f for k, f in given.items() if not isinstance(k, str) and k[0] == country}
    return {**found, **own}


def _total(figures: Mapping[str, Figure]) -> float:
    return sum(figure.value for figure in figures.values() if figure.unit == "share")


def _output_sum_faults(parts: Sequence[Part]) -> list[str]:
    """Return faults where output shares of all parts are given and do not add to 1."""
    faults = []
    has_rest = any(part.is_rest for part in parts)
    if any(part.world_output is not None for part in parts):
        return []
    for label in dict.fromkeys(key for part in parts for key in part.output):
        figures = [part.output.get(label, part.output.get(OTHERS)) for part in parts]
        given = [f for f in figures if f is not None]
        if any(f.unit != "share" for f in given):
            continue
        total = sum(f.value for f in given)
        if total > 1 + SUM_TOLERANCE or (not has_rest and abs(total - 1) > SUM_TOLERANCE):
            faults.append(
                f"output shares of {label} add to {total:.6g}, not 1; correct them, or leave "
                "`output` out of one part, which then takes the rest"
            )
    return faults
