"""The dated register: what it answers, what it refuses, and how duties stack."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pytest

from upperhand.core.errors import MeasureError, OptionError
from upperhand.measures.hs import check_hs, find_unit, rules, sector_of_hs, unit_of, units
from upperhand.measures.listing import measures_table
from upperhand.measures.partners import partner_points
from upperhand.measures.published import TOLERANCE, compare_with_published, page
from upperhand.measures.register import (
    BRANCHES,
    INSTRUMENTS,
    coverage,
    in_force,
    read_register,
)
from upperhand.measures.stacking import (
    LAYERS,
    PAIRS,
    collected_ratio,
    cover_of,
    explain,
    points_of,
    stack_of,
)
from upperhand.measures.tablefile import packaged


def good(stack, layer, code):
    return float(stack.points[stack.layers.index(layer), stack.goods.index(code)])


def altered(tmp_path, old, new):
    """Return a copy of the register in which one text is replaced once."""
    text = packaged("measures.csv").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "measures.csv"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


ROW = "us-fentanyl-1,2025-02-04,2025-03-03,USA,CHN,tariff,fentanyl,goods,10,pp"


def test_every_row_is_expressed_or_says_why_not():
    for entry in read_register():
        assert entry.expressed or entry.note, entry.id
        assert not entry.expressed or entry.instrument in INSTRUMENTS
        assert entry.source, entry.id


def test_layers_of_every_tariff_are_in_the_stack_of_its_actor():
    for entry in read_register():
        if entry.expressed and entry.instrument.startswith("tariff"):
            assert entry.layer in LAYERS[entry.actor], entry.id


def test_a_replaced_measure_ends_before_the_next_begins():
    """Two rows of the same actor, target, layer and scope never run on the same day."""
    rows = [e for e in read_register() if e.expressed and e.instrument == "tariff"]
    for i, one in enumerate(rows):
        for two in rows[i + 1 :]:
            same = (one.actor, one.layer, one.scope) == (two.actor, two.layer, two.scope)
            if same and not (one.branch or two.branch):
                assert one.end is not None, (one.id, two.id)
                assert one.end < two.start, (one.id, two.id)


@pytest.mark.parametrize("day", ["2017-12-31", "2026-08-01", "2030-01-01", "yesterday"])
def test_days_outside_the_register_are_refused_with_the_reason(day):
    with pytest.raises(OptionError, match=r"before the first|after the last|no day"):
        in_force(day)


def test_after_july_2026_a_branch_must_be_chosen():
    with pytest.raises(OptionError, match=r"2026-11-10.*after_horizon='expired'"):
        in_force("2026-12-01")
    with pytest.raises(OptionError, match="unknown after_horizon 'expires'; did you mean"):
        in_force("2026-12-01", after_horizon="expires")
    levels = [
        stack_of("2026-12-01", "CHN", "USA", after_horizon=branch).average for branch in BRANCHES
    ]
    assert levels[0] - levels[1] == pytest.approx(24.0, abs=1e-9)  # the suspended points


def test_a_branch_changes_nothing_before_the_horizon():
    plain = stack_of("2026-07-31", "CHN", "USA").average
    assert stack_of("2026-07-31", "CHN", "USA", after_horizon="expired").average == plain


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (ROW, ROW.replace("2025-02-04", "04/02/2025"), "date '04/02/2025' is no day"),
        (ROW, ROW.replace("2025-03-03", "2025-01-03"), "before the first day.*swapped"),
        (ROW, ROW.replace("goods", "list:s301_9"), "unknown list 's301_9'; did you mean"),
        (ROW, ROW.replace("goods", "units:chip"), "unknown unit 'chip'; did you mean 'chips'"),
        (ROW, ROW.replace(",10,pp", ',"1,000",pp'), "thousands separator; write 1000"),
        (ROW, ROW.replace("USA,CHN", "tariff,USA"), "no country code; are the columns swapped"),
        (ROW, ROW.replace(",10,pp", ",10,1000,pp"), "cells, the header has 18"),
        (ROW, ROW.replace("us-fentanyl-1", "us-fentanyl-2"), "is taken by line"),
        ("actor,target", "target,actor", "columns are in the order"),
        ("certainty,expressed", "certanty,expressed", "did you mean 'certainty'"),
        (",92,share_pct,80", ",192,share_pct,80", "allowed: 0 to 100 per cent"),
    ],
)
def test_a_wrong_register_is_refused_by_line(tmp_path, old, new, message):
    path = altered(tmp_path, old, new)
    with pytest.raises(MeasureError, match=message) as caught:
        read_register(path)
    assert re.search(r"line \d+|column", str(caught.value))


def test_every_fault_of_a_register_is_listed_at_once(tmp_path):
    path = altered(tmp_path, ROW, ROW.replace("goods", "all").replace(",10,pp", ",x,points"))
    with pytest.raises(MeasureError) as caught:
        read_register(path)
    assert str(caught.value).count("\n  - ") == 3


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("8517.12", "not in HS2022 but in HS2017; write 851713"),
        ("85414010", "not in HS2022 but in HS2017"),
        ("7701", "chapter 77"),
        ("9903.88.03", "chapter 99"),
        ("851", "has not 2, 4, 6, 8 or 10 digits"),
        ("85I7", "has not"),
    ],
)
def test_hs_codes_that_do_not_exist_are_refused(code, message):
    with pytest.raises(MeasureError, match=message):
        unit_of(code)


def test_hs_code_of_a_newer_edition_is_refused_in_the_older():
    assert unit_of("8806.22") == "drones"
    with pytest.raises(MeasureError, match="not in HS2017 but in HS2022; write 8802"):
        unit_of("8806.22", edition="HS2017")
    with pytest.raises(MeasureError, match="unknown edition 'HS2012'"):
        check_hs("8806", edition="HS2012")


def test_every_chapter_of_the_harmonized_system_has_a_good():
    for chapter in range(1, 98):
        if chapter != 77:
            assert find_unit(f"{chapter:02d}")


def test_every_good_of_the_concordance_has_weights():
    known = {unit.code for unit in units()}
    assert set(rules().values()) <= known
    assert sector_of_hs("1201") == "A01"
    assert sector_of_hs("8542.31") == "C26"


def test_shares_lie_between_nothing_and_everything():
    for share, _ in coverage().values():
        assert 0 <= share <= 1


def test_lists_one_to_four_never_cover_a_good_twice():
    for unit in units():
        total = sum(
            coverage().get((name, unit.code), (0, 0))[0]
            for name in ("s301_1", "s301_2", "s301_3", "s301_4a")
        )
        assert total <= 1 + 1e-3  # shares are rounded to 0.01 per cent


@pytest.mark.equation("3.20")
def test_points_are_the_rate_times_the_part_that_is_covered_and_not_exempt():
    entries = in_force("2025-06-10", actor="USA", target="CHN")
    entry = next(e for e in entries if e.id == "us-reciprocal-geneva")
    chips = [u.code for u in units()].index("chips")
    free = sum(
        cover_of(f"list:{name}")[0][chips]
        for name in ("annex_ii", "electronics", "metals_2025.clear", "autos.clear")
    )
    assert points_of(entry, entries)[chips] == pytest.approx(10 * (1 - free), abs=1e-12)


@pytest.mark.equation("3.21")
def test_a_list_on_all_lines_of_a_good_covers_all_of_it():
    """Soybeans are one tariff line, on List 3."""
    share, points = cover_of("list:s301_3")
    place = [u.code for u in units()].index("soybeans")
    assert (share[place], points[place]) == (1.0, 25.0)


@pytest.mark.equation("3.22")
@pytest.mark.parametrize("pair", PAIRS)
def test_sectors_have_the_same_average_as_goods(pair):
    stack = stack_of("2025-10-09", *pair)
    parents = list(dict.fromkeys(unit.parent for unit in units()))
    merged = stack.by_sector(parents)
    by_hand = sum(v * t for v, t in zip(merged.value, merged.total, strict=True))
    assert by_hand / merged.value.sum() == pytest.approx(stack.average, rel=1e-12)
    assert stack.by_sector(["GOODS"]).total[0] == pytest.approx(stack.average, rel=1e-12)


@pytest.mark.equation("3.23")
def test_the_collected_average_of_2024_is_what_customs_collected():
    """Waugh: 10.87 per cent in 2024; 11.16 without chapters 98 and 99, which hold no goods."""
    stack = stack_of("2024-06-30", "USA", "CHN", weights="collected")
    paid = sum(u.us_duty for u in units()) / sum(u.us_imports for u in units())
    assert stack.average == pytest.approx(100 * paid, abs=0.05)  # small goods keep the ratio 1
    assert 0.3 < float(np.median(collected_ratio())) < 1


def test_the_peak_of_april_2025_is_145_on_a_good_without_exemption():
    stack = stack_of("2025-04-15", "USA", "CHN")
    assert good(stack, "fentanyl", "soybeans") + good(stack, "reciprocal", "soybeans") == 145


def test_geneva_took_115_points_off_goods_without_exemption():
    before, after = (stack_of(day, "USA", "CHN") for day in ("2025-05-13", "2025-05-14"))
    place = before.goods.index("soybeans")
    assert before.total[place] - after.total[place] == pytest.approx(115)


def test_the_ruling_of_february_2026_ends_both_emergency_layers():
    stack = stack_of("2026-02-20", "USA", "CHN")
    assert not stack.points[[stack.layers.index(x) for x in ("fentanyl", "reciprocal")]].any()


def test_devices_pay_no_reciprocal_tariff_once_exempt():
    before, after = (stack_of(day, "USA", "CHN") for day in ("2025-04-10", "2025-04-11"))
    assert good(before, "reciprocal", "devices") > 120
    assert good(after, "reciprocal", "devices") < 0.05 * 125


def test_steel_pays_section_232_in_place_of_the_reciprocal_tariff():
    stack = stack_of("2025-10-09", "USA", "CHN")
    assert good(stack, "s232", "C24A") == pytest.approx(50, abs=1)
    assert good(stack, "reciprocal", "C24A") < 0.1


def test_list_4a_was_cut_on_14_february_2020():
    before, after = (stack_of(day, "USA", "CHN") for day in ("2020-02-13", "2020-02-14"))
    clothes = before.goods.index("C13T15")
    share = coverage()["s301_4a", "C13T15"][0]
    assert before.total[clothes] - after.total[clothes] == pytest.approx(7.5 * share, abs=1e-9)


def test_chinese_soybean_duty_is_3_then_28_then_38_per_cent():
    """PIIE workbook: 3 in 2018 and 28 after retaliation; a further 5 of 2019 halved; 10 in 2025."""
    days = {"2018-01-01": 3.0, "2019-06-01": 28.0, "2020-03-01": 30.5, "2025-03-10": 40.5}
    for day, rate in days.items():
        stack = stack_of(day, "CHN", "USA")
        assert stack.total[stack.goods.index("soybeans")] == pytest.approx(rate, abs=0.01)


def test_explain_shows_layers_that_add_up_to_the_total():
    rows = explain("2025-10-09", "USA", "CHN", sectors=["C26", "C27"])
    *layers, total = rows
    for column in ("average_pct", "C26", "C27"):
        assert sum(row[column] for row in layers) == pytest.approx(total[column], rel=1e-12)
    assert all(row.keys() == rows[0].keys() for row in rows)


def test_unknown_pairs_and_weights_are_refused():
    with pytest.raises(OptionError, match="no duties by good of USA on VNM"):
        stack_of("2025-10-09", "USA", "VNM")
    with pytest.raises(OptionError, match="unknown weights 'collect'; did you mean"):
        stack_of("2025-10-09", "USA", "CHN", weights="collect")


def test_the_table_for_the_command_line_names_source_and_certainty():
    rows = measures_table("2025-10-09", pair=("CHN", "USA"))
    assert {"source", "certainty", "rate", "from"} <= rows[0].keys()
    assert all(row["source"] for row in rows)
    assert measures_table("2025-10-09")[0].keys() == rows[0].keys()


def test_partners_without_a_rate_of_their_own_have_their_union_s():
    points = partner_points(date(2025, 10, 9), ("USA", "CHN", "DEU", "MEX"), {})
    assert set(points) == {"DEU", "MEX"}
    assert points["DEU"] > points["MEX"]


def test_averages_are_within_three_points_of_the_published_or_explained():
    rows = compare_with_published()
    assert len(rows) >= 40
    for row in rows:
        assert row.within or row.explanation, (row.series, row.importer, row.period, row.gap)
        assert not (row.within and row.explanation), "an explanation that is no longer needed"
    inside = sum(abs(row.gap) <= TOLERANCE for row in rows)
    assert inside >= 35


def test_the_reference_page_is_up_to_date():
    from tests.support import ROOT

    written = ROOT / "docs" / "reference" / "validation-tariffs.md"
    assert written.read_text(encoding="utf-8") == page(), (
        "run python -m upperhand.measures.published docs/reference/validation-tariffs.md"
    )
