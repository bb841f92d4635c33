"""Exposure and concentration: pure functions on arrays (model book, chapter 3).

These are statistics of the observed year, not counterfactuals: they say where a cut would bite
first, and the equilibrium says how much.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError

Array = npt.NDArray[np.float64]

#: Price of copper in USD per kg that scales characterisation factors in geopolrisk-py 2.0.1.
GEOPOLRISK_REFERENCE = 0.409412948
#: A spectral radius this close to 1 is 1: the inverse would hold nothing but rounding.
ROUNDING = 1e-12


def leontief_inverse(coefficients: npt.ArrayLike) -> Array:
    """Return the total requirements of every node per unit of final use (eq. 3.1).

    Args:
        coefficients: (input, user) direct input per unit of output; spectral radius below 1.

    Raises:
        OptionError: If the matrix is not square and non-negative, or not productive.

    Examples:
        >>> leontief_inverse([[0.2, 0.1], [0.3, 0.4]]).round(8).tolist()
        [[1.33333333, 0.22222222], [0.66666667, 1.77777778]]

    References:
        Leontief (1936).
    """
    direct = np.asarray(coefficients, dtype=np.float64)
    if direct.ndim != 2 or direct.shape[0] != direct.shape[1]:
        raise OptionError(f"coefficients have shape {direct.shape}; give a square matrix")
    if not np.isfinite(direct).all() or (direct < 0).any():
        raise OptionError("coefficients must be finite and not negative; check the input table")
    if float(np.max(np.abs(np.linalg.eigvals(direct)), initial=0.0)) >= 1.0 - ROUNDING:
        raise OptionError(
            "coefficients use up at least all they make (spectral radius 1 or more); check that "
            "they are shares of output, below 1 in every column"
        )
    return np.asarray(np.linalg.inv(np.eye(len(direct)) - direct), dtype=np.float64)


def look_through_share(coefficients: npt.ArrayLike, origins: npt.ArrayLike, user: int) -> float:
    """Return the share of `origins` in everything that `user` needs, through all tiers (eq. 3.2).

    Args:
        coefficients: (input, user) direct input per unit of output.
        origins: Positions of the nodes of the origin, for example all sectors of a country.
        user: Position of the using node.

    Returns:
        A fraction of the user's total inputs; its own final unit is left out.

    Examples:
        Face value is 0.1 / 0.5 = 0.2; looking through, 0.2222:

        >>> round(look_through_share([[0.2, 0.1], [0.3, 0.4]], [0], 1), 8)
        0.22222222

    References:
        Baldwin, Freeman and Theodorakopoulos (2023).
    """
    needed = (leontief_inverse(coefficients) - np.eye(np.shape(coefficients)[0]))[:, user]
    total = float(needed.sum())
    if total <= 0:
        raise OptionError(f"node {user} uses no inputs; its look-through share is not defined")
    return float(needed[np.asarray(origins, dtype=np.intp)].sum() / total)


def face_value_share(coefficients: npt.ArrayLike, origins: npt.ArrayLike, user: int) -> float:
    """Return the share of `origins` in the direct inputs of `user` (eq. 3.3).

    Examples:
        >>> face_value_share([[0.2, 0.1], [0.3, 0.4]], [0], 1)
        0.2
    """
    direct = np.asarray(coefficients, dtype=np.float64)[:, user]
    if direct.sum() <= 0:
        raise OptionError(f"node {user} uses no inputs; its direct share is not defined")
    return float(direct[np.asarray(origins, dtype=np.intp)].sum() / direct.sum())


def herfindahl(shares: npt.ArrayLike) -> float:
    """Return the Herfindahl-Hirschman index, the sum of squared shares (eq. 3.4).

    Args:
        shares: Non-negative, adding to 1.

    Examples:
        >>> round(herfindahl([0.5, 0.3, 0.2]), 8)
        0.38

    References:
        Hirschman (1945).
    """
    return float((_shares(shares) ** 2).sum())


def hirschman(shares: npt.ArrayLike) -> float:
    """Return Hirschman's index, the root of the sum of squared shares (eq. 3.4).

    Examples:
        >>> round(hirschman([0.5, 0.3, 0.2]), 8)
        0.6164414
    """
    return float(np.sqrt(herfindahl(shares)))


def herfindahl_normalised(shares: npt.ArrayLike) -> float:
    """Return the Herfindahl index between 0 (equal shares) and 1 (one supplier) (eq. 3.4).

    Examples:
        >>> round(herfindahl_normalised([0.5, 0.3, 0.2]), 8)
        0.07
    """
    count = len(_shares(shares))
    if count < 2:
        raise OptionError("a normalised index needs at least two suppliers; got one")
    return (herfindahl(shares) - 1.0 / count) / (1.0 - 1.0 / count)


def geopolitical_risk(
    concentration: float, imports: npt.ArrayLike, risk: npt.ArrayLike, domestic: float
) -> float:
    """Return the geopolitical supply risk: concentration times imported risk (eq. 3.5).

    Args:
        concentration: Herfindahl index of world production, 0 to 1.
        imports: Quantity imported from each origin.
        risk: Political risk of each origin, 0 to 1.
        domestic: Domestic production, same unit as the imports.

    Examples:
        >>> round(geopolitical_risk(0.5, [60, 20], [0.6, 0.3], 20), 8)
        0.21

    References:
        Koyamparambath et al. (2024), as in geopolrisk-py 2.0.1.
    """
    quantity, hazard = np.asarray(imports, dtype=float), np.asarray(risk, dtype=float)
    total = float(quantity.sum() + domestic)
    if quantity.shape != hazard.shape:
        raise OptionError(
            f"imports have {quantity.size} origins and risk {hazard.size}; give one risk for each"
        )
    if total <= 0 or (quantity < 0).any() or domestic < 0:
        raise OptionError("imports and domestic production must be non-negative, not all zero")
    return float(concentration * (quantity * hazard).sum() / total)


def characterisation_factor(score: float, price: float) -> float:
    """Return the supply-risk factor: score times price over the reference price (eq. 3.6).

    Args:
        score: Geopolitical supply risk, 0 to 1.
        price: Price of the material, USD per kg.

    Examples:
        >>> round(characterisation_factor(0.21, 10), 6)
        5.129296
    """
    return score * price / GEOPOLRISK_REFERENCE


def _shares(shares: npt.ArrayLike) -> Array:
    given = np.asarray(shares, dtype=np.float64)
    if given.ndim != 1 or given.size == 0 or not np.isfinite(given).all() or (given < 0).any():
        raise OptionError("shares must be a list of non-negative numbers")
    if abs(float(given.sum()) - 1.0) > 1e-6:
        raise OptionError(f"shares add to {given.sum():.6g}, not 1; divide them by their sum")
    return given
