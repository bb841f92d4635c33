"""Average new US tariffs by partner and date, for partners whose duties by good are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from upperhand.measures.labels import EU27
from upperhand.measures.tablefile import packaged, read_table

COLUMNS = ("date", "partner", "add_pp", "imports_2024_usd_mn")
Rates = dict[str, tuple[float, float]]


@cache
def _table() -> dict[str, Rates]:
    found: dict[str, Rates] = {}
    for line in read_table(packaged("us-new-tariffs-by-date.csv"), COLUMNS):
        pair = (float(line["add_pp"]), float(line["imports_2024_usd_mn"]))
        found.setdefault(line["date"], {})[line["partner"]] = pair
    return found


def partner_points(
    day: date, countries: tuple[str, ...], members: Mapping[str, tuple[str, ...]]
) -> dict[str, float]:
    """Return the points that the US has added since January 2025, by region of a world.

    A region has its own rate, that of its union, or the average of its members; a region without
    any listed member has the average of the partners that belong to no region. Averages are
    weighted with US imports of 2024. China is left out: its duties are kept by good.

    Args:
        day: A day of the register; before February 2025 nobody has any.
        countries: Codes of the world.
        members: For each region of the world, the codes that it contains.

    Examples:
        >>> partner_points(date(2025, 10, 9), ("USA", "CHN", "VNM"), {})
        {'VNM': 14.74}
        >>> partner_points(date(2024, 1, 1), ("USA", "CHN", "VNM"), {})
        {}

    References:
        Waugh, trade-war-redux-2025, country-by-time.csv (MIT).
    """
    past = [text for text in _table() if text <= day.isoformat()]
    if not past:
        return {}
    rates = _table()[max(past)]
    inside = {code: set(members.get(code, ())) | {code} for code in countries}
    named = set().union(*inside.values()) | {"EU27"}
    others = [pair for partner, pair in rates.items() if partner not in named]
    found: dict[str, float] = {}
    for code in countries:
        if code in ("USA", "CHN"):
            continue
        own = [rates[m] for m in sorted(inside[code]) if m in rates]
        if not own and set(members.get(code, (code,))) <= set(EU27) and "EU27" in rates:
            own = [rates["EU27"]]
        average = _average(own or others)
        if average is not None:
            found[code] = round(average, 2)
    return found


def _average(pairs: list[tuple[float, float]]) -> float | None:
    weight = sum(w for _, w in pairs)
    return sum(rate * w for rate, w in pairs) / weight if weight else None
