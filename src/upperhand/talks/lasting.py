"""Would the deal last: patience, punishment, and whether the threat survives (eq. 12.38)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.solve import Closure
from upperhand.game.normal_form import bimatrix
from upperhand.game.repeated import critical_discount, effective_discount, punishment_discount
from upperhand.results.talks import Agreement, DealAt, Lasting
from upperhand.talks.bargain import Bargain
from upperhand.talks.enforcement import most_cooperative_tariff, pooled_linkage
from upperhand.talks.menu import Payoffs
from upperhand.talks.scaled_deals import Table, cheating
from upperhand.talks.scaling import Scale
from upperhand.talks.setting import Setting
from upperhand.talks.threats import variable_threats
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Array = npt.NDArray[np.float64]
MAIN = ("variable threats", "Nash, weights from the clocks")
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def lasting(sides: tuple[Side, Side], bargain: Bargain, setting: Setting) -> tuple[Lasting, ...]:
    """Return for each side whether it keeps the main deal (eq. 12.38)."""
    table, main = bargain.table, main_of(bargain.agreed)
    if table is None or main is None or main.strengths is None:
        return ()
    strength = np.array(main.strengths)
    keep = table.scale.worths([strength])[0]
    cheat = np.array(cheating(table.scale, [strength])[0])
    issues = _issues(table, strength)
    return tuple(
        _row(sides, bargain, setting, k, keep, cheat, main.threat_usd_bn, issues, strength)
        for k in (0, 1)
    )


def main_of(agreed: tuple[Agreement, ...]) -> Agreement | None:
    """Return the deal from the base threat point by the base rule, where there is one."""
    found = [one for one in agreed if (one.threat, one.rule) == MAIN and one.payoffs_usd_bn]
    return next(iter(found), None)


def deal_by_horizon(
    world: World,
    sides: Mapping[str, tuple[Side, Side]],
    tables: Mapping[str, Payoffs],
    bargain: Bargain,
    closure: Closure,
    *,
    standing: bool,
) -> tuple[DealAt, ...]:
    """Return what the main deal is worth at each horizon, the same strengths (eq. 12.28).

    Horizons at which it has no equilibrium, or whose menu has none, are left out.
    """
    main = main_of(bargain.agreed)
    if main is None or main.strengths is None:
        return ()
    found = []
    for name, table in tables.items():
        if table.failed:
            continue
        scale = Scale.of(world, sides[name], name, closure, standing=standing)
        try:
            usd = scale.worth(np.array(main.strengths))
        except NoEquilibriumError:
            continue
        threat = variable_threats(bimatrix(table.usd[0] / 1e3, table.usd[1] / 1e3)).threat
        gains = usd - np.array(threat)
        shares = (gains / gains.sum()).tolist() if gains.min() > 0 else None
        found.append(
            DealAt(
                name,
                (float(usd[0]), float(usd[1])),
                threat,
                None if shares is None else (shares[0], shares[1]),
            )
        )
    return tuple(found)


def _row(
    sides: tuple[Side, Side],
    bargain: Bargain,
    setting: Setting,
    k: int,
    keep: Array,
    cheat: Array,
    threat: tuple[float, float],
    issues: list[tuple[Array, Array]],
    strength: Array,
) -> Lasting:
    own = float(np.exp(-bargain.rates[k]))
    lost = float(-np.expm1(-sides[1 - k].traits.legal_hazard))
    survives = effective_discount(own, lost)
    grim = critical_discount(float(keep[k]), float(cheat[k]), threat[k]).value
    years = int(setting.punish_years)
    short = punishment_discount(float(keep[k]), float(cheat[k]), threat[k], years).value
    kept = survives >= grim
    part = 1.0 if kept else _part_kept(bargain, k, strength, threat[k], survives)
    return Lasting(
        side=sides[k].name,
        own_discount=own,
        with_legal_risk=survives,
        needed=float(grim) if np.isfinite(grim) else None,
        needed_short=float(short) if np.isfinite(short) else None,
        punish_years=years,
        keeps=bool(kept),
        part_kept=part,
        linkage_words=_linkage(issues, k, survives),
        sentence=_sentence(sides, k, grim, own, survives, part, kept=bool(kept)),
    )


def _sentence(
    sides: tuple[Side, Side],
    k: int,
    grim: float,
    own: float,
    survives: float,
    part: float | None,
    *,
    kept: bool,
) -> str:
    name, other = sides[k].name, sides[1 - k].name
    if grim <= 0:
        return f"{name} keeps the deal whatever follows: cheating does not pay"
    risk = (
        ""
        if own - survives < 1e-9
        else f", {survives:.2f} when {other}'s threat may be struck down"
    )
    need = "no patience is enough" if not np.isfinite(grim) else f"it takes {grim:.2f}"
    words = f"{name} {'keeps' if kept else 'would break'} the deal: {need}, it has {own:.2f}{risk}"
    if not kept:
        words += (
            "; no part of it enforces itself"
            if part is None
            else f"; {part:.0%} of the way enforces itself"
        )
    return words


def _part_kept(
    bargain: Bargain, k: int, strength: Array, war: float, discount: float
) -> float | None:
    """Return how far along the way to the deal a side would still keep it (eq. 11.34)."""
    assert bargain.table is not None
    scale = bargain.table.scale
    owner = np.array([part.side for part in scale.parts])
    ways = [scale.now + step * (strength - scale.now) for step in STEPS]
    cheats = [np.where(owner == k, scale.now, way) for way in ways]
    kept, broken = np.split(scale.worths([*ways, *cheats])[:, k], 2)
    found = most_cooperative_tariff(
        lambda t: float(np.interp(1.0 - t, STEPS, kept)),
        lambda t: float(np.interp(1.0 - t, STEPS, broken)),
        war,
        min(discount, 1.0 - 1e-9),
    )
    return None if found.tariff is None or found.tariff >= 1.0 else 1.0 - found.tariff


def _issues(table: Table, strength: Array) -> list[tuple[Array, Array]]:
    """Return (kept, cheated) payoffs over talking, one pair for tariffs and one for the rest."""
    scale, start = table.scale, table.front.start.usd_bn
    tariffs = np.array([part.about.role == "standing tariffs" for part in scale.parts])
    owner = np.array([part.side for part in scale.parts])
    found = []
    for chosen in (tariffs, ~tariffs):
        if not np.abs((strength - scale.now)[chosen]).max(initial=0.0) > 1e-9:
            continue
        way = np.where(chosen, strength, scale.now)
        cheats = [np.where(owner == k, scale.now, way) for k in (0, 1)]
        worth = scale.worths([way, *cheats]) - start
        found.append((worth[0], np.diagonal(worth[1:])))
    return found


def _linkage(issues: list[tuple[Array, Array]], k: int, discount: float) -> str:
    """Say whether tariffs and the rest hold alone and together (eq. 11.35)."""
    if len(issues) < 2:
        return "one issue only"
    agree, cheat = ([float(pair[j][k]) for pair in issues] for j in (0, 1))
    found = pooled_linkage(agree, cheat, [0.0] * len(issues), min(discount, 1.0 - 1e-9))
    names = ("tariffs", "other measures")
    alone = ", ".join(
        f"{name} {'hold' if held else 'do not hold'} alone"
        for name, held in zip(names, found.alone, strict=True)
    )
    return f"{alone}; the package {'holds' if found.pooled else 'does not hold'}"
