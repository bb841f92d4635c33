"""Tasks that worker processes import."""

from __future__ import annotations

import math
import os
import signal
import time
from pathlib import Path

from upperhand.core.errors import NoEquilibriumError
from upperhand.uncertainty.priors import Prior, Priors, alternatives

PRIORS = Priors(
    (
        Prior("a", "normal", 1.0, -1.0, 3.0, "made up", "assumed"),
        Prior("b", "triangular", 0.0, -1.0, 2.0, "made up", "assumed"),
        alternatives("reading", ["plain", "double"], source="made up"),
    )
)


def plain(draw):
    """Return two numbers; a seventh of the draws has no answer."""
    if draw["b"] > 1.2:
        raise NoEquilibriumError("no equilibrium: the step limit was reached")
    factor = 2 if draw["reading"] == "double" else 1
    return {
        "sum": factor * (draw["a"] + draw["b"] + draw.get("add", 0.0)),
        "exp": math.exp(draw["a"]),
    }


def slow(draw):
    """Return the same, after a while."""
    time.sleep(0.01)
    return plain(draw)


def deadly(draw):
    """Return the same, but the first worker that comes here is killed."""
    mark = Path(os.environ["UPPERHAND_TEST_MARK"])
    if not mark.exists():
        mark.write_text("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return plain(draw)


def always_deadly(draw):
    """Kill every worker that comes here."""
    os.kill(os.getpid(), signal.SIGKILL)
    return plain(draw)


def thread_setting(draw):
    """Return the number of threads that linear algebra was given."""
    return {"threads": float(os.environ["OPENBLAS_NUM_THREADS"]), "a": draw["a"]}


def solve_toy(draw):
    """Solve a tariff on the toy world with drawn elasticities: the real solver."""
    from dataclasses import replace

    import numpy as np

    from upperhand.equilibrium import solve_counterfactual
    from upperhand.measures import Tariff
    from upperhand.world.toy import toy_world

    world = toy_world()
    theta = np.array([draw[f"trade elasticity ({sector})"] for sector in world.sectors])
    world = replace(world, trade_elasticity=theta)
    tariff = Tariff(by="USA", against=["CHN"], add_pp=draw.get("rate", 10.0))
    found = solve_counterfactual(world, tariff).require_converged()
    return {
        code: float(found.percent("real_income_change").sel(country=code))
        for code in ("USA", "CHN")
    }
