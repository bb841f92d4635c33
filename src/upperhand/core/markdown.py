"""Markdown that pages are made of."""

from __future__ import annotations

from collections.abc import Sequence


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    r"""Return a Markdown table.

    Examples:
        >>> print(markdown_table(["a"], [["1|2"]]))
        | a |
        | --- |
        | 1\|2 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(c).replace("|", "\\|") for c in x) + " |" for x in lines)
