"""Who sells how much of a good to whom, at which tariff, and where the figures come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from upperhand.core.errors import ScenarioError, raise_faults
from upperhand.measures.labels import (
    Labels,
    country_fault,
    expand_country,
    expand_sectors,
    labels_of,
    positions,
    sector_fault,
    split_words,
)
from upperhand.world.world import World

MOST = 8


@dataclass(frozen=True, slots=True)
class Flow:
    """A bilateral flow, or the largest flows of a good, with the figures behind them.

    Attributes:
        title: What is shown, in words.
        facts: Rows (what, value, unit).
        ranking: Rows (code, USD million, share in per cent) of other sources, or empty.
        figures: Figures of the card that made the good, each with range, status and source.
    """

    title: str
    facts: tuple[tuple[str, float | str, str], ...]
    ranking: tuple[tuple[str, float, float], ...]
    figures: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        facts = [{"what": a, "value": b, "unit": c} for a, b, c in self.facts]
        keys = ("code", "usd_million", "share_pct")
        ranking = [dict(zip(keys, row, strict=True)) for row in self.ranking]
        return {
            "title": self.title, "facts": facts, "ranking": ranking, "figures": list(self.figures),
        }  # fmt: skip


def flow(world: World, names: Sequence[str]) -> Flow:
    """Return the flow that `EXPORTER IMPORTER GOOD` names; the good may stand alone or be left out.

    Args:
        world: A world.
        names: Exporter, importer and good; or exporter and importer; or a good.

    Raises:
        ScenarioError: If a name is unknown (every fault listed).

    Examples:
        >>> from upperhand.world.load import load_world
        >>> found = flow(load_world(), ["USA", "CHN", "ai_accelerators"])
        >>> found.title
        'AI accelerators from United States to China, icio-2022-strategic, 2022'
        >>> [row for row in found.ranking][0][0]
        'TWN'
    """
    labels = labels_of(world)
    exporter, importer, good = _names(list(names), labels)
    sectors = expand_sectors([good] if good else "goods", labels)
    k = positions(sectors, world.sectors)
    cube = world.trade[:, :, k]
    place = f"{world.name}, {world.year}"
    what = world.sector_names.get(good, good) if good else "all goods"
    if good in labels.parents:
        what = split_words([good], labels)
    foreign = cube.sum(axis=2)
    np.fill_diagonal(foreign, 0.0)
    figures = tuple(_figures(world, sectors if good else (), exporter, importer))
    if not exporter:
        facts = _totals(world, k, foreign)
        return Flow(f"{what}, {place}", facts, _ranking(world, foreign.sum(axis=1)), figures)
    rows = positions(expand_country(exporter, labels), world.countries)
    columns = positions(expand_country(importer, labels), world.countries)
    title = f"{what} from {_country(world, exporter)} to {_country(world, importer)}, {place}"
    facts = tuple(_facts(world, k, rows, columns, foreign))
    return Flow(title, facts, _ranking(world, foreign[:, columns].sum(axis=1)), figures)


def _names(names: list[str], labels: Labels) -> tuple[str, str, str]:
    if len(names) == 1:
        names = ["", "", *names]
    if len(names) == 2:
        names = [*names, ""]
    if len(names) != 3:
        raise ScenarioError(f"got {len(names)} names; write EXPORTER IMPORTER GOOD, or GOOD")
    exporter, importer, good = names
    faults = [country_fault(name, labels) for name in (exporter, importer) if name]
    faults.append(sector_fault(good, labels) if good else None)
    if exporter and exporter == importer:
        faults.append(f"'{exporter}' is both exporter and importer; name two countries")
    raise_faults(ScenarioError, [fault for fault in faults if fault], what="flow")
    return exporter, importer, good


def _country(world: World, code: str) -> str:
    return world.country_names.get(code, code)


def _totals(
    world: World, k: list[int], foreign: np.ndarray
) -> tuple[tuple[str, float | str, str], ...]:
    output = float(world.output[:, k].sum())
    return (
        ("world output", output, "USD million"),
        ("world trade", float(foreign.sum()), "USD million"),
        *_elasticities(world, k),
    )


def _facts(
    world: World, k: list[int], rows: list[int], columns: list[int], foreign: np.ndarray
) -> Iterator[tuple[str, float | str, str]]:
    block = np.ix_(rows, columns, k)
    trade = world.trade[block]
    value = float(foreign[np.ix_(rows, columns)].sum())
    bought = float(foreign[:, columns].sum())
    used = float(world.trade[:, columns][:, :, k].sum())
    yield "value at the border", value, "USD million"
    yield "share of the exporter's exports of it", _share(value, foreign[rows].sum()), "per cent"
    yield "share of the importer's imports of it", _share(value, bought), "per cent"
    yield "share of all that the importer buys of it", _share(value, used), "per cent"
    weight = trade / trade.sum() if trade.sum() else np.full(trade.shape, 1 / trade.size)
    yield "tariff", 100 * float((weight * world.tariff[block]).sum()), "per cent"
    yield "export tax", 100 * float((weight * world.export_tax[block]).sum()), "per cent"
    yield from _elasticities(world, k)


def _elasticities(world: World, k: list[int]) -> Iterator[tuple[str, float | str, str]]:
    if len(k) > 1:
        return
    long = float(world.trade_elasticity[k[0]])
    short, medium = (float(ratio) * long for ratio in world.elasticity_ratio[k[0]])
    low, high = world.elasticity_range[k[0]]
    yield "trade elasticity, short run", short, "1"
    yield "trade elasticity, medium run", medium, "1"
    yield f"trade elasticity, long run [{low:g} to {high:g}]", long, "1"


def _share(part: float, whole: float) -> float:
    return 100 * part / float(whole) if whole else 0.0


def _ranking(world: World, sold: np.ndarray) -> tuple[tuple[str, float, float], ...]:
    order = np.argsort(-sold)[:MOST]
    total = float(sold.sum())
    found = [(world.countries[i], float(sold[i]), _share(float(sold[i]), total)) for i in order]
    return tuple(row for row in found if row[1] > 0)


def _figures(
    world: World, sectors: Sequence[str], exporter: str, importer: str
) -> Iterator[dict[str, Any]]:
    """Yield the figures of the card on these goods; with a pair, those that concern it."""
    concerned = {"", exporter, f"{exporter}/{importer}", f"*/{importer}", f"{exporter}/*"}
    bought = {"purchases": {importer}}
    for row in world.card.get("strategic", {}).get("figures", ()):
        quantity, label = str(row["quantity"]), str(row["labels"])
        if row["part"] not in sectors or (exporter and quantity in ("use", "inputs")):
            continue
        if exporter and label not in bought.get(quantity, concerned):
            continue
        yield dict(row)
