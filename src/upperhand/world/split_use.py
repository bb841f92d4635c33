"""Who uses the parts and what the parts use: one table by country, scaled to the parent's totals.

The table of a country has the parts, the other inputs and value added as rows, and the parts, the
other users and final demand as columns; other inputs of other users are not in it. Row totals of
the parts are what the country spends on them, column totals their output; all other totals are
the parent's. So the parent's accounts hold whatever the figures say.

Rules for what is missing: a part is used, and uses inputs, like its parent; users and inputs not
named share what the named ones leave; the rest takes what the other parts leave, and starts from
at least a fifth of the parent's value-added share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from upperhand.core.errors import WorldError
from upperhand.world.labels import Array
from upperhand.world.split_balance import gras
from upperhand.world.split_parts import FINAL, VALUE_ADDED, Figure, Part, shares_in
from upperhand.world.world import World

#: Weights of the parent's pattern that are tried in turn. The parent's pattern alone has all
#: totals right, so a country whose figures contradict its totals falls back on it by degrees.
WEIGHTS = (1e-6, 1e-3, 1e-2, 0.1, 1.0, 100.0)
#: Gap that counts as balanced, as a share of the largest total of a country.
GAP = 1e-12


@dataclass(frozen=True)
class Use:
    """Use of and by the parts, USD million.

    Attributes:
        rows: (country, part, user), users being parts, other sectors, final demand.
        columns: (country, input, part), inputs being parts, other sectors, value added.
        users: Codes of the users.
        inputs: Codes of the inputs.
    """

    rows: Array
    columns: Array
    users: tuple[str, ...]
    inputs: tuple[str, ...]


def split_use(
    world: World, parent: str, parts: Sequence[Part], spending: Array, output: Array
) -> Use:
    """Return who uses the parts and what they use.

    Args:
        world: The world before the split.
        parent: Sector that is split.
        parts: Its parts.
        spending: (country, part), tariffs included.
        output: (country, part), producer prices.

    Raises:
        WorldError: Where the figures leave no table with the parent's totals.
    """
    k, size = world.sectors.index(parent), len(parts)
    others = [j for j in range(len(world.sectors)) if j != k]
    flows = world.input_share * world.output[:, None, :]
    sold = np.concatenate([flows[:, k, others], world.final_demand[:, [k]]], axis=1)
    bought = np.concatenate([flows[:, others, k], world.value_added[:, [k]]], axis=1)
    codes = tuple(part.code for part in parts)
    rest = tuple(world.sectors[j] for j in others)
    users, inputs = (*codes, *rest, FINAL), (*codes, *rest, VALUE_ADDED)
    row_share, column_share = _share(spending), _share(output)
    own = flows[:, k, k][:, None, None] * row_share[:, :, None] * column_share[:, None, :]
    row_base = np.concatenate([own, row_share[:, :, None] * sold[:, None, :]], axis=2)
    column_base = np.concatenate([own, bought[:, :, None] * column_share[:, None, :]], axis=1)
    by_row = _prior(row_base, spending, [part.use for part in parts], users, world.countries)
    by_column = _prior(
        column_base.swapaxes(1, 2), output, [part.inputs for part in parts], inputs, world.countries
    ).swapaxes(1, 2)
    block = _block(own, by_row[:, :, :size], by_column[:, :size], parts)
    taker = [q for q, part in enumerate(parts) if part.is_rest]
    right = _with_rest(by_row[:, :, size:], sold[:, None, :], taker, axis=1)
    below = _with_rest(by_column[:, size:], bought[:, :, None], taker, axis=2)
    least = 0.2 * column_base[:, -1, taker]
    below[:, -1, taker] = np.maximum(below[:, -1, taker], least)
    wanted = _table(block, right, below)
    pattern = _table(own, row_base[:, :, size:], column_base[:, size:])
    rows = np.concatenate([spending, bought], axis=1)
    columns = np.concatenate([output, sold], axis=1)
    done, gap = _balanced(wanted, pattern, rows, columns, (size, flows[:, k, k]))
    if gap.max() > GAP * 100:
        raise WorldError(
            f"split of {parent}: no table of uses in {world.countries[int(gap.argmax())]} has the "
            f"parent's totals (gap {gap.max():.1e}); name fewer users or inputs"
        )
    return Use(done[:, :size], done[:, :, :size], users, inputs)


def _balanced(
    wanted: Array, pattern: Array, rows: Array, columns: Array, block: tuple[int, Array]
) -> tuple[Array, Array]:
    """Balance every country with the least weight of the parent's pattern that lets it balance."""
    done, gap = wanted.copy(), np.full(len(wanted), np.inf)
    for weight in WEIGHTS:
        left = np.flatnonzero(gap > GAP)
        if not left.size:
            break
        start = wanted[left] + weight * pattern[left]
        own = (block[0], block[1][left])
        done[left], gap[left] = gras(start, rows[left], columns[left], block=own, tol=GAP / 10)
    return done, gap


def _share(value: Array) -> Array:
    total = value.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(value, total, out=np.zeros_like(value), where=total > 0))


def _prior(
    base: Array,
    total: Array,
    figures: Sequence[Mapping[str | tuple[str, str], Figure]],
    labels: tuple[str, ...],
    countries: tuple[str, ...],
) -> Array:
    """Return (country, part, label): named shares of the total, the parent's pattern elsewhere."""
    prior = base.copy()
    for q, given in enumerate(figures):
        for n, country in enumerate(countries if given else ()):
            here = shares_in(given, country)
            named = np.array([label in here for label in labels])
            share = np.array([here[x].value if x in here else 0.0 for x in labels])
            left = max(1 - share.sum(), 0.0) * total[n, q]
            pattern = np.where(named, 0.0, base[n, q])
            whole = pattern.sum()
            scale = left / whole if whole > 0 else 0.0
            prior[n, q] = np.where(named, share * total[n, q], pattern * scale)
    return prior


def _block(own: Array, by_row: Array, by_column: Array, parts: Sequence[Part]) -> Array:
    """Return parts used by parts: what an input figure says, then a use figure, then both patterns."""
    both: Array = np.divide(by_row * by_column, own, out=np.zeros_like(own), where=own > 0)
    for i, source in enumerate(parts):
        for j, user in enumerate(parts):
            if source.code in _labels(user.inputs):
                both[:, i, j] = by_column[:, i, j]
            elif user.code in _labels(source.use):
                both[:, i, j] = by_row[:, i, j]
    return both


def _labels(given: Mapping[str | tuple[str, str], Figure]) -> set[str]:
    return {key if isinstance(key, str) else key[1] for key in given}


def _with_rest(prior: Array, total: Array, taker: list[int], *, axis: int) -> Array:
    """Give the part that takes the rest what the others leave of each of the parent's totals."""
    if not taker:
        return prior
    named: Array = np.delete(prior, taker, axis=axis).sum(axis=axis, keepdims=True)
    result = prior.copy()
    where = [slice(None)] * prior.ndim
    where[axis] = slice(taker[0], taker[0] + 1)
    positive = total > 0
    left = np.where(positive, np.maximum(total - named, 0), total)
    result[tuple(where)] = left
    return result


def _table(block: Array, right: Array, below: Array) -> Array:
    corner = np.zeros((block.shape[0], below.shape[1], right.shape[2]))
    upper = np.concatenate([block, right], axis=2)
    return np.concatenate([upper, np.concatenate([below, corner], axis=2)], axis=1)
