"""The world of a year to come: the baseline after technology has moved on until then (eq. 5.62)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from upperhand.equilibrium.rebase import rebase
from upperhand.equilibrium.solve import Closure, solve_counterfactual
from upperhand.horizon.pace import horizon_after, world_after
from upperhand.technology.feedback import technology_shock
from upperhand.technology.parameters import Race
from upperhand.technology.state import State
from upperhand.world.world import World


def world_in(
    world: World,
    race: Race,
    states: Mapping[str, State],
    year: int,
    *,
    closure: Closure = "fixed",
) -> World:
    """Return the world after technology has moved from the year of its data to another (eq. 5.62).

    The economy has had the years in between to adjust. Trade elasticities stay those of the world,
    so that a measure on the new world starts from its first day.

    Args:
        world: The baseline.
        race: Parameters, one number each.
        states: Technologies, from the year of the world's data on.
        year: The year.
        closure: `fixed` or `share`.

    Raises:
        NoEquilibriumError: If technology leaves no equilibrium.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> from upperhand.technology.state import run_technology
        >>> from upperhand.world.toy import toy_world
        >>> tech = technology()
        >>> states = run_technology(tech, range(2022, 2031))
        >>> later = world_in(toy_world(), tech.race, states, 2030)
        >>> bool(abs(later.trade - toy_world().trade).max() < 1e-6)  # it has no strategic goods
        True
    """
    horizon = horizon_after(max(1, year - world.year))
    then = world_after(world, horizon)
    shock = technology_shock(world, race, states, year)
    found = solve_counterfactual(then, shock, closure=closure, horizon=horizon)
    found.require_converged()
    later = rebase(then, found, name=f"{world.name}, technology of {year}")
    return replace(later, trade_elasticity=world.trade_elasticity)
