"""WIOD: the 2013 release as published, both Excel layouts, and pymrio as the second reader."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from tests.support import shared_dir
from upperhand.core.errors import MissingExtraError, WorldError
from upperhand.world.load import load_world
from upperhand.world.readers import build_from, leontief_adjusted, read_table, world_from_table
from upperhand.world.readers.table import quiet

pytest.importorskip("rdata", reason="the extra mrio is not installed")
pytest.importorskip("python_calamine", reason="the extra mrio is not installed")


@pytest.fixture(scope="module")
def release():
    """The table of 2011 as published."""
    return read_table("wiod", shared_dir() / "data" / "wiod2013_release", year=2011)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("year", "output", "united_states"), [(2008, 122.73, 14.44), (2011, 141.71, 15.16)]
)
def test_the_2013_release_becomes_a_world_without_faults(year, output, united_states):
    """World output and US value added, USD tn; GDP of 2008 and 2011 was 14.8 and 15.6 (BEA)."""
    world = build_from("wiod", shared_dir() / "data" / "wiod2013_release", year=year)
    assert world.check().ok
    assert world.year == year
    assert (len(world.countries), len(world.sectors)) == (28, 16)
    assert world.output.sum() / 1e6 == pytest.approx(output, abs=0.005)
    value_added = dict(zip(world.countries, world.value_added.sum(axis=1), strict=True))
    assert value_added["USA"] / 1e6 == pytest.approx(united_states, abs=0.005)
    union = world.card["regions"]["XEU"]
    assert " ".join(union) == "BGR CYP DNK EST FIN GRC LTU LUX LVA MLT PRT ROM SVK SVN"


@pytest.mark.shared
def test_totals_of_the_release_are_kept(release):
    world = world_from_table(release)
    moved = world.card["moved"]["negative flows set to 0, output of exporters raised"]
    assert world.trade.sum() == pytest.approx(release.output.sum() + moved, rel=1e-12)
    assert moved < 1e-5 * world.trade.sum()
    inputs = (world.input_share * world.output[:, None, :]).sum()
    trimmed = world.card["moved"]["input use above purchases, moved to final demand"]
    assert inputs + trimmed == pytest.approx(release.inter.sum(), rel=1e-9)


@pytest.mark.shared
def test_the_leontief_adjustment_keeps_input_coefficients(release):
    better = leontief_adjusted(release)
    assert better.final.min() >= 0
    before, after = (t.inter / np.maximum(t.output, 1e-9) for t in (release, better))
    np.testing.assert_allclose(after, before, atol=1e-9)
    assert better.output.sum() > release.output.sum()
    assert world_from_table(better).card["moved"]["flows set to 0"] == 0


@pytest.mark.shared
def test_unions_of_sectors_take_averages_of_the_packaged_elasticities(release):
    world, icio = world_from_table(release), load_world("icio-2022")
    theta = dict(zip(icio.sectors, icio.trade_elasticity, strict=True))
    union = world.trade_elasticity[world.sectors.index("C26_27")]
    assert min(theta["C26"], theta["C27"]) <= union <= max(theta["C26"], theta["C27"])
    assert world.trade_elasticity[world.sectors.index("C28")] == pytest.approx(theta["C28"])


@pytest.mark.shared
def test_strategic_goods_cannot_be_split_from_coarse_sectors():
    folder = shared_dir() / "data" / "wiod2013_release"
    with pytest.raises(WorldError, match="it has no sector C26"):
        build_from("wiod", folder, year=2011, strategic=True)


DIVISIONS = (
    "AtB C 15t16 17t18 19 20 21t22 23 24 25 26 27t28 29 30t33 34t35 36t37 E F 50 51 52 H 60 61 62 "
    "63 64 J 70 71t74 L M N O P"
)
ISIC3 = DIVISIONS.split()
INDUSTRIES = (
    "A01 A02 A03 B C10-C12 C13-C15 C16 C17 C18 C19 C20 C21 C22 C23 C24 C25 C26 C27 C28 C29 C30 "
    "C31_C32 C33 D35 E36 E37-E39 F G45 G46 G47 H49 H50 H51 H52 H53 I J58 J59_J60 J61 J62_J63 K64 "
    "K65 K66 L68 M69_M70 M71 M72 M73 M74_M75 N O84 P85 Q R_S T U"
)
ISIC4 = INDUSTRIES.split()


def workbook(path, codes, *, countries=("CHN", "USA", "RoW"), letters="c", spoil=None):
    """Write a table in the Excel layout of WIOD; the fifth category holds negative inventories."""
    from openpyxl import Workbook

    n, s = len(countries), len(codes)
    rng = np.random.default_rng(3)
    inter = rng.uniform(0.1, 2.0, (n * s, n * s)).round(3)
    final = rng.uniform(60.0, 90.0, (n * s, 5 * n)).round(3)
    final[:, 4::5] = -1.5
    output = inter.sum(axis=1) + final.sum(axis=1)
    body = [
        (code, f"industry {code}", c, f"{letters}{i + 1}")
        for c in countries
        for i, code in enumerate(codes)
    ]
    demand = [
        ("", name, c, f"{letters}{37 + j}") for c in countries for j, name in enumerate("ABCDE")
    ]
    across = [*body, *demand, ("", "Total output", "", f"{letters}60")]
    numbers = np.column_stack([inter, final, output])
    below = [
        ("", "Total intermediate consumption", "TOT", "r60", inter.sum(axis=0)),
        ("", "Value added at basic prices", "TOT", "r64", output - inter.sum(axis=0)),
        ("", "Output at basic prices", "TOT", "r69", output),
    ]
    year = 2011 if letters == "c" else 2014
    titles = [f"World Input-Output Table for {year}", "(current prices)"]
    extra = ["(industry-by-industry)", "(millions of US$)", "", ""]
    lines = [[title] for title in titles]
    lines += [[extra[k], "", "", "", *(label[k] for label in across)] for k in range(4)]
    lines += [[*label, *row] for label, row in zip(body, numbers.tolist(), strict=True)]
    lines += [[*label, *row.tolist(), *[0.0] * (5 * n + 1)] for *label, row in below]
    if spoil is not None:
        spoil(lines)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(year))
    for line in lines:
        sheet.append([int(x) if isinstance(x, str) and x.isdigit() else x for x in line])
    book.save(path)
    return inter, final


def test_excel_of_the_2013_release_agrees_with_pymrio(tmp_path):
    """pymrio's own parser of this release gives the same matrices."""
    pymrio = pytest.importorskip("pymrio", reason="the extra mrio is not installed")
    path = tmp_path / "wiot11_row_apr12.xlsx"
    inter, _ = workbook(path, ISIC3)
    table = read_table("wiod", path)
    with quiet():
        other = pymrio.parse_wiod(path)
    np.testing.assert_allclose(table.inter, other.Z.to_numpy(), rtol=1e-12)
    summed = other.Y.T.groupby(level=0, sort=False).sum().T.to_numpy()
    np.testing.assert_allclose(table.final, summed, rtol=1e-12)
    np.testing.assert_allclose(table.inter, inter)
    assert (table.year, table.edition) == (2011, "WIOD, 2013 release")
    world = world_from_table(table)
    assert world.countries == ("USA", "CHN", "ROW")
    assert world.sectors[11] == "C26_27"


