"""Talks at their edges: nothing to share, nothing to wait for, words for every shape of an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.talks.confrontations import disputed_world, payoffs_of, two_sides
from upperhand.core.errors import OptionError
from upperhand.measures import ExportLicence, Tariff
from upperhand.results.talks import BargainingSet, DealPart
from upperhand.talks.agree import deals_of, threat_points
from upperhand.talks.alternating import outside_options
from upperhand.talks.bargain import Bargain, bargain_of
from upperhand.talks.bargaining import Curve, egalitarian, outcomes, utilitarian
from upperhand.talks.confrontation import Move, Side, confront
from upperhand.talks.credibility import credible_ceiling
from upperhand.talks.efficient import efficient_deals, falling
from upperhand.talks.enforcement import most_cooperative_tariff
from upperhand.talks.ladder import ladder_of
from upperhand.talks.lasting import lasting, main_of
from upperhand.talks.measures import leverage_at
from upperhand.talks.power import cut_off_power
from upperhand.talks.protocols import settlement_clocks
from upperhand.talks.reputation import chain_store
from upperhand.talks.scaled_deals import cheating, critical_patience, prizes_on
from upperhand.talks.scaling import Scale
from upperhand.talks.setting import Setting
from upperhand.talks.seven import efficient_again
from upperhand.talks.stage import dispute_of
from upperhand.talks.terms import terms_of
from upperhand.talks.threats import threat_game
from upperhand.world.world import World

HORIZON = "long"


@pytest.fixture(scope="module")
def world() -> World:
    return disputed_world()


def licensed(side: Side, label: str = "licences") -> Side:
    """Return a side that also threatens licences, which raise costs and cut quantities."""
    licence = ExportLicence(by=side.members[0], to=["CHN"], premium_pct=30)
    return replace(side, moves=(*side.moves, Move(label, (licence,))))


def test_ceilings_say_how_far_a_threat_is_believable():
    """Three shapes: gains throughout, loses at once, and gains only above a gap."""
    assert "at every strength up to 2" in credible_ceiling(lambda t: t, 2.0).sentence()
    assert "at any strength" in credible_ceiling(lambda t: -t, 2.0).sentence()
    gapped = credible_ceiling(lambda t: (t - 0.2) * (t - 0.5) * (0.8 - t), 1.0)
    assert gapped.sentence() == "believable up to 0.8 (with gaps below)"
    assert credible_ceiling(lambda t: t * (0.4 - t), 1.0).sentence() == "believable up to 0.4"


@pytest.mark.equation("11.34")
def test_stretches_of_tariffs_that_enforce_themselves_are_all_found():
    """A breach gains 0.1 and is punished by the loss of agree(t), which has two humps."""

    def agree(t):
        return max(0.0, 1.0 - (6 * (t - 0.25)) ** 2, 1.0 - (6 * (t - 0.75)) ** 2)

    found = most_cooperative_tariff(agree, lambda t: agree(t) + 0.36, 0.0, 0.5)
    width = 0.8 / 6  # 1 - (6 x)^2 = 0.36
    expected = [(m - width, m + width) for m in (0.25, 0.75)]
    np.testing.assert_allclose(found.stretches, expected, atol=1e-9)
    assert found.binding
    assert found.sentence() == f"the lowest self-enforcing tariff is {0.25 - width:.4g}"


def test_terms_that_need_no_constraint_or_meet_none_say_so():
    free = most_cooperative_tariff(lambda t: 1.0 - t, lambda t: 1.0 - t, 0.0, 0.5)
    assert free.sentence() == "the lowest tariff allowed, 0, enforces itself"
    none = most_cooperative_tariff(lambda t: 1.0 + t, lambda t: 9.0 + t, 0.0, 0.5)
    assert none.sentence() == "no tariff in the range enforces itself"


def test_without_any_cost_of_waiting_options_leave_every_split_open():
    """Binmore, Shaked and Sutton (1989) need one impatient side; else nothing picks a split."""
    for options in ((0.0, 0.0), (0.0, 0.6)):
        with pytest.raises(OptionError, match="every split"):
            outside_options((1.0, 1.0), options)
    assert outside_options((1.0, 0.9), (0.0, 0.6)).shares == pytest.approx((0.4, 0.6))


def test_the_last_confrontation_is_fought_by_the_tough_alone():
    """With nobody left to impress, a weak side concedes; belief in toughness still deters."""
    weak = chain_store(0.5, remaining=1, prior=0.2)
    assert (weak.fights, weak.posterior, weak.deters) == (0.0, 1.0, False)
    assert chain_store(0.5, remaining=1, prior=0.6).deters


def test_the_largest_sum_on_a_list_of_deals_is_one_of_its_corners():
    """On (0, 4), (3, 3), (5, 0) with lotteries the sum is largest at (3, 3); nobody rejects it."""
    frontier = outcomes([[0.0, 4.0], [3.0, 3.0], [5.0, 0.0]], lotteries=True)
    assert utilitarian(frontier, (0.0, 0.0)).payoffs == pytest.approx((3.0, 3.0))
    # a threat point of 3.5 for the first side cuts the corner off; the edge falls by 3 for 2
    assert utilitarian(frontier, (3.5, 0.0)).payoffs == pytest.approx((3.5, 2.25))
    alone = outcomes([[0.0, 4.0], [3.0, 3.0], [5.0, 0.0]], lotteries=False)
    assert utilitarian(alone, (3.5, -1.0)).payoffs == pytest.approx((5.0, 0.0))


def test_equal_gains_along_an_edge_that_gives_both_the_same():
    """Between (0, 0) and (2, 2) gains are equal everywhere; the best end is taken."""
    frontier = outcomes([[0.0, 0.0], [2.0, 2.0]], lotteries=True)
    assert egalitarian(frontier, (0.0, 0.0)).payoffs == pytest.approx((2.0, 2.0))


def test_spending_weights_that_do_not_add_up_are_refused():
    with pytest.raises(OptionError, match="adds to 0\\.9"):
        cut_off_power([0.5, 0.4], [0.2, 0.3], [3.0, 4.0])


def test_faults_of_a_threat_game_other_than_no_deal_are_raised():
    """A pair without a deal is a result; weights of zero are a mistake."""
    frontier = Curve(lambda u: 1 - u, 0.0, 1.0)
    with pytest.raises(OptionError, match="weights"):
        threat_game(frontier, [[0.2]], [[0.2]], weights=(0.0, 1.0))
    assert threat_game(frontier, [[0.9]], [[0.9]]).no_deal == ((0, 0),)


def test_measures_in_force_are_eased_or_lifted():
    ban = DealPart("A", "ban", "in force", 1.0)
    assert terms_of([ban], [0.4]) == ("A: ease ban to 40% of its strength",)
    assert terms_of([ban], [0.0]) == ("A lifts: ban",)


def test_no_patience_is_enough_where_the_deal_is_no_better_than_failure():
    assert critical_patience(0.0, 3.0, 0.0) == 1.0
    assert critical_patience(-1.0, 0.0, 0.0) == 1.0


def test_a_curve_below_the_state_of_play_has_no_prize():
    curve = Curve(lambda u: 1 - u, 0.0, 1.0)
    assert prizes_on(curve, (0.9, 0.9), close=1e-6) is None
    assert prizes_on(curve, (0.2, 0.3), close=1e-6) == pytest.approx((0.5, 0.5), abs=1e-3)


def test_points_that_another_beats_are_no_frontier(world):
    scale = Scale.of(world, two_sides(), HORIZON, "fixed", standing=False)
    front = efficient_deals(scale, levels=1)
    best = front.points[0]
    beaten = replace(best, usd_bn=best.usd_bn - 1.0)
    assert falling([beaten, best]) == [best]


def test_a_licence_in_a_deal_has_the_derivative_of_small_steps(world):
    """Its wedges multiply, where tariffs add; worth() is right to about 1e-8."""
    usa, chn = two_sides()
    scale = Scale.of(world, (licensed(usa), chn), HORIZON, "fixed", standing=False)
    place = [part.about.label for part in scale.parts].index("licences")
    strength = np.full(len(scale.parts), 0.4)
    step = np.zeros(len(scale.parts))
    step[place] = 1e-3
    slope = (scale.worth(strength + step) - scale.worth(strength - step)) / 2e-3
    np.testing.assert_allclose(scale.at(strength).slope[:, place], slope, rtol=1e-3, atol=1e-6)


def test_a_draw_with_other_parts_of_a_deal_is_refused(world):
    usa, chn = two_sides()
    parts = [part.about for part in Scale.of(world, (usa, chn), HORIZON, "fixed").parts]
    known = BargainingSet(tuple(parts), (), 0.0, "")
    with pytest.raises(OptionError, match="other parts of a deal"):
        efficient_again(world, (licensed(usa), chn), known, HORIZON, "fixed", standing=True)


@pytest.fixture(scope="module")
def bargain(world) -> Bargain:
    sides = two_sides()
    return bargain_of(world, sides, payoffs_of(world, sides), "fixed", scaled=True, standing=True)


@pytest.mark.equation("11.34", "12.38")
def test_a_side_without_patience_keeps_only_the_part_that_enforces_itself():
    """There cheating gains what the loss of the deal costs, up to the line between steps of a quarter."""
    plain = disputed_world()
    world = replace(plain, tariff=np.minimum(plain.tariff, 0.25))
    sides = tuple(
        Side(
            own,
            (own,),
            (Move("more", (Tariff(by=own, against=[other], add_pp=60),), threat_pp=60),),
        )
        for own, other in (("USA", "CHN"), ("CHN", "USA"))
    )
    found = bargain_of(world, sides, payoffs_of(world, sides), "fixed", scaled=True, standing=True)
    scale, main = found.table.scale, main_of(found.agreed)
    end = np.array(main.strengths)
    for rate, kept in ((0.01, True), (3.0, False), (12.0, False)):
        for k, one in enumerate(lasting(sides, replace(found, rates=(rate, rate)), Setting())):
            assert one.keeps is kept
            if kept:
                assert one.part_kept == 1.0
                continue
            assert "would break the deal" in one.sentence
            assert f"{one.part_kept:.0%} of the way enforces itself" in one.sentence
            way = scale.now + one.part_kept * (end - scale.now)
            keep, cheat = scale.worth(way)[k], cheating(scale, [way])[0][k]
            weight = one.with_legal_risk / (1 - one.with_legal_risk)
            slack = weight * (keep - main.threat_usd_bn[k]) - (cheat - keep)
            assert abs(slack) < 0.05 * (scale.worth(end)[k] - main.threat_usd_bn[k])


def test_payoffs_beyond_the_ends_of_the_frontier_are_compared_with_its_ends(bargain):
    table = bargain.table
    low = table.front.points[0].usd_bn
    assert not table.beaten_by(low - [1.0, 0.0])
    assert table.beaten_by(low - [1.0, -1.0])


def test_clocks_that_need_audience_costs_say_so(world, bargain):
    usa, chn = two_sides()
    table = payoffs_of(world, (usa, chn))
    about = dispute_of((usa, chn), table, bargain)
    calm = tuple(
        replace(side, traits=replace(side.traits, audience_pct=0.0)) for side in (usa, chn)
    )
    clock = settlement_clocks(calm, about, bargain)[-1]
    assert (clock.median_months, clock.curve) == (None, ())
    assert "needs audience costs" in clock.words
    unsettled = replace(bargain, agreed=())
    assert dispute_of((usa, chn), table, unsettled) is None


def test_without_a_deal_there_is_no_surplus_to_share(world):
    usa, chn = two_sides()
    steps: list[int] = []
    table = payoffs_of(world, (usa, chn), progress=lambda *step: steps.append(step[0]))
    assert steps == list(range(1, 17))
    deals = deals_of(world, (usa, chn), HORIZON, "fixed")
    points = threat_points(table, deals)
    nothing = Bargain(deals, None, points, (), None, (0.05, 0.05), ())
    rows = {
        row.key: row for row in leverage_at(world, (usa, chn), table, (), nothing, "fixed").rows
    }
    assert rows["surplus_share"].values == (None, None)
    assert "no surplus to share" in rows["surplus_share"].sentence
    torn = replace(table, failed=((1, 1),))
    assert ladder_of((usa, chn), torn)[0] == ()
    assert "not solved" in ladder_of((usa, chn), torn)[1]


def test_sides_without_members_and_closures_that_rebase_are_refused(world):
    _, chn = two_sides()
    with pytest.raises(OptionError) as fault:
        confront(world, Side("NIL", (), ()), chn, closure="purge")
    for words in ("side NIL has no member", "rebase the world without imbalances"):
        assert words in str(fault.value)
