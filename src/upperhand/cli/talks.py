"""`upperhand war`, `upperhand talks`, `upperhand leverage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM
from upperhand.cli.run import Settings, VariantName
from upperhand.cli.show import progress_bar, say, say_json, table

if TYPE_CHECKING:
    from upperhand.results.run import Run
    from upperhand.results.talks import Talks
    from upperhand.scenario.war import WarOf

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Source = Annotated[str, typer.Argument(help="Name of a packaged scenario, or path of a YAML file.")]
MOST_OTHERS = 4


def war(
    source: Annotated[
        str | None, typer.Argument(help="Scenario whose baseline and sides are taken.")
    ] = None,
    world: Annotated[
        str | None, typer.Option(help="World, when there is no scenario, e.g. toy.")
    ] = None,
    players: Annotated[
        str, typer.Option(help="Codes with commas, or all; the sides by default.")
    ] = "",
    instruments: Annotated[
        str, typer.Option(help="tariff, export_tax, or both with a comma.")
    ] = "tariff",
    partner: Annotated[
        str, typer.Option(help="Against whom rates move: codes with commas; everybody by default.")
    ] = "",
    tie: Annotated[
        str, typer.Option(help="cell: a rate by partner and sector; mfn: by sector; uniform: one.")
    ] = "cell",
    horizon: Annotated[str, typer.Option(help="short, medium or long.")] = "long",
    closure: Annotated[
        str, typer.Option(help="Imbalances: fixed, share or purge; the scenario's by default.")
    ] = "",
    break_even: Annotated[
        bool,
        typer.Option(
            "--break-even",
            help="Instead: how far an add-on on the other side pays, by elasticity and horizon.",
        ),
    ] = False,
    sets: Annotated[
        bool, typer.Option("--sets", help="With --break-even: also every published set.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find where a tariff war ends: equilibrium tariffs, certified, and best responses.

    Example: upperhand war --world toy --players USA,CHN
    """
    if break_even:
        _say_break_even(source, sets=sets, as_json=as_json)
        return
    from upperhand.scenario.war import war_of

    found = war_of(
        source,
        world=world,
        players=_codes(players),
        instruments=_codes(instruments),
        partners=_codes(partner),
        tie=tie,
        horizon=horizon,
        closure=closure,
    )
    if as_json:
        say_json(found.to_dict())
    else:
        say(war_text(found))
    if not found.ok:
        raise typer.Exit(NO_EQUILIBRIUM)


def talks(
    source: Source,
    settings: Settings = None,
    variant: VariantName = None,
    pairs: Annotated[
        str,
        typer.Option(
            help="Instead: several pairs bargain at once over tariffs, e.g. USA-CHN,USA-VNM."
        ),
    ] = "",
    horizon: Annotated[str, typer.Option(help="With --pairs: short, medium or long.")] = "long",
    as_json: AsJson = False,
) -> None:
    """Say what two sides would agree, which threats deserve belief, and who stops first.

    Example: upperhand talks october-2025
    """
    if pairs:
        _say_pairs(source, pairs, horizon, as_json=as_json)
        return
    from upperhand.report.talks import talks_text

    run, found = _talks(source, settings or [], variant)
    if as_json:
        say_json(found.to_dict())
    else:
        say(talks_text(run))
    _leave(found)


def leverage(
    source: Source,
    settings: Settings = None,
    variant: VariantName = None,
    as_json: AsJson = False,
) -> None:
    """Say who has the upper hand at each horizon, by seven measures, and because of what.

    Example: upperhand leverage october-2025
    """
    from dataclasses import asdict

    from upperhand.report.talks import leverage_text

    run, found = _talks(source, settings or [], variant)
    if as_json:
        say_json([asdict(one) for one in found.leverage])
    else:
        say(leverage_text(run))
    _leave(found)


