"""The register of quantities: each one row of `variables.csv`, read by tables, axes and files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from upperhand.core.errors import OptionError, unknown


@dataclass(frozen=True, slots=True)
class Variable:
    """One quantity: name, symbol in the model book, dims, unit, label."""

    name: str
    symbol: str
    dims: tuple[str, ...]
    unit: str
    label: str


@lru_cache(maxsize=1)
def register() -> dict[str, Variable]:
    """Return every quantity by name.

    Examples:
        >>> register()["real_income_change"].dims
        ('country',)
    """
    text = files("upperhand.core").joinpath("variables.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["name"]: Variable(
            row["name"], row["symbol"], tuple(row["dims"].split()), row["unit"], row["label"]
        )
        for row in rows
    }


def variable(name: str) -> Variable:
    """Return one quantity of the register.

    Raises:
        OptionError: If no quantity has that name.

    Examples:
        >>> variable("tariff").unit
        '1'
    """
    known = register()
    if name not in known:
        raise OptionError(unknown("variable", name, list(known)))
    return known[name]
