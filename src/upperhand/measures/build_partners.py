"""Build the table of new US tariffs by partner: `python -m upperhand.measures.build_partners DATA`."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

from upperhand.core.errors import MeasureError
from upperhand.core.files import write_text
from upperhand.measures.tablefile import packaged, table_text

TABLE = "us-new-tariffs-by-date.csv"
#: Partners of the source by the name that it uses, where the standard lookup does not know it.
NAMES = {
    "EUROPEAN UNION": "EU27",
    "KOREA, SOUTH": "KOR",
    "RUSSIA": "RUS",
    "TURKEY": "TUR",
    "VIETNAM": "VNM",
    "TAIWAN": "TWN",
    "VENEZUELA": "VEN",
}
#: First day of the projections in the source, which are left out.
HORIZON = "2026-07-25"


def build_partners(source: str | Path, out: str | Path | None = None) -> Path:
    """Write the table of average new US tariffs from the data folder, and return its path.

    Args:
        source: Folder with `us_tariffs_waugh`.
        out: Folder for the table; the packaged one when None.

    Raises:
        MeasureError: If the source file is not there.
    """
    rows = _rows(Path(source) / "us_tariffs_waugh" / "country-by-time.csv")
    target = packaged(TABLE) if out is None else Path(out) / TABLE
    return write_text(target, us_new_tariffs(rows))


def us_new_tariffs(rows: Iterable[dict[str, str]]) -> str:
    """Return the table of average new US tariffs by date and partner, as CSV text."""
    found = [
        [
            row["date"],
            partner_code(row["country_name"]),
            f"{float(row['effective tariff']):.2f}",
            f"{float(row['total imports']) / 1e6:.0f}",
        ]
        for row in rows
        if row["date"] < HORIZON
    ]
    note = (
        "Average US tariffs added since January 2025 by partner, percentage points, weighted with "
        "imports of 2024; rounded from Michael E. Waugh, trade-war-redux-2025 (MIT licence)."
    )
    return table_text(note, ["date", "partner", "add_pp", "imports_2024_usd_mn"], sorted(found))


def partner_code(name: str) -> str:
    """Return the ISO code of a partner's name in the source.

    Examples:
        >>> partner_code("KOREA, SOUTH"), partner_code("MEXICO")
        ('KOR', 'MEX')
    """
    import pycountry

    if name in NAMES:
        return NAMES[name]
    try:
        return str(pycountry.countries.lookup(name).alpha_3)
    except LookupError as error:
        raise MeasureError(f"partner '{name}' has no code; add it to NAMES") from error


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise MeasureError(f"{path}: no such file; give the folder that holds the source data")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


if __name__ == "__main__":
    build_partners(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
