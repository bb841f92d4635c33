"""A world survives the way through a labelled dataset."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support import worlds
from upperhand.core.errors import WorldError
from upperhand.world.convert import from_dataset, to_dataset
from upperhand.world.toy import toy_world


@given(worlds())
def test_a_world_survives_the_way_through_a_dataset(world):
    again = from_dataset(to_dataset(world))
    assert again.fingerprint == world.fingerprint
    assert again.card == world.card
    assert again.country_names == world.country_names


def test_every_variable_carries_unit_and_label():
    for variable in to_dataset(toy_world()).data_vars.values():
        assert variable.attrs["units"]
        assert variable.attrs["long_name"]


def test_a_dataset_without_trade_is_refused():
    with pytest.raises(WorldError, match="no variable 'trade'"):
        from_dataset(to_dataset(toy_world()).drop_vars("trade"))
