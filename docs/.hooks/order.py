"""Put the shelves of the documentation, and their pages, in the order in which they are read."""

from __future__ import annotations

from typing import Any

SHELVES = ["Learn", "Do", "Gallery", "Model", "Reference", "Decisions"]
#: Pages by file name, first those that a reader needs first; the others follow by name.
PAGES = {
    "Do": ["install", "scenario", "report", "page", "as-of", "war-and-talks", "path", "ranges"],
    "Gallery": ["index", "one-tariff", "optimal-tariff", "chokepoint", "friends-and-enemies"],
    "Model": [
        *("equilibrium", "exposure", "stacking", "technology", "ossa", "war", "games"),
        *("talks", "leverage", "uncertainty", "audit", "reading"),
    ],
    "Reference": [
        *("index", "glossary", "cli", "commands", "scenario-fields", "equations"),
        *("assumptions", "data-sources", "data-cards", "model-cards"),
        *("validation", "validation-trade", "validation-tariffs", "validation-strategic"),
        *("validation-technology", "benchmarks"),
        *("world-icio-2022", "world-icio-2022-strategic"),
    ],
}


def on_nav(nav: Any, **_: Any) -> Any:
    """Sort the top level: the front page, then the shelves; and the pages of a shelf."""

    def rank(item: Any) -> int:
        title = str(item.title)
        return SHELVES.index(title) + 1 if item.is_section and title in SHELVES else 0

    nav.items.sort(key=rank)
    for item in nav.items:
        if item.is_section and str(item.title) in PAGES:
            item.children.sort(key=lambda child, order=PAGES[str(item.title)]: _place(child, order))
    return nav


def _place(item: Any, order: list[str]) -> tuple[int, str]:
    """Return where a page stands: in the list, or after it by name."""
    if not item.is_page:
        return len(order), str(item.title)
    name = item.file.src_uri.rsplit("/", 1)[-1].removesuffix(".md")
    return (order.index(name), "") if name in order else (len(order), name)
