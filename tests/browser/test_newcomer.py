"""What a newcomer does: change a move, take the best response, see the deal, send the link, download."""

from __future__ import annotations

import html
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.visits import (
    PATIENCE,
    choose,
    link_of,
    scroll_through,
    sentence,
    shown_numbers,
    told_numbers,
    visiting,
    whole,
)
from tests.web.support import BOTH, TEN, TOY, scenario_of


def words_of(report: str) -> str:
    """Return the words of a report, without its markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", report)).split())


def set_points(page, move: int, points: float) -> None:
    """Type the strength of a move, and wait for the answer."""
    page.locator("li.card").nth(move).locator("input[type=number]").first.fill(str(points))
    page.keyboard.press("Enter")
    page.locator("h1").click()  # a field that loses the focus has changed
    expect(page.get_by_text("Computing …")).to_have_count(0)
    whole(page)


def test_opening_page_shows_the_case_with_map_and_starts_on_who_has_the_upper_hand(visit):
    page = visit.open()
    expect(page.locator("h1")).to_contain_text("October 2025")
    assert len(shown_numbers(page)) == 5
    scroll_through(page)
    assert page.locator("#chart-map path").count() > 150
    expect(page.get_by_test_id("upper-hand-waits")).to_contain_text("is being computed")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Work out who has the upper hand")).to_be_visible()


def test_from_a_changed_move_to_best_response_deal_link_and_report(visit, browser, server):
    page = visit.open(link_of(BOTH))
    before = shown_numbers(page)
    expect(page.get_by_test_id("upper-hand")).to_be_visible(timeout=PATIENCE)

    set_points(page, 0, 25)
    assert shown_numbers(page) != before
    expect(page.get_by_test_id("upper-hand")).to_have_count(0)

    choose(page, "threats")
    panel = page.locator("[role=tabpanel]")
    expect(panel.get_by_text("The scenario has changed since this was computed.")).to_be_visible()
    expect(panel.get_by_role("button", name="Apply best response").first).to_be_disabled()
    panel.get_by_role("button", name="Compute again").click()
    answer = panel.get_by_role("button", name="Apply best response: China: best tariff")
    expect(answer).to_be_enabled(timeout=PATIENCE)
    answer.click()
    whole(page)
    expect(page.locator("li.card h4").last).to_have_text("best tariff of China on United States")

    choose(page, "talks")
    panel.get_by_role("button", name="Compute again").click()
    expect(panel.get_by_text("The scenario has changed since this was computed.")).to_have_count(0)
    expect(panel.get_by_text("Deal:", exact=True)).to_be_visible(timeout=PATIENCE)
    upper = page.get_by_test_id("upper-hand").inner_text()

    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("header .notice")).to_contain_text("carries the whole scenario")
    fragment = page.evaluate("location.hash")
    told = shown_numbers(page)
    with visiting(browser, server.url, accept_downloads=True) as friend:
        other = friend.open(fragment)
        assert shown_numbers(other) == told
        assert sentence(other) == sentence(page)
        expect(other.get_by_test_id("upper-hand")).to_have_text(upper, use_inner_text=True)
        other.get_by_role("button", name="Download").click()
        with other.expect_download(timeout=PATIENCE) as download:
            other.get_by_role("menuitem", name="Report (report.html)").click()
        text = words_of(download.value.path().read_text(encoding="utf-8"))
        assert " ".join(sentence(page).split()) in text
        for number in told:
            for printed in number["by_horizon"].values():
                assert printed in text, printed


@pytest.mark.parametrize(("name", "changes"), TEN, ids=str)
def test_every_number_of_the_page_is_that_of_the_interface(visit, server, name, changes):
    """The tests of the interface hold it to command line and Python for the same ten scenarios."""
    visit.context.route("**/api/v1/jobs", lambda route: route.abort())  # numbers only
    scenario = scenario_of(name, changes)
    with server.client() as api:
        told = api.post("/answer", json={"scenario": scenario}).raise_for_status().json()
    page = visit.open(link_of(scenario))
    assert shown_numbers(page) == told_numbers(told)
    assert sentence(page) == told["sentence"]
    visit.complaints.clear()


def test_undo_takes_back_one_drag_and_redo_brings_it_again(visit):
    page = visit.open(link_of(TOY))
    before = shown_numbers(page)
    slider = page.locator("li.card input[type=range]").first
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    whole(page)
    after = shown_numbers(page)
    assert after != before
    page.get_by_role("button", name="Undo").click()
    whole(page)
    assert shown_numbers(page) == before
    page.get_by_role("button", name="Redo").click()
    whole(page)
    assert shown_numbers(page) == after


def test_a_move_of_anybody_can_be_added_with_instrument_good_strength_and_dates(visit):
    page = visit.open(link_of(TOY))
    page.get_by_role("button", name="Add a move").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Who acts").select_option("CHN")
    dialog.get_by_label("What it does").select_option("import_ban")
    dialog.get_by_role("button", name="Add to the scenario").click()
    expect(page.locator("li.card")).to_have_count(2)
    whole(page)
    added = page.locator("li.card").last
    added.get_by_role("button", name="Details").click()
    added.get_by_text("Dates, condition and source").click()
    added.get_by_label("First day").fill("2026-01-01")
    added.get_by_label("Condition").fill("no such move")
    page.locator("h1").click()
    expect(added.locator(".fault").first).to_be_visible()
    assert any("422" in words for words in visit.complaints)
    visit.complaints.clear()  # the browser itself writes down a refused request
    added.get_by_label("Condition").fill("")
    page.locator("h1").click()
    expect(added.locator(".fault")).to_have_count(0)
    whole(page)


def test_a_move_that_changes_nothing_is_said_to_change_nothing(visit):
    still = {
        **TOY,
        "moves": [*TOY["moves"], {"kind": "tariff", "by": "CHN", "against": ["USA"], "add_pp": 0}],
    }
    page = visit.open(link_of(still))
    expect(page.locator("li.card").last.get_by_text("Changes nothing.")).to_be_visible()


def test_the_day_of_the_baseline_lists_the_measures_in_force(visit):
    visit.context.route("**/api/v1/jobs", lambda route: route.abort())
    page = visit.open()
    listed = page.locator("fieldset summary")
    expect(listed).to_contain_text("measures in force that day")
    before, numbers = listed.inner_text(), shown_numbers(page)
    page.get_by_role("textbox", name="Measures in force on").fill("2018-09-24")
    page.locator("h1").click()
    expect(listed).not_to_have_text(before)
    whole(page)
    assert shown_numbers(page) != numbers
    visit.complaints.clear()


def test_an_assumption_moves_the_answer_and_goes_back(visit):
    page = visit.open(link_of(scenario_of("uniform-10")))
    before = shown_numbers(page)
    choose(page, "assumptions")
    row = page.locator(".assumptions li").filter(has=page.locator("input[type=range]")).first
    row.locator("input[type=range]").focus()
    page.keyboard.press("End")
    expect(row.get_by_role("button", name="Back to the prior")).to_be_visible()
    whole(page)
    row.get_by_role("button", name="Back to the prior").click()
    whole(page)
    assert shown_numbers(page) == before


def test_four_scenarios_stand_side_by_side_and_no_fifth(visit):
    page = visit.open(link_of(TOY))
    choose(page, "compare")
    keep = page.get_by_role("button", name="Keep the present scenario")
    for points in (10, 20, 30, 40):
        set_points(page, 0, points)
        keep.click()
    expect(page.locator("[role=tabpanel] thead th")).to_have_count(5)
    expect(keep).to_be_disabled()
    row = page.locator("[role=tabpanel] tbody tr").nth(1)
    assert len(set(row.locator("td strong").all_inner_texts())) == 4


def test_claims_are_drafted_confirmed_and_judged(visit):
    page = visit.open(link_of(BOTH))
    choose(page, "claims")
    panel = page.locator("[role=tabpanel]")
    panel.get_by_label("Text", exact=True).fill(
        "The United States will put a tariff of 25 per cent on all goods from China. "
        "The tariff will hurt the United States more than it hurts China."
    )
    panel.get_by_role("button", name="Draft claims and moves").click()
    expect(panel.get_by_text("drafted")).to_be_visible()
    expect(panel.locator(".verdict")).to_have_count(0)
    panel.get_by_role("button", name="Test the chosen claims").click()
    expect(panel.locator(".verdict").first).to_be_visible(timeout=PATIENCE)
    moves = page.locator("li.card").count()
    panel.get_by_role("button", name="Add to the scenario").first.click()
    expect(page.locator("li.card")).to_have_count(moves + 1)
    whole(page)


def test_draws_run_as_a_job_with_progress_and_cancel(visit):
    page = visit.open(link_of(scenario_of("uniform-10")))
    page.get_by_label("Draws").select_option("1000")
    page.get_by_role("button", name="Run with uncertainty").click()
    expect(page.get_by_role("progressbar", name="Run with uncertainty")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    page.get_by_label("Draws").select_option("100")
    expect(page.get_by_role("button", name="Run with uncertainty")).to_be_enabled()


def test_charts_are_saved_as_picture_drawing_and_rows(visit):
    page = visit.open(link_of(TOY))
    figure = page.locator("#chart-ranking")
    scroll_through(page)
    starts = {"PNG": b"\x89PNG", "SVG": b"<svg", "CSV": b"\xef\xbb\xbf"}
    for name, start in starts.items():
        figure.get_by_role("button").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=name, exact=True).click()
        content = download.value.path().read_bytes()
        assert len(content) > 200
        assert content.removeprefix(b"\xef\xbb\xbf").startswith(start.removeprefix(b"\xef\xbb\xbf"))
    figure.get_by_role("button").click()
    page.get_by_role("menuitem", name="As a table").click()
    expect(figure.locator("table")).to_be_visible()


def test_python_runs_as_shown_and_says_the_same(visit, tmp_path):
    page = visit.open(link_of(TOY))
    page.get_by_role("button", name="Reproduce in Python").click()
    code = page.get_by_role("dialog").locator("pre").inner_text()
    (tmp_path / "again.py").write_text(code, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "again.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    printed = " ".join(ran.stdout.split())
    assert sentence(page) in printed


def test_scenario_file_and_citation_name_the_scenario(visit):
    page = visit.open(link_of(TOY))
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Scenario (scenario.yaml)").click()
    assert "title: Ten points" in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("button", name="Cite").click()
    expect(page.get_by_role("dialog")).to_contain_text("Scenario: Ten points.")
