"""The tables of threats, protocols, clocks and enforcement, and the answers for a brief."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.talks_words import (
    RULE,
    THREAT,
    THREAT_WORDS,
    main_deal,
    named,
    side_names,
    table_of_talks,
)
from upperhand.report.words import joined, the

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run
    from upperhand.results.talks import Agreement, BargainingSet, PayoffTable, Talks

MOST_YEARS = 100.0
ORDER = ("short", "medium", "long")
CUT = 0.5  # points of a tariff: smaller differences are not told apart


def threats(run: Run) -> Table:
    """Return whether each side would carry out its threats, and what it would take."""
    rows = [
        {
            "Side": run.name_of(one.side),
            "Carried out, USD bn": one.economy_usd_bn,
            "Backing down, USD bn": -one.audience_usd_bn,
            "Would it": "yes" if one.credible else "no",
            "Needed at home, USD bn": one.needed_usd_bn,
            "Because others watch, %": None if one.fights is None else 100 * one.fights,
        }
        for one in (run.talks.threat_tests if run.talks else ())
    ]
    return table_of_talks(
        run,
        "threat_stage",
        "Would the threats be carried out?",
        "Whole package against the state of play, the other side answering as is best for it, USD bn "
        "a year; cost at home of backing down is assumed",
        rows,
        digits={
            "Carried out, USD bn": 1,
            "Backing down, USD bn": 1,
            "Needed at home, USD bn": 1,
            "Because others watch, %": 0,
        },
        note=_sentences(
            [
                f"{named(run, one.sentence)}; {one.reputation_words}"
                for one in (run.talks.threat_tests if run.talks else ())
            ]
        ),
    )


def _sentences(parts: list[str]) -> str:
    """Return sentences with capitals and full stops."""
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)


def signals(run: Run) -> Table:
    """Return every equilibrium of the threat stage."""
    rows: list[dict[str, Any]] = []
    for one in run.talks.threat_tests if run.talks else ():
        for number, found in enumerate(one.signals, start=1):
            quiet, concede, war, down = found.outcomes
            rows.append(
                {
                    "Threatener": run.name_of(one.side),
                    "Equilibrium": f"{number} of {len(one.signals)}",
                    "Threat made, %": 100 * found.challenge,
                    "Resisted, %": 100 * found.resist,
                    "Then carried out, %": 100 * found.carry_out,
                    "No threat, %": 100 * quiet,
                    "Concession, %": 100 * concede,
                    "War, %": 100 * war,
                    "Backing down, %": 100 * down,
                    "Stable": "yes" if found.stable else "no",
                }
            )
        if not one.signals:
            rows.append({"Threatener": run.name_of(one.side), "Equilibrium": one.signal_words})
    numbers = [name for row in rows for name in row if name.endswith("%")]
    return table_of_talks(
        run,
        "signals",
        "Are the threats believed? Every equilibrium of the threat stage",
        "Probabilities, per cent; what each side knows and the other does not is assumed",
        rows,
        digits=dict.fromkeys(numbers, 1),
        note="Where there are several equilibria all are listed and none is picked. Of 633 sanction "
        "threats from 1970 to 2000, 23 per cent brought a concession, 55 were carried out and 22 were "
        "dropped.",
    )


def protocols(run: Run) -> Table:
    """Return what each protocol of talks gives."""
    names = side_names(run)
    rows = []
    for one in run.talks.protocols if run.talks else ():
        row: dict[str, Any] = {
            "Protocol": named(run, one.name),
            "Gain over": THREAT_WORDS.get(one.over, one.over).split(":")[0],
        }
        for k, name in enumerate(names):
            row[f"{name}, share, %"] = 100 * one.shares[k] if one.shares else None
            row[f"{name}, USD bn"] = one.usd_bn[k] if one.usd_bn else None
        rows.append(row | {"What decides": one.words})
    digits = {f"{n}, share, %": 0 for n in names} | {f"{n}, USD bn": 1 for n in names}
    return table_of_talks(
        run,
        "protocols",
        "How the split depends on the protocol of the talks",
        "Share of the gain from agreeing, per cent; real income in the deal, USD bn a year",
        rows,
        digits=digits,
        note="A lasting war that a side may leave for matters only where it is better for it than the "
        "talks; breakdown that comes by itself always matters.",
    )


def clocks(run: Run) -> Table:
    """Return when the standoff ends, by kind of attrition."""
    rows = [
        {
            "Kind of attrition": one.name,
            "Half are over, months": one.median_months,
            "Over in 3 months, %": None if one.within_90_days is None else 100 * one.within_90_days,
        }
        for one in (run.talks.clocks if run.talks else ())
    ]
    return table_of_talks(
        run,
        "clocks",
        "When would a standoff end?",
        "Median in months, and chance of a settlement within three months, per cent",
        rows,
        digits={"Half are over, months": 1, "Over in 3 months, %": 0},
        note=_sentences(
            [
                f"{one.name}: {named(run, one.words)}"
                for one in (run.talks.clocks if run.talks else ())
            ]
        ),
    )


def lasting(run: Run) -> Table:
    """Return whether each side keeps the main deal."""
    rows = [
        {
            "Side": run.name_of(one.side),
            "Patience needed": one.needed,
            "needed, short penalty": one.needed_short,
            "Patience it has": one.own_discount,
            "if the threat may be lost": one.with_legal_risk,
            "Keeps it": "yes" if one.keeps else "no",
        }
        for one in (run.talks.lasting if run.talks else ())
    ]
    names = (
        "Patience needed",
        "needed, short penalty",
        "Patience it has",
        "if the threat may be lost",
    )
    years = next((one.punish_years for one in run.talks.lasting), 0) if run.talks else 0
    return table_of_talks(
        run,
        "lasting",
        "Would the deal last?",
        "Discount factors a year; a side keeps the deal when it has at least what is needed",
        rows,
        digits=dict.fromkeys(names, 2),
        note=_sentences(
            [
                f"{named(run, one.sentence)}; {one.linkage_words}"
                for one in (run.talks.lasting if run.talks else ())
            ]
        )
        + f" Short penalty: a breach is punished for {years} years and not for ever.",
    )


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


def answers_words(run: Run) -> list[str]:
    """Return each side's single answers in the order that costs it least, in words."""
    found = _table_at(run.talks) if run.talks else None
    return [] if found is None else [w for side in (1, 0) if (w := _answers(run, found, side))]


