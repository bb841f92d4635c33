"""Tables carry titles, units and sources, and add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.report.synthetic import synthetic_run
from upperhand.report import tables
from upperhand.report.incidence import incidence
from upperhand.results import Counterfactual


def test_every_table_has_title_unit_and_source(run):
    found = tables.all_tables(run)
    assert {t.key for t in found} == {
        "headline", "changes", "ranking", "sectors", "who_pays", "welfare", "diversion", "alone",
        "assumptions", "parameters",
    }  # fmt: skip
    for table in found:
        assert table.title
        assert table.unit
        assert "0123456789abcdef" in table.source
        assert len(table.rows()) == len(table.frame)


def test_welfare_parts_add_up_to_the_change_of_real_income(run):
    frame = tables.welfare(run).frame
    parts = [c for c in frame.columns[2:-2] if c.endswith("log points")]
    total = frame["Real income, log points"]
    np.testing.assert_allclose(frame[parts].sum(axis=1), total, atol=1e-10)
    np.testing.assert_allclose(frame["Sum of the parts, log points"], total, atol=1e-10)


def test_shares_of_exporter_and_importer_add_to_the_tariff(run):
    frame = tables.who_pays(run).frame
    total = frame["Borne by exporter, %"] + frame["Borne by importer, %"]
    np.testing.assert_allclose(total, 100, atol=1e-9)


def test_exporter_bears_the_share_by_which_the_border_price_falls(run):
    """Two goods, one price fall of exp(-0.08) on both: the formula by hand."""
    item = next(i for i in incidence(run, "long") if i.importer == "USA")
    data = run.case().counterfactual.data.sel(exporter="CHN", importer="USA")
    old, new = data["baseline_tariff"].values, data["tariff"].values
    hit = new > old
    weight = data["baseline_trade"].values[hit] / data["baseline_trade"].values[hit].sum()
    wedge = float(weight @ np.log((1 + new[hit]) / (1 + old[hit])))
    assert item.exporter_share == pytest.approx(100 * 0.08 / wedge)
    assert item.trade == pytest.approx(float(data["baseline_trade"].values[hit].sum()))


def test_importers_bear_everything_when_border_prices_stay():
    run = synthetic_run()
    result = run.case().counterfactual
    data = result.data.assign(border_price_change=result.data["border_price_change"] * 0 + 1)
    same = Counterfactual(data, result.outcome, result.provenance)
    run = replace(run, cases=tuple(replace(case, counterfactual=same) for case in run.cases))
    assert tables.who_pays(run).frame["Borne by importer, %"].tolist() == [100.0, 100.0]


def test_diversion_covers_all_imports_of_a_side(run):
    frame = tables.diversion(run).frame.query("Importer == 'United States'")
    data = run.case().counterfactual.data.sel(importer="USA")
    foreign = data["trade"].sel(exporter=["CHN", "VNM", "MEX", "DEU", "ROW"]).sum() / 1e3
    both = frame[frame["Supplier"].isin(["China", "All third countries"])]
    assert both["After"].sum() == pytest.approx(float(foreign))
    np.testing.assert_allclose(frame["After"] - frame["Baseline"], frame["Change"])


def test_alone_lists_package_sides_and_moves(run):
    frame = tables.alone(run).frame
    assert frame["Moves"].tolist()[:3] == ["All moves", "United States alone", "China alone"]
    assert frame["United States, %"][0] == pytest.approx(run.headline("long").sides[0].percent)


def test_ranking_is_ordered_and_complete(run):
    frame = tables.ranking(run).frame
    assert frame["Real income, long, %"].is_monotonic_increasing
    assert set(frame["Code"]) == {"USA", "CHN", "VNM", "MEX", "DEU", "ROW"}


def test_ranges_over_draws_are_columns_of_the_ranking():
    frame = tables.ranking(synthetic_run(draws=9)).frame
    assert (frame["long, p10, %"] <= frame["Real income, long, %"]).all()


def test_sector_changes_in_money_follow_from_per_cent(run):
    frame = tables.sectors(run).frame
    expected = frame["Output at baseline, USD bn a year"] * frame["Output, %"] / 100
    np.testing.assert_allclose(frame["Output, USD bn a year"], expected)


def test_a_move_that_changes_nothing_says_so():
    run = synthetic_run()
    idle = {**run.changes[0], "changes": False, "note": "the rate is already there"}
    frame = tables.changes(replace(run, changes=[idle, *run.changes[1:]])).frame
    assert frame["Remark"][0] == "changes nothing: the rate is already there"


def test_missing_numbers_print_as_a_dash_and_never_as_zero():
    table = tables.ranking(synthetic_run(ok=False))
    assert {row[2] for row in table.rows()} == {"–"}


def test_negative_zero_prints_as_zero(run):
    table = tables.ranking(run)
    column = next(iter(table.digits))
    assert table.cell(column, -0.0001) == "0.00"
    assert table.cell(column, -1.5) == "−1.50"


def test_latex_has_title_unit_and_numbers(run):
    text = tables.who_pays(run).to_latex()
    assert "Who pays the tariffs" in text
    assert "shares of the tariff increase" in text


def test_workbook_has_titled_sheets_with_units_and_no_formulas(run, tmp_path):
    from openpyxl import load_workbook

    hostile = replace(run, title='=HYPERLINK("http://x")')
    book = load_workbook(hostile.save(tmp_path / "a.xlsx"))
    assert book.sheetnames[:3] == ["answer", "headline", "changes"]
    assert book["ranking"]["A1"].value == "Every economy"
    assert "per cent" in book["ranking"]["A2"].value
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    book.close()


def test_a_side_with_many_members_shows_its_largest_economies_only(run):
    members = {"USA": ["MEX", "USA", "DEU"], "CHN": ["CHN"]}
    grouped = replace(run, scenario={**run.scenario, "sides": members})
    economies = list(dict.fromkeys(tables.sectors(grouped).frame["Economy"]))
    assert economies[:3] == ["United States", "Germany", "China"]
