"""Each instrument does what its equation says, and its labels mean what a reader expects."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.core.errors import MeasureError
from upperhand.measures import (
    DiscouragedPurchase,
    ExportControl,
    ExportLicence,
    ExportTax,
    ImportBan,
    Subsidy,
    Tariff,
    read_measure,
)
from upperhand.measures.labels import EU27, Labels, country_fault, expand_country, labels_of
from upperhand.world.load import load_world
from upperhand.world.shock import compose_all
from upperhand.world.toy import toy_world

USA, CHN, VNM, GOODS, SERV = 0, 1, 2, 0, 1


@pytest.mark.equation("4.1")
def test_added_points_stack_and_the_highest_level_wins():
    world = toy_world()
    shock = compose_all(
        world,
        [
            Tariff(by="USA", against="CHN", add_pp=5),
            Tariff(by="USA", against="CHN", to_pct=30),
            Tariff(by="USA", against="world", to_pct=20),
            Tariff(by="USA", against="CHN", add_pp=7),
        ],
    )
    after = shock.tariff(world)
    assert after[CHN, USA, GOODS] == pytest.approx(0.42, rel=1e-15)
    assert after[VNM, USA, GOODS] == pytest.approx(0.20, rel=1e-15)
    assert after[CHN, VNM, GOODS] == world.tariff[CHN, VNM, GOODS]


@pytest.mark.equation("4.1")
def test_a_rate_by_sector_hits_only_the_sectors_it_names():
    world = toy_world()
    shock = Tariff(by="USA", against="CHN", add_pp={"SERV": 3}).to_shock(world)
    assert shock.tariff_add[CHN, USA].tolist() == [0.0, 0.03]
    level = Tariff(by="USA", against="CHN", to_pct={"SERV": 3}).to_shock(world)
    assert np.isnan(level.tariff_set[CHN, USA, GOODS])
    assert level.tariff_set[CHN, USA, SERV] == 0.03


@pytest.mark.equation("4.2")
def test_an_export_tax_adds_to_the_tax_in_force():
    world = toy_world()
    shock = ExportTax(by="CHN", to="world", add_pct=25).to_shock(world)
    np.testing.assert_array_equal(shock.export_tax_add[CHN, :, GOODS], [0.25, 0.0, 0.25])
    assert shock.export_tax_add[:, :, SERV].max() == 0


@pytest.mark.equation("4.3")
def test_a_full_ban_leaves_nothing():
    shock = ImportBan(by="USA", against="CHN").to_shock(toy_world())
    assert shock.availability[CHN, USA, GOODS] == 0
    assert shock.availability.sum() == shock.availability.size - 1


@pytest.mark.equation("4.4")
def test_compliance_times_coverage_goes_missing():
    hint = DiscouragedPurchase(by="CHN", against="USA", comply_pct=80, covers_pct=25)
    assert hint.to_shock(toy_world()).availability[USA, CHN, GOODS] == pytest.approx(0.8)


@pytest.mark.equation("4.5")
def test_what_leaks_stays_available():
    control = ExportControl(
        by="USA", to="CHN", withhold_pct=50, leak_pct=20, covers_pct=50, sectors=["GOODS"]
    )
    assert control.to_shock(toy_world()).availability[USA, CHN, GOODS] == pytest.approx(0.8)
    tight = ExportControl(by="USA", to="CHN", withhold_pct=100, leak_pct=0)
    assert tight.to_shock(toy_world()).availability[USA, CHN, GOODS] == 0


@pytest.mark.equation("4.6")
@pytest.mark.parametrize("share", [0, 30, 100])
def test_the_buyer_pays_the_premium_whoever_earns_it(share):
    licence = ExportLicence(by="CHN", to="USA", premium_pct=40, exporter_rent_pct=share)
    shock = licence.to_shock(toy_world())
    tax = shock.export_tax_add[CHN, USA, GOODS]
    assert tax == pytest.approx(0.4 * share / 100)
    assert (1 + tax) * (1 + shock.tariff_add[CHN, USA, GOODS]) == pytest.approx(1.4, rel=1e-15)


@pytest.mark.equation("4.7")
def test_a_subsidy_goes_to_the_sectors_at_home():
    shock = Subsidy(by="CHN", sectors="goods", rate_pct=5).to_shock(toy_world())
    assert shock.subsidy_add.tolist() == [[0, 0], [0.05, 0], [0, 0]]


def test_a_measure_that_is_already_in_force_says_that_it_changes_nothing():
    world = toy_world()
    change = Tariff(by="USA", against="CHN", to_pct=10).describe(world)
    assert not change.changes
    assert "already there" in change.sentence()
    nothing_traded = Tariff(by="USA", against="CHN", sectors=["SERV"], add_pp=5).describe(world)
    assert nothing_traded.changes
    assert nothing_traded.trade_usd_million == 40


def test_an_actor_that_is_a_group_never_hits_its_own_members():
    world = load_world("icio-2022")
    shock = Tariff(by="EU27", against="world", add_pp=10).to_shock(world)
    inside = [i for i, code in enumerate(world.countries) if code in (*EU27, "XEU")]
    outside = [i for i in range(len(world.countries)) if i not in inside]
    assert len(inside) > 10
    assert shock.tariff_add[np.ix_(inside, inside)].max() == 0
    assert (shock.tariff_add[np.ix_(outside, inside, [0])] == 0.1).all()
    assert shock.tariff_add[:, outside].max() == 0


def test_a_group_holds_the_regions_whose_members_all_belong_to_it():
    labels = labels_of(load_world("icio-2022"))
    europe = expand_country("EU27", labels)
    assert "XEU" in europe
    assert "DEU" in europe
    assert "XER" not in europe
    assert "ROW" not in europe


def test_a_country_inside_a_region_is_answered_with_the_region():
    labels = labels_of(load_world("icio-2022"))
    assert "use 'XEU'" in str(country_fault("PRT", labels))
    assert country_fault("Portugal", labels) == "unknown country 'Portugal'; use the code 'XEU'"
    assert country_fault("china", labels) == "unknown country 'china'; use the code 'CHN'"
    assert "did you mean 'CHN'" in str(country_fault("CHB", labels))


def test_english_names_are_a_hint_and_never_accepted():
    labels = Labels(("KOR",), ("C26",))
    assert "use the code 'KOR'" in str(country_fault("Korea, Republic of", labels))
    with pytest.raises(MeasureError):
        Tariff(by="United States", against="CHN", add_pp=1).to_shock(toy_world())


def test_several_faults_of_one_measure_are_reported_together():
    with pytest.raises(MeasureError) as caught:
        ExportControl(by="USA", to=[], withhold_pct=-1, leak_pct=101, kindly=True)
    message = str(caught.value)
    for part in ("to: got an empty list", "withhold_pct: got -1", "leak_pct: got 101", "kindly"):
        assert part in message
    assert "4 faults" in message


def test_an_unknown_kind_is_answered_with_the_nearest():
    with pytest.raises(MeasureError, match="unknown kind 'tarriff'; did you mean 'tariff'"):
        read_measure({"kind": "tarriff"})


def test_exactly_one_rate_is_asked_for():
    with pytest.raises(MeasureError, match="got both of add_pp and to_pct"):
        Tariff(by="USA", against="CHN", add_pp=1, to_pct=1)
    with pytest.raises(MeasureError, match="got neither"):
        Tariff(by="USA", against="CHN")
    with pytest.raises(MeasureError, match="leave it out"):
        Tariff(by="USA", against="CHN", add_pp={"C26": 1}, sectors=["C26"])


def test_a_leak_that_is_not_given_is_an_assumption():
    rows = list(ExportControl(by="USA", to="CHN", withhold_pct=50).assumptions())
    assert [(row["value"], row["low"], row["high"]) for row in rows] == [(10.0, 0.0, 30.0)]
    given = ExportControl(by="USA", to="CHN", withhold_pct=50, leak_pct=10)
    assert list(given.assumptions()) == []
