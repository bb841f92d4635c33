"""Structural power: what a supplier can take away, by shares and elasticities alone.

Statistics in partial equilibrium, with wages fixed; compare them with a cut-off in the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, frozen, number_faults, shape_faults


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """The power of cutting off several goods at once.

    Attributes:
        log_power: Log points of the target's composite price.
        loss: The same as a fraction of spending on the composite.
        by_good: Contribution of each good, which add up to `log_power`.
        marginal: Gain in log power per unit of each share.
        chokepoints: Positions of goods by contribution, largest first.
    """

    log_power: float
    loss: float
    by_good: FloatArray
    marginal: FloatArray
    chokepoints: tuple[int, ...]


def _inputs(weight: ArrayLike, share: ArrayLike, sigma: ArrayLike) -> tuple[FloatArray, ...]:
    """Return spending weights, shares and elasticities, checked."""
    goods = np.size(weight)
    faults: list[str] = []
    for name, values in (("weight", weight), ("share", share), ("sigma", sigma)):
        faults += shape_faults(name, values, (goods,), do="give one number a good")
    faults += number_faults("weight", weight, at_least=0.0, at_most=1.0, do="give spending shares")
    faults += number_faults(
        "share",
        share,
        at_least=0.0,
        below=1.0,
        do="a supplier of everything has power without bound; say so",
    )
    faults += number_faults(
        "sigma",
        sigma,
        above=1.0,
        do="at or below 1 no share can be lost; say that the good is essential",
    )
    if not faults and abs(float(np.sum(weight)) - 1.0) > 1e-9:
        faults.append(
            f"`weight` adds to {float(np.sum(weight)):.6g}, allowed: 1; divide by the sum"
        )
    check("power", faults)
    return tuple(np.asarray(x, dtype=float) for x in (weight, share, sigma))


def cut_off_power(weight: ArrayLike, share: ArrayLike, sigma: ArrayLike) -> Power:
    """Return the power of a supplier that can withhold several goods (eq. 12.3, 12.5).

    Origins substitute within a good with elasticity `sigma`; spending on goods is Cobb-Douglas.
    Power grows without bound as a share nears one: the last few points matter most.

    Args:
        weight: Target's spending by good, as shares that add to 1.
        share: Supplier's (or coalition's) share in each good, from 0 to below 1. Look-through
            shares count what arrives inside other goods.
        sigma: Elasticity of substitution between origins, above 1.

    Examples:
        >>> power = cut_off_power([0.5, 0.3, 0.2], [0.2, 0.6, 0.95], [5, 3, 2.5])
        >>> round(power.log_power, 6), round(power.loss, 6), power.chokepoints
        (0.564768, 0.431508, (2, 1, 0))

    References:
        Clayton, Maggiori and Schreger (2024); reconstructed.
    """
    w, s, e = _inputs(weight, share, sigma)
    parts = -w / (e - 1.0) * np.log1p(-s)
    total = float(parts.sum())
    return Power(
        log_power=total,
        loss=float(-np.expm1(-total)),
        by_good=frozen(parts),
        marginal=frozen(w / ((e - 1.0) * (1.0 - s))),
        chokepoints=tuple(int(k) for k in np.argsort(-parts, kind="stable")),
    )


def nested_power(weight: ArrayLike, share: ArrayLike, sigma: ArrayLike, outer: float) -> float:
    """Return log power when goods substitute for each other with a constant elasticity (eq. 12.4).

    Args:
        weight: Target's spending by good, adding to 1.
        share: Supplier's share in each good.
        sigma: Elasticity between origins, above 1.
        outer: Elasticity between goods, above 0; 1 is Cobb-Douglas.

    Examples:
        >>> round(nested_power([0.5, 0.5], [0.5, 0.9], [3, 3], outer=0.5), 6)
        0.789136

    References:
        Clayton, Maggiori and Schreger (2024); reconstructed.
    """
    check("power", number_faults("outer", outer, above=0.0, do="give the elasticity across goods"))
    w, s, e = _inputs(weight, share, sigma)
    price = -np.log1p(-s) / (e - 1.0)
    if abs(outer - 1.0) < 1e-8:
        return float(w @ price)
    power = (1.0 - outer) * price
    top = float(power.max())
    return float((top + np.log(w @ np.exp(power - top))) / (1.0 - outer))


def asymmetric_dependence(
    exports: float, imports: float, own_gdp: float, other_gdp: float
) -> float:
    """Return how much more one side's trade with the other weighs at home than there (eq. 12.6).

    Args:
        exports: Own exports to the other, in money.
        imports: Own imports from the other, same unit.
        own_gdp: Own GDP, same unit.
        other_gdp: The other's GDP, same unit.

    Examples:
        >>> asymmetric_dependence(50, 30, own_gdp=400, other_gdp=800)
        0.1

    References:
        Hirschman (1945).
    """
    check(
        "dependence",
        number_faults("exports", exports, at_least=0.0, do="give a flow"),
        number_faults("imports", imports, at_least=0.0, do="give a flow"),
        number_faults("own_gdp", own_gdp, above=0.0, do="give GDP"),
        number_faults("other_gdp", other_gdp, above=0.0, do="give GDP"),
    )
    return (exports + imports) / own_gdp - (exports + imports) / other_gdp


def net_power(
    spending: ArrayLike,
    share_from_other: ArrayLike,
    other_spending: ArrayLike,
    other_share: ArrayLike,
    elasticity: ArrayLike,
) -> float:
    """Return one side's power over the other less the reverse, to first order (eq. 12.7).

    Args:
        spending: Own spending shares by sector.
        share_from_other: Share of own spending in each sector that comes from the other.
        other_spending: The other's spending shares.
        other_share: Share of the other's spending that comes from here.
        elasticity: Trade elasticity by sector, positive.

    Examples:
        >>> round(net_power([0.5, 0.5], [0.1, 0.1], [0.5, 0.5], [0.3, 0.1], [2.0, 4.0]), 9)
        0.05

    References:
        Liu and Yang (2025); weights reconstructed from the abstract.
    """
    sectors = np.size(elasticity)
    named = (
        ("spending", spending),
        ("share_from_other", share_from_other),
        ("other_spending", other_spending),
        ("other_share", other_share),
    )
    faults = [f for n, v in named for f in shape_faults(n, v, (sectors,), do="one a sector")]
    faults += [
        f
        for n, v in named
        for f in number_faults(n, v, at_least=0.0, at_most=1.0, do="give shares")
    ]
    faults += number_faults("elasticity", elasticity, above=0.0, do="give trade elasticities")
    check("net power", faults)
    e, s, f, z = (np.asarray(v, dtype=float) for _, v in named)
    theta = np.asarray(elasticity, dtype=float)
    return float((f * z / theta).sum() - (e * s / theta).sum())
