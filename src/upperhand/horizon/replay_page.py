"""The page that compares the race with the record: `python -m upperhand.horizon.replay_page`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from upperhand.core.files import write_text
from upperhand.horizon.replay import Score, record, score_of
from upperhand.technology.goods import RACES, SUPPLIES, technology, with_models
from upperhand.technology.parameters import Race
from upperhand.technology.race import Drivers, frontier_speed, run_gap, stairs
from upperhand.technology.state import run_technology

PAGE = "docs/reference/validation-technology.md"
HEAD = """# How well does the race match the record?

<!-- Written by `python -m upperhand.horizon.replay_page`; do not edit. -->

The dated controls of 2018 to 2025 go in, and the record is compared with what comes out. Each series is calibrated up to a
cut-off and scored on the rest. MAE is the mean absolute error, CRPS the continuous ranked probability score of the whole
distribution, both in the unit of the series and lower when better. The random walk stays where the series was and is as uncertain as its
steps were. What the model did not explain up to the cut-off goes on from there and may grow (eq. 5.29). Errors of observation are judgement.

## Scores after the cut-off
"""


def page(scores: Sequence[Score] | None = None) -> str:
    """Return the page as Markdown.

    Examples:
        >>> page([score_of(record()[0], draws=100)]).splitlines()[0]
        '# How well does the race match the record?'
    """
    found = list(scores) if scores is not None else [score_of(series) for series in record()]
    rows = [
        "| series | cut-off | MAE | random walk | CRPS | random walk | verdict |",
        "|---|---|---|---|---|---|---|",
        *(_row(score) for score in found),
    ]
    good = sum(score.better for score in found)
    inside, total = (sum(score.covered[k] for score in found) for k in (0, 1))
    verdict = (
        f"\nThe model beats the random walk on {good} of {len(found)} series by CRPS. With one to eight points "
        "after a cut-off that is weak evidence either way. The shape of each model, the widths of the priors and the "
        f"intensity of the controls were chosen with the record in sight. {_coverage(inside, total)}\n"
    )
    parts = [HEAD, *rows, verdict, "## Series by series\n"]
    for score in found:
        parts += [_series(score), ""]
    return "\n".join([*parts, _laws(), "", _targets()]) + "\n"


def _coverage(inside: int, total: int) -> str:
    """Return how many points the bands hold, and how likely so few are if the bands are right."""
    from scipy.stats import binom

    chance = float(binom.cdf(inside, total, 0.8))
    return (
        f"{inside} of {total} later points lie between the 10th and the 90th percentile, where eight in ten should; "
        f"if points were independent, so few would come with a chance of {100 * chance:.0f} per cent."
    )


def _row(score: Score) -> str:
    series = score.series
    cells = (score.mae, score.mae_walk, score.crps, score.crps_walk)
    numbers = " | ".join(_digits(value, series.values) for value in cells)
    verdict = "better" if score.better else "**worse**"
    return f"| {series.label} | {series.cutoff:g} | {numbers} | {verdict} |"


def _series(score: Score) -> str:
    series = score.series
    lines = [
        f"**{series.label[0].upper()}{series.label[1:]}.** Drawn: {series.priors}.\n",
        "| date | observed | model | 10-90 % | |",
        "|---|---|---|---|---|",
    ]
    for i, date in enumerate(series.dates):
        used = "calibration" if date <= series.cutoff else "forecast"
        observed, median, low, high = (
            _digits(x[i], series.values)
            for x in (series.values, score.median, score.low, score.high)
        )
        lines.append(f"| {date:.2f} | {observed} | {median} | {low} to {high} | {used} |")
    return "\n".join(lines)


def _digits(value: float, like: object) -> str:
    return f"{value:.0f}" if np.max(np.asarray(like)) > 1000 else f"{value:.1f}"


def _laws() -> str:
    """Return the two races and the three laws of supply beside one another."""
    tech = technology()
    lines = [
        "## Two races and three laws of supply, on the controls of the record\n",
        "| race | chips 2019 | 2025 | 2030 | 2030 without controls | research under full control, after ten years |",
        "|---|---|---|---|---|---|",
    ]
    for name, law in RACES.items():
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


def _targets() -> str:
    """Return published estimates next to the model's own numbers, with a verdict each."""
    race, tech = Race(), technology()
    year = run_gap(race, lambda _: 1.0, lambda _: 0.0, last=2015).research[-1]
    full = np.exp(race.research_response)
    leader = 100 * (1.0 - race.revenue_research)
    path = run_gap(race, stairs(tech.control["chips"]), stairs(tech.decoupling["chips"]), last=2030)
    lags = {int(d): float(lag) for d, lag in zip(path.dates, path.lag, strict=True)}
    slowed = 100 * (1 - float(frontier_speed(race, 1.0)) / float(frontier_speed(race, 0.0)))
    rows = [
        (
            "Research of firms cut off by the rule of 2007 (Liu, Liu, Makarin and Wen)",
            "+49 %",
            f"{100 * (full - 1):+.0f} %",
            "imposed: the parameter is this number",
        ),
        (
            "Research intensity the year after listing (Hu, Yang et al.)",
            "+16.6 %",
            f"{100 * (float(year) - 1):+.0f} %",
            "near: a full control in its first year",
        ),
        (
            "Patents: Liu et al. and Cao, de Nicola, Mattoo and Timmis",
            "+41 % and -10 %",
            "none",
            "not modelled: the evidence conflicts in sign",
        ),
        (
            "Research of US chip firms at full decoupling (ITIF 2025)",
            "-24 %",
            f"{leader - 100:+.0f} %",
            f"imposed; the frontier slows by {slowed:.0f} per cent",
        ),
        (
            "US share and revenue at full decoupling (BCG/SIA 2020)",
            "-18 points, -37 %",
            "none",
            "not modelled: no market of firms",
        ),
        (
            "Market value of US suppliers, USD -130 bn (Crosignani et al.)",
            "-2.5 %",
            "none",
            "not modelled: no asset prices",
        ),
        (
            "China behind in leading-edge logic (ITIF, August 2024)",
            "about 5 years",
            f"{lags[2024]:.1f} years",
            "inside the range of definitions",
        ),
        (
            "Generations behind in 2014, 2019 and 2024 (Hutcheson)",
            "2, 2, 2",
            ", ".join(f"{path.gap[year - 2014]:.1f}" for year in (2014, 2019, 2024)),
            "level imposed in 2014; the rise is the model's",
        ),
        (
            "Ascend 910C behind the best chip (Epoch AI, October 2024)",
            "2.1 years",
            "none",
            "the gap here is one of manufacturing; chip designs make up for a part of it",
        ),
    ]
    head = "## Published estimates beside the model's own\n\n| what | published | model | verdict |"
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{head}\n|---|---|---|---|\n{lines}"


if __name__ == "__main__":
    write_text(PAGE, page())
    sys.stdout.write(f"{PAGE}\n")
