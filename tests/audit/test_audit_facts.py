"""The packaged facts: read whole or refused by row; a dated view never looks ahead."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support import shared_dir
from upperhand.audit.build_facts import build_facts
from upperhand.audit.errors import FactError, LookAheadError
from upperhand.audit.facts import COLUMNS, DatedFacts, fact, packaged, read_facts
from upperhand.audit.periods import span_of

HEADER = ",".join(COLUMNS)
TARIFF = "avg_tariff_us_on_china_piie"


def table(tmp_path, *rows):
    path = tmp_path / "facts.csv"
    path.write_text("# ours\n" + "\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def test_every_packaged_fact_has_unit_source_and_certainty():
    facts = read_facts()
    assert len(facts) > 450
    assert all(f.unit and f.source and f.certainty for f in facts)


def test_rows_that_may_not_be_used_commercially_stay_out():
    """ETO/CSET shares are CC BY-NC 4.0."""
    assert not [f for f in read_facts() if f.metric.startswith("supply_chain_share_")]


def test_the_packaged_table_is_what_its_command_makes(tmp_path):
    made = build_facts(shared_dir() / "facts" / "facts.csv", tmp_path / "facts.csv")
    assert made.read_bytes() == packaged("facts", "facts.csv").read_bytes()


def test_ranges_and_bounds_have_columns_of_their_own():
    lag = fact("ai_model_lag", "China vs US", "2026-04")
    assert (lag.low, lag.value, lag.high, lag.unit) == (3, 4.5, 6, "months")
    bound = fact("smic_7nm_yield_vs_tsmc", "SMIC", "2024-02")
    assert (bound.value, bound.high) == (None, 0.33)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('m,e,2020,observed,"1,250",,,,units,source read,S,', "line 3: value '1,250' has a thousands"),
        ("m,e,2020,observed,nan,,,,units,source read,S,", "line 3: value 'nan' is not a finite number"),
        ("m,e,2020,observed,1,,,,units,sorce read,S,", "line 3: certainty 'sorce read'; did you mean 'source read'"),
        ("m,e,2020,observed,5,1,3,,units,source read,S,", "line 3: value 5 is outside its range"),
        ("m,e,2020,observed,2,3,1,,units,source read,S,", "line 3: low 3 is above high 1"),
        ("m,e,2020,observed,,,,,units,source read,S,", "line 3: no value and no words"),
        ("m,e,2020,observed,1,,,,units,source read,,", "line 3: no source"),
        ("m,e,2020,observed,1,,", "line 3: 7 cells, the header has 12"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_named_by_line(tmp_path, row, said):
    with pytest.raises(FactError) as caught:
        read_facts(table(tmp_path, row))
    assert said in str(caught.value)


def test_all_faults_are_reported_at_once_and_a_fact_given_twice_is_one(tmp_path):
    good = "m,e,2020,observed,1,,,,units,source read,S,"
    path = table(tmp_path, good, good, "m,,2021,seen,x,,,,units,source read,S,")
    with pytest.raises(FactError, match="4 faults") as caught:
        read_facts(path)
    assert "line 4: m, e, 2020 is given by line 3" in str(caught.value)


def test_a_missing_file_and_a_binary_one_are_refused(tmp_path):
    with pytest.raises(FactError, match="no such file"):
        read_facts(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(FactError, match="UTF-8"):
        read_facts(tmp_path / "b.csv")


@pytest.mark.parametrize(
    ("metric", "entity", "period", "said"),
    [
        ("avg_tarif_us_on_china_piie", "USA>CHN", "2018-01", f"did you mean '{TARIFF}'"),
        (TARIFF, "USA>CHM", "2018-01", "did you mean 'USA>CHN'"),
        (TARIFF, "USA>CHN", "2018-02", "unknown period '2018-02'"),
    ],
)
def test_an_unknown_fact_names_the_nearest(metric, entity, period, said):
    with pytest.raises(FactError) as caught:
        fact(metric, entity, period)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2025-04-10", "2025-04-10", "2025-04-10"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("to 2024-12", "2024-12-01", "2024-12-31"),
        ("2020Q4", "2020-10-01", "2020-12-31"),
        ("2025H1", "2025-01-01", "2025-06-30"),
        ("2020-2021", "2020-01-01", "2021-12-31"),
        ("1974-92", "1974-01-01", "1992-12-31"),
        ("2022Q1-2026Q1", "2022-01-01", "2026-03-31"),
        ("2025-11..2026-02", "2025-11-01", "2026-02-28"),
        ("FY26Q4", "2025-11-01", "2026-01-31"),
        ("FY2025", "2024-02-01", "2025-01-31"),
        ("MY2024/25", "2024-10-01", "2025-09-30"),
        ("2025 (Omdia)", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_spans_the_days_it_names(period, first, last):
    span = span_of(period)
    assert span is not None
    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)


def test_periods_without_a_date_have_no_span():
    undated = ["", "3 yrs", "year 1", "~20 days", "window", "2025-13", "2025-02-30"]
    assert [span_of(text) for text in undated] == [None] * len(undated)


def test_a_dated_view_shows_nothing_that_was_published_later():
    """For every packaged fact and a row of days: shown if and only if it was known."""
    facts = read_facts()
    for day in (date(2018, 7, 1), date(2020, 1, 1), date(2025, 10, 10), date(2026, 7, 31)):
        known = DatedFacts(facts, day)
        for row in facts:
            if row.known_on(day):
                assert row.span is not None
                assert row.span.last < day
                assert known.one(row.metric, row.entity, row.period) is row
            else:
                with pytest.raises(LookAheadError):
                    known.one(row.metric, row.entity, row.period)


def test_a_dated_view_gives_the_latest_number_before_the_day_and_none_before_the_first():
    facts = read_facts()
    found = DatedFacts(facts, date(2019, 6, 16)).latest(TARIFF, "USA>CHN")
    assert found is not None
    assert found.period == "2019-06-15"
    same_day = DatedFacts(facts, date(2019, 6, 15)).latest(TARIFF, "USA>CHN")
    assert same_day is not None
    assert same_day.period == "2018-09-25"
    assert DatedFacts(facts, date(2018, 1, 5)).latest(TARIFF, "USA>CHN") is None


def test_forecasts_and_targets_are_never_knowledge():
    late = DatedFacts(read_facts(), date(2040, 1, 1))
    with pytest.raises(LookAheadError):
        late.one("china_ai_chip_domestic_share", "China domestic vendors", "2028F")
