"""The years ahead in words: titles that state a finding, and the answers of the brief."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from upperhand.report.words import joined, the
from upperhand.results.names import with_names

if TYPE_CHECKING:
    from upperhand.results.timing import Timing
    from upperhand.results.years_ahead import YearsAhead

#: Technologies that the questions are about, in order.
ASKED = ("chips", "ai_accelerators")
SURE = 0.8  # share of the draws from which the words say that something is so


def years_source(years: YearsAhead) -> str:
    """Return the footer of tables and charts: program, world and inputs."""
    origin = years.path.provenance
    return f"upperhand {origin.version}; data: {origin.world}; path {years.fingerprint}"


def first_and_last(years: YearsAhead) -> tuple[float, float]:
    """Return the first and the last date of the path."""
    dates = years.path.data["year"].values
    return float(dates[0]), float(dates[-1])


def ends(years: YearsAhead, name: str, good: str, date: float, case: str = "with") -> np.ndarray:
    """Return 10th, 50th and 90th percentile of a quantity of a technology at a date."""
    band = years.path.data[f"{name}_band"].sel(technology=good, year=date)
    return np.asarray(band.sel(case=case).values if "case" in band.dims else band.values)


def chance(years: YearsAhead, name: str, good: str) -> float:
    """Return a chance of the path; NaN where it has none."""
    data = years.path.data
    return float(data[name].sel(technology=good)) if name in data else float("nan")


def asked(years: YearsAhead) -> list[str]:
    """Return the technologies that the questions are about and the path has with a lag."""
    known = [str(good) for good in years.path.data["technology"].values]
    dates = first_and_last(years)
    return [g for g in ASKED if g in known and np.isfinite(ends(years, "lag", g, dates[0])).all()]


def lag_title(years: YearsAhead) -> str:
    """Return how far behind and whether that closes, in words."""
    goods = asked(years)
    if not goods:
        return "No technology of the path has a frontier"
    first, last = first_and_last(years)
    now, then = (ends(years, "lag", goods[0], date) for date in (first, last))
    good = years.good_name(goods[0]).partition(" (")[0]
    return f"{good}: {now[1]:.1f} years behind in {first:g}, {then[0]:.1f} to {then[2]:.1f} in {last:g}"


def share_title(years: YearsAhead) -> str:
    """Return how far domestic suppliers come, in words."""
    known = [str(good) for good in years.path.data["technology"].values]
    good = next((g for g in ("ai_accelerators", "chips") if g in known), known[0])
    first, last = first_and_last(years)
    now, then = (100 * ends(years, "domestic_share", good, date) for date in (first, last))
    name = years.good_name(good).partition(" (")[0]
    return (
        f"{name}: domestic suppliers go from {now[1]:.0f} to {then[0]:.0f}-{then[2]:.0f} per cent "
        f"by {last:g}"
    )


def controls_title(years: YearsAhead) -> str:
    """Return what the controls of the record did to chips, in words."""
    odds = chance(years, "chance_controls_slowed", "chips")
    if odds >= SURE:
        return f"The controls on record slow the follower in chips, in {100 * odds:.0f}% of draws"
    if odds <= 1 - SURE:
        return f"The controls on record speed the follower up, in {100 - 100 * odds:.0f}% of draws"
    return f"Whether the controls on record slow the follower is open: {100 * odds:.0f}% of draws"


def cost_title(years: YearsAhead) -> str:
    """Return what the moves cost both sides by the last year, in words."""
    data, (_, last) = years.path.data, first_and_last(years)
    parts = []
    for side in years.path.sides:
        low, _, high = data["cumulative_band"].sel(side=side, year=last).values
        parts.append(f"{the(years.name_of(side))} {money(float(low), float(high))}")
    text = f"{joined(parts)} by {last:g}"
    return text[:1].upper() + text[1:]


def money(low: float, high: float) -> str:
    """Return a range of money in words, losses named.

    Examples:
        >>> money(-120.0, -80.0), money(3.0, 5.0), money(-2.0, 1.0), money(-80.2, -80.1)
        ('loses USD 80 to 120 bn', 'gains USD 3.0 to 5.0 bn', 'from -2.0 to +1.0 USD bn', 'loses USD 80 bn')
    """
    word = "loses" if high <= 0 else "gains" if low >= 0 else ""
    if not word:
        return f"from {low:+.1f} to {high:+.1f} USD bn"
    sizes = sorted((abs(low), abs(high)))
    digits = 0 if sizes[1] >= 9.95 else 1
    one, other = (f"{x:,.{digits}f}" for x in sizes)
    return f"{word} USD {one if one == other else f'{one} to {other}'} bn"


def leverage_title(years: YearsAhead) -> str:
    """Return when the upper hand changes, in words."""
    found = years.leverage
    if found is None or not found.years:
        return "No leverage: the sides do not both have a move"
    hands = [c for c in found.changes if c.what == "upper hand"]
    if hands:
        return named(
            years,
            f"Upper hand: {hands[0].old} until {hands[0].before}, {hands[0].new} from {hands[0].year}",
        )
    one = found.years[0]
    holder = the(years.name_of(one.holder)) if one.holder else "neither side"
    first, last = found.years[0].year, found.years[-1].year
    verb = "keeps" if one.holder else "has"
    return f"{holder[:1].upper()}{holder[1:]} {verb} the upper hand, from {first} to {last}"


def firms_title(years: YearsAhead) -> str:
    """Return what the record of firms says, in words."""
    research, revenue = years.firm("research"), years.firm("revenue")
    if research is None or revenue is None:
        return "Firms in the race"
    fall = max(1.0 - b.value / a.value for a, b in pairwise(revenue.points))
    rising = all(b.value > a.value for a, b in pairwise(research.points))
    words = "kept rising" if rising else "did not always rise"
    return f"Huawei's research {words} while its revenue fell by {100 * fall:.0f} per cent"


def timing_title(years: YearsAhead, found: Timing) -> str:
    """Return from which worth of a lead control and ban pay, in words."""
    leader, follower = (the(years.name_of(side)) for side in found.sides)
    parts = [
        f"{leader} withholds {_worth(found.control.value)}",
        f"{follower} bans {_worth(found.ban.value)}",
    ]
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _worth(above: float | None) -> str:
    if above is None:
        return "at no worth of a lead"
    return (
        "at any worth of a lead"
        if above == 0
        else f"if a generation is worth more than USD {above:.2g} bn a year"
    )


def named(years: YearsAhead, text: str) -> str:
    """Return words in which sides and technologies have names instead of codes."""
    sides = {side: years.name_of(side) for side in years.path.sides}
    return with_names(text, sides, {good: years.good_name(good) for good in years.followers})


def behind(years: YearsAhead) -> Iterator[str]:
    """Yield how far behind the follower is and how fast it closes, by technology."""
    first, last = first_and_last(years)
    for good in asked(years):
        now, then = (ends(years, "lag", good, date) for date in (first, last))
        share_now, share_then = (
            100 * ends(years, "domestic_share", good, date) for date in (first, last)
        )
        who = the(years.name_of(years.followers.get(good, "")))
        closing = chance(years, "chance_closing", good)
        text = (
            f"{years.good_name(good)}: {who} is {now[1]:.1f} years behind in {first:g} ({now[0]:.1f} to "
            f"{now[2]:.1f}) and {then[1]:.1f} in {last:g} ({then[0]:.1f} to {then[2]:.1f})"
        )
        if np.isfinite(closing):
            text += f"; it has come nearer by then in {100 * closing:.0f}% of the draws"
        without = 100 * ends(years, "domestic_share", good, first, "without")
        yield (
            f"{text}. Domestic suppliers have {share_now[1]:.0f}% of the market in {first:g} "
            f"({share_now[0]:.0f} to {share_now[2]:.0f}; without the moves {without[1]:.0f}) and "
            f"{share_then[1]:.0f}% in {last:g} ({share_then[0]:.0f} to {share_then[2]:.0f})."
        )


def changed(years: YearsAhead) -> Iterator[str]:
    """Yield what the controls of the record changed, and what the moves add, by technology."""
    _, last = first_and_last(years)
    for good in asked(years):
        record = ends(years, "lag", good, last, "without")
        never = ends(years, "lag_free", good, last)
        share = 100 * ends(years, "domestic_share", good, last, "without")
        free = 100 * ends(years, "domestic_share_free", good, last)
        slowed = 100 * chance(years, "chance_controls_slowed", good)
        more = 100 * chance(years, "chance_slowed", good)
        yield (
            f"{years.good_name(good)} in {last:g}: {record[1]:.1f} years behind ({record[0]:.1f} to "
            f"{record[2]:.1f}) with the controls of the record, {never[1]:.1f} ({never[0]:.1f} to {never[2]:.1f}) "
            f"had there been none; they slow the follower in {slowed:.0f}% of the draws, and raise its "
            f"domestic suppliers from {free[1]:.0f}% of the market ({free[0]:.0f} to {free[2]:.0f}) to "
            f"{share[1]:.0f}% ({share[0]:.0f} to {share[2]:.0f}). The moves on top slow it in {more:.0f}%."
        )


def costs(years: YearsAhead) -> Iterator[str]:
    """Yield what the moves cost both sides by the last year, and whom they hurt more."""
    data, (first, last) = years.path.data, first_and_last(years)
    for side in years.path.sides:
        name = the(years.name_of(side), first=True)
        if "cumulative_band" in data:
            low, middle, high = data["cumulative_band"].sel(side=side, year=last).values
            yield (
                f"{name} {money(float(low), float(high))} from {first:g} to {last:g}, summed up "
                f"(median {middle:+,.0f}; draws of technology alone, measures and elasticities stay)."
            )
        else:
            total = float(data["cumulative_usd_bn"].sel(side=side, year=last))
            yield f"{name}: {total:+,.0f} USD bn from {first:g} to {last:g}, summed up, no band drawn."
    one, other = (the(years.name_of(side)) for side in years.path.sides)
    ratios = data["pain_ratio"].values
    known = [float(r) for r in ratios if np.isfinite(r)]
    if known:
        yield (
            f"For each 1% that {one} loses, {other} loses {min(known):.2f} to {max(known):.2f}% over the "
            f"years; {_crossing(years)}"
        )


def _crossing(years: YearsAhead) -> str:
    when = years.path.crossing()
    data, (_, last) = years.path.data, first_and_last(years)
    dates = [float(date) for date in data["year"].values]
    text = "the ratio does not cross one"
    if when is not None:
        before, after = (max(d for d in dates if d <= when), min(d for d in dates if d >= when))
        text = f"the ratio crosses one between {before:g} and {after:g}"
    if "chance_second_hurts_more" in data:
        odds = 100 * float(data["chance_second_hurts_more"].sel(year=last))
        text += f"; in {odds:.0f}% of the draws the second loses more in {last:g}"
    return f"{text}."


def crossing_lines(years: YearsAhead) -> Iterator[str]:
    """Yield when the pain ratio crosses one over the draws of technology, if there are any."""
    spread = years.path.crossings()
    if spread is not None:
        yield f"The pain ratio crosses one, over draws of technology alone: {spread.sentence()}."


def hands(years: YearsAhead) -> Iterator[str]:
    """Yield who has the upper hand in the years that were solved, and when that changes."""
    found = years.leverage
    if found is None:
        return
    for year, why in found.failures:
        yield f"{year}: no answer, {why}."
    same = len({one.sentence for one in found.years}) == 1
    for one in found.years[:1] if same else found.years:
        when = f"{found.years[0].year} to {found.years[-1].year}" if same else str(one.year)
        yield f"{when}: {named(years, one.sentence)}."
    for change in found.changes:
        yield f"{named(years, change.sentence())}."
    if found.years and not found.changes:
        solved = joined([str(one.year) for one in found.years])
        yield f"The upper hand does not change sides and the pain ratio of no side's threats crosses one (solved: {solved})."
    last = found.years[-1] if found.years else None
    if last is not None and last.chance is not None:
        mine, yours = (the(years.name_of(side)) for side in found.sides)
        shares = [f"{100 * c:.0f}%" for c in last.chance]
        yield (
            f"Over {last.draws} draws of technology in {last.year}: {mine} {shares[0]}, {yours} {shares[1]}, "
            f"neither {shares[2]}."
        )


def firm_lines(years: YearsAhead) -> Iterator[str]:
    """Yield what the record has of each firm and where the race takes it."""
    for one in years.firms:
        if not one.ahead:
            continue
        last = one.years[-1]
        on, off = one.band(last), one.band(last, "without")
        yield (
            f"{one.firm}, {one.label}: {one.points[-1].value:g} {one.unit} on record ({one.points[-1].period}); "
            f"{on[1]:.1f} in {last} ({on[0]:.1f} to {on[2]:.1f}), without the moves {off[1]:.1f} ({off[0]:.1f} to "
            f"{off[2]:.1f})."
        )
    research = years.firm("research")
    if research is not None:
        yield f"Huawei's research: {research.reading[:1].lower()}{research.reading[1:]}"


CAREFUL = (
    "The evidence on what controls do to patents conflicts in sign: +41% (Liu, Liu, Makarin and Wen) "
    "against -10% (Cao, de Nicola, Mattoo and Timmis). Research rises in every study; the gap here moves "
    "by research, not by patents.",
    "Estimates of Huawei's output of accelerators in 2025 differ four-fold, from 200,000 at most (US "
    "Commerce) to 812,000 (IDC); the domestic share in the path starts from IDC's.",
    "The lag is one of manufacturing in volume. The best Chinese chip was 2.1 years behind the best of all "
    "in October 2024 (Epoch AI).",
)
