"""The law of the race as one more thing that is not known: draws follow one law or the other."""

from __future__ import annotations

import numpy as np

from upperhand.technology.many_steps import step_by_step
from upperhand.technology.parameters import Race
from upperhand.technology.race import Drivers, GapPath, reduced

#: Of `Race.law`, above which research is chosen step by step; a quarter of its draws lie there.
STEPS_ABOVE = 0.5


def either(race: Race, drivers: Drivers, last: float, steps: int = 1) -> GapPath:
    """Return the race by estimated responses or step by step, as `race.law` says (eq. 5.4, 5.37).

    Model uncertainty as a drawn alternative: the law with estimated responses has three quarters of
    the draws, because the other one contradicts the evidence on research. Both weights are assumed.

    Examples:
        >>> calm, central = Drivers(), Race()
        >>> bool((either(central, calm, 2020).gap == reduced(central, calm, 2020).gap).all())
        True
        >>> other = Race(law=0.9)
        >>> bool((either(other, calm, 2020).gap == step_by_step(other, calm, 2020).gap).all())
        True
    """
    chosen = np.asarray(race.law) > STEPS_ABOVE
    if not chosen.any():
        return reduced(race, drivers, last, steps)
    mine, other = reduced(race, drivers, last, steps), step_by_step(race, drivers, last, steps)
    parts = ((getattr(mine, n), getattr(other, n)) for n in ("gap", "lag", "research"))
    return GapPath(mine.dates, *(np.where(chosen, b, a) for a, b in parts))
