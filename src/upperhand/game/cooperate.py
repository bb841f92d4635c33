"""Efficient tariffs: what players would set if they maximised a common aim (eq. 9.7-9.8).

The weighted Nash product of gains over a threat point, or a weighted sum: along the efficient
frontier. The derivatives by all rates come from one adjoint, the search is L-BFGS-B, and the
result carries the projected slope as its certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.equilibrium.adjoint import Pullback, Seed
from upperhand.equilibrium.gradient import only, solve_adjoint
from upperhand.equilibrium.hats import State
from upperhand.equilibrium.ladder import Solution
from upperhand.game.first_order import Policy, Reach
from upperhand.game.objective import seed_of
from upperhand.game.war import War

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cooperation:
    """Rates on the efficient frontier.

    Attributes:
        policy: Log of one plus the rates.
        solution: The equilibrium at them.
        values: Objective of each player.
        slope: Largest projected derivative of the common aim by a log rate.
    """

    policy: Policy
    solution: Solution
    values: Array
    slope: float


def cooperate(
    war: War,
    reach: Reach,
    start: Policy,
    *,
    threat: Sequence[float],
    weights: Sequence[float],
    max_steps: int = 500,
) -> Cooperation:
    """Maximise the weighted Nash product of gains over the threat point (eq. 9.7).

    Args:
        war: The confrontation.
        reach: Rates that may move, with bounds.
        start: Rates from which every player gains over its threat point.
        threat: Objective of each player if the talks fail.
        weights: Bargaining weight of each player.
        max_steps: Steps of the search.

    Raises:
        OptionError: If some player does not gain over its threat at the start.
        NoEquilibriumError: If the search met a world without equilibrium.
    """
    from scipy.optimize import minimize

    point, power = np.asarray(threat, dtype=float), np.asarray(weights, dtype=float)
    first = war.values(war.solve(start)) - point
    if (first <= 0).any():
        k = int(np.argmin(first))
        raise OptionError(
            f"{war.names[k]} does not gain over its threat point at the start ({first[k]:.2e}); "
            "start from rates that both prefer to the breakdown"
        )
    held: dict[str, State] = {}

    def aim(vector: Any) -> Any:
        policy = _unpack(reach, start, vector)
        solution = war.solve(policy, start=held.get("state"))
        if not solution.outcome.ok:
            raise NoEquilibriumError(solution.outcome.sentence())
        gains = war.values(solution) - point
        if (gains <= 0).any():
            return 1e3, np.zeros_like(vector)
        held["state"] = solution.state
        slope = _slope(war, reach, policy, solution, power / gains)
        return -float(power @ np.log(gains)), -slope

    origin: Any = _pack(reach, start)
    bounds = [(reach.lowest, reach.highest)] * origin.size
    options: Any = {"maxiter": max_steps, "ftol": 1e-15, "gtol": 1e-11, "maxcor": 30}
    end = minimize(aim, origin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    policy = _unpack(reach, start, end.x)
    solution = war.solve(policy)
    values = war.values(solution)
    slope = _slope(war, reach, policy, solution, power / (values - point))
    at_bound = ((end.x >= reach.highest - 1e-9) & (slope > 0)) | (
        (end.x <= reach.lowest + 1e-9) & (slope < 0)
    )
    largest = float(np.max(np.abs(np.where(at_bound, 0.0, slope)), initial=0.0))
    return Cooperation(policy, solution, values, largest)


def _slope(war: War, reach: Reach, policy: Policy, solution: Solution, weights: Array) -> Array:
    """Return the derivative of the weighted sum of objectives by the rates in reach (eq. 9.8)."""
    each = seed_of(war.world, war.names, war.objectives, solution)
    back = only(solve_adjoint(solution, _weighted(each, weights), tol=1e-12).back)
    by_tariff, by_export_tax = log_rate_slopes(policy, solution, back)
    return np.concatenate([by_tariff[reach.tariff], by_export_tax[reach.export_tax]])


def log_rate_slopes(policy: Policy, solution: Solution, back: Pullback) -> tuple[Array, Array]:
    """Return derivatives [S, importer, exporter] by the logs of one plus the rates (eq. 9.8)."""
    flows = solution.flows
    theta = solution.calibration.base.elasticity[:, None, None]
    pull, density = flows.pull[:, None, :], flows.density[:, :, None]
    duty, levy = np.exp(policy.tariff), np.exp(policy.export_tax)
    gate = density * back.gate[:, None, :] / (duty * levy)
    border = (back.imports[:, :, None] * pull + density * back.border[:, None, :]) / duty
    total = back.access[:, :, None] * pull + border + gate
    kernel = solution.wedges.kernel
    return kernel * (-theta * total - border - gate), kernel * (-theta * total - gate)


def _weighted(seed: Seed, weights: Array) -> Seed:
    """Return the seed of one outcome: the weighted sum of the seeded outcomes."""
    state = State(*((item @ weights)[..., None] for item in seed.state))
    rest = {k: (getattr(seed, k) @ weights)[..., None] for k in Seed._fields if k != "state"}
    return Seed(state=state, **rest)


def _pack(reach: Reach, policy: Policy) -> Array:
    return np.concatenate([policy.tariff[reach.tariff], policy.export_tax[reach.export_tax]])


def _unpack(reach: Reach, base: Policy, vector: Array) -> Policy:
    tariff, export_tax = base.tariff.copy(), base.export_tax.copy()
    count = int(reach.tariff.sum())
    tariff[reach.tariff], export_tax[reach.export_tax] = vector[:count], vector[count:]
    return Policy(tariff, export_tax)


def weights_of(names: Sequence[str], given: Mapping[str, float] | None) -> tuple[float, ...]:
    """Return bargaining weights that add to 1, equal where none are given.

    Raises:
        OptionError: If a weight is not positive.
    """
    raw = [1.0 if given is None else float(given.get(name, 0.0)) for name in names]
    if min(raw) <= 0:
        raise OptionError(f"bargaining weights are {raw}; give every player one above 0")
    return tuple(weight / sum(raw) for weight in raw)
