"""Lists of products by unit: what share of each good a list covers, with value weights."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from upperhand.core.errors import MeasureError
from upperhand.measures.hs import find_unit

#: Headings whose 2024 US imports from China are published apart, USD million: the trade commission
#: as relayed by newspub.live, and the Census for 851713 and 847130 as relayed by cash.ch (Reuters).
#: The rest of each chapter (Waugh, HS2) is spread evenly over its lines.
HEADINGS = {
    "8517": 50_085.0, "851713": 41_700.0, "8471": 35_473.0, "847130": 33_100.0, "8507": 17_022.0,
    "9503": 13_463.0, "8708": 9_059.0, "9504": 7_083.0, "8528": 6_770.0, "8516": 6_607.0,
    "9401": 6_582.0, "3004": 6_146.0,
}  # fmt: skip
#: Consumer electronics out of the reciprocal tariff: customs notice of 11 April 2025, its twenty
#: codes from memory (the news read names 8471, phones, chips, memory and flat displays).
ELECTRONICS = (
    "8471", "847330", "8486", "851713", "851762", "852351", "8524", "852852", "854110", "854121",
    "854129", "854130", "854149", "854151", "854159", "854190", "8542",
)  # fmt: skip
#: Parts of the tracker's list of exempt products that are Annex II of the reciprocal tariff. The
#: list also holds goods for civil aircraft (chapters 84, 85, 88, 90, 94 and others), which are
#: exempt only for that use, and the farm goods of November 2025.
ANNEX_II_CHAPTERS = (
    *("25", "26", "27", "28", "29", "30", "31", "32", "37", "38", "44", "47", "48", "49"),
    *("71", "72", "74", "75", "78", "79", "80", "81"),
)
ANNEX_II_HEADINGS = (*(f"39{n:02d}" for n in range(1, 15)), "4001", "8505", "2805", "2846")
#: Scope of the metal duties of 2018, from memory; later lists are those of the tracker.
STEEL_2018 = (*(f"72{n:02d}" for n in range(6, 30)), "7301", "7302", "7304", "7305", "7306")
ALU_2018 = ("7601", "7604", "7605", "7606", "7607", "7608", "7609")
PREFIXES: dict[str, tuple[str, ...]] = {
    "solar": ("854142", "854143"),
    "washers": ("845020", "845011"),
    "steel_2018": STEEL_2018,
    "alu_2018": ALU_2018,
    "metals_2025": ("72", "73", "76"),
    "copper": ("7406", "7407", "7408", "7409", "7410", "7411", "7412", "7413", "7415", "7418",
               "7419", "8544"),
    "autos": ("87032", "87033", "870340", "87035", "87036", "87037", "87038", "87039",
              "87042101", "87043101", "870441", "870451"),
    "auto_parts": ("8708",),
    "trucks": ("87012", "870410", "870422", "870423", "870432", "870442", "870443", "870452",
               "870460", "8705"),
    "softwood": ("440311", "440321", "440322", "440323", "440324", "440325", "440326", "440399",
                 "440611", "440691", "44071"),
    "furniture_232": ("940161", "940340", "94036080"),
}  # fmt: skip
#: Share of the value of each product that is the metal on which the duty is due: the high and low
#: buckets of the Congressional Budget Office in the tracker's policy_params.yaml; wire by judgement.
CONTENT: dict[str, dict[str, float]] = {
    "metal_derivatives": {"82": 0.75, "83": 0.75, "": 0.25},
    "copper": {"74": 1.0, "8544": 0.5},
}
#: Part of an eight-digit line that a ten-digit code of it is taken to be (assumed; 0 to 1).
TEN_DIGITS = 0.5
#: A heading that the annex names in full; left out, because the goods are computers, whose
#: treatment the published averages do not show changing (docs/decisions/0011).
BARE_HEADING = "8471"
BASE_LISTS = {"1": 25.0, "2": 25.0, "3": 25.0, "3_addl": 25.0, "4A": 7.5, "4B": 0.0}
LIST_NAMES = {"1": "s301_1", "2": "s301_2", "3": "s301_3", "3_addl": "s301_3", "4A": "s301_4a"}
REVIEWS = {
    "biden_25": (25.0, "review_2024"),
    "biden_50": (50.0, "review_2024"),
    "biden_100": (100.0, "review_2024"),
    "biden_25_jan25": (25.0, "review_2025"),
    "biden_50_jan25": (50.0, "review_2025"),
    "biden_jan26": (25.0, "review_2026"),
    "cranes_301": (25.0, "review_2024"),
}
#: Gloves and syringes of the last step, by heading of the tariff schedule.
REVIEW_RATES = {"9903.91.07": 50.0, "9903.91.08": 100.0}
Share = dict[str, dict[str, tuple[float, float, int]]]


class Lines:
    """US tariff lines with the value of each: the universe that shares are measured on.

    Attributes:
        codes: HTS8 codes of every line on a Section 301 list or on the exempt list.
        lists: Section 301 lists of each line.
        value: US imports from China in 2024, USD million, by line.
    """

    def __init__(self, source: Path) -> None:
        folder = source / "us_tariff_tracker_yale"
        self.lists: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows(folder / "s301_product_lists.csv"):
            self.lists[row["hts8"]][row["list"]] = row["ch99_code"]
        self.exempt = {row["hts10"][:8] for row in rows(folder / "ieepa_exempt_products.csv")}
        self.annexes = {
            row["hts_prefix"]: row["annex"] for row in rows(folder / "s232_annex_products.csv")
        }
        every = set(self.lists) | self.exempt
        self.codes = sorted(code for code in every if code[:2] not in ("98", "99"))
        self.chapters = {
            row["HS2"]: (float(row["2024_imports"]) / 1e6, float(row["2024_duty"]) / 1e6)
            for row in rows(source / "us_tariffs_waugh" / "data-hs2" / "hs2-tariff-5700.csv")
        }
        self.value = self._values()

    def _values(self) -> dict[str, float]:
        cells = Counter(_cell(code) for code in self.codes)
        known = {chapter: imports for chapter, (imports, _) in self.chapters.items()} | HEADINGS
        own = {
            cell: known[cell] - sum(known[inner] for inner in _inside(cell, cells))
            for cell in cells
        }
        return {code: own[_cell(code)] / cells[_cell(code)] for code in self.codes}

    def annex_of(self, code: str) -> tuple[str, float]:
        """Return the metals annex of April 2026 of a line and the part of the line on it."""
        fits = [p for p in self.annexes if p != BARE_HEADING and _overlap(code, p)]
        if not fits:
            return "", 0.0
        broad = [prefix for prefix in fits if len(prefix) <= len(code)]
        prefix = max(broad or fits, key=len)
        return self.annexes[prefix], 1.0 if broad else TEN_DIGITS


def _cell(code: str) -> str:
    return next((code[:n] for n in (6, 4) if code[:n] in HEADINGS), code[:2])


def _inside(cell: str, cells: Iterable[str]) -> list[str]:
    """Return the cells directly inside `cell`."""
    within = [c for c in cells if c != cell and c.startswith(cell)]
    return [c for c in within if not any(c != o and c.startswith(o) for o in within)]


def _overlap(code: str, prefix: str) -> bool:
    return code.startswith(prefix) or prefix.startswith(code)


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a source file.

    Raises:
        MeasureError: If the file is not there.
    """
    if not path.is_file():
        raise MeasureError(f"{path}: no such file; give the folder with the source data")
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def exempt_kind(code: str, lines: Lines) -> str:
    """Return `electronics`, `annex_ii`, `farm` or the empty string: the lists do not overlap."""
    if code.startswith(ELECTRONICS):
        return "electronics"
    if code not in lines.exempt:
        return ""
    if int(code[:2]) <= 24:
        return "farm"
    kept = code[:2] in ANNEX_II_CHAPTERS or code.startswith(ANNEX_II_HEADINGS)
    return "annex_ii" if kept else ""


