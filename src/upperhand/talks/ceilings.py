"""How far the tariff threats of both sides pay for themselves (equations 9.6, 12.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from upperhand.equilibrium.solve import Closure
from upperhand.game.addon import AddOn, addon_by_objective
from upperhand.game.objective import Objective
from upperhand.results.talks import Ceiling
from upperhand.world.shock import compose_all
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side


def ceiling_rows(
    world: World, sides: tuple[Side, Side], horizons: tuple[str, ...], closure: Closure
) -> tuple[Ceiling, ...]:
    """Return the ceiling of each side's tariff on the other's first member, at each horizon.

    On the sectors that the side's own tariff threat covers; on all when it threatens none.
    """
    rows = []
    for side, other in (sides, sides[::-1]):
        threats = [move.threat_pp for move in side.moves if move.threat_pp is not None]
        threat = max(threats) if threats else None
        largest = max(2.0, 0.01 * threat if threat else 0.0)
        covered = _covered(world, side, other)
        for horizon in horizons:
            found = addon_by_objective(
                world,
                side.members[0],
                other.members[0],
                _objectives(world, side, other, covered),
                sectors=covered,
                horizon=horizon,
                closure=closure,
                largest=largest,
            )
            rows.append(_row(side.name, other.name, found, threat))
    return tuple(rows)


def _objectives(
    world: World, side: Side, other: Side, covered: tuple[str, ...] | None
) -> dict[str, Objective]:
    """Return real income, politics with weights on what the threat protects, and rivalry."""
    weight = side.traits.political_weight
    hit = np.asarray((world.tariff > 0).any(axis=(0, 1)))
    goods = [code for code, has in zip(world.sectors, hit, strict=True) if has]
    return {
        "welfare": Objective(),
        "politics": Objective(sectors=dict.fromkeys(covered or goods, weight)),
        "harm": Objective(harm={other.members[0]: side.traits.harm_weight}),
    }


def _covered(world: World, side: Side, other: Side) -> tuple[str, ...] | None:
    """Return the sectors of the side's tariff threat on the other's first member."""
    i, j = world.countries.index(other.members[0]), world.countries.index(side.members[0])
    found = np.zeros(len(world.sectors), dtype=bool)
    for move in side.moves:
        if move.threat_pp is not None:
            found |= compose_all(world, move.measures).tariff_add[i, j] > 0
    codes = tuple(code for code, hit in zip(world.sectors, found, strict=True) if hit)
    return codes or None


def _row(side: str, target: str, by_aim: Mapping[str, AddOn], threat: float | None) -> Ceiling:
    found = by_aim["welfare"]
    cost = harm = None
    if threat is not None:
        cost = float(np.interp(threat / 100.0, found.rates, found.gains))
        loss = float(np.interp(threat / 100.0, found.rates, found.partner_gains))
        harm = None if cost >= 0 or loss >= 0 else cost / loss
    return Ceiling(
        side=side,
        target=target,
        horizon=found.horizon,
        threat_pp=threat,
        best_pp=100.0 * found.best,
        best_gain_pct=found.best_gain,
        break_even_pp=100.0 * found.break_even,
        beyond=found.beyond,
        cost_at_threat_pct=cost,
        needed_harm_weight=harm,
        sentence=_sentence(side, target, found, threat, cost, harm),
        politics_pp=100.0 * by_aim["politics"].break_even,
        harm_pp=100.0 * by_aim["harm"].break_even,
    )


def _sentence(
    side: str,
    target: str,
    found: AddOn,
    threat: float | None,
    cost: float | None,
    harm: float | None,
) -> str:
    limit = f"{side} breaks even at {100 * found.break_even:.3g} points"
    if found.beyond:
        limit = f"{side} gains at every add-on tried, up to {100 * found.break_even:.3g} points"
    if threat is None or cost is None:
        return f"{limit}; it threatens no tariff"
    loss = float(np.interp(threat / 100.0, found.rates, found.partner_gains))
    other = f"{'cost' if loss < 0 else 'bring'} {target} {abs(loss):.2f}%"
    if cost >= 0:
        return f"{limit}; {threat:g} points would not cost it real income, and {other}"
    worth = (
        f"it pays only if a loss of the other side is worth {harm:.2f} of an equal loss of its own"
        if harm is not None
        else "and the other side does not lose by it"
    )
    return f"{limit}; {threat:g} points cost it {-cost:.2f}% of real income and {other}: {worth}"
