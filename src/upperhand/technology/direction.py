"""Research that turns away from a denied input: complements and substitutes (eq. 5.17 to 5.19)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upperhand.technology.parameters import Array


def input_share(scarce: float, other: float, elasticity: float) -> float:
    """Return the cost share of an input from both inputs in efficiency units (eq. 5.17).

    Args:
        scarce: Efficiency times quantity of the input that is denied.
        other: Efficiency times quantity of everything else.
        elasticity: Elasticity of substitution; below 1 the share rises when the input is denied.

    Examples:
        >>> round(input_share(0.5, 1.0, 0.5), 3)
        0.667
    """
    odds = (scarce / other) ** ((elasticity - 1.0) / elasticity)
    return float(odds / (1.0 + odds))


@dataclass(frozen=True, slots=True)
class Saving:
    """How research saves a denied input, a complement of the rest.

    Attributes:
        elasticity: Elasticity of substitution, below 1.
        growth: Size of an innovation.
        success: Chance that one researcher's year yields one.
    """

    elasticity: float = 0.5
    growth: float = 1.0
    success: float = 0.02


def saving_path(saving: Saving, supply: Array, steps: int = 1) -> Array:
    """Return the efficiency with which a denied input is used, by period (eq. 5.17, 5.18).

    Research divides by what it earns: in proportion to the cost share of each input.

    Args:
        saving: Parameters.
        supply: Quantity of the input over the quantity before, by period.
        steps: Periods a year.

    Returns:
        Efficiency over that of the first period, relative to the other input.

    Examples:
        >>> path = saving_path(Saving(), np.array([1.0, 0.3, 0.3, 0.3]))
        >>> bool(path[-1] > path[1])
        True
    """
    scarce = other = 1.0
    found = []
    for quantity in supply:
        found.append(scarce / other)
        share = input_share(scarce * float(quantity), other, saving.elasticity)
        scarce *= (1.0 + saving.growth * saving.success * share) ** (1.0 / steps)
        other *= (1.0 + saving.growth * saving.success * (1.0 - share)) ** (1.0 / steps)
    return np.array(found)


@dataclass(frozen=True, slots=True)
class Substitutes:
    """Domestic and foreign inputs that replace each other, and research between them.

    Attributes:
        elasticity: Elasticity of substitution, above 1.
        machines: Share of machines in production.
        growth: Size of an innovation.
        success: Chance a year that all research yields one.
    """

    elasticity: float = 3.0
    machines: float = 1 / 3
    growth: float = 1.0
    success: float = 0.02

    @property
    def power(self) -> float:
        """The exponent of relative efficiency in relative profit; negative for substitutes."""
        return (1.0 - self.machines) * (1.0 - self.elasticity)


def relative_profit(model: Substitutes, lead: float, domestic: float, access: float = 1.0) -> float:
    """Return profit of research on domestic over foreign inputs (eq. 5.19).

    Args:
        model: Parameters.
        lead: Efficiency of domestic over foreign inputs before the research.
        domestic: Share of research on domestic inputs.
        access: Share of foreign inputs that may be bought; 0 is a ban.

    Examples:
        >>> model = Substitutes()
        >>> relative_profit(model, 0.5, 0.0) < 1 < relative_profit(model, 0.5, 0.0, access=0.1)
        True
    """
    ahead = 1.0 + model.growth * model.success * domestic
    abroad = 1.0 + model.growth * model.success * (1.0 - domestic)
    if access == 0.0:
        return np.inf
    both = (ahead / abroad) ** (-model.power - 1.0) * lead**-model.power
    return float(both / access)


def research_path(model: Substitutes, lead: float, access: Array) -> tuple[Array, Array]:
    """Return the lead of domestic inputs and their share of research, by year (eq. 5.19).

    All research goes where profit is higher. While a ban lasts that is at home; it stays there
    after repeal if the ban lasted long enough.

    Args:
        model: Parameters.
        lead: Efficiency of domestic over foreign inputs in the first year.
        access: Share of foreign inputs that may be bought, by year.

    Examples:
        >>> model = Substitutes(success=0.1)
        >>> short = np.r_[np.full(3, 0.1), np.ones(10)]
        >>> long = np.r_[np.full(12, 0.1), np.ones(10)]
        >>> [int(research_path(model, 0.5, ban)[1][-1]) for ban in (short, long)]
        [0, 1]
    """
    leads, shares = [], []
    for open_to in access:
        share = 1.0 if relative_profit(model, lead, 0.5, float(open_to)) > 1.0 else 0.0
        leads.append(lead)
        shares.append(share)
        gain = model.growth * model.success
        lead *= (1.0 + gain * share) / (1.0 + gain * (1.0 - share))
    return np.array(leads), np.array(shares)
