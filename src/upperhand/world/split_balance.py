"""Scale a table to its totals: GRAS for many tables at once, and fitting of a cube by turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from upperhand.world.labels import Array


def gras(
    prior: Array,
    rows: Array,
    columns: Array,
    *,
    block: tuple[int, Array] | None = None,
    tol: float = 1e-13,
    sweeps: int = 3000,
) -> tuple[Array, Array]:
    """Scale tables to given row and column totals, signs and zeros kept.

    Solves the biproportional problem of Junius and Oosterhaven (2003) with the correction of
    Lenzen, Wood and Gallego (2007): positive cells are multiplied by `r s`, negative cells
    divided by it. Without negative cells it is RAS. Many tables run side by side.

    Args:
        prior: (table, row, column).
        rows: (table, row), totals wanted.
        columns: (table, column), totals wanted, with the same sum by table.
        block: Size of the upper left block of a table whose lower right block is empty, and the
            sum of that block, which its totals imply. It speeds up tables with a small block.
        tol: Largest gap, as a share of the largest total of the table.
        sweeps: Sweeps before giving up; a sweep scales every total once.

    Returns:
        The scaled tables, and by table the largest gap left, as a share of its largest total.

    Examples:
        >>> table, gap = gras(np.ones((1, 2, 2)), np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]]))
        >>> table.round(3).tolist(), bool(gap < 1e-12)
        ([[[0.5, 0.5], [1.5, 1.5]]], True)
    """
    plus, minus = np.maximum(prior, 0), np.maximum(-prior, 0)
    r, s = np.ones_like(rows), np.ones_like(columns)
    size = np.maximum(np.abs(rows).max(axis=1), np.abs(columns).max(axis=1)) + 1e-300
    gap, table = np.full(len(prior), np.inf), prior
    for _ in range(sweeps):
        s = _multiplier(
            np.einsum("tij,ti->tj", plus, r), np.einsum("tij,ti->tj", minus, 1 / r), columns
        )
        r = _multiplier(
            np.einsum("tij,tj->ti", plus, s), np.einsum("tij,tj->ti", minus, 1 / s), rows
        )
        if block is not None:
            r, s = _to_block(plus, r, s, *block)
        table = plus * r[:, :, None] * s[:, None, :] - minus / (r[:, :, None] * s[:, None, :])
        off_columns = np.abs(table.sum(axis=1) - columns).max(axis=1)
        gap = np.maximum(off_columns, np.abs(table.sum(axis=2) - rows).max(axis=1)) / size
        if gap.max() < tol:
            break
    return table, gap


def _to_block(plus: Array, r: Array, s: Array, count: int, total: Array) -> tuple[Array, Array]:
    """Give the block its sum: its rows times a factor, the columns outside it over that factor."""
    now = np.einsum("tij,ti,tj->t", plus[:, :count, :count], r[:, :count], s[:, :count])
    factor = np.where((now > 0) & (total > 0), total / np.where(now > 0, now, 1), 1.0)[:, None]
    r, s = r.copy(), s.copy()
    r[:, :count] *= factor
    s[:, count:] /= factor
    return r, s


def _multiplier(p: Array, n: Array, total: Array) -> Array:
    """Return the positive root x of p x - n / x = total; 1 where nothing is to be scaled."""
    root = np.sqrt(total**2 + 4 * p * n)
    with np.errstate(divide="ignore", invalid="ignore"):
        x = np.where(p > 0, (total + root) / (2 * p), np.where(n > 0, -n / total, 1.0))
    return np.where(np.isfinite(x) & (x > 0), x, np.where(p > 0, 1e-300, 1.0))


def fit(
    start: Array, steps: Sequence[Callable[[Array], Array]], *, tol: float, sweeps: int
) -> Array:
    """Apply scalings in turn until a whole sweep changes nothing beyond `tol`, relative to the largest.

    Examples:
        >>> fit(np.array([1.0, 3.0]), [lambda x: 2 * x / x.sum()], tol=1e-12, sweeps=5).tolist()
        [0.5, 1.5]
    """
    value = start
    for _ in range(sweeps):
        before = value
        for step in steps:
            value = step(value)
        if np.abs(value - before).max() <= tol * np.abs(value).max():
            break
    return value
