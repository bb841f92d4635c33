"""The tables of the talks: leverage, threats, answers, deals, the ladder, the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.talks_answers import (
    bleeding_words,
    cuts,
    depends_words,
    horizon_words,
    why_words,
)
from upperhand.report.talks_words import (
    SHORT,
    THREAT_WORDS,
    deal_letters,
    deal_words,
    kept_words,
    main_deal,
    named,
    shown,
    side_names,
    table_of_talks,
    term_of,
    terms_words,
    zero,
)
from upperhand.report.words import joined, the

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run
    from upperhand.results.talks import Agreement, Leverage, PayoffTable, Talks


def leverage(run: Run, *, words: bool = True) -> Table:
    """Return the seven measures by horizon: value for each side, who is favoured; words below."""
    talks = run.talks
    rows = []
    for one in talks.leverage if talks else ():
        for row in one.rows:
            entry: dict[str, Any] = {"Horizon": one.horizon, "Measure": row.label}
            for k, (side, value) in enumerate(zip(side_names(run), row.values, strict=True)):
                ends = (row.low[k], row.high[k]) if row.low and row.high else (None, None)
                entry[side] = shown(value)
                if None not in ends:
                    entry[side] += f" ({shown(ends[0])} to {shown(ends[1])})"
            entry["Favours"] = run.name_of(row.favours) if row.favours else "neither"
            rows.append(entry | {"Unit": row.unit})
    return table_of_talks(
        run,
        "leverage",
        "Seven measures of leverage",
        "Each in its own unit, for each side; a dash where the measure does not exist",
        rows,
        note="The upper hand goes by threat-point advantage, surplus share and clock; 'split' when "
        "they disagree. A free threat costs its maker nothing and is never divided by."
        f"{_measures_words(run) if words else ''}",
    )


def _measures_words(run: Run) -> str:
    """Return the measures in words at the horizon of the deal."""
    talks = run.talks
    found = [one for one in talks.leverage if one.horizon == talks.deal_horizon] if talks else []
    words = [f"{row.label}: {named(run, row.sentence)}." for one in found for row in one.rows]
    return f" At the {found[0].horizon} horizon: {' '.join(words)}" if words else ""


def reasons(run: Run) -> Table:
    """Return the threat-point advantage split over the moves of both sides, by horizon."""
    talks = run.talks
    rows: list[dict[str, Any]] = []
    if talks is not None and talks.leverage:
        for group in talks.leverage[0].by_group:
            side, _, label = group.partition(": ")
            row: dict[str, Any] = {"Side": run.name_of(side), "Move": label}
            row |= {one.horizon: one.by_group.get(group, 0.0) for one in talks.leverage}
            rows.append(row)
        row = {"Side": "both", "Move": "all moves"}
        rows.append(row | {one.horizon: sum(one.by_group.values()) for one in talks.leverage})
    first = side_names(run)[0] if talks else ""
    columns = [one.horizon for one in talks.leverage] if talks else []
    return table_of_talks(
        run,
        "leverage_reasons",
        "What the threat-point advantage rests on",
        f"USD bn a year, by horizon; positive for {the(first) if first else ''}; Shapley values",
        rows,
        digits=dict.fromkeys(columns, 2),
        note="The parts add up to the advantage. A threat too dear to be used adds nothing.",
    )


def leverage_sectors(run: Run) -> Table:
    """Return what the sectors add to the harm to the second side less that to the first."""
    talks = run.talks
    rows: list[dict[str, Any]] = []
    columns = [one.horizon for one in talks.leverage] if talks else []
    if talks is not None and talks.leverage:
        last = talks.leverage[-1].by_sector
        names = run.world.get("sector_names", {})
        for code in sorted(last, key=lambda c: -abs(last[c])):
            row = {"Sector": names.get(code, code), "Code": code}
            row |= {one.horizon: one.by_sector[code] for one in talks.leverage}
            rows.append(row | {"Most of it": _most_of(run, talks.leverage[-1], code)})
    return table_of_talks(
        run,
        "leverage_sectors",
        "Which sectors the harm works through",
        "Harm to the second side less harm to the first when everything is carried out, USD bn a "
        "year, by horizon",
        rows,
        digits=dict.fromkeys(columns, 2),
        note="Derivatives along the way from nothing to everything, added up; the parts add up.",
    )


def _most_of(run: Run, one: Leverage, code: str) -> str:
    """Return the move through which a sector counts most."""
    parts = {move: sectors.get(code, 0.0) for move, sectors in one.by_move_and_sector.items()}
    best = max(parts, key=lambda move: abs(parts[move]), default="")
    if not best or not parts[best]:
        return "–"
    side, _, label = best.partition(": ")
    return f"{label} ({run.name_of(side)})"


def ceilings(run: Run) -> Table:
    """Return how far each side's tariff threat pays for itself, by horizon."""
    rows = [
        {
            "Side": run.name_of(found.side),
            "Horizon": found.horizon,
            "Threat, points": found.threat_pp,
            "Pays up to, points": found.break_even_pp,
            "with politics": found.politics_pp,
            "with rivalry": found.harm_pp,
            "Best, points": found.best_pp,
            "Gain there, %": found.best_gain_pct,
            "Change at the threat, %": found.cost_at_threat_pct,
            "Weight needed": found.needed_harm_weight,
        }
        for found in (run.talks.ceilings if run.talks else ())
    ]
    return table_of_talks(
        run,
        "ceilings",
        "How far a tariff threat pays for itself",
        "Add-on tariff on all goods of the other side, percentage points; own real income, per cent",
        rows,
        digits={
            "Threat, points": 0,
            "Pays up to, points": 1,
            "with politics": 1,
            "with rivalry": 1,
            "Best, points": 1,
            "Gain there, %": 3,
            "Change at the threat, %": 2,
            "Weight needed": 2,
        },
        note="Weight needed: how much of an equal percentage loss of one's own a loss of the other "
        "side must be worth for the threat to pay. With politics and with rivalry: at the assumed weights "
        "on the sectors protected and on the other side's loss. The other side does not answer here.",
    )


