"""The official OECD tables: what is written in their layout comes back, and faults are named."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import numpy as np
import pytest

from tests.world.layouts import OECD, assert_same, known_world, oecd_lines, write_lines
from upperhand.core.errors import WorldError
from upperhand.world.load import load_world
from upperhand.world.readers import build_from, read_table


@pytest.fixture
def lines():
    return oecd_lines(known_world())


def message(path, **options):
    with pytest.raises(WorldError) as caught:
        build_from("oecd-icio", path, **options)
    return str(caught.value)


def cell(lines, row, column):
    """Return the position of a cell by its labels."""
    return next(i for i, r in enumerate(lines) if r[0] == row), lines[0].index(column)


@pytest.mark.parametrize("split", [False, True], ids=["small", "extended"])
def test_a_world_written_in_the_oecd_layout_comes_back(tmp_path, split):
    known = known_world()
    path = write_lines(tmp_path / "2022_SML.csv", oecd_lines(known, split=split))
    world = build_from("oecd-icio", path)
    assert_same(world, known)
    assert world.year == 2022
    assert world.name == "oecd-icio-2022"
    assert world.card["edition"] == "OECD ICIO, 2025 edition"
    assert world.card["regions"]["MEX"] == (["MEX", "MX1", "MX2"] if split else ["MEX"])


def test_an_extended_table_may_list_only_the_parts_of_a_country(tmp_path):
    lines = oecd_lines(known_world(), split=True)
    empty = {f"{c}_{k}" for c in ("CHN", "MEX") for k in OECD.values()}
    keep = [j for j, name in enumerate(lines[0]) if name not in empty]
    path = write_lines(
        tmp_path / "2022.csv", [[row[j] for j in keep] for row in lines if row[0] not in empty]
    )
    world = build_from("oecd-icio", path)
    assert_same(world, known_world())
    assert world.card["regions"]["CHN"] == ["CN1", "CN2"]


def test_with_a_tariff_file_inputs_are_valued_at_what_users_pay(tmp_path):
    known = known_world(tariffs=True)
    path = write_lines(tmp_path / "2022_SML.csv", oecd_lines(known))
    rates = [
        [known.countries[i], known.countries[j], known.sectors[k], repr(float(rate))]
        for (i, j, k), rate in np.ndenumerate(known.tariff)
        if rate
    ]
    head = ["exporter", "importer", "sector", "tariff"]
    tariffs = write_lines(tmp_path / "tariffs.csv", [head, *rates])
    assert_same(build_from("oecd-icio", path, tariff_file=tariffs), known)


def test_the_2023_edition_is_read_with_its_coarser_sectors(tmp_path):
    labels = {**OECD, "A01": "A01T02", "C24A": "C24"}
    path = write_lines(tmp_path / "2019_SML.csv", oecd_lines(known_world(), labels=labels))
    world = build_from("oecd-icio", path)
    assert world.sectors == ("A01_02", "C24", "C26", "SERV")
    assert world.card["edition"] == "OECD ICIO, 2023 edition"
    icio = load_world("icio-2022")
    metals = icio.trade_elasticity[icio.sectors.index("C24A")]
    assert world.trade_elasticity[1] == metals  # C24B has the same in every published set


def test_the_order_of_rows_and_columns_is_free(tmp_path, lines):
    head, *rows = lines
    order = [0, *reversed(range(1, len(head)))]
    turned = [[row[i] for i in order] for row in [head, *reversed(rows)]]
    assert_same(build_from("oecd-icio", write_lines(tmp_path / "2022.csv", turned)), known_world())


def test_a_zip_or_folder_with_several_years_asks_which(tmp_path, lines):
    write_lines(tmp_path / "2021_SML.csv", lines)
    write_lines(tmp_path / "2022_SML.csv", lines)
    assert "give the year" in message(tmp_path)
    assert build_from("oecd-icio", tmp_path, year=2021).year == 2021
    archive = tmp_path / "2016-2022_SML.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for year in (2021, 2022):
            target.write(tmp_path / f"{year}_SML.csv", f"{year}_SML.csv")
    assert build_from("oecd-icio", archive, year=2022).year == 2022
    assert "no table of 1994" in message(archive, year=1994)


def test_own_concordances_replace_the_packaged_ones(tmp_path, lines):
    path = write_lines(tmp_path / "2022_SML.csv", lines)
    regions = tmp_path / "regions.csv"
    regions.write_text("label,region,name\nUSA,NAM,North America\nMEX,NAM,\nCHN,ASI,\nVNM,ASI,\n")
    sectors = tmp_path / "sectors.csv"
    sectors.write_text("label,sector,trade_elasticity\nA01,ALL,3\nC24A,ALL,3\nC26,ALL,3\nG,SERV,\n")
    world = build_from("oecd-icio", path, regions=regions, sectors=sectors)
    assert world.countries == ("NAM", "ASI")
    assert set(world.sectors) == {"ALL", "SERV"}
    assert world.country_names["NAM"] == "North America"
    assert world.trade_elasticity[world.sectors.index("ALL")] == 3
    known = known_world()
    assert world.trade.sum() == pytest.approx(known.trade.sum(), rel=1e-12)
    assert world.income.sum() == pytest.approx(known.income.sum(), rel=1e-12)


def test_a_label_without_region_or_elasticity_is_named(tmp_path, lines):
    path = write_lines(tmp_path / "2022_SML.csv", lines)
    regions = tmp_path / "regions.csv"
    regions.write_text("label,region\nUSA,USA\nCHN,CHN\nMEX,MEX\n")
    assert "no region for label 'VNM'" in message(path, regions=regions)
    sectors = tmp_path / "sectors.csv"
    sectors.write_text("label,sector\nA01,FARM\nC24A,C24A\nC26,C26\nG,SERV\n")
    assert "sector FARM" in message(path, sectors=sectors)
    assert "trade_elasticity" in message(path, sectors=sectors)


def test_strategic_goods_need_the_sectors_they_are_split_from(tmp_path, lines):
    path = write_lines(tmp_path / "2022_SML.csv", lines)
    text = message(path, strategic=True)
    assert "B07" in text
    assert "2025 edition" in text


FAULTS = {
    "thousands separator": (
        lambda lines, i, j: lines[i].__setitem__(j, '"6,000.5"'),
        ["row 'CHN_C26', column 'USA_C26' is '6,000.5', with a thousands separator"],
    ),
    "unquoted thousands separator": (
        lambda lines, i, j: lines[i].__setitem__(j, "6,000"),
        ["row 'CHN_C26'", "thousands separators"],
    ),
    "text": (
        lambda lines, i, j: lines[i].__setitem__(j, "n/a"),
        ["row 'CHN_C26', column 'USA_C26' is 'n/a'"],
    ),
    "gap": (
        lambda lines, i, j: lines[i].__setitem__(j, ""),
        ["row 'CHN_C26', column 'USA_C26' is ''"],
    ),
    "negative flow": (
        lambda lines, i, j: lines[i].__setitem__(j, "-500"),
        ["row 'CHN_C26', column 'USA_C26' is -500", "intermediate flows are 0 or more"],
    ),
    "swapped columns": (
        lambda lines, _i, j: [row.insert(1, row.pop(j)) for row in lines[1:]],
        ["column OUT of USA/", "are columns swapped"],
    ),
    "cut line": (lambda lines, i, j: lines[i].__delitem__(slice(j, None)), ["the line is cut"]),
    "truncated file": (
        lambda lines, i, _j: lines.__delitem__(slice(i, None)),
        ["the file ends after row 'CHN_C24A'", "truncated"],
    ),
    "missing rows of a country": (
        lambda lines, _i, _j: lines.__setitem__(
            slice(None), [row for row in lines if not row[0].startswith("CHN")]
        ),
        ["no row CHN_A01, CHN_C24A, CHN_C26 and 1 more", "a country block is missing"],
    ),
    "row twice": (lambda lines, i, _j: lines.insert(i, lines[i]), ["row 'CHN_C26' was given in"]),
    "unknown row": (lambda lines, i, _j: lines[i].__setitem__(0, "CHN_X26"), ["row 'CHN_X26'"]),
    "sector of one country missing": (
        lambda lines, _i, j: [row.pop(j) for row in lines],
        ["country USA has no sector C26"],
    ),
    "unknown sector": (
        lambda lines, _i, _j: lines.__setitem__(
            slice(None), [[c.replace("_C26", "_C99") for c in row] for row in lines]
        ),
        ["no sector for label 'C99'"],
    ),
    "older edition": (
        lambda lines, _i, _j: lines.__setitem__(
            slice(None), [[c.replace("_A01", "_01T02") for c in row] for row in lines]
        ),
        ["'USA_01T02' is of an edition before 2023"],
    ),
    "no total": (lambda lines, _i, _j: [row.pop() for row in lines], ["no column 'OUT'"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_table_is_refused_with_row_and_column(tmp_path, lines, fault):
    spoil, expected = FAULTS[fault]
    spoil(lines, *cell(lines, "CHN_C26", "USA_C26"))
    text = message(write_lines(tmp_path / "2022_SML.csv", lines))
    for part in expected:
        assert part in text


def test_a_whole_country_missing_is_found_by_the_accounts(tmp_path, lines):
    keep = [j for j, name in enumerate(lines[0]) if not name.startswith("VNM")]
    cut = [[row[j] for j in keep] for row in lines if not row[0].startswith("VNM")]
    text = message(write_lines(tmp_path / "2022_SML.csv", cut))
    assert "is a country block missing?" in text


def test_what_is_no_table_is_refused(tmp_path, lines):
    binary = tmp_path / "2022_SML.csv"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 50)
    assert "not a CSV file" in message(binary)
    binary.write_bytes(b"V1,USA_A01\0\0\n")
    assert "binary" in message(binary)
    binary.write_bytes(b"")
    assert "empty" in message(binary)
    write_lines(binary, [[";".join(row)] for row in lines])
    assert "semicolons" in message(binary)
    assert "no such file" in message(tmp_path / "nowhere.csv")
    fake = tmp_path / "2022.zip"
    fake.write_bytes(b"PK\x03\x04 not really")
    assert "not a zip file" in message(fake)


def test_a_zip_that_declares_five_gigabytes_is_not_unpacked(tmp_path):
    path = tmp_path / "2022_SML.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2022_SML.csv", "V1,USA_A01\n")
    content = path.read_bytes()
    size, huge = (11).to_bytes(4, "little"), (4_294_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, huge))
    assert "4,294,000,000 bytes; allowed: at most 2,000,000,000" in message(path)


PEAK = """
import resource, sys
from upperhand.world.readers import Concordance, read_table, world_from_table
table = read_table("oecd-icio", sys.argv[1])
regions = Concordance("own", "region", {c: c for c in table.countries}, {}, {})
sectors = Concordance("own", "sector", dict.fromkeys(table.sectors, "C26"), {}, {})
world = world_from_table(table, regions=regions, sectors=sectors)
assert world.check().ok
print(table.inter.shape[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_table_of_four_thousand_industries_needs_less_than_two_gigabytes(tmp_path):
    """Peak memory of a fresh process, Python and pandas included."""
    codes = ["A01", *(f"C{i}" for i in range(200, 249))]
    industries = [f"{c}{d}Z_{s}" for c in "ABCDEFGH" for d in "ABCDEFGHIJ" for s in codes]
    countries = dict.fromkeys(label[:3] for label in industries)
    head = ",".join(["V1", *industries, *(f"{c}_HFCE" for c in countries), "OUT"])
    output = 4000 * 0.123456 + 80 * 7.5
    row = ",".join(["0.123456"] * 4000 + ["7.500000"] * 80 + [f"{output:.6f}"])
    blank = "," * 81
    below = [("TLS", 0.0), ("VA", 80 * 7.5), ("OUT", output)]
    path = tmp_path / "2022_SML.csv"
    with path.open("w") as handle:
        handle.write(head + "\n")
        handle.writelines(f"{label},{row}\n" for label in industries)
        for name, value in below:
            handle.write(",".join([name, *[f"{value:.6f}"] * 4000]) + blank + "\n")
    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    size, kilobytes = map(int, done.stdout.split())
    assert size == 4000
    assert kilobytes < 2_000_000


def test_the_table_keeps_the_labels_of_the_source(tmp_path):
    path = write_lines(tmp_path / "2022.csv", oecd_lines(known_world(), split=True))
    table = read_table("oecd-icio", path)
    assert table.countries[-4:] == ("CN1", "CN2", "MX1", "MX2")
    assert table.final[:, -4:].sum() == 0


def test_the_packaged_world_comes_back_from_the_oecd_layout_and_can_be_split(tmp_path):
    """50 regions, 28 sectors, tariffs in a file; then the strategic goods of the packaged world."""
    known = load_world("icio-2022")
    labels = {code: "G" if code == "SERV" else code for code in known.sectors}
    with np.errstate(invalid="ignore"):
        lines = oecd_lines(known, labels=labels)
    path = write_lines(tmp_path / "2022_SML.csv", lines)
    head = ["exporter", "importer", "sector", "tariff"]
    codes = (known.countries, known.countries, known.sectors)
    rates = [
        [*(axis[i] for axis, i in zip(codes, at, strict=True)), repr(float(known.tariff[at]))]
        for at in map(tuple, np.argwhere(known.tariff))
    ]
    world = build_from(
        "oecd-icio",
        path,
        regions=write_lines(
            tmp_path / "r.csv", [["label", "region"], *[[c, c] for c in known.countries]]
        ),
        tariff_file=write_lines(tmp_path / "t.csv", [head, *rates]),
        strategic=True,
    )
    split = load_world("icio-2022-strategic")
    assert_same(world, split)
    np.testing.assert_allclose(world.trade_elasticity, split.trade_elasticity, rtol=1e-9)
    np.testing.assert_allclose(world.scale_elasticity, split.scale_elasticity, atol=1e-9)
