"""The packaged world of 2022: rebuilt to the byte, balanced, and near the figures one knows."""

from __future__ import annotations

import csv
import json
from importlib.resources import files

import numpy as np
import pytest

from tests.support import shared_dir
from upperhand.core.errors import WorldError
from upperhand.world.check import check_world
from upperhand.world.files import world_bytes
from upperhand.world.icio import SOURCE_FILE, US_FOOD_RATE, build_icio_2022, read_source
from upperhand.world.load import load_world
from upperhand.world.make import build_world, card_text

PACKAGED = files("upperhand").joinpath("data", "world")
G20 = [
    "USA",
    "CHN",
    "JPN",
    "DEU",
    "IND",
    "GBR",
    "FRA",
    "RUS",
    "CAN",
    "ITA",
    "BRA",
    "KOR",
    "AUS",
    "MEX",
    "IDN",
    "SAU",
    "TUR",
    "ARG",
    "ZAF",
]
NAMED = ["TWN", "NLD", "IRL", "CHE", "ISR", "VNM", "MYS", "SGP", "THA", "PHL", "HKG", "CHL", "KAZ"]


@pytest.fixture(scope="module")
def source():
    return shared_dir() / "data" / "icio2022_world"


@pytest.fixture(scope="module")
def built(source):
    return build_icio_2022(source)


@pytest.fixture(scope="module")
def table(source):
    return read_source(source)


def world():
    return load_world("icio-2022")


def test_the_packaged_file_is_rebuilt_to_the_byte(built):
    assert world_bytes(built) == PACKAGED.joinpath("icio-2022.npz").read_bytes()


def test_the_card_beside_it_is_rebuilt_to_the_byte(built):
    assert card_text(built) == PACKAGED.joinpath("icio-2022.card.json").read_text("utf-8")


def test_world_totals_of_the_source_are_preserved(built, table):
    """Output to the rounding of a dollar a flow."""
    assert built.output.sum() == pytest.approx(table.trade.sum(), rel=1e-12)
    np.testing.assert_allclose(built.output.sum(axis=0), table.trade.sum(axis=(0, 1)), rtol=1e-9)
    single = [code for code in built.countries if code in table.countries]
    there = [table.countries.index(code) for code in single]
    here = [built.countries.index(code) for code in single]
    np.testing.assert_allclose(
        built.output[here], table.trade.sum(axis=1)[there], rtol=1e-6, atol=1e-4
    )


def test_trade_between_single_countries_is_that_of_the_source(built, table):
    """Half a dollar is half a millionth of the unit."""
    for exporter, importer in (("CHN", "USA"), ("USA", "CHN"), ("VNM", "USA"), ("TWN", "CHN")):
        ours = built.trade[built.countries.index(exporter), built.countries.index(importer)]
        theirs = table.trade[table.countries.index(exporter), table.countries.index(importer)]
        np.testing.assert_allclose(ours, theirs, atol=5.1e-7)


def test_nothing_had_to_be_moved_to_balance_the_table():
    moved = world().card["moved"]
    assert moved["input use moved to value added"] == 0
    assert moved["input use above purchases, moved to final demand"] == 0


def test_every_row_equals_every_column():
    """Sales of a sector equal its inputs plus value added, to 1e-9 of world output."""
    table = world()
    sales = (table.trade / (1 + table.export_tax)).sum(axis=1)
    cost = table.input_share.sum(axis=1) * table.output + table.value_added
    assert np.abs(sales - cost).max() < 1e-9 * table.output.sum()
    assert np.abs(table.input_share.sum(axis=1) + table.value_added_share - 1).max() < 1e-12


def test_no_flow_is_negative_and_value_added_is_positive_everywhere():
    table = world()
    assert (table.trade >= 0).all()
    assert (table.final_demand >= 0).all()
    assert (table.value_added_share > 0.01).all()
    assert check_world(table).ok


