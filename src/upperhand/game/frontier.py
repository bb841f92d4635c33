"""Labelled entry point of cooperation: tariffs on the efficient frontier (eq. 9.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from upperhand.core.errors import OptionError, raise_faults
from upperhand.equilibrium.horizons import Horizon
from upperhand.equilibrium.solve import Closure, Options, balanced, result_of
from upperhand.game.cooperate import cooperate, weights_of
from upperhand.game.nash import Rules, check_players, prepare, profile_of, reach_of
from upperhand.game.objective import Objective
from upperhand.game.war import corners_of
from upperhand.results.game import GameResult
from upperhand.world.shock import Shock, ShockSource, compose_all
from upperhand.world.world import World

Sources = Shock | ShockSource | Iterable[Shock | ShockSource]
# A log point on one rate then moves the log of the product of gains by at most 1e-6.
FLAT = 1e-6


def efficient_tariffs(
    world: World,
    players: Sequence[str],
    *,
    threat: Mapping[str, float],
    weights: Mapping[str, float] | None = None,
    instruments: Sequence[str] = ("tariff",),
    objectives: Mapping[str, Objective] | None = None,
    measures: Sources = (),
    partners: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    bounds: tuple[float, float] = (-0.5, 10.0),
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
) -> GameResult:
    """Find the tariffs that maximise the weighted Nash product of gains over a threat point.

    With two countries and one sector the frontier is where the product of one plus the two
    tariffs is one (Mayer 1981): position on it is a transfer, which is why import subsidies are
    allowed by default.

    Args:
        world: The observed year.
        players: Who bargains.
        threat: Objective of each player if the talks fail, 1 being the unchanged baseline; for
            example `nash(...).objective`.
        weights: Bargaining weight of each player; equal by default.
        instruments: `tariff`, `export_tax` or both.
        objectives: By player; real income where one is missing.
        measures: Measures in force all along.
        partners: Against whom rates may move; everyone by default.
        sectors: Whose rates may move; all by default.
        bounds: Lowest and highest rate, as fractions.
        closure: `fixed`, `share` or `purge`.
        horizon: `short`, `medium`, `long` or a `Horizon`.

    Returns:
        The profile; `slope` is the certificate, `exploitability` is not defined for it.

    Raises:
        OptionError: If a label, bound or weight is not admissible, or some player does not gain
            over its threat point at the tariffs in force.

    Examples:
        >>> from upperhand.game.nash import nash
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> war = nash(world, ["USA", "CHN"], closure="purge", certify=False)
        >>> deal = efficient_tariffs(world, ["USA", "CHN"], threat=war.objective, closure="purge")
        >>> all(deal.objective[name] > war.objective[name] for name in war.players)
        True

    References:
        Nash (1950); Mayer (1981).
    """
    names = tuple(players)
    rules = Rules(
        tuple(instruments),
        None if partners is None else tuple(partners),
        None if sectors is None else tuple(sectors),
        bounds=bounds,
        closure=closure,
        horizon=horizon,
    )
    aims = dict(objectives or {})
    check_players(world, names, rules, aims)
    missing = [
        f"no threat point for {name}; give one for each player"
        for name in names
        if name not in threat
    ]
    raise_faults(OptionError, missing, what="threat")
    share = weights_of(names, weights)
    options = Options(closure=closure, horizon=horizon)
    start = balanced(world, options) if closure == "purge" else world
    shock = compose_all(start, measures)
    war, held = prepare(start, shock, names, rules, aims)
    reach = reach_of(start, names, rules)
    found = cooperate(war, reach, held, threat=[threat[name] for name in names], weights=share)
    settled = found.slope <= FLAT and found.solution.outcome.ok
    return GameResult(
        players=names,
        ending="nash" if settled else "not_settled",
        counterfactual=result_of(
            start, profile_of(start, shock, found.policy), found.solution, options
        ),
        objective=dict(zip(names, map(float, found.values), strict=True)),
        exploitability=dict.fromkeys(names),
        slope=found.slope,
        corners=corners_of(reach, found.policy, names),
        sweeps=0,
        method="weighted Nash product over the threat point, L-BFGS-B with adjoint derivatives",
        options={
            "threat": {name: float(threat[name]) for name in names},
            "weights": dict(zip(names, share, strict=True)),
            "bounds": list(bounds),
            **options.to_dict(),
        },
    )


def mayer_product(result: GameResult) -> float:
    """Return the product of one plus the two players' mean tariffs on each other (eq. 9.9).

    It is 1 on the efficient frontier of two countries and one sector (Mayer 1981).
    """
    first, second = result.players
    mine, yours = result.average_tariff(first, second), result.average_tariff(second, first)
    return float(np.prod([1.0 + mine, 1.0 + yours]))
