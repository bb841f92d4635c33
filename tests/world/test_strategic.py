"""The strategic world shows what everyone in the field knows, each claim with figure and source."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.support import shared_dir
from upperhand.core.errors import WorldError
from upperhand.equilibrium.solve import solve_counterfactual
from upperhand.world.files import world_bytes
from upperhand.world.load import load_world, with_elasticities
from upperhand.world.shock import no_shock
from upperhand.world.strategic import (
    StrategicReport,
    build_strategic,
    figures_page,
    read_parts,
    read_rows,
)
from upperhand.world.strategic.read import COLUMNS, shares_path
from upperhand.world.toy import toy_world
from upperhand.world.world import World

PARENTS = ("C26", "C28", "B07", "C20", "C25", "C302T309", "A01", "SERV")


@cache
def built() -> tuple[World, StrategicReport]:
    return build_strategic(load_world("icio-2022"))


@cache
def packaged() -> World:
    return load_world("icio-2022-strategic")


def flow(exporter: str, importer: str, sector: str) -> float:
    world = packaged()
    i, n = world.countries.index(exporter), world.countries.index(importer)
    return float(world.trade[i, n, world.sectors.index(sector)])


def imports(importer: str, sector: str) -> float:
    world = packaged()
    n, k = world.countries.index(importer), world.sectors.index(sector)
    return float(world.trade[:, n, k].sum() - world.trade[n, n, k])


def import_share(exporter: str, importer: str, sector: str) -> float:
    return flow(exporter, importer, sector) / imports(importer, sector)


def world_share(country: str, sector: str) -> float:
    world = packaged()
    made = world.output[:, world.sectors.index(sector)]
    return float(made[world.countries.index(country)] / made.sum())


def input_share(country: str, used: str, user: str) -> float:
    world = packaged()
    n = world.countries.index(country)
    return float(world.input_share[n, world.sectors.index(used), world.sectors.index(user)])


@cache
def facts() -> dict[tuple[str, str, str], float]:
    with (shared_dir() / "facts" / "facts.csv").open(encoding="utf-8") as handle:
        rows = csv.DictReader(handle)
        return {
            (r["metric"], r["entity"], r["period"]): float(r["value"])
            for r in rows
            if r["metric"].startswith(("rare", "china_sme", "soy", "us_rare", "dji_market_share"))
            and r["value"].replace(".", "").isdigit()
        }


# --- the file -----------------------------------------------------------------------------------


def test_the_packaged_world_is_the_one_the_command_builds() -> None:
    """To 1e-9: the last bits of a sum differ between machines; `fingerprint` ties it to its base."""
    world, _ = built()
    base = load_world("icio-2022")
    assert packaged().card["strategic"]["made_from"]["fingerprint"] == base.fingerprint, (
        "icio-2022 has changed; run `python -m upperhand.world.strategic`"
    )
    assert (packaged().countries, packaged().sectors) == (world.countries, world.sectors)
    for name in ("trade", "tariff", "input_share", "value_added_share"):
        np.testing.assert_allclose(
            getattr(packaged(), name), getattr(world, name), rtol=1e-6, atol=1e-9, err_msg=name
        )


def test_two_builds_give_the_same_bytes() -> None:
    again, _ = build_strategic(load_world("icio-2022"))
    assert world_bytes(again) == world_bytes(built()[0])


def test_the_card_lists_every_figure_with_source_and_status() -> None:
    figures = packaged().card["strategic"]["figures"]
    rows = [row for row in read_rows() if row["kind"] != "name"]
    assert len(figures) == len(rows)
    assert all(f["source"] and f["status"] for f in figures)
    assert all(f["low"] <= f["target"] <= f["high"] for f in figures)


def test_the_page_shows_every_figure() -> None:
    page = figures_page(packaged())
    figures = packaged().card["strategic"]["figures"]
    heads = 2 * len({f["part"] for f in figures})
    assert sum(line.startswith("|") for line in page.splitlines()) == len(figures) + heads
    assert "| origin TWN | 0.9 | 0.9 | 0.8 to 0.97 | assumed |" in page


def test_every_assumed_number_has_a_range_and_every_sourced_one_a_source() -> None:
    for row in read_rows():
        if row["status"] == "assumed" and float(row["value"]) > 0:
            assert float(row["low"]) < float(row["high"]), row.line
        assert row["kind"] == "name" or row["source"], row.line


def test_no_row_comes_from_the_non_commercial_data_set() -> None:
    text = shares_path().read_text("utf-8")
    assert "ETO" not in text
    assert "CSET" not in text


# --- the accounts -------------------------------------------------------------------------------


@pytest.mark.parametrize("parent", PARENTS)
def test_parts_add_to_their_parent(parent: str) -> None:
    base, world = load_world("icio-2022"), packaged()
    k = base.sectors.index(parent)
    mine = [world.sectors.index(code) for code in world.card["parents"][parent]]
    for old, new in (
        (base.trade[:, :, k], world.trade[:, :, mine].sum(axis=2)),
        (base.output[:, k], world.output[:, mine].sum(axis=1)),
        (base.spending[:, k], world.spending[:, mine].sum(axis=1)),
        (base.value_added[:, k], world.value_added[:, mine].sum(axis=1)),
        (base.final_demand[:, k], world.final_demand[:, mine].sum(axis=1)),
        (
            (base.trade * base.tariff)[:, :, k],
            (world.trade * world.tariff)[:, :, mine].sum(axis=2),
        ),
    ):
        np.testing.assert_allclose(new, old, rtol=1e-9, atol=1e-9 * base.output[:, k].sum())


def test_every_country_keeps_its_income_and_the_world_has_no_fault() -> None:
    base, world = load_world("icio-2022"), packaged()
    assert world.check().ok
    assert (world.value_added_share > 0).all()
    np.testing.assert_allclose(world.income, base.income, rtol=1e-9)
    np.testing.assert_allclose(world.imbalance, base.imbalance, atol=1e-9 * base.output.sum())
    np.testing.assert_allclose(world.tariff_revenue, base.tariff_revenue, rtol=1e-8)


def test_other_sectors_are_untouched() -> None:
    base, world = load_world("icio-2022"), packaged()
    for sector in ("C29", "C10T12", "C24A"):
        old, new = base.sectors.index(sector), world.sectors.index(sector)
        assert (base.trade[:, :, old] == world.trade[:, :, new]).all()
        assert (base.value_added_share[:, old] == world.value_added_share[:, new]).all()


def test_no_tariff_runs_away() -> None:
    base, world = load_world("icio-2022"), packaged()
    assert world.tariff.max() <= base.tariff.max()
    assert world.tariff.min() >= 0


def test_every_figure_holds_in_the_balanced_table() -> None:
    _, report = built()
    assert [f"{e.part} {e.quantity} {e.labels}" for e in report.missed()] == []


def test_the_world_replicates_itself() -> None:
    result = solve_counterfactual(packaged(), no_shock(packaged())).require_converged()
    np.testing.assert_allclose(result.real_income_change.values, 1, rtol=1e-12)


# --- the claims ---------------------------------------------------------------------------------


def test_taiwan_fabricates_the_accelerators() -> None:
    """Nvidia 10-K FY2023: wafers from TSMC and Samsung; assumed .90 (.80 to .97)."""
    assert 0.80 <= world_share("TWN", "ai_accelerators") <= 0.97
    assert world_share("KOR", "ai_accelerators") > world_share("USA", "ai_accelerators")
    assert import_share("TWN", "CHN", "ai_accelerators") > 0.8
    assert import_share("TWN", "USA", "ai_accelerators") > 0.8


def test_korea_is_the_first_foreign_source_of_chips_for_taiwan() -> None:
    """High-bandwidth memory for accelerators; TWN buys C26 of 15 bn USD from KOR in OECD ICIO."""
    shares = {c: import_share(c, "TWN", "chips") for c in packaged().countries if c != "TWN"}
    assert max(shares, key=lambda c: shares[c]) == "KOR"
    assert input_share("TWN", "chips", "ai_accelerators") > 0.05


def test_the_design_rents_of_taiwanese_accelerators_are_american() -> None:
    """Gross margin of Nvidia: 64.9 and 56.9 per cent of sales in FY2022 and FY2023 (10-K)."""
    rent = input_share("TWN", "chip_design", "ai_accelerators")
    assert 0.50 <= rent <= 0.72
    assert import_share("USA", "TWN", "chip_design") > 0.9
    assert world_share("USA", "chip_design") > 0.7
    design = rent * import_share("USA", "TWN", "chip_design")
    world = packaged()
    fabrication = world.value_added_share[
        world.countries.index("TWN"), world.sectors.index("ai_accelerators")
    ]
    assert design > 2 * fabrication


def test_chinas_machines_come_in_the_published_shares() -> None:
    """Nikkei via TechNode 2021Q3 (Japan, US, Netherlands); Nikkei 2024 (Singapore, Korea)."""
    expected = {
        "JPN": facts()["china_sme_import_share", "Japan", "2021Q3"],
        "USA": facts()["china_sme_import_share", "United States", "2021Q3"],
        "NLD": facts()["china_sme_import_share", "Netherlands", "2021Q3"],
        "SGP": facts()["china_sme_import_share", "Singapore", "2024"],
        "KOR": facts()["china_sme_import_share", "South Korea", "2024"],
    }
    for vendor, share in expected.items():
        assert 100 * import_share(vendor, "CHN", "chip_tools") == pytest.approx(share, abs=0.1)


def test_three_countries_make_the_machines() -> None:
    """ASML alone: 15.4 bn EUR of systems of 2022 out of 78 bn USD (ASML; SEMI 2023)."""
    assert 0.15 <= world_share("NLD", "chip_tools") <= 0.22
    assert sum(world_share(c, "chip_tools") for c in ("USA", "JPN", "NLD")) > 0.75
    assert world_share("CHN", "chip_tools") < 0.07


def test_machines_go_where_semi_bills_them() -> None:
    """SEMI and SEAJ, April 2023: Taiwan 26.82 and Korea 21.51 of 107.64 bn USD."""
    world = packaged()
    bought = world.trade[:, :, world.sectors.index("chip_tools")].sum(axis=0)
    share = bought / bought.sum()
    assert share[world.countries.index("TWN")] == pytest.approx(26.82 / 107.64, abs=2e-3)
    assert share[world.countries.index("KOR")] == pytest.approx(21.51 / 107.64, abs=2e-3)


@pytest.mark.parametrize(
    ("sector", "fact"),
    [
        ("rare_earth_ores", ("rare_earth_mining_share", "China", "2025")),
        ("rare_earths", ("rare_earth_refining_share", "China", "2024")),
        ("magnets", ("rare_earth_magnet_share", "China", "2024")),
    ],
)
def test_china_holds_the_magnet_chain(sector: str, fact: tuple[str, str, str]) -> None:
    """69, 91 and 94 per cent: ResearchAndMarkets 2026, IEA 2025."""
    assert 100 * world_share("CHN", sector) == pytest.approx(facts()[fact], abs=0.1)


def test_the_united_states_buy_refined_rare_earths_in_china() -> None:
    """USGS 2026: 70 per cent."""
    share = facts()["us_rare_earth_imports_from_china_share", "US", "2025"]
    assert 100 * import_share("CHN", "USA", "rare_earths") == pytest.approx(share, abs=0.5)


def test_ores_become_rare_earths_become_magnets() -> None:
    assert input_share("CHN", "rare_earth_ores", "rare_earths") > 0.15
    assert input_share("CHN", "rare_earths", "magnets") > 0.15
    assert input_share("CHN", "magnets", "C27") > input_share("CHN", "magnets", "C29") > 0


def test_china_makes_the_drones() -> None:
    """DJI: 70 per cent of the world (2023) and 70 to 90 of the United States."""
    assert 100 * world_share("CHN", "drones") >= facts()["dji_market_share", "DJI", "2023 global"]
    assert 0.70 <= import_share("CHN", "USA", "drones") <= 0.90


def test_china_buys_soybeans_in_brazil_and_the_united_states() -> None:
    """China customs 2022 via Fastmarkets: 54.4 and 29.5 of 91.1 million tonnes."""
    assert import_share("BRA", "CHN", "soybeans") == pytest.approx(54.39 / 91.1, abs=5e-3)
    assert import_share("USA", "CHN", "soybeans") == pytest.approx(29.5 / 91.1, abs=5e-3)
    years = [facts()["soybean_us_share_of_china_imports", "China", y] for y in ("2016", "2025")]
    assert min(years) <= 100 * import_share("USA", "CHN", "soybeans") <= max(years)


def test_airliners_come_from_two_places() -> None:
    """OECD ICIO 2025: US and French exports of other transport equipment to China."""
    both = import_share("USA", "CHN", "aircraft") + import_share("FRA", "CHN", "aircraft")
    assert both > 0.6


def test_china_is_the_largest_chip_market() -> None:
    """SIA and WSTS, February 2023: 180.3 of 573.5 bn USD."""
    world = packaged()
    bought = world.trade[:, :, world.sectors.index("chips")].sum(axis=0)
    share = bought[world.countries.index("CHN")] / bought.sum()
    assert share == pytest.approx(180.3 / 573.5, abs=2e-3)
    assert bought.argmax() == world.countries.index("CHN")


# --- elasticities and files ---------------------------------------------------------------------


def elasticity_rows() -> list[dict[str, str]]:
    with shares_path().with_name("elasticities.csv").open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_elasticities_cover_every_part_and_rise_with_the_horizon() -> None:
    table = {(r["part"], r["horizon"]): float(r["value"]) for r in elasticity_rows()}
    parts = [p.code for own in read_parts().values() for p in own]
    assert {part for part, _ in table} == set(parts)
    for part in parts:
        short, medium, long = (table[part, h] for h in ("short", "medium", "long"))
        assert 0 < short < medium < long
    for part in ("magnets", "rare_earths", "chip_tools", "ai_accelerators", "chip_design"):
        assert table[part, "short"] < 1


def test_the_long_run_of_the_table_is_the_elasticity_of_the_world() -> None:
    world = packaged()
    for row in elasticity_rows():
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])
        given = [p for own in read_parts().values() for p in own if p.code == row["part"]]
        if row["horizon"] == "long" and given[0].elasticity is not None:
            at = world.sectors.index(row["part"])
            assert world.trade_elasticity[at] == float(row["value"])
            assert world.elasticity_range[at].tolist() == [float(row["low"]), float(row["high"])]


def test_published_sets_of_elasticities_still_apply() -> None:
    world = with_elasticities(packaged(), "CP")
    at = world.sectors.index("chips")
    assert world.trade_elasticity[at] == pytest.approx(8.5367, abs=1e-3)


def test_a_world_without_the_parent_is_refused() -> None:
    with pytest.raises(WorldError, match="split of C26: unknown sector 'C26'"):
        build_strategic(toy_world())


def changed(tmp_path: Path, **cells: str) -> Path:
    with shares_path().open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    rows[1].update(cells)
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"value": "13,200"}, r"mine.csv: line 3 \(ai_accelerators\): value '13,200' is not a num"),
        ({"kind": "worldvalue"}, "line 3 .*unknown kind 'worldvalue'; did you mean 'world_value"),
        ({"source": ""}, r"line 3 \(ai_accelerators\): no source"),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, cells: dict[str, str], message: str) -> None:
    with pytest.raises(WorldError, match=message):
        read_parts(changed(tmp_path, **cells))


def test_swapped_columns_are_refused(tmp_path: Path) -> None:
    text = changed(tmp_path).read_text("utf-8").replace("part,parent", "parent,part", 1)
    (tmp_path / "swapped.csv").write_text(text, "utf-8")
    with pytest.raises(WorldError, match=r"swapped.csv: columns are parent, part"):
        read_parts(tmp_path / "swapped.csv")