def test_every_country_that_must_stand_alone_does():
    countries = world().countries
    assert 45 <= len(countries) <= 50
    assert not set(G20 + NAMED) - set(countries)


def test_each_economy_of_the_source_is_in_exactly_one_region(table):
    members = [code for group in world().card["regions"].values() for code in group]
    assert sorted(members) == sorted(table.countries)


@pytest.mark.parametrize(
    ("code", "gdp"),
    [
        ("USA", 26.0),
        ("CHN", 17.9),
        ("JPN", 4.26),
        ("DEU", 4.16),
        ("IND", 3.35),
        ("GBR", 3.11),
        ("KOR", 1.80),
        ("MEX", 1.47),
        ("TWN", 0.766),
        ("VNM", 0.413),
    ],
)
def test_value_added_is_a_little_below_the_gdp_one_knows(code, gdp):
    """GDP of 2022 in USD tn (IMF, World Bank); ours lacks taxes on final products: up to 10 %."""
    table = world()
    ours = table.value_added.sum(axis=1)[table.countries.index(code)] / 1e6
    assert 0.88 * gdp < ours < 1.02 * gdp


def average_tariff(table, exporter, importer):
    i, j = table.countries.index(exporter), table.countries.index(importer)
    flow, rate = table.trade[i, j, :-1], table.tariff[i, j, :-1]
    return float((flow * rate).sum() / flow.sum())


def test_the_war_layer_meets_the_averages_of_its_sources():
    """Waugh: 10.87 per cent collected in 2024; PIIE: 20.3 per cent since 2020-02-14."""
    assert average_tariff(world(), "CHN", "USA") == pytest.approx(0.1087, abs=1e-8)
    assert average_tariff(world(), "USA", "CHN") == pytest.approx(0.203, abs=1e-8)


def test_the_war_layer_of_the_card_is_what_it_adds(built, source):
    bare = build_icio_2022(source, war_layer=False)
    assert bare.name == "icio-2022-without-war-layer"
    for layer in built.card["war_layer"]:
        i = built.countries.index(layer["exporter"])
        j = built.countries.index(layer["importer"])
        added = (built.tariff - bare.tariff)[i, j]
        np.testing.assert_allclose(added[:-1], layer["points"], atol=1e-8)
        assert added[-1] == 0.0
    assert np.abs(built.tariff - bare.tariff).sum() > 0
    assert average_tariff(bare, "CHN", "USA") == pytest.approx(0.0316, abs=5e-5)


def test_the_us_average_without_the_war_is_the_one_before_2018(source):
    """PIIE puts the US average on Chinese goods of January 2018 at 3.1 per cent."""
    bare = build_icio_2022(source, war_layer=False)
    assert average_tariff(bare, "CHN", "USA") == pytest.approx(0.031, abs=0.002)


def test_collected_us_duties_are_near_the_published_share_of_imports():
    """US customs collected 2.3 per cent of goods imports in 2024 (Waugh), on larger imports."""
    table = world()
    usa = table.countries.index("USA")
    imports = table.trade[:, usa, :-1].sum() - table.trade[usa, usa, :-1].sum()
    assert 0.02 < table.tariff_revenue[usa] / imports < 0.035


