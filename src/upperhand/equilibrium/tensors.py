"""Products of a tensor [sector, importer, exporter] with planes, for one shock or many at once.

Many shocks on one world share their tensors but for the few cells that each touches. `Patched`
keeps the common tensor and what differs, so that one matrix product serves all of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = Any  # a NumPy or JAX array; the shape stands in each docstring
Cells = npt.NDArray[np.intp]


class Patched(NamedTuple):
    """Tensors that differ in a few cells.

    Attributes:
        common: [S, N, N] what all share.
        row: [M] sector and importer of each cell that differs, as one number; ascending.
        column: [M] sector and exporter of the same cells.
        delta: [B, M] what each tensor adds to `common` there.
        order: [M] the cells in ascending order of `column`.
    """

    common: Array
    row: Cells
    column: Cells
    delta: Array
    order: Cells

    def part(self, which: Cells) -> Patched:
        """Return some of the tensors."""
        return self._replace(delta=self.delta[which])


def patched(common: Array, cells: Cells, delta: Array) -> Patched:
    """Return tensors from what they share and what each adds.

    Args:
        common: [S, N, N].
        cells: [M] positions in the flat `common`, ascending.
        delta: [B, M].
    """
    n = common.shape[1]
    row, exporter = np.divmod(cells, n)
    column = row // n * n + exporter
    return Patched(common, row, column, delta, np.argsort(column, kind="stable"))


def over_exporters(tensor: Array | Patched, plane: Array) -> Array:
    """Return the sum over exporters of a tensor times a plane [S, exporter]: [S, importer].

    A `Patched` tensor takes planes [B, S, N] and gives as many.

    Examples:
        >>> tensor = np.arange(8.0).reshape(2, 2, 2)
        >>> over_exporters(tensor, np.ones((2, 2))).tolist()
        [[1.0, 5.0], [9.0, 13.0]]
    """
    if not isinstance(tensor, Patched):
        return (tensor @ plane[:, :, None])[:, :, 0]
    total = plane.swapaxes(0, 1) @ tensor.common.swapaxes(1, 2)
    return _added(total, plane, tensor.delta, tensor.row, tensor.column)


def over_importers(tensor: Array | Patched, plane: Array) -> Array:
    """Return the sum over importers of a tensor times a plane [S, importer]: [S, exporter].

    A `Patched` tensor takes planes [B, S, N] and gives as many.

    Examples:
        >>> tensor = np.arange(8.0).reshape(2, 2, 2)
        >>> over_importers(tensor, np.ones((2, 2))).tolist()
        [[2.0, 4.0], [10.0, 12.0]]
    """
    if not isinstance(tensor, Patched):
        return (plane[:, None, :] @ tensor)[:, 0, :]
    total = plane.swapaxes(0, 1) @ tensor.common
    order = tensor.order
    return _added(total, plane, tensor.delta[:, order], tensor.column[order], tensor.row[order])


def _added(total: Array, plane: Array, delta: Array, target: Cells, source: Cells) -> Array:
    """Return totals [S, B, N] as [B, S, N], with what the cells that differ contribute.

    Targets ascend, so that those of one sum follow each other.
    """
    found = np.ascontiguousarray(total.swapaxes(0, 1))
    if target.size:
        parts = plane.reshape(len(plane), -1)[:, source] * delta
        first = np.flatnonzero(np.diff(target, prepend=-1))
        found.reshape(len(found), -1)[:, target[first]] += np.add.reduceat(parts, first, axis=1)
    return found
