"""`Chart`: a finding with the Vega-Lite drawing behind it, rendered without a network."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from upperhand.report.charts.theme import (
    GRID,
    INK,
    NOT_MODELLED,
    PAPER,
    SCHEMA,
    SOFT,
    VEGALITE_VERSION,
    config,
    darkened,
)

if TYPE_CHECKING:
    import altair as alt

WIDE, NARROW = 860, 358
TITLE_CHARACTER, SUBTITLE_CHARACTER = 11.2, 8.0  # pixels that a character takes in the widest font


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: a finding as its title, the unit below, the source in the footer.

    Attributes:
        key: Short name; the table of the same key holds the numbers.
        title: The finding, in words.
        subtitle: What is measured, with its unit.
        source: Footer.
        alt: What a reader who cannot see the chart should know.
        draw: Makes the drawing for a total width in pixels.
        legend: Colour and label of each class, where the drawing has no legend of its own.
        datasets: Large data by name, put into the specification as they are.
    """

    key: str
    title: str
    subtitle: str
    source: str
    alt: str
    draw: Callable[[int], Any]
    legend: tuple[tuple[str, str], ...] = ()
    datasets: Callable[[], dict[str, Any]] = dict

    def spec(self, width: int = WIDE, *, titled: bool = True, dark: bool = False) -> dict[str, Any]:
        """Return the Vega-Lite specification; it loads nothing from anywhere.

        Args:
            width: Total width in pixels that the drawing aims at.
            titled: Put title, unit and source into the drawing; a page prints them itself.
            dark: Use the dark colours, on dark paper.
        """
        from altair.utils.schemapi import debug_mode

        with debug_mode(arg=False):  # checks of every part take a second; a test checks the whole
            drawn: dict[str, Any] = self.draw(width).to_dict(validate=False)
        drawn = {k: v for k, v in drawn.items() if k not in ("config", "$schema")}
        drawn["datasets"] = {**drawn.get("datasets", {}), **self.datasets()}
        if titled:
            drawn = self._with_titles(drawn, width)
        drawn |= {"$schema": SCHEMA, "config": config(), "description": self.alt}
        drawn["background"] = PAPER if titled else "transparent"
        drawn["usermeta"] = {"title": self.title, "subtitle": self.subtitle, "source": self.source}
        return dict(json.loads(darkened(json.dumps(drawn)))) if dark else drawn

    def svg(self, width: int = WIDE, *, titled: bool = True, dark: bool = False) -> str:
        """Return the drawing as SVG."""
        import vl_convert

        spec = self.spec(width, titled=titled)
        drawn = vl_convert.vegalite_to_svg(spec, vl_version=VEGALITE_VERSION)
        drawn = hatched(slim(drawn), self.key)
        return darkened(drawn) if dark else drawn

    def png(self, width: int = WIDE, *, scale: float = 2.0, dark: bool = False) -> bytes:
        """Return the drawing as PNG, `scale` pixels a point."""
        import vl_convert

        return bytes(vl_convert.svg_to_png(self.svg(width, dark=dark), scale=scale))

    def _with_titles(self, drawn: dict[str, Any], width: int) -> dict[str, Any]:
        data = {key: drawn.pop(key) for key in ("datasets",) if key in drawn}
        key = _legend_row(self.legend, width) if self.legend else []
        footer = _text_row(_wrap(self.source, width, SUBTITLE_CHARACTER), SOFT, 11)
        return {
            "title": {
                "text": _wrap(self.title, width, TITLE_CHARACTER),
                "subtitle": _wrap(self.subtitle, width, SUBTITLE_CHARACTER),
                "frame": "bounds",
            },
            "vconcat": [*key, drawn, footer],
            "spacing": 10,
            "align": "none",
            **data,
        }


def slim(svg: str) -> str:
    """Return an SVG with coordinates to a tenth of a point, and without what only scripts read.

    Examples:
        >>> slim('<path aria-label="a" d="M1.23456,-0.04L10.0,3.96" />')
        '<path d="M1.2,0L10,4" />'
    """
    svg = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", svg)
    return re.sub(r' (?:d|transform)="[^"]*"', lambda found: _rounded(found.group()), svg)


def hatched(svg: str, key: str) -> str:
    """Return an SVG in which 'not modelled' is hatched: it is not a value."""
    if NOT_MODELLED not in svg:
        return svg
    name = f"hatch-{re.sub(r'[^a-z0-9]+', '-', key)}"
    pattern = (
        f'<defs><pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="5" height="5" fill="{PAPER}"/>'
        f'<rect width="1.6" height="5" fill="{NOT_MODELLED}"/></pattern></defs>'
    )
    svg = svg.replace(f'fill="{NOT_MODELLED}"', f'fill="url(#{name})"')
    return re.sub(r"(<svg[^>]*>)", lambda match: match.group(1) + pattern, svg, count=1)


def inline(values: Any, form: Any = None) -> alt.Data:
    """Return data that travel inside the specification."""
    import altair as alt

    given = {"values": values} if form is None else {"values": values, "format": form}
    made: alt.Data = alt.Data(**given)  # type: ignore[no-untyped-call]  # untyped upstream
    return made


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Return a frame as plain rows, NaN as None, so that Altair does not look at its types."""
    return [
        {str(key): None if _is_nan(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


def _rounded(attribute: str) -> str:
    return re.sub(r"-?\d+\.\d+", _tenth, attribute)


def _tenth(match: re.Match[str]) -> str:
    text = f"{float(match.group()):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124  the test for NaN


def _wrap(text: str, width: int, character: float) -> list[str]:
    return textwrap.wrap(text, max(20, int(width / character))) or [""]


def _text_row(lines: list[str], colour: str, size: int) -> dict[str, Any]:
    mark = {"type": "text", "align": "left", "baseline": "top", "x": 0, "y": 0, "color": colour}
    return {
        "data": {"values": [{}]},
        "height": 15 * len(lines),
        "width": 10,
        "mark": {**mark, "fontSize": size, "lineHeight": 15, "text": lines},
    }


def _legend_row(legend: tuple[tuple[str, str], ...], width: int) -> list[dict[str, Any]]:
    columns = max(1, width // 200)
    rows = [
        {"c": colour, "t": label, "x": i % columns * 200, "y": i // columns * 20 + 8}
        for i, (colour, label) in enumerate(legend)
    ]
    lines = (len(rows) - 1) // columns + 1
    place = {
        "x": {"field": "x", "type": "quantitative", "axis": None, "scale": None},
        "y": {"field": "y", "type": "quantitative", "axis": None, "scale": None},
    }
    square = {"type": "square", "size": 150, "opacity": 1, "stroke": GRID, "xOffset": 8}
    text = {"type": "text", "align": "left", "dx": 20, "fontSize": 12, "color": INK}
    return [
        {
            "data": {"values": rows},
            "width": width - 40,
            "height": 20 * lines,
            "layer": [
                {
                    "mark": square,
                    "encoding": {
                        **place,
                        "color": {"field": "c", "type": "nominal", "scale": None},
                    },
                },
                {"mark": text, "encoding": {**place, "text": {"field": "t", "type": "nominal"}}},
            ],
        }
    ]
