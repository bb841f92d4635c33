"""Read published multi-region tables: one module per layout, one way from a table to a world."""

from upperhand.world.readers.concordance import Concordance, read_concordance
from upperhand.world.readers.convert import world_from_table
from upperhand.world.readers.sources import SOURCES, TABLE_SOURCES, build_from, read_table
from upperhand.world.readers.table import Table, leontief_adjusted

__all__ = [
    "SOURCES",
    "TABLE_SOURCES",
    "Concordance",
    "Table",
    "build_from",
    "leontief_adjusted",
    "read_concordance",
    "read_table",
    "world_from_table",
]
