"""Runs in a Python that has gegravity: its own example; prints one line of JSON.

Usage: python theirs.py FOLDER (with sample_data_set.csv and coefficients.csv).
"""

import contextlib
import importlib.metadata
import io
import json
import sys
import time
import warnings
from pathlib import Path

import gegravity as ge
import pandas as pd

COVARIATES = ["lndist", "contiguity", "common_language", "pta", "international"]
SHOWN = {"GDP change (percent)": "real output", "factory gate price change (percent)": "price"}


def build_baseline(model: ge.OneSectorGE) -> None:
    """Try its scaling factor over the range that its documentation suggests trying."""
    for factor in (10, 100, 1000, 1, 0.1, 0.01, 10_000):
        try:
            return model.build_baseline(omr_rescale=factor)
        except ValueError:
            continue
    raise SystemExit("no omr_rescale factor between 0.01 and 10,000 gives a baseline")


def main(folder: Path) -> None:
    """Simulate a trade agreement of Canada and Japan."""
    warnings.simplefilter("ignore")
    data = pd.read_csv(folder / "sample_data_set.csv", dtype={"year": str})
    coefficients = pd.read_csv(folder / "coefficients.csv")
    with contextlib.redirect_stdout(io.StringIO()):
        baseline = ge.BaselineData(
            data,
            imp_var_name="importer",
            exp_var_name="exporter",
            year_var_name="year",
            trade_var_name="trade",
            expend_var_name="E",
            output_var_name="Y",
        )
        costs = ge.CostCoeffs(
            estimates=coefficients, identifier_col="var", coeff_col="beta", stderr_col="stderr"
        )
        model = ge.OneSectorGE(
            baseline,
            year="2006",
            reference_importer="DEU",
            sigma=5,
            cost_variables=COVARIATES,
            cost_coeff_values=costs,
            quiet=True,
        )
        build_baseline(model)
        changed = model.baseline_data.copy()
        pair = changed["exporter"].isin(["CAN", "JPN"]) & changed["importer"].isin(["CAN", "JPN"])
        changed.loc[pair & (changed["exporter"] != changed["importer"]), "pta"] = 1
        model.define_experiment(changed)
        start = time.perf_counter()
        model.simulate()
        took = time.perf_counter() - start
    table = model.country_results
    sys.stdout.write(
        json.dumps(
            {
                "version": importlib.metadata.version("gegravity"),
                "seconds": took,
                "columns": {ours: table[column].to_dict() for column, ours in SHOWN.items()},
            }
        )
        + "\n"
    )


main(Path(sys.argv[1]))
