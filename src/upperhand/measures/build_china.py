"""China's tariffs of 2018-19 from PIIE's workbook, as averages by unit: no line leaves it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from upperhand.core.errors import MeasureError
from upperhand.measures.hs import find_unit

WORKBOOK = "bown-jung-zhang-2019-06-12.xlsx"
#: Columns of the workbook in their order: the first is a level, the others are points.
COLUMNS = (
    "cn_mfn_2018_01", "cn_232", "cn_mfn_2018_05", "cn_mfn_2018_07", "cn_301_1", "cn_301_2",
    "cn_301_3", "cn_mfn_2018_11", "cn_mfn_2019_01", "cn_301_cars", "cn_301_3b",
)  # fmt: skip
#: Goods of China's duties of 2025 by HS prefix.
LISTS = {
    "cn_energy_15": ("2701", "271111"),
    "cn_energy_10": ("2709", "8432", "8433", "8701", "870324"),
    "cn_farm_15": ("0207", "1001", "1005", "5201"),
    "cn_farm_10": ("0201", "0202", "0203", "03", "04", "07", "08", "1007", "1201"),
    "cn_named": ("1201", "2709"),
}
Averages = dict[str, dict[str, tuple[float, float, int]]]


def china(source: Path) -> tuple[dict[str, float], Averages]:
    """Return China's imports from the US in 2017 by unit, and averages by list and unit.

    Imports are USD million; an average is (share, points, lines), on imports of 2017. A tariff
    line of ten digits has the imports of its eight-digit code, in equal parts.

    Raises:
        MeasureError: If the workbook is not there.
    """
    rates, imports = _read(source / "piie_bown_china_tariffs" / WORKBOOK)
    parts = Counter(code[:8] for code, _ in rates)
    weight: dict[str, float] = defaultdict(float)
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for code, points in rates:
        value = imports.get(code[:8], 0.0) / parts[code[:8]]
        unit = find_unit(code)
        weight[unit] += value
        for name, number in zip(COLUMNS, points, strict=True):
            _add(sums[name][unit], value, float(number != 0), number)
        for name, prefixes in LISTS.items():
            if code.startswith(prefixes):
                _add(sums[name][unit], value, 1.0, 0.0)
    averages = {
        name: {
            unit: (cell[0] / weight[unit], cell[1] / weight[unit], int(cell[2]))
            for unit, cell in sorted(cells.items())
            if weight[unit] > 0 and (cell[1] or cell[0])
        }
        for name, cells in sums.items()
    }
    return dict(weight), averages


def _add(cell: list[float], value: float, covered: float, points: float) -> None:
    cell[0] += value * covered
    cell[1] += value * points
    cell[2] += int(covered)


def _read(path: Path) -> tuple[list[tuple[str, list[float]]], dict[str, float]]:
    if not path.is_file():
        raise MeasureError(f"{path}: no such file; give the folder with the source data")
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    rates = [
        (str(row[0]), [float(cell or 0) for cell in row[2 : 2 + len(COLUMNS)]])
        for row in _body(book["China Tariff Rates"].iter_rows(values_only=True))
    ]
    imports = {
        str(row[0]): float(row[2] or 0) / 1e3
        for row in _body(book["Imports Value"].iter_rows(values_only=True))
    }
    book.close()
    return rates, imports


def _body(rows: Iterable[Any]) -> list[Any]:
    return [row for row in list(rows)[1:] if row[0]]
