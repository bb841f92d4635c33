"""The race between leader and follower: its path, its limits, its draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.horizon.cost_draws import single
from upperhand.technology.either import STEPS_ABOVE, either
from upperhand.technology.feedback import (
    log_productivity,
    measure_force,
    saved,
    technology_shock,
)
from upperhand.technology.goods import Force, draw_technology, parameters_of, technology
from upperhand.technology.many_steps import step_by_step
from upperhand.technology.parameters import Race, draw_race, parameters
from upperhand.technology.race import (
    Drivers,
    break_even_diffusion_loss,
    follower_speed,
    frontier_speed,
    lag_years,
    reduced,
    research_growth,
    run_gap,
    stairs,
)
from upperhand.technology.state import run_technology
from upperhand.world.load import load_world
from upperhand.world.shock import check_shock, no_shock

CONTROL = stairs([(2019.4, 0.3), (2020.7, 0.5), (2022.8, 0.8), (2023.8, 0.9)])
DECOUPLING = stairs([(2019.4, 0.05), (2022.8, 0.2), (2025.4, 0.35)])


@pytest.mark.equation("5.1", "5.2", "5.3", "5.4")
def test_reference_path_of_the_lag():
    """5.1 years in 2019, 5.3 in 2022, 5.7 in 2025, 6.1 in 2030; the reference to one digit."""
    path = run_gap(Race(), CONTROL, DECOUPLING, last=2030)
    lag = dict(zip(path.dates.astype(int).tolist(), path.lag, strict=True))
    assert [lag[y] for y in (2019, 2022, 2025, 2030)] == pytest.approx(
        [5.1, 5.3, 5.7, 6.1], abs=0.06
    )


@pytest.mark.parametrize(
    ("weight", "lags"),
    [(0.2, (5.7, 6.6, 7.7)), (0.4, (5.3, 6.1, 6.9)), (0.6, (4.9, 5.4, 6.0))],
)
def test_lag_of_2030_over_the_two_numbers_that_it_turns_on(weight, lags):
    for loss, expected in zip((0.2, 0.4, 0.6), lags, strict=True):
        race = Race(own_weight=weight, diffusion_loss=loss)
        assert run_gap(race, CONTROL, DECOUPLING, last=2030).lag[-1] == pytest.approx(
            expected, abs=0.1
        )


@pytest.mark.equation("5.7")
def test_break_even_of_controls():
    """0.11, 0.22, 0.44, 1.10 at own weights 0.2, 0.4, 0.6, 0.8 (D = 0.35, C = 1)."""
    found = break_even_diffusion_loss(Race(own_weight=np.array([0.2, 0.4, 0.6, 0.8])))
    assert found == pytest.approx([0.11, 0.22, 0.44, 1.10], abs=5e-3)


@pytest.mark.equation("5.7")
@pytest.mark.parametrize("weight", [0.2, 0.4, 0.6])
def test_controls_move_the_gap_to_the_side_that_the_break_even_says(weight):
    """At the starting gap, once research has answered, the gap stands still at the break-even."""
    at = Race(own_weight=weight)
    edge = break_even_diffusion_loss(at)
    for loss, sign in ((edge - 0.02, -1), (edge, 0), (edge + 0.02, 1)):
        race = replace(at, diffusion_loss=loss)
        research = np.exp(race.research_response)
        assert research_growth(race, research, 1.0) == pytest.approx(0.0)
        change = frontier_speed(race, 0.35) - follower_speed(race, research, 1.0, race.start_gap)
        assert change == pytest.approx(0.0, abs=1e-14) if sign == 0 else np.sign(change) == sign


def test_nothing_moves_without_controls():
    path = run_gap(Race(), lambda _: 0.0, lambda _: 0.0, last=2035)
    assert path.gap == pytest.approx(np.full(path.gap.shape, 2.0), abs=1e-12)
    assert path.lag == pytest.approx(np.full(path.lag.shape, lag_years(Race(), 2.0, 0.0)))


def test_support_and_leaps_narrow_the_gap():
    plain = run_gap(Race(), CONTROL, DECOUPLING, last=2030)
    helped = run_gap(Race(), CONTROL, DECOUPLING, last=2030, support=lambda _: 0.3)
    leapt = run_gap(
        Race(), CONTROL, DECOUPLING, last=2030, leaps=lambda date: 0.5 * (date == 2026.0)
    )
    assert helped.gap[-1] < plain.gap[-1]
    assert leapt.gap[12] == pytest.approx(plain.gap[12] - 0.5)


def test_steps_of_a_twentieth_of_a_year_are_fine_enough(monkeypatch):
    coarse = run_gap(Race(), CONTROL, DECOUPLING, last=2030).lag[-1]
    monkeypatch.setattr("upperhand.technology.race.STEPS_A_YEAR", 200)
    assert run_gap(Race(), CONTROL, DECOUPLING, last=2030).lag[-1] == pytest.approx(
        coarse, abs=0.01
    )


def test_every_parameter_has_a_range_and_a_source():
    for name, found in parameters().items():
        assert found.low <= found.value <= found.high, name
        assert found.source, name
        assert found.status in ("sourced", "assumed"), name
        assert getattr(Race(), name) == pytest.approx(found.value, abs=1e-4), name
    assert len(parameters_of(technology())) == len(parameters()) + len(technology().goods)


def test_draws_repeat_and_stay_in_range():
    first, again = draw_race(200, seed=5), draw_race(200, seed=5)
    for name, found in parameters().items():
        values = getattr(first, name)
        assert np.array_equal(values, getattr(again, name))
        assert values.min() >= found.low
        assert values.max() <= found.high
    assert np.all(draw_race(3, seed=1, fixed={"own_weight": 0.5}).own_weight == 0.5)


def test_one_draw_of_many_is_the_same_path_as_alone():
    years = range(2018, 2031)
    drawn = draw_technology(4, seed=2, years=years)
    many = run_technology(drawn, years)["chips"]
    alone = single(drawn, 2)
    one = run_technology(alone, years)["chips"]
    assert many.lag[:, 2] == pytest.approx(one.lag, rel=1e-12)
    assert many.share[:, 2] == pytest.approx(one.share, rel=1e-12)


def test_domestic_share_passes_through_what_was_measured():
    found = run_technology(technology(), range(2018, 2031))
    for good in technology().goods:
        assert found[good.name].share[int(good.share_year) - 2018] == pytest.approx(good.share)


def test_controls_raise_the_share_and_widen_the_gap():
    """The two margins of the record, kept apart."""
    years = range(2018, 2036)
    on = run_technology(technology(), years)["ai_accelerators"]
    off = run_technology(technology().without_controls(), years)["ai_accelerators"]
    assert on.share[-1] > off.share[-1]
    assert on.gap[-1] > off.gap[-1]


@pytest.mark.equation("5.21")
def test_productivity_follows_learning_gap_and_frontier():
    tech = technology()
    state = run_technology(tech, range(2018, 2036))["ai_accelerators"]
    mine, theirs = log_productivity(tech.race, state, 3.0, 2030, 2022)
    at, base = 2030 - 2018, 2022 - 2018
    slowed = 0.186 * (state.frontier[at] - state.frontier[base])
    assert slowed < 0
    assert theirs == pytest.approx(slowed)
    learnt = 0.4 * (state.appeal[at] - state.appeal[base]) / 3.0
    assert mine == pytest.approx(learnt + slowed - 0.186 * (state.gap[at] - state.gap[base]))


@pytest.mark.equation("5.22")
def test_a_denied_mineral_is_saved():
    tech = technology()
    years = range(2018, 2036)
    force = Force(np.full(18, 0.8), np.ones(18), np.zeros(18), np.zeros(18))
    calm = run_technology(tech.without_controls(), years)["magnets"]
    denied = run_technology(tech, years, {"magnets": force})["magnets"]
    assert saved(calm, 2035, 2022) == pytest.approx(1.0)
    assert saved(denied, 2035, 2022) < 1.0


@pytest.mark.equation("5.23")
def test_only_others_control_while_both_close_the_market():
    world = load_world("icio-2022-strategic")
    good = technology().good("ai_accelerators")
    availability = np.ones(world.trade.shape)
    k = world.sectors.index("ai_accelerators")
    china = world.countries.index("CHN")
    availability[:, china, k] = 0.2
    availability[china, china, k] = 1.0
    ban, calm = replace(no_shock(world), availability=availability), no_shock(world)
    assert measure_force(world, good, calm, ban) == pytest.approx((0.0, 0.2, 0.8))
    assert measure_force(world, good, ban, calm) == pytest.approx((0.8, 0.2, 0.8))


@pytest.mark.equation("5.23")
def test_machines_of_several_countries_are_one_chain():
    """The United States withholds 45 per cent and the Netherlands 27: 1 - 0.55 * 0.73."""
    world = load_world("icio-2022-strategic")
    availability = np.ones(world.trade.shape)
    k, china = world.sectors.index("chip_tools"), world.countries.index("CHN")
    for name, left in (("USA", 0.55), ("NLD", 0.73)):
        availability[world.countries.index(name), china, k] = left
    shock, calm = replace(no_shock(world), availability=availability), no_shock(world)
    control, access, _ = measure_force(world, technology().good("chips"), shock, calm)
    assert control == pytest.approx(1 - 0.55 * 0.73)
    assert access == 1.0
    _, access, lost = measure_force(world, technology().good("chip_tools"), shock, calm)
    assert control > 1 - access
    assert lost == pytest.approx(0.45)


def test_state_becomes_an_admissible_shock_that_is_nothing_in_the_base_year():
    world = load_world("icio-2022-strategic")
    tech = technology()
    states = run_technology(tech, range(2018, 2036))
    same = technology_shock(world, tech.race, states, 2022)
    assert np.all(same.productivity == 1.0)
    assert np.all(same.trade_cost == 1.0)
    later = technology_shock(world, tech.race, states, 2035)
    check_shock(world, later)
    china, chips = world.countries.index("CHN"), world.sectors.index("ai_accelerators")
    assert later.productivity[china, chips] > 1.0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Race(own_weight=1.2), "own_weight is 1.2 to 1.2; allowed: 0 to 1"),
        (lambda: Race(frontier_rate=0.0), "frontier_rate is 0; it must be above 0"),
        (lambda: draw_race(0, 1), "draws is 0; allowed: at least 1"),
        (lambda: draw_race(2, 1, fixed={"own_wait": 1.0}), "did you mean 'own_weight'"),
        (lambda: technology().good("chip"), "did you mean 'chips'"),
        (lambda: run_technology(technology(), [2020, 2019]), "consecutive years in order"),
        (lambda: run_technology(technology(), [2010, 2011]), "the race starts in 2014"),
        (
            lambda: run_technology(technology(), [2020], {"chipz": Force.none(1)}),
            "unknown technology 'chipz'",
        ),
        (
            lambda: run_technology(technology(), [2020], {"chips": Force.none(2)}),
            "control has 2 periods; the path has 1",
        ),
        (
            lambda: run_technology(
                technology(), [2020], {"chips": replace(Force.none(1), access=np.array([1.2]))}
            ),
            "chips: access is outside 0 to 1",
        ),
        (
            lambda: run_technology(
                replace(technology(), breakthroughs=(("chipz", 2026, 0.3),)), [2026]
            ),
            "unknown technology 'chipz'",
        ),
        (lambda: run_technology(technology(), [2020], steps=3), "steps is 3; allowed: 1 or 4"),
    ],
)
def test_wrong_input_is_named(make, words):
    with pytest.raises(OptionError, match=words.replace("(", r"\(")):
        make()


def test_either_law_gives_each_draw_the_law_it_drew():
    """A quarter of the draws go step by step; with all numbers of a draw the law is the only difference."""
    drawn = replace(draw_race(400, seed=3), research_lag=np.full(400, 2.0))
    drivers = Drivers(control=stairs([(2019.4, 0.5)]))
    mixed = either(drawn, drivers, 2026)
    chosen = drawn.law > STEPS_ABOVE
    assert 0.18 < chosen.mean() < 0.32  # a quarter, three standard errors of 400 draws either side
    estimated, stepped = reduced(drawn, drivers, 2026), step_by_step(drawn, drivers, 2026)
    np.testing.assert_array_equal(mixed.gap[:, ~chosen], estimated.gap[:, ~chosen])
    np.testing.assert_array_equal(mixed.gap[:, chosen], stepped.gap[:, chosen])
    assert np.nanstd(mixed.gap[-1]) > 0
