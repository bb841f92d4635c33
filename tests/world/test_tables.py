"""A folder of CSV files becomes a world, or every wrong line is named."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.core.errors import WorldError
from upperhand.world import csvfile
from upperhand.world.tables import read_tables
from upperhand.world.toy import toy_world

TOY = toy_world()


def rows_of(array, *labels):
    for where in np.ndindex(array.shape):
        codes = [names[i] for names, i in zip(labels, where, strict=True)]
        yield ",".join([*codes, repr(float(array[where]))])


@pytest.fixture
def folder(tmp_path):
    """The toy world as a folder of CSV files."""
    n, s = TOY.countries, TOY.sectors
    flows = zip(rows_of(TOY.trade, n, n, s), TOY.tariff.ravel(), strict=True)
    files = {
        "trade.csv": ["exporter,importer,sector,value,tariff", *(f"{a},{t}" for a, t in flows)],
        "inputs.csv": ["country,input_sector,sector,share", *rows_of(TOY.input_share, n, s, s)],
        "value_added.csv": ["country,sector,share", *rows_of(TOY.value_added_share, n, s)],
        "sectors.csv": [
            "sector,name,trade_elasticity,low,high,scale_elasticity",
            "GOODS,Goods,5,2,8,0.13",
            "SERV,Services,4,4,10,",
        ],
        "countries.csv": ["country,name", "USA,United States", "CHN,China", "VNM,Viet Nam"],
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def edited(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def message(folder):
    with pytest.raises(WorldError) as caught:
        read_tables(folder)
    return str(caught.value)


def test_the_toy_world_comes_back_from_its_csv_files(folder):
    assert read_tables(folder, name="toy").fingerprint == TOY.fingerprint


def test_order_of_columns_and_a_byte_order_mark_do_not_matter(folder):
    text = "\ufeffname,country\nUnited States,USA\nChina,CHN\nViet Nam,VNM\n"
    (folder / "countries.csv").write_text(text, encoding="utf-8")
    assert read_tables(folder).fingerprint == TOY.fingerprint


def test_without_a_list_of_countries_they_come_in_the_order_of_the_table(folder):
    (folder / "countries.csv").unlink()
    assert read_tables(folder).countries == TOY.countries


def test_a_row_that_is_not_there_is_no_flow(folder):
    edited(folder, "trade.csv", "VNM,CHN,SERV,10.0,0.0\n", "")
    assert read_tables(folder).trade[2, 1, 1] == 0.0


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("trade.csv", "6000.0", '"6,000"', "trade.csv:2: value is '6,000', with a thousands sep"),
        ("trade.csv", "6000.0", '"6000,5"', "decimal comma; write 6000.5"),
        ("trade.csv", "6000.0", "6,000", "trade.csv:2: 6 cells, but the header has 5"),
        ("trade.csv", "6000.0", "nan", "trade.csv:2: value is 'nan', not a number"),
        ("trade.csv", "6000.0", "", "trade.csv:2: value is '', not a number"),
        ("trade.csv", "6000.0", "inf", "trade.csv:2: value is 'inf', not a number"),
        ("trade.csv", "USA,USA,GOODS,6000.0", "USA,USA,6000.0,GOODS", "are two columns swapped?"),
        ("trade.csv", "USA,USA,GOODS,6000.0", "USA,,GOODS,1", "trade.csv:2: importer is empty"),
        ("trade.csv", "USA,USA,GOODS", "USB,USA,GOODS", "unknown exporter 'USB'; did you mean"),
        ("trade.csv", "USA,USA,SERV", "USA,USA,GOODS", "USA/USA/GOODS was given in line 2"),
        ("trade.csv", "exporter,", "exportr,", "unknown column 'exportr'; did you mean 'exporter'"),
        ("trade.csv", "exporter,importer,sector,value,tariff", "a;b;c", "separated by semicolons"),
        ("trade.csv", "6000.0", "-6000.0", "trade of USA/USA/GOODS is -6000"),
        ("inputs.csv", "USA,GOODS,GOODS", "USA,GOODS,GOOD", "inputs.csv:2: unknown sector 'GOOD'"),
        ("value_added.csv", "USA,GOODS,0.5\n", "", "value_added.csv: no row for USA/GOODS"),
        ("sectors.csv", ",trade_elasticity", ",elasticity", "no column 'trade_elasticity'"),
        ("countries.csv", "VNM,Viet Nam\n", "", "unknown exporter 'VNM'"),
    ],
)
def test_a_wrong_line_is_named_with_file_and_number(folder, name, old, new, expected):
    edited(folder, name, old, new)
    assert expected in message(folder)


def test_faults_of_several_files_come_together(folder):
    edited(folder, "trade.csv", "6000.0", "many")
    edited(folder, "sectors.csv", "GOODS,Goods,5", "GOODS,Goods,x")
    text = message(folder)
    assert "trade.csv:2" in text
    assert "sectors.csv:2" in text


def test_an_exporter_that_never_buys_is_named(folder):
    (folder / "countries.csv").unlink()
    text = (folder / "trade.csv").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if ",VNM," not in line]
    (folder / "trade.csv").write_text("\n".join(kept), encoding="utf-8")
    assert "VNM is an exporter but never an importer" in message(folder)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "trade.csv: the file is empty"),
        (b"exporter,importer,sector,value\n", "trade.csv: no rows below the header"),
        (b"\x89PNG\r\n\xff\xfe", "not UTF-8 text"),
        (b"exporter\x00importer", "a binary file, not a table"),
        (b'exporter,importer,sector,value\n"' + b"x" * 200_000, "trade.csv:2: not readable as CSV"),
        (b"\n", "no column 'exporter'"),
    ],
)
def test_an_empty_or_binary_file_is_refused(folder, content, expected):
    (folder / "trade.csv").write_bytes(content)
    assert expected in message(folder)


def test_a_huge_file_is_refused_before_it_is_read(folder, monkeypatch):
    monkeypatch.setattr(csvfile, "LARGEST_FILE", 100)
    assert "trade.csv" in message(folder)
    assert "allowed: at most 100" in message(folder)


def test_many_wrong_rows_are_counted_not_listed(folder):
    text = (folder / "trade.csv").read_text(encoding="utf-8").splitlines()
    lines = [text[0]] + [f"USA,USA,GOODS,x{i},0" for i in range(50)]
    (folder / "trade.csv").write_text("\n".join(lines), encoding="utf-8")
    assert "and 30 more such rows" in message(folder)


def test_missing_files_and_folders_are_named(folder, tmp_path):
    (folder / "trade.csv").unlink()
    assert "trade.csv: no such file" in message(folder)
    assert "no such folder" in message(tmp_path / "nowhere")
