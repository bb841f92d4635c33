"""Make the packaged facts: `python -m upperhand.audit.build_facts SOURCE`.

`SOURCE` is a table of collected figures. The packaged table is not a copy of it: numbers, ranges
and qualifying words stand in columns of their own, countries are codes, periods have one spelling,
forecasts, targets and findings of studies are told apart, and remarks are left out. Rows whose
licence forbids commercial use are left out too.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from upperhand.audit.facts import COLUMNS, packaged, read_facts
from upperhand.core.files import write_text

#: Figures under CC BY-NC 4.0 (ETO/CSET), which the package's licence cannot carry.
LEFT_OUT = ("supply_chain_share_",)
CODES = {
    "US": "USA",
    "China": "CHN",
    "US->China goods": "USA>CHN",
    "China->US goods": "CHN>USA",
    "Japan": "JPN",
    "Netherlands": "NLD",
    "South Korea": "KOR",
    "Taiwan": "TWN",
    "United States": "USA",
    "Australia": "AUS",
    "Singapore": "SGP",
}
FINDINGS = ("effect_", "learning_", "diverted_")
RANGE = re.compile(r"^(-?\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$")
RANGE_IN_UNIT = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)(?=$|;)")
HEADER = """\
# Facts on the rivalry of the United States and China, 2018 to July 2026: one number a row.
# Made by `python -m upperhand.audit.build_facts`; do not edit by hand.
# Epoch AI data: CC BY 4.0. Series of different sources must not be spliced.
"""


def build_facts(source: str | Path, out: str | Path | None = None) -> Path:
    """Write the table of facts from collected figures, and return its path.

    Args:
        source: The table of collected figures.
        out: Where to write; the packaged table when None.

    Raises:
        FactError: If a row that was made cannot be used.
    """
    text = Path(source).read_text(encoding="utf-8-sig")
    rows = [
        fact_row(row)
        for row in csv.DictReader(io.StringIO(text))
        if not row["metric"].startswith(LEFT_OUT)
    ]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = Path(out) if out is not None else packaged("facts", "facts.csv")
    write_text(path, HEADER + buffer.getvalue())
    read_facts(path)
    return path


def fact_row(row: Mapping[str, str]) -> dict[str, str]:
    """Return one row of our table from one collected figure.

    Examples:
        >>> made = fact_row(
        ...     {
        ...         "metric": "lag",
        ...         "entity": "China",
        ...         "period": "Q1 2026",
        ...         "value": "4.5",
        ...         "unit": "months (3-6)",
        ...         "source": "S",
        ...         "url": "",
        ...         "certainty": "source read",
        ...     }
        ... )
        >>> made["entity"], made["period"], made["value"], made["low"], made["high"], made["unit"]
        ('CHN', '2026Q1', '4.5', '3', '6', 'months')
    """
    value, low, high, words = _number(row["value"])
    unit, bracket = _unit(row["unit"])
    inside = RANGE_IN_UNIT.search(bracket)
    if inside and not low and value:
        ends = inside.groups()
        if float(ends[0]) <= float(value) <= float(ends[1]):
            low, high = ends[0], ends[1]
            bracket = ""
    return {
        "metric": row["metric"],
        "entity": CODES.get(row["entity"], row["entity"]),
        "period": _period(row["period"]),
        "kind": _kind(row),
        "value": value,
        "low": low,
        "high": high,
        "words": "; ".join(part for part in (words, bracket) if part),
        "unit": unit,
        "certainty": row["certainty"],
        "source": row["source"],
        "url": row["url"],
    }


def _number(text: str) -> tuple[str, str, str, str]:
    """Return value, low, high and words of a cell; the middle of a range is its value."""
    if found := RANGE.match(text):
        low, high = float(found[1]), float(found[2])
        return f"{(low + high) / 2:g}", found[1], found[2], ""
    if text.startswith("<"):
        return "", "", text[1:], f"below {text[1:]}"
    try:
        float(text)
    except ValueError:
        return "", "", "", text
    return text, "", "", ""


def _unit(text: str) -> tuple[str, str]:
    found = re.match(r"^(.*?)\s*\((.*)\)$", text)
    unit, bracket = (found[1], found[2]) if found else (text, "")
    return unit.replace("percentage points", "pp"), bracket


def _period(text: str) -> str:
    found = re.match(r"^(Q[1-4]) (\d{4})$", text)
    return f"{found[2]}{found[1]}" if found else text


def _kind(row: Mapping[str, str]) -> str:
    if row["metric"].startswith(FINDINGS):
        return "finding"
    if re.match(r"^\d{4}F$", row["period"]) or row["period"].endswith(" est"):
        return "forecast"
    if "target" in row["period"] or "target" in row["metric"] or "commitment" in row["metric"]:
        return "target"
    return "observed"


if __name__ == "__main__":
    sys.stdout.write(f"{build_facts(*sys.argv[1:2])}\n")
