"""The report is one file: no request, no script, everything escaped, everything inside."""

from __future__ import annotations

import base64
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.report.synthetic import MOVES, synthetic_counterfactual, synthetic_run
from upperhand.report import html_report
from upperhand.report.export import as_run
from upperhand.results.record import scenario_yaml

HOSTILE = "<script>alert(1)</script>\"'&<img src=x onerror=y>{{7*7}}=1+1"
VOID = {"meta", "link", "img", "br", "hr"}
LOADS = {"src", "srcset", "data", "poster", "action", "xlink:href"}


class Reader(HTMLParser):
    """Collects tags with their attributes, headings and balance."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(report) -> Reader:
    return Reader(report)


def test_tags_are_balanced_and_identifiers_unique(page):
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_nothing_is_fetched_and_nothing_runs(report, page):
    assert not [tag for tag, _ in page.tags if tag in ("script", "iframe", "object", "embed")]
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in LOADS & set(attributes):
            assert (attributes[name] or "").startswith("data:"), (tag, attributes)
    links = [a.get("href") or "" for tag, a in page.tags if tag == "link"]
    assert all(link.startswith("data:") for link in links)
    assert "@import" not in report
    assert not re.search(r"url\((?!#)", report)


def test_every_section_is_there(page):
    assert {
        "changes", "map", "ranking", "sectors", "who-pays", "welfare", "diversion", "alone",
        "horizons", "method", "assumptions", "sources", "cite", "reproduce", "downloads",
    } <= set(page.ids)  # fmt: skip


def test_links_inside_the_page_lead_somewhere(page):
    inside = [
        a["href"][1:]
        for tag, a in page.tags
        if tag == "a" and (a.get("href") or "").startswith("#")
    ]
    assert inside
    assert set(inside) <= set(page.ids)


def test_headings_descend_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))


def test_drawings_are_named_and_tables_have_captions_and_scopes(page):
    drawings = [a for tag, a in page.tags if tag == "svg" and a.get("aria-hidden") != "true"]
    assert len(drawings) == 15
    assert all(len(a.get("aria-label") or "") > 40 for a in drawings)
    counts = {tag: sum(t == tag for t, _ in page.tags) for tag in ("table", "caption")}
    assert counts["table"] == counts["caption"] >= 9
    assert all(a.get("scope") in ("col", "row") for tag, a in page.tags if tag == "th")


def test_the_answer_and_the_four_numbers_come_first(report):
    start = report.index("<main>")
    assert report.index("so China is hurt more", start) < report.index("Pain ratio", start)
    assert report.index("Pain ratio", start) < report.index('id="changes"')


def test_downloads_hold_every_table_and_the_scenario(run, page):
    files = {a["download"]: a["href"] for tag, a in page.tags if tag == "a" and "download" in a}
    assert {"scenario.yaml", "run.json", "ranking.csv", "welfare.csv", "changes.csv"} <= set(files)
    text = base64.b64decode(files["scenario.yaml"].split(",", 1)[1]).decode()
    assert text == scenario_yaml(run.scenario)
    assert "Viet Nam" in base64.b64decode(files["ranking.csv"].split(",", 1)[1]).decode()


def test_old_and_new_rates_and_trade_covered_are_on_the_page(report):
    assert "USA tariff on CHN, goods" in report
    for number in ("47.5", "147.5", "438.0"):
        assert number in report


def test_report_of_the_fixture_is_small(report):
    assert len(report) < 1_500_000


def test_hostile_names_are_text_everywhere():
    run = synthetic_run(title=HOSTILE)
    names = {code: f"{HOSTILE}{code}" for code in run.world["country_names"]}
    sectors = {code: HOSTILE + code for code in run.world["sector_names"]}
    run = replace(
        run,
        baseline=HOSTILE,
        world={
            **run.world,
            "country_names": names,
            "sector_names": sectors,
            "card": {"title": HOSTILE},
        },
        assumptions=[dict.fromkeys(("name", "value", "unit", "source", "status"), HOSTILE)],
        sources=[{"title": HOSTILE, "url": "javascript:alert(1)", "licence": HOSTILE}],
        environment={HOSTILE: HOSTILE},
        changes=[{**run.changes[0], "label": HOSTILE, "from": HOSTILE}],
        cases=tuple(replace(case, label=HOSTILE) for case in run.cases),
        scenario={"title": HOSTILE, "moves": [dict(m, note=HOSTILE) for m in MOVES]},
    )
    text = html_report(run)
    page = Reader(text)
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {"script", "img"}
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    assert "javascript:" not in text
    assert "{{7*7}}" in text  # printed, not computed


def test_failed_solves_are_shown_on_top_and_no_number_is_made_up():
    text = html_report(synthetic_run(ok=False))
    assert "Not an equilibrium" in text
    assert "No answer: no equilibrium: step limit" in text
    assert "NaN" not in text
    assert not re.search(r"\bnan\b", text)


def test_a_single_result_and_a_run_with_draws_make_a_report_too():
    assert "loses most" in html_report(as_run(synthetic_counterfactual()))
    assert "range over the horizons and draws" in html_report(synthetic_run(draws=5))


def test_report_needs_no_solver(tmp_path):
    """A saved run is read, described, drawn and written where the solver cannot be imported."""
    import subprocess
    import sys

    synthetic_run().save_record(tmp_path / "record")
    code = f"""
import sys
class Wall:
    def find_spec(self, name, path=None, target=None):
        blocked = ("numerics", "equilibrium", "game", "world", "measures", "scenario")
        if name.startswith(tuple("upperhand." + part for part in blocked) + ("jax",)):
            raise ImportError(name)
sys.meta_path.insert(0, Wall())
from upperhand.results import read_record
from upperhand.report import brief, html_report
run = read_record({str(tmp_path / "record")!r})
print(brief(run)[:30], len(html_report(run)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_question_and_notes_of_the_scenario_are_on_the_page(run):
    scenario = {**run.scenario, "question": "Who is hurt?", "notes": ["Averages <hide> products."]}
    text = html_report(replace(run, scenario=scenario))
    assert "<p>Who is hurt?</p>" in text
    assert "Averages &lt;hide&gt; products." in text
