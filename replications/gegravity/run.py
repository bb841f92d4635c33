"""gegravity's own example: a trade agreement of Canada and Japan in 2006, side by side."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import upperhand as uh
from upperhand.world.shock import no_shock

Key = tuple[str, str, str, str]
PEER = "gegravity==0.3"
ELASTICITY = 4.0  # its sigma is 5
MEMBERS = ("CAN", "JPN")
SHOWN = ("CAN", "JPN", "USA", "MEX", "AUS", "DEU", "CHN", "FIN")
REFERENCE = "DEU"  # whose price level it holds at one
ROUNDS = 2_000


def sample(data: Path) -> tuple[list[str], dict[str, Any], dict[str, float]]:
    """Return the countries, each column of the sample (exporter, importer) and the estimates."""
    folder = data / "gegravity_sample"
    with (folder / "sample_data_set.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (folder / "coefficients.csv").open(encoding="utf-8") as file:
        beta = {row["var"]: float(row["beta"]) for row in csv.DictReader(file)}
    codes = sorted({row["exporter"] for row in rows})
    names = [name for name in rows[0] if name not in ("exporter", "importer", "year")]
    columns = {name: np.zeros((len(codes), len(codes))) for name in names}
    for row in rows:
        for name in names:
            cell = codes.index(row["exporter"]), codes.index(row["importer"])
            columns[name][cell] = float(row[name])
    return codes, columns, beta


def world(codes: Sequence[str], trade: Any) -> uh.World:
    """Return trade as a world with one sector, no tariffs and no inputs."""
    return uh.World.from_arrays(
        name="gegravity-sample",
        year=2006,
        countries=codes,
        sectors=["MAN"],
        trade=trade[:, :, None],
        trade_elasticity=ELASTICITY,
    )


def modelled(columns: dict[str, Any], beta: dict[str, float]) -> Any:
    """Return the trade that its gravity equation predicts, with the sample's output and spending."""
    names = ("lndist", "contiguity", "common_language", "pta", "international")
    flow = np.exp(sum(beta[name] * columns[name] for name in names))
    output, spending = columns["Y"][:, 0], columns["E"][0]
    row, column = margins(flow, output, spending * output.sum() / spending.sum())
    return flow * row[:, None] * column


def margins(flow: Any, output: Any, spending: Any) -> tuple[Any, Any]:
    """Return the factors by exporter and importer that give `flow` its totals."""
    row, column = np.ones(len(flow)), np.ones(len(flow))
    for _ in range(ROUNDS):
        row = output / (flow @ column)
        column = spending / (row @ flow)
    return row, column


def shares_held(given: uh.World, shock: uh.Shock) -> tuple[Any, Any]:
    """Return per cent changes of real output and prices as gegravity defines its equilibrium.

    Resistances answer to the new costs while output and spending keep their shares in the world;
    prices follow from them and do not feed back.
    """
    trade = given.trade[:, :, 0]
    flow = trade * shock.trade_cost[:, :, 0] ** -ELASTICITY
    row, column = margins(flow, trade.sum(axis=1), trade.sum(axis=0))
    outward, inward = row ** (1 / ELASTICITY), column ** (1 / ELASTICITY)
    scale = inward[given.countries.index(REFERENCE)]
    outward, inward = outward * scale, inward / scale
    return 100 * (1 / (outward * inward) - 1), 100 * (1 / outward - 1)


def agreement(given: uh.World, columns: dict[str, Any], beta: dict[str, float]) -> uh.Shock:
    """Return what the agreement does to trade costs between its members."""
    inside = np.isin(given.countries, MEMBERS)
    new = np.outer(inside, inside) & ~np.eye(len(inside), dtype=bool) & (columns["pta"] == 0)
    cost = np.exp(-beta["pta"] / ELASTICITY * new)
    return replace(no_shock(given), trade_cost=cost[:, :, None])


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    codes, columns, beta = sample(data)
    for option, trade in (("", modelled(columns, beta)), ("observed trade", columns["trade"])):
        given = world(codes, trade)
        shock = agreement(given, columns, beta)
        result = uh.solve_counterfactual(given, shock, closure="share").require_converged()
        price = result.wage_change / result.consumer_price_change.sel(country=REFERENCE)
        real = result.percent("real_wage_change").values
        yield from lines(codes, option, real, 100 * (price.values - 1))
        if not option:
            yield from lines(codes, "shares held", *shares_held(given, shock))


def lines(
    codes: Sequence[str], option: str, real_output: Any, price: Any
) -> Iterator[tuple[Key, float]]:
    """Yield two columns for the countries shown."""
    for row in SHOWN:
        yield ("its example", row, "real output", option), real_output[codes.index(row)]
        yield ("its example", row, "price", option), price[codes.index(row)]


def their_numbers(python: list[str], data: Path) -> Iterator[tuple[Key, float]]:
    """Yield what gegravity itself computes for the same lines."""
    command = [*python, str(Path(__file__).with_name("theirs.py")), str(data / "gegravity_sample")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout.splitlines()[-1])["columns"]
    for column, values in found.items():
        for row in SHOWN:
            for option in ("", "observed trade", "shares held"):
                yield ("its example", row, column, option), values[row]


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.6f}\n")
