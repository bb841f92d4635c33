"""Who supplies the follower: domestic share, access, and stocks bought ahead of a control."""

from __future__ import annotations

import numpy as np

from upperhand.technology.parameters import Number, plain


def drift_of(drift: Number, control: Number, reference: float) -> Number:
    """Return the yearly growth of the odds of domestic supply under a control (eq. 5.5).

    Proportional to the intensity of control, with the value measured at a reference intensity.

    Examples:
        >>> round(drift_of(0.54, 0.425, 0.85), 2)
        0.27
    """
    return drift * control / reference


def logit(share: Number) -> Number:
    """Return the log odds of a share between 0 and 1, both excluded.

    Examples:
        >>> logit(0.5)
        0.0
    """
    return plain(np.log(share / (1.0 - np.asarray(share))))


def domestic_share(appeal: Number, access: Number = 1.0) -> Number:
    """Return the share of domestic suppliers in their home market (eq. 5.6).

    Args:
        appeal: Log odds of domestic over foreign supply when access is free.
        access: Share of foreign supply that may be sold or bought; 0 is a ban.

    Examples:
        >>> domestic_share(0.0), domestic_share(0.0, 0.0), round(domestic_share(0.0, 0.5), 3)
        (0.5, 1.0, 0.667)
    """
    return plain(1.0 / (1.0 + np.asarray(access) * np.exp(-np.asarray(appeal))))


def stock_after(stock: Number, imports: Number, use: Number, years: float = 1.0) -> Number:
    """Return the stock after a span of imports and use, never below zero (eq. 5.8).

    Examples:
        >>> stock_after(0.5, 1.0, 2.0, years=0.25), stock_after(0.1, 0.0, 1.0)
        (0.25, 0.0)
    """
    return plain(np.maximum(stock + years * (np.asarray(imports) - use), 0.0))


def stock_bought_ahead(notice_years: Number, factor: Number, imports: Number = 1.0) -> Number:
    """Return what buyers lay in between announcement and effect (eq. 5.8).

    Args:
        notice_years: Time between announcement (or leak) and effect.
        factor: Imports in that time over the usual.
        imports: Usual imports a year.

    Examples:
        >>> stock_bought_ahead(0.5, 2.0)
        0.5
    """
    return plain(np.maximum(np.asarray(factor) - 1.0, 0.0) * notice_years * imports)


def rationing_loss(stock: Number, withheld: Number, need: Number = 1.0) -> Number:
    """Return the share of use that is lost when an input without substitute is withheld (eq. 5.9).

    Args:
        stock: What was laid in, in units of yearly use.
        withheld: Share of supply withheld.
        need: Use in the span.

    Examples:
        >>> round(rationing_loss(0.0, 0.92), 2), rationing_loss(1.0, 0.92)
        (0.92, 0.0)
    """
    return plain(np.clip(1.0 - (stock + 1.0 - np.asarray(withheld)) / need, 0.0, 1.0))
