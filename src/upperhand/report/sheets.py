"""An Excel workbook: a first sheet with the answer, then one titled sheet for each table."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.core.files import replacing
from upperhand.report.brief import answer, printable
from upperhand.report.numbers import source_line
from upperhand.report.tables import all_tables
from upperhand.results.save import warning_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from upperhand.report.table import Table
    from upperhand.results import Run

HEADER_ROW = 4
WIDEST = 60


def write_workbook(run: Run, path: Path) -> Path:
    """Write the workbook whole or not at all."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    assert first is not None
    _cover(first, run)
    for table in all_tables(run):
        _fill(book.create_sheet(table.key[:31]), table)
    with replacing(path) as partial:
        book.save(partial)
    book.close()
    return path


def _cover(sheet: Any, run: Run) -> None:
    from openpyxl.styles import Font

    sheet.title = "answer"
    lines = [
        warning_of(run),
        run.title,
        answer(run),
        f"Change from {run.baseline}.",
        source_line(run),
        "",
        "Sheets:",
        *(f"{table.key}: {table.title}. {table.unit}" for table in all_tables(run)),
    ]
    for number, line in enumerate((text for text in lines if text), start=1):
        _text(sheet, number, 1, line)
    sheet["A1"].font = Font(bold=True, size=13)
    sheet.column_dimensions["A"].width = 110


def _fill(sheet: Worksheet, table: Table) -> None:
    from openpyxl.styles import Alignment, Font

    columns = [str(c) for c in table.frame.columns]
    for row, line in enumerate((table.title, table.unit), start=1):
        _text(sheet, row, 1, line)
    sheet["A1"].font = Font(bold=True, size=13)
    for i, name in enumerate(columns, start=1):
        _text(sheet, HEADER_ROW, i, name)
        head = sheet.cell(HEADER_ROW, i)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="bottom")
    rows = table.frame.itertuples(index=False, name=None)
    for r, values in enumerate(rows, start=HEADER_ROW + 1):
        for c, value in enumerate(values, start=1):
            _value(sheet, r, c, value, table.digits.get(columns[c - 1]))
    for i, name in enumerate(columns):
        longest = max([len(str(v)) for v in table.frame.iloc[:, i]], default=0)
        wide = 14 if table.is_number(name) else min(WIDEST, max(12, longest + 2))
        sheet.column_dimensions[sheet.cell(HEADER_ROW, i + 1).column_letter].width = wide
    last = HEADER_ROW + len(table.frame) + 2
    for offset, line in enumerate(text for text in (table.note, table.source) if text):
        _text(sheet, last + offset, 1, line)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 2)


def _value(sheet: Any, row: int, column: int, value: Any, digits: int | None) -> None:
    if isinstance(value, str):
        _text(sheet, row, column, value)
        return
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return
    cell = sheet.cell(row, column, float(value))
    if digits is not None:
        cell.number_format = "#,##0" + ("." + "0" * digits if digits else "")


def _text(sheet: Any, row: int, column: int, text: str) -> None:
    """Write text as text: a name that begins with '=' must not become a formula."""
    cell = sheet.cell(row, column, printable(text))
    cell.data_type = "s"
