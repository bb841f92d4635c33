"""Put the shelves of the documentation in the order in which they are read."""

from __future__ import annotations

from typing import Any

SHELVES = ["Learn", "Do", "Gallery", "Model", "Reference", "Decisions"]


def on_nav(nav: Any, **_: Any) -> Any:
    """Sort the top level: the front page, then the shelves."""

    def rank(item: Any) -> int:
        title = str(item.title)
        return SHELVES.index(title) + 1 if item.is_section and title in SHELVES else 0

    nav.items.sort(key=rank)
    return nav
