"""Step-by-step competition of two firms: research as a choice (model book, eq. 5.12 to 5.14).

The micro-founded alternative to the reduced form of `race`: the leader's lead is one step, copying
closes it at a hazard, and both do research only as far as it pays. An export control lowers
copying; import discouragement at home raises the reward of drawing level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upperhand.technology.parameters import Number, plain


@dataclass(frozen=True, slots=True)
class Duopoly:
    """Two firms with a lead of one step, no discounting.

    Attributes:
        profit: Profit of a leader; a follower has none.
        rivalry: Share of it that is lost to competition between equals, 0 to 1.
        copying: Hazard at which the follower draws level for free.
    """

    profit: Number
    rivalry: Number
    copying: Number


def neck_research(duopoly: Duopoly) -> Number:
    """Return the research of each of two equals without discounting (eq. 5.13).

    Examples:
        >>> round(neck_research(Duopoly(0.2, 0.5, 0.1)), 3)
        0.358
    """
    h = duopoly.copying
    return plain(-h + np.sqrt(h**2 + 2.0 * duopoly.rivalry * duopoly.profit))


def follower_research(duopoly: Duopoly) -> Number:
    """Return the research of a firm one step behind, without discounting (eq. 5.13).

    Examples:
        >>> round(float(follower_research(Duopoly(0.2, 0.5, 0.1))), 3)
        0.275
    """
    h, n = duopoly.copying, neck_research(duopoly)
    return plain(-(h + n) + np.sqrt(h**2 + n**2 + 2.0 * duopoly.profit))


def unlevelled_share(duopoly: Duopoly) -> Number:
    """Return the share of time in which one firm leads (eq. 5.14).

    Examples:
        >>> round(float(unlevelled_share(Duopoly(0.2, 0.5, 0.1))), 3)
        0.656
    """
    n0, n1 = neck_research(duopoly), follower_research(duopoly)
    return 2.0 * n0 / (2.0 * n0 + n1 + duopoly.copying)


def value_gaps(duopoly: Duopoly) -> tuple[Number, Number]:
    """Return what a step is worth: leader over equal and equal over follower (eq. 5.12).

    Without discounting the values themselves have no bound, but their differences do; at the
    optimum each is the research that it pays for.

    Examples:
        >>> [round(float(x), 3) for x in value_gaps(Duopoly(0.2, 0.5, 0.1))]
        [0.358, 0.275]
    """
    return neck_research(duopoly), follower_research(duopoly)
