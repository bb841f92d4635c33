"""The game of controls and counter-bans on a technology that the moves of a scenario are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upperhand.core.errors import OptionError, unknown
from upperhand.measures.labels import labels_of
from upperhand.scenario.path import years_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.worlds import world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from upperhand.measures.base import Measure
    from upperhand.results.timing import Timing
    from upperhand.technology.goods import Good
    from upperhand.world.world import World

DRAWS = 20


def timing_scenario(
    scenario: Scenario | str,
    good: str,
    *,
    first: int | None = None,
    last: int | None = None,
    draws: int = DRAWS,
    seed: int = 1,
) -> Timing:
    """Return when controls and counter-bans on a technology are in force in equilibrium.

    Controls are the moves of others that withhold it or its inputs from the follower, all together;
    the ban is what the follower's own moves keep out. Each side weighs what its own members gain
    or lose.

    Args:
        scenario: A scenario, the path of a file, or the name of a packaged one.
        good: The technology, such as `ai_accelerators`.
        first: First year; that of the scenario's `path`, else the one after the baseline's day.
        last: Last year; that of the scenario's `path`, else ten years in all.
        draws: Draws of the race for the ranges of the thresholds.
        seed: Seed of the draws.

    Raises:
        OptionError: If there is no such technology, or no move withholds it or keeps it out.
        NoEquilibriumError: If the moves have no equilibrium in one of the two horizons.

    Examples:
        >>> timing_scenario("october-2025", "chip")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.OptionError: unknown technology 'chip'; did you mean 'chips'? ...
    """
    from upperhand.game.race_game import setting_of, timing_of
    from upperhand.technology.goods import technology

    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    if scenario.closure == "purge":
        raise OptionError(
            "closure is 'purge'; the game takes `fixed` or `share`: --set closure=share"
        )
    tech = technology()
    known = [one.name for one in tech.goods if not one.mineral]
    if good not in known:
        raise OptionError(unknown("technology", good, known))
    found = tech.good(good)
    table = with_options(world_of(scenario.world), scenario.options)
    years = years_of(scenario, table, first, last)
    world = baseline_world(scenario, table)
    controls, bans = moves_on(scenario, world, found)
    sides = _sides(scenario, world, found)
    setting = setting_of(
        world, tech, found, controls, bans, (sides[found.leader], sides[found.follower]),
        year=years[0], closure=scenario.closure,
    )  # fmt: skip
    return timing_of(
        setting,
        years,
        good=good,
        sides=(found.leader, found.follower),
        draws=draws,
        seed=seed,
    )


def moves_on(
    scenario: Scenario, world: World, good: Good
) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
    """Return the moves that withhold a technology or its inputs, and those that keep it out.

    Raises:
        OptionError: If there is none of either.
    """
    from upperhand.technology.feedback import measure_force
    from upperhand.world.shock import compose_all, no_shock

    calm, controls, bans = no_shock(world), [], []
    for move in scenario.moves:
        shock = compose_all(world, move)
        if getattr(move, "by", None) == good.follower:
            _, access, lost = measure_force(world, good, calm, shock)
            bans += [move] if access < 1.0 or lost > 0.0 else []
        else:
            control, _, _ = measure_force(world, good, shock, calm)
            controls += [move] if control > 0.0 else []
    if not controls and not bans:
        raise OptionError(
            f"no move withholds {good.name} or its inputs ({', '.join(good.inputs)}) from "
            f"{good.follower}, and none of {good.follower} keeps it out; add one, or name another "
            "technology"
        )
    return tuple(controls), tuple(bans)


def _sides(scenario: Scenario, world: World, good: Good) -> dict[str, Sequence[str]]:
    """Return the members of the sides of leader and follower; each alone where it has no side."""
    found: dict[str, Sequence[str]] = {code: [code] for code in (good.leader, good.follower)}
    for members in scenario.side_members(labels_of(world)).values():
        for code in found:
            if code in members:
                found[code] = list(members)
    return found