def _say_pairs(source: str, pairs: str, horizon: str, *, as_json: bool) -> None:
    """Print what pairs of countries agree when all bargain at once."""
    from upperhand.core.errors import OptionError
    from upperhand.scenario.pairs import pair_deals

    named = [tuple(part.split("-")) for part in _codes(pairs)]
    wrong = ["-".join(pair) for pair in named if len(pair) != 2]
    if wrong:
        raise OptionError(
            f"--pairs has {', '.join(wrong)}; write two codes with a hyphen, as USA-CHN"
        )
    deals, settled = pair_deals(source, [(a, b) for a, b in named], horizon=horizon)
    if as_json:
        say_json({"settled": settled, "deals": [deal.to_dict() for deal in deals]})
    else:
        head = ["pair", "gains", "", "tariff of the first", "tariff of the second", ""]
        rows = [
            [
                "-".join(deal.pair),
                *(f"{gain:+.3f}%" for gain in deal.gains_pct),
                *(
                    f"{before:.1f} to {after:.1f}%"
                    for before, after in zip(deal.before_pct, deal.after_pct, strict=True)
                ),
                "no deal: both cannot gain" if deal.stuck else "",
            ]
            for deal in deals
        ]
        say("Every pair bargains over its tariffs on each other, given the deals of the others")
        say("")
        say(table(head, rows))
        say("" if settled else "The rounds over the pairs did not stand still.")
    if not settled:
        raise typer.Exit(NO_EQUILIBRIUM)


def _say_break_even(source: str | None, *, sets: bool, as_json: bool) -> None:
    """Print best and break-even add-ons of both sides by elasticity and horizon."""
    from upperhand.core.errors import OptionError
    from upperhand.scenario.break_even import break_evens

    if source is None:
        raise OptionError("--break-even needs a scenario with two sides; name one")
    found = break_evens(source, sets=sets)
    if as_json:
        say_json([row.to_dict() for row in found])
        return
    horizons = list(dict.fromkeys(row.horizon for row in found))
    head = ["on", "by", "trade elasticities"]
    head += [f"{name}: {what}" for name in horizons for what in ("best", "pays up to")]
    cells: dict[tuple[str, str, str], list[str]] = {}
    for row in found:
        limit = f"{'over ' if row.beyond else ''}{row.break_even_pp:.0f}"
        line = cells.setdefault((row.target, row.side, row.elasticities), [])
        line += [f"{row.best_pp:.0f}", limit]
    say(
        "Add-on tariff on all goods of the other side, percentage points; the other side does not answer"
    )
    say("")
    say(table(head, [[*key, *line] for key, line in cells.items()]))
    say("")
    say("0: even a small add-on costs; what is in force is then at or beyond what pays.")


def war_text(found: WarOf) -> str:
    """Return the war for a terminal."""
    head = ["player", "alone: mean", "real income", "war: mean", "median", "real income"]
    rows = []
    for name in found.nash.players:
        alone = found.row(name, found.alone[name]) if name in found.alone else None
        end = found.row(name, found.nash)
        first = _cells(alone, ("mean_tariff_pct", "real_income_pct"))
        last = _cells(end, ("mean_tariff_pct", "median_tariff_pct", "real_income_pct"))
        rows.append([name, *first, *last])
    others = found.others()
    shown = [*others[:MOST_OTHERS], *others[MOST_OTHERS:][-MOST_OTHERS:]]
    lines = [
        f"Tariff war from {found.baseline}, {found.horizon} horizon",
        f"War: {found.nash.sentence()}",
        *(f"{name} alone: {one.sentence()}" for name, one in found.alone.items() if not one.ok),
        "",
        table(head, rows),
    ]
    if shown:
        lines += ["", "Others: " + ", ".join(f"{code} {x:+.2f}%" for code, x in shown)]
    return "\n".join(lines)


def _cells(row: dict[str, float] | None, keys: tuple[str, ...]) -> list[str]:
    if row is None:
        return ["-"] * len(keys)
    return [f"{row[k]:+.2f}%" if k == "real_income_pct" else f"{row[k]:.1f}%" for k in keys]


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _talks(source: str, settings: list[str], variant: str | None) -> tuple[Run, Talks]:
    from upperhand.scenario.talks import talks_run

    with progress_bar(wanted=True) as progress:
        run = talks_run(source, changes=settings, variant=variant, progress=progress)
    assert run.talks is not None
    return run, run.talks


def _leave(found: Talks) -> None:
    if not found.leverage or any(not one.rows for one in found.leverage):
        raise typer.Exit(NO_EQUILIBRIUM)
