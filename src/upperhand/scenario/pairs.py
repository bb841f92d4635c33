"""More than two parties: every pair bargains over its tariffs, given all other deals (eq. 9.22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import NoEquilibriumError
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.worlds import world_of

if TYPE_CHECKING:
    from upperhand.game.nash_in_nash import PairwiseDeals
    from upperhand.world.world import World

Pair = tuple[str, str]
SETTLED = 1e-4  # change of a log rate in the last round


@dataclass(frozen=True, slots=True)
class PairDeal:
    """What one pair agrees, given the deals of all others.

    Attributes:
        pair: The two countries.
        gains_pct: What each gains over no deal between them, per cent of real income.
        before_pct: Average tariff of each on the other before, weighted by baseline imports.
        after_pct: The same after.
        stuck: True when the two could not both gain and kept their tariffs.
    """

    pair: Pair
    gains_pct: tuple[float, float]
    before_pct: tuple[float, float]
    after_pct: tuple[float, float]
    stuck: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def pair_deals(
    source: str, pairs: Sequence[Pair], *, horizon: str = "long"
) -> tuple[tuple[PairDeal, ...], bool]:
    """Let pairs of countries bargain at once from the baseline of a scenario (eq. 9.22).

    Each pair moves only its tariffs on each other, good by good, and takes the deals of the others
    as given; rounds over the pairs stop when nobody moves. A status quo that the two cannot both
    improve on is kept and named.

    Args:
        source: Name of a packaged scenario, or path of a YAML file.
        pairs: Who bargains with whom.
        horizon: `short`, `medium` or `long`.

    Returns:
        The deals, and whether the rounds stood still.

    Raises:
        OptionError: If a pair is unknown, named twice, or a country with itself.
        NoEquilibriumError: If a deal on the way has no equilibrium.
    """
    from upperhand.equilibrium.solve import Options, balanced
    from upperhand.game.nash_in_nash import nash_in_nash

    scenario = read_scenario(source)
    world = baseline_world(scenario, with_options(world_of(scenario.world), scenario.options))
    if scenario.closure == "purge":
        world = balanced(world, Options(closure="purge"))
    closure: Any = "share" if scenario.closure == "share" else "fixed"
    found = nash_in_nash(world, pairs, closure=closure, horizon=horizon, tol=SETTLED)
    if not found.counterfactual.outcome.ok:
        raise NoEquilibriumError(f"deals of pairs: {found.counterfactual.outcome.sentence()}")
    return tuple(_deal(world, found, pair) for pair in found.pairs), found.settled


def _deal(world: World, found: PairwiseDeals, pair: Pair) -> PairDeal:
    after = found.counterfactual["tariff"].values
    first, second = pair
    return PairDeal(
        pair=pair,
        gains_pct=(100.0 * found.gains[pair][0], 100.0 * found.gains[pair][1]),
        before_pct=(_mean(world, world.tariff, *pair), _mean(world, world.tariff, second, first)),
        after_pct=(_mean(world, after, *pair), _mean(world, after, second, first)),
        stuck=pair in found.stuck,
    )


def _mean(world: World, tariff: Any, importer: str, exporter: str) -> float:
    """Return a tariff weighted by baseline imports, per cent."""
    i, j = world.countries.index(exporter), world.countries.index(importer)
    weight = world.trade[i, j]
    return float(100.0 * (tariff[i, j] * weight).sum() / weight.sum())
