"""The race on the dated controls of 2018-2025, against the record (model book, eq. 5.28 and 5.29).

Each series is calibrated on what was known up to a cut-off and scored on the rest, next to a
random walk. Parameters are drawn from wide priors and weighted by how well they fit before the
cut-off; nothing after it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from upperhand.technology.goods import technology
from upperhand.technology.market import logit
from upperhand.technology.parameters import Array, draw_race, rows_of
from upperhand.technology.race import FIRST_YEAR, run_gap, stairs

DRAWS, SEED = 4000, 11
#: Standard deviation of the log odds by which two definitions of a share differ.
DEFINITION = 0.5
Model = Callable[[Array, "Series", np.random.Generator], Array]


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale on which unexplained steps are alike, with its inverse.

    Attributes:
        name: In words.
        to: From the unit of the series.
        back: Into it.
        slope: Derivative of `to`.
    """

    name: str
    to: Callable[[Array], Array]
    back: Callable[[Array], Array]
    slope: Callable[[Array], Array]


PLAIN = Scale("the unit of the series", lambda x: x, lambda x: x, np.ones_like)
LOG = Scale("logs", np.log, np.exp, lambda x: 1.0 / x)
ODDS = Scale(
    "log odds",
    lambda x: np.asarray(logit(x / 100.0)),
    lambda x: 100.0 / (1.0 + np.exp(-x)),
    lambda x: 100.0 / (x * (100.0 - x)),
)


@dataclass(frozen=True, slots=True)
class Series:
    """One series of the record.

    Attributes:
        name: Key.
        label: In words, with the unit.
        dates: Decimal years.
        values: What was observed.
        errors: Standard error of each, judgement.
        cutoff: Last date used for calibration.
        model: Draws of the model's path at the dates: (date, draw).
        priors: What was drawn, in words.
        scale: Scale of the steps that the model does not explain.
        noise: Largest standard deviation of such steps in a year, on that scale.
        since: Date from which they add up.
        redefined: Date from which another definition is used; none when infinite.
    """

    name: str
    label: str
    dates: Array
    values: Array
    errors: Array
    cutoff: float
    model: Model
    priors: str
    scale: Scale
    noise: float
    since: float
    redefined: float = np.inf


@dataclass(frozen=True, slots=True)
class Score:
    """How a series was forecast after its cut-off.

    Attributes:
        series: The series.
        median: Forecast at every date, median of the calibrated draws.
        low: 10th percentile.
        high: 90th percentile.
        mae: Mean absolute error after the cut-off.
        crps: Continuous ranked probability score after the cut-off.
        mae_walk: The same for the random walk.
        crps_walk: The same for the random walk.
        mae_in: Mean absolute error up to the cut-off.
        covered: Points after the cut-off between the 10th and the 90th percentile, and points in all.
    """

    series: Series
    median: Array
    low: Array
    high: Array
    mae: float
    crps: float
    mae_walk: float
    crps_walk: float
    mae_in: float
    covered: tuple[int, int]

    @property
    def better(self) -> bool:
        """True when the model's score is below the random walk's."""
        return self.crps < self.crps_walk


def crps(draws: Array, observed: float) -> float:
    """Return the continuous ranked probability score of draws against what came (eq. 5.28).

    Examples:
        >>> crps(np.array([1.0, 1.0]), 1.0), crps(np.array([0.0, 2.0]), 1.0)
        (0.0, 0.5)

    References:
        Gneiting and Raftery (2007).
    """
    ordered = np.sort(draws)
    n = len(ordered)
    spread = (2.0 * np.arange(1, n + 1) - n - 1) @ ordered / n**2
    return float(np.abs(ordered - observed).mean() - spread)


def weights_of(log_likelihood: Array) -> Array:
    """Return the weight of each draw from its fit up to the cut-off (eq. 5.29).

    Examples:
        >>> weights_of(np.array([0.0, -32.0])).round(3).tolist()
        [1.0, 0.0]
    """
    raw = np.exp(log_likelihood - log_likelihood.max())
    return np.asarray(raw / raw.sum())


def log_likelihoods(misfit: Array, spread: Array) -> Array:
    """Return the log density of each draw's misfit, normal with a covariance of its own (eq. 5.29).

    Args:
        misfit: Observed less modelled (date, draw).
        spread: Covariance (draw, date, date).

    Examples:
        Apart by two standard errors: half the square, and the normal's constant.

        >>> found = log_likelihoods(np.array([[2.0]]), np.ones((1, 1, 1)))
        >>> (found + np.log(2 * np.pi) / 2).round(6).tolist()
        [-2.0]
    """
    solved = np.linalg.solve(spread, misfit.T[..., None])[..., 0]
    squares = (misfit.T * solved).sum(axis=1)
    size = np.linalg.slogdet(spread)[1] + len(misfit) * np.log(2.0 * np.pi)
    return np.asarray(-0.5 * (squares + size))


