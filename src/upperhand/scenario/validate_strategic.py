"""The page that puts complete stops of strategic goods next to published bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from upperhand.measures import DiscouragedPurchase, ExportControl, Measure
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world
from upperhand.scenario.worlds import DEFAULT, world_of
from upperhand.world.world import World

HORIZONS = ("short", "medium", "long")
COUNTRIES = ("USA", "CHN", "TWN", "KOR")
MINERALS = ("magnets", "rare_earths")


@dataclass(frozen=True, slots=True)
class Case:
    """A stop of some goods: its words, its measures, and the goods whose elasticities are varied."""

    words: str
    measures: tuple[Measure, ...]
    goods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A published range next to one number of ours.

    Attributes:
        source: Who published it.
        words: What it is about.
        low: Lower end of the published range.
        high: Upper end.
        unit: Unit of the range.
        case: Name of our case.
        horizon: The horizon that matches.
        why: Why ours may lie outside.
    """

    source: str
    words: str
    low: float
    high: float
    unit: str
    case: str
    horizon: str
    why: str


def stopped(by: str, to: str, goods: Sequence[str], share: float = 100, **more: object) -> Measure:
    """Return a stop of some goods without leaks."""
    return ExportControl(
        by=by, to=(to,), sectors=tuple(goods), withhold_pct=share, leak_pct=0, **more
    )


def cases() -> dict[str, Case]:
    """Return every case by its short name.

    Examples:
        >>> list(cases())[:2]
        ['magnets', 'accelerators']
    """
    chips = DiscouragedPurchase(
        by="CHN", against=("world",), sectors=("ai_accelerators",), comply_pct=100
    )
    magnets = stopped("CHN", "USA", ["magnets"])
    minerals = stopped("CHN", "USA", MINERALS)
    gallium = stopped("CHN", "USA", ["C24B"], covers_pct=2)
    return {
        "magnets": Case("no Chinese magnet reaches the United States", (magnets,), ("magnets",)),
        "accelerators": Case("no accelerator reaches China", (chips,), ("ai_accelerators",)),
        "both": Case("both", (magnets, chips), ("magnets", "ai_accelerators")),
        "minerals": Case("no Chinese magnet or rare earth reaches the United States",
                         (minerals,), MINERALS),
        "half": Case("half of Chinese magnets and rare earths withheld from the United States",
                     (stopped("CHN", "USA", MINERALS, 50),), MINERALS),
        "everybody": Case("95 per cent of Chinese magnets and rare earths withheld from everybody",
                          (stopped("CHN", "world", MINERALS, 95),), MINERALS),
        "gallium": Case("2 per cent of Chinese C24B stopped, a guess for gallium and germanium",
                        (gallium,), ("C24B",)),
    }  # fmt: skip


BANDS = (
    Band("European Central Bank, Occasional Paper of 31 March 2026 (oracle S05)",
         "18 months of partial restrictions on rare earths, US output", -0.6, -0.3, "per cent",
         "half", "medium",
         "the study lets production stop where a material is missing; here makers of motors and "
         "cars substitute by sector, and a year of 2022 buys USD 0.2 bn of Chinese magnets"),
    Band("European Central Bank, Occasional Paper of 31 March 2026 (oracle S05)",
         "near-total ban with very low substitutability, US output", -2.5, -1.5, "per cent",
         "everybody", "short",
         "elasticity 0.4 between sources and a fixed one between inputs: less rigid than the "
         "study's; its width (the source says about 2) is ours"),
    Band("US Geological Survey, OFR 2024-1057 (oracle S06)",
         "full restriction of gallium and germanium, US GDP", -9.0, -1.7, "USD bn",
         "gallium", "short",
         "gallium and germanium are no sector of the table; chips that need them are not tied to "
         "them, so the stop costs what the metals cost"),
)  # fmt: skip


def percent(world: World, measures: Sequence[Measure], horizon: str) -> dict[str, float] | None:
    """Return real income of the countries shown, per cent, or None without an equilibrium."""
    from upperhand.equilibrium import solve_counterfactual

    found = solve_counterfactual(world, list(measures), horizon=horizon)
    if not found.outcome.ok:
        return None
    change = found.percent("real_income_change")
    return {code: float(change.sel(country=code)) for code in COUNTRIES}


def at_elasticities(world: World, goods: Sequence[str], side: int) -> World:
    """Return the world with the lowest (0) or highest (1) elasticity of some goods."""
    theta = np.array(world.trade_elasticity)
    places = [world.sectors.index(code) for code in goods]
    theta[places] = world.elasticity_range[places, side]
    return replace(world, trade_elasticity=theta)


