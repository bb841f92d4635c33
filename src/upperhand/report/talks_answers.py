"""What an aide asks of the talks, in sentences: answers, losses, waiting, the deal and its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upperhand.report.talks_words import RULE, THREAT, main_deal, named, side_names
from upperhand.report.words import joined, the

if TYPE_CHECKING:
    from upperhand.results.run import Run
    from upperhand.results.talks import Agreement, BargainingSet, PayoffTable, Talks

MOST_YEARS = 100.0
ORDER = ("short", "medium", "long")
CUT = 0.5  # points of a tariff: smaller differences are not told apart
TALKING = "while talking"


def cuts(run: Run, one: Agreement) -> dict[str, float]:
    """Return how far each side cuts its standing tariffs in a deal, points, by name of the side."""
    frontier = run.talks.frontier if run.talks else None
    if frontier is None or one.strengths is None:
        return {}
    return {
        run.name_of(part.side): -part.points * strength
        for part, strength in zip(frontier.parts, one.strengths, strict=True)
        if part.role == "standing tariffs"
    }


def _ordered(found: PayoffTable, side: int) -> tuple[str, list[tuple[str, float]]] | None:
    """Return a side's best package and its single moves with their own change, cheapest first."""
    labels, table = (found.rows, found.columns)[side], found.usd_bn[side]
    own = list(table[-1]) if side else [row[-1] for row in table]
    held = own[0]
    singles = [
        (label, x) for label, x in zip(labels[1:], own[1:], strict=True) if " + " not in label
    ]
    if held is None or any(x is None for _, x in singles):
        return None
    order = sorted(((label, float(x or 0.0) - held) for label, x in singles), key=lambda p: -p[1])
    best = max(zip(labels, own, strict=True), key=lambda p: p[1] if p[1] is not None else -1e300)
    return "nothing" if best[0] == "hold" else best[0], order


def _answering(run: Run) -> list[tuple[str, str, str, list[tuple[str, float]]]]:
    """Return side, the other, best answer and order of the single answers, for each side."""
    found, names = _table_at(run.talks) if run.talks else None, side_names(run)
    each = [(side, _ordered(found, side)) for side in (1, 0)] if found is not None else []
    return [(names[side], names[1 - side], *one) for side, one in each if one is not None]


def answers_words(run: Run) -> list[str]:
    """Return each side's single answers in the order that costs it least, in words."""
    return [
        f"{the(name, first=True)}, if {the(other)} carries out everything, answers best with {best}; "
        "own change by single answer, USD bn a year, the cheapest first: "
        f"{joined([f'{label} {signed(change)}' for label, change in order])}."
        for name, other, best, order in _answering(run)
    ]


def answer_orders(run: Run) -> list[str]:
    """Return each side's best answer and the order of the dearer ones, in few words."""
    found = []
    for name, other, best, order in _answering(run):
        rest = [label for label, _ in order if label != best]
        dearer = f"; then, ever dearer, {joined(rest)}" if rest else ""
        found.append(
            f"{the(name, first=True)} answers everything that {the(other)} has best with "
            f"{best}{dearer}."
        )
    return found


def signed(value: float) -> str:
    """Return a change with its sign and one decimal.

    Examples:
        >>> signed(-1.88), signed(0.01), signed(2.0)
        ('−1.9', '0.0', '+2.0')
    """
    text = f"{value:+.1f}".replace("-", "−")
    return "0.0" if text in ("−0.0", "+0.0") else text


def _table_at(talks: Talks) -> PayoffTable | None:
    found = [one for one in talks.tables if one.horizon == talks.deal_horizon]
    return next(iter(found or talks.tables), None)


def bleeding_words(run: Run) -> str:
    """Return who loses how much while the dispute lasts, and who can wait longer."""
    talks, text = run.talks, losing_words(run)
    if talks is None or not text:
        return ""
    now = next((x.threat_usd_bn for x in talks.agreements if x.threat == TALKING), (0.0, 0.0))
    if any(abs(v) > 0.05 for v in now):
        text += f"; as things stand, {_losses(run, now)}"
    waiting = waiting_words(run)
    if waiting:
        text += f". Set against what each fights for and how patient it is, {waiting}"
    return f"{text[:1].upper()}{text[1:]}.{_over_time(talks, side_names(run))}"


def losing_words(run: Run) -> str:
    """Return what each side loses a year with everything carried out."""
    found = run.talks.agreements if run.talks else ()
    point = next((one.threat_usd_bn for one in found if one.threat == "everything"), None)
    if point is None:
        return ""
    return f"with everything carried out {_losses(run, point)} USD bn a year"


def _losses(run: Run, point: tuple[float, float]) -> str:
    pairs = zip(side_names(run), point, strict=True)
    return joined([f"{the(n)} {'loses' if v < 0 else 'gains'} {abs(v):.1f}" for n, v in pairs])


def waiting_words(run: Run) -> str:
    """Return who can wait longer; nothing where a side has nothing to wait for."""
    mine, yours = (_clock_row(run.talks) if run.talks else None) or (None, None)
    if mine is None or yours is None:
        return ""
    waits = side_names(run)[int(yours > mine)]
    return (
        f"{the(waits)} can wait longer ({_years(max(mine, yours))} years against "
        f"{_years(min(mine, yours))})"
    )


