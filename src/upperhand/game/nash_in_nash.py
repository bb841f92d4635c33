"""More than two parties: every pair bargains given the deals of all others (eq. 9.22).

Horn and Wolinsky (1988), as used for tariff talks by Bagwell, Staiger and Yurukoglu (2021). Each
pair moves only its tariffs on each other; a fixed point is a set of deals none of which its own
pair would change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.solve import Closure, Options, result_of
from upperhand.game.cooperate import cooperate
from upperhand.game.first_order import Policy
from upperhand.game.nash import Rules, prepare, profile_of, reach_of
from upperhand.game.objective import Objective, check_objective
from upperhand.game.war import War
from upperhand.results.counterfactual import Counterfactual
from upperhand.world.shock import no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PairwiseDeals:
    """Deals of several pairs, each a Nash bargain given the others.

    Attributes:
        pairs: Who bargains with whom.
        counterfactual: The world under all deals.
        objective: Objective of every party.
        gains: For each pair, the gains of the two over no deal between them, others' deals given.
        gap: Largest change of a log rate in the last round.
        rounds: Rounds over all pairs.
        settled: True when the rounds stood still.
        stuck: Pairs that could not both gain and kept their tariffs.
    """

    pairs: tuple[Pair, ...]
    counterfactual: Counterfactual
    objective: dict[str, float]
    gains: dict[Pair, tuple[float, float]]
    gap: float
    rounds: int
    settled: bool
    stuck: tuple[Pair, ...]


def nash_in_nash(
    world: World,
    pairs: Sequence[Pair],
    *,
    objectives: Mapping[str, Objective] | None = None,
    bounds: tuple[float, float] = (0.0, 10.0),
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
    tol: float = 1e-6,
    max_rounds: int = 30,
) -> PairwiseDeals:
    """Let every pair bargain over its tariffs on each other, given all other deals (eq. 9.22).

    The threat point of a pair is that the two keep the tariffs of the observed year on each
    other while all other deals stand. Tariffs are discriminatory.

    Args:
        world: The observed year; its tariffs are the status quo.
        pairs: Who bargains with whom.
        objectives: By country; real income where one is missing.
        bounds: Lowest and highest rate, as fractions.
        closure: `fixed` or `share`.
        horizon: `short`, `medium`, `long` or a `Horizon`.
        tol: Largest change of a log rate in the last round.
        max_rounds: Rounds before giving up; `settled` is then False.

    Raises:
        OptionError: If a pair is unknown, named twice, or a country with itself.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> deals = nash_in_nash(toy_world(), [("USA", "CHN"), ("USA", "VNM")], tol=1e-4)
        >>> deals.settled
        True

    References:
        Horn and Wolinsky (1988); Bagwell, Staiger and Yurukoglu (2021).
    """
    aims = dict(objectives or {})
    _check(world, pairs, aims)
    names = tuple(dict.fromkeys(name for pair in pairs for name in pair))
    rules = Rules(bounds=bounds, closure=closure, horizon=horizon)
    rules.check(world)
    shock = no_shock(world)
    war, policy = prepare(world, shock, names, rules, aims)
    start, gap, rounds = policy, np.inf, 0
    gains: dict[Pair, tuple[float, float]] = {}
    while gap > tol and rounds < max_rounds:
        before = policy
        for pair in pairs:
            policy, gains[pair] = _deal(war, rules, pair, policy, start)
        gap = float(np.max(np.abs(policy.tariff - before.tariff)))
        rounds += 1
    solution = war.solve(policy)
    options = Options(closure=closure, horizon=horizon_of(horizon))
    return PairwiseDeals(
        pairs=tuple(pairs),
        counterfactual=result_of(world, profile_of(world, shock, policy), solution, options),
        objective=dict(zip(names, map(float, war.values(solution)), strict=True)),
        gains=gains,
        gap=gap,
        rounds=rounds,
        settled=gap <= tol and solution.outcome.ok,
        stuck=tuple(pair for pair in pairs if gains[pair] == (0.0, 0.0)),
    )


def _deal(
    war: War, rules: Rules, pair: Pair, policy: Policy, status_quo: Policy
) -> tuple[Policy, tuple[float, float]]:
    """Return the policy after one pair's bargain, and the gains of the two."""
    only = replace(war, names=pair)
    reach = reach_of(war.world, pair, replace(rules, partners=pair))
    apart = Policy(np.where(reach.tariff, status_quo.tariff, policy.tariff), policy.export_tax)
    threat = only.values(only.solve(apart))
    for share in (0.5, 0.25, 0.75, 0.1, 0.9):
        start = Policy(_lower(reach.tariff, apart.tariff, war, pair, share), apart.export_tax)
        if (only.values(only.solve(start)) - threat > 1e-12).all():
            found = cooperate(
                only, reach, start, threat=(float(threat[0]), float(threat[1])), weights=(0.5, 0.5)
            )
            gains = found.values - threat
            return found.policy, (float(gains[0]), float(gains[1]))
    return apart, (0.0, 0.0)


def _lower(
    cells: npt.NDArray[np.bool_], log_rate: Array, war: War, pair: Pair, share: float
) -> Array:
    """Return rates with the two sides' concessions in the proportion `share` to the rest."""
    factor = np.ones_like(log_rate)
    for name, weight in zip(pair, (share, 1.0 - share), strict=True):
        factor[:, war.world.countries.index(name), :] = 1.0 - 0.2 * weight
    return np.asarray(np.where(cells, log_rate * factor, log_rate))


def _check(world: World, pairs: Sequence[Pair], aims: Mapping[str, Objective]) -> None:
    faults = [
        unknown("country", name, world.countries)
        for pair in pairs
        for name in pair
        if name not in world.countries
    ]
    faults += [f"pair {pair} names one country twice" for pair in pairs if pair[0] == pair[1]]
    if not pairs or len({frozenset(pair) for pair in pairs}) != len(pairs):
        faults.append("name each pair once, at least one pair")
    raise_faults(OptionError, faults, what="pairs")
    for name, objective in aims.items():
        check_objective(world, name, objective)
