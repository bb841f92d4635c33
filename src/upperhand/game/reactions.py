"""How a country that was hit may answer: not at all, point by point, in proportion, or as best it can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.horizons import Horizon
from upperhand.equilibrium.solve import Closure
from upperhand.game.nash import best_response
from upperhand.world.shock import Shock, check_shock, compose, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Reaction = Callable[[World, Shock, str, str], Shock]


def none(world: World, _attack: Shock, _by: str, _against: str) -> Shock:
    """Return no answer."""
    return no_shock(world)


def matching(world: World, attack: Shock, by: str, against: str) -> Shock:
    """Return the points that were added, on the same sectors of the attacker's goods.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> attack = Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=30).to_shock(world)
        >>> answer = matching(world, attack, "CHN", "USA")
        >>> round(float(answer.tariff_add[0, 1, 0]), 9)
        0.3
    """
    return _added(world, by, against, np.maximum(_points(world, attack, by, against), 0.0))


def proportional(world: World, attack: Shock, by: str, against: str) -> Shock:
    """Return one rate on the attacker's goods, worth as much as the duty on the exports hit (eq. 9.11).

    Sectors in which the attacker sells nothing carry it too, at no cost to anybody.
    """
    i, j = world.countries.index(by), world.countries.index(against)
    points = np.maximum(_points(world, attack, by, against), 0.0)
    hit = float(points @ world.trade[i, j])
    sold = world.trade[j, i].sum()
    if sold <= 0:
        raise OptionError(f"{against} sells nothing to {by}; choose another reaction")
    return _added(world, by, against, np.full(len(world.sectors), hit / sold))


def best(*, closure: Closure = "fixed", horizon: str | Horizon = "long") -> Reaction:
    """Return the reaction that sets the tariffs on the attacker that are best against the attack.

    Args:
        closure: `fixed` or `share`.
        horizon: `short`, `medium`, `long` or a `Horizon`.
    """

    def answer(world: World, attack: Shock, by: str, against: str) -> Shock:
        found = best_response(
            world,
            by,
            partners=[against],
            measures=attack,
            closure=closure,
            horizon=horizon,
            certify=False,
        ).require_certified()
        i, j = world.countries.index(against), world.countries.index(by)
        before = attack.tariff(world)[i, j]
        return _added(world, by, against, found.tariff.values[i, j] - before)

    return answer


REACTIONS: dict[str, Reaction] = {
    "none": none,
    "matching": matching,
    "proportional": proportional,
    "best": best(),
}


def after_reaction(
    world: World, attack: Shock, *, by: str, against: str, reaction: str | Reaction
) -> Shock:
    """Return an attack together with the answer of the country that it hits.

    Args:
        world: The observed year.
        attack: What the attacker does.
        by: Who answers.
        against: The attacker.
        reaction: `none`, `matching`, `proportional`, `best`, or a function of world, attack, `by`
            and `against`.

    Raises:
        OptionError: If a country or reaction is unknown.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> attack = Tariff(by="USA", against=["CHN"], add_pp=30).to_shock(world)
        >>> both = after_reaction(world, attack, by="CHN", against="USA", reaction="matching")
        >>> both.tariff_add[0, 1].round(9).tolist()
        [0.3, 0.0]
    """
    faults = [
        unknown("country", n, world.countries) for n in (by, against) if n not in world.countries
    ]
    if by == against:
        faults.append(f"{by} answers itself; name two countries")
    if isinstance(reaction, str) and reaction not in REACTIONS:
        faults.append(unknown("reaction", reaction, list(REACTIONS)))
    raise_faults(OptionError, faults, what="reaction")
    rule = REACTIONS[reaction] if isinstance(reaction, str) else reaction
    both = compose(attack, rule(world, attack, by, against))
    check_shock(world, both)
    return both


def _points(world: World, attack: Shock, by: str, against: str) -> Array:
    """Return the points [S] that the attack adds to the tariff on `by`'s goods."""
    i, j = world.countries.index(by), world.countries.index(against)
    return np.asarray(attack.tariff(world)[i, j] - world.tariff[i, j])


def _added(world: World, by: str, against: str, points: Array) -> Shock:
    cube = np.zeros(world.trade.shape)
    cube[world.countries.index(against), world.countries.index(by)] = points
    return replace(no_shock(world), tariff_add=cube)