def page() -> str:
    """Return the page as text; solves some sixty equilibria."""
    world = baseline_world(read_scenario("chips-for-magnets"), world_of(DEFAULT))
    solved = {
        (name, horizon): percent(world, case.measures, horizon)
        for name, case in cases().items()
        for horizon in HORIZONS
    }
    return "\n".join([*_head(), *_table(world, solved), *_bands(world, solved), *_notes()]) + "\n"


def _head() -> Iterator[str]:
    yield from (
        "# What would complete stops of strategic goods cost, and do others agree?",
        "",
        "<!-- written by `upperhand scenario validate strategic`; do not edit by hand -->",
        "",
        "Real income, per cent, against the world of 2022 with the tariffs of 9 October 2025",
        "(collected) and no controls. In brackets: the goods' long-run elasticities at the lower",
        "and the upper end of their range, the other parameters unchanged.",
        "",
        "| what stops | horizon | USA | CHN | TWN | KOR |",
        "|---|---|---|---|---|---|",
    )


def _table(world: World, solved: dict[tuple[str, str], dict[str, float] | None]) -> Iterator[str]:
    for name, case in cases().items():
        ends = [at_elasticities(world, case.goods, side) for side in (0, 1)]
        for horizon in HORIZONS:
            ours = solved[name, horizon]
            sides = [percent(end, case.measures, horizon) for end in ends]
            cells = [_cell(ours, sides, code) for code in COUNTRIES]
            yield f"| {case.words} | {horizon} | {' | '.join(cells)} |"


def _cell(
    ours: dict[str, float] | None, sides: Sequence[dict[str, float] | None], code: str
) -> str:
    if ours is None:
        return "no equilibrium"
    ends = ["none" if side is None else f"{side[code]:.3f}" for side in sides]
    return f"{ours[code]:.3f} [{', '.join(ends)}]"


def _bands(world: World, solved: dict[tuple[str, str], dict[str, float] | None]) -> Iterator[str]:
    yield from ("", "## Next to published bands", "",
                "| published | about | band | ours, United States | verdict | why |",
                "|---|---|---|---|---|---|")  # fmt: skip
    income = float(world.income[world.countries.index("USA")]) / 1e3
    for band in BANDS:
        found = solved[band.case, band.horizon]
        if found is None:
            ours, verdict = "no equilibrium", "outside"
        else:
            scale = income / 100 if band.unit == "USD bn" else 1.0
            value = scale * found["USA"]
            ours = f"{value:.3f} {band.unit} ({band.horizon}: {cases()[band.case].words})"
            verdict = "inside" if band.low <= value <= band.high else "outside"
        span = f"{band.low:g} to {band.high:g} {band.unit}"
        why = "" if verdict == "inside" else band.why
        yield f"| {band.source} | {band.words} | {span} | {ours} | {verdict} | {why} |"


def _notes() -> Iterator[str]:
    yield from (
        "",
        "Published bands are for output or GDP, ours is real income. The Geological Survey's band is",
        "that of both metals together.",
        "",
        "No published band for a stop of accelerators was found. What is near: American chip firms",
        "would lose 37 per cent of revenue over 3 to 5 years under a full decoupling (Boston",
        "Consulting Group and Semiconductor Industry Association 2020), USD 77 bn in the first year",
        "(ITIF 2025). Both are about all chips, and about firms, not countries; a share of revenue is",
        "no share of income. Nvidia put its lost sales of one chip at USD 8 bn in a quarter of 2025;",
        "the whole Chinese market of the table, of 2022, is USD 2.4 bn a year.",
        "",
        "## What to make of it",
        "",
        "- **Losses from minerals are a lower bound**, below those of studies in which a missing gram",
        "  stops a plant by a factor between three and several hundred. The distance is the",
        "  assumption of those studies and of ours: how many plants stop, and for how long, is not in",
        "  a table of a year.",
        "- **The lower ends of the elasticities make the short horizon explode**: at 0.2 to 0.3 a stop",
        "  costs a country a third of its income, or has no equilibrium, and others gain several per",
        "  cent. No such number is a forecast. It says that the short run of a good without",
        "  substitutes is beyond a model of smooth demand, and that the central value decides.",
        "- **A partial control is not a small stop.** With an elasticity below one, sellers of what is",
        "  still allowed gain more than they lose: when 95 per cent is withheld from everybody at the",
        "  short horizon the model hands China a gain that nobody should believe. Such a control",
        "  would be a cartel; prices like these end in substitution that the short run rules out.",
        "- **A complete stop of accelerators** costs China far more at first than what it buys, because",
        "  nobody else delivers within months (elasticity 0.6) and it makes a tenth of its use.",
        "  Within two years most of the loss is gone. The size is that of 2022.",
        "- **The United States hardly loses from that stop**: it sells the design of what Taiwan no",
        "  longer ships, and a part of the accelerators goes elsewhere.",
    )
