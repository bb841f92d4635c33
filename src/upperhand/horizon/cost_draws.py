"""How uncertain the cost of measures is: whole paths, one for each draw, that can be resumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from upperhand.core.errors import OptionError
from upperhand.core.files import write_text
from upperhand.core.fingerprint import fingerprint
from upperhand.technology.goods import Events, Technology, draw_technology
from upperhand.technology.parameters import Array, Race, parameters

#: Percent changes of real income by draw, side and year; NaN without an equilibrium.
Solve = Callable[[Sequence[Technology]], Array]
Progress = Callable[[int, int, str], None]
QUANTILES = (0.1, 0.5, 0.9)
#: Draws that are solved together, always the same ones, so that a call that goes on changes no digit.
BLOCK = 8


@dataclass(frozen=True, slots=True)
class CostDraws:
    """Costs over draws.

    Attributes:
        cost: Change of real income, per cent (draw, side, year); NaN without an equilibrium.
    """

    cost: Array

    @property
    def found(self) -> Array:
        """Costs of the draws in which every year has an equilibrium."""
        return np.asarray(self.cost[np.isfinite(self.cost).all(axis=(1, 2))])

    def band(self) -> Array:
        """Return percentiles of the cost over the draws with an equilibrium (side, year, quantile)."""
        return _band(self.found)

    def summed(self, scale: Array) -> Array:
        """Return percentiles of the cost summed up over the years, times a scale by side."""
        return _band(np.cumsum(self.found * scale, axis=2))

    def ratio(self) -> Array:
        """Return the pain ratio (draw, year); NaN unless both lose (eq. 5.25)."""
        found = self.found
        both = (found[:, :2] < 0).all(axis=1)
        return np.asarray(np.where(both, found[:, 1] / np.where(both, found[:, 0], 1.0), np.nan))

    def ratio_band(self) -> Array:
        """Return percentiles of the pain ratio (year, quantile); NaN where a draw has none."""
        return np.asarray(_band(self.ratio()[:, None])[0])

    def chance_second_hurts_more(self) -> Array:
        """Return the share of draws in which the second side loses more, per cent of income, by year."""
        if not len(self.found):
            return np.full(self.cost.shape[2], np.nan)
        return np.asarray((self.found[:, 1] < self.found[:, 0]).mean(axis=0))

    @property
    def failed(self) -> int:
        """Draws in which a year has no equilibrium."""
        return int((~np.isfinite(self.cost).all(axis=(1, 2))).sum())


def _band(found: Array) -> Array:
    """Return percentiles over draws of (draw, side, year) as (side, year, quantile)."""
    if not len(found):
        return np.full((*found.shape[1:], len(QUANTILES)), np.nan)
    return np.asarray(np.moveaxis(np.quantile(found, QUANTILES, axis=0), 0, -1))


def single(drawn: Technology, at: int) -> Technology:
    """Return one draw of many as technologies with plain numbers.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> one = single(draw_technology(5, seed=1), 2)
        >>> isinstance(one.race.own_weight, float)
        True
    """
    race = Race(**{name: float(np.asarray(getattr(drawn.race, name))[at]) for name in parameters()})
    goods = tuple(replace(good, drift=float(np.asarray(good.drift)[at])) for good in drawn.goods)
    return replace(
        drawn,
        race=race,
        goods=goods,
        leaps=_one(drawn.leaps, at),
        breakthroughs=_one(drawn.breakthroughs, at),
        swings=_one(drawn.swings, at),
    )


def _one(events: Events, at: int) -> Events:
    return tuple(
        (name, year, float(size if np.ndim(size) == 0 else np.asarray(size)[at]))
        for name, year, size in events
    )


def draw_costs(
    solve: Solve,
    tech: Technology,
    years: Sequence[int],
    *,
    draws: int,
    seed: int,
    key: str,
    folder: str | Path | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> CostDraws:
    """Solve a path for each draw of the technologies.

    With a folder every draw is written as soon as it is done, and a later call with the same
    inputs goes on where this one stopped.

    Args:
        solve: Solves the paths of some draws together.
        tech: Technologies to draw around.
        years: Years of the path.
        draws: How many.
        seed: Seed of the draws.
        key: Fingerprint of everything else that a path depends on.
        folder: Where finished draws are kept.
        workers: Processes; with more than one, `solve` must be importable.
        progress: Called with (draws done, draws in all, words).

    Raises:
        OptionError: If the folder holds draws of other inputs, or a count is below one.
    """
    if draws < 1 or workers < 1:
        raise OptionError(
            f"cost draws are {draws} on {workers} processes; allowed: at least 1 each"
        )
    drawn = draw_technology(draws, seed, years=years, base=tech)
    kept = _Kept(
        Path(folder) if folder else None, fingerprint({"key": key, "seed": seed, "draws": draws})
    )
    found = kept.read()
    blocks = [range(at, min(at + BLOCK, draws)) for at in range(0, draws, BLOCK)]
    todo = [block for block in blocks if not found.keys() >= set(block)]
    tell = progress or (lambda _done, _total, _words: None)
    given = [[single(drawn, at) for at in block] for block in todo]
    for block, costs in zip(todo, _each(solve, given, workers), strict=True):
        for at, cost in zip(block, costs, strict=True):
            if at not in found:  # one that is kept stays as it is
                found[at] = cost
                kept.write(at, cost)
                tell(len(found), draws, "paths over draws")
    return CostDraws(np.array([found[at] for at in range(draws)]))


def _each(solve: Solve, blocks: Sequence[Sequence[Technology]], workers: int) -> Iterator[Array]:
    if workers == 1 or len(blocks) < 2:
        yield from map(solve, blocks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(solve, blocks)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Finished draws in a folder, or nowhere."""

    folder: Path | None
    key: str

    def read(self) -> dict[int, Array]:
        if self.folder is None or not self.folder.is_dir():
            return {}
        found: dict[int, Array] = {}
        for path in sorted(self.folder.glob("draw-*.json")):
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["key"] != self.key:
                raise OptionError(
                    f"{path}: a draw of other inputs; name another folder, or empty this one"
                )
            values = [[np.nan if x is None else x for x in row] for row in content["cost"]]
            found[int(content["draw"])] = np.array(values, dtype=np.float64)
        return found

    def write(self, at: int, cost: Array) -> None:
        if self.folder is None:
            return
        plain = [[float(x) if np.isfinite(x) else None for x in row] for row in cost]
        text = json.dumps({"key": self.key, "draw": at, "cost": plain})
        write_text(self.folder / f"draw-{at:05d}.json", text + "\n")


def solver(solve: Callable[..., Array], **fixed: object) -> Solve:
    """Return a solver of paths with everything but the technologies fixed."""
    return partial(solve, **fixed)
