"""Make the world with strategic goods out of a world of table sectors."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.files import write_text
from upperhand.world.check import check_world
from upperhand.world.files import read_world, save_world
from upperhand.world.make import card_text
from upperhand.world.split import Entry, Part, SplitReport, split_sector
from upperhand.world.strategic.read import read_parts, read_rows
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

NAME = "icio-2022-strategic"


@dataclass(frozen=True)
class StrategicReport:
    """What became of every figure, split by split in the order they were made."""

    splits: tuple[SplitReport, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return every figure with target and outcome."""
        return tuple(entry for split in self.splits for entry in split.entries)

    def missed(self) -> tuple[Entry, ...]:
        """Return the figures that the parents' totals do not allow to hold."""
        return tuple(entry for split in self.splits for entry in split.missed())

    def __str__(self) -> str:
        return "\n".join(str(split) for split in self.splits)


def build_strategic(
    world: World, *, parts: Mapping[str, Sequence[Part]] | None = None, name: str = NAME
) -> tuple[World, StrategicReport]:
    """Split the strategic goods out of a world of table sectors.

    Electronics gives AI accelerators, other chips, and phones and computers; machinery gives
    chip-making equipment; ores, chemicals and metal products give the chain from rare-earth
    concentrates to magnets; transport equipment gives drones and aircraft; agriculture gives
    soybeans; services give chip design, which carries the American rents of accelerators made in
    Taiwan (docs/decisions/0010-strategic-goods.md). What is left of a parent is `<parent>_rest`.

    Args:
        world: A world with the sectors of OECD ICIO and the countries named in the figures.
        parts: Parts by parent; the packaged figures when None.
        name: Name of the new world.

    Returns:
        The world, and what became of every figure.

    Raises:
        WorldError: If a parent or country is missing, or figures do not add up.
    """
    reports: list[SplitReport] = []
    base = world
    for parent, own in (parts if parts is not None else read_parts()).items():
        world, report = split_sector(world, parent, own, name=name)
        reports.append(report)
    world = replace(world, elasticity_ratio=horizon_ratios(world))
    return replace(world, card=_card(world, base, reports)), StrategicReport(tuple(reports))


def horizon_ratios(world: World) -> Array:
    """Return short- and medium-run elasticities over the long-run ones, (sector, 2).

    From `data/strategic/elasticities.csv` for the sectors named there; the others keep theirs.
    """
    text = files("upperhand").joinpath("data/strategic/elasticities.csv").read_text("utf-8")
    found = {
        (row["part"], row["horizon"]): float(row["value"]) for row in csv.DictReader(StringIO(text))
    }
    ratio = world.elasticity_ratio.copy()
    for k, sector in enumerate(world.sectors):
        if (sector, "long") in found:
            last = found[sector, "long"]
            ratio[k] = [found[sector, "short"] / last, found[sector, "medium"] / last]
    return ratio


def _card(world: World, base: World, reports: Sequence[SplitReport]) -> dict[str, Any]:
    counts = {
        status: sum(report.counts()[status] for report in reports)
        for status in ("sourced", "derived", "assumed")
    }
    figures = [
        {
            "part": e.part,
            "quantity": e.quantity,
            "labels": "/".join(e.labels),
            "target": _rounded(e.target),
            "in_table": _rounded(e.reached),
            "low": _rounded(e.low),
            "high": _rounded(e.high),
            "unit": e.unit,
            "status": e.status,
            "source": e.source,
        }
        for report in reports
        for e in report.entries
    ]
    added = {
        "key": "epoch_ai_chip_counts_2026",
        "title": "Epoch AI, AI chip counts, 2026 (chips sold, revenue by quarter)",
        "licence": "CC BY 4.0",
        "url": "https://github.com/epoch-research/ai-chip-counts",
    }
    countries, sectors = len(world.countries), len(world.sectors)
    return {
        **world.card,
        "title": f"World economy of {world.year}: {countries} regions, {sectors} sectors with "
        "strategic goods of their own",
        "checks": {
            name: value if isinstance(value, str) else _rounded(round(value, 9))
            for name, value in check_world(world).facts.items()
        },
        "sources": [*world.card.get("sources", []), added],
        "strategic": {
            "made_from": {"world": base.name, "fingerprint": base.fingerprint},
            "kept": "all totals of the sectors under `parents`",
            "method": "docs/do/split.md and docs/decisions/0010-strategic-goods.md",
            "figures_by_status": counts,
            "figures": figures,
            "rules": reports[0].to_dict()["rules"] if reports else {},
        },
    }


def _rounded(value: float) -> float:
    """Return six significant digits, so that the card does not depend on the last bits."""
    return float(f"{value:.6g}")


def write_strategic(world: World, folder: str | Path) -> tuple[Path, Path]:
    """Build the strategic world and write table and source card into a folder.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> write_strategic(toy_world(), "unused")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: split of C26: unknown sector 'C26' (allowed: GOODS, SERV)
    """
    result, _ = build_strategic(world)
    target = Path(folder)
    table = save_world(result, target / f"{result.name}.npz")
    card = write_text(target / f"{result.name}.card.json", card_text(result))
    return table, card


def main() -> None:
    """Write the packaged strategic world: `python -m upperhand.world.strategic`."""
    folder = Path(str(files("upperhand").joinpath("data/world")))
    write_strategic(read_world(folder / "icio-2022.npz"), folder)


def certainty() -> dict[str, int]:
    """Return how many rows of the packaged file have which certainty.

    Examples:
        >>> sorted(certainty())
        ['derived', 'judgement', 'source read', 'unconfirmed']
    """
    counts: dict[str, int] = {}
    for row in read_rows():
        if row["certainty"]:
            counts[row["certainty"]] = counts.get(row["certainty"], 0) + 1
    return counts