def replies(run: Run) -> Table:
    """Return each side's answers when the other carries out everything, the best first."""
    talks = run.talks
    found = _table_at(talks) if talks else None
    rows: list[dict[str, Any]] = []
    for side in (0, 1) if found is not None else ():
        assert found is not None
        rows += _replies_of(run, found, side)
    names = side_names(run)
    digits = {f"{name}, USD bn": 1 for name in names} | {"Own change, USD bn": 2}
    return table_of_talks(
        run,
        "replies",
        "Answers of each side",
        "Real income, USD bn a year, when the other side carries out everything; own change: "
        f"against not answering; {talks.deal_horizon if talks else ''} horizon",
        rows,
        digits=digits,
        note="Single moves, none, all, and the best of all packages; the order is what each costs "
        f"or brings the side that answers. {bleeding_words(run)}",
    )


def _replies_of(run: Run, found: PayoffTable, side: int) -> list[dict[str, Any]]:
    labels = (found.rows, found.columns)[side]
    own, other = _column(found, side), _column(found, side, other=True)
    solved = [k for k in range(len(labels)) if own[k] is not None and other[k] is not None]
    if not solved:
        return []
    best = max(solved, key=lambda k: own[k] or 0.0)
    singles = {k for k in solved if " + " not in labels[k]} | {solved[-1], best}
    held = own[0]
    rows = []
    for k in sorted(singles, key=lambda k: -(own[k] or 0.0)):
        pair = (own[k], other[k]) if side == 0 else (other[k], own[k])
        name = "no answer" if k == 0 else "everything" if k == len(labels) - 1 else labels[k]
        row: dict[str, Any] = {"Side": side_names(run)[side], "Answer": name}
        row |= {f"{n}, USD bn": v for n, v in zip(side_names(run), pair, strict=True)}
        row["Own change, USD bn"] = None if held is None else (own[k] or 0.0) - held
        row["Best"] = "best" if k == best else ""
        rows.append(row)
    return rows


