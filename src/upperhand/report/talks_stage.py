"""The tables of threats, protocols, clocks and enforcement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.talks_words import (
    THREAT_WORDS,
    named,
    side_names,
    table_of_talks,
)

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run


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
