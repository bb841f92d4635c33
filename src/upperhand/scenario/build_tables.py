"""Build the packaged tables from their sources: `upperhand scenario build-tables FOLDER`."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from upperhand.core.errors import ScenarioError
from upperhand.core.files import write_text

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
LISTS = ("1", "2", "3", "4A", "4B")
#: Sectors with fewer listed lines are left out: nearly all of their goods are on no list.
FEWEST_LINES = 5


def build_tables(source: str | Path, out: str | Path) -> list[Path]:
    """Write every table that can be built from the data folder, and return the files.

    Args:
        source: Folder with `us_tariffs_waugh` and `us_tariff_tracker_yale`.
        out: Folder for the tables.

    Raises:
        ScenarioError: If a source file is not there.
    """
    folder = Path(source)
    made = {
        "us-new-tariffs-by-date.csv": us_new_tariffs(
            _rows(folder / "us_tariffs_waugh" / "country-by-time.csv")
        ),
        "s301-coverage-by-sector.csv": s301_coverage(
            _rows(folder / "us_tariff_tracker_yale" / "s301_product_lists.csv")
        ),
    }
    return [write_text(Path(out) / name, text) for name, text in made.items()]


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
    return _text(note, ["date", "partner", "add_pp", "imports_2024_usd_mn"], sorted(found))


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
        raise ScenarioError(f"partner '{name}' has no code; add it to NAMES") from error


def s301_coverage(rows: Iterable[dict[str, str]]) -> str:
    """Return the share of each sector's tariff lines on each Section 301 list, as CSV text.

    Shares count lines, all lines of lists 1 to 4B being the whole; they are not trade-weighted.
    Pharmaceuticals, of which four lines are listed, are left out.
    """
    rules = concordance()
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        name = "3" if row["list"] == "3_addl" else row["list"]
        sector = sector_of(row["hts8"], rules)
        if name in LISTS and sector:
            counts.setdefault(sector, Counter())[name] += 1
    body = [
        [sector, str(sum(count.values()))]
        + [f"{100 * count[name] / sum(count.values()):.1f}" for name in LISTS]
        for sector, count in sorted(counts.items())
        if sum(count.values()) >= FEWEST_LINES
    ]
    note = (
        "Share of each sector's HTS8 lines on each Section 301 list, per cent; counted from "
        "s301_product_lists.csv of the Budget Lab at Yale, tariff-rate-tracker (MIT licence)."
    )
    return _text(note, ["sector", "lines", *(f"list_{n.lower()}_pct" for n in LISTS)], body)


def concordance() -> dict[str, str]:
    """Return sector by HS prefix; the longest prefix applies.

    Examples:
        >>> concordance()["26"]
        'B07'
    """
    entry = files("upperhand.scenario").joinpath("tables_data", "hs-to-sector.csv")
    lines = [x for x in entry.read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    return {prefix: row["sector"] for row in csv.DictReader(lines) for prefix in row["hs"].split()}


def sector_of(code: str, rules: dict[str, str]) -> str:
    """Return the sector of a product code, or the empty string for special codes.

    Examples:
        >>> sector_of("85423100", concordance()), sector_of("85011020", concordance())
        ('C26', 'C27')
    """
    found = (rules.get(code[:digits]) for digits in (6, 4, 2))
    return next((sector for sector in found if sector), "")


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise ScenarioError(f"{path}: no such file; give the folder that holds the source data")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _text(note: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    buffer.write(f"# {note}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()
