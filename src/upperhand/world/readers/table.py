"""`Table`: what every reader returns, whatever the layout of its source."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from upperhand.core.errors import WorldError, raise_faults
from upperhand.world.labels import Array, label_faults

#: Faults of one table that are listed; the rest is counted.
MOST_FAULTS = 10
#: Gap between sums and printed output that counts as rounding, as a share of output.
ROUNDING_SHARE = 1e-3
#: The same in USD million: numbers with decimals, and a thousand numbers rounded to integers.
ROUNDING, INTEGER_ROUNDING = 5.0, 150.0


@dataclass(frozen=True, eq=False)
class Table:
    """An inter-country input-output table as published, in USD million.

    Rows and columns are country-major: all sectors of the first country, then the second.

    Attributes:
        source: Kind of source, for example `oecd-icio`.
        edition: Edition or release in words.
        year: Year of the data, 0 when unknown.
        countries: Labels of the source.
        sectors: Labels of the source, the same for every country.
        inter: (supplier, user), both country-sectors: intermediate use.
        final: (supplier, buying country): final demand, categories added up.
        concordance: Name of the packaged concordance of the sectors.
        remarks: What the reader did, for the card.
    """

    source: str
    edition: str
    year: int
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    inter: Array
    final: Array
    concordance: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def output(self) -> Array:
        """Gross output by country-sector: all sales."""
        return np.asarray(self.inter.sum(axis=1) + self.final.sum(axis=1))

    def labels(self, position: int) -> str:
        """Return `COUNTRY/SECTOR` of a row or column."""
        country, sector = divmod(position, len(self.sectors))
        return f"{self.countries[country]}/{self.sectors[sector]}"


def check_table(
    table: Table, printed_output: Array | None = None, *, rounding: float = ROUNDING
) -> Table:
    """Return the table, or raise one error with every fault.

    Args:
        table: The table.
        printed_output: Gross output that the source prints, by country-sector.
        rounding: Gap that counts as rounding, USD million.

    Raises:
        WorldError: If labels repeat, shapes differ, numbers are not finite, or rows do not add to
            the printed output.

    Examples:
        >>> import numpy as np
        >>> one = np.ones((1, 1))
        >>> table = Table("csv", "", 0, ("HOM",), ("ALL",), one, one)
        >>> check_table(table, np.array([2.0])) is table
        True
        >>> check_table(table, np.array([200.0]))
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: csv: sales of HOM/ALL add to 2, but the table prints ...
    """
    faults = label_faults("countries", table.countries) + label_faults("sectors", table.sectors)
    size = len(table.countries) * len(table.sectors)
    for name, array, shape in (
        ("intermediate use", table.inter, (size, size)),
        ("final demand", table.final, (size, len(table.countries))),
    ):
        if array.shape != shape:
            faults.append(f"{name} has shape {array.shape}; expected {shape}")
    raise_faults(WorldError, faults, what=table.source)
    faults = _not_finite(table)
    if not faults and printed_output is not None:
        faults = output_faults(table, table.output, printed_output, "sales", rounding)
    raise_faults(WorldError, faults, what=table.source)
    return table


def output_faults(
    table: Table, found: Array, printed: Array, what: str, rounding: float = ROUNDING
) -> list[str]:
    """Return the country-sectors whose sums miss the output that the source prints."""
    allowed = np.maximum(rounding, ROUNDING_SHARE * np.abs(printed))
    wrong = np.flatnonzero(~(np.abs(found - printed) <= allowed))
    faults = [
        f"{what} of {table.labels(i)} add to {found[i]:.6g}, but the table prints an output of "
        f"{printed[i]:.6g}; are columns swapped, or is a country block missing?"
        for i in wrong[:MOST_FAULTS]
    ]
    more = len(wrong) - MOST_FAULTS
    return [*faults, f"and {more} more such country-sectors"] if more > 0 else faults


def _not_finite(table: Table) -> list[str]:
    faults = []
    for name, array in (("intermediate use", table.inter), ("final demand", table.final)):
        # A sum is finite when every entry is, and needs no second array of the same size.
        if not np.isfinite(array.sum()):
            row, column = (int(i) for i in np.argwhere(~np.isfinite(array))[0])
            user = table.countries[column] if array is table.final else table.labels(column)
            faults.append(
                f"{name} of {table.labels(row)} by {user} is {array[row, column]}; write 0 for no "
                "flow and leave no gap"
            )
    return faults


def ordered(
    labels: Sequence[tuple[str, str]], what: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return countries and sectors of country-major labels.

    Raises:
        WorldError: If a country lacks a sector, or a label is given twice.

    Examples:
        >>> ordered([("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")], "table")
        (('A', 'B'), ('x', 'y'))
        >>> ordered([("A", "x"), ("A", "y"), ("B", "x")], "table")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: table: country B has no sector y; add the missing rows
    """
    countries = tuple(dict.fromkeys(country for country, _ in labels))
    sectors = tuple(dict.fromkeys(sector for _, sector in labels))
    given = set(labels)
    faults = (
        [f"{c}/{s} is given twice" for c, s in given if labels.count((c, s)) > 1]
        if len(given) < len(labels)
        else []
    )
    for country in countries:
        lacking = [sector for sector in sectors if (country, sector) not in given]
        if lacking:
            more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
            shown = ", ".join(lacking[:3]) + more
            faults.append(f"country {country} has no sector {shown}; add the missing rows")
    raise_faults(WorldError, faults[:MOST_FAULTS], what=what)
    return countries, sectors


def leontief_adjusted(table: Table) -> Table:
    """Return the table without negative final demand, outputs recomputed with the same inputs.

    Negative entries (inventories run down) become zero and every output follows from the Leontief
    inverse, so that input coefficients stay as they are. This is what Costinot and Rodriguez-Clare
    (2014) do; `world_from_table` alone changes less, see its documentation.

    Examples:
        >>> import numpy as np
        >>> inter = np.array([[2.0, 1.0], [1.0, 3.0]])
        >>> final = np.array([[5.0, -1.0], [2.0, 4.0]])
        >>> table = Table("csv", "", 0, ("A", "B"), ("x",), inter, final)
        >>> better = leontief_adjusted(table)
        >>> float(better.final.min())
        0.0
        >>> np.allclose(better.inter / better.output, inter / table.output)
        True

    References:
        Costinot and Rodriguez-Clare (2014), online appendix, on the treatment of inventories.
    """
    final = np.maximum(table.final, 0.0)
    old = table.output
    inputs = table.inter / np.where(old > 0, old, 1.0)
    new = np.linalg.solve(np.eye(len(old)) - inputs, final.sum(axis=1))
    removed = float(-np.minimum(table.final, 0.0).sum())
    remark = f"negative final demand of {removed:.6g} USD million set to 0, outputs recomputed"
    return replace(table, inter=inputs * new, final=final, remarks=(*table.remarks, remark))


@contextmanager
def quiet() -> Iterator[None]:
    """Silence what other packages remark about the layout of the files they parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
