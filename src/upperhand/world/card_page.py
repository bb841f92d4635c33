"""The source card of the packaged world as a page that a reader can check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from upperhand.world.icio_card import DEFAULT_SETS
from upperhand.world.world import World


def card_page(world: World) -> str:
    """Return the card of a world built by `build_icio_2022` as Markdown.

    Examples:
        >>> from upperhand.world.load import load_world
        >>> card_page(load_world("icio-2022")).splitlines()[0]
        '| field | value |'
    """
    card = world.card
    head = [["edition", card["edition"]], ["unit", card["unit"]], ["licence", card["licence"]]]
    parts = [
        _table(["field", "value"], [*head, ["attribution", card["attribution"]]]),
        "## Sources",
        _table(["title", "used for", "licence"], _sources(world)),
        "## What was changed",
        _list(card["changes"]),
        "## How much was moved",
        _table(
            ["quantity (USD million unless it says otherwise)", "value"], _numbers(card["moved"])
        ),
        "## Duties of the trade war in the baseline",
        _table(["levied by", "on goods of", "average", "without", "points", "basis"], _war(world)),
        "## What to be careful about",
        _list(card["limits"]),
        "## Checks",
        _table(["check", "value"], _numbers(card["checks"])),
        "## Regions",
        _table(
            ["code", "name", "members", "value added, USD bn", "deficit, USD bn", "average tariff"],
            _regions(world),
        ),
        "## Sectors and trade elasticities",
        _table(["code", "name", "elasticity", "range", "scale", *DEFAULT_SETS], _sectors(world)),
    ]
    return "\n\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _numbers(values: dict[str, float | str]) -> list[list[str]]:
    return [[name, v if isinstance(v, str) else _number(v)] for name, v in values.items()]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _sources(world: World) -> list[list[str]]:
    return [
        [f"[{s['title']}]({s['url']})", s["used_for"], s["licence"]] for s in world.card["sources"]
    ]


def _war(world: World) -> list[list[str]]:
    return [
        [
            layer["importer"],
            layer["exporter"],
            f"{layer['average_rate']:.2%}",
            f"{layer['base_rate']:.2%}",
            f"{100 * layer['points']:.2f}",
            f"{layer['basis']}, {layer['date']}; other measure: {layer['other_basis']}",
        ]
        for layer in world.card["war_layer"]
    ]


def _regions(world: World) -> list[list[str]]:
    home = np.eye(len(world.countries), dtype=bool)
    goods = np.where(home[:, :, None], 0.0, world.trade)[:, :, :-1].sum(axis=(0, 2))
    added = world.value_added.sum(axis=1)
    return [
        [
            code,
            world.country_names[code],
            " ".join(world.card["regions"][code]),
            f"{added[i] / 1e3:,.0f}",
            f"{world.imbalance[i] / 1e3:,.0f}",
            f"{world.tariff_revenue[i] / goods[i]:.1%}",
        ]
        for i, code in enumerate(world.countries)
    ]


def _sectors(world: World) -> list[list[str]]:
    sets = world.card["elasticities"]["sets"]
    return [
        [
            code,
            world.sector_names[code],
            f"{world.trade_elasticity[k]:.2f}",
            "{:.2f} to {:.2f}".format(*world.elasticity_range[k]),
            f"{world.scale_elasticity[k]:.2f}",
            *(f"{sets[name][k]:.2f}" for name in DEFAULT_SETS),
        ]
        for k, code in enumerate(world.sectors)
    ]
