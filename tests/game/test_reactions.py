"""Tariffs run backwards, and the answers to an attack."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.equilibrium import solve_counterfactual
from upperhand.game.inverse import revealed_harm
from upperhand.game.nash import best_response
from upperhand.game.objective import Objective
from upperhand.game.reactions import REACTIONS, after_reaction, proportional
from upperhand.measures import Tariff
from upperhand.world.shock import compose, no_shock
from upperhand.world.toy import toy_world


@pytest.fixture(scope="module")
def world():
    return toy_world()


@pytest.fixture(scope="module")
def attack(world):
    return Tariff(by="USA", against=["CHN"], sectors="all", add_pp=40).to_shock(world)


@pytest.mark.equation("9.10")
@pytest.mark.parametrize("weight", [0.0, 0.25, 0.6])
def test_the_best_tariff_of_a_known_weight_reveals_that_weight(world, weight):
    aim = Objective(harm={"CHN": weight} if weight else {})
    found = best_response(world, "USA", partners=["CHN"], objective=aim, bounds=(-0.5, 20.0))
    assert found.ok
    cube = np.zeros(world.trade.shape)
    cube[1, 0] = found.tariff.values[1, 0] - world.tariff[1, 0]
    revealed = revealed_harm(
        world, "USA", "CHN", measures=replace(no_shock(world), tariff_add=cube)
    )
    for code, value in revealed.by_sector.items():
        assert value == pytest.approx(weight, abs=1e-6), code  # slope of the optimum is about 1e-10
    assert revealed.weight == pytest.approx(weight, abs=1e-6)


def test_a_tariff_below_the_best_one_reveals_a_negative_weight_and_says_so(world):
    found = revealed_harm(world, "USA", "CHN", sectors=["GOODS"])
    assert found.weight < 0
    assert "would still pay" in found.sentence()


def test_revealed_harm_refuses_unknown_labels_all_at_once(world):
    with pytest.raises(OptionError) as fault:
        revealed_harm(world, "USB", "USB", sectors=["GODS"])
    for word in ("USB", "GODS", "name two countries"):
        assert word in str(fault.value)


@pytest.mark.equation("9.11")
def test_a_proportional_answer_taxes_as_much_money(world, attack):
    answer = proportional(world, attack, "CHN", "USA")
    duty = (attack.tariff_add * world.trade).sum()
    assert (answer.tariff_add * world.trade).sum() == pytest.approx(duty, rel=1e-14)
    rates = answer.tariff_add[0, 1]
    assert np.ptp(rates) == 0.0


def test_no_answer_leaves_the_attack_as_it_is(world, attack):
    both = after_reaction(world, attack, by="CHN", against="USA", reaction="none")
    np.testing.assert_array_equal(both.tariff(world), attack.tariff(world))


def test_the_best_answer_beats_the_others_for_the_one_who_answers(world, attack):
    income = {
        name: float(
            solve_counterfactual(
                world, after_reaction(world, attack, by="CHN", against="USA", reaction=name)
            ).real_income_change.sel(country="CHN")
        )
        for name in REACTIONS
    }
    assert max(income, key=lambda name: income[name]) == "best"


def test_an_unknown_reaction_is_answered_with_the_nearest(world, attack):
    with pytest.raises(OptionError, match="did you mean 'matching'"):
        after_reaction(world, attack, by="CHN", against="USA", reaction="matchin")


def test_an_answer_of_ones_own_is_added_to_the_attack(world, attack):
    def twice(world, attack, by, against):
        answer = REACTIONS["matching"](world, attack, by, against)
        return compose(answer, answer)

    both = after_reaction(world, attack, by="CHN", against="USA", reaction=twice)
    np.testing.assert_allclose(
        both.tariff_add, compose(attack, twice(world, attack, "CHN", "USA")).tariff_add
    )
