"""Who can use the page: with a keyboard, a screen reader, a phone, in the dark; and what it lets in."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.visits import (
    LAPTOP,
    PATIENCE,
    PHONE,
    TABS,
    choose,
    link_of,
    shown_numbers,
    visiting,
    whole,
)
from tests.web.support import BOTH, TOY

HOSTILE = "<img src=x onerror=alert(1)> <b>bold</b> {{7*7}} ${7*7}"


def barrier(found) -> str:
    """Return a rule that is broken, and where, in one line."""
    return f"{found['id']}: {[node['html'][:160] for node in found['nodes']][:4]}"


@pytest.fixture(scope="module")
def axe():
    found = pytest.importorskip("axe_playwright_python.sync_playwright")
    return found.Axe()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_no_barrier_and_no_sideways_scroll_in_any_part(browser, server, axe, width, scheme):
    with visiting(browser, server.url, width, color_scheme=scheme) as visit:
        page = visit.open(link_of(BOTH))
        expect(page.get_by_test_id("upper-hand")).to_be_visible(timeout=PATIENCE)
        if width == PHONE:
            page.get_by_role("button", name="Change the moves").click()
        page.get_by_role("button", name="Details").first.click()
        for tab in TABS:
            choose(page, tab)
            if tab == "years":
                expect(
                    page.locator("[role=tabpanel] .parts, [role=tabpanel] pre").first
                ).to_be_visible(timeout=PATIENCE)
            page.wait_for_timeout(200)  # the fade of 0.12 s ends, or colours are measured half-way
            found = axe.run(page)
            assert [barrier(one) for one in found.response["violations"]] == [], tab
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab


def test_the_policy_lets_in_no_script_style_or_picture_of_others(server, browser):
    with visiting(browser, server.url) as visit:
        page = visit.context.new_page()
        answer = page.goto(f"{server.url}/")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert "http" not in policy


def test_names_with_markup_are_text(visit):
    scenario = {
        **BOTH,
        "title": HOSTILE,
        "question": HOSTILE,
        "notes": [HOSTILE],
        "sources": [{"title": HOSTILE, "url": "https://example.org/?<script>"}],
        "moves": [{**move, "label": f"{k} {HOSTILE}"} for k, move in enumerate(BOTH["moves"])],
    }
    page = visit.open(link_of(scenario))
    expect(page.locator("h1")).to_have_text(HOSTILE)
    expect(page.get_by_test_id("upper-hand")).to_be_visible(timeout=PATIENCE)
    for tab in TABS:
        choose(page, tab)
        assert page.locator("img, main b, script:not([src])").count() == 0, tab
    expect(page.locator("li.card h4").first).to_have_text(f"0 {HOSTILE}")


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("#s=%3Cscript%3E", "The link is damaged"),
        ("#s=" + "A" * 70_000, "The link is longer"),
        (link_of({"title": "x", "moves": []}), "The link holds no scenario"),
    ],
)
def test_a_bad_link_opens_the_opening_case_and_says_so(visit, fragment, words):
    visit.context.route("**/api/v1/jobs", lambda route: route.abort())
    page = visit.open(fragment)
    expect(page.locator("header")).to_contain_text(words)
    expect(page.locator("h1")).to_contain_text("October 2025")
    visit.complaints.clear()


def test_everything_is_reached_and_done_by_keyboard(visit):
    page = visit.open(link_of(TOY))
    before = shown_numbers(page)
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the answer")).to_be_focused()
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.textContent.trim().slice(0, 24) + document.activeElement.type"
            )
        )
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        kind = page.evaluate("document.activeElement.tagName + document.activeElement.type")
        assert outline != "none" or kind in ("BODYundefined", "INPUTradio"), kind
        if (
            page.evaluate("document.activeElement.type") == "range"
            and shown_numbers(page) == before
        ):
            page.keyboard.press("ArrowRight")
            whole(page)
    assert shown_numbers(page) != before
    assert {"Copy linkbutton", "Citebutton", "Run with uncertaintybutton", "Effectsbutton"} <= seen

    page.keyboard.press("Control+z")
    whole(page)
    assert shown_numbers(page) == before

    page.locator("#tab-effects").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-threats")).to_be_focused()
    expect(page.locator("#panel-threats")).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator("#panel-method")).to_be_visible()

    page.get_by_role("button", name="Download").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("End")
    expect(page.get_by_role("menuitem").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Download")).to_be_focused()
    expect(page.get_by_role("menu")).to_have_count(0)

    page.get_by_role("button", name="Cite").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Cite")).to_be_focused()


def test_nothing_moves_for_those_who_asked_for_stillness(browser, server):
    with visiting(browser, server.url, reduced_motion="reduce") as visit:
        page = visit.open(link_of(TOY))
        moving = "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
        assert page.evaluate(moving) == 0


def test_colours_are_kept_from_one_visit_to_the_next(visit):
    page = visit.open(link_of(TOY))
    page.get_by_role("button", name="Colours").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    again = visit.open(link_of(TOY))
    assert again.evaluate("document.documentElement.dataset.theme") == "dark"
