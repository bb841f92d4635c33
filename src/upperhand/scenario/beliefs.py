"""What one must believe for each move of a scenario to be worth doing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from upperhand.core.errors import OptionError
from upperhand.measures.labels import labels_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.worlds import world_of

if TYPE_CHECKING:
    from upperhand.measures.base import Measure
    from upperhand.results.beliefs import Belief
    from upperhand.technology.goods import Good, Technology
    from upperhand.world.world import World

CLOSING = ("discouraged_purchase", "import_ban", "procurement_ban")
WITHHOLDING = ("export_control", "equipment_restriction", "entity_listing")
DRAWS = 1000


def beliefs_of(
    scenario: Scenario | str, *, move: int | None = None, draws: int = DRAWS, seed: int = 1
) -> tuple[Belief, ...]:
    """Return, for each move, what one must believe for it to pay against not doing it.

    A ban on foreign supply of a technology in which the actor is behind asks for a catch-up time;
    a control of one in which the target is behind for its reliance on own research; a tariff for
    a weight on the rival's loss. Other moves ask for nothing that is known here.

    Args:
        scenario: A scenario, the path of a file, or the name of a packaged one.
        move: Position of one move; all when left out.
        draws: Draws over the priors of everything else.
        seed: Seed of the draws.

    Raises:
        OptionError: If the scenario has no such move, or `draws` is below 10.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> text = '''
        ... title: Twenty points
        ... world: toy
        ... sides: [USA, CHN]
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], add_pp: 20}
        ...   - {kind: tariff, by: CHN, against: [USA], add_pp: 20}
        ... '''
        >>> [belief.parameter for belief in beliefs_of(parse_scenario(text))]
        ["weight on the rival's loss", "weight on the rival's loss"]
    """
    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    if draws < 10:
        raise OptionError(f"draws is {draws}; allowed: at least 10")
    if scenario.closure == "purge":
        raise OptionError(
            "closure is 'purge'; beliefs take `fixed` or `share`: --set closure=share"
        )
    chosen = range(len(scenario.moves)) if move is None else [move]
    if move is not None and not 0 <= move < len(scenario.moves):
        raise OptionError(f"move is {move}; allowed: 0 to {len(scenario.moves) - 1}")
    table = with_options(world_of(scenario.world), scenario.options)
    world = baseline_world(scenario, table)
    found = [b for i in chosen for b in _of_move(scenario, world, i, draws, seed)]
    if move is None:
        found += _in_concert(scenario, world, draws, seed)
    return tuple(found)


def names_for(scenario: Scenario) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of sides and of technologies that beliefs call by their codes."""
    from upperhand.technology.goods import technology

    world = world_of(scenario.world)
    sides = {code: world.country_names.get(code, code) for code in scenario.side_codes}
    goods = [good.name for good in technology().goods]
    return sides, {code: world.sector_names.get(code, code) for code in goods}


def _in_concert(scenario: Scenario, world: World, draws: int, seed: int) -> Iterator[Belief]:
    """Yield what several controls of one side on one technology ask for together."""
    from upperhand.technology.goods import technology

    tech = technology()
    for side in scenario.side_codes:
        for good in tech.goods:
            mine = [
                move
                for move in scenario.moves
                if move.side_of == side
                and move.kind in WITHHOLDING
                and good in goods_of(world, tech, move)
            ]
            if len(mine) > 1 and side != good.follower and not good.mineral:
                label = f"all controls of {side} on {good.name} together"
                yield from _withholding(world, tech, mine, label, side, good, draws, seed)


def _of_move(scenario: Scenario, world: World, at: int, draws: int, seed: int) -> Iterator[Belief]:
    from upperhand.technology.goods import technology

    tech, move = technology(), scenario.moves[at]
    if move.kind == "tariff":
        found = _harm(scenario, world, at)
        if found is not None:
            yield found
        return
    for good in goods_of(world, tech, move):
        if move.kind in CLOSING and move.by == good.follower and not good.mineral:
            yield _closing(scenario, world, tech, move, good, draws, seed)
        elif move.kind in WITHHOLDING and move.by != good.follower and not good.mineral:
            yield from _withholding(
                world, tech, [move], move.title(), move.side_of, good, draws, seed
            )


def _harm(scenario: Scenario, world: World, at: int) -> Belief | None:
    from upperhand.horizon.beliefs import belief_in_harm

    move, sides = scenario.moves[at], scenario.side_members(labels_of(world))
    if len(sides) != 2 or move.side_of not in sides:
        return None
    (rival,) = (side for side in sides if side != move.side_of)
    answers = [
        other
        for other in scenario.moves
        if other.side_of == rival and other.if_ is not None and other.if_ == move.label
    ]
    return belief_in_harm(
        world,
        move,
        answers,
        sides[move.side_of],
        sides[rival],
        label=move.title(),
        actor=move.side_of,
        closure=scenario.closure,
    )


def _closing(
    scenario: Scenario,
    world: World,
    tech: Technology,
    move: Measure,
    good: Good,
    draws: int,
    seed: int,
) -> Belief:
    from upperhand.horizon.beliefs import belief_in_catching_up

    day = move.from_ or scenario.baseline.as_of
    return belief_in_catching_up(
        world,
        tech,
        good,
        move,
        year=day.year if day else world.year,
        label=move.title(),
        closure=scenario.closure,
        draws=draws,
        seed=seed,
    )


def _withholding(
    world: World,
    tech: Technology,
    moves: Sequence[Measure],
    label: str,
    actor: str,
    good: Good,
    draws: int,
    seed: int,
) -> Iterator[Belief]:
    from upperhand.horizon.beliefs import belief_in_diffusion
    from upperhand.technology.feedback import measure_force
    from upperhand.world.shock import compose_all, no_shock

    shock = compose_all(world, moves)
    control, _, lost = measure_force(world, good, shock, no_shock(world))
    if control > 0:
        yield belief_in_diffusion(
            tech,
            good,
            label=label,
            actor=actor,
            control=control,
            decoupling=lost,
            draws=draws,
            seed=seed,
        )


def goods_of(world: World, tech: Technology, move: Measure) -> list[Good]:
    """Return the technologies of which a move leaves less than all available to the follower."""
    from upperhand.world.shock import compose_all

    shock = compose_all(world, move)
    found = []
    for good in tech.goods:
        if good.name not in world.sectors or good.follower not in world.countries:
            continue
        at = (world.countries.index(good.follower), world.sectors.index(good.name))
        if bool(np.any(shock.availability[:, at[0], at[1]] < 1.0)):
            found.append(good)
    return found
