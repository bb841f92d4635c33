"""EXIOBASE, Eora26 and GLORIA through pymrio: the layouts of the downloads, written small."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest

from tests.world.layouts import flows, known_world
from upperhand.core.errors import MissingExtraError, OptionError, WorldError
from upperhand.world.readers import build_from, read_table

pytest.importorskip("pymrio", reason="the extra mrio is not installed")

EXIOBASE_REGIONS = {"USA": "US", "CHN": "CN", "VNM": "WA", "MEX": "MX"}
EXIOBASE_SECTORS = {
    "A01": "Cultivation of wheat",
    "C24A": "Manufacture of basic iron and steel and of ferro-alloys and first products thereof",
    "C26": "Manufacture of radio, television and communication equipment and apparatus (32)",
    "SERV": "Construction (45)",
}
RATE = 1.25


def blocks(world):
    """Return intermediate use and final demand in three categories as matrices."""
    inter, final = flows(world)
    n, s = len(world.countries), len(world.sectors)
    final = final.reshape(n * s, n)
    demand = np.stack([0.8 * final, 0.3 * final, -0.1 * final], axis=2).reshape(n * s, 3 * n)
    return inter.reshape(n * s, n * s), demand


def tsv(path, head, rows):
    lines = ["\t".join(map(str, row)) for row in [*head, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def exiobase(tmp_path):
    """The core files of EXIOBASE 3: tab-separated, two header lines, million euro."""
    folder = tmp_path / "IOT_2020_ixi"
    folder.mkdir()
    world = known_world()
    labels = [
        (EXIOBASE_REGIONS[c], EXIOBASE_SECTORS[k]) for c in world.countries for k in world.sectors
    ]
    inter, demand = (matrix / RATE for matrix in blocks(world))
    names = ["Final consumption", "Gross fixed capital formation", "Changes in inventories"]
    buyers = [(EXIOBASE_REGIONS[c], name) for c in world.countries for name in names]

    def matrix(name, columns, numbers):
        head = [["region", "", *(c for c, _ in columns)]]
        kind = "category" if columns is buyers else "sector"
        head += [[kind, "", *(k for _, k in columns)], ["region", "sector", *[""] * len(columns)]]
        rows = [
            [*label, *map(repr, row)] for label, row in zip(labels, numbers.tolist(), strict=True)
        ]
        tsv(folder / name, head, rows)

    matrix("Z.txt", labels, inter)
    matrix("Y.txt", buyers, demand)
    unit = [[*label, "M.EUR"] for label in labels]
    tsv(folder / "unit.txt", [["region", "sector", "unit"]], unit)
    files = {
        name: {"name": f"{name}.txt", "nr_index_col": "2", "nr_header": "2"} for name in ("Z", "Y")
    }
    files["unit"] = {"name": "unit.txt", "nr_index_col": "2", "nr_header": "1"}
    parameters = {"systemtype": "IOSystem", "files": files}
    (folder / "file_parameters.json").write_text(json.dumps(parameters))
    about = {"name": "EXIO3", "system": "ixi", "version": "3.8", "description": "", "history": []}
    (folder / "metadata.json").write_text(json.dumps(about))
    return folder


def test_exiobase_in_euro_becomes_a_world_in_dollars(exiobase):
    world = build_from("exiobase", exiobase, usd_per_unit=RATE)
    known = known_world()
    assert world.countries == ("USA", "CHN", "MEX", "XAP")
    assert world.sectors == known.sectors
    order = [known.countries.index(c) for c in ("USA", "CHN", "MEX", "VNM")]
    np.testing.assert_allclose(world.trade, known.trade[np.ix_(order, order)], rtol=1e-9)
    np.testing.assert_allclose(world.input_share, known.input_share[order], atol=1e-9)
    assert world.year == 2020


def test_exiobase_is_read_from_its_zip_at_the_yearly_rate(exiobase, tmp_path):
    path = tmp_path / "IOT_2020_ixi.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in exiobase.iterdir():
            archive.write(file, f"IOT_2020_ixi/{file.name}")
    table = read_table("exiobase", path)
    rate = 1.1422
    assert table.output.sum() == pytest.approx(known_world().output.sum() / RATE * rate, rel=1e-9)
    assert any("1.1422" in remark for remark in table.remarks)


def test_exiobase_without_a_year_asks_for_the_rate(exiobase):
    target = exiobase.with_name("exio")
    exiobase.rename(target)
    with pytest.raises(OptionError, match="no exchange rate for year 0"):
        read_table("exiobase", target)


@pytest.fixture
def eora(tmp_path):
    """Eora26 unpacked: bare tab-separated numbers and label files, thousand dollars, a ROW."""
    sectors = {
        "A01": "Agriculture",
        "C24A": "Metal Products",
        "C26": "Electrical and Machinery",
        "SERV": "Construction",
    }
    world = known_world()
    inter, demand = (1000 * matrix for matrix in blocks(world))
    size, wide = demand.shape
    names = ["Household", "Capital", "Inventories"]
    rows = [(c, c, "Industries", sectors[k]) for c in world.countries for k in world.sectors]
    buyers = [(c, c, "Final demand", name) for c in world.countries for name in names]
    rows.append(("ROW", "ROW", "TOTAL", "TOTAL"))
    buyers.append(("ROW", "ROW", "Final demand", "Household"))
    labels = {
        "labels_T.txt": rows,
        "labels_FD.txt": buyers,
        "labels_VA.txt": [("Primary input", "All")],
        "labels_Q.txt": [("Emissions (t)", "All")],
    }
    for name, lines in labels.items():
        tsv(tmp_path / name, [], [[*line, ""] for line in lines])
    numbers = {
        "T": np.pad(inter, ((0, 1), (0, 1)), constant_values=3.0),
        "FD": np.pad(demand, ((0, 1), (0, 1)), constant_values=2.0),
        "VA": np.ones((1, size + 1)),
        "Q": np.ones((1, size + 1)),
        "QY": np.ones((1, wide + 1)),
    }
    for name, matrix in numbers.items():
        tsv(
            tmp_path / f"Eora26_2015_bp_{name}.txt", [], [map(repr, row) for row in matrix.tolist()]
        )
    return tmp_path


def test_eora_in_thousand_dollars_becomes_a_world_in_millions(eora):
    world = build_from("eora26", eora, year=2015)
    known = known_world()
    assert world.sectors == ("A01_02", "C24_25", "C26T28", "SERV")
    np.testing.assert_allclose(world.trade, known.trade, rtol=1e-9)
    np.testing.assert_allclose(world.income, known.income, rtol=1e-9)
    with pytest.raises(OptionError, match="which year"):
        read_table("eora26", eora)


@pytest.fixture
def gloria(tmp_path):
    """GLORIA as downloaded: supply and use in one matrix, labels in the ReadMe."""
    from openpyxl import Workbook

    world = known_world()
    sectors = ["Growing rice", "Basic iron and steel", "Electrical equipment", "Education"]
    n, s = len(world.countries), len(sectors)
    inter, demand = (1000 * matrix for matrix in blocks(world))
    output = 1000 * world.output.ravel()
    place = np.arange(n * s).reshape(n, s)
    industry = (place + s * np.arange(n)[:, None]).ravel()
    product = industry + s
    use = np.zeros((2 * n * s, 2 * n * s))
    use[np.ix_(product, industry)] = inter
    use[industry, product] = output
    bought = np.zeros((2 * n * s, demand.shape[1]))
    bought[product] = demand
    names = ["Households", "Capital", "Inventories"]
    tables = {"T": use, "Y": bought, "V": np.ones((3 * n, 2 * n * s))}
    accounts = {"TQ": np.ones((1, 2 * n * s)), "YQ": np.ones((1, demand.shape[1]))}
    for folder, content in (
        ("GLORIA_MRIOs_59_2022", tables),
        ("GLORIA_SatelliteAccounts_059_2022", accounts),
    ):
        (tmp_path / folder).mkdir()
        for name, matrix in content.items():
            stem = f"20230727_120secMother_AllCountries_002_{name}-Results_2022_059_Markup001(full)"
            np.savetxt(tmp_path / folder / f"{stem}.csv", matrix, delimiter=",", fmt="%.17g")
    book = Workbook()
    sheets = {
        "Regions": [["Region_acronyms", "Region_names"], *[[c, c] for c in world.countries]],
        "Sectors": [["Sector_names"], *[[name] for name in sectors]],
        "Value added and final demand": [
            ["Value_added_names", "Final_demand_names"],
            *[[f"Value added {i}", name] for i, name in enumerate(names)],
        ],
        "Satellites": [["Sat_indicator", "Sat_head_indicator", "Sat_unit"], ["CO2", "GHG", "kt"]],
    }
    for title, lines in sheets.items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(tmp_path / "GLORIA_ReadMe_059.xlsx")
    return tmp_path


def test_gloria_takes_its_use_table(gloria):
    world = build_from("gloria", gloria, year=2022)
    known = known_world()
    assert world.countries == known.countries
    assert world.sectors == ("A01", "C24A", "C27", "SERV")
    np.testing.assert_allclose(world.trade, known.trade, rtol=1e-9)
    np.testing.assert_allclose(world.input_share, known.input_share, atol=1e-9)


@pytest.mark.parametrize("source", ["exiobase", "eora26", "gloria"])
def test_files_of_something_else_are_one_error(source, tmp_path):
    (tmp_path / "notes_2020.txt").write_text("nothing here")
    with pytest.raises(WorldError, match="pymrio cannot read it"):
        read_table(source, tmp_path, year=2020)


@pytest.mark.parametrize("source", ["exiobase", "eora26", "gloria"])
def test_a_forged_zip_is_not_unpacked(source, tmp_path):
    path = tmp_path / "Eora26_2015_bp.zip"
    path.write_bytes(b"PK\x03\x04 forged")
    with pytest.raises(WorldError, match="not a zip file"):
        read_table(source, path, year=2015)


def test_a_cut_exiobase_names_the_region(exiobase):
    text = (exiobase / "Y.txt").read_text().splitlines()
    keep = [j for j, name in enumerate(text[0].split("\t")) if name != "MX"]
    cut = ["\t".join(line.split("\t")[j] for j in keep) for line in text]
    (exiobase / "Y.txt").write_text("\n".join(cut) + "\n")
    with pytest.raises(WorldError, match="region MX has only industries"):
        read_table("exiobase", exiobase)


@pytest.mark.parametrize("share", [0.0005, 0.01])
def test_small_negative_inputs_are_moved_and_large_ones_refused(exiobase, share):
    lines = (exiobase / "Z.txt").read_text().splitlines()
    cells = lines[4].split("\t")
    total = sum(float(x) for line in lines[3:] for x in line.split("\t")[2:])
    cells[3] = repr(-share * total)
    lines[4] = "\t".join(cells)
    (exiobase / "Z.txt").write_text("\n".join(lines) + "\n")
    if share < 0.001:
        world = build_from("exiobase", exiobase, usd_per_unit=RATE)
        assert world.card["moved"]["negative intermediate use set to 0"] > 0
        assert world.check().ok
    else:
        with pytest.raises(WorldError, match="negative flows are"):
            build_from("exiobase", exiobase, usd_per_unit=RATE)


def test_without_pymrio_the_message_names_the_extra(exiobase, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pymrio", None)
    with pytest.raises(MissingExtraError, match=r"upperhand\[mrio\]"):
        read_table("exiobase", exiobase)


def test_a_rate_is_for_exiobase_only(tmp_path):
    with pytest.raises(OptionError, match="usd_per_unit is for exiobase"):
        read_table("wiod", tmp_path, usd_per_unit=1.1)
