"""Score forecasts of 2018 to 2026 against what happened, with priors frozen on each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from upperhand.audit.facts import Facts, read_facts
from upperhand.audit.forecasts import CHANCES, NUMBERS, REFERENCE, Chance, Numbers
from upperhand.audit.questions import (
    BINARY,
    Knowledge,
    Question,
    Reading,
    read_questions,
    read_readings,
)
from upperhand.audit.scores import (
    Bin,
    Interval,
    bootstrap,
    brier_score,
    calibration,
    crps,
    log_score,
    skill,
)

#: A forecast that gave less than this to what happened is a failure to discuss.
FAILED_BELOW = 0.25


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast of one question, and how it fared.

    Attributes:
        id: Name of the question.
        topic: Its topic.
        day: Day on which it was frozen.
        forecaster: Who made it.
        probability: Of yes; None for a number.
        numbers: Equally likely numbers; empty for a probability.
        answer: What happened.
        brier: Squared error; None for a number.
        log: Log score, nats; None for a number.
        crps: In the unit of the number; None for a probability.
    """

    id: str
    topic: str
    day: str
    forecaster: str
    probability: float | None
    numbers: tuple[float, ...]
    answer: float
    brier: float | None
    log: float | None
    crps: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a forecaster fared on a topic, and against the reference on the same questions.

    Attributes:
        forecaster: Who.
        topic: Topic, or `all` for every question with a probability.
        score: `brier`, `log` or `crps`.
        mean: Mean score with its interval; lower is better.
        skill: Share of the reference's score that is saved; None where that is zero.
        difference: Score less that of the reference, with its interval; below 0 is better.
    """

    forecaster: str
    topic: str
    score: str
    mean: Interval
    skill: float | None
    difference: Interval


@dataclass(frozen=True, slots=True)
class Failure:
    """A forecast that gave little to what happened, and why it was hard.

    Attributes:
        id: Name of the question.
        words: The question.
        forecasters: Who failed, with the probability of yes.
        answer: What happened.
        hindsight: What made it hard.
    """

    id: str
    words: str
    forecasters: dict[str, float]
    answer: str
    hindsight: str


@dataclass(frozen=True, slots=True)
class Backtest:
    """Every forecast, its scores, calibration and failures.

    Attributes:
        forecasts: One for each question and forecaster that had something to say.
        standings: Scores by forecaster and topic.
        calibrations: Bins by forecaster.
        failures: What went wrong, by question.
        desperation: Belief in a desperate type after each threat of 2025, by day.
        notes: What a reader should know.
        seed: Seed of the bootstrap.
        questions: How many questions there are.
        unconfirmed: How many of their answers are not confirmed.
    """

    forecasts: tuple[Forecast, ...]
    standings: tuple[Standing, ...]
    calibrations: dict[str, tuple[Bin, ...]]
    failures: tuple[Failure, ...]
    desperation: tuple[tuple[str, float], ...]
    notes: tuple[str, ...]
    seed: int
    questions: int
    unconfirmed: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


NOTES = (
    "Questions were chosen after the fact, and few; intervals from resampling them are wide, and "
    "too narrow because answers of one episode hang together.",
    "Priors are frozen: a forecast that asks for a later fact, answer or world stops the program. "
    "Publication lags of facts are assumed; the world table of 2022 came out later than its year.",
    "Nothing was fitted to these questions. The model speaks of tariff threats since 2023 only, "
    "as if own real income were all that counts; the noise around it is assumed.",
    "Base rates are of sanction threats of 1970 to 2000; reading them as rates of deals and of "
    "tariff moves is ours.",
)


def run_backtest(
    *,
    seed: int = 1,
    questions: Sequence[Question] | None = None,
    facts: Facts | None = None,
    readings: Sequence[Reading] | None = None,
    chances: Mapping[str, Chance] = CHANCES,
    numbers: Mapping[str, Numbers] = NUMBERS,
) -> Backtest:
    """Forecast each dated question from what was known then, and score it with what happened.

    Args:
        seed: Seed of the bootstrap.
        questions: Questions with answers; the packaged ones when None.
        facts: Facts; the packaged ones when None.
        readings: What the model said of each threat; the packaged table when None.
        chances: Forecasters of yes-or-no questions by name; one of them is `climatology`.
        numbers: Forecasters of numbers by name; one of them is `climatology`.

    Raises:
        LookAheadError: If a forecaster asks for what was not known on the day.

    Examples:
        >>> found = run_backtest(seed=1)
        >>> {row.forecaster for row in found.standings} >= {"climatology", "status quo"}
        True
    """
    asked = tuple(questions) if questions is not None else read_questions()
    table = facts or read_facts()
    said = tuple(readings) if readings is not None else read_readings()
    forecasts = tuple(
        forecast
        for question in sorted(asked, key=lambda q: (q.asked.day, q.asked.id))
        for forecast in _forecasts(question, Knowledge(question.asked.day, table, asked, said),
                                   chances, numbers)
    )  # fmt: skip
    names = list(chances)
    return Backtest(
        forecasts=forecasts,
        standings=tuple(_standings(forecasts, seed)),
        calibrations={name: calibration(_pairs(forecasts, name)) for name in names},
        failures=tuple(_failures(asked, forecasts)),
        desperation=desperation(asked),
        notes=NOTES,
        seed=seed,
        questions=len(asked),
        unconfirmed=sum(q.certainty == "unconfirmed" for q in asked),
    )


def _forecasts(
    question: Question,
    known: Knowledge,
    chances: Mapping[str, Chance],
    numbers: Mapping[str, Numbers],
) -> list[Forecast]:
    asked, answer = question.asked, question.answer
    head = (asked.id, asked.topic, asked.day.isoformat())
    found = []
    if asked.topic in BINARY:
        for name, chance in chances.items():
            p = chance(asked, known)
            if p is not None:
                scores = brier_score(p, int(answer)), log_score(p, int(answer))
                found.append(Forecast(*head, name, p, (), answer, *scores, None))
        return found
    for name, make in numbers.items():
        ensemble = make(asked, known)
        if ensemble:
            score = crps(ensemble, answer)
            found.append(Forecast(*head, name, None, ensemble, answer, None, None, score))
    return found


def _standings(forecasts: Sequence[Forecast], seed: int) -> list[Standing]:
    found = []
    topics = [*dict.fromkeys(f.topic for f in forecasts if f.probability is not None)]
    groups = [("all", topics)] * (len(topics) > 1) + [(topic, [topic]) for topic in topics]
    for score in ("brier", "log"):
        for label, members in groups:
            found += _of_group(forecasts, label, members, score, seed)
    for topic in dict.fromkeys(f.topic for f in forecasts if f.probability is None):
        found += _of_group(forecasts, topic, [topic], "crps", seed)
    return found


def _of_group(
    forecasts: Sequence[Forecast], label: str, topics: Sequence[str], score: str, seed: int
) -> list[Standing]:
    chosen = [f for f in forecasts if f.topic in topics and getattr(f, score) is not None]
    reference = {f.id: float(getattr(f, score)) for f in chosen if f.forecaster == REFERENCE}
    found = []
    for name in dict.fromkeys(f.forecaster for f in chosen):
        own = {f.id: float(getattr(f, score)) for f in chosen if f.forecaster == name}
        own = {key: value for key, value in own.items() if key in reference}
        if not own:
            continue
        same = [reference[key] for key in own]
        gaps = [value - reference[key] for key, value in own.items()]
        found.append(
            Standing(
                forecaster=name,
                topic=label,
                score=score,
                mean=bootstrap(list(own.values()), seed=seed),
                skill=skill(sum(own.values()), sum(same)),
                difference=bootstrap(gaps, seed=seed),
            )
        )
    return found


def _pairs(forecasts: Sequence[Forecast], name: str) -> list[tuple[float, int]]:
    return [
        (f.probability, int(f.answer))
        for f in forecasts
        if f.forecaster == name and f.probability is not None
    ]


def _failures(questions: Sequence[Question], forecasts: Sequence[Forecast]) -> list[Failure]:
    found = []
    for question in sorted(questions, key=lambda q: q.asked.day):
        wrong = {
            f.forecaster: f.probability
            for f in forecasts
            if f.id == question.asked.id
            and f.probability is not None
            and (f.probability if f.answer else 1.0 - f.probability) < FAILED_BELOW
        }
        if wrong:
            answer = "yes" if question.answer else "no"
            said = question.asked.words
            found.append(Failure(question.asked.id, said, wrong, answer, question.hindsight))
    return found


#: Belief before the first threat of 2025, and how likely a threat of 30 points or more is for a
#: desperate and for a strong government (assumed; prior 0.1 to 0.5, ratio 2 to 5).
PRIOR, UNDER_DESPERATE, UNDER_STRONG = 0.3, 0.6, 0.2


def desperation(
    questions: Sequence[Question], *, since: date = date(2025, 1, 1), points: float = 30.0
) -> tuple[tuple[str, float], ...]:
    """Return the belief that Washington is desperate after each large threat, by day (eq. 11.28).

    The probabilities under both types are assumed: the path shows what they imply, and is no
    measurement of a motive.

    Examples:
        >>> [round(belief, 4) for _, belief in desperation(read_questions())]
        [0.5625, 0.7941, 0.9205]
    """
    from upperhand.talks.reputation import posterior

    days = [
        q.asked.day
        for q in sorted(questions, key=lambda q: q.asked.day)
        if q.asked.actor == "USA" and q.asked.day >= since and (q.asked.threat_pp or 0) >= points
    ]
    moves = [(UNDER_DESPERATE, UNDER_STRONG)] * len(days)
    return tuple((day.isoformat(), posterior(PRIOR, moves[: i + 1])) for i, day in enumerate(days))
