"""What every page of the report is made of: templates, style, drawings, downloads."""

from __future__ import annotations

import base64
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from upperhand.report.charts.base import NARROW, WIDE
from upperhand.report.charts.theme import NOT_MODELLED, dark_rules
from upperhand.report.claims import STYLE as CLAIMS_STYLE

if TYPE_CHECKING:
    from jinja2 import Template

    from upperhand.report.charts import Chart

MAP_RATIO = "map"  # the map has no text and scales; other charts are drawn twice


def template(name: str) -> Template:
    """Return a template of the report; what it prints is escaped."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(packaged),
    )
    return environment.get_template(name)


def drawing(chart: Chart) -> dict[str, Any]:
    """Return a chart drawn for a wide and a narrow page, with its legend."""
    from markupsafe import Markup

    widths = (WIDE,) if chart.key == MAP_RATIO else (WIDE, NARROW)
    drawings = [Markup(inline_svg(chart, width)) for width in widths]
    hatch = f"url(#{chart.key}-{WIDE}-hatch-{chart.key})"
    return {
        "chart": chart,
        "legend": [(hatch if c == NOT_MODELLED else c, label) for c, label in chart.legend],
        "wide": drawings[0],
        "narrow": drawings[1] if len(drawings) > 1 else None,
    }


def inline_svg(chart: Chart, width: int) -> str:
    """Return a drawing for use inside a page: named for readers, with identifiers of its own."""
    from markupsafe import escape

    svg = chart.svg(width, titled=False)
    scope = f"{chart.key}-{width}-"
    svg = re.sub(r'\bid="', f'id="{scope}', svg)
    svg = re.sub(r"url\(#", f"url(#{scope}", svg)
    size = re.match(r'<svg[^>]*? width="([\d.]+)" height="([\d.]+)"', svg)
    box = f' style="max-width:{size.group(1)}px"' if size else ""
    return re.sub(r"^<svg", f'<svg role="img" aria-label="{escape(chart.alt)}"{box}', svg, count=1)


def data_uri(kind: str, text: str) -> str:
    """Return a text as an address that holds it."""
    packed = base64.b64encode(text.encode("utf-8")).decode("ascii")
    return f"data:{kind};charset=utf-8;base64,{packed}"


def page_style() -> Any:
    """Return the style of a page, dark rules for drawings included."""
    from markupsafe import Markup

    rules = packaged("report.css")
    dark = dark_rules("figure")
    text = f"{rules}\n{CLAIMS_STYLE}\n@media screen and (prefers-color-scheme: dark){{\n{dark}\n}}"
    return Markup(text)


def packaged(name: str) -> str:
    """Return the text of a packaged template."""
    return files("upperhand.report").joinpath("templates", name).read_text(encoding="utf-8")
