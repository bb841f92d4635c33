"""Worlds and articles from outside: read in a process with little memory and time."""

from __future__ import annotations

import io
import struct
import zipfile

import numpy as np
import pytest

from tests.web.support import TOY, running
from upperhand.world.toy import toy_world

ZIP = {"content-type": "application/zip"}
STORY = (
    "Trucks and wine\n\nOttawa will put a duty of 25% on American trucks from 1 November, the "
    "minister said. Analysts reckon that Canada has little leverage.\n"
)


def rows_of(array, *labels):
    """Return a CSV line for each cell of an array."""
    for where in np.ndindex(array.shape):
        codes = [names[i] for names, i in zip(labels, where, strict=True)]
        yield ",".join([*codes, repr(float(array[where]))])


def tables() -> dict[str, str]:
    """Return the toy world as the tables that a user would send."""
    toy = toy_world()
    n, s = toy.countries, toy.sectors
    flows = zip(rows_of(toy.trade, n, n, s), toy.tariff.ravel(), strict=True)
    found = {
        "trade.csv": ["exporter,importer,sector,value,tariff", *(f"{a},{t}" for a, t in flows)],
        "inputs.csv": ["country,input_sector,sector,share", *rows_of(toy.input_share, n, s, s)],
        "value_added.csv": ["country,sector,share", *rows_of(toy.value_added_share, n, s)],
        "sectors.csv": ["sector,name,trade_elasticity,low,high", "GOODS,Goods,5,2,8",
                        "SERV,Services,4,4,10"],
        "countries.csv": ["country,name", "USA,United <b>States</b>", "CHN,China", "VNM,Viet Nam"],
    }  # fmt: skip
    return {name: "\n".join(lines) + "\n" for name, lines in found.items()}


def zipped(files: dict[str, str | bytes]) -> bytes:
    """Return files as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def sent(api, files):
    """Send files as a world."""
    return api.post("/worlds", content=zipped(files), headers=ZIP)


def test_a_world_of_ones_own_is_read_checked_and_answers(api):
    found = sent(api, tables()).json()
    assert found["ok"] is True, found
    assert (found["countries"], found["sectors"]) == (3, 2)
    assert sent(api, dict(reversed(tables().items()))).json()["name"] == found["name"]
    repaired = api.post("/worlds", content=zipped(tables()), headers=ZIP, params={"balance": True})
    assert repaired.json()["name"] != found["name"]
    assert found["name"] in api.get("/vocabulary").json()["worlds"]
    words = api.get("/vocabulary", params={"world": found["name"]}).json()
    assert words["countries"][0]["name"] == "United <b>States</b>"  # text, whatever it looks like
    mine = api.post("/answer", json={"scenario": TOY | {"world": found["name"]}}).json()
    toy = api.post("/answer", json={"scenario": TOY}).json()
    percent = [s["percent"] for s in toy["headline"]["long"]["sides"]]
    assert [s["percent"] for s in mine["headline"]["long"]["sides"]] == pytest.approx(
        percent, rel=1e-9
    )  # the same table, whose numbers went through text


def test_faults_of_a_table_are_named_by_file_and_line(api):
    files = tables() | {"sectors.csv": "sector,name,trade_elasticity\nGOODS,Goods,five\nSERV,S,4\n"}
    response = sent(api, files)
    assert response.status_code == 422
    assert "sectors.csv:2" in response.json()["detail"]
    assert "/tmp" not in response.text


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"trade.csv": "x"},
        {"../trade.csv": "x", "sectors.csv": "x"},
        {"/etc/trade.csv": "x", "sectors.csv": "x"},
        {"inner/trade.csv": "x", "inner/sectors.csv": "x"},
        {"trade.csv": "x", "sectors.csv": "x", "run.py": "x"},
        {"trade.csv": "x", "sectors.parquet": "x"},
        {"trade.csv": b"\xff\xfe\x00", "sectors.csv": b"\x00"},
        {"trade.parquet": b"PAR1junkPAR1", "sectors.parquet": b"PAR1"},
        {"<img src=x onerror=alert(1)>": "x"},
    ],
)
def test_a_zip_of_anything_else_is_refused(api, files):
    response = sent(api, files)
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 60, zipped(tables())[:-30]]
)
def test_what_is_no_zip_is_refused(api, content):
    assert api.post("/worlds", content=content, headers=ZIP).status_code == 422


def bomb(megabytes: int) -> bytearray:
    """Return a zip with a table of so many million zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        with packed.open("trade.csv", "w", force_zip64=True) as entry:
            for _ in range(megabytes):
                entry.write(b"0" * 1_000_000)
        packed.writestr("sectors.csv", "x")
    return bytearray(out.getvalue())


