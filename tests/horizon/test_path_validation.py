"""Published estimates beside the model's own: the claims of the table, and where it misses."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.equilibrium.solve import solve_counterfactual
from upperhand.horizon.validation import (
    diversion,
    elsewhere,
    minerals,
    positions,
    research,
    suppliers,
)
from upperhand.measures import ExportControl
from upperhand.world.load import load_world


def number(text: str) -> float:
    """Return the first number of a cell."""
    return float(text.replace("USD", "").split()[0].strip("%,"))


def test_every_target_of_the_notes_has_a_verdict():
    found = (*research(), *positions(), *suppliers(), *minerals(), *elsewhere())
    assert len(found) == 21
    assert all(target.verdict and target.published and target.model for target in found)
    assert all("not modelled" in t.verdict or t.model != "none" for t in suppliers())


def test_research_answers_within_the_published_span():
    """+16.6 per cent in the year after listing to +49 in the long run."""
    full, year = (number(target.model) for target in research()[:2])
    assert full == 49
    assert 16.6 <= year <= 49


def test_signs_of_who_falls_back_and_who_gains():
    sign = positions()[-1].model
    assert sign.startswith("chips +")
    assert "domestic tools +" in sign


def test_diverted_sales_are_changes_of_sales_to_the_follower():
    world = load_world("icio-2022-strategic")
    control = ExportControl(
        by="USA", to=["CHN"], sectors=["chips", "ai_accelerators"], withhold_pct=100, leak_pct=0
    )
    found = solve_counterfactual(world, [control]).require_converged()
    lost, fall, words = diversion(found)
    k = [world.sectors.index(name) for name in ("chips", "ai_accelerators")]
    usa, china = world.countries.index("USA"), world.countries.index("CHN")
    assert lost == pytest.approx(world.trade[usa, china][k].sum() / 1e3)
    assert 0 < fall < 100
    taiwan = world.countries.index("TWN")
    trade = found.data["trade"].values
    change = (trade - world.trade)[taiwan, china][k].sum() / 1e3
    assert f"TW {100 * change / lost:.0f}" in words


def test_a_withheld_magnet_costs_many_times_as_much_at_first():
    """The published peak is 45; the model has the order, not the number."""
    price = number(minerals()[0].model)
    assert 5 < price < 45
    assert np.isfinite(price)
