"""Moves ready to add: what a side would best do, taken from threats and answers of the talks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.results.headline import side_members

if TYPE_CHECKING:
    from upperhand.results import Run
    from upperhand.results.talks import Ceiling

LEAST_PP = 0.05  # smaller add-ons round to nothing


def ready_moves(run: Run) -> list[dict[str, Any]]:
    """Return the tariff that suits each side best, and the largest that pays, as moves."""
    if run.talks is None:
        return []
    found = []
    for ceiling in run.talks.ceilings:
        if ceiling.horizon != run.talks.deal_horizon:
            continue
        if ceiling.best_pp >= LEAST_PP:
            why = f"the add-on that suits it best gains {ceiling.best_gain_pct:.2f}% of real income"
            found.append(_move(run, ceiling, ceiling.best_pp, "best tariff", why))
        if ceiling.break_even_pp >= LEAST_PP and not ceiling.beyond:
            why = "the largest add-on that does not cost it real income"
            found.append(
                _move(run, ceiling, ceiling.break_even_pp, "largest tariff that pays", why)
            )
    return found


def _move(run: Run, ceiling: Ceiling, points: float, what: str, why: str) -> dict[str, Any]:
    from upperhand.report.talks_words import named

    side, target = run.name_of(ceiling.side), run.name_of(ceiling.target)
    actors = side_members(run, ceiling.side)
    move = {
        "kind": "tariff",
        "label": f"{what} of {side} on {target}",
        "by": actors[0] if len(actors) == 1 else ceiling.side,
        "side": ceiling.side,
        "against": list(side_members(run, ceiling.target)),
        "sectors": "goods",
        "add_pp": round(points, 1),
        "source": f"computed: {named(run, ceiling.sentence)}",
    }
    return {"label": f"{what} of {side}, {points:.1f} points ({ceiling.horizon} horizon)",
            "why": why, "move": move}  # fmt: skip
