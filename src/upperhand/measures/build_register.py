"""Make the packaged register and its tables: `python -m upperhand.measures.build_register SOURCE`.

`SOURCE` is the folder that holds `facts` and `data`. The register is not a copy of the facts: the
rules (`data/measures/rules.csv`) say how each fact is expressed in our own columns, and a fact
that no instrument can express is kept with the reason.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from upperhand.core.errors import MeasureError, raise_faults
from upperhand.core.files import write_text
from upperhand.measures.build_china import china
from upperhand.measures.build_lists import Lines, rows, shares
from upperhand.measures.hs import UNIT_COLUMNS, find_unit
from upperhand.measures.register import COLUMNS
from upperhand.measures.tablefile import Line, packaged, read_table, table_text
from upperhand.world.load import load_world
from upperhand.world.strategic import build_strategic

RULE_COLUMNS = (
    "fact", "id", "date", "end", "actor", "target", "instrument", "layer", "scope", "rate", "unit",
    "low", "high", "branch", "source", "certainty", "note",
)  # fmt: skip
COVERAGE_COLUMNS = ("list", "unit", "share_pct", "points", "lines", "weights")
CODES = {"US": "USA", "China": "CHN", "Japan": "JPN", "Netherlands": "NLD", "World": "world"}
#: Why a kind of fact that no rule expresses has no number in the model.
REASONS = {
    "truce": "an event: the rates that it changed are rows of their own",
    "deal": "an event: what it changed are rows of their own; purchases need a delivery share",
    "ruling": "an event: the rows that it voids end the day before",
    "threat": "not in force: a threat belongs to the moves of a scenario",
    "legal": "a framework without a rate",
    "investigation": "no rate was set",
    "trade_remedy": "an investigation without a rate",
    "relaxation": "an event: the share still withheld is in the rows of the control itself",
    "entity_list": "named firms: no source gives their share of a sector's buyers or sellers",
    "export_denial": "one firm: no source gives its share of a sector's buyers",
    "fdpr": "named firms: no source gives their share of a sector's buyers",
    "investment_ban": "no wedge on trade or cost in this model",
    "local_content": "an undocumented quota on purchases: no rate",
    "port_fee": "per tonne of ship: no price of shipping in this model",
    "subsidy": "a programme of many years: no yearly amount by sector",
    "procurement_ban": "public purchases: no source gives their share of the sector",
    "import_ban": "no source gives the share of the sector that is covered",
    "import_discouragement": "the share that complies is in the rows of the chip controls",
    "export_licence": "the goods are no sector of their own, or the share withheld is unknown",
    "export_ban": "the goods are no sector of their own: a small part of their table sector",
    "export_control": "the share withheld is unknown, or another row holds the sum of both",
    "tariff": "no rate was set, or it covers too narrow a band of goods for any list at hand",
}


def build_register(source: str | Path, out: str | Path | None = None) -> list[Path]:
    """Write the register, the coverage of each list and the weights of each unit.

    Args:
        source: Folder with `facts` and `data`.
        out: Folder for the tables; the packaged one when None.

    Raises:
        MeasureError: If a source is missing or a rule names a fact that is not there.
    """
    folder, target = Path(source), Path(out) if out else packaged("measures.csv").parent
    lines = Lines(folder / "data")
    listed = shares(lines)
    bought, averages = china(folder / "data")
    made = {
        "units.csv": units_text(lines, bought),
        "coverage.csv": coverage_text({"us_2024": listed, "cn_2017": averages}),
        "measures.csv": register_text(rows(folder / "facts" / "measures.csv")),
        "published-averages.csv": published_text(rows(folder / "facts" / "facts.csv")),
    }
    return [write_text(target / name, text) for name, text in made.items()]


def register_text(facts: Sequence[Mapping[str, str]]) -> str:
    """Return the register as CSV text: expressed rows by the rules, the others with the reason."""
    rules = read_table(packaged("rules.csv"), RULE_COLUMNS)
    faults, body, used = [], [], set[int]()
    for rule in rules:
        found = [i for i, fact in enumerate(facts) if _fits(rule, fact)]
        if rule["fact"] and not found:
            faults.append(f"line {rule.number}: no fact '{rule['fact']}'")
            continue
        used.update(found)
        body.append(_expressed(rule, facts[found[0]] if found else {}))
    raise_faults(MeasureError, faults, what="rules.csv")
    left = [(i, fact) for i, fact in enumerate(facts) if i not in used]
    body += [_unexpressed(i, fact) for i, fact in left]
    body.sort(key=lambda row: (row[1], row[0]))
    note = (
        "Dated measures of the United States, China and their allies, 2018 to July 2026, in our "
        "own form; made by `python -m upperhand.measures.build_register`, do not edit by hand."
    )
    return table_text(note, COLUMNS, body)


def _fits(rule: Line, fact: Mapping[str, str]) -> bool:
    """A rule names its fact by the date and the beginning of its name (or of its scope)."""
    if not rule["fact"]:
        return False
    day, _, name = rule["fact"].partition("|")
    titles = (fact["name"], fact["scope"])
    return fact["date_effective"] == day and any(title.startswith(name) for title in titles)


def _expressed(rule: Line, fact: Mapping[str, str]) -> list[str]:
    source = rule["source"] or fact.get("source_url") or "no source at hand"
    status = fact.get("status", "") or "in force"
    certainty = rule["certainty"] or fact.get("certainty", "unconfirmed")
    cells = [rule[name] for name in RULE_COLUMNS[1:14]]
    return [*cells, status, source, certainty, "yes", rule["note"]]


def _unexpressed(number: int, fact: Mapping[str, str]) -> list[str]:
    kind = fact["instrument"]
    actor = CODES.get(fact["actor"], "USA;CHN" if fact["actor"].startswith("US-") else "")
    head = [f"fact-{number + 1:03d}", fact["date_effective"], fact["date_end"], actor]
    note = f"{fact['name']}: {REASONS.get(kind, 'no instrument of the model expresses it')}"
    named = CODES.get(fact["target"], fact["target"])
    cells = [*head, named, kind, "", fact["scope"], fact["rate_pct"], "", "", "", ""]
    source = fact["source_url"] or "no source at hand"
    return [*cells, fact["status"], source, fact["certainty"], "no", note]


def coverage_text(
    tables: Mapping[str, Mapping[str, Mapping[str, tuple[float, float, int]]]],
) -> str:
    """Return the share of each unit that each list covers, as CSV text."""
    body = [
        [name, unit, f"{100 * share:.2f}", f"{points:.3f}", str(count), weights]
        for weights, by_list in tables.items()
        for name, by_unit in by_list.items()
        for unit, (share, points, count) in by_unit.items()
    ]
    note = (
        "Share of each good on each list, per cent of value, and average points where lines of a "
        "list differ. us_2024: US imports from China (chapters: Waugh, MIT; ten headings: USITC "
        "and Census; even over the lines of a chapter), lists: Budget Lab at Yale (MIT); "
        "cn_2017: China's imports from the US, Bown, Jung and Zhang (PIIE, 12 June 2019)."
    )
    return table_text(note, COVERAGE_COLUMNS, sorted(body))


def units_text(lines: Lines, bought: Mapping[str, float]) -> str:
    """Return the weights of each unit as CSV text."""
    world = load_world("icio-2022")
    parts, _ = build_strategic(world)
    exporter, importer = world.countries.index("CHN"), world.countries.index("USA")
    abroad, american = (
        parts.trade[i].sum(axis=0) - parts.trade[i, i] for i in (exporter, importer)
    )
    points = {layer["importer"]: layer["points"] for layer in world.card["war_layer"]}
    ordinary, body = {}, []
    for i, code in enumerate(parts.sectors):
        parent = _parent(code, world.sectors, parts.sectors, i)
        mfn = world.tariff[exporter, importer, world.sectors.index(parent)] - points["USA"]
        ordinary[code] = 0.0 if code in DUTY_FREE else 100 * mfn
    imports, duty = _us_by_unit(lines, ordinary)
    for i, code in enumerate(parts.sectors):
        parent = _parent(code, world.sectors, parts.sectors, i)
        if parent == "SERV":
            continue
        paid = [imports.get(code, 0), duty.get(code, 0)]
        numbers = [*paid, abroad[i], american[i], bought.get(code, 0)]
        body.append([code, parent, *(f"{n:.1f}" for n in numbers), f"{ordinary[code]:.2f}"])
    note = (
        "Goods at the finest level, with their weights: US imports from China and the duty paid "
        "(Waugh, MIT), exports to the world (our world table), China's imports from the "
        "US (PIIE workbook); ordinary US tariff: averages of the world table (Teti 2024)."
    )
    return table_text(note, UNIT_COLUMNS, body)


#: Free of ordinary US duty: Information Technology Agreement; Agreement on Civil Aircraft.
DUTY_FREE = ("ai_accelerators", "chips", "devices", "chip_tools", "aircraft")


def _parent(code: str, sectors: Sequence[str], parts: Sequence[str], position: int) -> str:
    """Return the sector that a part belongs to: its rest follows it in the table."""
    if code in sectors:
        return code
    if code.endswith("_rest"):
        return code.removesuffix("_rest")
    later = (other for other in parts[position:] if other.endswith("_rest"))
    return next(later).removesuffix("_rest")


def _us_by_unit(
    lines: Lines, ordinary: Mapping[str, float]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return imports and duty by unit; a chapter's duty goes where the law asks for it."""
    due: dict[str, float] = defaultdict(float)
    own: dict[tuple[str, str], float] = defaultdict(float)
    imports: dict[str, float] = defaultdict(float)
    for code in lines.codes:
        unit, value = find_unit(code), lines.value[code]
        listed = lines.lists.get(code, {})
        rate = ordinary[unit] + max((RATES_2024.get(name, 0.0) for name in listed), default=0.0)
        imports[unit] += value
        own[code[:2], unit] += value * rate
        due[code[:2]] += value * rate
    duty: dict[str, float] = defaultdict(float)
    for (chapter, unit), weight in own.items():
        duty[unit] += lines.chapters[chapter][1] * weight / due[chapter] if weight else 0.0
    return dict(imports), dict(duty)


