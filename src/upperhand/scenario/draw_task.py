"""The numbers of a scenario for one draw: what workers of a sweep compute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.scenario.draw_ready import Keyed, Ready, ready
from upperhand.scenario.draw_talks import TalksPlan
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.draws import Draw

if TYPE_CHECKING:
    from upperhand.world.world import World

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScenarioTask:
    """The numbers of a scenario for one draw; a worker gets it whole and loads the world itself.

    Attributes:
        scenarios: The scenario at each point of the grid.
        grid: Names of the grid.
        world_fingerprint: Of the world table that the workers must have.
        everybody: Also give real income of every country.
        talks: What the talks of a draw need; None leaves them out.
    """

    scenarios: Mapping[tuple[float | str, ...], Keyed]
    grid: tuple[str, ...]
    world_fingerprint: str
    everybody: bool = False
    talks: TalksPlan | None = None

    def __call__(self, draw: Draw) -> dict[str, float | None]:
        """Return per cent of real income by side and horizon, and the gap between the sides.

        Raises:
            NoEquilibriumError: If the baseline or a horizon has no equilibrium.
        """
        keyed = self.scenarios[tuple(draw[name] for name in self.grid)]
        check_world(keyed.scenario.world, self.world_fingerprint)
        held = ready(keyed)
        world = held.baseline(draw)
        found: dict[str, float | None] = {}
        others: dict[str, float] = {}
        for name in keyed.scenario.horizons:
            solution = held.package(world, name, draw)
            change = solution.real_income - 1.0
            income = solution.calibration.base.income
            found |= dict(_of_sides(held, change, income, name))
            if self.everybody:
                others |= dict(_of_others(held, world, change, name))
        if self.talks is not None:
            found |= self.talks.numbers(held, world, draw)
        found.update(others)
        return found


def check_world(name: str, fingerprint: str) -> None:
    """Raise unless this machine has the world table that a task was made for.

    Raises:
        OptionError: If it has another one.
    """
    here = world_of(name).fingerprint
    if here != fingerprint:
        raise OptionError(
            f"world '{name}' differs on this machine ({here}, not {fingerprint}); give every "
            "worker the same file"
        )


def quantity(side: str, horizon: str) -> str:
    """Return the name of a side's effect.

    Examples:
        >>> quantity("CHN", "long")
        'real income of CHN, long'
    """
    return f"real income of {side}, {horizon}"


def money(side: str, horizon: str) -> str:
    """Return the name of a side's effect in money.

    Examples:
        >>> money("CHN", "long")
        'equivalent variation of CHN, long'
    """
    return f"equivalent variation of {side}, {horizon}"


def gap(one: str, other: str, horizon: str) -> str:
    """Return the name of the gap: positive where the first side does better than the second.

    Examples:
        >>> gap("CHN", "USA", "long")
        'real income of CHN less USA, long'
    """
    return f"real income of {one} less {other}, {horizon}"


def _of_sides(
    held: Ready, change: Array, income: Array, horizon: str
) -> Iterator[tuple[str, float]]:
    """Yield per cent and money of each side, and the gap between two."""
    percent: dict[str, float] = {}
    for side, codes in held.members.items():
        inside = np.isin(held.table.countries, codes)
        gained, had = float((income * change)[inside].sum()), float(income[inside].sum())
        if not had > 0:
            raise NoEquilibriumError(f"{', '.join(codes)}: no income at the baseline")
        percent[side] = 100 * gained / had
        yield quantity(side, horizon), percent[side]
        yield money(side, horizon), gained / 1e3
    if len(percent) == 2:
        one, other = percent
        yield gap(other, one, horizon), percent[other] - percent[one]


def _of_others(
    held: Ready, world: World, change: Array, horizon: str
) -> Iterator[tuple[str, float]]:
    """Yield per cent of every country that is no side by itself."""
    for code, value in zip(world.countries, change, strict=True):
        if code not in held.members:
            yield quantity(code, horizon), 100 * float(value)