def unexplained(series: Series, size: Array) -> Array:
    """Return the covariance of what the model does not explain (draw, date, date) (eq. 5.29).

    Args:
        series: The series.
        size: Standard deviation of a year's step, one for each draw.
    """
    ages = series.dates - series.since
    walk = np.minimum.outer(ages, ages)
    other = (series.dates >= series.redefined).astype(np.float64)
    return np.asarray(
        size[:, None, None] ** 2 * walk + DEFINITION**2 * np.multiply.outer(other, other)
    )


def score_of(series: Series, *, draws: int = DRAWS, seed: int = SEED) -> Score:
    """Calibrate a series up to its cut-off and score it afterwards.

    A draw is a path of the model and a size of the steps that it does not explain; what those steps
    were up to the cut-off is inferred with it, and they go on from there.

    Args:
        series: The series.
        draws: Draws from the priors.
        seed: Seed.

    Examples:
        >>> found = score_of(record()[0], draws=200)
        >>> found.mae > 0
        True
    """
    rng = np.random.default_rng(seed)
    forecast = _forecast(series, draws, rng)
    noisy = forecast + series.errors[:, None] * rng.normal(size=forecast.shape)
    known = series.dates <= series.cutoff
    walk = _walk(series, known, draws, rng)
    median = np.median(forecast, axis=1)
    low, high = np.quantile(noisy, 0.1, axis=1), np.quantile(noisy, 0.9, axis=1)
    later = np.flatnonzero(~known)
    return Score(
        series,
        median,
        low,
        high,
        float(np.abs(median - series.values)[later].mean()),
        float(np.mean([crps(noisy[i], series.values[i]) for i in later])),
        float(np.abs(series.values[known][-1] - series.values[later]).mean()),
        float(np.mean([crps(walk[i], series.values[i]) for i in later])),
        float(np.abs(median - series.values)[known].mean()),
        (int(((low <= series.values) & (series.values <= high))[later].sum()), len(later)),
    )


def _forecast(series: Series, draws: int, rng: np.random.Generator) -> Array:
    """Return draws of the series at every date given what was known at the cut-off (date, draw)."""
    known = np.flatnonzero(series.dates <= series.cutoff)
    paths = series.scale.to(series.model(np.empty(draws), series, rng))
    size = rng.uniform(0.0, series.noise, draws)
    every = unexplained(series, size)
    seen = every[:, known[:, None], known]
    values, errors = series.values[known], series.errors[known]
    spread = seen + np.diag((errors * series.scale.slope(values)) ** 2)
    misfit = series.scale.to(values)[:, None] - paths[known]
    chosen = rng.choice(draws, draws, p=weights_of(log_likelihoods(misfit, spread)))
    across = every[chosen][:, :, known]
    part = np.linalg.solve(spread[chosen], across.transpose(0, 2, 1))
    middle = paths[:, chosen] + np.einsum("dkt,kd->td", part, misfit[:, chosen])
    left = np.einsum("dtt->dt", every[chosen]) - np.einsum("dtk,dkt->dt", across, part)
    noise = np.sqrt(np.maximum(left.T, 0.0)) * rng.normal(size=middle.shape)
    return np.asarray(series.scale.back(middle + noise))


def _walk(
    series: Series, known: npt.NDArray[np.bool_], draws: int, rng: np.random.Generator
) -> Array:
    """Return draws of a random walk from the last known value, its steps as large as before."""
    dates, values = series.dates[known], series.values[known]
    same = (dates >= series.redefined)[1:] == (dates >= series.redefined)[:-1]
    steps = (np.diff(values) / np.sqrt(np.diff(dates)))[same]
    size = float(np.sqrt((steps**2).mean())) if len(steps) else float(series.errors[0])
    ahead = np.sqrt(np.maximum(series.dates - dates[-1], 0.0))
    noise = rng.normal(size=(len(series.dates), draws))
    return np.asarray(values[-1] + np.hypot(size * ahead, series.errors)[:, None] * noise)


def record() -> tuple[Series, ...]:
    """Return every series of the record with its model.

    Examples:
        >>> [series.name for series in record()]
        ['node_lag', 'accelerator_share', 'tool_share', 'phone_share', 'nvidia_china', 'magnets']
    """
    rows = rows_of("record.csv")
    found = []
    for name, case in CASES.items():
        mine = [row for row in rows if row["series"] == name]
        dates, values, errors = (
            np.array([float(row[key]) for row in mine]) for key in ("date", "value", "error")
        )
        found.append(
            Series(
                name=name,
                label=case.label,
                dates=dates,
                values=values,
                errors=errors,
                cutoff=case.cutoff,
                model=case.model,
                priors=f"{case.priors}; unexplained steps of up to {case.noise:g} a year in {case.scale.name}",
                scale=case.scale,
                noise=case.noise,
                since=float(dates[0]) if case.since is None else case.since,
                redefined=case.redefined,
            )
        )
    return tuple(found)


def _lag(blank: Array, series: Series, rng: np.random.Generator) -> Array:
    """Draw the lag of eq. 5.1-5.4 under the record of controls."""
    race = draw_race(len(blank), int(rng.integers(2**31)))
    tech = technology()
    path = run_gap(race, stairs(tech.control["chips"]), stairs(tech.decoupling["chips"]), last=2027)
    below = np.floor(series.dates).astype(int) - int(path.dates[0])
    part = (series.dates - np.floor(series.dates))[:, None]
    return np.asarray((1 - part) * path.lag[below] + part * path.lag[below + 1])


