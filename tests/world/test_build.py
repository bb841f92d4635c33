"""`from_arrays`: accounts close, labels meet, and every fault is named in one error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tests.support import worlds
from upperhand.core.errors import WorldError
from upperhand.world.build import from_arrays
from upperhand.world.check import check_world
from upperhand.world.convert import to_dataset
from upperhand.world.toy import toy_world
from upperhand.world.world import ARRAY_FIELDS

TOY = toy_world()


def arrays(**changed):
    """Return the arguments that make the toy world, with some of them changed."""
    given_arrays = {name: np.array(getattr(TOY, name)) for name in ARRAY_FIELDS}
    return {"countries": TOY.countries, "sectors": TOY.sectors, **given_arrays, **changed}


def altered(name, where, value):
    """Return the arguments with one entry of one array changed."""
    array = np.array(getattr(TOY, name))
    array[where] = value
    return arrays(**{name: array})


def message(**kwargs):
    with pytest.raises(WorldError) as caught:
        from_arrays(**kwargs)
    return str(caught.value)


@given(worlds())
def test_income_is_what_is_spent_on_final_demand(world):
    """Value added, revenues and the deficit pay for final demand, country by country."""
    np.testing.assert_allclose(
        world.final_demand.sum(axis=1), world.income, rtol=1e-12, atol=1e-9 * world.output.sum()
    )


@given(worlds())
def test_imbalances_of_the_world_add_to_zero(world):
    assert abs(world.imbalance.sum()) < 1e-12 * world.output.sum()


@given(worlds(inputs=True), st.booleans())
def test_shares_of_output_and_shares_of_materials_give_the_same_world(world, balance):
    shares = world.input_share / (1 - world.value_added_share)[:, None, :]
    names = [name for name in ARRAY_FIELDS if name != "input_share"]
    again = from_arrays(
        countries=world.countries,
        sectors=world.sectors,
        input_share=shares,
        balance=balance,
        **{name: getattr(world, name) for name in names},
    )
    np.testing.assert_allclose(again.input_share, world.input_share, rtol=1e-12, atol=1e-15)


@given(worlds(), st.randoms(use_true_random=False))
def test_labelled_arrays_in_any_order_give_the_same_world(world, random):
    data = to_dataset(world)
    for dim in ("exporter", "importer", "sector", "country", "input_sector"):
        order = data[dim].values.tolist()
        random.shuffle(order)
        data = data.sel({dim: order})
    again = from_arrays(
        countries=world.countries,
        sectors=world.sectors,
        **{name: data[name] for name in ARRAY_FIELDS},
    )
    assert again.fingerprint == world.fingerprint


def test_pandas_and_mappings_meet_by_label():
    data = to_dataset(TOY)
    world = from_arrays(
        **arrays(
            trade=data["trade"].to_series().iloc[::-1],
            value_added_share=data["value_added_share"].to_pandas().iloc[::-1],
            trade_elasticity={"SERV": 4.0, "GOODS": 5.0},
        )
    )
    assert world.fingerprint == TOY.fingerprint


def test_without_inputs_value_added_is_all_of_output():
    world = from_arrays(
        countries=["A", "B"],
        sectors=["S"],
        trade=[[[5.0], [2.0]], [[1.0], [4.0]]],
        trade_elasticity=3,
    )
    np.testing.assert_array_equal(world.value_added, world.output)
    assert world.elasticity_range.tolist() == [[3.0, 3.0]]


def test_value_added_defaults_to_what_inputs_leave():
    world = from_arrays(**arrays(value_added_share=None))
    np.testing.assert_allclose(world.value_added_share, TOY.value_added_share, rtol=1e-14)


def test_arrays_of_a_world_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        TOY.trade[0, 0, 0] = 1.0


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        (altered("trade", (0, 1, 0), np.nan), "trade of USA/CHN/GOODS is nan"),
        (altered("trade", (0, 1, 0), np.inf), "trade of USA/CHN/GOODS is inf"),
        (altered("trade", (2, 1, 1), -5), "trade of VNM/CHN/SERV is -5"),
        (altered("tariff", (1, 0, 0), -1.0), "tariff of CHN/USA/GOODS is -1"),
        (altered("tariff", (1, 1, 0), 0.1), "tariff on domestic sales of CHN/CHN/GOODS is 0.1"),
        (altered("export_tax", (1, 1, 0), 0.1), "export tax on domestic sales of CHN/CHN/GOODS"),
        (altered("value_added_share", (0, 0), 0.0), "value_added_share of USA/GOODS is 0"),
        (altered("value_added_share", (0, 0), 1.2), "allowed: above 0, at most 1"),
        (altered("trade_elasticity", 0, 0.0), "trade_elasticity of GOODS is 0"),
        (altered("scale_elasticity", 0, -0.1), "scale_elasticity of GOODS is -0.1"),
        (altered("elasticity_range", (0, 0), 6.0), "low <= trade_elasticity <= high"),
        (altered("input_share", (0, 0, 0), 0.9), "input_share of USA/GOODS adds to 1.1"),
        (altered("input_share", (0, 0, 0), 0.9), "1 - value_added_share = 0.5"),
        (arrays(trade=np.ones((3, 2, 2))), "shape (3, 2, 2); expected (3, 3, 2) = (exporter, imp"),
        (arrays(trade="many"), "trade holds something that is not a number"),
        (arrays(trade={"USA": 1}), "trade is a mapping"),
        (arrays(countries=["USA", "CHN", "USA"]), "'USA' is given 2 times"),
        (arrays(sectors=["GOODS", ""]), "sectors[1] is ''; codes must be text"),
        (arrays(countries=[]), "countries is empty"),
        (arrays(countries=None), "countries is empty"),
        (arrays(sectors=5), "sectors[0] is 5; codes must be text"),
        (altered("trade", (0, 1, 0), 1e300), "trade of USA/CHN/GOODS is 1e+300"),
        (altered("tariff", (0, 1, 0), 1e300), "tariff of USA/CHN/GOODS is 1e+300"),
        (altered("trade_elasticity", 0, 1e9), "at most 1000"),
        (arrays(trade=np.array(TOY.trade) * 1j), "trade holds something that is not a number"),
        (arrays(trade=np.ma.masked_less(TOY.trade, 50)), "trade holds something that is not a"),
        (arrays(trade=[[1, 2], [3]]), "trade holds something that is not a number"),
        (arrays(tariff=[[[None] * 2] * 3] * 3), "tariff of USA/USA/GOODS is nan"),
        (arrays(trade_elasticity={"GOODS": 4.0}), "no entry for SERV"),
        (arrays(trade_elasticity={"GOODS": 4.0, "SRV": 4.0}), "did you mean 'SERV'?"),
        (arrays(input_share=None), "without input_share it must be 1"),
    ],
)
def test_a_faulty_table_is_refused_with_its_place_and_number(kwargs, expected):
    assert expected in message(**kwargs)


def test_use_beyond_purchases_names_country_sector_and_value():
    """China makes 9590 of goods, so that inputs of 0.98 exceed what it buys of them."""
    share = np.array(TOY.input_share)
    value_added = np.array(TOY.value_added_share)
    share[1, :, 0], value_added[1, 0] = [0.98, 0.01], 0.01
    text = message(**arrays(input_share=share, value_added_share=value_added))
    assert "implied final demand of CHN/GOODS is -1767 " in text
    assert "balance=True" in text


def test_use_without_a_source_is_named():
    trade = np.array(TOY.trade)
    trade[:, 2, 0] = 0.0
    assert "use without a source: input use of VNM/GOODS" in message(**arrays(trade=trade))


ODD = st.sampled_from([np.nan, np.inf, -np.inf, -1.0, -1e-3, 0.0, 1e-320, 0.5, 2.0, 1e9, 1e308])


@given(st.sampled_from(ARRAY_FIELDS), st.integers(0, 17), ODD, st.booleans())
def test_any_number_in_any_place_gives_a_sound_world_or_one_error(name, place, value, balance):
    """Never a traceback of another kind, never a warning, never an unsound world."""
    array = np.array(getattr(TOY, name))
    array.flat[place % array.size] = value
    try:
        world = from_arrays(**arrays(**{name: array}), balance=balance)
    except WorldError:
        return
    assert check_world(world).ok


def test_a_country_without_output_is_named():
    trade = np.array(TOY.trade)
    trade[2] = 0.0
    assert "output of VNM is 0" in message(**arrays(trade=trade))


def test_all_faults_come_in_one_error():
    kwargs = altered("trade", (0, 1, 0), -1.0)
    text = message(**{**kwargs, "trade_elasticity": [-1.0, 4.0], "scale_elasticity": [1.0]})
    assert "has 3 faults" in text


def test_labelled_arrays_with_a_missing_or_extra_label_are_refused():
    data = to_dataset(TOY)
    assert "no entry for VNM" in message(**arrays(trade=data["trade"].isel(exporter=[0, 1])))
    renamed = data["trade"].assign_coords(exporter=["USA", "CHM", "VNM"])
    text = message(**arrays(trade=renamed))
    assert "no entry for CHN" in text
    assert "unknown code CHM; did you mean 'CHN'?" in text


def test_labelled_arrays_with_other_dims_or_no_labels_are_refused():
    bare = xr.DataArray(np.ones((3, 3, 2)), dims=("exporter", "importer", "sector"))
    assert "no labels along exporter" in message(**arrays(trade=bare))
    other = bare.rename(exporter="origin")
    assert "dims (origin, importer, sector); expected (exporter" in message(**arrays(trade=other))


def test_a_pandas_series_with_a_gap_or_a_repeated_row_is_refused():
    series = to_dataset(TOY)["trade"].to_series()
    assert "trade has no entry USA/USA/SERV" in message(
        **arrays(trade=series.drop(series.index[1]))
    )
    twice = pd.concat([series, series.iloc[:1]])
    assert "USA/USA/GOODS is given twice" in message(**arrays(trade=twice))


def test_a_table_that_nearly_adds_up_is_repaired_only_on_request():
    rounded = np.array(TOY.input_share)
    rounded[0, 0, 0] += 0.001
    assert "balance=True" in message(**arrays(input_share=rounded))
    world = from_arrays(**arrays(input_share=rounded), balance=True)
    gap = world.card["balancing"]["largest gap of a column, share of output"]
    assert gap == pytest.approx(0.001, rel=1e-9)
    np.testing.assert_allclose(
        world.input_share.sum(axis=1) + world.value_added_share, 1, rtol=1e-14
    )


def test_balancing_moves_input_use_to_value_added_and_says_how_much():
    share, value_added = np.array(TOY.input_share), np.array(TOY.value_added_share)
    share[1, :, 0], value_added[1, 0] = [0.98, 0.01], 0.01
    kwargs = arrays(input_share=share, value_added_share=value_added)
    world = from_arrays(**kwargs, balance=True)
    moved = world.card["balancing"]["input use moved to value added, USD million"]
    assert moved == pytest.approx(1767.0, rel=1e-12)
    assert world.value_added.sum() == pytest.approx(
        (value_added * TOY.output).sum() + moved, rel=1e-12
    )
    assert (world.final_demand >= -1e-9).all()
    np.testing.assert_array_equal(world.trade, TOY.trade)
