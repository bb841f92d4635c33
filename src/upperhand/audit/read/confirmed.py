"""What may be taken over from a draft: a scenario and a file of claims, once all is confirmed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from upperhand.audit.read.draft import Draft, unfolded
from upperhand.audit.read.suggest import suggested
from upperhand.core.errors import MeasureError, ScenarioError, raise_faults
from upperhand.measures.registry import read_measure

if TYPE_CHECKING:
    from upperhand.scenario.schema import Scenario

FIRST_DAY, LAST_DAY = date(2018, 1, 1), date(2026, 7, 31)


def scenario_text(draft: Draft) -> str:
    """Return the confirmed measures of a draft as a scenario file.

    Raises:
        ScenarioError: If an entry is not confirmed, lacks a field or is wrong (all are listed).
    """
    from upperhand.scenario.read import parse_scenario

    _require_confirmed("measures", draft.measures)
    if not draft.measures:
        raise ScenarioError("draft: no measures; there is nothing to run")
    raise_faults(ScenarioError, _measure_faults(draft.measures), what="draft")
    text = unfolded(_scenario_data(draft))
    checked: Scenario = parse_scenario(text, name="scenario from the draft")
    return text if checked.moves else ""


def claims_text(draft: Draft, *, scenario: str = "") -> str:
    """Return the confirmed claims of a draft as a file of claims, with tests to look through.

    Args:
        draft: A draft whose claims are confirmed.
        scenario: Name or path of the scenario that claims on the model are tested with; without
            one no claim gets a test of its own.

    Raises:
        ScenarioError: If an entry is not confirmed, there is none, or the scenario is wrong.
    """
    _require_confirmed("claims", draft.claims)
    if not draft.claims:
        raise ScenarioError("draft: no claims; there is nothing to test")
    title = str(draft.article.get("title") or draft.article.get("file") or "an article")
    sides = _two_sides(scenario) if scenario else ()
    data: dict[str, Any] = {"title": f"Claims of: {title}"[:200]}
    if scenario:
        data["scenario"] = scenario
    data["claims"] = [_claim(claim, sides) for claim in draft.claims]
    return unfolded(data)


def _two_sides(scenario: str) -> tuple[str, ...]:
    from upperhand.scenario.read import read_scenario
    from upperhand.scenario.talks import has_two_sides

    read = read_scenario(scenario)
    return read.side_codes if has_two_sides(read) else ()


def _claim(claim: dict[str, Any], sides: Sequence[str]) -> dict[str, Any]:
    name = re.sub(r"[^a-z0-9-]+", "-", str(claim["id"]).lower()).strip("-")[:60] or "claim"
    return {
        "id": name,
        "quote": str(claim["sentence"]),
        "speaker": str(claim.get("said_by") or ""),
        **suggested(claim, sides),
    }


def _require_confirmed(name: str, entries: Sequence[dict[str, Any]]) -> None:
    faults = [
        f"{name}[{i}] is not confirmed; read its sentence, then set `confirmed: true` or delete it"
        for i, entry in enumerate(entries)
        if entry["confirmed"] is not True
    ]
    raise_faults(ScenarioError, faults, what="draft")


def _measure_faults(entries: Sequence[dict[str, Any]]) -> list[str]:
    faults = []
    for i, entry in enumerate(entries):
        try:
            read_measure(entry["measure"])
        except MeasureError as error:
            faults.append(f"measures[{i}]: {error}")
    return faults


def _scenario_data(draft: Draft) -> dict[str, Any]:
    title = str(draft.article.get("title") or draft.article.get("file") or "an article")
    moves = [dict(entry["measure"]) for entry in draft.measures]
    source = f"{draft.article.get('file', 'an article')}, confirmed by the reader"
    for move in moves:
        move.setdefault("source", source)
    data: dict[str, Any] = {"title": f"From an article: {title}"[:200]}
    day = _day(draft.article.get("date"))
    if day:
        words = f"the world of the table with the tariffs in force on {day}"
        data["baseline"] = {"words": words, "as_of": day, "controls": False}
    sides = _sides(moves)
    if sides:
        data["sides"] = sides
        for move in moves:
            if move["by"] not in sides:
                move["side"] = sides[0]
    note = "A tariff in force on the day of the baseline is in it already; delete such a move."
    return data | {"moves": moves, "notes": [note]}


def _sides(moves: list[dict[str, Any]]) -> list[str]:
    """Return the two who act most; or who acts and whom it is aimed at."""
    acting = [str(move["by"]) for move in moves]
    order = sorted(dict.fromkeys(acting), key=lambda code: -acting.count(code))
    if len(order) >= 2:
        return order[:2]
    aimed = [code for move in moves for code in move.get("against") or move.get("to") or []]
    return [order[0], aimed[0]] if aimed and aimed[0] != order[0] else []


def _day(value: object) -> date | None:
    text = str(value or "")
    day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    return day if day and FIRST_DAY <= day <= LAST_DAY else None
