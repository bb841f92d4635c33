"""Pages that are made from the package are current, and what pages promise exists."""

from __future__ import annotations

import importlib.util
import json
import re
import runpy
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from tests.support import ROOT
from upperhand.scenario.registers import (
    assumed_numbers,
    assumptions_page,
    data_sources,
    sources_page,
)

DOCS = ROOT / "docs"
GALLERY = sorted(path.stem for path in (DOCS / "gallery").glob("*.py"))


@cache
def hook(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"hook_{name}", DOCS / ".hooks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "page"),
    [("ASSUMPTIONS.md", assumptions_page), ("DATA_SOURCES.md", sources_page)],
)
def test_pages_of_assumptions_and_sources_are_current(name, page):
    assert (ROOT / name).read_text(encoding="utf-8") == page(), "run make pages"


def test_an_assumed_number_lies_in_its_range():
    for row in assumed_numbers():
        if row.low and row.high:
            assert float(row.low) <= float(row.value) <= float(row.high), row


def test_every_source_has_a_licence_and_says_what_it_is_for():
    for source in data_sources():
        assert source.title, source
        assert source.licence, source
        assert source.used_for, source


def test_every_page_of_a_shelf_opens_with_a_question():
    for shelf in ("do", "reference", "gallery"):
        for path in (DOCS / shelf).glob("*.md"):
            title = path.read_text(encoding="utf-8").splitlines()[0]
            assert re.fullmatch(r"# .+\?", title), path


def test_every_test_that_a_model_card_names_exists():
    named = re.findall(r"`(test_\w+)`", (DOCS / "reference" / "model-cards.md").read_text("utf-8"))
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 15
    assert not [name for name in named if f"def {name}(" not in text]


def test_words_of_the_glossary_are_in_order_and_each_points_somewhere():
    text = (DOCS / "reference" / "glossary.md").read_text("utf-8")
    words = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert words == sorted(words, key=str.lower)
    entries = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert all(re.search(r"\]\(\.\./.+\.md\)", entry) for entry in entries)


def test_links_to_the_glossary_leave_code_and_headings_alone():
    pytest.importorskip("markdown")
    html = "<h2>Closure</h2><p><code>closure</code> <a href='x'>closure</a> Closure, closure</p>"
    found = hook("glossary").linked(html, "g.html")
    assert found.count('class="term"') == 1
    assert "<h2>Closure</h2>" in found
    assert "<code>closure</code>" in found


@pytest.mark.parametrize("name", GALLERY)
def test_a_notebook_is_its_script_executed_without_an_error(name):
    gallery = hook("gallery")
    book = json.loads((DOCS / "gallery" / f"{name}.ipynb").read_text("utf-8"))
    script = (DOCS / "gallery" / f"{name}.py").read_text("utf-8")
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in book["cells"]]
    assert cells == gallery.cells_of(script), f"run make gallery ARGS={name}"
    outputs = [out for cell in book["cells"] for out in cell.get("outputs", ())]
    assert not [out for out in outputs if out["output_type"] == "error"]
    page, pictures = gallery.page_of(book, name)
    assert (DOCS / "gallery" / f"{name}.md").read_text("utf-8") == page
    for file, content in pictures.items():
        assert (DOCS / "gallery" / file).read_bytes() == content


@pytest.mark.parametrize("name", GALLERY)
def test_a_notebook_runs(name, capsys):
    runpy.run_path(str(DOCS / "gallery" / f"{name}.py"))
    assert "Error" not in capsys.readouterr().out


def test_pictures_of_the_first_hour_exist_and_say_what_they_show():
    page = DOCS / "learn" / "first-hour.md"
    shown = re.findall(r"!\[(.+)\]\((.+)\)", page.read_text("utf-8"))
    assert len(shown) >= 2
    for words, path in shown:
        assert len(words) > 20
        assert (page.parent / Path(path)).is_file()
