"""Which measures are in force on a day, and how duties stack, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from upperhand.core.errors import OptionError, unknown
from upperhand.measures.listing import Rows, measures_table
from upperhand.measures.stacking import Weights

KEYS = ("id", "from", "until", "by", "on", "instrument", "scope", "rate", "unit", "certainty")


def in_force_on(day: str, *, pair: Sequence[str] = (), after_horizon: str | None = None) -> Rows:
    """Return the measures in force on a day, as plain rows.

    Raises:
        OptionError: If the day is outside the register, or a branch or country is unknown.

    Examples:
        >>> rows = in_force_on("2025-10-09", pair=["USA", "CHN"])
        >>> "us-fentanyl-2" in [row["id"] for row in rows]
        True
    """
    return measures_table(day, pair=_pair(pair), after_horizon=_branch(after_horizon))


def stack_on(
    day: str,
    pair: Sequence[str],
    *,
    weights: str = "statutory",
    sectors: Sequence[str] = (),
    after_horizon: str | None = None,
) -> tuple[list[str], list[list[object]]]:
    """Return the duties of a pair by good: header, and one row for each good, the average first.

    Args:
        day: A day of the register.
        pair: Who levies, and on whom: `USA CHN` or `CHN USA`.
        weights: `statutory` or `collected`.
        sectors: Goods to show; every good of the world with strategic goods when none is named.
        after_horizon: Branch after July 2026.

    Raises:
        OptionError: If anything is unknown.

    Examples:
        >>> header, rows = stack_on("2025-10-09", ["USA", "CHN"], sectors=["chips"])
        >>> header[:3], [row[0] for row in rows]
        (['good', 'mfn', 's201'], ['average of all goods', 'chips'])
    """
    goods = _goods(sectors)
    both = _pair(pair)
    if both is None:
        raise OptionError("--explain needs --pair; write --pair USA CHN")
    if weights not in get_args(Weights):
        raise OptionError(unknown("weights", weights, get_args(Weights)))
    kind: Weights = "collected" if weights == "collected" else "statutory"
    rows = measures_table(
        day, pair=both, stacked=True, weights=kind, sectors=goods,
        after_horizon=_branch(after_horizon),
    )  # fmt: skip
    header = ["good", *(str(row["layer"]) for row in rows)]
    shown = list(sectors) or goods
    names = {"average of all goods": "average_pct"} | {name: name for name in shown}
    return header, [[title, *(row[key] for row in rows)] for title, key in names.items()]


def _goods(sectors: Sequence[str]) -> list[str]:
    from upperhand.measures.labels import is_service
    from upperhand.scenario.worlds import DEFAULT, world_of

    known = [code for code in world_of(DEFAULT).sectors if not is_service(code)]
    faults = [unknown("good", name, known) for name in sectors if name not in known]
    if faults:
        raise OptionError("; ".join(faults))
    return known


def _pair(pair: Sequence[str]) -> tuple[str, str] | None:
    if not pair:
        return None
    if len(pair) != 2:
        raise OptionError(f"--pair: got {len(pair)} codes; write --pair USA CHN")
    return pair[0], pair[1]


def _branch(name: str | None) -> Any:
    if name not in (None, "expired", "extended"):
        raise OptionError(unknown("after_horizon", name, ["expired", "extended"]))
    return name
