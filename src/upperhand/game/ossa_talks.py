"""Agreed tariffs in the economy of Ossa (2014): the largest gain in per cent common to all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from upperhand.equilibrium.ossa_solve import counterfactual_of
from upperhand.equilibrium.ossa_world import OssaWorld
from upperhand.game import ossa_war
from upperhand.game.first_order import Reach
from upperhand.game.ossa_search import USUAL, Search, cube
from upperhand.game.ossa_war import Agreed
from upperhand.results.common_gain import CommonGain

SPEED = 20.0  # of the weights in talks
NEWS = 1e-7  # gain above which a scan found another optimum
TALK_STARTS: tuple[float | None, ...] = (0.0, None, 1.0, 3.0)


def ossa_agreement(
    world: OssaWorld,
    regions: Literal["all"] | Sequence[str] = "all",
    *,
    bounds: tuple[float, float] = USUAL,
    scan: bool = True,
    tol: float = 1e-9,
    max_sweeps: int = 500,
) -> CommonGain:
    """Find the tariffs with the largest gain in per cent that is common to all governments.

    Talks begin at the tariffs of `world` and gains are counted from there; to begin at Nash
    tariffs or at free trade, `rebase_ossa` the world first. The search starts from the tariffs in
    force, zero, 1 / (sigma - 1), 100 and 300 per cent; with political weights it starts again from
    the best with each sector in turn at the upper bound. The largest gain is reported.

    Args:
        world: Where talks begin.
        regions: `all` or codes; the others keep their rates.
        bounds: Lowest and highest rate, as fractions; a negative lower bound allows import
            subsidies.
        scan: With political weights, start again from each sector at the upper bound; most of the
            time goes there.
        tol: Largest change of a log rate or log weight in the last round.
        max_sweeps: Rounds from each first point.

    Raises:
        OptionError: If a label or bound is not admissible.

    Examples:
        >>> from upperhand.equilibrium.ossa_toy import toy_ossa_world
        >>> deal = ossa_agreement(toy_ossa_world()).require_agreed()
        >>> deal.gain > 0
        True

    References:
        Ossa (2014), section V and Table 5.
    """
    names = tuple(world.regions if regions == "all" else regions)
    search = Search("cell", bounds, scan, tol, max_sweeps)
    search.check(world, names)
    reach = search.reach(world, names)
    base = world.base
    firsts = {"in force": ossa_war.placed(reach, base.log_duty, base.log_duty[reach.tariff])}
    for rate in TALK_STARTS:
        name = "1 / (sigma - 1)" if rate is None else f"{rate:.0%}"
        firsts[name] = ossa_war.started(base, reach, base.log_duty, rate)
    ends = {
        name: ossa_war.bargain(base, reach, first, speed=SPEED, tol=tol, max_sweeps=max_sweeps)
        for name, first in firsts.items()
    }
    best = _largest(ends)
    if scan and not (base.political == 1.0).all():
        ends |= _scanned(world, reach, ends[best], search)
        best = _largest(ends)
    found = {name: _common(end) for name, end in ends.items()}
    return _agreed(world, names, ends[best], found, search)


def _largest(ends: dict[str, Agreed]) -> str:
    """Return the name of the search with the largest common gain."""
    return max(ends, key=lambda name: np.nan_to_num(_common(ends[name]), nan=-np.inf))


def _scanned(world: OssaWorld, reach: Reach, best: Agreed, search: Search) -> dict[str, Agreed]:
    """Return the searches that beat `best` when one sector starts at the upper bound."""
    base, better = world.base, {}
    for s, name in enumerate(world.sectors):
        first = best.settled.log_duty.copy()
        first[s] = np.where(reach.tariff[s], reach.highest, first[s])
        rough = ossa_war.bargain(
            base, reach, first, speed=SPEED, tol=1e-6, max_sweeps=search.max_sweeps
        )
        if np.nan_to_num(_common(rough), nan=-np.inf) > _common(best) + NEWS:
            better[f"{name} at the upper bound"] = ossa_war.bargain(
                base,
                reach,
                rough.settled.log_duty,
                speed=SPEED,
                tol=search.tol,
                max_sweeps=search.max_sweeps,
            )
    return better


def _common(end: Agreed) -> float:
    """Return the gain that all have at least, as a fraction; NaN when nothing settled."""
    return float(np.expm1(end.log_gain.min())) if end.settled.reached else float("nan")


def _agreed(
    world: OssaWorld,
    names: tuple[str, ...],
    end: Agreed,
    found: dict[str, float],
    search: Search,
) -> CommonGain:
    settled, gain = end.settled, _common(end)
    ending = "agreed" if gain > 0 else "no_gain"
    if not settled.reached:
        ending = "not_settled" if settled.solved.reached else "no_equilibrium"
    return CommonGain(
        players=names,
        ending=ending,
        gain=gain,
        spread=float(np.ptp(np.expm1(end.log_gain))),
        weights=dict(zip(names, map(float, end.weights), strict=True)),
        counterfactual=counterfactual_of(world, cube(settled.log_duty), settled.solved),
        found=found,
        slope=settled.slope,
        sweeps=settled.sweeps,
        method="first-order conditions of a planner whose weights equalise the gains in per cent; "
        "the largest gain of several first points",
        options=search.to_dict(),
    )
