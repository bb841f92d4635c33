"""One year: the equilibrium after a shock, its derivatives and its welfare accounts."""

from upperhand.equilibrium.horizons import Horizon
from upperhand.equilibrium.rebase import rebase
from upperhand.equilibrium.solve import solve_counterfactual

__all__ = ["Horizon", "rebase", "solve_counterfactual"]
