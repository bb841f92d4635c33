"""Other packages on their own examples, each in its own throw-away environment."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import ROOT, Row, in_child, seconds, shown
from upperhand import Shock, Tariff, World, solve_counterfactual
from upperhand.world.build import from_arrays
from upperhand.world.shock import no_shock

PINNED = {"puremacro": "5.7.1", "gegravity": "0.3"}
HERE = Path(__file__).parent
SAMPLE = ROOT.parent / "shared" / "data" / "gegravity_sample"


def peer_rows() -> Iterator[Row]:
    """Return one row per example that ran, or the reason why it did not."""
    for name, rows in (("puremacro", _puremacro), ("gegravity", _gegravity)):
        try:
            python = environment(name)
            yield from rows(python)
        except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
            yield Row(f"{name} {PINNED[name]}", "", "did not run", "", str(error)[:140])


def environment(name: str) -> str:
    """Return the Python of an environment that holds one pinned package."""
    folder = ROOT / f".venv-bench-{name}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        in_child([sys.executable, "-m", "venv", "--clear", str(folder)])
        wanted = f"{name}=={PINNED[name]}"
        in_child([str(python), "-m", "pip", "install", "--quiet", wanted])
        (folder / "ready").touch()
    return str(python)


def _puremacro(python: str) -> Iterator[Row]:
    """Its bundled OECD table of 20 x 20: ten per cent US tariff on everything."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.npz"
        found = json.loads(
            in_child([python, str(HERE / "peer_puremacro.py"), str(path)]).splitlines()[-1]
        )
        world = _world_of_puremacro(path)
    partners = [code for code in world.countries if code != "USA"]
    tariff = Tariff(by="USA", against=partners, add_pp=10)
    ours = seconds(lambda: solve_counterfactual(world, tariff).require_converged(), runs=9)
    for method, took in found["seconds"].items():
        yield Row(
            f"puremacro {found['version']}, {method}: its table 20 x 20",
            shown(ours),
            shown(took) if isinstance(took, float) else took,
            f"{took / ours:,.0f} x" if isinstance(took, float) else "",
            "same table and tariff; its model has fixed coefficients and stops at 2.5e-3",
        )


def _world_of_puremacro(path: Path) -> World:
    """Return its table as a world: elasticity 4 everywhere, taxes counted as value added."""
    held = np.load(path)
    matrix, n, s = held["matrix"], len(held["countries"]), len(held["sectors"])
    cells = n * s
    uses = matrix[:cells, :cells].reshape(n, s, n, s)
    final = matrix[:cells, cells:].reshape(n, s, n, -1).sum(axis=3)
    trade = (uses.sum(axis=3) + final).transpose(0, 2, 1)
    output = trade.sum(axis=1)
    inputs = uses.sum(axis=0).transpose(1, 0, 2)
    return from_arrays(
        name="puremacro-2019",
        countries=[str(code) for code in held["countries"]],
        sectors=[str(code) for code in held["sectors"]],
        trade=trade,
        input_share=inputs / np.where(output > 0, output, 1.0)[:, None, :],
        trade_elasticity=4.0,
    )


def _gegravity(python: str) -> Iterator[Row]:
    """Its sample of 30 countries in one sector: a trade agreement of Canada and Japan."""
    if not SAMPLE.is_dir():
        raise OSError("its sample data are not beside this checkout")
    found = json.loads(
        in_child([python, str(HERE / "peer_gegravity.py"), str(SAMPLE)]).splitlines()[-1]
    )
    world, shock = _gegravity_case()
    ours = seconds(lambda: solve_counterfactual(world, shock).require_converged(), runs=9)
    yield Row(
        f"gegravity {found['version']}: its sample, 30 countries",
        shown(ours),
        shown(found["seconds"]),
        f"{found['seconds'] / ours:,.0f} x",
        "same trade cost cut; it holds output and spending shares at the baseline",
    )


def _gegravity_case() -> tuple[World, Shock]:
    """Return the observed trade as a one-sector world, and the agreement as a cost change."""
    from dataclasses import replace

    with (SAMPLE / "sample_data_set.csv").open(encoding="utf-8") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    with (SAMPLE / "coefficients.csv").open(encoding="utf-8") as file:
        beta = {row["var"]: float(row["beta"]) for row in csv.DictReader(file)}
    codes = sorted({row["exporter"] for row in rows})
    trade = np.zeros((len(codes), len(codes), 1))
    pact = np.zeros_like(trade)
    for row in rows:
        cell = codes.index(row["exporter"]), codes.index(row["importer"])
        trade[*cell, 0] = float(row["trade"])
        both = {row["exporter"], row["importer"]} == {"CAN", "JPN"}
        pact[*cell, 0] = both and row["pta"] == "0"
    world = from_arrays(
        name="gegravity-sample",
        countries=codes,
        sectors=["MAN"],
        trade=trade,
        trade_elasticity=-beta["lntar"],
    )
    cost = np.exp(pact * beta["pta"] / beta["lntar"])
    return world, replace(no_shock(world), trade_cost=cost)
