"""Published estimates beside the model's own numbers, and its laws beside one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upperhand.equilibrium.solve import solve_counterfactual
from upperhand.measures.export_control import ExportControl
from upperhand.results.counterfactual import Counterfactual
from upperhand.technology.goods import RACES, SUPPLIES, technology, with_models
from upperhand.technology.parameters import Race
from upperhand.technology.race import Drivers, frontier_speed, run_gap, stairs
from upperhand.technology.state import run_technology
from upperhand.world.load import load_world

WORLD = "icio-2022-strategic"
EUROPE = ["AUT", "BEL", "CZE", "DEU", "ESP", "FRA", "HUN", "IRL", "ITA", "NLD", "POL", "SWE", "XEU"]
NOT = "not modelled"


@dataclass(frozen=True, slots=True)
class Target:
    """A published estimate and what the model says of it.

    Attributes:
        what: What was estimated, and by whom.
        published: The estimate.
        model: The model's own number, or none.
        verdict: In words.
    """

    what: str
    published: str
    model: str
    verdict: str

    def row(self) -> str:
        """Return one row of the table."""
        return f"| {self.what} | {self.published} | {self.model} | {self.verdict} |"


def targets() -> str:
    """Return every target of validation with the model's own number and a verdict, as Markdown."""
    found = (*research(), *positions(), *suppliers(), *minerals(), *elsewhere())
    head = "## Published estimates beside the model's own\n\n| what | published | model | verdict |\n|---|---|---|---|\n"
    return head + "\n".join(target.row() for target in found)


def research() -> tuple[Target, ...]:
    """Return what controls do to the follower's research.

    Examples:
        >>> research()[1].model
        '+20 %'
    """
    race = Race()
    full = 100 * (float(np.exp(race.research_response)) - 1)
    year = 100 * (float(run_gap(race, lambda _: 1.0, lambda _: 0.0, last=2015).research[-1]) - 1)
    return (
        Target("Research of firms cut off by the rule of 2007 (Liu, Liu, Makarin and Wen)", "+49 %", f"{full:+.0f} %", "imposed: the parameter is this number"),
        Target("Research intensity the year after listing (Hu, Yang et al. 2024)", "+16.6 %", f"{year:+.0f} %", "near: a full control in its first year"),
        Target("Their patents, inventors, related and other patents (Liu et al.)", "+41, +30, +65, +42 %", "none", f"{NOT}: the evidence on patents conflicts in sign"),
        Target("Patents under the Entity List, plain and by quality (Cao, de Nicola, Mattoo and Timmis)", "-10, -14 %", "none", f"{NOT}: conflicts with the row above"),
        Target("Patents of domestic suppliers in restricted goods (Liu et al.)", "more than fourfold", "none", f"{NOT}; the odds of domestic tools rise (next)"),
    )  # fmt: skip


def positions() -> tuple[Target, ...]:
    """Return how far behind the follower is, and who gains and loses around it.

    Examples:
        >>> positions()[0].published
        'about 5 years'
    """
    tech, years = technology(), range(2014, 2026)
    on, off = run_technology(tech, years), run_technology(tech.without_controls(), years)
    gap = on["chips"].gap
    wider = float(gap[-1] - off["chips"].gap[-1])
    share = 100 * float(on["chip_tools"].share[-1] - off["chip_tools"].share[-1])
    return (
        Target("China behind in leading-edge logic (ITIF, August 2024)", "about 5 years", f"{float(on['chips'].lag[10]):.1f} years", "inside the range of definitions"),
        Target("Generations behind in 2014, 2019 and 2024 (Hutcheson)", "2, 2, 2", ", ".join(f"{float(gap[k]):.1f}" for k in (0, 5, 10)), "level imposed in 2014; the rise is the model's"),
        Target("Ascend 910C behind the best chip (Epoch AI, October 2024)", "2.1 years", "none", "the gap here is one of manufacturing; chip designs make up for a part of it"),
        Target("Sanctioned sectors fall back, their suppliers gain (Han, Jiang and Mei 2024)", "signs: -, +", f"chips {wider:+.2f} generations further behind, domestic tools {share:+.0f} points", "both signs agree"),
    )  # fmt: skip


def suppliers() -> tuple[Target, ...]:
    """Return what full decoupling costs those who sell, and who sells instead."""
    race, tech = Race(), technology()
    slowed = 100 * (1 - float(frontier_speed(race, 1.0)) / float(frontier_speed(race, 0.0)))
    lost = 100 * float(race.revenue_research)
    found = _counterfactual("USA", "CHN", ("chips", "ai_accelerators"), 100.0)
    sales, fall, diverted = diversion(found)
    now = 100 * float(race.revenue_research) * stairs(tech.decoupling["chips"])(2025.9)
    return (
        Target("Research of US chip firms at full decoupling (ITIF 2025)", "-24 %, USD -14 bn", f"-{lost:.0f} %", f"imposed; the frontier slows by {slowed:.0f} per cent"),
        Target("The same at half decoupling", "USD -7 bn", f"-{lost / 2:.0f} %, USD -{14 / 2:.0f} bn", "imposed: in proportion"),
        Target("US chip sales at full decoupling (ITIF 2025)", "USD -77 bn", f"USD -{sales:.1f} bn", "**far below**: the table counts what is made in the United States and crosses the border; US firms sell to China what is made in Taiwan and elsewhere"),
        Target("US revenue and world share at full decoupling (BCG/SIA 2020)", "-37 %, -18 points", f"-{fall:.0f} % of sales", "**far below**, for the same reason; no market of firms"),
        Target("The same with restrictions maintained", "-16 %, -8 points", f"-{now:.0f} % of research", f"{NOT}: only research follows revenue"),
        Target("Who sells instead (ITIF 2025), shares of lost sales", "KR 21, EU 15, TW 14, JP 12, CN 9 %", diverted, "**other order**: the model substitutes where China buys already, at home and in Taiwan"),
        Target("Market value of US suppliers (Crosignani et al.)", "USD -130 bn, -2.5 %", "none", f"{NOT}: no asset prices"),
        Target("Their revenue, jobs and credit (the same, unconfirmed)", "-8.6, -7.1, -25 %", "none", f"{NOT}: no firms"),
    )  # fmt: skip


