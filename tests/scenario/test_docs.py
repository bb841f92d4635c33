"""The examples on the page about scenarios run as printed, and its commands exist."""

from __future__ import annotations

import doctest
import re

import pytest

from tests.support import ROOT
from upperhand.scenario import library

PAGE = ROOT / "docs" / "do" / "scenario.md"


@pytest.fixture
def page() -> str:
    if not PAGE.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.usefixtures("page")
def test_the_examples_of_the_page_run_as_printed():
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 4
    assert failed == 0


def test_the_page_lists_every_packaged_scenario(page):
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \| [a-z0-9]", page, re.MULTILINE)) >= set(library())
