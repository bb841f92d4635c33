"""What several tests lean on: the source data, random worlds, random shocks.

Worlds are small and never symmetric, so that a transposed matrix shows.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import strategies as st

from upperhand.world.build import from_arrays
from upperhand.world.shock import Shock, no_shock
from upperhand.world.world import World

ROOT = Path(__file__).resolve().parents[1]


def shared_dir() -> Path:
    """Return the folder with the source data, or skip the test that asked for it."""
    folder = ROOT.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip(f"the source data are not at {folder}; this test compares with them")
    return folder


def random_world(
    countries: int, sectors: int, seed: int, *, tariffs: bool = True, inputs: bool = True
) -> World:
    """Return an asymmetric world with valid accounts.

    Sizes are log-normal, one foreign flow in six is zero, imbalances reach about 16 per cent of
    value added, trade elasticities run from 0.5 to 15. With `tariffs` there are also a few
    export taxes.
    """
    rng = np.random.default_rng(seed)
    shape = (countries, countries, sectors)
    tariff = _sparse(rng, shape, share=0.7, highest=0.3) if tariffs else np.zeros(shape)
    export_tax = _sparse(rng, shape, share=0.05, highest=0.1) if tariffs else np.zeros(shape)
    value_added_share = rng.uniform(0.3, 0.8, (countries, sectors)) if inputs else None
    input_share = np.zeros((countries, sectors, sectors))
    if value_added_share is None:
        value_added_share = np.ones((countries, sectors))
    else:
        mix = rng.dirichlet(np.full(sectors, 0.6), (countries, sectors)).transpose(0, 2, 1)
        input_share = mix * (1 - value_added_share)[:, None, :]
    return from_arrays(
        name=f"random-{countries}x{sectors}-{seed}",
        countries=country_codes(countries),
        sectors=tuple(f"S{k:02d}" for k in range(sectors)),
        trade=_trade(rng, tariff, export_tax, input_share, value_added_share),
        tariff=tariff,
        export_tax=export_tax,
        input_share=input_share,
        value_added_share=value_added_share,
        trade_elasticity=np.clip(np.exp(rng.normal(np.log(4.0), 0.6, sectors)), 0.5, 15.0),
    )


def random_shock(world: World, seed: int, *, size: float = 0.3, bans: bool = True) -> Shock:
    """Return a shock in every wedge at once; with `bans`, a few flows are shut or rationed."""
    rng = np.random.default_rng(seed)
    n, s = len(world.countries), len(world.sectors)
    foreign = ~np.eye(n, dtype=bool)[:, :, None]
    availability = np.ones((n, n, s))
    if bans:
        draw = rng.random((n, n, s))
        availability = np.where(foreign & (draw < 0.05), 0.0, availability)
        availability = np.where(foreign & (draw > 0.95), 0.4, availability)
    return replace(
        no_shock(world),
        tariff_add=_sparse(rng, (n, n, s), share=0.4, highest=size),
        export_tax_add=_sparse(rng, (n, n, s), share=0.1, highest=size / 3),
        trade_cost=np.where(foreign, np.exp(size / 3 * rng.normal(size=(n, n, s))), 1.0),
        availability=availability,
        productivity=np.exp(size / 5 * rng.normal(size=(n, s))),
    )


def escalation(world: World, points: float = 1.0) -> Shock:
    """Return added tariff points between the first two countries, both ways, in every sector."""
    added = np.zeros(world.trade.shape)
    added[0, 1] = added[1, 0] = points
    return replace(no_shock(world), tariff_add=added)


def country_codes(number: int) -> tuple[str, ...]:
    """Return `number` ISO 3166 alpha-3 codes in alphabetical order, without the exotic ones."""
    import pycountry

    return tuple(sorted(country.alpha_3 for country in pycountry.countries))[:number]


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    most_countries: int = 5,
    most_sectors: int = 4,
    tariffs: bool | None = None,
    inputs: bool | None = None,
) -> World:
    """Strategy: asymmetric worlds with valid accounts."""
    return random_world(
        draw(st.integers(2, most_countries)),
        draw(st.integers(1, most_sectors)),
        draw(st.integers(0, 2**31 - 1)),
        tariffs=draw(st.booleans()) if tariffs is None else tariffs,
        inputs=draw(st.booleans()) if inputs is None else inputs,
    )


def _sparse(
    rng: np.random.Generator, shape: tuple[int, int, int], *, share: float, highest: float
) -> np.ndarray:
    """Return rates up to `highest` on that `share` of the foreign flows."""
    rates = np.where(rng.random(shape) < share, rng.uniform(0.0, highest, shape), 0.0)
    home = np.arange(shape[0])
    rates[home, home] = 0.0
    return rates


def _trade(
    rng: np.random.Generator,
    tariff: np.ndarray,
    export_tax: np.ndarray,
    input_share: np.ndarray,
    value_added_share: np.ndarray,
) -> np.ndarray:
    """Return border values such that every account closes.

    Final spending is given and total spending follows from the input-output links; exporters'
    appeal is adjusted until each imbalance is near its drawn target.
    """
    n, _, s = tariff.shape
    size = np.exp(rng.normal(0.0, 1.2, n)) * 1e5
    final = size[:, None] * rng.dirichlet(np.full(s, 2.0), n)
    target = size * (1 - rng.uniform(-0.16, 0.16, n))
    flows = np.exp(rng.normal(0.0, 0.8, (n, n, s))) * (rng.random((n, n, s)) > 1 / 6)
    home = np.arange(n)
    flows[home, home] = rng.uniform(1.0, 4.0, (n, s)) * n**0.7
    appeal, spending = size.copy(), final.copy()
    keep = 1 / ((1 + tariff) * (1 + export_tax))
    for step in range(600):
        weight = flows * appeal[:, None, None]
        share = weight / weight.sum(axis=0)
        output = (share * spending * keep).sum(axis=1)
        spending = final + np.einsum("nks,ns->nk", input_share, output)
        if step < 400:
            appeal = appeal * (target / (value_added_share * output).sum(axis=1)) ** 0.3
    return share * spending / (1 + tariff)
