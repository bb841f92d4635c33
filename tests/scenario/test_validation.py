"""The pages that compare the model with published numbers hold what the code computes."""

from __future__ import annotations

import re

import pytest

from tests.support import ROOT
from upperhand.scenario import read_scenario, validate_strategic, validate_trade
from upperhand.scenario.run import baseline_world
from upperhand.scenario.worlds import DEFAULT, world_of

REFERENCE = ROOT / "docs" / "reference"


def text_of(name: str) -> str:
    path = REFERENCE / name
    if not path.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["magnets", "accelerators", "both"])
@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
def test_the_page_on_strategic_goods_holds_the_numbers_of_the_model(name, horizon):
    """Refreshed only by `upperhand scenario validate strategic`."""
    page = text_of("validation-strategic.md")
    case = validate_strategic.cases()[name]
    world = baseline_world(read_scenario("chips-for-magnets"), world_of(DEFAULT))
    ours = validate_strategic.percent(world, case.measures, horizon)
    assert ours is not None
    row = next(line for line in page.splitlines() if f"| {case.words} | {horizon} |" in line)
    printed = [float(x) for x in re.findall(r"(-?\d+\.\d+) \[", row)]
    assert printed == pytest.approx(list(ours.values()), abs=0.00051)  # printed to 0.001


def test_the_page_on_strategic_goods_judges_every_band():
    page = text_of("validation-strategic.md")
    for band in validate_strategic.BANDS:
        rows = [line for line in page.splitlines() if band.words in line]
        assert len(rows) == 1
        assert "| inside |" in rows[0] or ("| outside |" in rows[0] and band.why in rows[0])


def test_imports_from_china_in_2025_fall_within_ten_points_of_the_observed():
    """USD 438.8 to 308.4 bn; the page prints the gap, and this holds it to a size."""
    world = validate_trade._baseline("2025-01-20", "medium", "collected")
    imports, exports = validate_trade.over_2025(world, "collected", "short")
    assert imports == pytest.approx(validate_trade.IMPORTS_2025.percent, abs=10)
    page = text_of("validation-trade.md")
    assert f"| short, duties collected | {imports:.1f} | -29.7 |" in page
    assert f"| short, duties collected | {exports:.1f} | -25.8 |" in page


def test_covered_imports_of_2018_fall_more_the_longer_the_span():
    world = validate_trade._baseline("2018-07-05", "long", "statutory")
    first, last = validate_trade.date(2018, 7, 5), validate_trade.date(2019, 9, 1)
    measures = validate_trade.steps(world, first, last, "statutory")[:2]
    falls = [validate_trade.response(world, measures, h)[0] for h in ("short", "medium", "long")]
    assert falls == sorted(falls, reverse=True)
    assert f"| short | {falls[0]:.1f} | -31.7 |" in text_of("validation-trade.md")
