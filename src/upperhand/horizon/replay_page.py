"""The page that compares the race with the record: `python -m upperhand.horizon.replay_page`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from upperhand.core.files import write_text
from upperhand.horizon.replay import Score, record, score_of
from upperhand.horizon.validation import laws, targets

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
    return "\n".join([*parts, laws(), "", targets()]) + "\n"


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


if __name__ == "__main__":
    write_text(PAGE, page())
    sys.stdout.write(f"{PAGE}\n")