def test_excel_of_the_2016_release_is_read(tmp_path):
    path = tmp_path / "WIOT2014_Nov16_ROW.xlsx"
    inter, final = workbook(path, ISIC4, countries=("USA", "ROW"), letters="r")
    table = read_table("wiod", tmp_path, year=2014)
    np.testing.assert_allclose(table.inter, inter)
    np.testing.assert_allclose(table.final[:, 0], final[:, :5].sum(axis=1))
    world = world_from_table(table)
    assert (world.year, world.card["edition"]) == (2014, "WIOD, 2016 release")
    assert {"A01", "B05T09", "C26", "C27", "C30", "SERV"} < set(world.sectors)


SPOILED = {
    "text for a number": (
        lambda lines: lines[10].__setitem__(9, "n.a."),
        "row 11, column 10 is 'n.a.'",
    ),
    "swapped columns": (
        lambda lines: [line.insert(4, line.pop(5)) for line in lines[2:6]],
        "expected CHN/AtB; rows and columns must have one order",
    ),
    "missing block": (lambda lines: lines.__delitem__(slice(6, 41)), "105 columns of industries"),
    "sums that do not hold": (
        lambda lines: lines[6].__setitem__(4, 9e6),
        "sales of CHN/AtB add to",
    ),
    "negative flow": (lambda lines: lines[6].__setitem__(4, -3000.0), "CHN/AtB"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_a_faulty_workbook_is_refused_with_its_place(tmp_path, fault):
    spoil, expected = SPOILED[fault]
    path = tmp_path / "wiot11_row_apr12.xlsx"
    workbook(path, ISIC3, spoil=spoil)
    with pytest.raises(WorldError) as caught:
        build_from("wiod", path)
    assert expected in str(caught.value)


def test_what_is_no_wiod_file_is_refused(tmp_path):
    for name, content in (
        ("wiot11.xlsx", b"PK\x03\x04 forged"),
        ("wiot_2011.RData", b"\x00\x01\x02 binary"),
        ("wiot_2011.rdata", gzip.compress(b"RDX2\nX\n")),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(WorldError, match="not "):
            read_table("wiod", path)
        path.unlink()
    with pytest.raises(WorldError, match=r"no \.xlsx, \.xlsb or \.RData file"):
        read_table("wiod", tmp_path)
    (tmp_path / "wiot.csv").write_text("a,b\n")
    with pytest.raises(WorldError, match="allowed are"):
        read_table("wiod", tmp_path / "wiot.csv")


def test_r_data_that_unpack_to_too_much_are_refused(tmp_path, monkeypatch):
    from upperhand.world.readers import wiod

    monkeypatch.setattr(wiod, "LARGEST_UNPACKED", 1000)
    path = tmp_path / "wiot_2011.RData"
    path.write_bytes(gzip.compress(bytes(5000)))
    with pytest.raises(WorldError, match="unpacks to more than 1,000 bytes"):
        read_table("wiod", path)


@pytest.mark.parametrize(("package", "name"), [("rdata", "w.RData"), ("python_calamine", "w.xlsx")])
def test_without_the_package_the_message_names_the_extra(tmp_path, monkeypatch, package, name):
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(MissingExtraError, match=r"upperhand\[mrio\]"):
        read_table("wiod", tmp_path / name)
