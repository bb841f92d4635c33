"""The dated register of measures, 2018 to July 2026: what was in force on a day, and why we know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from upperhand.core.errors import MeasureError, OptionError, raise_faults, unknown
from upperhand.measures.hs import units
from upperhand.measures.tablefile import Line, number_fault, packaged, read_table

FIRST_DAY, LAST_DAY = date(2018, 1, 1), date(2026, 7, 31)
#: Last day of a scenario that continues the register by an explicit branch.
LAST_BRANCH_DAY = date(2027, 12, 31)
COLUMNS = (
    "id", "date", "end", "actor", "target", "instrument", "layer", "scope", "rate", "unit", "low",
    "high", "branch", "status", "source", "certainty", "expressed", "note",
)  # fmt: skip
Branch = Literal["expired", "extended"]
BRANCHES = ("expired", "extended")
UNITS = ("pp", "pct", "share_pct")
CERTAINTIES = ("source read", "derived", "unconfirmed", "assumed")
INSTRUMENTS = (
    "tariff", "tariff_exemption", "export_control", "import_ban", "procurement_ban",
    "purchase_halt",
)  # fmt: skip
BY_UNIT = "by unit"
COVERAGE = ("list", "unit", "share_pct", "points", "lines", "weights")


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated measure.

    Attributes:
        id: Name of the row.
        start: First day in force.
        end: Last day in force; None when it is open.
        actor: Code of the country that acts.
        target: Code, or `world`.
        instrument: `tariff`, `tariff_exemption`, `export_control`, ...
        layer: Layer of the stack that it belongs to.
        scope: `goods`, `list:NAME` or `units:A;B`, less lists after a minus sign.
        rate: Points, or the share withheld, in per cent; None when it differs by unit.
        unit: `pp` (points), `pct` (level) or `share_pct` (share of the flow withheld).
        low: Lowest value of an assumed rate.
        high: Highest value of an assumed rate.
        branch: Branch of the switch after the horizon that it belongs to, or empty.
        status: As the source states it.
        source: Where it was read.
        certainty: `source read`, `derived`, `unconfirmed` or `assumed`.
        expressed: False when no instrument of the model expresses it; `note` says why.
        note: What to be careful about.
        line: Line of the file.
    """

    id: str
    start: date
    end: date | None
    actor: str
    target: str
    instrument: str
    layer: str
    scope: str
    rate: float | None
    unit: str
    low: float | None
    high: float | None
    branch: str
    status: str
    source: str
    certainty: str
    expressed: bool
    note: str
    line: int

    def runs_on(self, day: date) -> bool:
        """Say whether the measure is in force on `day`."""
        return self.start <= day and (self.end is None or day <= self.end)


def read_register(path: str | Path | None = None) -> tuple[Entry, ...]:
    """Read the register of measures; the packaged one by default.

    Raises:
        MeasureError: With every row that cannot be read, by line: a date that is none, an end
            before the beginning, an unknown list, a number with a thousands separator, swapped
            columns.

    Examples:
        >>> register = read_register()
        >>> next(entry for entry in register if entry.id == "us-fentanyl-2").rate
        20.0
    """
    return _packaged() if path is None else _read(Path(path))


@cache
def _packaged() -> tuple[Entry, ...]:
    return _read(packaged("measures.csv"))


def _read(path: Path) -> tuple[Entry, ...]:
    lines = read_table(path, COLUMNS)
    faults = [
        f"line {line.number} ({line['id']}): {text}" for line in lines for text in _faults(line)
    ]
    seen: dict[str, int] = {}
    for line in lines:
        if line["id"] in seen:
            first = seen[line["id"]]
            faults.append(f"line {line.number}: id '{line['id']}' is taken by line {first}")
        seen.setdefault(line["id"], line.number)
    raise_faults(MeasureError, faults, what=path.name)
    return tuple(_entry(line) for line in lines)


def _faults(line: Line) -> list[str]:
    faults = []
    begin, end = _day(line["date"]), _day(line["end"]) if line["end"] else None
    if begin is None:
        faults.append(f"date '{line['date']}' is no day; write 2025-10-09")
    if line["end"] and end is None:
        faults.append(f"end '{line['end']}' is no day; write 2025-10-09, or leave it empty")
    if begin and end and end < begin:
        faults.append(f"end {end} is before the first day {begin}; are the columns swapped?")
    if line["expressed"] not in ("yes", "no"):
        faults.append(f"expressed is '{line['expressed']}'; allowed: yes, no")
    if line["certainty"] not in CERTAINTIES:
        faults.append(unknown("certainty", line["certainty"], CERTAINTIES))
    if not line["note"] and line["expressed"] == "no":
        faults.append("no reason in `note`; say why no instrument expresses it")
    return faults + (_expressed_faults(line) if line["expressed"] == "yes" else [])


def _expressed_faults(line: Line) -> list[str]:
    faults = []
    for name, known in (("instrument", INSTRUMENTS), ("unit", UNITS)):
        if line[name] not in known:
            faults.append(unknown(name, line[name], known))
    for name in ("actor", "target"):
        code = line[name]
        if not (len(code) == 3 and code.isupper()) and not (name == "target" and code == "world"):
            faults.append(f"{name} '{code}' is no country code; are the columns swapped?")
    for name in ("rate", "low", "high"):
        cell = line[name]
        wrong = number_fault(cell) if cell and (name != "rate" or cell != BY_UNIT) else None
        faults += [f"{name} {wrong}"] if wrong else []
    if not line["rate"]:
        faults.append(f"no rate; give a number, or '{BY_UNIT}'")
    if line["unit"] == "share_pct" and not number_fault(line["rate"]):
        if not 0 <= float(line["rate"]) <= 100:
            faults.append(f"rate {line['rate']} is a share withheld; allowed: 0 to 100 per cent")
        if not (line["low"] and line["high"]):
            faults.append("a share withheld is assumed; give low and high")
    if line["branch"] and line["branch"] not in BRANCHES:
        faults.append(unknown("branch", line["branch"], BRANCHES))
    return faults + scope_faults(line["scope"])


