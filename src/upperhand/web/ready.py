"""Answers ready to apply: what a side would best do, taken from threats and answers of the talks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from upperhand.results.headline import side_members

if TYPE_CHECKING:
    from upperhand.results import Run
    from upperhand.results.talks import Ceiling, PayoffTable

LEAST_PP = 0.05  # smaller add-ons round to nothing
EVERYTHING = -1  # the last package holds every move of the menu


def ready_moves(run: Run) -> list[dict[str, Any]]:
    """Return what each side would best do, as moves to add and moves to take back.

    First the best package of its menu while the other carries out everything, then the tariff
    that suits it best and the largest that pays.
    """
    if run.talks is None:
        return []
    return [*_answers(run), *_tariffs(run)]


def _answers(run: Run) -> Iterator[dict[str, Any]]:
    from upperhand.scenario import scenario_from
    from upperhand.scenario.talks import menus

    assert run.talks is not None
    table = next((t for t in run.talks.tables if t.horizon == run.talks.deal_horizon), None)
    scenario = scenario_from(run.scenario)
    played = {move.title() for move in scenario.moves}
    for side, code in enumerate(run.talks.sides) if table is not None else ():
        assert table is not None
        menu = menus(scenario)[code]
        best = _best(table, side)
        if best is None:
            continue
        chosen = [] if best == 0 else (table.rows, table.columns)[side][best].split(" + ")
        measures = [m for label, group in menu.items() for m in group if label in chosen]
        kept = {m.title() for m in measures}
        drops = [m.title() for group in menu.values() for m in group if m.title() not in kept]
        adds = [m.to_dict() for m in measures if m.title() not in played]
        drops = [title for title in drops if title in played]
        if adds or drops:
            yield _answer(run, table, (side, best), chosen, {"adds": adds, "drops": drops})


def _best(table: PayoffTable, side: int) -> int | None:
    """Return the package of a side that is best for it while the other does everything."""
    own = _column(table, side)
    solved = [k for k, value in enumerate(own) if value is not None]
    return max(solved, key=lambda k: own[k] or 0.0) if solved else None


def _column(table: PayoffTable, side: int) -> list[float | None]:
    found = table.usd_bn[side]
    return list(found[EVERYTHING]) if side else [row[EVERYTHING] for row in found]


def _answer(
    run: Run, table: PayoffTable, at: tuple[int, int], chosen: list[str], moves: dict[str, Any]
) -> dict[str, Any]:
    from upperhand.report.talks_words import named

    assert run.talks is not None
    side, best = at
    codes = run.talks.sides
    name, other = run.name_of(codes[side]), codes[1 - side]
    own = _column(table, side)
    against = "" if own[EVERYTHING] is None else f", against {_bn(own[EVERYTHING])} with everything"
    what = ", ".join(chosen) if chosen else "no answer"
    return moves | {
        "side": codes[side],
        "label": f"{name}: {what}",
        "why": named(
            run, f"The best of its packages while {other} carries out everything: real income "
        )
        + f"{_bn(own[best])} USD bn a year{against} ({table.horizon} horizon)",
    }


def _bn(value: float | None) -> str:
    return f"{0.0 if value is None else value:+.4g}".replace("-", "−")


def _tariffs(run: Run) -> Iterator[dict[str, Any]]:
    assert run.talks is not None
    for ceiling in run.talks.ceilings:
        if ceiling.horizon != run.talks.deal_horizon:
            continue
        if ceiling.best_pp >= LEAST_PP:
            why = f"The add-on that suits it best gains {ceiling.best_gain_pct:.2f}% of real income"
            yield _tariff(run, ceiling, ceiling.best_pp, "best tariff", why)
        if ceiling.break_even_pp >= LEAST_PP and not ceiling.beyond:
            why = "The largest add-on that does not cost it real income"
            yield _tariff(run, ceiling, ceiling.break_even_pp, "largest tariff that pays", why)


def _tariff(run: Run, ceiling: Ceiling, points: float, what: str, why: str) -> dict[str, Any]:
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
    label = f"{side}: {what} on {target}, {points:.1f} points"
    why = f"{why}, the other side not answering ({ceiling.horizon} horizon)"
    return {"side": ceiling.side, "label": label, "why": why, "adds": [move], "drops": []}
