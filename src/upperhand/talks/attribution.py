"""Attribution: which instruments a number comes from, so that the parts add up exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, frozen, number_faults, shape_faults

_MOST_GROUPS = 12  # 4,096 evaluations


@dataclass(frozen=True, slots=True)
class Attribution:
    """A number split over groups of instruments.

    Attributes:
        parts: Contribution of each group, by name.
        total: Value with all groups less value with none.
        alone: What each group does by itself.
        last: What each group adds to all others.
        evaluations: Calls of the value function.
    """

    parts: dict[str, float]
    total: float
    alone: dict[str, float]
    last: dict[str, float]
    evaluations: int

    @property
    def gap(self) -> float:
        """Sum of the parts less the total, which is rounding only."""
        return math.fsum(self.parts.values()) - self.total


def shapley(value: Callable[[frozenset[str]], float], groups: Sequence[str]) -> Attribution:
    """Split a number over groups of instruments by Shapley's rule, exactly (eq. 12.15).

    Every subset of groups is evaluated once; six groups need 64 evaluations.

    Args:
        value: The number when exactly these groups are in force.
        groups: Names of the groups, one to twelve.

    Examples:
        >>> found = shapley(
        ...     lambda s: 2.0 * ("tariffs" in s) + 1.0 * (len(s) == 2), ["tariffs", "chips"]
        ... )
        >>> found.parts, found.total
        ({'tariffs': 2.5, 'chips': 0.5}, 3.0)

    References:
        Shapley (1953).
    """
    names = tuple(groups)
    if not 1 <= len(names) <= _MOST_GROUPS or len(set(names)) != len(names):
        check(
            "attribution",
            [
                f"`groups` is {list(names)}, allowed: 1 to {_MOST_GROUPS} different "
                "names; merge groups that act alike"
            ],
        )
    subsets = [frozenset(s) for r in range(len(names) + 1) for s in combinations(names, r)]
    table = {subset: float(value(subset)) for subset in subsets}
    bad = [sorted(s) for s, v in table.items() if not math.isfinite(v)]
    check(
        "attribution",
        [
            f"`value` of {s} is not finite, allowed: finite numbers; attribute only "
            "where every subset has an equilibrium"
            for s in bad
        ],
    )
    count, empty, everything = len(names), frozenset[str](), frozenset(names)
    parts = {}
    for name in names:
        without = [s for s in subsets if name not in s]
        parts[name] = math.fsum(
            math.factorial(len(s))
            * math.factorial(count - len(s) - 1)
            / math.factorial(count)
            * (table[s | {name}] - table[s])
            for s in without
        )
    return Attribution(
        parts=parts,
        total=table[everything] - table[empty],
        alone={name: table[frozenset([name])] - table[empty] for name in names},
        last={name: table[everything] - table[everything - {name}] for name in names},
        evaluations=len(subsets),
    )


@dataclass(frozen=True, slots=True, eq=False)
class PathAttribution:
    """A number split over the entries of a package, along the way from nothing to all of it.

    Attributes:
        parts: Contribution of each entry; they add up to `total`.
        total: Value of the package less value of nothing.
        correction: Integration error that was spread over the entries to make them add up.
        nodes: Gradients that were evaluated.
    """

    parts: FloatArray
    total: float
    correction: float
    nodes: int


def integrated_gradients(
    value: Callable[[FloatArray], float],
    gradient: Callable[[FloatArray], ArrayLike],
    package: ArrayLike,
    *,
    tol: float = 1e-8,
    most_nodes: int = 64,
) -> PathAttribution:
    """Split a number over sectors by gradients along the straight path to a package (eq. 12.16).

    Gauss-Legendre nodes double until the parts add up to the total within `tol`. What is left, at
    most `tol` of the total, is spread in proportion to the size of the parts and reported.

    Args:
        value: The number at a package.
        gradient: Its gradient at a package.
        package: Strengths of the entries.
        tol: Largest gap of the parts, as a share of the total in absolute value, before spreading.
        most_nodes: Gradients on the last pass.

    Raises:
        OptionError: If the parts do not add up with the most nodes; a kink on the path, or a wrong
            gradient, does that.

    Examples:
        >>> found = integrated_gradients(
        ...     lambda x: x[0] ** 2 * x[1], lambda x: [2 * x[0] * x[1], x[0] ** 2], [1.0, 3.0]
        ... )
        >>> found.parts.round(9).tolist(), found.total
        ([2.0, 1.0], 3.0)

    References:
        Aumann and Shapley (1974).
    """
    end = np.asarray(package, dtype=float)
    check(
        "attribution",
        number_faults("package", end, do="give finite strengths"),
        number_faults("tol", tol, above=0.0, do="1e-8 is usual"),
        number_faults("most_nodes", most_nodes, at_least=2, do="64 is usual"),
    )
    total = float(value(end)) - float(value(np.zeros_like(end)))
    used, nodes, gap = 0, 4, math.inf
    parts = np.zeros_like(end)
    while nodes <= most_nodes:
        spots, weights = np.polynomial.legendre.leggauss(nodes)
        slopes = [np.asarray(gradient(end * (s + 1.0) / 2.0), dtype=float) for s in spots]
        check("attribution", shape_faults("gradient", slopes[0], end.shape, do="one an entry"))
        parts = end * np.tensordot(weights / 2.0, np.array(slopes), axes=1)
        used, gap = used + nodes, total - float(parts.sum())
        if abs(gap) <= tol * max(abs(total), 1e-300):
            break
        nodes *= 2
    if abs(gap) > tol * max(abs(total), float(np.abs(parts).sum()) * 1e-8, 1e-300):
        check(
            "attribution",
            [
                f"parts miss the total by {gap:.2e}, allowed: {tol:.0e} of it; check "
                "the gradient, cut the path at its kink, or raise `most_nodes`"
            ],
        )
    size = np.abs(parts)
    spread = gap * (size / size.sum() if size.sum() > 0.0 else np.full_like(end, 1.0 / end.size))
    return PathAttribution(frozen(parts + spread), total, gap, used)
