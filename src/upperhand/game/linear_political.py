"""Two small economies with known tariffs, for teaching and for testing the large machinery.

The linear economy of Bagwell and Staiger: two goods, demand one minus price everywhere, supply
half the price in the country that imports the good and the whole price in the one that exports
it, and a weight on the producers who compete with imports. The symmetric economy of Gros: two
equal countries, one good each, constant elasticity.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from upperhand.game.checks import check, number_faults

PROHIBITIVE_TARIFF = 1.0 / 6.0
_HIGHEST_WEIGHT = 1.75  # the weight at which the Nash tariff becomes prohibitive


def _weight_faults(weight: float) -> list[str]:
    """Return the faults of a political weight."""
    return number_faults(
        "weight",
        weight,
        at_least=0.625,
        at_most=_HIGHEST_WEIGHT,
        do="below 5/8 the best tariff is a subsidy, above 7/4 it is prohibitive",
    )


def nash_tariff(weight: float = 1.0) -> float:
    """Return the best tariff of either country, whatever the other does (eq. 10.16).

    Args:
        weight: Weight on the surplus of import-competing producers; 1 is a welfare maximiser.

    Examples:
        >>> nash_tariff(), round(nash_tariff(1.25), 6)
        (0.05, 0.086207)

    References:
        Bagwell and Staiger (2005), linear example.
    """
    check("linear economy", _weight_faults(weight))
    return (8.0 * weight - 5.0) / (68.0 - 8.0 * weight)


def efficient_tariff(weight: float = 1.0) -> float:
    """Return the tariff that maximises the sum of both governments' objectives (eq. 10.17).

    Examples:
        >>> efficient_tariff(), round(efficient_tariff(1.25), 6)
        (0.0, 0.05)
    """
    check("linear economy", _weight_faults(weight))
    return 4.0 * (weight - 1.0) / (25.0 - 4.0 * weight)


def revealed_weight(tariff: float) -> float:
    """Return the political weight under which an observed tariff is the best one (eq. 10.18).

    Examples:
        >>> revealed_weight(0.05)
        1.0
    """
    check(
        "linear economy",
        number_faults(
            "tariff",
            tariff,
            at_least=0.0,
            at_most=PROHIBITIVE_TARIFF,
            do="a tariff above 1/6 stops trade and reveals only a lower bound",
        ),
    )
    return (5.0 + 68.0 * tariff) / (8.0 + 8.0 * tariff)


def government_payoff(own_tariff: float, foreign_tariff: float, weight: float = 1.0) -> float:
    """Return a government's objective: weighted surplus in both goods plus revenue (eq. 10.19).

    Specific tariffs on the imported good, 0 to 1/6. The unit is one consumer's choke price
    squared.

    Examples:
        >>> round(1000 * government_payoff(0.05, 0.05), 6), round(1000 * government_payoff(0, 0), 6)
        (427.5, 428.571429)
    """
    check(
        "linear economy",
        _weight_faults(weight),
        *(
            number_faults(
                name,
                rate,
                at_least=0.0,
                at_most=PROHIBITIVE_TARIFF,
                do="a tariff above 1/6 stops trade",
            )
            for name, rate in (("own_tariff", own_tariff), ("foreign_tariff", foreign_tariff))
        ),
    )
    # The exporter's price of a good under the importer's tariff t is (4 - 3 t) / 7.
    abroad = (4.0 - 3.0 * own_tariff) / 7.0
    home = abroad + own_tariff
    imported = (1.0 - home) ** 2 / 2.0 + weight * home**2 / 4.0
    revenue = own_tariff * (1.0 - 1.5 * home)
    exported_price = (4.0 - 3.0 * foreign_tariff) / 7.0
    exported = (1.0 - exported_price) ** 2 / 2.0 + exported_price**2 / 2.0
    return imported + revenue + exported


@dataclass(frozen=True, slots=True)
class SymmetricWar:
    """The tariff war of two equal countries with one good each.

    Attributes:
        tariff: The Nash tariff, ad valorem.
        own_share: Share of spending on the own good in the war.
        real_income_change: Real income in the war over free trade.
    """

    tariff: float
    own_share: float
    real_income_change: float


def symmetric_war(own_share: float, elasticity: float) -> SymmetricWar:
    """Solve the Nash tariffs of two equal countries from free trade (eq. 10.20).

    Args:
        own_share: Share of spending on the own good under free trade, strictly between 0 and 1.
        elasticity: Trade elasticity, above 0.

    Examples:
        >>> war = symmetric_war(0.8, 5.0)
        >>> round(war.tariff, 6), round(war.real_income_change, 6)
        (0.215504, 0.988828)

    References:
        Gros (1987).
    """
    check(
        "symmetric tariff war",
        number_faults("own_share", own_share, above=0.0, below=1.0, do="give the share at home"),
        number_faults("elasticity", elasticity, above=0.0, do="give sigma - 1"),
    )
    from scipy.optimize import brentq

    def share(rate: float) -> float:
        return own_share / (
            own_share + (1.0 - own_share) * math.exp(-elasticity * math.log1p(rate))
        )

    def gap(rate: float) -> float:
        home = share(rate)
        shift = rate * home / (1.0 + rate * home)
        return rate * elasticity * (1.0 - (1.0 - shift) * (1.0 - home)) - 1.0

    high = 1.0
    while gap(high) < 0.0:
        high *= 2.0
    rate = float(brentq(gap, 0.0, high, xtol=1e-15))
    home = share(rate)
    income = (own_share / home) ** (1.0 / elasticity) / (1.0 - rate / (1.0 + rate) * (1.0 - home))
    return SymmetricWar(rate, home, income)
