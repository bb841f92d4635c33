"""Random worlds under shocks of every size: each solve is certified or refused, never quietly wrong.

`python -m fuzz.adversity [--worlds 1000] [--seed 1]`. What is certified is put into the equations
of the reference of the tests, which shares nothing with the solver: at the wages found, its
prices, shares and expenditures have to clear every factor market.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections import Counter
from dataclasses import dataclass

import numpy as np

from tests.routes import nested_reference as reference
from tests.support import random_shock, random_world
from upperhand.core.errors import UpperhandError
from upperhand.equilibrium import solve_counterfactual

SIZES = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
#: Certified is what leaves no factor market open by more: the solver's 1e-12 times conditioning.
CLOSE = 1e-8


@dataclass(frozen=True)
class Trial:
    """One world and one shock.

    Attributes:
        seed: Of both.
        size: Of the shock: added tariffs up to this rate, costs and productivity to match.
        ending: `certified`, `refused`, or what is wrong.
        gap: Largest factor market left open by the reference's equations; NaN where refused.
    """

    seed: int
    size: float
    ending: str
    gap: float = float("nan")


def trial(seed: int) -> Trial:
    """Solve one world under one shock, and check the answer by the reference."""
    hand = np.random.default_rng(seed)
    size = float(hand.choice(SIZES))
    countries, sectors = int(hand.integers(2, 7)), int(hand.integers(1, 5))
    world = random_world(countries, sectors, seed, inputs=bool(hand.integers(2)))
    shock = random_shock(world, seed, size=size, bans=bool(hand.integers(2)))
    try:
        found = solve_counterfactual(world, shock)
    except UpperhandError:
        return Trial(seed, size, "refused")
    if not found.outcome.ok:
        return Trial(seed, size, "refused")
    wage = found.data["wage_change"].values
    if not np.isfinite(found.data["real_income_change"].values).all():
        return Trial(seed, size, "not finite and not refused")
    gap = open_market(world, shock, wage)
    return Trial(seed, size, "certified" if gap < CLOSE else "wrong", gap)


def open_market(world, shock, wage) -> float:
    """Return the largest gap between factor demand and supply at some wages, by the reference."""
    data = reference.read_data(world, shock)
    price = np.ones_like(data.final_share)
    cost, price = reference._prices(data, wage, price, 1e-14)  # noqa: SLF001 - the equations
    share = reference.trade_share(data, cost, price)
    spending = reference._expenditure(data, wage, share, data.deficit)  # noqa: SLF001
    demand = reference.factor_demand(data, share, spending)
    return float(np.max(np.abs(demand / (wage * data.factor_income) - 1.0)))


def main() -> int:
    """Run the trials, print how they ended by size, and return 1 if any is wrong."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.adversity")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    start = time.process_time()
    trials = [trial(asked.seed * 1_000_003 + i) for i in range(asked.worlds)]
    for size in SIZES:
        ended = Counter(t.ending for t in trials if t.size == size)
        gaps = [t.gap for t in trials if t.size == size and np.isfinite(t.gap)]
        worst = f"largest gap {max(gaps):.1e}" if gaps else ""
        print(f"shocks up to {100 * size:5.0f}%: {dict(ended)} {worst}")
    wrong = [t for t in trials if t.ending not in ("certified", "refused")]
    for one in wrong[:10]:
        print(f"  seed {one.seed}: {one.ending}, gap {one.gap:.1e}")
    seconds = time.process_time() - start
    print(f"{len(trials)} worlds, {len(wrong)} quietly wrong, {seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
