"""Packaged and saved worlds load by name or path; elasticity sets are selectable."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from upperhand.core.errors import WorldError
from upperhand.world.check import check_world
from upperhand.world.files import save_world
from upperhand.world.load import load_world, with_elasticities
from upperhand.world.toy import toy_world

SETS = ("CP", "BSY", "GYY", "Shap", "FGO", "LL", "IS", "U4")


def test_loading_imports_neither_pandas_nor_xarray():
    code = (
        "import sys; from upperhand.world.load import load_world; load_world(); "
        "sys.exit(any(m in sys.modules for m in ('pandas', 'xarray', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", SETS)
def test_every_published_set_of_elasticities_gives_a_sound_world(name):
    world = load_world(elasticities=name)
    assert check_world(world).ok
    assert world.card["elasticities"]["chosen"] == name
    assert (world.scale_elasticity * world.trade_elasticity <= 0.6 + 1e-5).all()


def test_the_default_is_the_median_of_six_published_sets():
    world = load_world("icio-2022")
    sets = world.card["elasticities"]["sets"]
    stack = np.array([sets[name] for name in SETS[:6]])
    np.testing.assert_allclose(world.trade_elasticity, np.median(stack, axis=0), atol=1e-6)
    np.testing.assert_allclose(world.elasticity_range[:-1, 0], stack.min(axis=0)[:-1], atol=1e-6)
    np.testing.assert_allclose(world.elasticity_range[:-1, 1], stack.max(axis=0)[:-1], atol=1e-6)
    assert world.elasticity_range[-1].tolist() == [4.0, 10.0]


def test_an_unknown_set_is_answered_with_the_sets_there_are():
    with pytest.raises(WorldError, match="unknown set of elasticities 'PC'"):
        load_world(elasticities="PC")
    with pytest.raises(WorldError, match="toy"):
        with_elasticities(toy_world(), "CP")


@pytest.mark.parametrize("name", ["icio-2023", "icio_2022", ""])
def test_an_unknown_world_is_answered_with_the_nearest(name):
    with pytest.raises(WorldError):
        load_world(name)


def test_a_saved_world_loads_by_path(tmp_path):
    path = save_world(toy_world(), tmp_path / "mine.npz")
    assert load_world(path).fingerprint == toy_world().fingerprint
    assert load_world(str(path)).fingerprint == toy_world().fingerprint


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(WorldError, match="no such file"):
        load_world(str(tmp_path / "gone.npz"))
