"""A tariff run backwards: how much a loss of the rival must be worth to the one who levies it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.horizons import Horizon
from upperhand.equilibrium.solve import Closure, solve_counterfactual
from upperhand.world.shock import Shock, ShockSource
from upperhand.world.world import World

Sources = Shock | ShockSource | Iterable[Shock | ShockSource]


@dataclass(frozen=True, slots=True)
class RevealedHarm:
    """The harm weight at which a tariff in force is the best one.

    Attributes:
        player: Who levies it.
        rival: Whose goods it hits, and whose loss is weighed.
        weight: At which a common change of all the rates is worth nothing; None when the rival
            does not lose by one.
        by_sector: The same for each rate alone; None where the rival does not lose.
    """

    player: str
    rival: str
    weight: float | None
    by_sector: dict[str, float | None]

    def sentence(self) -> str:
        """Return what the tariff reveals, in words."""
        if self.weight is None:
            return f"{self.rival} does not lose by a higher tariff of {self.player}"
        if self.weight < 0:
            return f"a higher tariff on {self.rival} would still pay for {self.player}"
        return (
            f"the tariff is best for {self.player} if a loss of 1% of {self.rival} is worth "
            f"{self.weight:.2f}% of its own real income"
        )


def revealed_harm(
    world: World,
    player: str,
    rival: str,
    *,
    measures: Sources = (),
    sectors: Sequence[str] | None = None,
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
) -> RevealedHarm:
    """Find the weight on a rival's loss at which a tariff is optimal (eq. 9.10).

    Args:
        world: The observed year.
        player: Who levies the tariff.
        rival: On whose goods.
        measures: Measures in force, the tariff among them; the world's own tariffs without.
        sectors: Sectors whose rates are judged; all that are traded by default.
        closure: `fixed` or `share`.
        horizon: `short`, `medium`, `long` or a `Horizon`.

    Raises:
        OptionError: If a label is unknown, or player and rival are the same.
        NoEquilibriumError: If the measures leave no equilibrium.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> high = Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=100)
        >>> found = revealed_harm(toy_world(), "USA", "CHN", measures=high, sectors=["GOODS"])
        >>> 0.1 < found.weight < 2.0
        True

    References:
        Ossa (2014) for the idea of reading aims from tariffs; the weight on harm is ours.
    """
    _check(world, player, rival, sectors)
    solved = solve_counterfactual(
        world, measures, closure=closure, horizon=horizon
    ).require_converged()
    cells = {"exporter": rival, "importer": player}
    own, other = (
        solved.gradient(of="real_income", country=code, wrt="tariff").sel(cells)
        for code in (player, rival)
    )
    i, j = world.countries.index(rival), world.countries.index(player)
    chosen = [
        code
        for code in (sectors or world.sectors)
        if world.trade[i, j, world.sectors.index(code)] > 0
    ]
    mine, yours = own.sel(sector=chosen).values, other.sel(sector=chosen).values
    return RevealedHarm(
        player=player,
        rival=rival,
        weight=_ratio(float(mine.sum()), float(yours.sum())),
        by_sector={
            c: _ratio(float(a), float(b)) for c, a, b in zip(chosen, mine, yours, strict=True)
        },
    )


def _ratio(own: float, other: float) -> float | None:
    return own / other if other < 0 else None


def _check(world: World, player: str, rival: str, sectors: Sequence[str] | None) -> None:
    faults = [
        unknown("country", n, world.countries) for n in (player, rival) if n not in world.countries
    ]
    faults += [unknown("sector", n, world.sectors) for n in sectors or () if n not in world.sectors]
    if player == rival:
        faults.append(f"player and rival are both {player}; name two countries")
    raise_faults(OptionError, faults, what="revealed harm")
