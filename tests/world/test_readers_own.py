"""Parquet folders, and the concordances: each source covered, each code known."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

from upperhand.core.errors import OptionError, WorldError
from upperhand.world.icio_card import read_rows
from upperhand.world.readers import SOURCES, build_from, read_concordance
from upperhand.world.readers.concordance import FOLDER, groups, packaged, usd_per_euro
from upperhand.world.toy import toy_world

pa = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
TOY = toy_world()


def columns(array, names, labels, value):
    where = list(np.ndindex(array.shape))
    table = {
        name: [codes[i[k]] for i in where]
        for k, (name, codes) in enumerate(zip(names, labels, strict=True))
    }
    return {**table, value: array.ravel().tolist()}


@pytest.fixture
def folder(tmp_path):
    """The toy world as Parquet files."""
    n, s = TOY.countries, TOY.sectors
    trade = columns(TOY.trade, ("exporter", "importer", "sector"), (n, n, s), "value")
    tables = {
        "trade": {**trade, "tariff": TOY.tariff.ravel().tolist()},
        "inputs": columns(
            TOY.input_share, ("country", "input_sector", "sector"), (n, s, s), "share"
        ),
        "value_added": columns(TOY.value_added_share, ("country", "sector"), (n, s), "share"),
        "sectors": {
            "sector": ["GOODS", "SERV"],
            "name": ["Goods", "Services"],
            "trade_elasticity": [5.0, 4.0],
            "low": [2.0, 4.0],
            "high": [8.0, 10.0],
            "scale_elasticity": [0.13, None],
        },
        "countries": {"country": list(n), "name": list(n)},
    }
    for name, table in tables.items():
        save(tmp_path, name, table)
    return tmp_path


def save(folder, name, table):
    from pyarrow import parquet

    parquet.write_table(pa.table(table), folder / f"{name}.parquet")


def message(folder):
    with pytest.raises(WorldError) as caught:
        build_from("parquet", folder)
    return str(caught.value)


def test_the_toy_world_comes_back_from_parquet(folder):
    world = build_from("parquet", folder)
    assert world.fingerprint == TOY.fingerprint


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"exporter": [1.0], "importer": ["USA"], "sector": ["GOODS"], "value": [5.0]}, "swapped"),
        (
            {"exporter": ["USA"], "importer": ["USA"], "sector": ["GOODS"], "value": ["6,000"]},
            "trade.parquet, row 1: value is '6,000', not a number",
        ),
        (
            {"exporter": ["USA"], "importer": ["USA"], "sector": ["GOODS"], "value": [None]},
            "row 1: value is None",
        ),
        (
            {"exporter": ["USA"], "importer": ["USA"], "sektor": ["GOODS"], "value": [1.0]},
            "unknown column 'sektor'; did you mean 'sector'?",
        ),
    ],
)
def test_faulty_parquet_is_refused_by_row(folder, table, expected):
    save(folder, "trade", table)
    assert expected in message(folder)


def test_what_is_no_parquet_is_refused(folder):
    (folder / "trade.parquet").write_bytes(b"PAR1 not really PAR1")
    assert "trade.parquet: not a Parquet file" in message(folder)
    (folder / "trade.parquet").unlink()
    assert "trade.parquet: no such file" in message(folder)


FILES = [
    row["file"]
    for row in csv.DictReader(
        files("upperhand").joinpath(FOLDER, "sources.csv").read_text(encoding="utf-8").splitlines()
    )
]


def test_every_packaged_file_has_a_source_and_a_certainty():
    there = {entry.name for entry in files("upperhand").joinpath(FOLDER).iterdir()}
    assert there == {*FILES, "sources.csv"}


@pytest.mark.parametrize("name", [name for name in FILES if name.count(".") == 2])
def test_every_code_of_a_concordance_is_ours(name):
    concordance = packaged(name.removesuffix(".csv"))
    ours = {row["code"] for row in read_rows(f"{concordance.kind}s.csv")}
    assert set(concordance.codes.values()) <= ours | set(groups())


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("oecd-icio.sectors", 50 + 5 + 5 + 2 + 1),
        ("wiod2013.sectors", 35 + 35),
        ("wiod2016.sectors", 56),
        ("exiobase.sectors", 163),
        ("exiobase.regions", 49),
        ("eora26.sectors", 26 + 2),
        ("gloria.sectors", 120 + 3),
    ],
)
def test_a_concordance_covers_its_source(name, labels):
    """Number of labels of each source, and of other spellings of them."""
    concordance = packaged(name)
    assert len(concordance.codes) >= labels - 3
    assert concordance.apply(list(concordance.codes)) == tuple(concordance.codes.values())


def test_exiobase_labels_are_those_of_pymrio():
    pymrio = pytest.importorskip("pymrio", reason="the extra mrio is not installed")
    names = pymrio.get_classification("exio3_ixi").sectors.ExioName
    assert len(packaged("exiobase.sectors").apply(list(names))) == 163


@pytest.mark.parametrize("code", sorted(groups()))
def test_a_union_has_members_of_the_packaged_world(code):
    ours = {row["code"] for row in read_rows("sectors.csv")}
    assert set(groups()[code][1]) <= ours
    assert code not in ours


def test_regions_of_the_oecd_file_are_those_of_the_packaged_world():
    members = {m: row["code"] for row in read_rows("regions.csv") for m in row["members"].split()}
    codes = packaged("oecd-icio.regions").codes
    assert {label: codes[label] for label in members} == members


def test_a_faulty_concordance_lists_its_lines(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("label,region\nUSA,NAM\nusa,NAM\nCAN\n,X\n")
    with pytest.raises(WorldError) as caught:
        read_concordance(path, "region")
    for part in (
        "mine.csv:3: label 'usa' was given in line 2",
        "mine.csv:4: 1 cells",
        "mine.csv:5",
    ):
        assert part in str(caught.value)
    path.write_text("country;region\nUSA;NAM\n")
    with pytest.raises(WorldError, match="no column 'label' and no column 'region'"):
        read_concordance(path, "region")
    path.write_text("label,sector,trade_elasticity\nA01,FARM,four\n")
    with pytest.raises(WorldError, match="trade_elasticity is 'four'"):
        read_concordance(path, "sector")


def test_euro_rates_are_near_those_of_two_digits():
    """Two-digit averages that secondary sources print for 2008, 2015, 2019 and 2022."""
    rates = usd_per_euro()
    for year, rate in ((2008, 1.47), (2015, 1.11), (2019, 1.12), (2022, 1.05)):
        assert rates[year] == pytest.approx(rate, abs=0.005)


def test_options_that_do_not_belong_to_a_source_are_refused(folder):
    with pytest.raises(OptionError, match="regions: not for source parquet"):
        build_from("parquet", folder, regions="mine.csv")
    with pytest.raises(OptionError, match="tariff_file: not for source parquet"):
        build_from("parquet", folder, tariff_file="mine.csv")
    with pytest.raises(OptionError, match="unknown source 'exio'"):
        build_from("exio", folder)
    assert set(SOURCES) >= {"oecd-icio", "csv", "parquet", "icio2022"}


def test_the_command_line_builds_checks_and_names_the_world(folder, tmp_path, capsys):
    from upperhand.cli.guard import DONE, WRONG_INPUT, guarded

    out = tmp_path / "mine.npz"
    command = ["world", "build", "--source", "parquet", "--path", str(folder), "-o", str(out)]
    assert guarded(command) == DONE
    assert "3 countries x 2 sectors" in capsys.readouterr().out
    assert out.with_suffix(".card.json").is_file()
    assert guarded(["world", "check", str(out)]) == DONE
    assert guarded([*command, "--strategic"]) == WRONG_INPUT
    assert "strategic goods are split out of" in capsys.readouterr().err
    assert guarded(["world", "build", "--source", "parquet"]) == WRONG_INPUT
    assert "give its file or folder once" in capsys.readouterr().err