def test_the_us_food_rate_is_that_of_its_source():
    """Collected duties on HS 02, 04, 11 and 15 to 24 from all countries but China, 2024."""
    folder = shared_dir() / "data" / "us_tariffs_waugh" / "data-hs2"
    food = {"02", "04", "11", *(str(chapter) for chapter in range(15, 25))}
    imports = duty = 0.0
    for path in folder.glob("*.csv"):
        if path.stem.endswith(("-0003", "-5700")):  # the EU as a whole; China
            continue
        with path.open(encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                if row["HS2"] in food:
                    imports += float(row["2024_imports"])
                    duty += float(row["2024_duty"])
    assert duty / imports == pytest.approx(US_FOOD_RATE, abs=5e-5)


def test_the_rates_of_the_war_layer_are_those_of_the_facts():
    shared = shared_dir()
    with (shared / "facts" / "facts.csv").open(encoding="utf-8") as handle:
        rows = [
            row
            for row in csv.DictReader(handle)
            if row["metric"] == "avg_tariff_china_on_us_piie" and row["period"] == "2020-02-14"
        ]
    assert float(rows[0]["value"]) == 20.3
    path = shared / "data" / "us_tariffs_waugh" / "country-by-time.csv"
    with path.open(encoding="utf-8") as handle:
        china = next(row for row in csv.DictReader(handle) if row["country_name"] == "CHINA")
    assert float(china["2024 tariff"]) == pytest.approx(10.87, abs=0.005)


def test_services_pay_no_tariff_and_no_average_exceeds_two_fifths_before_the_war():
    table = world()
    assert (table.tariff[:, :, -1] == 0).all()
    usa, chn = table.countries.index("USA"), table.countries.index("CHN")
    others = table.tariff.copy()
    others[usa, chn] = others[chn, usa] = 0.0
    assert others.max() <= 0.40 + 1e-9


def test_outliers_were_cut_in_food_only(table):
    high = np.argwhere(table.tariff > 0.40)
    assert {table.sectors[k] for _, _, k in high} == {"C10T12"}


def test_your_own_tariffs_replace_those_of_the_source(source, tmp_path):
    path = tmp_path / "tariffs.csv"
    path.write_text("exporter,importer,sector,tariff\nJPN,USA,C29,0.15\n", encoding="utf-8")
    table = build_icio_2022(source, tariff_file=path)
    i, j = table.countries.index("JPN"), table.countries.index("USA")
    assert table.tariff[i, j, table.sectors.index("C29")] == 0.15
    assert table.card["tariff_file"] == "tariffs.csv"
    path.write_text("exporter,importer,sector,tariff\nJPX,USA,C29,0.15\n", encoding="utf-8")
    with pytest.raises(WorldError, match=r"tariffs\.csv:2: unknown exporter 'JPX'"):
        build_icio_2022(source, tariff_file=path)


def test_scale_economies_stay_where_one_equilibrium_can_be_reached():
    table = world()
    assert (table.scale_elasticity * table.trade_elasticity <= 0.6 + 1e-5).all()
    assert table.card["scale_elasticity"]["status"] == "assumed"


def test_every_country_and_sector_has_a_name():
    table = world()
    assert set(table.country_names) == set(table.countries)
    assert set(table.sector_names) == set(table.sectors)


def test_the_card_names_edition_licence_sources_changes_and_limits():
    card = json.loads(PACKAGED.joinpath("icio-2022.card.json").read_text("utf-8"))
    assert card == world().card
    for field in ("edition", "licence", "attribution", "sources", "changes", "limits", "checks"):
        assert card[field]


def test_the_world_takes_little_room_in_the_wheel():
    assert len(PACKAGED.joinpath("icio-2022.npz").read_bytes()) < 3_000_000


def test_the_build_command_writes_world_and_card(source, tmp_path):
    out = tmp_path / "w.npz"
    build_world("icio2022", source, out)
    assert out.read_bytes() == PACKAGED.joinpath("icio-2022.npz").read_bytes()
    assert (tmp_path / "w.card.json").is_file()


def test_a_folder_without_the_source_is_refused(tmp_path):
    with pytest.raises(WorldError, match=SOURCE_FILE):
        build_icio_2022(tmp_path)
    (tmp_path / SOURCE_FILE).write_bytes(b"not an archive")
    with pytest.raises(WorldError, match="not the expected table"):
        build_icio_2022(tmp_path)


def test_an_unknown_kind_of_source_is_refused(tmp_path):
    with pytest.raises(ValueError, match="unknown source 'icio'; did you mean 'icio2022'"):
        build_world("icio", tmp_path, tmp_path / "w.npz")


def test_an_output_that_is_no_archive_is_refused_before_building(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.npz"):
        build_world("icio2022", tmp_path, tmp_path / "w.csv")
