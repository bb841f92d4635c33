"""What games refuse, by name: faulty rules are listed at once and never guessed at."""

from __future__ import annotations

import math

import numpy as np
import pytest

import upperhand as uh
from tests.ossa_worlds import random_ossa_world
from upperhand.core.errors import OptionError
from upperhand.game.escalation import ladder
from upperhand.game.extensive import Chance, Decision, End, players_of
from upperhand.game.intensity import best_intensities
from upperhand.game.inverse import revealed_harm
from upperhand.game.reactions import after_reaction, proportional
from upperhand.game.strategic_form import strategic_form, survives_trembles
from upperhand.world.shock import no_shock


def chain(moves: int) -> Decision:
    """Return a tree in which one player moves again and again, with two actions each time."""
    after: Decision | End = End((0.0, 0.0))
    for place in range(moves):
        after = Decision(place % 2, f"move {place}", {"stop": End((1.0, 1.0)), "go": after})
    assert isinstance(after, Decision)
    return after


def mixed_menus() -> Decision:
    """Return a tree whose second player has two menus under one name of what she knows."""
    end = End((0.0, 0.0))
    left = Decision(1, "same", {"up": end, "down": end})
    right = Decision(1, "same", {"up": end, "aside": end})
    return Decision(0, "start", {"left": left, "right": right})


TREES = {
    "payoffs of two lengths": (
        lambda: players_of(Decision(0, "start", {"a": End((1.0, 0.0)), "b": End((1.0,))})),
        "numbers, allowed",
    ),
    "two menus, one name": (lambda: players_of(mixed_menus()), "'same' at"),
    "too many profiles": (lambda: strategic_form(chain(24)), "shorten the tree"),
    "too many trembles": (lambda: survives_trembles(chain(8), (0, 0)), "check a smaller tree"),
    "chances below zero": (
        lambda: players_of(Chance(((1.5, End((1.0,))), (-0.5, End((0.0,)))))),
        "chance at start adds to 1, allowed: positive",
    ),
    "one side twice": (
        lambda: ladder([[0, 0], [-1, -2]], [[[-1, 1], [1, -1]]] * 2, sides=("US", "US")),
        "two different names",
    ),
}


@pytest.mark.parametrize("case", TREES)
def test_a_faulty_tree_or_ladder_is_refused(case):
    refused, words = TREES[case]
    with pytest.raises(OptionError, match=words):
        refused()


WORLD = uh.toy_world()

WARS = {
    "no instrument": (lambda: uh.nash(WORLD, instruments=()), "no instrument"),
    "tied export taxes": (
        lambda: uh.nash(WORLD, instruments=("tariff", "export_tax"), tie="mfn"),
        "tied rates are for tariffs only",
    ),
    "bounds in the wrong order": (lambda: uh.nash(WORLD, bounds=(2.0, 1.0)), "bounds are"),
    "weight that is no number": (
        lambda: uh.nash(WORLD, objectives={"USA": uh.Objective(revenue=math.nan)}),
        "finite number",
    ),
    "negative political weight": (
        lambda: uh.nash(WORLD, objectives={"USA": uh.Objective(sectors={"GOODS": -1.0})}),
        "must not be negative",
    ),
    "add-on on oneself": (lambda: uh.addon_tariffs(WORLD, "USA", "USA"), "are both USA"),
    "add-on without end": (
        lambda: uh.addon_tariffs(WORLD, "USA", "CHN", largest=50.0),
        "largest is 50",
    ),
    "nobody bargains": (
        lambda: uh.efficient_tariffs(
            WORLD, ["USA", "CHN"], threat={"USA": 1.0, "CHN": 1.0}, weights={"USA": 1.0}
        ),
        "every player one above 0",
    ),
    "harm to oneself": (lambda: revealed_harm(WORLD, "USA", "USA"), "are both USA"),
    "answer to oneself": (
        lambda: after_reaction(
            WORLD, no_shock(WORLD), by="USA", against="USA", reaction="matching"
        ),
        "answers itself",
    ),
    "nobody plays by formula": (lambda: uh.nash_by_formula(WORLD, []), "one or more different"),
    "weights of nobody in a deal": (
        lambda: uh.nash_in_nash(
            WORLD, [("USA", "CHN")], objectives={"USA": uh.Objective(revenue=math.inf)}
        ),
        "finite number",
    ),
}


@pytest.mark.parametrize("case", WARS)
def test_faulty_rules_of_a_war_are_refused(case):
    refused, words = WARS[case]
    with pytest.raises(OptionError, match=words):
        refused()


def test_no_answer_in_proportion_to_no_trade():
    """The proportional answer hits a share of what the attacker sells; it must sell something."""
    trade = WORLD.trade.copy()
    here, there = WORLD.countries.index("USA"), WORLD.countries.index("CHN")
    trade[here, there] = 0.0
    silent = uh.World.from_arrays(
        countries=WORLD.countries, sectors=WORLD.sectors, trade=trade, trade_elasticity=4.0
    )
    attack = uh.Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=10).to_shock(silent)
    with pytest.raises(OptionError, match="choose another reaction"):
        proportional(silent, attack, "CHN", "USA")


OSSA = random_ossa_world(3, 2, 4)
OSSA_WARS = {
    "one region twice": ({"players": (OSSA.regions[0],) * 2}, "different regions"),
    "nobody": ({"players": ()}, "different regions"),
    "unknown tie": ({"tie": "loose"}, "unknown tie 'loose'"),
}


@pytest.mark.parametrize("case", OSSA_WARS)
def test_faulty_wars_in_ossas_economy_are_refused(case):
    given, words = OSSA_WARS[case]
    options = {"players": OSSA.regions, **given}
    with pytest.raises(OptionError, match=words):
        uh.ossa.nash(OSSA, options.pop("players"), **options)


def test_rates_to_explain_that_are_no_rates_are_counted():
    rates = np.full((3, 2), 0.2)
    rates[0, 1], rates[2, 0] = -2.0, np.nan
    with pytest.raises(OptionError, match=rf"tariff of {OSSA.regions[0]}/S01 is -2 \(2 such"):
        uh.ossa.political_weights(OSSA, rates)


def test_intensities_on_top_of_other_measures_start_from_them():
    """What is in force anyway changes what the best intensity adds."""
    held = uh.Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=30)
    more = uh.Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=100)
    free = best_intensities(WORLD, "USA", [more])
    after = best_intensities(WORLD, "USA", [more], measures=[held])
    # one rate is best for the two together: what the first adds, the second need not
    np.testing.assert_allclose(
        float(after.intensity[0]), max(float(free.intensity[0]) - 0.3, 0.0), atol=2e-3
    )
