"""What came out: results that stand alone, are saved and read back without the solver."""

from upperhand.results.counterfactual import Counterfactual, dataset
from upperhand.results.run import Case, Effect, Headline, Run, read_record

__all__ = [
    "Case",
    "Counterfactual",
    "Effect",
    "Headline",
    "Run",
    "dataset",
    "read_record",
]
