"""Each instrument does what its equation says, and its labels mean what a reader expects."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from upperhand.core.errors import MeasureError
from upperhand.measures import (
    DiscouragedPurchase,
    EntityListing,
    EquipmentRestriction,
    ExportControl,
    ExportLicence,
    ExportTax,
    ImportBan,
    MineralLicensing,
    ProcurementBan,
    PurchaseCommitment,
    Subsidy,
    Tariff,
    WalkOut,
    read_measure,
)
from upperhand.measures.entities import entity_lists
from upperhand.measures.labels import EU27, Labels, country_fault, expand_country, labels_of
from upperhand.measures.tablefile import packaged
from upperhand.world.load import load_world
from upperhand.world.shock import compose_all, no_shock
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


def test_a_leak_of_the_usual_size_is_an_assumption_unless_it_is_said_to_be_certain():
    """Left out or written out, as in a record: both are the same scenario, so both have its ranges."""
    left_out = ExportControl(by="USA", to="CHN", withhold_pct=50)
    written = read_measure(left_out.to_dict())
    for control in (left_out, written):
        rows = list(control.assumptions())
        assert [(row["value"], row["low"], row["high"]) for row in rows] == [(10.0, 0.0, 30.0)]
    other = ExportControl(by="USA", to="CHN", withhold_pct=50, leak_pct=12)
    certain = ExportControl(by="USA", to="CHN", withhold_pct=50, assumed={"leak_pct": (10, 10)})
    assert [*other.assumptions(), *certain.assumptions()] == []


@pytest.mark.equation("4.5")
def test_what_takes_a_detour_counts_less_the_dearer_it_is():
    world = toy_world()
    cheap = ExportControl(by="USA", to="CHN", withhold_pct=100, leak_pct=50)
    dear = ExportControl(by="USA", to="CHN", withhold_pct=100, leak_pct=50, detour_pct=100)
    assert cheap.to_shock(world).availability[USA, CHN, GOODS] == 0.5
    expected = 0.5 * 2.0 ** -world.trade_elasticity[GOODS]
    assert dear.to_shock(world).availability[USA, CHN, GOODS] == pytest.approx(expected, rel=1e-12)


@pytest.mark.equation("4.5")
def test_a_fee_on_licensed_goods_is_an_export_tax_of_the_actor_alone():
    control = ExportControl(by="USA", also_from="VNM", to="CHN", withhold_pct=0, fee_pct=15)
    tax = control.to_shock(toy_world()).export_tax_add[:, CHN, GOODS]
    assert tax.tolist() == [0.15, 0.0, 0.0]


def test_a_rule_that_reaches_third_countries_binds_their_exports_too():
    control = ExportControl(by="USA", also_from=["VNM"], to=["world"], withhold_pct=100, leak_pct=0)
    left = control.to_shock(toy_world()).availability[:, :, GOODS]
    assert left[[USA, VNM], CHN].tolist() == [0.0, 0.0]
    assert left[USA, VNM] == left[VNM, USA] == 1.0


@pytest.mark.equation("4.5a")
def test_rerouted_goods_add_up_to_the_leak():
    world = load_world("icio-2022-strategic")
    control = ExportControl(
        by="USA", also_from=["TWN", "KOR"], to=["CHN"], sectors=["ai_accelerators"],
        withhold_pct=70, leak_pct=20, leak_via=["SGP", "MYS"],
    )  # fmt: skip
    found = control.rerouted(world)
    trade = world.trade[control.covered(world)].sum()
    assert set(found) == {"SGP", "MYS"}
    assert sum(found.values()) == pytest.approx(trade * 0.7 * 0.2, rel=1e-12)


@pytest.mark.equation("4.8")
@pytest.mark.parametrize(("cuts", "flow"), [("buyers", (USA, CHN)), ("sellers", (CHN, USA))])
def test_a_listing_cuts_off_buyers_or_sellers(cuts, flow):
    listing = EntityListing(by="USA", against="CHN", share_pct=40, leak_pct=25, cuts=cuts)
    left = listing.to_shock(toy_world()).availability
    assert left[(*flow, GOODS)] == pytest.approx(0.7)
    assert left.sum() == pytest.approx(left.size - 0.3)


@pytest.mark.equation("4.8")
def test_a_packaged_list_brings_sectors_shares_and_exporters():
    world = load_world("icio-2022-strategic")
    left = (
        EntityListing(by="USA", against="CHN", entities="december-2024", leak_pct=0)
        .to_shock(world)
        .availability
    )
    at = {code: i for i, code in enumerate(world.countries)}
    tools, chips = world.sectors.index("chip_tools"), world.sectors.index("chips")
    assert left[at["USA"], at["CHN"], tools] == left[at["TWN"], at["CHN"], tools] == 0.85
    assert left[at["JPN"], at["CHN"], tools] == left[at["TWN"], at["CHN"], chips] == 1.0
    assert left[at["USA"], at["CHN"], chips] == 0.99


def test_a_packaged_list_says_when_the_world_lacks_its_sector():
    with pytest.raises(MeasureError, match="about chip_tools, chips, no sector of this world"):
        EntityListing(by="USA", against="CHN", entities="december-2024").to_shock(toy_world())
    with pytest.raises(MeasureError, match="unknown list 'huawei'; did you mean 'huawei-20"):
        EntityListing(by="USA", against="CHN", entities="huawei")
    with pytest.raises(MeasureError, match="got both of share_pct and entities"):
        EntityListing(by="USA", against="CHN", entities="dji-2020", share_pct=3)


def test_every_share_of_a_packaged_list_is_assumed_with_a_range_and_a_source():
    for rows in entity_lists().values():
        for row in rows:
            assert row.low <= row.share_pct <= row.high
            assert row.source.startswith("judgement")
            assert row.start >= date(2019, 5, 16)
    named = EntityListing(by="USA", against="CHN", entities="december-2024")
    assert [row["value"] for row in named.assumptions()][1:] == [15.0, 1.0]


def test_a_faulty_list_of_entities_is_reported_by_line(tmp_path):
    text = packaged("entity_lists.csv").read_text(encoding="utf-8")
    path = tmp_path / "lists.csv"
    path.write_text(text.replace(",chips,5,2,8,", ",chips,50,2,8,"), encoding="utf-8")
    with pytest.raises(MeasureError, match="line 3: share_pct is above `high`"):
        entity_lists(path)


@pytest.mark.equation("4.9")
def test_public_buyers_that_comply_stop_buying():
    ban = ProcurementBan(by="USA", against="CHN", public_pct=40, comply_pct=50)
    assert ban.to_shock(toy_world()).availability[CHN, USA, GOODS] == 0.8


@pytest.mark.equation("4.10")
def test_the_hook_for_technology_is_the_share_of_foreign_machines_lost():
    world = load_world("icio-2022-strategic")
    stop = EquipmentRestriction(
        by="USA", also_from=["NLD", "JPN"], to=["CHN"], withhold_pct=100, leak_pct=0
    )
    k = world.sectors.index("chip_tools")
    at = {code: i for i, code in enumerate(world.countries)}
    bought = world.trade[:, at["CHN"], k].sum() - world.trade[at["CHN"], at["CHN"], k]
    lost = sum(world.trade[at[c], at["CHN"], k] for c in ("USA", "NLD", "JPN"))
    hook = stop.technology_hook(world)
    assert hook.sectors == ("chip_tools",)
    assert hook.by_country == {"CHN": pytest.approx(lost / bought, rel=1e-12)}


@pytest.mark.equation("4.11")
@pytest.mark.parametrize(("cover", "span", "left"), [(6, 6, 1.0), (9, 6, 1.0), (3, 6, 0.6)])
def test_nothing_is_missing_while_stocks_cover_the_span(cover, span, left):
    licence = MineralLicensing(by="CHN", to="USA", withhold_pct=80, cover_months=cover)
    shock = licence.at_horizon(span).to_shock(toy_world())
    assert shock.availability[CHN, USA, GOODS] == pytest.approx(left)
    assert licence.model_copy(update={"over_months": 12.0}).at_horizon(span).over_months == 12.0


@pytest.mark.equation("4.12")
def test_the_subsidy_of_a_commitment_raises_purchases_by_what_is_delivered():
    """At fixed prices and spending, computed anew here from the demand of one sector."""
    world = toy_world()
    deal = PurchaseCommitment(by="CHN", against="USA", usd_bn=0.1, delivery_pct=60)
    z = deal.subsidy(world)
    paid = world.trade[:, CHN, GOODS] * (1 + world.tariff[:, CHN, GOODS])
    price = 1 + world.tariff[:, CHN, GOODS] - np.array([z, 0, 0])
    weight = paid * (price / (1 + world.tariff[:, CHN, GOODS])) ** -world.trade_elasticity[GOODS]
    after = weight[USA] / weight.sum() * paid.sum() / price[USA]
    assert after - world.trade[USA, CHN, GOODS] == pytest.approx(60.0, rel=1e-9)
    assert deal.to_shock(world).tariff_add[USA, CHN, GOODS] == -z


def test_a_commitment_that_no_subsidy_reaches_is_refused():
    with pytest.raises(MeasureError, match="cannot be reached"):
        PurchaseCommitment(by="CHN", against="USA", usd_bn=900).to_shock(toy_world())


@pytest.mark.equation("4.13")
def test_walking_out_changes_no_wedge():
    shock, nothing = WalkOut(by="USA", against="CHN").to_shock(toy_world()), no_shock(toy_world())
    np.testing.assert_array_equal(shock.tariff_add, nothing.tariff_add)
    np.testing.assert_array_equal(shock.availability, nothing.availability)
    with pytest.raises(MeasureError, match="'USA' is the actor itself"):
        WalkOut(by="USA", against="USA")


def test_the_code_of_a_sector_that_was_split_stands_for_its_parts_and_says_so():
    world = load_world("icio-2022-strategic")
    parts = world.card["parents"]["C26"]
    tariff = Tariff(by="USA", against="CHN", sectors=["C26"], add_pp=10)
    added = tariff.to_shock(world).tariff_add
    assert {s for s in world.sectors if added[1, 0, world.sectors.index(s)]} == set(parts)
    assert (
        "(C26 = ai_accelerators + chips + devices + C26_rest)" in tariff.describe(world).sentence()
    )
    rates = Tariff(by="USA", against="CHN", add_pp={"C26": 5, "chips": 25}).to_shock(world)
    assert rates.tariff_add[1, 0, world.sectors.index("devices")] == 0.05
    assert rates.tariff_add[1, 0, world.sectors.index("chips")] == 0.25
    aid = Subsidy(by="CHN", sectors=["C28"], rate_pct=5)
    assert "C28 = chip_tools + C28_rest" in aid.describe(world).sentence()


def test_only_what_is_not_in_force_has_a_condition_or_a_probability():
    threat = {"kind": "tariff", "by": "USA", "against": "CHN", "add_pp": 100, "status": "threat"}
    found = read_measure({**threat, "if": "the rules of 9 October", "probability": 0.3})
    assert found.to_dict()["if"] == "the rules of 9 October"
    assert read_measure(found.to_dict()) == found
    with pytest.raises(MeasureError, match="a measure in force has no `probability`"):
        read_measure({**threat, "status": "in_force", "probability": 0.3})