def _column(found: PayoffTable, side: int, *, other: bool = False) -> list[float | None]:
    """Return the payoffs by package of a side while the other does everything."""
    table = found.usd_bn[1 - side if other else side]
    return list(table[-1]) if side else [row[-1] for row in table]


def agreements(run: Run) -> Table:
    """Return what is agreed from each threat point by each rule."""
    talks = run.talks
    if talks is not None and talks.frontier is not None:
        return _in_parts(run, talks)
    rows: list[dict[str, Any]] = []
    letters = deal_letters(talks) if talks else {}
    every = len({one.rule for one in talks.agreements}) if talks else 0
    for rules, one in _by_outcome(talks.agreements) if talks else ():
        row: dict[str, Any] = {
            "If the talks fail": THREAT_WORDS.get(one.threat, one.threat),
            "Rule": "all of them" if len(rules) == every else joined(rules),
            "Deal": letters.get(one.terms, "none") if one.payoffs_usd_bn else "none",
        }
        for k, name in enumerate(side_names(run)):
            row[f"{name}, threat"] = zero(one.threat_usd_bn[k])
            row[f"{name}, deal"] = zero(one.payoffs_usd_bn[k]) if one.payoffs_usd_bn else None
            row[f"{name}, share, %"] = 100 * one.shares[k] if one.shares else None
            row[f"{name} keeps it"] = kept_words(one.would_break[k]) if one.payoffs_usd_bn else "–"
        rows.append(row)
    terms = "; ".join(f"{letter}: {terms_words(run, t)}" for t, letter in letters.items())
    return _agreed(run, rows, f"{terms}. {KEEPS}")


KEEPS = (
    "'Keeps it': the yearly discount factor above which a side does not cheat for a year and see the "
    "talks fail."
)


def _in_parts(run: Run, talks: Talks) -> Table:
    """Return deals in parts: how far tariffs are cut, payoffs and shares."""
    rows: list[dict[str, Any]] = []
    for one in talks.agreements:
        point = joined([f"{zero(x):.1f}" for x in one.threat_usd_bn]).replace("-", "−")
        row: dict[str, Any] = {
            "If the talks fail": f"{SHORT.get(one.threat, one.threat)} ({point})",
            "Rule": one.rule,
        }
        row |= {f"{name} cuts, points": x for name, x in cuts(run, one).items()}
        for k, name in enumerate(side_names(run)):
            row[f"{name}, deal"] = zero(one.payoffs_usd_bn[k]) if one.payoffs_usd_bn else None
        for k, name in enumerate(side_names(run)):
            row[f"{name}, share, %"] = 100 * one.shares[k] if one.shares else None
        for k, name in enumerate(side_names(run)):
            row[f"{name} keeps it"] = kept_words(one.would_break[k]) if one.payoffs_usd_bn else "–"
        rows.append(row)
    gap = talks.frontier.gap if talks.frontier else 0.0
    note = (
        f"{why_words(run)} In brackets: payoffs of both sides if the talks fail. Measures in force are "
        "lifted and offers made as far as each deal says in the table 'Terms'. Equal gains in money "
        "and in per cent differ because they depend on the unit. No deal promises more than USD "
        f"{gap:.2g} bn beyond the frontier. {KEEPS}"
    )
    return _agreed(run, rows, note)


def _agreed(run: Run, rows: list[dict[str, Any]], note: str) -> Table:
    names = side_names(run)
    digits = {f"{n}, {x}": 1 for n in names for x in ("threat", "deal")}
    digits |= {f"{n}, share, %": 0 for n in names} | {f"{n} cuts, points": 0 for n in names}
    return table_of_talks(
        run,
        "agreements",
        "What would be agreed, by threat point and rule",
        "Real income against the baseline, USD bn a year, "
        f"{run.talks.deal_horizon if run.talks else ''} horizon; share of the gain from agreeing",
        rows,
        digits=digits,
        note=note,
    )


