"""How far an add-on tariff pays, by elasticity and horizon (eq. 9.6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from upperhand.core.errors import OptionError
from upperhand.measures.labels import labels_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.schema import Options, Scenario
from upperhand.scenario.worlds import world_of

FACTORS = (0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """An add-on tariff of one side on the goods of the other, at one horizon.

    Attributes:
        side: Who levies it.
        target: On whose goods.
        elasticities: The trade elasticities in words.
        horizon: At which horizon.
        best_pp: Add-on with the largest gain, percentage points.
        gain_pct: Gain there, per cent of real income.
        break_even_pp: Largest add-on that does not cost real income.
        beyond: True when that is more than the largest add-on tried.
    """

    side: str
    target: str
    elasticities: str
    horizon: str
    best_pp: float
    gain_pct: float
    break_even_pp: float
    beyond: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def break_evens(
    source: str, *, factors: Sequence[float] = FACTORS, sets: bool = False
) -> tuple[BreakEven, ...]:
    """Return best and break-even add-ons of both sides by elasticity and horizon (eq. 9.6).

    The baseline is made again with each set of elasticities: the tariffs in force have then worked
    with them too. The other side does not answer.

    Args:
        source: Name of a packaged scenario, or path of a YAML file, with two sides.
        factors: Factors on every trade elasticity of the scenario.
        sets: Also every published set of elasticities that the card of the world lists.

    Examples:
        >>> found = break_evens("2018-2019", factors=[1.0])
        >>> [row.horizon for row in found if row.side == "USA"]
        ['short', 'medium', 'long']
        >>> found[0].break_even_pp > found[2].break_even_pp  # more substitution, less power
        True

    Raises:
        OptionError: If the scenario has not two sides.
        ScenarioError: If it is wrong.
    """
    scenario = read_scenario(source)
    if len(scenario.side_codes) != 2:
        raise OptionError(
            f"{source} has {len(scenario.side_codes)} sides, allowed: 2; an add-on needs somebody to "
            "levy it on, so name two sides"
        )
    rows = []
    for words, options in _variants(scenario, factors, sets=sets):
        rows += _rows(scenario.model_copy(update={"options": options}), words)
    return tuple(rows)


def _variants(
    scenario: Scenario, factors: Sequence[float], *, sets: bool
) -> list[tuple[str, Options]]:
    """Return each set of elasticities in words with the options that ask for it."""
    own = scenario.options
    card = world_of(scenario.world).card.get("elasticities", {})
    usual = own.elasticity_set or card.get("default", "the world's own")
    found = [
        (
            usual if factor == 1.0 else f"{usual}, times {factor:g}",
            own.model_copy(update={"elasticity_factor": own.elasticity_factor * factor}),
        )
        for factor in factors
    ]
    others = [name for name in card.get("sets", {}) if sets and name != usual]
    return found + [(n, own.model_copy(update={"elasticity_set": n})) for n in others]


def _rows(scenario: Scenario, words: str) -> list[BreakEven]:
    from upperhand.game.addon import addon_tariffs

    table = with_options(world_of(scenario.world), scenario.options)
    world = baseline_world(scenario, table)
    members = scenario.side_members(labels_of(table))
    first, second = scenario.side_codes
    hit = np.asarray((world.tariff > 0).any(axis=(0, 1)))
    goods = [code for code, has in zip(world.sectors, hit, strict=True) if has]
    rows = []
    for side, target in ((first, second), (second, first)):
        for horizon in scenario.horizons:
            found = addon_tariffs(
                world,
                members[side][0],
                members[target][0],
                sectors=goods,
                horizon=horizon,
                closure="share" if scenario.closure == "share" else "fixed",
            )
            rows.append(
                BreakEven(
                    side=side,
                    target=target,
                    elasticities=words,
                    horizon=horizon,
                    best_pp=100.0 * found.best,
                    gain_pct=found.best_gain,
                    break_even_pp=100.0 * found.break_even,
                    beyond=found.beyond,
                )
            )
    return rows
