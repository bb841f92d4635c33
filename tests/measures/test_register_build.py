"""The packaged tables are what the command makes from the sources."""

from __future__ import annotations

import pytest

from tests.support import shared_dir
from upperhand.core.errors import MeasureError
from upperhand.measures.build_china import china
from upperhand.measures.build_lists import Lines
from upperhand.measures.build_register import build_register
from upperhand.measures.register import read_register
from upperhand.measures.tablefile import packaged

pytestmark = pytest.mark.shared


def test_the_command_makes_the_packaged_register_and_lists(tmp_path, monkeypatch):
    """Weights of strategic goods are checked by their own tests; here they are taken as packaged."""
    from upperhand.measures import build_register as module

    units = packaged("units.csv").read_text(encoding="utf-8")
    monkeypatch.setattr(module, "units_text", lambda *_: units)
    made = build_register(shared_dir(), tmp_path)
    assert {path.name for path in made} == {
        "units.csv", "coverage.csv", "measures.csv", "published-averages.csv",
    }  # fmt: skip
    for path in made:
        assert path.read_bytes() == packaged(path.name).read_bytes(), path.name


def test_every_fact_is_in_the_register_once_or_more():
    from upperhand.measures.build_lists import rows

    facts = rows(shared_dir() / "facts" / "measures.csv")
    days = {entry.start.isoformat() for entry in read_register()}
    assert {fact["date_effective"] for fact in facts} <= days


def test_values_of_lines_add_up_to_the_imports_of_their_chapters():
    lines = Lines(shared_dir() / "data")
    for chapter in ("39", "84", "85", "95"):
        total = sum(v for code, v in lines.value.items() if code.startswith(chapter))
        assert total == pytest.approx(lines.chapters[chapter][0], rel=1e-9)


def test_chinese_averages_of_june_2019_are_those_of_the_workbook_s_own_weights():
    """Figure 2 of the workbook: imports of USD 154.8 bn from the US in 2017, soybeans 13.9."""
    bought, averages = china(shared_dir() / "data")
    assert bought["soybeans"] == pytest.approx(13_934, abs=1)
    assert sum(bought.values()) == pytest.approx(148_804.6, abs=1)  # 6.0 bn have no tariff line
    assert averages["cn_mfn_2018_01"]["soybeans"][1] == pytest.approx(3.0)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(MeasureError, match=r"s301_product_lists\.csv: no such file"):
        build_register(tmp_path)
