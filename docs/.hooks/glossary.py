"""Link the first use of each word of the glossary on every other page."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from markdown.extensions.toc import slugify

PAGE = Path(__file__).resolve().parents[1] / "reference" / "glossary.md"
TAG = re.compile(r"(<[^>]+>)")
#: Inside these, words stay as they are.
CLOSED = ("a", "code", "pre", "h1", "h2", "h3", "h4", "math", "script", "style", "th", "title")


@cache
def words() -> dict[str, str]:
    """Return the anchor of each word of the glossary, the longest words first."""
    found = re.findall(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    ordered = sorted(found, key=len, reverse=True)
    return {word.lower(): slugify(word, "-") for word in ordered}


def on_page_content(html: str, *, page: Any, **_: Any) -> str:
    """Link the first use of each word outside headings, code and links."""
    if page.file.src_uri.endswith("glossary.md"):
        return html
    depth = page.file.src_uri.count("/")
    return linked(html, "../" * depth + "reference/glossary.html")


def linked(html: str, target: str) -> str:
    """Return a page with links to the glossary.

    Examples:
        >>> print(linked("<p>The closure and the closure.</p>", "g.html"))
        <p>The <a class="term" href="g.html#closure">closure</a> and the closure.</p>
        >>> linked("<h2>Closure</h2>", "g.html")
        '<h2>Closure</h2>'
    """
    left = dict(words())
    inside: list[str] = []
    parts = TAG.split(html)
    for i, part in enumerate(parts):
        if part.startswith("<"):
            _follow(part, inside)
        elif not inside and part.strip():
            parts[i] = _with_links(part, left, target)
    return "".join(parts)


def _follow(tag: str, inside: list[str]) -> None:
    name = re.match(r"</?([a-zA-Z0-9]+)", tag)
    if name is None or name[1].lower() not in CLOSED or tag.endswith("/>"):
        return
    if tag.startswith("</"):
        if inside:
            inside.pop()
    else:
        inside.append(name[1])


def _with_links(text: str, left: dict[str, str], target: str) -> str:
    for word, anchor in list(left.items()):
        found = re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, re.IGNORECASE)
        if found is None:
            continue
        del left[word]
        link = f'<a class="term" href="{target}#{anchor}">{found[0]}</a>'
        before, after = text[: found.start()], text[found.end() :]
        return _with_links(before, left, target) + link + _with_links(after, left, target)
    return text