def _over_time(talks: Talks, names: list[str]) -> str:
    """Return how both sides' losses change with the horizon, and when the harder hit changes."""
    rows = [
        (one.horizon, one.percent[0][-1][-1], one.percent[1][-1][-1])
        for one in sorted(talks.tables, key=lambda one: ORDER.index(one.horizon))
        if one.horizon in ORDER
    ]
    if len(rows) < 2 or any(x is None or x >= 0.0 for _, *pair in rows for x in pair):
        return ""
    parts = [
        f"{the(name)} {', '.join(f'{-float(row[k + 1] or 0.0):.2f}' for row in rows)}"
        for k, name in enumerate(names)
    ]
    text = f" In per cent of real income at the {joined([row[0] for row in rows])} horizon: {joined(parts)}"
    hit = [int(float(row[2] or 0.0) < float(row[1] or 0.0)) for row in rows]
    turns = [k for k in range(1, len(hit)) if hit[k] != hit[k - 1]]
    if not turns:
        return f"{text}; {the(names[hit[0]])} is hit harder at each."
    where = " and ".join(f"between {rows[k - 1][0]} and {rows[k][0]}" for k in turns)
    return f"{text}; hit harder: {the(names[hit[0]])} first, {the(names[hit[-1]])} later, turning {where}."


def _years(value: float) -> str:
    """Return a time that waiting pays; beyond a century the number means nothing."""
    return "more than 100" if value > MOST_YEARS else f"{value:.1f}"


def _clock_row(talks: Talks) -> tuple[float | None, float | None] | None:
    for one in talks.leverage:
        if one.horizon == talks.deal_horizon:
            return next((row.values for row in one.rows if row.key == "clock"), None)
    return None


def depends_words(run: Run) -> str:
    """Return how far the deal depends on rule and threat point, in words."""
    talks = run.talks
    found = [one for one in talks.agreements if one.shares] if talks else []
    if talks is None or not found:
        return ""
    first = side_names(run)[0]
    shares = [100 * one.shares[0] for one in found if one.shares]
    text = f"{the(first, first=True)} gets {_span(shares)}% of the gain"
    for name in cuts(run, found[0]):
        points = [cuts(run, one)[name] for one in found]
        text += f", {the(name)} cuts {_span(points)} points"
    text += f" across {len({o.threat for o in found})} threat points and {len({o.rule for o in found})} rules"
    return f"{text}{_equally_patient(run)}."


def split_words(run: Run) -> str:
    """Return how far the split depends on rule, threat point and patience, in few words."""
    talks = run.talks
    shares = [100 * one.shares[0] for one in (talks.agreements if talks else ()) if one.shares]
    if not shares:
        return ""
    first = the(side_names(run)[0], first=True)
    text = f"{first} gets {_span(shares)}% by other rules and threat points{_equally_patient(run)}"
    return f"{text}."


def _equally_patient(run: Run) -> str:
    """Return what the first side would get were both as patient; nothing where it is the same."""
    talks, main = run.talks, main_deal(run.talks) if run.talks else None
    equal = [
        one
        for one in (talks.agreements if talks else ())
        if (one.threat, one.rule) == (THREAT, "Nash")
    ]
    if not equal or main is None or main.rule != RULE:
        return ""
    same, ours = (100 * (one.shares or (0.0, 0.0))[0] for one in (equal[0], main))
    if abs(same - ours) <= CUT:
        return ""
    return f"; were both as patient, {same:.0f}% instead of {ours:.0f}%"


def horizon_words(run: Run) -> str:
    """Return what the same deal is worth at the other horizons."""
    talks = run.talks
    rows = [one for one in talks.by_horizon if one.horizon != talks.deal_horizon] if talks else []
    names = side_names(run)
    parts = []
    for one in rows:
        worth = joined([f"{the(n)} {signed(v)}" for n, v in zip(names, one.usd_bn, strict=True)])
        share = (
            f" ({100 * one.shares[0]:.0f}% of the gain to {the(names[0])})" if one.shares else ""
        )
        parts.append(f"at the {one.horizon} horizon {worth}{share}")
    return f"The same deal brings, USD bn a year: {'; '.join(parts)}." if parts else ""


def _span(values: list[float]) -> str:
    low, high = f"{min(values):.0f}", f"{max(values):.0f}"
    return low if low == high else f"{low} to {high}"


def why_words(run: Run) -> str:
    """Return why concessions help both sides at first, with names."""
    frontier: BargainingSet | None = run.talks.frontier if run.talks else None
    if frontier is None:
        return ""
    text = named(run, frontier.words)
    return f"{text[:1].upper()}{text[1:]}."


def stage_lines(run: Run) -> list[tuple[str, str]]:
    """Return (heading, words) of the answers that a brief gives."""
    talks = run.talks
    if talks is None:
        return []
    lines = [("Carried out", f"{named(run, one.sentence)}.") for one in talks.threat_tests]
    lines += [("Answer", words) for words in answers_words(run)]
    lines += [("Bleeding", bleeding_words(run))]
    return [(head, text) for head, text in lines if text]


def deal_lines(run: Run) -> list[tuple[str, str]]:
    """Return (heading, words) of what stands around the deal."""
    talks = run.talks
    if talks is None:
        return []
    lines = [
        ("Why", why_words(run)),
        ("Depends", depends_words(run)),
        ("Horizons", horizon_words(run)),
    ]
    lines += [("Lasts", f"{named(run, one.sentence)}.") for one in talks.lasting]
    return [(head, text) for head, text in lines if text]
