"""Firms in the race: the record is that of the facts, the years ahead are distributions with limits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.audit.facts import read_facts
from upperhand.core.errors import OptionError, RecordError
from upperhand.horizon.firms import abroad_ahead, firm_record, firms_ahead, share_ahead
from upperhand.technology.goods import Force, technology
from upperhand.technology.parameters import rows_of

YEARS = range(2026, 2032)


@pytest.fixture(scope="module")
def ban():
    """Nine tenths of foreign accelerators kept from buyers."""
    calm = Force.none(len(YEARS))
    return {"ai_accelerators": replace(calm, access=np.full(len(YEARS), 0.1))}


@pytest.fixture(scope="module")
def ahead(ban):
    return {one.key: one for one in firms_ahead(technology(), YEARS, ban, draws=400, seed=3)}


def known(key):
    return next(one for one in firm_record() if one.key == key)


def test_every_number_of_a_firm_is_that_of_the_facts():
    facts = read_facts()
    for row in rows_of("firms.csv"):
        fact = facts.one(row["metric"], row["entity"], row["period"])
        assert float(row["value"]) == fact.value, row
        ends = [float(row[name]) if row[name] else None for name in ("low", "high")]
        assert ends == [fact.low, fact.high], row
        assert (row["certainty"], row["source"], row["url"]) == (
            fact.certainty, fact.source, fact.url,
        ), row  # fmt: skip


def test_numbers_are_in_the_order_of_dates_within_a_basis():
    for one in firm_record():
        by_basis: dict[str, list[float]] = {}
        for point in one.points:
            by_basis.setdefault(point.basis, []).append(point.date)
        assert all(dates == sorted(dates) for dates in by_basis.values()), one.key


def test_readings_say_what_the_numbers_say():
    """Each number in a reading, computed from the record."""
    revenue = {p.period: p.value for p in known("revenue").points}
    research = [p.value for p in known("research").points]
    assert research == sorted(research)
    assert round(100 * (1 - revenue["2021"] / revenue["2020"])) == 29
    assert revenue["2023"] < revenue["2019"] < revenue["2024"]
    intensity = {p.period: p.value for p in known("intensity").points}
    assert [round(intensity[year]) for year in ("2020", "2021", "2022")] == [16, 22, 25]
    h20 = {p.period: p.value for p in known("h20").points}
    china = {p.period: p.value for p in known("china_revenue").points}
    assert round(100 * h20["FY26Q1"] / china["FY26Q1"]) == 83
    assert round(100 * h20["FY26Q3"] / china["FY26Q3"]) == 2
    ascend = [p.value for p in known("ascend").points]
    assert max(ascend) / min(ascend) == pytest.approx(4, abs=0.1)
    phones = [p.value for p in known("phones").points]
    assert (round(max(phones)), round(min(phones))) == (44, 9)


def test_bases_are_never_joined():
    """The recast numbers of Nvidia are a series of their own, and no path starts from them."""
    recast = known("china_revenue_recast")
    assert {p.basis for p in recast.points} == {"customer headquarters"}
    assert {p.basis for p in known("china_revenue").points} == {"billing location"}
    assert {p.basis for p in known("china_share").points} == {"billing location"}


@pytest.mark.equation("5.60")
@pytest.mark.parametrize("start", [0.02, 0.164, 0.8])
def test_a_share_moves_by_its_log_odds(start):
    """Adding c to the log odds multiplies the odds by exp(c), and chance adds to the driver."""
    found = share_ahead(start, np.array(0.7), np.array(-0.2))
    odds = float(found) / (1 - float(found))
    assert odds / (start / (1 - start)) == pytest.approx(np.exp(0.5), rel=1e-12)


@pytest.mark.equation("5.61")
def test_a_market_that_is_closed_leaves_what_needs_no_licence():
    """Limits: nothing licensed, or nothing foreign left, gives kept / (1 + kept)."""
    kept, before = 0.054, 0.12
    floor = kept / (1 + kept)
    for licensed, foreign in ((0.0, 1.0), (1.0, 0.0)):
        found = abroad_ahead(kept, before, licensed, np.array(foreign), np.array(0.0))
        assert float(found) == pytest.approx(floor, rel=1e-12)
    whole = abroad_ahead(kept, before, 1.0, np.array(1.0), np.array(0.0))
    assert float(whole) == pytest.approx((kept + before) / (1 + kept + before), rel=1e-12)


def test_paths_ahead_are_bands_and_only_where_the_race_has_a_driver(ahead):
    assert {key for key, one in ahead.items() if one.ahead} == {"phones", "china_share", "lag"}
    for one in ahead.values():
        for case in one.ahead:
            for year in YEARS:
                low, middle, high = one.band(year, case)
                assert low < middle < high
    with pytest.raises(RecordError, match="no years ahead"):
        ahead["drones"].band(2026)


def test_a_ban_on_foreign_accelerators_takes_from_nvidia_and_from_nobody_else(ahead):
    share = ahead["china_share"]
    for year in YEARS:
        assert share.band(year)[1] < share.band(year, "without")[1]
    assert ahead["phones"].ahead["with"] == ahead["phones"].ahead["without"]


def test_a_band_needs_two_draws():
    with pytest.raises(OptionError, match="draws is 1; allowed: at least 2"):
        firms_ahead(technology(), YEARS, {}, draws=1)


def test_draws_in_which_the_race_does_not_settle_are_left_out_of_a_firms_band():
    from upperhand.horizon.firms import _bands

    values = np.array([[1.0, 2.0, 3.0, np.nan], [2.0, 3.0, 4.0, 9.0]])
    assert _bands(values) == _bands(values[:, :3])
