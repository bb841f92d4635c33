"""The common battery: every instrument passes it, and a new one in the registry joins by itself."""

from __future__ import annotations

import json
import math
from dataclasses import fields

import numpy as np
import pytest
from pydantic import ValidationError

from tests.support import ROOT, random_world
from upperhand.core.errors import MeasureError
from upperhand.measures import KINDS, read_measure
from upperhand.measures.base import BilateralMeasure
from upperhand.world.shock import check_shock, compose, no_shock
from upperhand.world.toy import toy_world

#: A measure of each kind with some strength; the first strength is the one that can be zero.
STRENGTH = {
    "tariff": {"add_pp": 25.0},
    "export_tax": {"add_pct": 25.0},
    "import_ban": {"share_pct": 40.0},
    "discouraged_purchase": {"comply_pct": 80.0, "covers_pct": 50.0},
    "export_control": {"withhold_pct": 50.0, "leak_pct": 20.0, "covers_pct": 50.0},
    "export_licence": {"premium_pct": 20.0, "exporter_rent_pct": 50.0},
    "subsidy": {"rate_pct": 5.0},
    "entity_listing": {"share_pct": 20.0, "leak_pct": 25.0},
    "procurement_ban": {"public_pct": 20.0, "comply_pct": 90.0},
    "equipment_restriction": {"withhold_pct": 50.0, "leak_pct": 20.0, "detour_pct": 30.0},
    "mineral_licensing": {"withhold_pct": 80.0, "cover_months": 3.0, "over_months": 6.0},
    "purchase_commitment": {"usd_bn": 0.05, "delivery_pct": 57.0},
    "walk_out": {"months": 6.0},
}
#: Instruments that change nothing in the economy.
WITHOUT_WEDGE = ("walk_out",)
ZERO = {kind: {**strength, next(iter(strength)): 0.0} for kind, strength in STRENGTH.items()}
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def data_of(kind: str, strength: dict[str, float]) -> dict[str, object]:
    """Return a measure of the United States against China, as plain data."""
    data: dict[str, object] = {"kind": kind, "by": "USA", **strength}
    model = KINDS[kind]
    if kind in WITHOUT_WEDGE:
        return data | {"against": ["CHN"]}
    if issubclass(model, BilateralMeasure):
        data[model.partner_field] = ["CHN"]
    if kind in ("subsidy", "equipment_restriction"):
        data["sectors"] = ["GOODS"]
    return data


def example(kind: str):
    return read_measure(data_of(kind, STRENGTH[kind]))


def test_every_kind_has_an_example_in_the_battery():
    assert set(STRENGTH) == set(KINDS)


@EVERY_KIND
def test_zero_strength_changes_nothing(kind):
    world = toy_world()
    measure = read_measure(data_of(kind, ZERO[kind]))
    shock, nothing = measure.to_shock(world), no_shock(world)
    for item in fields(shock):
        np.testing.assert_array_equal(getattr(shock, item.name), getattr(nothing, item.name))
    assert not measure.describe(world).changes


@EVERY_KIND
def test_some_strength_changes_something_and_is_admissible(kind):
    world = toy_world()
    shock = example(kind).to_shock(world)
    check_shock(world, shock)
    change = example(kind).describe(world)
    if kind in WITHOUT_WEDGE:
        assert "a move in the talks" in change.sentence()
        return
    assert change.changes
    assert change.trade_usd_million > 0
    assert "->" in change.sentence()


@EVERY_KIND
def test_labels_survive_a_world_in_another_order(kind):
    """The same measure on a relabelled world hits the same countries, not the same positions."""
    world = toy_world()
    order = [2, 0, 1]
    turned = world.from_arrays(
        countries=[world.countries[i] for i in order],
        sectors=world.sectors,
        trade=world.trade[np.ix_(order, order, [0, 1])],
        tariff=world.tariff[np.ix_(order, order, [0, 1])],
        input_share=world.input_share[order],
        value_added_share=world.value_added_share[order],
        trade_elasticity=world.trade_elasticity,
    )
    straight, shock = example(kind).to_shock(world), example(kind).to_shock(turned)
    for name in ("tariff_add", "export_tax_add", "availability"):
        expected = getattr(straight, name)[np.ix_(order, order, [0, 1])]
        np.testing.assert_array_equal(getattr(shock, name), expected)
    np.testing.assert_array_equal(shock.subsidy_add, straight.subsidy_add[order])


@EVERY_KIND
def test_domestic_sales_are_never_touched(kind):
    if not issubclass(KINDS[kind], BilateralMeasure):
        pytest.skip("domestic by nature, or without a wedge")
    data = {**data_of(kind, STRENGTH[kind]), KINDS[kind].partner_field: ["world"], "sectors": "all"}
    world = random_world(4, 3, seed=11)
    data["by"] = world.countries[1]
    shock, nothing = read_measure(data).to_shock(world), no_shock(world)
    home = np.arange(4)
    for name in ("tariff_add", "tariff_set", "export_tax_add", "availability"):
        np.testing.assert_array_equal(
            getattr(shock, name)[home, home], getattr(nothing, name)[home, home]
        )


