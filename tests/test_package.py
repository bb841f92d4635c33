"""What is declared about the package agrees with what is in it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache

import pytest

import upperhand
from tests.support import ROOT

SOURCE = ROOT / "src" / "upperhand"

# Distributions whose module has another name, or comes with the distribution named.
MODULES = {
    "any_llm": "any-llm-sdk",
    "markupsafe": "jinja2",
    "ruamel": "ruamel.yaml",
    "vl_convert": "vl-convert-python",
}
# Used through a name in a string, as `engine="openpyxl"`.
BY_NAME = {"openpyxl"}
# Extras for work on the package; what the package imports must not hide there.
DEVELOPERS = {"dev", "docs", "fuzz", "mutation", "oracles", "test"}


def normal(requirement: str) -> str:
    """Return the name of a requirement as package registries compare it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@cache
def declared() -> dict[str, set[str]]:
    """Return the requirements by extra; those of the base under the empty name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {group: {normal(item) for item in items} for group, items in groups.items()}


@cache
def imported() -> dict[str, str]:
    """Return the packages from elsewhere that the source imports, with one place of each."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            for name in (name.split(".")[0] for name in names):
                if name not in sys.stdlib_module_names and name != "upperhand":
                    found[normal(MODULES.get(name, name))] = str(path.relative_to(ROOT))
    return found


def test_every_import_is_declared():
    groups = [group for group in declared() if group not in DEVELOPERS]
    known = set().union(*(declared()[group] for group in groups))
    missing = {name: place for name, place in imported().items() if name not in known}
    assert missing == {}


def test_every_base_dependency_is_used():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    used = set(imported()) | {name for name in BY_NAME if f'"{name}"' in text}
    assert declared()[""] - used == set()


@pytest.mark.parametrize("heavy", ["jax", "pyarrow", "dask", "distributed", "numba", "torch"])
def test_base_install_stays_small(heavy):
    assert heavy not in declared()[""]


def test_citation_names_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {upperhand.__version__}\n" in text


def test_fragments_of_changes_have_a_known_kind():
    kinds = {"added", "changed", "fixed", "removed", "numbers"}
    names = [path.name for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    assert [name for name in names if name.split(".")[-2] not in kinds] == []


def test_packaged_files_are_installed_with_the_package():
    """Whatever is not Python in the source must be readable where the package is installed."""
    from importlib.resources import files

    installed = files("upperhand")
    data = [path for path in SOURCE.rglob("*") if path.is_file() and path.suffix != ".py"]
    names = [path.relative_to(SOURCE) for path in data if "__pycache__" not in path.parts]
    assert any(name.suffix == ".npz" for name in names)
    assert [str(name) for name in names if not installed.joinpath(*name.parts).is_file()] == []


def test_methods_that_runs_cite_are_in_the_bibliography():
    from upperhand.equilibrium.solve import METHODS

    text = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    assert set(METHODS) <= set(re.findall(r"@\w+\{([^,]+),", text))
