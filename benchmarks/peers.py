"""Other packages on their own examples, each in its own throw-away environment."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

from benchmarks.measure import ROOT, Row, in_child, seconds, shown
from upperhand import Tariff, solve_counterfactual
from upperhand.scenario.replicate import folder_of, script_of

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
        with np.load(path) as held:
            world = _script("puremacro").world(dict(held))
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


def _script(name: str) -> ModuleType:
    """Return the script of a replication: the same tables and shocks as there."""
    return script_of(folder_of(name))


def _gegravity(python: str) -> Iterator[Row]:
    """Its sample of 30 countries in one sector: a trade agreement of Canada and Japan."""
    if not SAMPLE.is_dir():
        raise OSError("its sample data are not beside this checkout")
    theirs = str(folder_of("gegravity") / "theirs.py")
    found = json.loads(in_child([python, theirs, str(SAMPLE)]).splitlines()[-1])
    script = _script("gegravity")
    codes, columns, beta = script.sample(SAMPLE.parent)
    world = script.world(codes, columns["trade"])
    shock = script.agreement(world, columns, beta)
    ours = seconds(lambda: solve_counterfactual(world, shock).require_converged(), runs=9)
    yield Row(
        f"gegravity {found['version']}: its sample, 30 countries",
        shown(ours),
        shown(found["seconds"]),
        f"{found['seconds'] / ours:,.0f} x",
        "same trade cost cut; it holds output and spending shares at the baseline",
    )