def shares(lines: Lines) -> Share:
    """Return (share, extra points, lines) by list and unit, on US imports from China in 2024.

    The share of a Section 232 list is that part of it which is not exempt from the reciprocal
    tariff for another reason, in a list of its own named `<list>.clear`.
    """
    total: dict[str, float] = defaultdict(float)
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    for code in lines.codes:
        unit, value = find_unit(code), lines.value[code]
        total[unit] += value
        for name, share, points in memberships(code, lines):
            cell = found[name][unit]
            cell[0] += share * value
            cell[1] += points * value
            cell[2] += 1
    return {
        name: {
            unit: (cell[0] / total[unit], cell[1] / total[unit], int(cell[2]))
            for unit, cell in sorted(by_unit.items())
            if total[unit] > 0
        }
        for name, by_unit in sorted(found.items())
    }


def memberships(code: str, lines: Lines) -> list[tuple[str, float, float]]:
    """Return (list, share of the line, points) for every list that a line is on."""
    kind = exempt_kind(code, lines)
    found = [(kind, 1.0, 0.0)] if kind else []
    base = max((BASE_LISTS.get(name, 0.0) for name in lines.lists.get(code, {})), default=0.0)
    named = [name for name in lines.lists.get(code, {}) if BASE_LISTS.get(name) == base]
    if base and named:
        found.append((LIST_NAMES[sorted(named)[0]], 1.0, base))
    found += _reviews(code, base, lines)
    for name, share in _metals(code, lines):
        found.append((name, share, 0.0))
        if kind in ("", "farm"):
            found.append((f"{name}.clear", share, 0.0))
    return found


def _reviews(code: str, base: float, lines: Lines) -> list[tuple[str, float, float]]:
    """Return the review lists of a line with the points over what applied before."""
    found, paid = [], base
    steps = [(n, *REVIEWS[n]) for n in lines.lists.get(code, {}) if n in REVIEWS]
    for name, rate, review in sorted(steps, key=lambda step: step[2]):
        due = REVIEW_RATES.get(lines.lists[code][name], rate)
        found.append((review, 1.0, max(due - paid, 0.0)))
        paid = max(due, paid)
    return found


def _metals(code: str, lines: Lines) -> list[tuple[str, float]]:
    found = []
    for name, prefixes in PREFIXES.items():
        if code.startswith(prefixes):
            found.append((name, _content(name, code)))
    annex, part = lines.annex_of(code)
    if annex and code[:2] not in ("72", "73", "74", "76") and not code.startswith("8544"):
        found.append(("metal_derivatives", part * _content("metal_derivatives", code)))
    if annex in ("1a", "1b", "3"):
        found.append((f"metals_{annex}", part))
    return found


def _content(name: str, code: str) -> float:
    table = CONTENT.get(name, {"": 1.0})
    return next(share for prefix, share in table.items() if code.startswith(prefix))


def by_unit(values: Mapping[str, float], weigh: Callable[[str], float]) -> dict[str, float]:
    """Return the sum of values by unit, each multiplied with a weight."""
    found: dict[str, float] = defaultdict(float)
    for code, value in values.items():
        found[find_unit(code)] += value * weigh(code)
    return dict(found)
