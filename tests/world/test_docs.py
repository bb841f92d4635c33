"""The examples on the page about one's own table run as printed."""

from __future__ import annotations

import doctest

import pytest

from tests.support import ROOT
from upperhand.world.card_page import card_page
from upperhand.world.load import load_world

PAGE = ROOT / "docs" / "do" / "world.md"


def test_the_examples_of_the_page_run_as_printed():
    if not PAGE.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    failed, tried = doctest.testfile(
        str(PAGE), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert tried >= 12
    assert failed == 0


def test_the_page_of_the_packaged_world_shows_every_region_and_sector():
    page = card_page(load_world("icio-2022"))
    world = load_world("icio-2022")
    assert all(f"| {code} |" in page for code in (*world.countries, *world.sectors))


def test_the_examples_of_the_page_on_published_tables_run_as_printed():
    page = PAGE.with_name("own-table.md")
    if not page.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    failed, tried = doctest.testfile(
        str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert (failed, tried >= 7) == (0, True)
