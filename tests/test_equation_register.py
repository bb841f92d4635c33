"""Every equation of the model book has code that says so and a test that claims it.

In `docs/model/` an equation carries `\\tag{2.4}`. The next paragraph that begins with "Implemented by"
names, in backticks, the functions of all the equations since the last such one. The docstring of
one of them says `(eq. 2.4)`, and a test is marked `@pytest.mark.equation("2.4")`.
"""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import takewhile

import pytest

from tests.support import ROOT

BOOK = ROOT / "docs" / "model"
TAG = re.compile(r"\\tag\{([^}]*)\}")
NUMBER = re.compile(r"\d+\.\d+[a-z]?")
RANGE = re.compile(r"(\d+)\.(\d+) ?(?:-|to) ?\1\.(\d+)")
MENTION = re.compile(r"\(eqs?\. ([^)]*)\)")


@dataclass(frozen=True)
class Equation:
    """A numbered equation and the names that follow its "Implemented by"."""

    number: str
    place: str
    functions: tuple[str, ...]


def equations_of(text: str, place: str) -> list[Equation]:
    """Return the equations of one chapter; those that no line claims have no functions."""
    found: list[Equation] = []
    open_numbers: list[tuple[str, int]] = []
    lines = text.splitlines()
    for row, line in enumerate(lines, start=1):
        open_numbers += [(number, row) for number in TAG.findall(line)]
        if line.lstrip("*_ ").startswith("Implemented by"):
            paragraph = " ".join(takewhile(str.strip, lines[row - 1 :]))
            names = tuple(re.findall(r"`([\w.]+)`", paragraph))
            found += [Equation(number, f"{place}:{at}", names) for number, at in open_numbers]
            open_numbers = []
    return found + [Equation(number, f"{place}:{at}", ()) for number, at in open_numbers]


@cache
def book() -> tuple[Equation, ...]:
    """Return every equation of the model book."""
    chapters = sorted(BOOK.rglob("*.md"))
    return tuple(
        equation
        for chapter in chapters
        for equation in equations_of(
            chapter.read_text(encoding="utf-8"), str(chapter.relative_to(ROOT))
        )
    )


def find(name: str) -> object | None:
    """Return the object of a dotted name, with or without the package in front, or None."""
    parts = name.removeprefix("upperhand.").split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: object = import_module(".".join(["upperhand", *parts[:cut]]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            thing = getattr(thing, attribute, None)
        return thing
    return None


def mentioned(text: str | None) -> set[str]:
    """Return the equation numbers that a docstring claims; `2.1-2.3` claims all three."""
    claimed: set[str] = set()
    for part in MENTION.findall(text or ""):
        claimed.update(NUMBER.findall(part))
        for chapter, first, last in RANGE.findall(part):
            claimed.update(f"{chapter}.{k}" for k in range(int(first), int(last) + 1))
    return claimed


@cache
def claims_of_tests() -> dict[str, str]:
    """Return the place of one test for each number in an `equation` mark."""
    claims: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (
                isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.equation"
            ):
                continue
            for argument in node.args:
                assert isinstance(argument, ast.Constant), f"{path}: write the number out"
                claims[str(argument.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return claims


@cache
def claims_of_code() -> dict[str, str]:
    """Return the place of one docstring for each `(eq. x.y)` in the source."""
    source = ROOT / "src" / "upperhand"
    documented = (ast.FunctionDef, ast.ClassDef, ast.Module)
    return {
        number: f"{path.relative_to(ROOT)}"
        for path in sorted(source.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, documented)
        for number in mentioned(ast.get_docstring(node))
    }


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "equation" in metafunc.fixturenames:
        metafunc.parametrize("equation", book(), ids=lambda equation: equation.number)


def test_equation_is_implemented_by_a_function_that_says_so(equation):
    assert equation.functions, f"{equation.place}: eq. {equation.number} lacks 'Implemented by'"
    found = {name: find(name) for name in equation.functions}
    missing = [name for name, thing in found.items() if thing is None]
    assert not missing, f"{equation.place}: there is no {', '.join(missing)}"
    said = set().union(*(mentioned(inspect.getdoc(thing)) for thing in found.values()))
    assert equation.number in said, (
        f"{equation.place}: no docstring of {', '.join(found)} says (eq. {equation.number})"
    )


def test_equation_is_claimed_by_a_test(equation):
    assert equation.number in claims_of_tests(), (
        f'{equation.place}: no test is marked @pytest.mark.equation("{equation.number}")'
    )


def test_numbers_of_equations_are_unique_and_well_formed():
    numbers = [equation.number for equation in book()]
    assert numbers, f"no numbered equation under {BOOK}"
    assert sorted(set(numbers)) == sorted(numbers), "a number is given twice"
    assert [number for number in numbers if not NUMBER.fullmatch(number)] == []


def test_code_and_tests_claim_only_equations_that_exist():
    numbers = {equation.number for equation in book()}
    claims = claims_of_tests() | claims_of_code()
    assert {number: place for number, place in claims.items() if number not in numbers} == {}


def test_a_chapter_without_claims_is_caught():
    """The reader of chapters itself: a claimed equation, then one that nobody claims."""
    text = "\\tag{1.1}\n\\tag{1.2}\n\nImplemented by `core.errors.nearest`.\n\\tag{1.3}\n"
    found = equations_of(text, "chapter")
    assert [equation.functions for equation in found] == [("core.errors.nearest",)] * 2 + [()]
    assert find("core.errors.nearest") is not None
    assert find("core.errors.no_such") is None
    assert mentioned("Shares (eq. 1.1, 1.2) and prices (eq. 1.3-1.5).") == {
        f"1.{k}" for k in range(1, 6)
    }
