"""Who pays a tariff: the border price against the price with tariff, on the flows that it hits.

For flow `f` with tariff `t` before and `t'` after and border price `p`, new over old:

    exporter's share = - sum_f w_f ln p_f / sum_f w_f ln((1 + t'_f) / (1 + t_f))
    importer's share = 1 - exporter's share

with weights `w`, trade at the baseline. When the border price stays, importers bear everything; when
it falls by the whole tariff, exporters do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.report.numbers import codes, point

if TYPE_CHECKING:
    from upperhand.results import Run

NEEDED = ("tariff", "baseline_tariff", "baseline_trade", "border_price_change")
LEAST = 1e-9  # smaller changes of a tariff are rounding
SMALL_PAIR = 0.01  # pairs below this share of the trade covered are left out


@dataclass(frozen=True, slots=True)
class Incidence:
    """Tariff increases of one importer on one exporter, averaged over the goods hit.

    Attributes:
        importer: Code.
        exporter: Code.
        trade: Trade covered at the baseline, USD million.
        tariff_before: Fraction, weighted by baseline trade.
        tariff_after: Fraction, weighted by baseline trade.
        border_price: Per cent change of the price before the tariff.
        buyer_price: Per cent change of the price with the tariff.
        exporter_share: Per cent of the increase that exporters bear.
        importer_share: Per cent of the increase that importers bear.
    """

    importer: str
    exporter: str
    trade: float
    tariff_before: float
    tariff_after: float
    border_price: float
    buyer_price: float
    exporter_share: float
    importer_share: float


def incidence(run: Run, horizon: str) -> list[Incidence]:
    """Return who bears the tariff increases of the package, largest trade first."""
    data = run.case("package", horizon).counterfactual.data
    if any(name not in data for name in NEEDED):
        return []
    after, before, trade, price = (point(data[name]) for name in NEEDED)
    hit = (np.abs(after - before) > LEAST) & (trade > 0) & np.isfinite(price)
    weight = np.where(hit, trade, 0.0)
    covered = weight.sum(axis=2)
    pairs = np.argwhere(covered > SMALL_PAIR * max(covered.sum(), 1e-300))
    names = codes(data)
    found = [
        _pair(names[i], names[j], weight[i, j], before[i, j], after[i, j], price[i, j])
        for i, j in pairs
    ]
    return sorted(found, key=lambda item: -item.trade)


def _pair(exporter: str, importer: str, weight: Any, old: Any, new: Any, price: Any) -> Incidence:
    total = weight.sum()
    hit = weight > 0
    share = weight[hit] / total
    log_price = float(share @ np.log(price[hit]))
    log_tariff = float(share @ np.log((1 + new[hit]) / (1 + old[hit])))
    borne = -100 * log_price / log_tariff if abs(log_tariff) > LEAST else float("nan")
    return Incidence(
        importer,
        exporter,
        float(total),
        float(share @ old[hit]),
        float(share @ new[hit]),
        100 * float(np.expm1(log_price)),
        100 * float(np.expm1(log_price + log_tariff)),
        borne,
        100 - borne,
    )
