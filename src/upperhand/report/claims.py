"""The claims of an audit in a report: plain data in, HTML out. The audit itself is one layer up."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

#: What claims add to the style of the report: one colour for each verdict.
STYLE = """\
.verdict{font-size:1.1rem;border-left:4px solid;padding:4px 12px}
.supported{color:#01665e}.contradicted{color:#9a5b0c}.undecided,.not-testable{color:var(--soft)}
@media screen and (prefers-color-scheme:dark){.supported{color:#45b5a7}.contradicted{color:#d9953f}}
"""


def number(value: float | None, unit: str = "") -> str:
    """Return a number with three digits and its unit.

    Examples:
        >>> number(1234.5, "USD million"), number(-0.5128, "per cent"), number(None)
        ('1,230 USD million', '-0.513 per cent', 'no number')
    """
    if value is None:
        return "no number"
    size = abs(value)
    text = f"{float(f'{value:.3g}'):,.0f}" if size >= 1000 else f"{value:.3g}"
    return f"{text} {unit}".strip() if unit not in ("", "1") else text


def percent(share: float | None) -> str:
    """Return a share in per cent.

    Examples:
        >>> percent(0.333), percent(None)
        ('33%', '–')
    """
    return "–" if share is None else f"{100 * share:.0f}%"


def environment() -> Environment:
    """Return what templates that show claims are rendered with; every text is escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    found = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_packaged),
    )
    found.filters["percent"] = percent
    found.filters["shown"] = lambda value: "–" if value is None else number(value)
    found.filters["capitalize_first"] = lambda text: text[:1].upper() + text[1:]
    return found


def claims_section(audit: Mapping[str, Any]) -> Markup:
    """Return the section of a report on the claims of an audit.

    Args:
        audit: An audit as plain data: title, thesis, verdicts, counts, notes.

    Examples:
        >>> nothing = {"title": "None", "thesis": "", "verdicts": [], "counts": {}, "notes": []}
        >>> "0 claims" in claims_section(nothing)
        True
    """
    from markupsafe import Markup

    template = environment().from_string(_packaged("claims.html.j2"))
    said = [f"{n} {word}" for word, n in audit["counts"].items() if n]
    count = len(audit["verdicts"])
    sentence = f"{count} claim{'' if count == 1 else 's'}" + (
        f": {', '.join(said)}" if said else ""
    )
    return Markup(template.render(audit=audit, sentence=sentence))


def _packaged(name: str) -> str:
    return files("upperhand.report").joinpath("templates", name).read_text(encoding="utf-8")
