"""First-order conditions of a tariff war, cell by cell (model book, eq. 9.2-9.4).

With the adjoint of a player's objective, the tariff that sets the derivative of each cell to zero
is a ratio of numbers by country and sector; no derivative by tariff is ever formed. All players'
conditions at once are a fixed-point map on the logarithms of all their tariffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.adjoint import Pullback
from upperhand.equilibrium.hats import Flows

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Policy(NamedTuple):
    """Log of one plus the rate, [S, importer, exporter]."""

    tariff: Array
    export_tax: Array


@dataclass(frozen=True, eq=False)
class Reach:
    """What each player may move, and between which bounds.

    Attributes:
        players: Positions of the players among the countries.
        tariff: [S, N, N] cells that the importer may move.
        export_tax: [S, N, N] cells that the exporter may move.
        lowest: Lower bound of log(1 + rate).
        highest: Upper bound of log(1 + rate).
        tie: `cell` (each rate free), `mfn` (one rate per sector for all partners in reach) or
            `uniform` (one rate per player).
    """

    players: tuple[int, ...]
    tariff: Mask
    export_tax: Mask
    lowest: float
    highest: float
    tie: str


def improved(
    reach: Reach, policy: Policy, kernel: Array, theta: Array, flows: Flows, back: Pullback
) -> Policy:
    """Return every player's rates from its first-order conditions, within bounds (eq. 9.2-9.4)."""
    tariff, export_tax = policy.tariff.copy(), policy.export_tax.copy()
    for p, k in enumerate(reach.players):
        if reach.tariff[:, k, :].any():
            wanted = _tariffs(reach, policy, kernel, theta, flows, back, p, k)
            here = reach.tariff[:, k, :]
            tariff[:, k, :] = np.where(here, wanted, tariff[:, k, :])
        if reach.export_tax[:, :, k].any():
            wanted = _export_taxes(policy, theta, flows, back, p, k)
            here = reach.export_tax[:, :, k]
            export_tax[:, :, k] = np.where(here, wanted, export_tax[:, :, k])
    return Policy(
        np.where(reach.tariff, np.clip(tariff, reach.lowest, reach.highest), tariff),
        np.where(reach.export_tax, np.clip(export_tax, reach.lowest, reach.highest), export_tax),
    )


def _tariffs(
    reach: Reach,
    policy: Policy,
    kernel: Array,
    theta: Array,
    flows: Flows,
    back: Pullback,
    p: int,
    k: int,
) -> Array:
    """Return log(1 + tariff) [S, exporter] of player p, country k (eq. 9.2, 9.3)."""
    gain = back.access[:, k, p][:, None] * flows.pull  # by kernel
    cost = back.imports[:, k, p][:, None] * flows.pull
    gate = back.gate[..., p] / np.exp(policy.export_tax[:, k, :])
    cost = cost + flows.density[:, k][:, None] * (back.border[..., p] + gate)  # by at_border
    here = reach.tariff[:, k, :]
    weight = np.where(here, kernel[:, k, :], 0.0)
    top, bottom = (1.0 + theta) * cost, theta * gain
    if reach.tie == "mfn":
        top = np.broadcast_to((top * weight).sum(axis=1, keepdims=True), top.shape)
        bottom = np.broadcast_to((bottom * weight).sum(axis=1, keepdims=True), bottom.shape)
    elif reach.tie == "uniform":
        top = np.full(top.shape, (top * weight).sum())
        bottom = np.full(bottom.shape, (bottom * weight).sum())
    return _log_ratio(-top, bottom, policy.tariff[:, k, :])


def _export_taxes(
    policy: Policy, theta: Array, flows: Flows, back: Pullback, p: int, k: int
) -> Array:
    """Return log(1 + export tax) [S, importer] of player p, country k (eq. 9.4)."""
    pull, duty = flows.pull[:, [k]], np.exp(policy.tariff[:, :, k])
    gain = back.access[..., p] * pull
    border = back.imports[..., p] * pull + flows.density * back.border[:, [k], p]
    gate = flows.density * back.gate[:, [k], p]
    return _log_ratio(
        -(1.0 + theta) * gate, theta * (duty * gain + border), policy.export_tax[:, :, k]
    )


def _log_ratio(top: Array, bottom: Array, present: Array) -> Array:
    """Return log(top / bottom) where it exists; otherwise a step from the present rate.

    The slope by the log of a rate has the sign of `top / rate - bottom`. Where no rate makes it
    zero it has one sign everywhere, and the rate moves that way, up to its bound.
    """
    root = (top * bottom > 0) & (np.abs(bottom) > 1e-300)
    ratio = np.where(root, top / np.where(root, bottom, 1.0), 1.0)
    uphill = np.sign(top * np.exp(-present) - bottom)
    return np.asarray(np.where(root, np.log(ratio), present + uphill))


def slopes(
    reach: Reach, policy: Policy, kernel: Array, theta: Array, flows: Flows, back: Pullback
) -> list[Array]:
    """Return each player's derivative by the log of each of its tariffs, [S, exporter] (eq. 2.18).

    Cells out of reach are zero. For tied rates, sum over the cells that are tied.
    """
    found = []
    for p, k in enumerate(reach.players):
        gain = back.access[:, k, p][:, None] * flows.pull
        gate = back.gate[..., p] / np.exp(policy.export_tax[:, k, :])
        cost = back.imports[:, k, p][:, None] * flows.pull
        cost = cost + flows.density[:, k][:, None] * (back.border[..., p] + gate)
        cost = cost / np.exp(policy.tariff[:, k, :])
        slope = -theta * gain - (1.0 + theta) * cost
        found.append(np.where(reach.tariff[:, k, :], slope * kernel[:, k, :], 0.0))
    return found