def test_a_zip_is_stopped_while_it_unpacks_whatever_it_says_of_its_size(api, server):
    """401 MB of zeros in two; then the same with a directory that claims ten bytes."""
    content = bomb(401)
    assert len(content) < 3_000_000
    before = set((server.folder / "worlds").iterdir())
    assert api.post("/worlds", content=bytes(content), headers=ZIP).status_code == 413
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)  # the size when unpacked
    response = api.post("/worlds", content=bytes(content), headers=ZIP)
    assert response.status_code in (413, 422), response.text
    assert set((server.folder / "worlds").iterdir()) == before


def test_an_upload_that_needs_too_much_memory_ends_its_process_only(tmp_path):
    """A table of some 35 MB read with 60 MB allowed on top of the idle process."""
    row = "USA,USA,GOODS,1.5,0.0\n"
    files = {"trade.csv": "exporter,importer,sector,value,tariff\n" + row * 1_500_000,
             "sectors.csv": "sector,name,trade_elasticity\nGOODS,Goods,5\n"}  # fmt: skip
    with running(tmp_path / "data", limits={"read_bytes": 60_000_000}) as server:
        client = server.client()
        response = client.post("/worlds", content=zipped(files), headers=ZIP)
        assert response.status_code in (413, 422, 503), response.text
        assert client.post("/answer", json={"scenario": TOY}).is_success
        assert client.post("/worlds", content=b"no zip", headers=ZIP).status_code == 422


def test_an_upload_that_takes_too_long_is_given_up(tmp_path):
    with running(tmp_path / "data", limits={"read_seconds": 0.0001}) as server:
        client = server.client()
        assert sent(client, tables()).status_code == 503
        assert client.get("/health").is_success


def test_a_server_keeps_a_bounded_number_of_worlds(api, server):
    from upperhand.web.uploads import MOST_WORLDS

    folder = server.folder / "worlds"
    fillers = [folder / f"own-filler{i}.npz" for i in range(MOST_WORLDS)]
    for path in fillers:
        path.touch()
    try:
        assert sent(api, tables()).status_code == 503
    finally:
        for path in fillers:
            path.unlink()


def test_an_article_becomes_a_draft_and_runs_nothing(api):
    pytest.importorskip("spacy")
    found = api.post("/read", json={"text": STORY, "date": "2025-10-15"}).json()
    assert found["measures"][0]["measure"]["add_pp"] == 25.0
    assert found["measures"][0]["confirmed"] is False
    assert found["claims"]


def test_an_article_as_html_is_read_without_its_scripts(api):
    pytest.importorskip("trafilatura")
    lines = "".join(f"<p>{part}</p>" for part in STORY.split("\n") if part)
    html = f"<html><body><script>alert(1)</script><article>{lines * 3}</article></body></html>"
    response = api.post("/read", json={"html": html, "date": "2025-10-15"})
    assert response.status_code == 200, response.text
    assert "alert" not in response.text


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({}, "text"),
        ({"text": "x", "html": "y"}, "text"),
        ({"text": "x" * 200_001}, "text"),
        ({"text": "0"}, "text"),
        ({"html": "<p>x</p>"}, "html"),
        ({"text": "x", "date": "yesterday"}, "date"),
        ({"text": "x", "date": "2025-99-99"}, "date"),
        ({"html": "<b>" * 20_001}, "html"),
    ],
)
def test_an_article_beyond_the_bounds_is_refused(api, asked, path):
    response = api.post("/read", json=asked)
    assert response.status_code == 422, response.text
    assert [e["path"] for e in response.json()["errors"]] == [path]
    assert "upperhand-read" not in response.text  # no path of the server


@pytest.mark.parametrize(
    "html",
    ["", "<", "<html>" * 3000, "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><p>&a;</p>"],
)
def test_html_meant_to_harm_is_read_or_refused(api, html):
    pytest.importorskip("trafilatura")
    response = api.post("/read", json={"html": html, "date": "2025-10-15"})
    assert response.status_code in (200, 422), response.text
    assert "root:" not in response.text
