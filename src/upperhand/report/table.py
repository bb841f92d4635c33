"""`Table`: a frame with title, units and source, written as HTML or LaTeX."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import great_tables as gt
    import pandas as pd


SHORT_TEXT, LONG_TEXT = 12, 60  # characters


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table of the report.

    Attributes:
        key: Short name, used for sheets, anchors and downloads.
        title: What the table shows.
        unit: Units in words, printed below the title.
        frame: The numbers; column names are for readers and carry their unit.
        digits: Decimals by column; other numbers print as they are.
        signed: Columns that print a plus sign.
        note: How to read it, or the formula behind it.
        source: Where the numbers come from.
    """

    key: str
    title: str
    unit: str
    frame: pd.DataFrame
    digits: dict[str, int] = field(default_factory=dict)
    signed: tuple[str, ...] = ()
    note: str = ""
    source: str = ""

    def cell(self, column: str, value: object) -> str:
        """Return one value as printed; a missing number is a dash, never zero."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "–"
        if isinstance(value, (int, float)) and column in self.digits:
            text = f"{value:{'+' if column in self.signed else ''},.{self.digits[column]}f}"
            return _no_negative_zero(text).replace("-", "−")
        return str(value)

    def rows(self) -> list[list[str]]:
        """Return every row as printed."""
        columns = [str(c) for c in self.frame.columns]
        return [
            [self.cell(c, v) for c, v in zip(columns, row, strict=True)]
            for row in self.frame.itertuples(index=False, name=None)
        ]

    def is_number(self, column: str) -> bool:
        """Return whether a column is set flush right."""
        return column in self.digits

    def kind(self, column: str) -> str:
        """Return how a page sets a column: `number`, `short` (one line), `long` text, or ``."""
        if self.is_number(column):
            return "number"
        longest = max((len(self.cell(column, v)) for v in self.frame[column]), default=0)
        return "short" if longest <= SHORT_TEXT else "long" if longest > LONG_TEXT else ""

    def kinds(self) -> list[str]:
        """Return the kind of every column."""
        return [self.kind(str(column)) for column in self.frame.columns]

    def to_gt(self) -> gt.GT:
        """Return the table for great-tables, which writes HTML and LaTeX."""
        import great_tables as gt
        import pandas as pd

        columns = [str(c) for c in self.frame.columns]
        printed = pd.DataFrame(self.rows(), columns=columns)
        table = gt.GT(printed).tab_header(title=self.title, subtitle=self.unit)
        numbers = [c for c in columns if self.is_number(c)]
        table = table.cols_align("right", columns=numbers) if numbers else table
        for text in (self.note, self.source):
            table = table.tab_source_note(text) if text else table
        return table

    def to_latex(self) -> str:
        """Return the table as LaTeX."""
        return str(self.to_gt().as_latex())


def _no_negative_zero(text: str) -> str:
    """Return a printed number without the sign of a zero.

    Examples:
        >>> _no_negative_zero("-0.00"), _no_negative_zero("+0.0"), _no_negative_zero("-0.01")
        ('0.00', '0.0', '-0.01')
    """
    bare = text.lstrip("+-")
    return bare if not bare.strip("0.,") else text
