"""Product codes of the Harmonized System and the goods that they belong to.

The concordance is our own (`data/measures/hs-to-unit.csv`), in the edition HS2022; the longest
prefix applies. A unit is a strategic good (`chips`, `soybeans`) or the rest of its table sector
(`C26_rest`), or a table sector that is not split.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from upperhand.core.errors import MeasureError, unknown
from upperhand.measures.tablefile import packaged, read_table

EDITIONS = ("HS2017", "HS2022")
NATIONAL_CHAPTERS = ("98", "99")
RESERVED_CHAPTER = "77"
#: Prefix that exists in one edition only: that edition, and what to write in the other.
ONE_EDITION = {
    "851712": ("HS2017", "851713 (smartphones) and 851714"),
    "851713": ("HS2022", "851712"),
    "851714": ("HS2022", "851712"),
    "851770": ("HS2017", "851771 and 851779"),
    "851771": ("HS2022", "851770"),
    "851779": ("HS2022", "851770"),
    "854140": ("HS2017", "854141, 854142, 854143 and 854149"),
    "854141": ("HS2022", "854140"),
    "854142": ("HS2022", "854140"),
    "854143": ("HS2022", "854140"),
    "854149": ("HS2022", "854140"),
    "8524": ("HS2022", "901380 or 852990"),
    "8548": ("HS2017", "854890 as it was, or 8549"),
    "8549": ("HS2022", "8548"),
    "8803": ("HS2017", "8807"),
    "8806": ("HS2022", "8802 or 852580: drones had no heading of their own"),
    "8807": ("HS2022", "8803"),
    "2404": ("HS2022", "240399 or 382499"),
    "8485": ("HS2022", "847780 or 846390"),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A good at the finest level of the concordance.

    Attributes:
        code: Strategic good, the rest of a sector, or a sector.
        parent: Sector of the world table that contains it.
        us_imports: US imports from China in 2024, USD million (Waugh, HS2; headings from USITC).
        us_duty: Duty collected on them.
        china_exports: China's exports of it to the world in 2022, USD million (our world table).
        us_exports: US exports of it to the world in 2022, USD million (our world table).
        china_imports: China's imports of it from the US in 2017, USD million (PIIE workbook).
        us_mfn: Ordinary US tariff on it, per cent.
    """

    code: str
    parent: str
    us_imports: float
    us_duty: float
    china_exports: float
    us_exports: float
    china_imports: float
    us_mfn: float


UNIT_COLUMNS = (
    "unit",
    "parent",
    "us_imports_2024_usd_mn",
    "us_duty_2024_usd_mn",
    "china_exports_2022_usd_mn",
    "us_exports_2022_usd_mn",
    "china_imports_from_us_2017_usd_mn",
    "us_mfn_pct",
)


def rules() -> dict[str, str]:
    """Return unit by HS prefix.

    Examples:
        >>> rules()["1201"]
        'soybeans'
    """
    return dict(_rules())


@cache
def _rules() -> dict[str, str]:
    table = read_table(packaged("hs-to-unit.csv"), ("hs", "unit", "edition", "note"))
    return {line["hs"]: line["unit"] for line in table}


@cache
def units() -> tuple[Unit, ...]:
    """Return every unit with its weights.

    Examples:
        >>> [unit.code for unit in units() if unit.parent == "C26"]
        ['ai_accelerators', 'chips', 'devices', 'C26_rest']
    """
    return tuple(
        Unit(line["unit"], line["parent"], *(float(line[name]) for name in UNIT_COLUMNS[2:]))
        for line in read_table(packaged("units.csv"), UNIT_COLUMNS)
    )


def check_hs(code: str, *, edition: str = "HS2022") -> str:
    """Return a product code without dots, or say what is wrong with it.

    Args:
        code: Two, four, six, eight or ten digits, dots allowed.
        edition: `HS2022` or `HS2017`.

    Raises:
        MeasureError: If it is no code, its chapter does not exist, or it is a code of the other
            edition.

    Examples:
        >>> check_hs("8541.42")
        '854142'
        >>> check_hs("8517.12")
        Traceback (most recent call last):
        upperhand.core.errors.MeasureError: HS code '8517.12' is not in HS2022 but in HS2017; ...
    """
    if edition not in EDITIONS:
        raise MeasureError(unknown("edition", edition, EDITIONS))
    bare = code.replace(".", "").strip()
    if not bare.isascii() or not bare.isdigit() or len(bare) not in (2, 4, 6, 8, 10):
        raise MeasureError(
            f"HS code '{code}' has not 2, 4, 6, 8 or 10 digits; write it as text with its leading "
            "zero, for example '0102' or '8517.13'"
        )
    chapter = bare[:2]
    if chapter in ("00", RESERVED_CHAPTER) or chapter in NATIONAL_CHAPTERS:
        raise MeasureError(
            f"HS code '{code}': chapter {chapter} holds no goods of the Harmonized System; "
            "allowed: 01 to 97 without 77"
        )
    for prefix, (home, instead) in ONE_EDITION.items():
        if bare.startswith(prefix) and home != edition:
            raise MeasureError(
                f"HS code '{code}' is not in {edition} but in {home}; write {instead}, or pass "
                f"edition='{home}'"
            )
    return bare


def unit_of(code: str, *, edition: str = "HS2022") -> str:
    """Return the unit that a product code belongs to.

    Raises:
        MeasureError: If the code is not admissible in this edition.

    Examples:
        >>> unit_of("8542.31"), unit_of("1201"), unit_of("851712", edition="HS2017")
        ('chips', 'soybeans', 'devices')
    """
    return find_unit(check_hs(code, edition=edition))


def find_unit(bare: str) -> str:
    """Return the unit of a code of either edition, without checks."""
    found = (_rules().get(bare[:digits]) for digits in (6, 4, 2))
    unit = next((unit for unit in found if unit), None)
    if unit is None:
        raise MeasureError(f"HS code '{bare}' has no unit; add its chapter to hs-to-unit.csv")
    return unit


def sector_of_hs(code: str, *, edition: str = "HS2022") -> str:
    """Return the table sector that a product code belongs to.

    Examples:
        >>> sector_of_hs("8517.13"), sector_of_hs("2709")
        ('C26', 'B06')
    """
    code_of = unit_of(code, edition=edition)
    return next(unit.parent for unit in units() if unit.code == code_of)
