"""The world after a shock as the new observed year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from upperhand.core.errors import OptionError
from upperhand.equilibrium.ladder import Solution
from upperhand.equilibrium.outcomes import trade_after
from upperhand.results.counterfactual import Counterfactual
from upperhand.world.shock import Shock
from upperhand.world.world import World


def rebase(world: World, result: Counterfactual, *, name: str | None = None) -> World:
    """Return the world after `result` as a new baseline: trade, tariffs and cost shares.

    Solving a second shock on the rebased world equals solving both at once on the first world,
    as long as horizon and options are the same; with another horizon, the first shock is taken
    to have worked through at the horizon at which it was solved.

    Args:
        world: The world on which `result` was solved.
        result: A converged counterfactual, as the solver returned it.
        name: Name of the new world.

    Raises:
        NoEquilibriumError: If `result` is no equilibrium.
        OptionError: If `result` was read from a file: it then holds no cost shares.

    Examples:
        >>> from upperhand.equilibrium.solve import solve_counterfactual
        >>> from upperhand.world.shock import no_shock
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> same = rebase(world, solve_counterfactual(world, no_shock(world)))
        >>> bool(abs(same.trade - world.trade).max() < 1e-6)
        True
    """
    result.require_converged()
    held = getattr(result.differentiate, "args", None)
    if not held:
        raise OptionError(
            "this result was read from a file and holds no cost shares; solve it again and "
            "rebase what `solve_counterfactual` returns"
        )
    start, shock, solution = held
    return world_of(start, shock, solution, name=name or f"{world.name} after a shock")


def world_of(world: World, shock: Shock, solution: Solution, *, name: str) -> World:
    """Return the world that a solution describes, in values after the shock.

    Subsidies of the shock become part of costs: the new world knows no output subsidy, so value
    added is what producers earn and pays for itself.
    """
    state, flows, base = solution.state, solution.flows, solution.calibration.base
    nests = solution.calibration.nests
    if solution.wedges.subsidy is not None:
        raise OptionError(
            "a baseline cannot carry an output subsidy: the accounts of a world have no place for "
            "its cost; put the subsidy among the moves"
        )
    share = flows.value_added_share
    tilt = np.exp(
        (1.0 - nests.materials)
        * (state.log_price.T[:, :, None] - flows.materials.log_price.T[:, None, :])
    )
    input_share = base.input_mix * tilt * (1.0 - share).T[:, None, :]
    return replace(
        world,
        name=name,
        trade=trade_after(solution),
        tariff=shock.tariff(world),
        export_tax=shock.export_tax(world),
        input_share=input_share,
        value_added_share=share.T,
    )
