"""A confrontation from end to end: tables, deals, leverage and attributions against other routes."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.talks.confrontations import (
    mirror_sides,
    mirror_world,
    payoffs_of,
    two_sides,
    without_rates,
)
from upperhand.core.errors import OptionError
from upperhand.equilibrium import solve_counterfactual
from upperhand.measures import Tariff
from upperhand.results.talks import Talks
from upperhand.talks import menu
from upperhand.talks.agree import agreements, deals_of, threat_points
from upperhand.talks.bargain import Bargain
from upperhand.talks.by_sector import by_sector
from upperhand.talks.confrontation import Move, Side, confront, menu_words, table_of
from upperhand.talks.dependence import dependence, value_added_content
from upperhand.talks.measures import leverage_at, pain_ratios
from upperhand.talks.menu import packages
from upperhand.world.shock import compose_all
from upperhand.world.toy import toy_world

HORIZON = "long"


@pytest.fixture(scope="module")
def world():
    return toy_world()


@pytest.fixture(scope="module")
def sides():
    return two_sides()


@pytest.fixture(scope="module")
def talks(world, sides) -> Talks:
    return confront(world, *sides, horizons=[HORIZON], deal_horizon=HORIZON)


@pytest.fixture(scope="module")
def table(world, sides):
    return payoffs_of(world, sides)


@pytest.mark.equation("12.20")
@pytest.mark.parametrize("horizon", ["short", "long"])
def test_every_pair_of_packages_is_the_equilibrium_that_a_single_solve_gives(world, sides, horizon):
    """The table starts each solve from its neighbours; that must not show."""
    found = payoffs_of(world, sides, horizon)
    for (a, mine), (b, yours) in product(enumerate(found.menus[0]), enumerate(found.menus[1])):
        measures = [m for k in mine.moves for m in sides[0].moves[k].measures]
        measures += [m for k in yours.moves for m in sides[1].moves[k].measures]
        single = solve_counterfactual(world, measures, horizon=horizon)
        change = single.real_income_change.sel(country=["USA", "CHN"]).values - 1
        np.testing.assert_allclose(found.percent[:, a, b] / 100, change, rtol=0, atol=1e-8)
        worth = single["equivalent_variation"].sel(country=["USA", "CHN"]).values
        np.testing.assert_allclose(found.usd[:, a, b], worth, rtol=0, atol=1e-3)


def test_a_menu_holds_every_set_of_moves_and_refuses_more_than_it_can():
    assert len(packages(list("abcdef"))) == 64
    assert packages(["a"])[0].label == "hold"
    with pytest.raises(OptionError, match="7 moves, allowed: 6"):
        packages(list("abcdefg"))


def test_pairs_without_equilibrium_are_named_and_not_dropped(world, sides, monkeypatch):
    solve, calls = menu.solve_many, iter(range(10**6))

    def sometimes(*given, **options):
        for one in solve(*given, **options):  # smaller packages first: the seventh pair is (1, 1)
            lost = replace(one, outcome=replace(one.outcome, ending="step_limit"))
            yield lost if next(calls) == 6 else one

    monkeypatch.setattr(menu, "solve_many", sometimes)
    found = payoffs_of(world, sides)
    assert found.failed == ((1, 1),)
    assert np.isnan(found.percent[:, 1, 1]).all()
    plain = table_of(found)
    assert plain.percent[0][1][1] is None
    assert "1 pairs of packages have no equilibrium" in plain.equilibria
    deals = deals_of(world, sides, HORIZON, "fixed")
    assert set(threat_points(found, deals)) == {"while talking", "everything"}
    nothing = Bargain(deals, None, {}, (), None, (0.05, 0.05), ())
    leverage = leverage_at(world, sides, found, (), nothing, "fixed")
    assert (leverage.rows, leverage.holder) == ((), None)
    assert "no answer" in leverage.sentence


def test_what_a_side_supplies_is_told_by_the_names_of_sectors(talks):
    (words,) = (row.sentence for row in talks.leverage[0].rows if row.key == "structural_power")
    assert "(most in goods; services)" in words or "(most in services; goods)" in words
    assert "SERV" not in words


@pytest.mark.equation("12.15")
def test_parts_of_the_moves_add_up_to_the_advantage(talks):
    one = talks.leverage[0]
    advantage = next(row for row in one.rows if row.key == "threat_advantage").values[0]
    assert sum(one.by_group.values()) == pytest.approx(advantage, abs=1e-8)
    assert set(one.by_group) == {"USA: tariff", "USA: control", "CHN: answer", "CHN: ban"}


@pytest.mark.equation("12.23")
@pytest.mark.parametrize("horizon", ["short", "long"])
def test_parts_of_the_sectors_add_up_to_the_change(world, sides, horizon):
    shock = compose_all(world, [m for side in sides for move in side.moves for m in move.measures])
    weights = world.income * np.array([1.0, -1.0, 0.3])
    parts = by_sector(world, shock, weights, horizon=horizon)
    end = solve_counterfactual(world, shock, horizon=horizon).real_income_change.values
    whole = float(weights @ (end - 1))
    assert parts.sum() == pytest.approx(whole, rel=1e-8)  # ten Gauss-Legendre nodes


@pytest.mark.equation("12.23")
def test_parts_of_moves_and_sectors_add_up_both_ways(talks):
    one, table = talks.leverage[0], talks.tables[0]
    whole = table.usd_bn[0][-1][-1] - table.usd_bn[1][-1][-1]
    assert set(one.by_move_and_sector) == set(one.by_group)
    cells = [x for sectors in one.by_move_and_sector.values() for x in sectors.values()]
    assert sum(cells) == pytest.approx(whole, abs=1e-8 * abs(whole))
    assert sum(one.by_sector.values()) == pytest.approx(whole, abs=1e-8 * abs(whole))
    for code, part in one.by_sector.items():
        parts = [sectors.get(code, 0.0) for sectors in one.by_move_and_sector.values()]
        assert sum(parts) == pytest.approx(part, abs=1e-12)


def test_sectors_that_no_move_touches_get_no_part(world):
    shock = compose_all(world, [Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=40)])
    parts = by_sector(world, shock, world.income, horizon=HORIZON)
    assert parts[world.sectors.index("SERV")] == 0.0


@pytest.mark.equation("12.21")
def test_value_added_of_all_countries_is_all_there_is_in_a_product(world):
    """Tariffs on the way count as part of what the exporter is paid."""
    whole = sum(value_added_content(world, (k,)) for k in range(len(world.countries)))
    np.testing.assert_allclose(whole, 1.0, atol=1e-12)


@pytest.mark.equation("12.22")
def test_power_is_larger_when_substitution_is_harder_and_for_more_holders(world):
    long, short = (dependence(world, ["CHN"], "USA", horizon=h) for h in ("long", "short"))
    assert short.power > long.power
    assert short.look_through == long.look_through
    both = dependence(world, ["CHN", "VNM"], "USA", horizon="long")
    assert both.power > long.power
    assert both.look_through > long.look_through
    assert sum(part for _, part, _ in long.sectors) == pytest.approx(long.power, rel=1e-12)


def test_a_country_has_no_power_over_itself(world):
    with pytest.raises(OptionError, match="on both sides"):
        dependence(world, ["USA"], "USA")


@pytest.mark.equation("12.24")
def test_deals_keep_or_lift_what_is_in_force_and_never_carry_out_a_threat(world, sides):
    deals = deals_of(world, sides, HORIZON, "fixed")
    assert len(deals.names) == 16
    assert "nothing changes" in deals.names
    k = deals.names.index("nothing changes")
    assert deals.talking == tuple(deals.usd_bn[k])
    in_force = [m for side in sides for move in side.moves if move.in_force for m in move.measures]
    single = solve_counterfactual(world, in_force, horizon=HORIZON)["equivalent_variation"]
    expected = single.sel(country=["USA", "CHN"]).values / 1e3
    np.testing.assert_allclose(deals.talking, expected, atol=1e-6)
    assert not any("tariff;" in name or "answer" in name for name in deals.names)


@pytest.mark.equation("12.25")
def test_threat_points_are_those_of_the_table(world, sides, table):
    deals = deals_of(world, sides, HORIZON, "fixed")
    points = threat_points(table, deals)
    assert set(points) == {"while talking", "everything", "menu war", "variable threats"}
    assert points["everything"] == tuple(table.usd[:, -1, -1] / 1e3)
    low, high = table.usd.min(axis=(1, 2)) / 1e3, table.usd.max(axis=(1, 2)) / 1e3
    for point in points.values():
        assert (low - 1e-9 <= np.array(point)).all()
        assert (np.array(point) <= high + 1e-9).all() or point == deals.talking


@pytest.mark.equation("12.26")
def test_what_is_agreed_is_efficient_and_beats_its_threat_point(world, sides, table):
    deals = deals_of(world, sides, HORIZON, "fixed")
    found = [one for one in agreements(sides, table, deals) if one.payoffs_usd_bn is not None]
    assert found
    for one in found:
        value = np.array(one.payoffs_usd_bn)
        better = (deals.usd_bn >= value + 1e-9).all(axis=1)
        assert not better.any(), one
        assert (value >= np.array(one.threat_usd_bn) - 1e-9).all()
        assert sum(one.shares) == pytest.approx(1.0)
        assert one.selection


def test_a_threat_point_beyond_all_deals_gives_no_deal_and_says_so(world, sides, table):
    deals = deals_of(world, sides, HORIZON, "fixed")
    rich = menu.Payoffs(
        table.sides, table.menus, table.percent, np.full_like(table.usd, 1e9), HORIZON, ()
    )
    none = [one for one in agreements(sides, rich, deals) if one.threat == "everything"]
    assert all(one.payoffs_usd_bn is None and one.shares is None for one in none)
    assert all(one.selection for one in none)


def test_free_threats_are_named_and_never_divided(world):
    """A tariff of two points pays for the United States, so that harm per self-harm means nothing."""
    usa = Side("USA", ("USA",), (Move("tariff", (Tariff(by="USA", against=["CHN"], add_pp=2),)),))
    chn = Side("CHN", ("CHN",), (Move("tariff", (Tariff(by="CHN", against=["USA"], add_pp=90),)),))
    found = confront(world, usa, chn, horizons=[HORIZON], deal_horizon=HORIZON)
    assert found.tables[0].percent[0][1][0] > 0 > found.tables[0].percent[1][1][0]
    pain = next(row for row in found.leverage[0].rows if row.key == "pain_ratio")
    assert pain.values[0] is None
    assert "USA: no ratio: the threat costs its maker nothing" in pain.sentence
    assert pain.favours == "USA"
    assert any("costs its maker nothing" in note for note in found.notes)


def test_losses_too_small_to_tell_from_none_are_not_divided_by():
    """A thousandth of one per cent of real income is rounding for a threat."""
    percent = np.zeros((2, 2, 2))
    percent[:, -1, 0], percent[:, 0, -1] = (-5e-4, -0.5), (-0.5, -0.2)
    mine, yours = pain_ratios(percent)
    assert (mine.ratio, mine.kind) == (None, "free threat")
    assert yours.ratio == pytest.approx(2.5)


def test_all_equilibria_of_the_menu_are_named_with_the_rule_of_selection(talks):
    note = next(note for note in talks.notes if note.startswith("menu of packages, long horizon"))
    assert "equilibri" in note
    bos = 1e3 * np.array([[[3.0, 0.0], [0.0, 2.0]], [[2.0, 0.0], [0.0, 3.0]]])
    menus = (packages(["a"]), packages(["b"]))
    words = menu_words(menu.Payoffs(("A", "B"), menus, bos / 1e3, bos, "long", ()))
    assert "3 extreme equilibria" in words
    assert "none is picked here; the threat point takes the one with the largest total" in words


def test_a_continuum_of_equilibria_is_named():
    """One side is indifferent: a flat direction."""
    flat = 1e3 * np.array([[[1.0, 1.0], [1.0, 1.0]], [[2.0, 0.0], [2.0, 0.0]]])
    menus = (packages(["a"]), packages(["b"]))
    words = menu_words(menu.Payoffs(("A", "B"), menus, flat / 1e3, flat, "long", ()))
    assert "continuum" in words


def test_a_ceiling_counts_only_the_sectors_that_the_threat_covers(world):
    """The cost at the threat is that of the threat itself, alone."""
    threat = Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=50)
    usa = Side("USA", ("USA",), (Move("tariff", (threat,), threat_pp=50),))
    chn = Side("CHN", ("CHN",), (Move("other", (Tariff(by="CHN", against=["USA"], add_pp=5),)),))
    found = confront(world, usa, chn, horizons=[HORIZON], deal_horizon=HORIZON)
    alone = solve_counterfactual(world, threat, horizon=HORIZON).real_income_change
    expected = 100 * (float(alone.sel(country="USA")) - 1)
    assert found.ceilings[0].cost_at_threat_pct == pytest.approx(expected, abs=1e-7)


@pytest.fixture(scope="module")
def mirrored() -> Talks:
    sides = mirror_sides()
    return confront(mirror_world(), *sides, horizons=[HORIZON], deal_horizon=HORIZON, scaled=False)


def test_two_sides_that_mirror_each_other_are_even(mirrored):
    one = mirrored.leverage[0]
    assert one.holder is None
    assert one.sentence.startswith("even")
    for row in one.rows:
        first, second = row.values
        if first is not None and row.key not in ("threat_advantage", "surplus_share"):
            assert first == pytest.approx(second, abs=1e-6), row
    advantage = next(row for row in one.rows if row.key == "threat_advantage")
    assert advantage.values[0] == pytest.approx(0.0, abs=1e-9)


def test_exchanging_the_sides_exchanges_every_number(world, sides):
    first, second = map(without_rates, sides)
    options = {"horizons": [HORIZON], "deal_horizon": HORIZON, "scaled": False}
    there = confront(world, first, second, **options)
    back = confront(world, second, first, **options)
    one, other = there.leverage[0], back.leverage[0]
    assert one.holder == other.holder
    for row, turned in zip(one.rows, other.rows, strict=True):
        assert row.favours == turned.favours, row.key
        for value, same in zip(row.values, reversed(turned.values), strict=True):
            assert (value is None) == (same is None)
            assert value is None or value == pytest.approx(same, abs=1e-7), row.key
    for name, value in one.by_sector.items():
        assert other.by_sector[name] == pytest.approx(-value, abs=1e-7)


def test_talks_survive_json(talks):
    again = Talks.from_dict(json.loads(json.dumps(talks.to_dict())))
    assert again == talks


def test_moves_may_differ_by_horizon(world, sides):
    """Without any move at a horizon, both sides get nothing there."""

    def idle(side: Side, horizon: str) -> Side:
        moves = tuple(replace(m, measures=()) for m in side.moves)
        return replace(side, moves=moves) if horizon == "short" else side

    found = confront(
        world, *sides, horizons=["short", "long"], deal_horizon="long", at_horizon=idle
    )
    short, long = found.tables
    np.testing.assert_allclose(np.array(short.usd_bn), 0.0, atol=1e-9)
    assert np.abs(np.array(long.usd_bn)).max() > 1e-3


def test_a_confrontation_names_every_fault_at_once(world):
    usa = Side("USA", ("USA", "XXX"), ())
    chn = Side("CHN", ("USA",), (Move("tariff", ()),), discount_rate=2.0)
    with pytest.raises(OptionError) as fault:
        confront(world, usa, chn, horizons=["soon"])
    for word in ("XXX", "no move", "both sides count USA", "discount_rate is 2.0", "soon"):
        assert word in str(fault.value), word
