"""Show an audit: text for a terminal, JSON, and one HTML page that works offline."""

from __future__ import annotations

import base64
import json
import re
from importlib.resources import files
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from upperhand.audit.verdict import CONTRADICTED_TO, SUPPORTED_FROM, Audit, Verdict
from upperhand.core.errors import OptionError, unknown
from upperhand.core.files import write_text
from upperhand.report.claims import STYLE, environment, number, percent

if TYPE_CHECKING:
    from markupsafe import Markup

SUFFIXES = (".html", ".json")


def text_of(audit: Audit) -> str:
    """Return an audit for a terminal: the counts, then each claim with verdict and reason.

    Examples:
        >>> print(text_of(Audit("Nothing claimed", "", {}, ())))
        Nothing claimed
        0 claims:
    """
    parts = [f"{audit.title}\n{audit.sentence()}".rstrip()]
    parts += [_claim(verdict) for verdict in audit.verdicts]
    if audit.notes:
        parts.append("\n".join(fill(note, 96, subsequent_indent="  ") for note in audit.notes))
    return "\n\n".join(parts)


def _claim(verdict: Verdict) -> str:
    chance = "" if verdict.probability is None else f" (probability {percent(verdict.probability)})"
    said = f"“{verdict.words}”" if verdict.quoted else verdict.words
    who = f" [{verdict.speaker}]" if verdict.speaker else ""
    lines = [f"{verdict.verdict.upper()}{chance}: {said}{who}"]
    lines += [f"  {item.words}: {_range(item)}; wanted {item.wanted}" for item in verdict.evidence]
    lines += [f"  hinges on {item}" for item in verdict.hinges_on]
    lines += [f"  {text}" for text in (verdict.basis, verdict.note) if text]
    return "\n".join(fill(line, 96, subsequent_indent="    ") for line in lines)


def _range(item: Any) -> str:
    value = number(item.value, item.unit) if item.value is not None else ""
    if item.low is None:
        return value or "no number"
    if item.low == item.high:
        return value or number(item.high, item.unit)
    spread = f"{number(item.low)} to {number(item.high)}"
    return f"{value} ({spread})" if value else spread


def html_audit(audit: Audit) -> str:
    """Return an audit as one HTML document. Nothing is fetched; every text is escaped."""
    template = environment().from_string(
        files("upperhand.audit").joinpath("templates", "audit.html.j2").read_text(encoding="utf-8")
    )
    url = audit.about.get("url", "")
    packed = base64.b64encode(json_audit(audit).encode("utf-8")).decode("ascii")
    return template.render(
        audit=audit,
        style=style(STYLE),
        link=url if re.match(r"https?://", url) else "",
        supported=f"{100 * SUPPORTED_FROM:.0f}%",
        contradicted=f"{100 * CONTRADICTED_TO:.0f}%",
        version=version(),
        download=f"data:application/json;charset=utf-8;base64,{packed}",
    )


def style(more: str = "") -> Markup:
    """Return the style of the report's pages, with rules of one's own behind it."""
    from markupsafe import Markup

    folder = files("upperhand.report").joinpath("templates")
    return Markup(folder.joinpath("report.css").read_text(encoding="utf-8") + more)


def json_audit(audit: Audit) -> str:
    """Return an audit as JSON text."""
    return json.dumps(audit.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def version() -> str:
    """Return the version of the package."""
    from upperhand._version import __version__

    return str(__version__)


def check_suffix(path: Path) -> Path:
    """Return a path whose suffix can be written.

    Raises:
        OptionError: If the suffix is not one of those that can be written.

    Examples:
        >>> check_suffix(Path("audit.pdf"))
        Traceback (most recent call last):
        upperhand.core.errors.OptionError: -o audit.pdf: unknown suffix '.pdf' ...
    """
    if path.suffix not in SUFFIXES:
        raise OptionError(f"-o {path}: " + unknown("suffix", path.suffix, SUFFIXES))
    if path.is_dir():
        raise OptionError(f"-o {path}: is a folder; give the name of a file")
    return path


def save_audit(audit: Audit, path: str | Path) -> Path:
    """Write an audit as HTML or JSON, by the suffix of the path.

    Raises:
        OptionError: If the suffix is not one of those that can be written.
    """
    target = check_suffix(Path(path))
    write = html_audit if target.suffix == ".html" else json_audit
    return write_text(target, write(audit))
