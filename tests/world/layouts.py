"""Write a known world in the layouts of published tables, small but as the real files are."""

from __future__ import annotations

import numpy as np

from tests.support import random_world
from upperhand.world.build import from_arrays
from upperhand.world.world import World

COUNTRIES = ("USA", "CHN", "VNM", "MEX")
SECTORS = ("A01", "C24A", "C26", "SERV")
#: Label of each sector in the 2025 edition of the OECD table.
OECD = {"A01": "A01", "C24A": "C24A", "C26": "C26", "SERV": "G"}


def known_world(*, tariffs: bool = False, seed: int = 7) -> World:
    """Return an asymmetric world of four countries and four sectors of ours."""
    base = random_world(len(COUNTRIES), len(SECTORS), seed, tariffs=False)
    rng = np.random.default_rng(seed)
    tariff = rng.uniform(0.0, 0.2, base.trade.shape) * tariffs
    tariff[np.arange(4), np.arange(4)] = 0.0
    return from_arrays(
        name="known",
        year=2022,
        countries=COUNTRIES,
        sectors=SECTORS,
        trade=base.trade,
        tariff=tariff,
        input_share=base.input_share,
        value_added_share=base.value_added_share,
        trade_elasticity=4.0,
    )


def flows(world: World) -> tuple[np.ndarray, np.ndarray]:
    """Return intermediate use (i, k, j, l) and final demand (i, k, j) at basic prices."""
    bought = world.trade.sum(axis=0)
    markup = 1 + (world.trade * world.tariff).sum(axis=0) / bought
    use = world.input_share * world.output[:, None, :] / markup[:, :, None]
    origin = world.trade / bought
    inter = np.einsum("ijk,jkl->ikjl", origin, use)
    return inter, world.trade.transpose(0, 2, 1) - inter.sum(axis=3)


def oecd_lines(world: World, *, split: bool = False, labels=None) -> list[list[str]]:
    """Return the cells of an OECD ICIO file; with `split`, as in the extended table."""
    names = labels or OECD
    inter, final = flows(world)
    n, s = len(world.countries), len(world.sectors)
    inter = inter.reshape(n * s, n * s)
    final = final.reshape(n * s, n)
    countries = list(world.countries)
    if split:
        countries, inter, final = _split(countries, inter, final, s)
    industries = [f"{c}_{names[k]}" for c in countries for k in world.sectors]
    buyers = [c for c in countries if c[2] not in "12"]
    shares = {"HFCE": 0.8, "GFCF": 0.3, "INVNT": -0.1}
    demand = np.stack(
        [final[:, countries.index(c)] * w for c in buyers for w in shares.values()], 1
    )
    output = inter.sum(axis=1) + final.sum(axis=1)
    value_added = output - inter.sum(axis=0)
    blank = [""] * len(buyers) * len(shares)
    head = ["V1", *industries, *(f"{c}_{w}" for c in buyers for w in shares), "OUT"]
    body = [
        [label, *map(repr, [*a, *d, o])]
        for label, a, d, o in zip(
            industries, inter.tolist(), demand.tolist(), output.tolist(), strict=True
        )
    ]
    tail = [
        ["TLS", *map(repr, (0.1 * value_added).tolist()), *blank, ""],
        ["VA", *map(repr, (0.9 * value_added).tolist()), *blank, ""],
        ["OUT", *map(repr, output.tolist()), *blank, ""],
    ]
    return [head, *body, *tail]


def _split(countries, inter, final, s):
    """Give China and Mexico two kinds of firms, as the extended table does; they keep no rows."""
    order = [*countries, "CN1", "CN2", "MX1", "MX2"]
    parts = {"CN1": ("CHN", 0.6), "CN2": ("CHN", 0.4), "MX1": ("MEX", 0.25), "MX2": ("MEX", 0.75)}
    weight = np.zeros((len(order), len(countries)))
    for i, code in enumerate(order):
        parent, share = parts.get(code, (code, 0.0 if code in ("CHN", "MEX") else 1.0))
        weight[i, countries.index(parent)] = share
    full = np.kron(weight, np.eye(s))
    demand = full @ final
    columns = np.zeros((len(demand), len(order)))
    columns[:, : len(countries)] = demand
    return order, full @ inter @ full.T, columns


def write_lines(path, lines):
    path.write_text("\n".join(",".join(cells) for cells in lines) + "\n", encoding="utf-8")
    return path


def assert_same(found: World, known: World) -> None:
    """The same countries, sectors, flows and technology to 1e-9."""
    assert found.countries == known.countries
    assert found.sectors == known.sectors
    scale = known.trade.max()
    np.testing.assert_allclose(found.trade, known.trade, rtol=1e-9, atol=1e-9 * scale)
    np.testing.assert_allclose(found.tariff, known.tariff, atol=1e-9)
    np.testing.assert_allclose(found.input_share, known.input_share, atol=1e-9)
    np.testing.assert_allclose(found.value_added_share, known.value_added_share, atol=1e-9)
    np.testing.assert_allclose(found.income, known.income, rtol=1e-9)