RATES_2024 = {"1": 25.0, "2": 25.0, "3": 25.0, "3_addl": 25.0, "4A": 7.5}
#: Days of the published series on which a rate is in force in the register, where they differ.
MOVED = {
    ("waugh", "2025-04-08"): ("2025-04-09", "dated by the announcement"),
    ("waugh", "2025-04-09"): ("2025-04-10", "dated by the announcement"),
    ("waugh", "2025-05-12"): ("2025-05-14", "dated by the announcement"),
    ("waugh", "2025-06-03"): ("2025-06-04", "dated by the announcement"),
    ("waugh", "2025-11-01"): ("2025-11-10", "dated by the announcement"),
    ("piie", "2018-01"): ("2018-01-02", ""),
}
SERIES = {
    "avg_tariff_us_on_china_piie": ("USA", "CHN", "piie"),
    "avg_tariff_china_on_us_piie": ("CHN", "USA", "piie"),
    "total_tariff_us_on_china_waugh": ("USA", "CHN", "waugh"),
}


def published_text(facts: Iterable[Mapping[str, str]]) -> str:
    """Return the published averages that the register is compared with, as CSV text."""
    body = []
    for fact in facts:
        if fact["metric"] not in SERIES or fact["period"] > "2026-07-31":
            continue
        importer, exporter, series = SERIES[fact["metric"]]
        day, why = MOVED.get((series, fact["period"]), (fact["period"], ""))
        value = f"{float(fact['value']):g}"
        cells = [series, importer, exporter, fact["period"], day, value, fact["certainty"]]
        body.append([*cells, fact["source"], fact["url"], why])
    note = "Published average tariffs, per cent; each series has its own weights: never splice."
    return table_text(note, PUBLISHED_COLUMNS, sorted(body))


PUBLISHED_COLUMNS = (
    "series", "importer", "exporter", "period", "day", "value_pct", "certainty", "source", "url",
    "note",
)  # fmt: skip


if __name__ == "__main__":
    build_register(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
