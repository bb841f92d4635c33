"""Who has the upper hand in a confrontation between trading powers, with numbers to check.

The public names live here. Each is imported when it is first used, so that reading a saved run
does not load the solver and `upperhand --help` loads next to nothing.

Examples:
    >>> import upperhand as uh
    >>> world = uh.toy_world()
    >>> measure = uh.Tariff(by="USA", against=["CHN"], add_pp=10)
    >>> result = uh.solve_counterfactual(world, measure).require_converged()
    >>> bool(result.real_income_change.sel(country="CHN") < 1)
    True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from upperhand import errors, ossa
    from upperhand.core.errors import NoEquilibriumError, UpperhandError
    from upperhand.core.outcome import Outcome
    from upperhand.equilibrium import rebase, solve_counterfactual
    from upperhand.game.addon import addon_tariffs
    from upperhand.game.frontier import efficient_tariffs
    from upperhand.game.nash import best_response, nash
    from upperhand.game.nash_in_nash import nash_in_nash
    from upperhand.game.objective import Objective
    from upperhand.game.sufficient import nash_by_formula
    from upperhand.horizon.as_of import as_of
    from upperhand.measures import (
        DiscouragedPurchase,
        ExportControl,
        ExportLicence,
        ExportTax,
        ImportBan,
        Subsidy,
        Tariff,
        read_measure,
    )
    from upperhand.report import brief, html_report, save
    from upperhand.results import Counterfactual, Run, read_record
    from upperhand.results.game import GameResult
    from upperhand.results.talks import Talks
    from upperhand.scenario import Scenario, read_scenario
    from upperhand.scenario.run import run_scenario as run
    from upperhand.talks.confrontation import Move, Side, confront, leverage
    from upperhand.world.load import load_world
    from upperhand.world.shock import Shock, compose
    from upperhand.world.toy import toy_world
    from upperhand.world.world import World

_SOURCE = {
    "Counterfactual": "upperhand.results",
    "DiscouragedPurchase": "upperhand.measures",
    "ExportControl": "upperhand.measures",
    "ExportLicence": "upperhand.measures",
    "ExportTax": "upperhand.measures",
    "GameResult": "upperhand.results.game",
    "ImportBan": "upperhand.measures",
    "Move": "upperhand.talks.confrontation",
    "NoEquilibriumError": "upperhand.core.errors",
    "Objective": "upperhand.game.objective",
    "Outcome": "upperhand.core.outcome",
    "Run": "upperhand.results",
    "Scenario": "upperhand.scenario",
    "Shock": "upperhand.world.shock",
    "Side": "upperhand.talks.confrontation",
    "Subsidy": "upperhand.measures",
    "Talks": "upperhand.results.talks",
    "Tariff": "upperhand.measures",
    "UpperhandError": "upperhand.core.errors",
    "World": "upperhand.world.world",
    "addon_tariffs": "upperhand.game.addon",
    "as_of": "upperhand.horizon.as_of",
    "best_response": "upperhand.game.nash",
    "brief": "upperhand.report",
    "compose": "upperhand.world.shock",
    "confront": "upperhand.talks.confrontation",
    "efficient_tariffs": "upperhand.game.frontier",
    "html_report": "upperhand.report",
    "leverage": "upperhand.talks.confrontation",
    "load_world": "upperhand.world.load",
    "nash": "upperhand.game.nash",
    "nash_by_formula": "upperhand.game.sufficient",
    "nash_in_nash": "upperhand.game.nash_in_nash",
    "read_measure": "upperhand.measures",
    "read_record": "upperhand.results",
    "read_scenario": "upperhand.scenario",
    "rebase": "upperhand.equilibrium",
    "run": "upperhand.scenario.run:run_scenario",
    "save": "upperhand.report",
    "solve_counterfactual": "upperhand.equilibrium",
    "toy_world": "upperhand.world.toy",
}

# Namespaces of their own: `uh.errors.ScenarioError`, `uh.ossa.nash`.
_NAMESPACES = ("errors", "ossa")

__all__ = [
    "Counterfactual",
    "DiscouragedPurchase",
    "ExportControl",
    "ExportLicence",
    "ExportTax",
    "GameResult",
    "ImportBan",
    "Move",
    "NoEquilibriumError",
    "Objective",
    "Outcome",
    "Run",
    "Scenario",
    "Shock",
    "Side",
    "Subsidy",
    "Talks",
    "Tariff",
    "UpperhandError",
    "World",
    "__version__",
    "addon_tariffs",
    "as_of",
    "best_response",
    "brief",
    "compose",
    "confront",
    "efficient_tariffs",
    "errors",
    "html_report",
    "leverage",
    "load_world",
    "nash",
    "nash_by_formula",
    "nash_in_nash",
    "ossa",
    "read_measure",
    "read_record",
    "read_scenario",
    "rebase",
    "run",
    "save",
    "solve_counterfactual",
    "toy_world",
]

__version__: str


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, and remember it."""
    if name == "__version__":
        from upperhand._version import __version__ as value
    elif name in _NAMESPACES:
        return import_module(f"upperhand.{name}")
    elif name in _SOURCE:
        module, _, attribute = _SOURCE[name].partition(":")
        value = getattr(import_module(module), attribute or name)
    else:
        raise AttributeError(f"module 'upperhand' has no attribute '{name}'; see upperhand.__all__")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, loaded or not."""
    return sorted({*globals(), *__all__})
