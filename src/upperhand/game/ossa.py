"""Optimal and warring tariffs in the economy of Ossa (2014): labelled entry points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium import ossa
from upperhand.equilibrium.ossa_solve import counterfactual_of, rates_of
from upperhand.equilibrium.ossa_world import OssaWorld, tensor
from upperhand.game import ossa_war
from upperhand.game.first_order import Policy, Reach
from upperhand.game.nash import CERTAIN, Tie
from upperhand.game.ossa_search import USUAL, Search, cube
from upperhand.game.ossa_war import Settled
from upperhand.game.war import corners_of
from upperhand.results.common_gain import CommonGain
from upperhand.results.game import GameResult

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]

CHECKS = (0.3, 1.0, 3.0)  # first rates of the check of a best response
CHECKED = 1e-6  # largest change of a log rate in the searches for better replies, at most
AUTARKY = 1e-3  # imports over baseline imports below which a profile counts as autarky
REPAIRS = 8  # times that better replies are put in the profile before it counts as exploitable


def ossa_best_response(
    world: OssaWorld,
    region: str,
    *,
    tariff: Any = None,
    tie: Tie = "cell",
    bounds: tuple[float, float] = USUAL,
    scan: bool = False,
    tol: float = 1e-9,
    max_sweeps: int = 400,
) -> GameResult:
    """Find the tariffs that are best for one government while all others hold theirs.

    With political weights there are several local optima. The search starts from 1 / (sigma - 1),
    from 10 per cent and from the upper bound and, with `scan`, again from the best with each
    sector in turn at either bound; the best of all is returned.

    Args:
        world: The observed year.
        region: Who chooses.
        tariff: Rates of everybody else (exporter, importer, sector); those of `world` by default.
        tie: `cell` (a rate for each partner and sector), `mfn` (a rate for each sector) or
            `uniform` (one rate).
        bounds: Lowest and highest rate, as fractions.
        scan: Restart with each sector at either bound: thorough, and some ten times slower.
        tol: Largest change of a log rate in the last round.
        max_sweeps: Rounds from each start.

    Returns:
        The tariffs, what they do to everybody, and the corners.

    Raises:
        OptionError: If a label or bound is not admissible.

    Examples:
        >>> from upperhand.equilibrium.ossa_toy import toy_ossa_world
        >>> result = ossa_best_response(toy_ossa_world(), "USA").require_certified()
        >>> round(result.median_tariff("USA"), 2)
        0.56

    References:
        Ossa (2014), section III and Table 3.
    """
    search = Search(tie, bounds, scan, tol, max_sweeps)
    search.check(world, [region])
    reach = search.reach(world, [region])
    held = world.tariff if tariff is None else rates_of(world, tariff)
    best = ossa_war.best_reply(
        world.base,
        reach,
        np.log1p(tensor(held)),
        starts=search.rates(),
        scan=scan,
        tol=tol,
        max_sweeps=max_sweeps,
    )
    gains: dict[str, float | None] = {region: None}
    if best.reached:
        gain, _ = ossa_war.exploitability(
            world.base, reach, best, 0, starts=CHECKS, scan=False, tol=min(tol, CHECKED),
            max_sweeps=max_sweeps,
        )  # fmt: skip
        gains[region] = None if np.isnan(gain) else gain
    how = "best of several starts" + (" and of each sector at either bound" if scan else "")
    method = f"first-order conditions; {how}"
    return _result(world, (region,), reach, best, gains, search, method, certify=True)


def ossa_nash(
    world: OssaWorld,
    regions: Literal["all"] | Sequence[str] = "all",
    *,
    tie: Tie = "cell",
    bounds: tuple[float, float] = USUAL,
    certify: bool = True,
    scan: bool = False,
    tol: float = 1e-9,
    max_sweeps: int = 400,
) -> GameResult:
    """Find tariffs from which no government gains by moving alone, and certify them.

    All rates move together until they stand still, from 1 / (sigma - 1) or, with political weights,
    from everybody's reply to the tariffs in force. Then each government looks for a better reply from several starts;
    whoever finds one moves there, and the rounds begin again.

    Args:
        world: The observed year.
        regions: `all` or codes; the others keep their rates.
        tie: `cell`, `mfn` or `uniform`.
        bounds: Lowest and highest rate, as fractions.
        certify: Look for better replies; without it the profile is only stationary.
        scan: Look also from each sector at either bound: thorough, and some ten times slower.
        tol: Largest change of a log rate in the last round.
        max_sweeps: Rounds before giving up.

    Returns:
        The profile with its certificate; check `result.ok` or call `require_certified()`.

    Raises:
        OptionError: If a label or bound is not admissible.

    Examples:
        >>> from upperhand.equilibrium.ossa_toy import toy_ossa_world
        >>> result = ossa_nash(toy_ossa_world()).require_certified()
        >>> max(result.exploitability.values()) < 1e-8
        True

    References:
        Ossa (2014), section IV and Table 4.
    """
    names = tuple(world.regions if regions == "all" else regions)
    search = Search(tie, bounds, scan, tol, max_sweeps)
    search.check(world, names)
    reach = search.reach(world, names)
    settled = _joined(world, reach, search)
    gains: dict[str, float | None] = dict.fromkeys(names)
    repairs = 0
    while certify and settled.reached:
        gains, better = _certificate(world, names, reach, settled, search)
        repairs += 1
        if better is None or repairs > REPAIRS:
            break
        settled = ossa_war.settle(world.base, reach, better, tol=tol, max_sweeps=max_sweeps)
    how = "first-order conditions of all together, from the first replies"
    if certify:
        how += f"; certified by replies from several starts, {max(repairs - 1, 0)} times replaced"
    return _result(world, names, reach, settled, gains, search, how, certify=certify)


def _joined(world: OssaWorld, reach: Reach, search: Search) -> Settled:
    """Settle from 1 / (sigma - 1), or with political weights from everybody's rough reply.

    Weights make several local optima, and the rough replies choose between them.
    """
    base = world.base
    first = ossa_war.started(base, reach, base.log_duty, None)
    if (base.political == 1.0).all():
        return ossa_war.settle(base, reach, first, tol=search.tol, max_sweeps=search.max_sweeps)
    for p, k in enumerate(reach.players):
        reply = ossa_war.best_reply(
            base,
            ossa_war.alone(reach, p),
            base.log_duty,
            starts=(None, search.bounds[1]),
            scan=False,
            tol=1e-2,
            max_sweeps=40,
        )
        first[:, k] = reply.log_duty[:, k]
    return ossa_war.settle(base, reach, first, tol=search.tol, max_sweeps=search.max_sweeps)


def _certificate(
    world: OssaWorld, names: Sequence[str], reach: Reach, settled: Settled, search: Search
) -> tuple[dict[str, float | None], Array | None]:
    """Return what each could gain alone, per cent, and the rates with all better replies."""
    gains: dict[str, float | None] = {}
    better, found = settled.log_duty.copy(), False
    for p, name in enumerate(names):
        gain, reply = ossa_war.exploitability(
            world.base,
            reach,
            settled,
            p,
            starts=(None, search.bounds[1]),
            scan=search.scan,
            tol=CHECKED,
            max_sweeps=min(search.max_sweeps, 150),
        )
        gains[name] = None if np.isnan(gain) else gain
        if gain > CERTAIN:
            k, found = reach.players[p], True
            better[:, k] = reply.log_duty[:, k]
    return gains, better if found else None


def _result(
    world: OssaWorld,
    names: tuple[str, ...],
    reach: Reach,
    settled: Settled,
    gains: dict[str, float | None],
    search: Search,
    method: str,
    *,
    certify: bool,
) -> GameResult:
    welfare = ossa.government(world.base, settled.solved.year)
    none = np.zeros_like(settled.log_duty)
    return GameResult(
        players=names,
        ending=_ending(world, reach, settled, gains, certify=certify),
        counterfactual=counterfactual_of(world, cube(settled.log_duty), settled.solved),
        objective={n: float(welfare[k]) for n, k in zip(names, reach.players, strict=True)},
        exploitability=gains,
        slope=settled.slope,
        corners=corners_of(reach, Policy(settled.log_duty, none), names),
        sweeps=settled.sweeps,
        method=method,
        options=search.to_dict(),
    )


def _ending(
    world: OssaWorld,
    reach: Reach,
    settled: Settled,
    gains: dict[str, float | None],
    *,
    certify: bool,
) -> str:
    if not settled.solved.reached:
        return "no_equilibrium"
    if not settled.reached:
        return "not_settled"
    foreign = ~np.eye(len(world.regions), dtype=bool)[None]
    before, after = (
        (flow * foreign).sum(axis=(0, 2))
        for flow in (tensor(world.trade), settled.solved.year.trade)
    )
    if any(after[k] < AUTARKY * before[k] for k in reach.players):
        return "autarky"
    if any(gain is not None and gain > CERTAIN for gain in gains.values()):
        return "exploitable"
    return "not_certified" if certify and None in gains.values() else "nash"


def ossa_table(*results: GameResult | CommonGain) -> pd.DataFrame:
    """Return the columns of the published tables, in per cent, one row for each player.

    Government welfare, real income ("welfare"), wages less their mean over regions, profits over
    wages, and the median tariff. A result with one player has own numbers and the mean over the
    others, as in Table 3; a result with several has own numbers only, as in Tables 4 and 5.

    Examples:
        >>> from upperhand.equilibrium.ossa_toy import toy_ossa_world
        >>> table = ossa_table(ossa_nash(toy_ossa_world()))
        >>> list(table.columns)
        ['government welfare', 'welfare', 'wage', 'profit', 'median tariff']
    """
    import pandas as pd

    rows = {}
    for result in results:
        for name in result.players:
            rows[name] = _row(result, name)
    return pd.DataFrame.from_dict(rows, orient="index")


def _row(result: GameResult | CommonGain, name: str) -> dict[str, float]:
    data = result.counterfactual.require_converged()
    wage = data.percent("wage_change")
    columns = {
        "government welfare": data.percent("government_welfare_change"),
        "welfare": data.percent("real_income_change"),
        "wage": wage - wage.mean(),
    }
    if "profit_to_wage_change" in data.data:
        columns["profit"] = data.percent("profit_to_wage_change")
    row = {}
    for column, values in columns.items():
        own = float(values.sel(country=name))
        if len(result.players) == 1:
            row[f"{column}, own"] = own
            row[f"{column}, others"] = float(values.drop_sel(country=name).mean())
        else:
            row[column] = own
    tariff = data["tariff"].sel(importer=name).drop_sel(exporter=name)
    return {**row, "median tariff": 100.0 * float(tariff.median())}
