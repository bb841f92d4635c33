"""Runs in a Python that has puremacro: its bundled table, a US tariff; prints one line of JSON.

Usage: python theirs.py TABLE.npz (where its table is written for the other side).
"""

import importlib.metadata
import json
import sys
import time

import numpy as np
from puremacro.trade import CaliendoParroModel
from puremacro.trade.data import load_icio_data

RATE = 0.10
ELASTICITY = 4.0
SHOWN = {"welfare": "welfare_hat", "real wage": "real_wage_hat", "income": "income_hat"}


def exact_hat(matrix: np.ndarray, codes: list[str], sectors: int) -> dict[str, dict[str, float]]:
    """Return real income and wages of its Caliendo-Parro model on its own table."""
    n, s = len(codes), sectors
    uses = matrix[: n * s, : n * s].reshape(n, s, n, s)
    final = matrix[: n * s, n * s :].reshape(n, s, n, -1).sum(axis=3)
    trade = uses.sum(axis=3) + final  # exporter, sector, importer
    output, inputs = trade.sum(axis=2), uses.sum(axis=0)  # input sector, user, using sector
    share = inputs.transpose(1, 0, 2) / output[:, None, :]
    added = 1.0 - share.sum(axis=1)
    demand = trade.sum(axis=0).T - np.einsum("nks,ns->nk", share, output)
    labour = (added * output).sum(axis=1)
    model = CaliendoParroModel(
        trade_shares=trade.transpose(1, 2, 0),
        gamma_va=added,
        gamma_io=share.transpose(0, 2, 1),
        alpha=demand,
        theta=np.full(s, ELASTICITY),
        labor_income=labour,
        deficits=demand.sum(axis=1) - labour,
        country_codes=codes,
    )
    tariffs = model.tariffs.copy()
    here = codes.index("USA")
    tariffs[:, here, :] = 1.0 + RATE
    tariffs[:, here, here] = 1.0
    found = model.solve_counterfactual(tariffs_new=tariffs)
    return {
        ours: dict(zip(codes, map(float, getattr(found, theirs)), strict=True))
        for ours, theirs in SHOWN.items()
    }


def main(path: str) -> None:
    """Write the table, solve, print."""
    data = load_icio_data(return_structured=True)
    codes = list(data.country_codes)
    np.savez(path, matrix=data.matrix, countries=codes, sectors=list(data.sector_codes))
    start = time.perf_counter()
    columns = exact_hat(data.matrix, codes, len(data.sector_codes))
    found = {
        "version": importlib.metadata.version("puremacro"),
        "seconds": time.perf_counter() - start,
        "columns": columns,
    }
    sys.stdout.write(json.dumps(found) + "\n")


main(sys.argv[1])
