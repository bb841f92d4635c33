"""Scenarios: read, check, edit, and run them."""

from upperhand.scenario.read import library, parse_scenario, read_scenario, scenario_from
from upperhand.scenario.schema import Scenario, json_schema

__all__ = [
    "Scenario",
    "json_schema",
    "library",
    "parse_scenario",
    "read_scenario",
    "scenario_from",
]