def _by_outcome(found: tuple[Agreement, ...]) -> list[tuple[list[str], Agreement]]:
    """Return agreements of one threat point and the same terms together, with their rules."""
    together: dict[tuple[str, tuple[str, ...]], list[Agreement]] = {}
    for one in found:
        together.setdefault((one.threat, one.terms), []).append(one)
    return [([one.rule for one in ones], ones[0]) for ones in together.values()]


def deal(run: Run) -> Table:
    """Return the deal in a negotiator's words: who does what."""
    main = main_deal(run.talks) if run.talks else None
    rows = []
    for term in main.terms if main else ():
        side, what = term_of(run, term)
        rows.append({"Side": side, "Term": what})
    return table_of_talks(
        run,
        "deal",
        "Terms",
        "Threats are not carried out; what is not named stays as it is",
        rows,
        note=f"{deal_words(run, main)} {depends_words(run)} {horizon_words(run)}" if main else "",
    )


def ladder(run: Run) -> Table:
    """Return the rungs of escalation with what each costs and the risk each side accepts."""
    rows = []
    names = side_names(run)
    for k, rung in enumerate(run.talks.rungs if run.talks else ()):
        row: dict[str, Any] = {"Rung": k, "Added": _added(run, k)}
        row |= {f"{n}, USD bn": zero(v) for n, v in zip(names, rung.usd_bn, strict=True)}
        risks = zip(names, rung.critical_risk, strict=True)
        row |= {f"{n}, risk accepted, %": None if r is None else 100 * r for n, r in risks}
        rows.append(row)
    digits = {f"{n}, USD bn": 1 for n in names} | {f"{n}, risk accepted, %": 1 for n in names}
    return table_of_talks(
        run,
        "ladder",
        "Rungs of the ladder",
        "Real income if it ends on the rung, USD bn a year; largest risk of the top rung that a side "
        "accepts rather than concede, per cent",
        rows,
        digits=digits,
        note=named(run, run.talks.ladder_words) if run.talks else "",
    )


def _added(run: Run, rung: int) -> str:
    """Return what a rung adds to the one below, by side."""
    rungs = run.talks.rungs if run.talks else ()
    if rung == 0:
        return "nothing yet"
    here, below = (_on_rung(run, rungs[k].name) for k in (rung, rung - 1))
    parts = [
        f"{run.name_of(side)}: {joined(new)}"
        for side in here
        if (new := [x for x in here[side] if x not in below[side]])
    ]
    return "; ".join(parts) or "nothing new"


def _on_rung(run: Run, name: str) -> dict[str, list[str]]:
    """Return the moves of each side on a rung."""
    _, _, what = name.partition(": ")
    sides = run.talks.sides if run.talks else ("", "")
    head, _, tail = what.partition(f"; {sides[1]} ")
    packages = (head.removeprefix(f"{sides[0]} "), tail)
    return {
        side: [] if package == "hold" else package.split(" + ")
        for side, package in zip(sides, packages, strict=True)
    }


def settlement(run: Run) -> Table:
    """Return the chance that a standoff is settled by each month, from attrition."""
    rows = [
        {"Month": int(month), "Settled, %": 100 * chance}
        for month, chance in (run.talks.settlement if run.talks else ())
        if month % 3 == 0
    ]
    return table_of_talks(
        run,
        "settlement",
        "The settlement clock",
        "Chance that the standoff has been settled, per cent",
        rows,
        digits={"Settled, %": 0},
        note="Mixed equilibrium of attrition with complete information.",
    )


def _table_at(talks: Talks) -> PayoffTable | None:
    found = [one for one in talks.tables if one.horizon == talks.deal_horizon]
    return next(iter(found or talks.tables), None)
