"""One theme for every chart: colours by meaning, in a light and a dark variant.

Charts are made in the light colours. The dark variant replaces each by its partner, in the
specification, in the drawn SVG, or in the page by style rules: one drawing serves both.
"""

from __future__ import annotations

from typing import Any

VEGALITE_VERSION = "6.4"
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "Inter, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

INK, SOFT, GRID, PAPER = "#1a1d24", "#565c68", "#dcdfe5", "#fffffe"
NOT_MODELLED = "#aaa7b3"  # drawn hatched
BORDER = "#8e93a0"
GAIN, LOSS = "#01665e", "#9a5b0c"
#: From large losses to large gains; the middle is 'about zero'. After ColorBrewer's BrBG.
DIVERGING = ("#8c510a", "#c98f3a", "#ebd3a0", "#f0efec", "#b4dfd8", "#4fa79f", "#01665d")
EXPORTER, IMPORTER = "#6c5b9e", "#c9a227"
PARTS = ("#34618f", "#d98b3f", "#5f9e6e", "#a15c94", "#8a8d3d", "#5ea6b8", "#b2564d", "#7c7f88")

#: Actors keep their colour in every chart; others take the next free one in the order of the run.
ACTORS = {
    "USA": "#2f6db5",
    "CHN": "#c8372e",
    "EU27": "#7a5195",
    "DEU": "#6b7a1e",
    "JPN": "#b8860b",
    "IND": "#2e8b57",
}
OTHERS = ("#7b5294", "#b07c10", "#3d7f4f", "#5d6b7d")

DARK = {
    INK: "#eceef2",
    SOFT: "#a9b0bc",
    GRID: "#343943",
    PAPER: "#15181d",
    NOT_MODELLED: "#6d6a78",
    BORDER: "#6a707c",
    GAIN: "#45b5a7",
    LOSS: "#d9953f",
    DIVERGING[0]: "#e08a1e",
    DIVERGING[1]: "#a9702a",
    DIVERGING[2]: "#6b5330",
    DIVERGING[3]: "#3a3d44",
    DIVERGING[4]: "#2b5954",
    DIVERGING[5]: "#2f8f84",
    DIVERGING[6]: "#3fd0bd",
    EXPORTER: "#9d8bd6",
    IMPORTER: "#d8b541",
    "#2f6db5": "#5b9be6",
    "#c8372e": "#f0655c",
    PARTS[0]: "#6c9bcb",
    PARTS[3]: "#c885ba",
    PARTS[6]: "#d9847b",
    "#7a5195": "#b08ad0",
    "#6b7a1e": "#a3b350",
    "#7b5294": "#b18bd0",
    "#2e8b57": "#4fb57f",
    "#3d7f4f": "#62ad77",
    "#5d6b7d": "#93a2b5",
}


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration of the theme."""
    axis = {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": GRID,
        "domainColor": BORDER,
        "tickColor": BORDER,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    return {
        "font": FONT,
        "background": "transparent",
        "padding": 4,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"grid": False, "domain": False, "ticks": False, "labelColor": INK},
        "axisX": {"grid": True, "domain": False, "ticks": False},
        "legend": {
            "labelColor": INK,
            "labelFontSize": 12,
            "title": None,
            "orient": "top",
            "symbolType": "square",
            "symbolStrokeWidth": 0,
            "labelLimit": 260,
        },
        "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": 600, "title": None},
        "title": {
            "color": INK,
            "subtitleColor": SOFT,
            "anchor": "start",
            "frame": "group",
            "fontSize": 17,
            "fontWeight": 600,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
            "offset": 14,
        },
        "text": {"color": INK, "fontSize": 11},
        "rule": {"color": SOFT},
    }


def actor_colours(codes: list[str]) -> dict[str, str]:
    """Return a colour for each actor, the same in every chart.

    Examples:
        >>> actor_colours(["USA", "VNM"])
        {'USA': '#2f6db5', 'VNM': '#7b5294'}
    """
    free = iter(OTHERS * (1 + len(codes)))
    return {code: ACTORS.get(code) or next(free) for code in codes}


def darkened(text: str) -> str:
    """Return a drawing or a specification with each colour replaced by its dark partner."""
    for light, dark in DARK.items():
        text = text.replace(light, dark)
    return text


def dark_rules(scope: str) -> str:
    """Return style rules that give drawings under `scope` their dark colours."""
    return "\n".join(
        f'{scope} [fill="{light}"]{{fill:{dark}}}{scope} [stroke="{light}"]{{stroke:{dark}}}'
        for light, dark in DARK.items()
    )
