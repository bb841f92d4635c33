"""What an import may load: rules that the import contracts cannot see, because names are lazy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import upperhand

HEAVY = ("pandas", "xarray", "scipy", "altair", "jax", "openpyxl", "great_tables", "h5py")

BLOCK = """
import sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.startswith(("upperhand.numerics", "upperhand.equilibrium", "upperhand.game", "jax")):
            raise ImportError(f"{name} is the solver")

sys.meta_path.insert(0, Wall())
"""


def run_python(code: str) -> str:
    """Return what a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded_after(code: str) -> set[str]:
    """Return the heavy packages that `code` leaves loaded."""
    tail = f"\nimport sys\nprint(*sorted(set(sys.modules) & set({HEAVY!r})))"
    return set(run_python(code + tail).splitlines()[-1].split())


@pytest.mark.parametrize("module", ["upperhand", "upperhand.report", "upperhand.results"])
def test_results_can_be_shown_where_there_is_no_solver(module):
    run_python(f"{BLOCK}\nimport {module}")


def test_import_of_the_package_loads_nothing_heavy():
    assert loaded_after("import upperhand") == set()


def test_version_is_the_one_of_the_installed_package():
    from importlib.metadata import version

    assert upperhand.__version__ == version("upperhand")


def test_help_loads_nothing_heavy():
    code = (
        "from upperhand.cli import main\n"
        "import sys\n"
        "sys.argv = ['upperhand', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code"
    )
    assert loaded_after(code) == set()


@pytest.mark.parametrize("name", upperhand.__all__)
def test_every_public_name_can_be_imported(name):
    assert getattr(upperhand, name) is not None
    assert name in dir(upperhand)


def test_modules_do_not_take_the_place_of_functions_with_their_name():
    run_python(
        "import upperhand.report.html, upperhand.report.export, upperhand\n"
        "from upperhand.report import brief, save\n"
        "assert callable(brief) and callable(save) and callable(upperhand.brief)"
    )


def test_unknown_name_is_an_attribute_error_that_says_where_to_look():
    with pytest.raises(AttributeError, match="__all__"):
        upperhand.no_such_name  # noqa: B018  the access itself is the test


def test_names_for_type_checkers_are_the_names_at_run_time():
    """The two lists are written by hand; this keeps them one."""
    tree = ast.parse(Path(upperhand.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.asname or alias.name: f"{node.module}{f':{alias.name}' if alias.asname else ''}"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    namespaces = dict.fromkeys(upperhand._NAMESPACES, "upperhand")
    assert typed == upperhand._SOURCE | namespaces
    assert {*typed, "__version__"} == set(upperhand.__all__)