@EVERY_KIND
def test_saves_and_reloads(kind):
    measure = example(kind)
    assert read_measure(json.loads(json.dumps(measure.to_dict()))) == measure


@EVERY_KIND
def test_is_frozen(kind):
    measure = example(kind)
    with pytest.raises(ValidationError):
        measure.by = "CHN"


@EVERY_KIND
def test_composes_in_any_order(kind):
    world = toy_world()
    one, other = example(kind).to_shock(world), example("tariff").to_shock(world)
    for item in fields(one):
        np.testing.assert_array_equal(
            getattr(compose(one, other), item.name), getattr(compose(other, one), item.name)
        )


@EVERY_KIND
def test_the_page_exists_with_equation_and_example(kind):
    folder = ROOT / "docs" / "model" / "measures"
    if not folder.is_dir():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    text = (folder / f"{kind}.md").read_text(encoding="utf-8")
    assert r"\tag{" in text
    assert f"kind: {kind}" in text
    from ruamel.yaml import YAML

    block = text.split("```yaml\n")[1].split("```")[0]
    for data in YAML(typ="safe", pure=True).load(block):
        assert read_measure(data).kind == kind


@EVERY_KIND
def test_every_field_has_a_sentence_and_every_strength_a_unit(kind):
    properties = KINDS[kind].model_json_schema(by_alias=True)["properties"]
    for name, about in properties.items():
        assert name == "kind" or about["description"].endswith("."), name
    for name in KINDS[kind].strengths:
        assert properties[name]["unit"], name


@EVERY_KIND
@pytest.mark.parametrize("wrong", [math.nan, math.inf, "much", None, True])
def test_a_strength_that_is_no_number_is_refused_with_its_range(kind, wrong):
    name = next(iter(STRENGTH[kind]))
    with pytest.raises(MeasureError, match=rf"{name}|exactly one"):
        read_measure({**data_of(kind, STRENGTH[kind]), name: wrong})


@EVERY_KIND
def test_a_strength_out_of_range_is_refused_with_its_range(kind):
    name = next(iter(STRENGTH[kind]))
    with pytest.raises(MeasureError, match=rf"{name}: got -1000.*allowed: .* to "):
        read_measure({**data_of(kind, STRENGTH[kind]), name: -1000.0})


@EVERY_KIND
def test_an_unknown_field_is_answered_with_the_nearest(kind):
    with pytest.raises(MeasureError, match="unknown field; did you mean 'source'"):
        read_measure({**data_of(kind, STRENGTH[kind]), "sourec": "a book"})


@EVERY_KIND
def test_unknown_labels_are_all_named_at_once(kind):
    data = {**data_of(kind, STRENGTH[kind]), "by": "United States", "sectors": ["GODS"]}
    if kind in WITHOUT_WEDGE:
        pytest.skip("names no sectors; its countries are checked like those of others")
    if issubclass(KINDS[kind], BilateralMeasure):
        data[KINDS[kind].partner_field] = ["CHM"]
    with pytest.raises(MeasureError) as caught:
        read_measure(data).to_shock(toy_world())
    message = str(caught.value)
    assert "use the code 'USA'" in message
    assert "unknown sector 'GODS'; did you mean 'GOODS'?" in message
    if issubclass(KINDS[kind], BilateralMeasure):
        assert "unknown country 'CHM'; did you mean 'CHN'?" in message


@EVERY_KIND
def test_the_actor_is_refused_as_its_own_target(kind):
    if not issubclass(KINDS[kind], BilateralMeasure):
        pytest.skip("a subsidy has no target; walking out is tested by itself")
    field = KINDS[kind].partner_field
    with pytest.raises(MeasureError, match=rf"{field}\[0\]: 'USA' is the actor itself"):
        read_measure({**data_of(kind, STRENGTH[kind]), field: ["USA"]})


@EVERY_KIND
def test_dates_must_be_in_order(kind):
    data = data_of(kind, STRENGTH[kind]) | {"from": "2025-11-01", "until": "2025-10-01"}
    with pytest.raises(MeasureError, match="until: got 2025-10-01, before the first day"):
        read_measure(data)


@EVERY_KIND
def test_an_assumed_range_must_hold_the_value_and_name_a_strength(kind):
    name, value = next(iter(STRENGTH[kind].items()))
    good = read_measure(data_of(kind, STRENGTH[kind]) | {"assumed": {name: [0, value + 1]}})
    assert name in {row["name"].split(": ")[1] for row in good.assumptions()}
    with pytest.raises(MeasureError, match="outside its range"):
        read_measure(data_of(kind, STRENGTH[kind]) | {"assumed": {name: [value + 1, value + 2]}})
    with pytest.raises(MeasureError, match="unknown field 'nothing'"):
        read_measure(data_of(kind, STRENGTH[kind]) | {"assumed": {"nothing": [0, 1]}})
