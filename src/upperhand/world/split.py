"""Split a sector of a world into parts with sourced, derived and assumed shares.

The steps are: check the figures; fit the bilateral flows of the parts inside the parent's flows
(`split_trade`); scale tariffs so that revenue is kept; balance who uses the parts and what they
use (`split_use`); put the world together and check it; report target and outcome of every figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from upperhand.world.check import check_world
from upperhand.world.labels import Array
from upperhand.world.split_parts import (
    FINAL,
    OTHERS,
    VALUE_ADDED,
    Figure,
    Part,
    Status,
    check_parts,
)
from upperhand.world.split_report import Entry, SplitReport, Standing, entry
from upperhand.world.split_trade import split_tariffs, split_trade
from upperhand.world.split_use import Use, split_use
from upperhand.world.world import World

__all__ = [
    "FINAL",
    "OTHERS",
    "VALUE_ADDED",
    "Entry",
    "Figure",
    "Part",
    "SplitReport",
    "Standing",
    "Status",
    "split",
    "split_sector",
]


def split_sector(
    world: World, parent: str, parts: Sequence[Part], *, name: str | None = None
) -> tuple[World, SplitReport]:
    """Split one sector into parts, keeping every total of the parent.

    Flows, tariff revenue, uses, inputs and value added of the parts add to the parent's, country
    by country and pair by pair. Figures are targets: what the parent's totals do not allow is
    reported with target and outcome, never forced. Cells that no figure names follow the rules in
    `split_report.RULES`. Parts inherit the parent's export tax. Everything outside the parent and
    its parts stays as it is.

    Args:
        world: A checked world.
        parent: Sector code; it disappears, the parts take its place in the order given.
        parts: Two or more; one of them may take the rest.
        name: Name of the new world; the old one when None.

    Returns:
        The new world, and what became of every figure.

    Raises:
        WorldError: With every fault of the figures, each naming part, quantity and label; or when
            no table with the parent's totals exists.

    Examples:
        A part that is made in China only, inside the goods of the toy world:

        >>> from upperhand.world.toy import toy_world
        >>> share = Figure(0.1, "invented", "assumed", 0.05, 0.2)
        >>> parts = [Part("MAGNET", "Magnets", output={"CHN": share}), Part("REST", "Other goods")]
        >>> world, report = split_sector(toy_world(), "GOODS", parts)
        >>> world.sectors
        ('MAGNET', 'REST', 'SERV')
        >>> world.output[:, 0].round(6).tolist()
        [0.0, 959.0, 0.0]
        >>> report.standing("MAGNET", "output", "CHN").status
        'assumed'
    """
    check_parts(world, parent, parts)
    k = world.sectors.index(parent)
    trade = split_trade(world, parent, parts)
    tariff = split_tariffs(world, parent, parts, trade)
    export_tax = np.repeat(world.export_tax[:, :, [k]], len(parts), axis=2)
    output = (trade / (1 + export_tax)).sum(axis=1)
    spending = (trade * (1 + tariff)).sum(axis=0)
    use = split_use(world, parent, parts, spending, output)
    inputs, value_added = _shares(world, k, use, output)
    bounds = [p.elasticity.bounds if p.elasticity else world.elasticity_range[k] for p in parts]
    result = replace(
        world,
        name=name or world.name,
        sectors=(*world.sectors[:k], *(p.code for p in parts), *world.sectors[k + 1 :]),
        trade=_put(world.trade, k, trade),
        tariff=_put(world.tariff, k, tariff),
        export_tax=_put(world.export_tax, k, export_tax),
        input_share=inputs,
        value_added_share=value_added,
        trade_elasticity=_put(world.trade_elasticity, k, _elasticity(parts, world, k)),
        elasticity_range=np.insert(np.delete(world.elasticity_range, k, 0), k, bounds, 0),
        scale_elasticity=_put(world.scale_elasticity, k, _scale(parts, world, k)),
        elasticity_ratio=np.repeat(world.elasticity_ratio, _copies(world, k, len(parts)), axis=0),
        sector_names=_names(world, parent, parts),
        card=_card(world, parent, parts),
    )
    check_world(result).require_ok()
    return result, _report(world, result, parent, parts, use)


split = split_sector


def _copies(world: World, k: int, parts: int) -> list[int]:
    """Return how often each sector's row is repeated when sector k becomes `parts` sectors."""
    return [parts if s == k else 1 for s in range(len(world.sectors))]


