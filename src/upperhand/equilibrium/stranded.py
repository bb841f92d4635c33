"""Parts of the world that no price can balance, seen from the links alone (numerics note, 5)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.calibrate import Calibration
from upperhand.equilibrium.hats import Wedges

Array = npt.NDArray[np.float64]
Links = npt.NDArray[np.bool_]

NOTHING = 1e-13  # of world income: rounding in a sum of imbalances


def stranded(calibration: Calibration, wedges: Wedges) -> str:
    """Return the countries whose imbalance no trade can carry, in words; else empty.

    What nobody outside supplies can only send goods out: its imports less exports are negative if it
    exports at all, and zero if it does not. The mirror image holds for what supplies nobody outside.
    Where the imbalance asked for differs, wages drift without end and there is no equilibrium.
    """
    link = wedges.kernel.sum(axis=0) > 0  # [importer, exporter]
    if link.all():
        return ""
    world = calibration.world
    total = world.income.sum()
    deficit = (wedges.imbalance + wedges.imbalance_share * total) / total
    for way, sign, words in ((link, 1.0, "goods only leave"), (link.T, -1.0, "goods only enter")):
        for group in np.unique(reached(way), axis=0):
            open_end = bool(way[~group][:, group].any())
            gap = sign * float(deficit[group].sum())
            if gap > NOTHING or (open_end and gap >= 0.0):
                names = [world.countries[n] for n in np.flatnonzero(group)]
                shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
                ways = words if open_end else "nothing crosses the border of"
                return f"{ways} {shown}, with an imbalance of {sign * gap:.2g} of world income"
    return ""


def reached(link: Links) -> Links:
    """Return whom each row reaches along links of any length, itself included.

    Examples:
        >>> chain = np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=bool)
        >>> reached(chain).astype(int).tolist()
        [[1, 1, 1], [0, 1, 1], [0, 0, 1]]
    """
    closure = (link | np.eye(len(link), dtype=bool)).astype(np.float64)
    for _ in range(int(np.ceil(np.log2(len(link)))) + 1):
        closure = (closure @ closure > 0).astype(np.float64)
    return closure > 0
