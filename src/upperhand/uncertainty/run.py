"""Run a task for every draw on this machine, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.results.ensemble import Ensemble
from upperhand.results.save_ensemble import partial_of
from upperhand.uncertainty.draws import SCRAMBLES, Draw, check_draws, draw_columns, rows
from upperhand.uncertainty.priors import Priors

#: What is done with a draw: numbers by name, or NoEquilibriumError when it has no answer. None stands
#: for what does not exist in a draw although it has an answer, as a ratio of losses may not.
Task = Callable[[Draw], Mapping[str, float | None]]
Numbers = dict[str, float | None]
Progress = Callable[[int, int, str], None]
MOST_WORDS = 160  # of the reason why a draw has no answer


def propagate(
    task: Task,
    priors: Priors,
    *,
    draws: int,
    seed: int,
    units: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Return the ensemble of a task over so many draws.

    Args:
        task: Numbers of one draw by name, the same names for every draw.
        priors: What the draws are made from.
        draws: How many; a multiple of 8 times a power of two spreads best.
        seed: Same seed, same draws.
        units: Unit of each quantity.
        progress: Called with (draws done, draws in all, words).

    Raises:
        OptionError: If the task gives other names from draw to draw, or never an answer.

    Examples:
        >>> from upperhand.uncertainty.priors import Prior
        >>> priors = Priors((Prior("a", "uniform", 0.5, 0, 1, "", "assumed"),))
        >>> propagate(lambda draw: {"square": draw["a"] ** 2}, priors, draws=512, seed=1).range(
        ...     "square"
        ... ).median.__round__(2)
        0.25
    """
    check_draws(draws, seed)
    columns = draw_columns(priors, 0, draws, seed=seed)
    results = []
    for k, draw in enumerate(rows(columns) if columns else ({} for _ in range(draws))):
        results.append(answer(task, draw))
        if progress:
            progress(k + 1, draws, "draws")
    return ensemble_of(results, columns, priors, seed=seed, units=units or {})


def answer(task: Task, draw: Draw) -> tuple[Numbers, str]:
    """Return the numbers of a draw and no reason, or no numbers and the reason.

    Examples:
        >>> answer(lambda draw: {"x": float("nan")}, {})
        ({}, 'not a number: x')
    """
    try:
        found: Numbers = {n: None if x is None else float(x) for n, x in task(draw).items()}
    except NoEquilibriumError as error:
        return {}, _short(str(error))
    except (FloatingPointError, ZeroDivisionError, OverflowError) as error:
        return {}, _short(f"{type(error).__name__}: {error}")
    bad = [name for name, x in found.items() if x is not None and not np.isfinite(x)]
    return ({}, _short(f"not a number: {', '.join(bad)}")) if bad else (found, "")


def ensemble_of(
    results: list[tuple[Numbers, str]],
    columns: dict[str, Any],
    priors: Priors,
    *,
    seed: int,
    units: Mapping[str, str],
) -> Ensemble:
    """Return the ensemble of the answers to draws 0, 1, ..."""
    names = names_of(found for found, why in results if not why)
    draw = np.arange(len(results), dtype=np.int64)
    outputs = {n: np.array([found.get(n) for found, _ in results], dtype=np.float64) for n in names}
    endings = np.array([why for _, why in results], dtype=object)
    return Ensemble(
        draw=draw,
        scramble=draw % SCRAMBLES,
        inputs=columns,
        outputs=outputs,
        endings=endings,
        partial=partial_of(outputs, endings),
        units=dict(units),
        seed=seed,
        groups=dict(zip(priors.names, priors.groups, strict=True)),
        priors=tuple(prior.to_dict() for prior in priors),
        provenance=provenance(priors),
    )


def names_of(answers: Any) -> tuple[str, ...]:
    """Return the names that every answer has.

    Raises:
        OptionError: If two answers differ in their names.
    """
    names: tuple[str, ...] = ()
    for found in answers:
        if names and tuple(found) != names:
            other = ", ".join(sorted(set(found) ^ set(names))) or "another order"
            raise OptionError(f"the task names {other} in some draws only; name the same always")
        names = tuple(found)
    return names


def provenance(priors: Priors) -> dict[str, Any]:
    """Return versions that fix the draws, and what identifies the priors."""
    import scipy

    from upperhand._version import __version__

    return {"version": __version__, "scipy": scipy.__version__, "priors": priors.fingerprint}


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= MOST_WORDS else line[: MOST_WORDS - 3] + "..."
