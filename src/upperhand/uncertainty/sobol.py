"""Sobol indices by SALib, and Shapley effects from runs made for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import MissingExtraError, OptionError, unknown
from upperhand.uncertainty.draws import rows, uniforms
from upperhand.uncertainty.priors import Priors
from upperhand.uncertainty.run import Progress, Task, answer
from upperhand.uncertainty.shapley import MOST_PLAYERS, Array, shapley_values


@dataclass(frozen=True, slots=True)
class Index:
    """How much of the variance of a quantity one group of factors makes.

    Attributes:
        group: The group.
        first: Share of the variance that the group explains alone.
        first_error: Half-width of its 95 per cent interval, from resampling.
        total: Share that would go if the group were known, its interplay with others included.
        total_error: Half-width of its 95 per cent interval.
    """

    group: str
    first: float
    first_error: float
    total: float
    total_error: float


def sobol_indices(
    task: Task,
    priors: Priors,
    quantity: str,
    *,
    base: int,
    seed: int,
    progress: Progress | None = None,
) -> tuple[Index, ...]:
    """Return first and total Sobol indices of each group of factors, the largest total first.

    Factors are independent, so the indices are those of the factors: a family of numbers that err
    together counts as what it is, one thing not known.

    Args:
        task: Numbers of one draw by name.
        priors: What is not known.
        quantity: Which number of the task.
        base: Points of the design, a power of two; the task runs `base * (groups + 2)` times.
        seed: Of the design and the resampling.
        progress: Called with (runs done, runs in all, words).

    Raises:
        OptionError: If a run has no answer: an index over what is left would mislead.
        MissingExtraError: If SALib is not installed.

    Examples:
        >>> from upperhand.uncertainty.priors import Prior
        >>> priors = Priors(tuple(Prior(n, "uniform", 0, -1, 1, "", "assumed") for n in "ab"))
        >>> found = sobol_indices(
        ...     lambda d: {"y": 2 * d["a"] + d["b"]}, priors, "y", base=512, seed=1
        ... )
        >>> [(index.group, round(index.total, 1)) for index in found]
        [('a', 0.8), ('b', 0.2)]

    References:
        Sobol (2001); Saltelli et al. (2010); Herman and Usher (2017), SALib.
    """
    if base < 2 or base & (base - 1):  # two is the least that has a spread
        raise OptionError(f"base={base}; allowed: a power of two, such as 256")
    sample, analyze = _salib()
    groups = factor_groups(priors)
    problem = {
        "num_vars": len(priors.factors),
        "names": list(priors.factors),
        "bounds": [[0.0, 1.0]] * len(priors.factors),
        "groups": list(groups),
    }
    points = sample(problem, base, calc_second_order=False, seed=seed)
    values = outputs_at(task, priors, np.clip(points, 2.0**-53, 1 - 2.0**-53), quantity, progress)
    if np.ptp(values) == 0:
        raise OptionError(f"'{quantity}' is the same in every draw; it hinges on nothing drawn")
    found = analyze(problem, values, calc_second_order=False, seed=seed)
    columns = [found[key] for key in ("S1", "S1_conf", "ST", "ST_conf")]
    indices = [
        Index(group, *map(float, row))
        for group, row in zip(dict.fromkeys(groups), zip(*columns, strict=True), strict=True)
    ]
    return tuple(sorted(indices, key=lambda index: -index.total))


def shapley_effects(
    task: Task, priors: Priors, quantity: str, *, base: int, seed: int
) -> dict[str, float]:
    """Return the Shapley effect of each group of factors; they add to the variance (eq. 13.6, 13.9).

    The worth of a coalition is the variance of the mean that its factors leave, estimated from
    pairs of runs that share the coalition's factors and differ in all others. The task runs
    `base * 2 ** groups` times: for cheap tasks and few groups.

    Examples:
        >>> from upperhand.uncertainty.priors import Prior
        >>> priors = Priors(tuple(Prior(n, "uniform", 0, -1, 1, "", "assumed") for n in "ab"))
        >>> found = shapley_effects(
        ...     lambda d: {"y": 2 * d["a"] + d["b"]}, priors, "y", base=512, seed=1
        ... )
        >>> {name: round(part, 1) for name, part in found.items()}
        {'a': 1.3, 'b': 0.3}
    """
    groups = factor_groups(priors)
    players = list(dict.fromkeys(groups))
    if len(players) > MOST_PLAYERS:
        raise OptionError(f"{len(players)} groups; allowed: {MOST_PLAYERS}, so name fewer groups")
    both = uniforms(2 * len(groups), 0, base, seed=seed)
    one, other = both[:, : len(groups)], both[:, len(groups) :]
    whole = outputs_at(task, priors, one, quantity)
    centred = whole - whole.mean()
    worth = np.zeros(2 ** len(players))
    worth[-1] = centred @ centred / base
    for mask in range(1, len(worth) - 1):
        kept = np.array([bool(mask >> players.index(group) & 1) for group in groups])
        mixed = outputs_at(task, priors, np.where(kept, one, other), quantity)
        worth[mask] = centred @ (mixed - mixed.mean()) / base
    return dict(zip(players, shapley_values(worth).tolist(), strict=True))


def factor_groups(priors: Priors) -> tuple[str, ...]:
    """Return the group of each factor: that of the priors it is in, joined where there are several.

    Examples:
        >>> from upperhand.uncertainty.priors import Prior
        >>> factor_groups(Priors((Prior("a", "uniform", 0, 0, 1, "", "assumed", group="g"),)))
        ('g',)
    """
    held = priors.loadings() > 0
    return tuple(
        " and ".join(
            dict.fromkeys(g for g, used in zip(priors.groups, column, strict=True) if used)
        )
        for column in held.T
    )


def outputs_at(
    task: Task,
    priors: Priors,
    points: npt.NDArray[np.float64],
    quantity: str,
    progress: Progress | None = None,
) -> Array:
    """Return one quantity of a task at points of the factors (draw, factor).

    Raises:
        OptionError: If a run has no answer, or the task has no such quantity.
    """
    values = np.empty(len(points))
    for k, draw in enumerate(rows(priors.values(points))):
        found, why = answer(task, draw)
        if why:
            raise OptionError(
                f"run {k} of {len(points)} has no answer ({why}); narrow the priors, or ask "
                "`hinges` of an ensemble, which counts such draws"
            )
        values[k] = _named(found, quantity)
        if progress:
            progress(k + 1, len(points), "runs")
    return values


def _named(found: Mapping[str, float | None], quantity: str) -> float:
    value = found.get(quantity)
    if quantity not in found:
        raise OptionError(unknown("quantity", quantity, list(found)))
    if value is None:
        raise OptionError(f"some run has no '{quantity}'; ask `hinges` of an ensemble instead")
    return value


def _salib() -> tuple[Any, Any]:
    try:
        from SALib.analyze.sobol import analyze
        from SALib.sample.sobol import sample
    except ImportError as error:
        raise MissingExtraError(
            "Sobol indices need SALib; install it with: pip install 'upperhand[sensitivity]'"
        ) from error
    return sample, analyze
