"""puremacro's table and its Caliendo-Parro model: ten per cent US tariff, side by side."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import upperhand as uh

Key = tuple[str, str, str, str]
PEER = "puremacro==5.7.1"
TABLE_OF_PEER = True  # the table is bundled with it and is read through it
ELASTICITY = 4.0
SHOWN = ("USA", "CHN", "CAN", "MEX", "DEU", "JPN")
#: Its model keeps deficits in units of its numeraire, which is world value added, as `fixed` does.
CLOSURES = {"": "fixed", "imbalances as shares of income": "share", "imbalances removed": "purge"}


@cache
def example(*python: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return its bundled table and what it computes, in the Python that has it."""
    script = Path(__file__).with_name("theirs.py")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.npz"
        command = [*python, str(script), str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
        with np.load(path) as held:
            table = {name: held[name] for name in held.files}
    return table, json.loads(done.stdout.splitlines()[-1])["columns"]


def world(table: dict[str, Any]) -> uh.World:
    """Return its table as a world: one elasticity everywhere, taxes counted as value added."""
    n, s = len(table["countries"]), len(table["sectors"])
    uses = table["matrix"][: n * s, : n * s].reshape(n, s, n, s)
    final = table["matrix"][: n * s, n * s :].reshape(n, s, n, -1).sum(axis=3)
    trade = (uses.sum(axis=3) + final).transpose(0, 2, 1)
    output, inputs = trade.sum(axis=1), uses.sum(axis=0).transpose(1, 0, 2)
    return uh.World.from_arrays(
        name="puremacro-2019",
        countries=[str(code) for code in table["countries"]],
        sectors=[str(code) for code in table["sectors"]],
        trade=trade,
        input_share=inputs / np.where(output > 0, output, 1.0)[:, None, :],
        trade_elasticity=ELASTICITY,
    )


def numbers(_data: Path, python: list[str] | None) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`; nothing where its table cannot be had."""
    if python is None:
        return
    given = world(example(*python)[0])
    partners = [code for code in given.countries if code != "USA"]
    tariff = uh.Tariff(by="USA", against=partners, add_pp=10)
    for option, closure in CLOSURES.items():
        result = uh.solve_counterfactual(given, tariff, closure=closure).require_converged()
        columns = {"welfare": "real_income_change", "real wage": "real_wage_change"}
        for column, name in columns.items():
            for row in SHOWN:
                yield ("US tariff", row, column, option), result.percent(name).sel(country=row)


def their_numbers(python: list[str], _data: Path) -> Iterator[tuple[Key, float]]:
    """Yield what puremacro itself computes for the same lines."""
    found = example(*python)[1]
    for column in ("welfare", "real wage"):
        for row in SHOWN:
            for option in CLOSURES:
                yield ("US tariff", row, column, option), 100 * (found[column][row] - 1)


if __name__ == "__main__":
    for key, value in numbers(Path(), sys.argv[1:]):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.6f}\n")