def _share(good: str, lowest: float, highest: float) -> Model:
    """Return a model of a domestic share by eq. 5.5 and 5.6 under the record of controls."""

    def model(blank: Array, series: Series, rng: np.random.Generator) -> Array:
        control, reference = stairs(technology().control[good]), technology().good(good)
        start = logit(rng.uniform(lowest, highest, len(blank)))
        drift = rng.uniform(0.0, 1.2, len(blank)) / reference.drift_control
        grid = np.arange(series.dates[0], series.dates[-1] + 0.05, 0.1)
        force = np.concatenate([[0.0], np.cumsum([0.1 * control(d) for d in grid[:-1]])])
        exposed = np.interp(series.dates, grid, force)
        return np.asarray(100.0 / (1.0 + np.exp(-(start + exposed[:, None] * drift))))

    return model


def _phones(blank: Array, series: Series, rng: np.random.Generator) -> Array:
    """Draw Huawei's share: access to chips lost after a stock ran out, then rising odds."""
    n = len(blank)
    start = logit(rng.uniform(0.38, 0.48, n))
    fall, rise = rng.uniform(0.0, 2.5, n), rng.uniform(0.0, 0.8, n)
    months = rng.uniform(0.2, 1.0, n)
    dates = series.dates[:, None]
    used_up = np.clip((dates - 2020.7) / months, 0.0, 1.0)
    odds = start + fall * np.log(0.2) * used_up + rise * np.maximum(dates - 2022.0, 0.0)
    return np.asarray(100.0 / (1.0 + np.exp(-odds)))


def _nvidia(blank: Array, series: Series, rng: np.random.Generator) -> Array:
    """Draw China's share of Nvidia's revenue: a share of it is lost with control, and a trend."""
    n = len(blank)
    start, lost = rng.uniform(0.2, 0.35, n), rng.uniform(0.0, 1.0, n)
    trend = rng.normal(-0.05, 0.1, n)
    control = np.array([stairs(technology().control["ai_accelerators"])(d) for d in series.dates])
    years = (series.dates - series.dates[0])[:, None]
    odds = logit(start) + trend * years
    return np.asarray(100.0 * (1.0 - lost * control[:, None]) / (1.0 + np.exp(-odds)))


def _magnets(blank: Array, series: Series, rng: np.random.Generator) -> Array:
    """Draw exports of magnets: licences withhold a share that is granted at a steady rate.

    In April, when licences began, a part of what they withhold had already left.
    """
    n = len(blank)
    usual = rng.uniform(4900.0, 5700.0, n)
    withheld, rate = rng.uniform(0.5, 1.0, n), rng.uniform(0.0, 1.5, n)
    begun = rng.uniform(0.0, 1.0, n)
    months = 12.0 * (series.dates - FULL_LICENCES)[:, None]
    held = np.where(months < -0.5, begun, np.exp(-rate * np.maximum(months, 0.0)))
    return np.asarray(usual * (1.0 - withheld * held))


#: May 2025, the first whole month of Chinese licences.
FULL_LICENCES = 2025.375


@dataclass(frozen=True, slots=True)
class Case:
    """How a series is modelled; fields as in `Series`."""

    label: str
    cutoff: float
    model: Model
    priors: str
    scale: Scale = ODDS
    noise: float = 0.6
    since: float | None = None
    redefined: float = np.inf


CASES = {
    "node_lag": Case(
        "lag of SMIC behind TSMC, years",
        2022.0,
        _lag,
        "every parameter of the race, triangular over its range",
        scale=PLAIN,
        noise=0.75,
        since=FIRST_YEAR,
    ),
    "accelerator_share": Case(
        "domestic accelerators in China, per cent",
        2024.0,
        _share("ai_accelerators", 0.01, 0.12),
        "drift 0 to 1.2 a year at the reference control, start 1 to 12 per cent",
    ),
    "tool_share": Case(
        "domestic chip tools in China, per cent",
        2024.9,
        _share("chip_tools", 0.12, 0.32),
        "drift 0 to 1.2 a year at the reference control, start 12 to 32 per cent; from 2024 on another "
        "definition, whose log odds differ by 0 with a standard deviation of 0.5",
        redefined=2024.0,
    ),
    "phone_share": Case(
        "Huawei's share of phones in China, per cent",
        2023.6,
        _phones,
        "start 38 to 48 per cent, fall of the odds 0 to 2.5 per log point of access, rise from 2022 of 0 to "
        "0.8 a year",
    ),
    "nvidia_china": Case(
        "China's share of Nvidia's revenue, per cent",
        2023.8,
        _nvidia,
        "start 20 to 35 per cent, share lost at full control 0 to 1, trend of the odds -0.05 (0.10) a year",
    ),
    "magnets": Case(
        "Chinese exports of magnets, tonnes a month",
        2025.5,
        _magnets,
        "usual 4900 to 5700, withheld at first 50 to 100 per cent, granted 0 to 1.5 a month",
        scale=LOG,
        noise=1.0,
    ),
}
