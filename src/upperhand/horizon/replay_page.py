"""The page that compares the race with the record: `python -m upperhand.horizon.replay_page`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from upperhand.core.files import write_text
from upperhand.horizon.replay import Score, record, score_of
from upperhand.technology.goods import technology
from upperhand.technology.parameters import Race
from upperhand.technology.race import frontier_speed, run_gap, stairs

PAGE = "docs/reference/validation-technology.md"
HEAD = """# How well does the race match the record?

<!-- Written by `python -m upperhand.horizon.replay_page`; do not edit. -->

The dated controls of 2018 to 2025 go in, and the record is compared with what comes out. Each series is calibrated up to a
cut-off and scored on the rest. MAE is the mean absolute error, CRPS the continuous ranked probability score of the whole
distribution, both in the unit of the series and lower when better. The random walk stays where the series was and is as uncertain as its
steps were. Errors of observation are judgement.

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
        f"\nThe model beats the random walk on {good} of {len(found)} series by CRPS. With two to eight points "
        "after a cut-off that is weak evidence either way. The shape of each model and the intensity of the "
        f"controls were chosen with the record in sight. {inside} of {total} later points lie between the 10th and "
        "the 90th percentile, where eight in ten should: the bands of these models are too narrow.\n"
    )
    parts = [HEAD, *rows, verdict, "## Series by series\n"]
    for score in found:
        parts += [_series(score), ""]
    return "\n".join([*parts, _targets()]) + "\n"


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
