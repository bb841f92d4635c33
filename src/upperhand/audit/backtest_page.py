"""Show a backtest: text for a terminal, JSON, and one HTML page with its calibration plot."""

from __future__ import annotations

import json
import math
from importlib.resources import files
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING

from upperhand.audit.backtest import Backtest, Standing
from upperhand.audit.page import check_suffix, style, version
from upperhand.core.files import write_text
from upperhand.report.claims import percent

if TYPE_CHECKING:
    from markupsafe import Markup

COLOURS = {
    "climatology": "#5d6b7d",
    "status quo": "#b07c10",
    "base rates": "#01665e",
    "credible threat": "#c8372e",
    "threat and rates": "#7b5aa6",
}
SIZE, MARGIN = 320, 44


def answer(found: Backtest) -> str:
    """Return who forecast best and how sure that is, in one sentence."""
    rows = [row for row in found.standings if (row.topic, row.score) == ("all", "brier")]
    most = max((row.mean.questions for row in rows), default=0)
    full = [row for row in rows if row.mean.questions == most]
    if not full:
        return "No question with a probability was asked."
    best = min(full, key=lambda row: row.mean.mean)
    few = ". ".join(_aside(row) for row in rows if row.mean.questions < most)
    sure = _sure(best)
    said = f"Over {most} questions the {best.forecaster} had the best Brier score, "
    return f"{said}{best.mean.mean:.3f}{sure}." + (f" {few}." if few else "")


def _sure(best: Standing) -> str:
    if best.forecaster == "climatology":
        return ""
    if best.difference.high < 0:
        return ", clearly ahead of climatology"
    return ", though not clearly ahead of climatology"


def _aside(row: Standing) -> str:
    worse = "worse than" if row.difference.low > 0 else "not clearly different from"
    return (
        f"The model's {row.forecaster}, which speaks on {row.mean.questions} of them, scored "
        f"{row.mean.mean:.3f}, {worse} climatology on the same ones"
    )


def text_of(found: Backtest) -> str:
    """Return a backtest for a terminal."""
    lines = [fill(answer(found), 96), ""]
    head = f"{'topic':12} {'score':6} {'forecaster':16} {'mean':>8} {'95% interval':>18} {'n':>3} {'skill':>7}"
    lines.append(head)
    for row in found.standings:
        spread = f"{row.mean.low:.3g} to {row.mean.high:.3g}"
        saved = "–" if row.skill is None else f"{row.skill:.2f}"
        lines.append(
            f"{row.topic.replace('_', ' '):12} {row.score:6} {row.forecaster:16} "
            f"{row.mean.mean:8.3g} {spread:>18} {row.mean.questions:3d} {saved:>7}"
        )
    lines += ["", "Calibration (probability given: share that came true, number)"]
    for name, bins in found.calibrations.items():
        said = [
            f"{percent(b.forecast)}: {percent(b.happened)}, {b.questions}"
            for b in bins
            if b.questions
        ]
        lines.append(f"  {name}: {'; '.join(said)}")
    lines += ["", "Failures (less than 25% given to what happened)"]
    for item in found.failures:
        who = ", ".join(f"{name} {percent(p)}" for name, p in item.forecasters.items())
        text = f"  {item.words} {item.answer.capitalize()}. {who}. {item.hindsight}"
        lines.append(fill(text.rstrip(), 96, subsequent_indent="    "))
    path = ", ".join(f"{percent(belief)} on {day}" for day, belief in found.desperation)
    lines += ["", f"Belief in desperation under assumed likelihoods: {path}", ""]
    lines += [fill(note, 96, subsequent_indent="  ") for note in found.notes]
    return "\n".join(lines)


def calibration_plot(found: Backtest) -> Markup:
    """Return the calibration plot as one drawing, named for readers."""
    from markupsafe import Markup, escape

    inner = SIZE - 2 * MARGIN

    def x(p: float) -> float:
        return MARGIN + inner * p

    def y(p: float) -> float:
        return SIZE - MARGIN - inner * p

    parts = [
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#8e93a0" stroke-dasharray="4 4"/>'
    ]
    for tick in (0.0, 0.5, 1.0):
        parts += [
            f'<text x="{x(tick)}" y="{y(0) + 18}" text-anchor="middle">{100 * tick:.0f}%</text>',
            f'<text x="{x(0) - 8}" y="{y(tick) + 4}" text-anchor="end">{100 * tick:.0f}%</text>',
        ]
    for row, (name, bins) in enumerate(found.calibrations.items()):
        colour = COLOURS.get(name, "#34618f")
        for b in bins:
            if b.forecast is None or b.happened is None:
                continue
            radius = 2.5 * math.sqrt(b.questions)
            parts.append(
                f'<circle cx="{x(b.forecast):.1f}" cy="{y(b.happened):.1f}" r="{radius:.1f}" '
                f'fill="{colour}" fill-opacity="0.75"/>'
            )
        at = MARGIN + 16 * row
        parts += [
            f'<circle cx="{SIZE}" cy="{at}" r="5" fill="{colour}"/>',
            f'<text x="{SIZE + 10}" y="{at + 4}">{escape(name)}</text>',
        ]
    label = "Calibration: share that came true against the probability given, by forecaster"
    box = f'viewBox="0 0 {SIZE + 140} {SIZE}" style="max-width:{SIZE + 140}px"'
    body = "".join(parts)
    return Markup(
        f'<svg role="img" aria-label="{label}" {box} font-size="12" fill="currentColor">{body}</svg>'
    )


def html_backtest(found: Backtest) -> str:
    """Return a backtest as one HTML document. Nothing is fetched; every text is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.lstrip_blocks = True
    folder = files("upperhand.audit").joinpath("templates")
    template = environment.from_string(folder.joinpath("backtest.html.j2").read_text("utf-8"))
    return template.render(
        found=found,
        answer=answer(found),
        plot=calibration_plot(found),
        percent=percent,
        style=style(),
        version=version(),
    )


def save_backtest(found: Backtest, path: str | Path) -> Path:
    """Write a backtest as HTML or JSON, by the suffix of the path.

    Raises:
        OptionError: If the suffix is not one of those that can be written.
    """
    target = check_suffix(Path(path))
    if target.suffix == ".html":
        return write_text(target, html_backtest(found))
    return write_text(target, json.dumps(found.to_dict(), indent=2, ensure_ascii=False) + "\n")
