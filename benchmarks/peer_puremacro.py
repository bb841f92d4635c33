"""Runs in puremacro's own environment: its bundled table, a US tariff; prints one line of JSON.

Usage: python peer_puremacro.py TABLE.npz (where its table is written for the other side).
"""

import json
import sys
import time

import numpy as np
import puremacro
from puremacro.trade import calibrate_trade_model, solve_trade_equilibrium
from puremacro.trade.data import load_icio_data

RATE = 0.10


def main(path: str) -> None:
    data = load_icio_data(return_structured=True)
    codes = list(data.country_codes)
    calibration = calibrate_trade_model(data.matrix, validate=True)
    rates = np.array([RATE if code == "USA" else 0.0 for code in codes])
    seconds = {}
    for method in ("newton", "condensed"):
        start = time.perf_counter()
        try:
            result = solve_trade_equilibrium(calibration, tau=rates, tau_fd=rates, method=method)
        except Exception as error:  # noqa: BLE001  another package's errors are its own
            seconds[method] = f"{type(error).__name__}: {error}"[:120]
            continue
        took = time.perf_counter() - start
        seconds[method] = took if result.converged else f"did not converge in {took:.1f} s"
    np.savez(path, matrix=data.matrix, countries=codes, sectors=list(data.sector_codes))
    print(json.dumps({"version": puremacro.__version__, "seconds": seconds}))


main(sys.argv[1])