def _elasticity(parts: Sequence[Part], world: World, k: int) -> Array:
    own = world.trade_elasticity[k]
    return np.array([p.elasticity.value if p.elasticity else own for p in parts])


def _scale(parts: Sequence[Part], world: World, k: int) -> Array:
    """Return scale elasticities; an inherited one keeps its product with the trade elasticity."""
    own, theta = world.scale_elasticity[k], world.trade_elasticity[k]
    inherited = own * np.minimum(1.0, theta / _elasticity(parts, world, k))
    given = [p.scale_elasticity for p in parts]
    return np.array([x if f is None else f.value for f, x in zip(given, inherited, strict=True)])


def _put(array: Array, k: int, parts: Array) -> Array:
    """Return `array` with the last-axis entry `k` replaced by the entries of the parts."""
    return np.concatenate([array[..., :k], parts, array[..., k + 1 :]], axis=-1)


def _shares(world: World, k: int, use: Use, output: Array) -> tuple[Array, Array]:
    """Return input shares and value-added shares with the parts in the parent's place."""
    size, count = output.shape[1], len(world.sectors)
    others = np.array([j for j in range(count) if j != k], dtype=np.intp)
    place, mine = np.where(others < k, others, others - 1 + size), np.arange(k, k + size)
    n = len(world.countries)
    shares = np.zeros((n, count - 1 + size, count - 1 + size))
    shares[:, place[:, None], place] = world.input_share[:, others[:, None], others]
    made = np.broadcast_to(world.output[:, None, others], (n, size, len(others)))
    rows = use.rows[:, :, size:-1]
    plain = np.broadcast_to(world.input_share[:, [k], :][:, :, others], rows.shape) / size
    shares[:, mine[:, None], place] = _over(rows, made, plain)
    whole = np.broadcast_to(output[:, None, :], (n, use.columns.shape[1], size))
    own = np.broadcast_to(world.input_share[:, k, k][:, None, None] / size, (n, size, size))
    parent = np.broadcast_to(world.input_share[:, others, k][:, :, None], (n, len(others), size))
    idle = np.concatenate([own, parent, np.zeros((n, 1, size))], axis=1)
    columns = _over(use.columns, whole, idle)[:, :-1]
    shares[:, np.concatenate([mine, place])[:, None], mine] = columns
    value_added = np.empty((n, count - 1 + size))
    value_added[:, place] = world.value_added_share[:, others]
    value_added[:, mine] = 1 - columns.sum(axis=1)
    return shares, value_added


def _over(value: Array, by: Array, idle: Array) -> Array:
    return np.where(by > 0, value / np.where(by > 0, by, 1), idle)


def _names(world: World, parent: str, parts: Sequence[Part]) -> dict[str, str]:
    names = {part.code: part.name for part in parts}
    kept = {code: name for code, name in world.sector_names.items() if code != parent}
    return {**kept, **names}


def _card(world: World, parent: str, parts: Sequence[Part]) -> dict[str, object]:
    """Return the card with the parts noted, and its sets of elasticities as long as the sectors."""
    k, size = world.sectors.index(parent), len(parts)
    card = dict(world.card)
    card["parents"] = {**card.get("parents", {}), parent: [part.code for part in parts]}
    sets = card.get("elasticities", {}).get("sets")
    if sets:
        longer = {n: [*v[:k], *[v[k]] * size, *v[k + 1 :]] for n, v in sets.items()}
        card["elasticities"] = {**card["elasticities"], "sets": longer}
    return card


def _report(
    before: World, after: World, parent: str, parts: Sequence[Part], use: Use
) -> SplitReport:
    entries = [
        entry(
            part,
            quantity,
            labels,
            figure,
            _now(before, after, parent, part, use, q)[quantity](labels, figure),
        )
        for q, part in enumerate(parts)
        for quantity, labels, figure in part.figures()
    ]
    return SplitReport(
        parent, tuple(p.code for p in parts), tuple(entries), _gap(before, after, parent, parts)
    )


Reader = Callable[[tuple[str, ...], Figure], float]


