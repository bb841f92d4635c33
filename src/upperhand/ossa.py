"""The economy of Ossa (2014): a fixed number of firms with profits, tariffs as its only policy.

It stands apart from the input-output world because its published tables need its own closure. The
names here are those a user needs to take his tables apart: the world, one equilibrium, and the
optimal, warring and agreed tariffs.

Examples:
    >>> import upperhand as uh
    >>> callable(uh.ossa.nash) and callable(uh.ossa.solve)
    True
"""

from __future__ import annotations

from upperhand.equilibrium.ossa_solve import rebase_ossa as rebase
from upperhand.equilibrium.ossa_solve import remove_imbalances
from upperhand.equilibrium.ossa_solve import solve_ossa as solve
from upperhand.equilibrium.ossa_world import OssaWorld as World
from upperhand.game.ossa import ossa_best_response as best_response
from upperhand.game.ossa import ossa_nash as nash
from upperhand.game.ossa import ossa_table as table
from upperhand.game.ossa_talks import ossa_agreement as agreement
from upperhand.game.ossa_weights import ossa_political_weights as political_weights

__all__ = [
    "World",
    "agreement",
    "best_response",
    "nash",
    "political_weights",
    "rebase",
    "remove_imbalances",
    "solve",
    "table",
]