def scope_faults(scope: str) -> list[str]:
    """Return what is wrong with a scope: an unknown list or unit.

    Examples:
        >>> scope_faults("goods-annex_ii")
        []
        >>> scope_faults("list:s301_9")
        ["unknown list 's301_9'; did you mean 's301_3'? ..."]
    """
    base, *less = scope.split("-")
    lists = list(list_names())
    faults = [unknown("list", name, lists) for name in less if name not in (*lists, "s232")]
    kind, _, rest = base.partition(":")
    if kind == "list":
        return faults + ([] if rest in lists else [unknown("list", rest, lists)])
    if kind == "units":
        known = [unit.code for unit in units()]
        return faults + [unknown("unit", u, known) for u in rest.split(";") if u not in known]
    if base != "goods":
        faults.append(f"scope '{scope}'; allowed: goods, list:NAME or units:A;B")
    return faults


def list_names() -> tuple[str, ...]:
    """Return the names of the lists whose coverage is known.

    Examples:
        >>> "s301_3" in list_names()
        True
    """
    return tuple(dict.fromkeys(name for name, _ in coverage()))


def coverage() -> dict[tuple[str, str], tuple[float, float]]:
    """Return (share of value, points) by list and unit.

    Examples:
        >>> coverage()["s301_3", "soybeans"]
        (1.0, 25.0)
    """
    return dict(_coverage())


@cache
def _coverage() -> dict[tuple[str, str], tuple[float, float]]:
    return {
        (line["list"], line["unit"]): (float(line["share_pct"]) / 100, float(line["points"]))
        for line in read_table(packaged("coverage.csv"), COVERAGE)
    }


def _entry(line: Line) -> Entry:
    fixed = line["rate"] != BY_UNIT and line["expressed"] == "yes"
    begin = _day(line["date"])
    if begin is None:
        raise MeasureError(f"line {line.number}: date '{line['date']}' is no day")
    return Entry(
        id=line["id"],
        start=begin,
        end=_day(line["end"]) if line["end"] else None,
        actor=line["actor"],
        target=line["target"],
        instrument=line["instrument"],
        layer=line["layer"],
        scope=line["scope"],
        rate=float(line["rate"]) if fixed else None,
        unit=line["unit"],
        low=float(line["low"]) if line["low"] else None,
        high=float(line["high"]) if line["high"] else None,
        branch=line["branch"],
        status=line["status"],
        source=line["source"],
        certainty=line["certainty"],
        expressed=line["expressed"] == "yes",
        note=line["note"],
        line=line.number,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def check_date(day: date | str, *, after_horizon: Branch | None = None) -> date:
    """Return the day, or say why the register has no answer for it.

    Args:
        day: A date, or ISO text.
        after_horizon: What to take as given after July 2026: `expired` (the suspensions agreed
            in Busan end on 10 November 2026) or `extended` (they go on).

    Raises:
        OptionError: If the day is outside the register.

    Examples:
        >>> check_date("2025-10-09")
        datetime.date(2025, 10, 9)
        >>> check_date("2026-12-01")
        Traceback (most recent call last):
        upperhand.core.errors.OptionError: 2026-12-01 is after the last day of the register ...
    """
    try:
        found = day if isinstance(day, date) else date.fromisoformat(day)
    except (TypeError, ValueError):
        raise OptionError(f"date '{day}' is no day; write it as 2025-10-09") from None
    if after_horizon is not None and after_horizon not in BRANCHES:
        raise OptionError(unknown("after_horizon", after_horizon, BRANCHES))
    if found < FIRST_DAY:
        raise OptionError(
            f"{found} is before the first day of the register ({FIRST_DAY}); measures before the "
            "trade war are in the ordinary tariffs: use that day"
        )
    if found > LAST_DAY and after_horizon is None:
        raise OptionError(
            f"{found} is after the last day of the register ({LAST_DAY}): the sources end there, "
            "and what became of the truce on 2026-11-10 and of the gallium and germanium "
            "suspension on 2026-11-27 is unknown; choose a branch with after_horizon='expired' "
            "or 'extended'"
        )
    if found > LAST_BRANCH_DAY:
        raise OptionError(f"{found} is after {LAST_BRANCH_DAY}, the last day of a branch")
    return found


def in_force(
    day: date | str,
    *,
    actor: str | None = None,
    target: str | None = None,
    after_horizon: Branch | None = None,
    register: Iterable[Entry] | None = None,
) -> tuple[Entry, ...]:
    """Return the measures in force on a day that the model can express.

    Args:
        day: A day from 2018-01-01 to 2026-07-31; later only with a branch.
        actor: Code of the country that acts; everybody when None.
        target: Code of the country that is hit: measures on the whole world count too.
        after_horizon: Branch after July 2026: `expired` or `extended`.
        register: Entries to choose from; the packaged register when None.

    Raises:
        OptionError: If the day is outside the register.

    Examples:
        >>> [entry.id for entry in in_force("2025-03-05", actor="CHN", target="USA")][-2:]
        ['cn-2025-02-10', 'cn-2025-02-15']
    """
    when = check_date(day, after_horizon=after_horizon)
    every = read_register() if register is None else register
    return tuple(
        entry
        for entry in every
        if entry.expressed
        and entry.runs_on(when)
        and entry.branch in ("", after_horizon)
        and actor in (None, entry.actor)
        and (target is None or entry.target in (target, "world"))
    )
