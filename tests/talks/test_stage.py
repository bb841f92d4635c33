"""The threat stage, protocols and clocks on payoffs of the model, and whether a deal lasts."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.talks.confrontations import disputed_world, mirror_sides, mirror_world, two_sides
from tests.talks.test_scaling import HORIZON
from upperhand.results.talks import Talks
from upperhand.talks.alternating import breakdown_risk, finite_horizon, limit_shares
from upperhand.talks.attrition import abreu_gul, known_costs
from upperhand.talks.confrontation import Move, Side, confront
from upperhand.talks.setting import SETTING, TRAITS, Setting, Traits
from upperhand.talks.signalling import Crisis, solve_crisis
from upperhand.talks.stage import Dispute, threat_tests
from upperhand.world.toy import toy_world
from upperhand.world.world import World

ABOUT = Setting(days_left=29.0)


@pytest.fixture(scope="module")
def world() -> World:
    return disputed_world()


@pytest.fixture(scope="module")
def talks(world) -> Talks:
    return confront(world, *two_sides(), horizons=[HORIZON], deal_horizon=HORIZON, setting=ABOUT)


def dispute(**changed: object) -> Dispute:
    """Return a dispute in which war hurts both and resisting pays."""
    about = {
        "income": np.array([1000.0, 1000.0]),
        "talking": np.array([0.0, 0.0]),
        "best": np.array([[3.0, 1.0], [1.0, 3.0]]),
        "settled": np.array([2.0, 2.0]),
        "war": np.array([[-2.0, -4.0], [-4.0, -2.0]]),
    }
    return Dispute(**(about | changed))


def sides() -> tuple[Side, Side]:
    return Side("A", ("A",), (Move("a", ()),)), Side("B", ("B",), (Move("b", ()),))


@pytest.mark.equation("12.34")
def test_what_is_at_stake_lies_on_the_frontier(talks):
    """Shares of the stubborn and prizes of the clocks come from the best deals of both sides."""
    first, second = talks.frontier.points[-1].usd_bn, talks.frontier.points[0].usd_bn
    assert first[0] > second[0]
    assert first[1] < second[1]
    assert len(talks.threat_tests) == 2


@pytest.mark.equation("12.35")
def test_a_threat_is_carried_out_from_the_audience_cost_that_it_needs():
    """Two a year lost in war; backing down must cost as much."""
    first = threat_tests(sides(), dispute(), Setting())[0]
    assert first.needed_usd_bn == pytest.approx(2.0)
    assert not first.credible
    loud = replace(sides()[0], traits=Traits(audience_pct=0.2))  # 0.2 per cent of 1,000
    assert threat_tests((loud, sides()[1]), dispute(), Setting())[0].margin_usd_bn == 0.0
    assert "to be believed" in first.sentence


@pytest.mark.equation("12.35")
def test_every_equilibrium_of_the_threat_stage_is_listed_and_none_is_picked():
    """The three equilibria of oracle N22, in the units of the threat stage."""
    known = Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0)
    unit = 1.0  # 0.1 per cent of 1,000
    about = dispute(
        talking=np.array([-3.0, -3.0]),
        settled=unit * np.array([known.status_quo, 0.5]),
        best=unit * np.array([[1.0, known.target_concedes], [-0.7, known.target_wins]]),
        war=unit * np.array([[known.challenger_war, known.target_war], [-5.0, -5.0]]),
    )
    found = threat_tests(sides(), about, Setting())[0]  # audience cost 0.05 per cent: 0.5
    expected = [e.resist for e in solve_crisis(known).equilibria]
    assert [s.resist for s in found.signals] == pytest.approx(expected, abs=1e-9)
    assert len(found.signals) == 3
    assert "none is picked" in found.signal_words


def test_a_threat_that_hurts_nobody_builds_no_reputation():
    """The target loses nothing by war."""
    found = threat_tests(sides(), dispute(war=np.array([[-2.0, 5.0], [5.0, -2.0]])), Setting())[0]
    assert found.fights is None
    assert "hurts nobody" in found.reputation_words


def test_a_side_that_has_done_everything_has_nothing_left_to_threaten_with():
    done = replace(sides()[0], moves=(Move("a", (), in_force=True),))
    found = threat_tests((done, sides()[1]), dispute(), Setting())[0]
    assert "nothing left to threaten with" in found.sentence
    assert found.signals == ()


def test_a_threat_without_a_prize_has_no_stage_and_says_so():
    """Winning brings no more than settling."""
    found = threat_tests(sides(), dispute(settled=np.array([3.0, 3.0])), Setting())[0]
    assert found.signals == ()
    assert (
        "nothing to threaten for" in found.signal_words or "no threat stage" in found.signal_words
    )


@pytest.mark.equation("12.36")
def test_protocols_give_the_shares_of_chapter_eleven(talks):
    rates = tuple(s.discount_rate + sum(s.hazards) for s in two_sides())
    found = {row.name: row for row in talks.protocols}
    delta = tuple(np.exp(-r * 7 / 365) for r in rates)
    for name, share in (
        ("offers in quick turn, no deadline", limit_shares(rates)[0]),
        ("deadline 29 days, 4 offers, the last by CHN", finite_horizon(delta, 4)[0]),
    ):
        row = found[name]
        if "frontier ends" in row.words:  # this frontier does not reach so far
            assert f"short of {share:.0%}" in row.words
        else:
            assert row.shares[0] == pytest.approx(share, abs=2e-3)  # points of a grid
    broken = next(row for name, row in found.items() if "break down" in name)
    assert broken.shares is None or sum(broken.shares) == pytest.approx(1.0)


def test_breakdown_enters_with_the_weight_of_its_hazard():
    """The row uses the formula that oracle N06 checks."""
    assert breakdown_risk(1.0, (0.1, 0.2), 0.3, (0.2, 0.1))[0] == pytest.approx(0.58888889)


@pytest.mark.equation("12.37")
def test_clocks_are_those_of_chapter_eleven_on_what_each_fights_for(talks):
    found = {row.name: row for row in talks.clocks}
    everything = found["known costs, everything carried out"]
    loss = [-x for x in talks.tables[0].usd_bn[0][-1][-1:]] + [-talks.tables[0].usd_bn[1][-1][-1]]
    rates = [s.discount_rate + sum(s.hazards) for s in two_sides()]
    row = next(r for r in talks.leverage[0].rows if r.key == "clock")
    worth = [p * c for p, c in zip(row.values, loss, strict=True)]
    assert everything.median_months == pytest.approx(12 * known_costs(loss, worth).median, rel=1e-6)
    stubborn = found["stubborn kinds, each insisting on its best deal"]
    chances = [p for _, p in stubborn.curve]
    assert (np.diff(chances) >= 0).all()
    assert 0 <= chances[0] <= chances[-1] <= 1
    assert rates[0] > rates[1]
    assert abreu_gul((0.7, 0.7), (0.1, 0.2), (0.1, 0.1)).weak == 1


@pytest.mark.equation("12.38")
def test_a_deal_lasts_while_patience_and_the_other_sides_instrument_do(world, talks):
    usa, chn = two_sides()
    risky = replace(chn, traits=Traits(legal_hazard=3.0))
    found = confront(world, usa, risky, horizons=[HORIZON], deal_horizon=HORIZON, setting=ABOUT)
    before, after = talks.lasting[0], found.lasting[0]
    assert after.with_legal_risk == pytest.approx(before.own_discount * np.exp(-3.0))
    assert before.own_discount == pytest.approx(np.exp(-0.45))
    for one in (*talks.lasting, *found.lasting):
        assert one.keeps == (one.needed is not None and one.with_legal_risk >= one.needed)
        assert one.part_kept is None or 0 <= one.part_kept <= 1
        assert one.needed is None or one.needed_short is None or one.needed_short >= one.needed
    assert after.keeps <= before.keeps


def test_all_of_it_survives_json(talks):
    assert Talks.from_dict(json.loads(json.dumps(talks.to_dict()))) == talks


def test_sides_that_want_the_same_deal_have_no_dispute():
    """Controls only, which both want to lift: one deal is best for both."""
    usa, chn = two_sides()
    control = replace(usa, moves=(usa.moves[1],), offers=())
    ban = replace(chn, moves=(chn.moves[1],), offers=())
    found = confront(
        toy_world(), control, ban, horizons=[HORIZON], deal_horizon=HORIZON, standing=False
    )
    assert len(found.frontier.points) == 1
    assert (found.threat_tests, found.protocols, found.clocks) == ((), (), ())
    assert "one deal is best for both sides" in found.frontier.words


@pytest.mark.parametrize("known", [*TRAITS.values(), *SETTING.values()])
def test_every_default_lies_in_its_range(known):
    assert known.low <= known.value <= known.high
    assert known.words
    assert known.unit


def test_mirror_images_have_the_same_threats_and_clocks():
    """To the accuracy of the curve through the frontier."""
    found = confront(mirror_world(), *mirror_sides(), horizons=[HORIZON], deal_horizon=HORIZON)
    one, other = found.threat_tests
    assert one.economy_usd_bn == pytest.approx(other.economy_usd_bn, abs=1e-8)


def test_the_main_deal_is_worth_the_same_at_its_own_horizon(world):
    """The row of the deal horizon is the agreement itself; other horizons are solves of their own."""
    found = confront(world, *two_sides(), horizons=["short", HORIZON], deal_horizon=HORIZON)
    main = next(
        one
        for one in found.agreements
        if (one.threat, one.rule) == ("variable threats", "Nash, weights from the clocks")
    )
    rows = {one.horizon: one for one in found.by_horizon}
    assert set(rows) == {"short", HORIZON}
    assert rows[HORIZON].usd_bn == pytest.approx(main.payoffs_usd_bn, abs=1e-6)
    assert rows[HORIZON].threat_usd_bn == pytest.approx(main.threat_usd_bn)
    assert rows["short"].usd_bn != rows[HORIZON].usd_bn
