"""Turn the formulas of a page into MathML when the site is built: no script, no network."""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert

FORMULA = re.compile(r'<(span|div) class="arithmatex">(.*?)</\1>', re.DOTALL)
TAG = re.compile(r"\\tag\{([^}]*)\}")


def on_page_content(content: str, **_: Any) -> str:
    """Replace every formula of the rendered page."""
    return FORMULA.sub(_mathml, content)


def _mathml(found: re.Match[str]) -> str:
    """Return one formula as MathML, its number beside it as a target for links."""
    source = html.unescape(found[2]).strip()
    block = found[1] == "div"
    latex = source[2:-2].strip()  # without \( \) or \[ \]
    number = TAG.search(latex)
    formula = convert(TAG.sub("", latex), display="block" if block else "inline")
    if not block:
        return formula
    label = f'<span class="number" id="eq-{number[1]}">({number[1]})</span>' if number else ""
    return f'<div class="formula">{formula}{label}</div>'
