"""What was agreed in fact beside the deal of the model, term by term."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.talks_answers import CUT
from upperhand.report.talks_words import (
    agreed,
    known_terms,
    labels_of_deal,
    main_deal,
    side_names,
    table_of_talks,
    term_of,
)
from upperhand.report.words import joined, the

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run
    from upperhand.results.talks import Agreement, BargainingSet


def compared(run: Run) -> Table:
    """Return what was agreed in fact beside the deal of the model."""
    fact = agreed(run)
    main = main_deal(run.talks) if run.talks else None
    rows = []
    for term in fact.get("terms", ()) if main else ():
        assert main is not None
        rows.append(
            {
                "Side": run.name_of(str(term["side"])),
                f"{fact['words']}, {fact['date']}": term["words"],
                "Ours": _ours(run, term, main),
                "Note": "" if term.get("note") == "not modelled" else term.get("note") or "",
            }
        )
    return table_of_talks(
        run,
        "compared",
        f"{fact.get('words', '')} and ours, term by term",
        "The talks of the model have not seen it",
        rows,
        note=_compared_note(run, fact, main, rows) if main and fact else "",
    )


def compared_words(run: Run) -> str:
    """Return in one sentence where the deal of the model and the one in fact differ."""
    table, fact = compared(run), agreed(run)
    if "Ours" not in table.frame.columns:
        return ""
    rows = list(zip(table.frame.iloc[:, 1], table.frame["Ours"], strict=True))
    known = [(words, ours) for words, ours in rows if ours != "not modelled"]
    alike = [words for words, ours in known if ours in ("the same", "kept too", "no change")]
    parts = [f"{words}: {ours}" for words, ours in known if words not in alike]
    text = f"{len(alike)} of {len(known)} terms of {fact['words']} ({fact['date']}) that the model has are the same"
    idle = sum(
        _threatened(run, term) and ours == "the same"
        for term, (_, ours) in zip(fact["terms"], rows, strict=True)
    )
    if idle:
        text += f", {idle} of them only that a threat is not carried out"
    if parts:
        text += f"; in ours instead: {'; '.join(parts)}"
    main = main_deal(run.talks) if run.talks else None
    worth = _worth(run, fact, main) if main else ""
    return f"{text}. {worth}." if worth else f"{text}."


def _threatened(run: Run, term: dict[str, Any]) -> bool:
    """Return whether a term is about a threat that was not in force when the sides talked."""
    frontier = run.talks.frontier if run.talks else None
    label = term.get("ours")
    if not label or frontier is None:
        return bool(label) and str(label) not in known_terms(run)
    return not any(
        label == part.label or label in dict(part.includes)
        for part in frontier.parts
        if part.side == term["side"] and part.role != "threat"
    )


FURTHER = (
    "the model cuts tariffs further than was agreed because its sides count real income only: tariffs in "
    "force are beyond what pays for their maker; votes of the sectors they protect, revenue and rivalry, "
    "which hold them up, are not counted here"
)


def _compared_note(
    run: Run, fact: dict[str, Any], main: Agreement, rows: list[dict[str, Any]]
) -> str:
    further = any(str(row["Ours"]).startswith("further") for row in rows)
    notes = [_worth(run, fact, main), FURTHER if further else ""]
    return ". ".join(f"{note[:1].upper()}{note[1:]}" for note in notes if note)


def _ours(run: Run, term: dict[str, Any], main: Agreement) -> str:
    """Return what the deal of the model does about a term that was agreed in fact."""
    label = term.get("ours")
    if not label:
        return "not modelled" if term.get("note") == "not modelled" else "no change"
    frontier = run.talks.frontier if run.talks else None
    if frontier is not None and main.strengths is not None:
        return _ours_in_parts(frontier, main.strengths, term)
    inside = any(term_of(run, own)[1] in (label, f"lift {label}") for own in main.terms)
    if term.get("kept"):
        return "lifted" if inside else "kept too"
    threat = label not in known_terms(run)
    return "the same" if inside or threat else "not in the deal"


def _ours_in_parts(
    frontier: BargainingSet, strengths: tuple[float, ...], term: dict[str, Any]
) -> str:
    label = term["ours"]
    for part, strength in zip(frontier.parts, strengths, strict=True):
        for name, points in part.includes:
            if name == label and part.side == term["side"]:
                return _as_far(-part.points * strength, -points)
        if part.label != label or part.side != term["side"]:
            continue
        moved = strength if part.role in ("offer", "threat") else 1.0 - strength
        if part.role == "threat":
            return "the same" if moved < SLIGHT else f"kept at {moved:.0%}"
        if term.get("kept"):
            return (
                "kept too"
                if moved < SLIGHT
                else "lifted"
                if moved > 1 - SLIGHT
                else f"eased by {moved:.0%}"
            )
        return (
            "the same"
            if moved > 1 - SLIGHT
            else f"{moved:.0%} of it"
            if moved > SLIGHT
            else "not in the deal"
        )
    return "the same"  # a threat that no deal can hold


def _as_far(ours: float, agreed: float) -> str:
    """Return how a cut of a standing tariff compares with the one agreed, in points.

    Examples:
        >>> _as_far(22.3, 10.0), _as_far(10.2, 10.0), _as_far(4.0, 10.0)
        ('further: 22 points in all', 'the same', 'less: 4 points in all')
    """
    if abs(ours - agreed) <= CUT:
        return "the same"
    return f"{'further' if ours > agreed else 'less'}: {ours:.0f} points in all"


SLIGHT = 0.005  # strengths closer than this to none or all are none or all


def _worth(run: Run, fact: dict[str, Any], main: Agreement) -> str:
    """Return what the agreed terms that the model knows are worth in it, beside its own deal."""
    talks = run.talks
    assert talks is not None
    assert main.payoffs_usd_bn is not None
    kept = {str(term["ours"]) for term in fact["terms"] if term.get("kept")}
    given = {str(term["ours"]) for term in fact["terms"] if term.get("ours")} - kept
    known = given & known_terms(run)
    for name, first, second in talks.deals:
        if labels_of_deal(run, name) == known:
            pairs = zip(side_names(run), (first, second), main.payoffs_usd_bn, strict=True)
            return "Real income against the baseline, USD bn a year: " + joined(
                [f"{the(n)} {a:+.1f} as agreed, {b:+.1f} in ours" for n, a, b in pairs]
            ).replace("-", "−")
    return ""