def _now(
    before: World, after: World, parent: str, part: Part, use: Use, q: int
) -> dict[str, Reader]:
    """Return how to read each quantity of a part off the new world."""
    k, old = after.sectors.index(part.code), before.sectors.index(parent)
    flow, made = after.trade[:, :, k], after.output[:, k]
    place = after.countries.index

    def output(labels: tuple[str, ...], figure: Figure) -> float:
        named = [c for c in part.output if c != OTHERS]
        chosen = labels if labels[0] != OTHERS else [c for c in after.countries if c not in named]
        at = [place(c) for c in chosen]
        value = made[at].sum()
        return float(value if figure.unit == "usd_mn" else _of(value, before.output[at, old].sum()))

    def trade(labels: tuple[str, ...], figure: Figure) -> float:
        i, n = place(labels[0]), place(labels[1])
        value = flow[i, n]
        return float(
            value if figure.unit == "usd_mn" else _of(value, flow[:, n].sum() - flow[n, n])
        )

    def purchases(labels: tuple[str, ...], figure: Figure) -> float:
        value = flow[:, place(labels[0])].sum()
        return float(value if figure.unit == "usd_mn" else _of(value, flow.sum()))

    def tariff(labels: tuple[str, ...], figure: Figure) -> float:
        del figure
        at = _pairs(after, part, labels)
        return _of((flow * after.tariff[:, :, k])[at].sum(), flow[at].sum())

    return {
        "world_output": lambda _, __: float(made.sum()),
        "output": output,
        "origin": lambda labels, _: _of(made[place(labels[0])], made.sum()),
        "purchases": purchases,
        "trade": trade,
        "use": lambda labels, _: _ratio_in(
            use.rows[:, q], use.users.index(labels[-1]), _places(after, part.use, labels)
        ),
        "inputs": lambda labels, _: _ratio_in(
            use.columns[:, :, q], use.inputs.index(labels[-1]), _places(after, part.inputs, labels)
        ),
        "tariff": tariff,
        "elasticity": lambda _, figure: figure.value,
        "scale_elasticity": lambda _, figure: figure.value,
    }


def _pairs(world: World, part: Part, labels: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return the pairs that a tariff figure speaks of: those without a narrower figure."""
    codes = [*world.countries]
    wide = labels.count(OTHERS)
    at = np.zeros((len(codes), len(codes)), dtype=bool)
    for key in [labels, *(k for k in part.tariff if k.count(OTHERS) < wide)]:
        i = slice(None) if key[0] == OTHERS else codes.index(key[0])
        n = slice(None) if key[1] == OTHERS else codes.index(key[1])
        at[i, n] = key == labels
    np.fill_diagonal(at, val=False)
    return at


def _places(
    world: World, given: Mapping[str | tuple[str, str], Figure], labels: tuple[str, ...]
) -> list[int]:
    """Return the countries that a figure speaks of: its own, or all without a figure of their own."""
    own = {key[0] for key in given if not isinstance(key, str) and key[1] == labels[-1]}
    chosen = [c for c in world.countries if c not in own] if len(labels) == 1 else labels[:1]
    return [world.countries.index(c) for c in chosen]


def _ratio_in(table: Array, at: int, countries: list[int]) -> float:
    return _of(table[countries, at].sum(), table[countries].sum())


def _of(value: npt.ArrayLike, total: npt.ArrayLike) -> float:
    return float(value) / float(total) if float(total) > 0 else 0.0  # type: ignore[arg-type]


def _gap(before: World, after: World, parent: str, parts: Sequence[Part]) -> float:
    """Return the largest gap between the parts' sums and the parent, as a share of its output."""
    k, mine = before.sectors.index(parent), [after.sectors.index(p.code) for p in parts]
    others_old = [j for j in range(len(before.sectors)) if j != k]
    others_new = [j for j in range(len(after.sectors)) if j not in mine]
    old = before.input_share * before.output[:, None, :]
    new = after.input_share * after.output[:, None, :]
    sold = new[:, mine][:, :, others_new].sum(axis=1) - old[:, k, others_old]
    bought = new[:, others_new][:, :, mine].sum(axis=2) - old[:, others_old, k]
    flows = after.trade[:, :, mine].sum(axis=2) - before.trade[:, :, k]
    gap = max(float(np.abs(x).max(initial=0)) for x in (sold, bought, flows))
    return gap / float(before.output[:, k].sum())