def _answers(run: Run, found: PayoffTable, side: int) -> str:
    labels = (found.rows, found.columns)[side]
    table = found.usd_bn[side]
    own = list(table[-1]) if side else [row[-1] for row in table]
    held = own[0]
    singles = [
        (label, x) for label, x in zip(labels[1:], own[1:], strict=True) if " + " not in label
    ]
    if held is None or any(x is None for _, x in singles):
        return ""
    order = sorted(((label, float(x or 0.0) - held) for label, x in singles), key=lambda p: -p[1])
    parts = [f"{label} {signed(change)}" for label, change in order]
    best = max(zip(labels, own, strict=True), key=lambda p: p[1] if p[1] is not None else -1e300)
    name, other = side_names(run)[side], side_names(run)[1 - side]
    return (
        f"{the(name, first=True)}, if {the(other)} carries out everything, answers best with "
        f"{'nothing' if best[0] == 'hold' else best[0]}; own change by single answer, USD bn a year, "
        f"the cheapest first: {joined(parts)}."
    )


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
    talks = run.talks
    found = {one.threat: one.threat_usd_bn for one in talks.agreements} if talks else {}
    if talks is None or "everything" not in found:
        return ""
    names = side_names(run)

    def losses(point: tuple[float, float]) -> str:
        return joined(
            [
                f"{the(n)} {'loses' if v < 0 else 'gains'} {abs(v):.1f}"
                for n, v in zip(names, point, strict=True)
            ]
        )

    text = f"with everything carried out {losses(found['everything'])} USD bn a year"
    if any(abs(v) > 0.05 for v in found.get("while talking", (0.0, 0.0))):
        text += f"; as things stand, {losses(found['while talking'])}"
    mine, yours = _clock_row(talks) or (None, None)
    if mine is not None and yours is not None:
        waits = names[int(yours > mine)]
        text += (
            f". Set against what each fights for and how patient it is, {the(waits)} can wait longer "
            f"({_years(max(mine, yours))} years against {_years(min(mine, yours))})"
        )
    return f"{text[:1].upper()}{text[1:]}.{_over_time(talks, names)}"


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
    equal = [one for one in found if (one.threat, one.rule) == (THREAT, "Nash")]
    main = main_deal(talks)
    if equal and main is not None and main.rule == RULE:
        same, ours = (100 * (one.shares or (0.0, 0.0))[0] for one in (equal[0], main))
        if abs(same - ours) > CUT:
            text += f"; were both as patient, {same:.0f}% instead of {ours:.0f}%"
    return f"{text}."


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
