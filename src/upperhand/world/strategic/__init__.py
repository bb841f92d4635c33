"""Chips, machines, magnets, drones, aircraft and soybeans as sectors of their own."""

from upperhand.world.strategic.build import (
    NAME,
    StrategicReport,
    build_strategic,
    write_strategic,
)
from upperhand.world.strategic.card import figures_page
from upperhand.world.strategic.read import read_parts, read_rows

__all__ = [
    "NAME",
    "StrategicReport",
    "build_strategic",
    "figures_page",
    "read_parts",
    "read_rows",
    "write_strategic",
]
