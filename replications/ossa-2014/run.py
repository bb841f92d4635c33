"""Ossa (2014): optimal tariffs, a tariff war and talks between seven regions."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scipy.io import loadmat

import upperhand as uh

Key = tuple[str, str, str, str]
REGIONS = {
    "BRA": "Brazil",
    "CHN": "China",
    "EU": "EU",
    "IND": "India",
    "JPN": "Japan",
    "ROW": "ROW",
    "USA": "US",
}
#: Columns of Table 3.
COLUMNS = (
    "government welfare, own",
    "government welfare, others",
    "welfare, own",
    "welfare, others",
    "wage, own",
    "wage, others",
    "profit, own",
    "profit, others",
    "median tariff",
)
PANELS = {"3A": False, "3B": True}
MEAN_SIGMA = (3.5, 5.0, 6.5)
#: The five sectors with the highest weight in each region.
TOP = {
    "BRA": "wap wht dry ric lea",
    "CHN": "wht ric wap b_t dry",
    "EU": "wht dry ric cmt b_t",
    "IND": "wht b_t vol ric sug",
    "JPN": "wht ric osd gro dry",
    "ROW": "gro wht dry ric wap",
    "USA": "wap dry tex b_t wht",
}


def cube(rows: Any) -> Any:
    """Return 33 blocks of 7 exporters by 7 importers as (exporter, importer, sector)."""
    return rows.reshape(33, 7, 7).transpose(1, 2, 0)


def world(data: Path, *, lobby: bool = False, mean_sigma: float | None = None) -> uh.ossa.World:
    """Return the 7 x 33 world, with political weights or without.

    Args:
        data: Folder of the data sets.
        lobby: Use the author's political weights.
        mean_sigma: Scale the elasticities to this mean.
    """
    given = loadmat(data / "ossa_2014" / "DATA.mat")
    sigma = given["SIGMA"].ravel()
    return uh.ossa.World.from_arrays(
        name="ossa-2014",
        regions=list(REGIONS),
        sectors=[str(label[0][0]) for label in given["LABELS"]],
        trade=cube(given["TRADE"]),
        tariff=cube(given["TARIFF"]),
        sigma=sigma if mean_sigma is None else sigma * mean_sigma / sigma.mean(),
        political_weights=given["LAMBDAPOL"] if lobby else None,
    )


def optimal(given: uh.ossa.World) -> Any:
    """Return Table 3: what each region gains from its optimal tariffs, the others staying put."""
    return uh.ossa.table(*(uh.ossa.best_response(given, name) for name in given.regions))


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    for panel, lobby in PANELS.items():
        given = world(data, lobby=lobby)
        table = optimal(given)
        yield from lines(panel, table)
        if lobby:
            yield ("abstract", "mean", "optimal tariff", ""), table["median tariff"].mean()
        yield from wars_and_talks(given, "lobby" if lobby else "no lobby")
    for mean in MEAN_SIGMA:
        table = optimal(world(data, mean_sigma=mean)).mean()
        for column in COLUMNS:
            yield ("3C", f"mean sigma {mean:.1f}", column, ""), table[column]
    yield from weights(data)


def lines(panel: str, table: Any) -> Iterator[tuple[Key, float]]:
    """Yield the rows of a panel of Table 3 and its mean."""
    for column in COLUMNS:
        for code, row in REGIONS.items():
            yield (panel, row, column, ""), table.loc[code, column]
        yield (panel, "mean", column, ""), table[column].mean()


def wars_and_talks(given: uh.ossa.World, panel: str) -> Iterator[tuple[Key, float]]:
    """Yield the Nash tariffs of Section IV and the talks of Section V."""
    war = uh.ossa.nash(given).require_certified()
    table = uh.ossa.table(war)
    for code, row in REGIONS.items():
        yield ("4", row, f"government welfare, {panel}", ""), table.loc[code, "government welfare"]
        yield ("4", row, f"median tariff, {panel}", ""), table.loc[code, "median tariff"]
    if panel == "lobby":
        yield ("abstract", "mean", "Nash tariff", ""), table["median tariff"].mean()
        yield ("abstract", "mean", "loss in a war", ""), -table["government welfare"].mean()
    free = uh.ossa.solve(given, 0 * given.tariff)
    starts = {
        "Nash tariffs": uh.ossa.rebase(given, war.counterfactual),
        "factual tariffs": given,
        "free trade": uh.ossa.rebase(given, free),
    }
    for start, from_there in starts.items():
        gain = 100 * uh.ossa.agreement(from_there).require_agreed().gain
        yield ("5", f"from {start}", f"common gain, {panel}", ""), gain
        if panel == "lobby" and start == "factual tariffs":
            yield ("abstract", "mean", "gain from talks", ""), gain


def weights(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield political weights of Table 1: the author's and those that make his targets optimal."""
    given, held = world(data), loadmat(data / "ossa_2014" / "DATA.mat")
    with (data / "ossa_2014" / "labels.csv").open(encoding="utf-8") as file:
        codes = [row[0] for row in csv.reader(file)]
    found = uh.ossa.political_weights(given, held["TARGETTARIFF"].T).weights.values
    for n, (region, row) in enumerate(REGIONS.items()):
        for sector in TOP[region].split():
            k = codes.index(sector)
            yield ("1", row, sector, ""), found[n, k]
            yield ("1", row, sector, "author's weights"), held["LAMBDAPOL"][n, k]


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.4f}\n")
