"""The talks in words: who has the upper hand, the deal in a negotiator's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.words import joined, the
from upperhand.results.names import with_names

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run
    from upperhand.results.talks import Agreement, Leverage, Talks

#: The deal that is shown first: where both threaten as well as they can, patience as weights.
THREAT = "variable threats"

RULE = "Nash, weights from the clocks"

THREAT_WORDS = {
    "while talking": "while talking: what is in force stays",
    "everything": "everybody carries out everything",
    "menu war": "equilibrium of the menu",
    "variable threats": "both threaten as well as they can",
}

#: The same in two or three words, for charts and tables.
SHORT = {
    "while talking": "while talking",
    "everything": "everything carried out",
    "menu war": "menu equilibrium",
    "variable threats": "best threats",
}

SMALL = 5e-7  # USD billion a year; below it a payoff prints as zero


def named(run: Run, text: str) -> str:
    """Return words in which the sides have names instead of codes.

    Examples:
        >>> from upperhand.results import Run
        >>> from upperhand.results.talks import Talks
        >>> talks = Talks(("USA", "CHN"), (), (), (), "long", (), (), (), "", ())
        >>> world = {"country_names": {"USA": "United States", "CHN": "China"}}
        >>> named(Run({}, "", "", world, (), talks=talks), "USA loses; CHN does not")
        'The United States loses; China does not'
    """
    if run.talks is None:
        return text
    return with_names(text, {side: run.name_of(side) for side in run.talks.sides}, {})


def upper_hand(run: Run) -> list[tuple[str, str]]:
    """Return who has the upper hand, (horizon or `all horizons`, sentence), shortest first.

    Horizons that say the same are one entry, with the range of their numbers.
    """
    if run.talks is None:
        return []
    found = run.talks.leverage
    if len({_said(run, one) for one in found}) == 1 and len(found) > 1:
        return [("all horizons", sentence(run, *found))]
    return [(one.horizon, sentence(run, one)) for one in found]


def _said(run: Run, one: Leverage) -> tuple[str, Any]:
    """Return the words of one horizon and the side that its threats put ahead."""
    ahead = next((row.favours for row in one.rows if row.key == "threat_advantage"), None)
    return named(run, one.sentence), ahead


def sentence(run: Run, *found: Leverage) -> str:
    """Return the answer of one horizon, or of several with the same, with a capital.

    The probability of one draw is left out.
    """
    text = named(run, found[0].sentence).replace(" (p = 1.00)", "")
    return f"{text[:1].upper()}{text[1:]}.{_numbers_of(run, found)}"


def _numbers_of(run: Run, found: tuple[Leverage, ...]) -> str:
    """Return threat-point advantage and surplus share in words, where they exist."""
    rows = [{row.key: row for row in one.rows} for one in found]
    parts = []
    ahead = [row["threat_advantage"] for row in rows if "threat_advantage" in row]
    if ahead and all(row.favours is not None for row in ahead):
        sizes = [max(abs(value) for value in row.values if value is not None) for row in ahead]
        name = the(run.name_of(str(ahead[0].favours)))
        parts.append(f"the best threats put {name} USD {_range(sizes, '{:.2g}')} bn a year ahead")
    shares = [row["surplus_share"].values for row in rows if "surplus_share" in row]
    if shares and all(None not in pair for pair in shares):
        words = [
            f"{_range([100 * (pair[k] or 0.0) for pair in shares], '{:.0f}')}% to {the(name)}"
            for k, name in enumerate(side_names(run))
        ]
        parts.append(f"the gain from agreeing goes {joined(words)}")
    text = "; ".join(parts)
    return f" {text[:1].upper()}{text[1:]}." if text else ""


def _range(values: list[float], form: str) -> str:
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def agreed(run: Run) -> dict[str, Any]:
    """Return what the scenario says was agreed in fact; empty when it does not say."""
    section = run.scenario.get("talks") or {}
    return dict(section.get("agreed") or {})


def main_deal(talks: Talks | None) -> Agreement | None:
    """Return the agreement that is shown first, or None when there is no deal from any threat."""
    found = [one for one in talks.agreements if one.payoffs_usd_bn] if talks else []
    first = [one for one in found if (one.threat, one.rule) == (THREAT, RULE)]
    return next(iter(first or found), None)


def deal_words(run: Run, one: Agreement) -> str:
    """Return a deal in one sentence: terms, payoffs, shares."""
    assert one.payoffs_usd_bn is not None
    gains = joined(
        [
            f"{the(name)} {value - threat:+.1f}"
            for name, value, threat in zip(
                side_names(run), one.payoffs_usd_bn, one.threat_usd_bn, strict=True
            )
        ]
    ).replace("-", "−")
    shares = ""
    if one.shares is not None:
        parts = zip(side_names(run), one.shares, strict=True)
        shares = "; shares " + joined([f"{the(n)} {100 * s:.0f}%" for n, s in parts])
    where = THREAT_WORDS.get(one.threat, one.threat)
    return f"{terms_words(run, one.terms)}. Against failure ({where}) in USD bn a year: {gains}{shares}."


def deal_letters(talks: Talks) -> dict[tuple[str, ...], str]:
    """Return a letter for each different deal that some rule chooses, the main one first."""
    main = main_deal(talks)
    found = [main] if main else []
    found += [one for one in talks.agreements if one.payoffs_usd_bn]
    terms = dict.fromkeys(one.terms for one in found)
    return {one: chr(ord("A") + k) for k, one in enumerate(terms)}


def terms_words(run: Run, terms: tuple[str, ...]) -> str:
    """Return the terms of a deal by side, in words."""
    by_side: dict[str, list[str]] = {}
    for term in terms:
        side, what = term_of(run, term)
        by_side.setdefault(side, []).append(what)
    parts = [f"{the(s)}: {joined(w)}" if s else joined(w) for s, w in by_side.items()]
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def term_of(run: Run, term: str) -> tuple[str, str]:
    """Return side and what it does, from a term of a deal."""
    for side in run.talks.sides if run.talks else ():
        if term.startswith(f"{side} lifts: "):
            return run.name_of(side), f"lift {term.removeprefix(f'{side} lifts: ')}"
        if term.startswith(f"{side}: "):
            return run.name_of(side), named(run, term.removeprefix(f"{side}: "))
    return "", term


def kept_words(factor: float | None) -> str:
    """Return when a side keeps a deal.

    Examples:
        >>> kept_words(None), kept_words(1.0), kept_words(0.42)
        ('always', 'never', 'above 0.42')
    """
    if factor is None:
        return "always"
    return "never" if factor >= 1.0 else f"above {factor:.2f}"


def labels_of_deal(run: Run, deal_name: str) -> set[str]:
    """Return the names of the offers and groups that a deal lifts or grants."""
    return {term_of(run, term)[1].removeprefix("lift ") for term in deal_name.split("; ")}


def known_terms(run: Run) -> set[str]:
    """Return the names of everything that deals are made of."""
    deals = run.talks.deals if run.talks else ()
    return set().union(*(labels_of_deal(run, name) for name, _, _ in deals))


def side_names(run: Run) -> list[str]:
    """Return the names of the two sides; none without talks."""
    return [run.name_of(side) for side in run.talks.sides] if run.talks else []


def zero(value: float) -> float:
    """Return a payoff, zero where nothing but rounding is left."""
    return 0.0 if abs(value) < SMALL else value


def shown(value: float | None) -> str:
    """Return a number of any unit with three digits; a dash where there is none."""
    if value is None:
        return "–"
    return f"{zero(value):.3g}".replace("-", "−")


def table_of_talks(
    run: Run,
    key: str,
    title: str,
    unit: str,
    rows: list[dict[str, Any]],
    *,
    digits: dict[str, int] | None = None,
    note: str = "",
) -> Table:
    """Return a table of the talks; a source where there are rows."""
    import pandas as pd

    from upperhand.report.numbers import source_line
    from upperhand.report.table import Table

    frame = pd.DataFrame(rows)
    wanted = {c: d for c, d in (digits or {}).items() if c in frame.columns}
    for column in wanted:
        frame[column] = frame[column].astype(float)
    return Table(
        key, title, unit, frame, wanted, note=note, source=source_line(run) if rows else ""
    )
