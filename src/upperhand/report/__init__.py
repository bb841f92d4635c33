"""Show a run: brief, tables, charts, map, report and files. No solver is needed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# Not lazily: the module has the name of its function, and would take its place once imported.
from upperhand.report.brief import answer, brief

if TYPE_CHECKING:
    from upperhand.report.export import save
    from upperhand.report.html import html_report

__all__ = ["answer", "brief", "html_report", "save"]

_SOURCE = {"html_report": "html", "save": "export"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that reading a brief draws no chart."""
    if name not in _SOURCE:
        raise AttributeError(f"module 'upperhand.report' has no attribute '{name}'")
    value = getattr(import_module(f"upperhand.report.{_SOURCE[name]}"), name)
    globals()[name] = value
    return value