def minerals() -> tuple[Target, ...]:
    """Return what withholding magnets does to their price and to research."""
    found = _counterfactual("CHN", "USA", ("magnets",), 91.0)
    price = float(found["sector_price_change"].sel(country="USA", sector="magnets"))
    tech, years = technology(), range(2014, 2036)
    on, off = (run_technology(one, years)["magnets"] for one in (tech, tech.without_controls()))
    gain = 100 * float(on.efficiency[-1] / off.efficiency[-1] - 1)
    return (
        Target("Prices after the Chinese quotas of 2010 (Alfaro et al. 2025)", "up to 45 times", f"{price:.0f} times", "same order: 91 per cent withheld from the United States, short horizon"),
        Target("Research outside China after 2010 (Alfaro et al. 2025)", "sign: +", f"{gain:+.0f} % efficiency of use by 2035", "sign agrees; under the licences on record"),
    )  # fmt: skip


def elsewhere() -> tuple[Target, ...]:
    """Return the targets that other parts of the program answer."""
    return (
        Target("Deliveries under Phase One, and of 12 Mt of soybeans", "57 %, 100 %", "none", "no part of the race: inputs of enforcement in the talks"),
        Target("Threat of 100 per cent to deal; duration of 145 per cent", "20 days, 34 days", "none", "no part of the race: the talks have a clock"),
    )  # fmt: skip


def diversion(found: Counterfactual) -> tuple[float, float, str]:
    """Return sales that the United States loses in China, USD billion, the fall of all its sales in per cent, and who sells instead."""
    goods = ["chips", "ai_accelerators"]
    before, after = (
        found.data[name].sel(sector=goods).sum("sector") for name in ("baseline_trade", "trade")
    )
    change = (after - before).sel(importer="CHN")
    lost = -float(change.sel(exporter="USA"))
    fall = 1 - float(after.sel(exporter="USA").sum() / before.sel(exporter="USA").sum())
    groups = {"KR": ["KOR"], "EU": EUROPE, "TW": ["TWN"], "JP": ["JPN"], "CN": ["CHN"]}
    words = [
        f"{name} {100 * float(change.sel(exporter=codes).sum()) / lost:.0f}"
        for name, codes in groups.items()
    ]
    return lost / 1e3, 100 * fall, ", ".join(words) + " %"


def _counterfactual(by: str, to: str, sectors: tuple[str, ...], withheld: float) -> Counterfactual:
    control = ExportControl(
        by=by, to=[to], sectors=list(sectors), withhold_pct=withheld, leak_pct=0.0
    )
    horizon = "short" if by == "CHN" else "medium"
    found = solve_counterfactual(load_world(WORLD), [control], horizon=horizon)
    return found.require_converged()


def laws() -> str:
    """Return the two races and the three laws of supply beside one another, as Markdown.

    Examples:
        >>> laws().splitlines()[0]
        '## Two races and three laws of supply, on the controls of the record'
    """
    tech = technology()
    lines = [
        "## Two races and three laws of supply, on the controls of the record\n",
        "| race | chips 2019 | 2025 | 2030 | 2030 without controls | research under full control, after ten years |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("reduced", "step_by_step"):
        law = RACES[name]
        mine = with_models(tech, race=name)
        on = run_technology(mine, range(2014, 2031))["chips"].lag
        off = run_technology(mine.without_controls(), range(2014, 2031))["chips"].lag
        held = law(Race(), Drivers(control=lambda _: 1.0), 2024.0, 1).research[-1]
        lags = " | ".join(f"{float(x):.1f}" for x in (*on[[5, 11, 16]], off[-1]))
        lines.append(f"| {name.replace('_', ' ')} | {lags} | {100 * (float(held) - 1):+.0f} % |")
    lines += [
        "\nLag in years. The step-by-step race is not fitted to any response to controls; it contradicts the evidence on research (below).\n",
        "| supply | accelerators 2023 | 2025 | 2030 | chip tools 2024 | 2025 | 2030 |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in SUPPLIES:
        found = run_technology(with_models(tech, supply=name), range(2020, 2031))
        places = (("ai_accelerators", (3, 5, 10)), ("chip_tools", (4, 5, 10)))
        cells = [f"{100 * float(found[good].share[k]):.0f}" for good, at in places for k in at]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines.append(
        "\nPer cent. Observed in 2025: 41 per cent of accelerators and 35 per cent of tools."
    )
    return "\n".join(lines)
