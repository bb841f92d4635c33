"""The readers under test: how bytes reach them, and inputs to start from."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz.server import api, api_seeds
from upperhand.core.errors import UpperhandError

if TYPE_CHECKING:
    from upperhand.audit.read import Article

Run = Callable[[bytes, Path], None]
Seeds = Callable[[], list[bytes]]


@dataclass(frozen=True)
class Target:
    """One reader.

    Attributes:
        run: Feeds bytes to it; may write below the folder what it removes again.
        seeds: Inputs that are right or nearly so.
        words: Pieces that mean something to it.
        longest: Bytes of an input at most.
    """

    run: Run
    seeds: Seeds
    words: tuple[bytes, ...]
    longest: int = 4_000

    def ready(self, folder: Path) -> None:
        """Feed the inputs that are right, so that what is loaded once is no input's time."""
        for data in self.seeds():
            with suppress(UpperhandError):
                self.run(data, folder)


YAML_WORDS = (
    b"\n  - ", b": ", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"<<: *a", b"!!python/object:os.system ",
    b"|\n", b">\n", b"'", b'"', b"#", b"---\n", b"%YAML 1.1\n", b".inf", b".nan", b"-0", b"1e999",
    b"0x1F", b"null", b"true", b"~", b"2025-02-30", b"12:30:45", b"\t", b"\x00", b"\xff\xfe", b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80", b"moves", b"kind", b"tariff", b"by", b"USA", b"against", b"CHN", b"add_pp",
    b"baseline", b"as_of", b"options", b"elasticities", b"talks", b"variants", b"set", b"draws",
    b"priors", b"sides", b"horizons", b"status", b"threat", b"from", b"until", b"sectors", b"claims",
    b"test", b"model", b"checks", b"quantity", b"case/package/real_income_change/USA", b"above",
    b"fact", b"metric", b"belief", b"parameter", b"vary", b"99999999999999999999", b"-1e-320",
)  # fmt: skip
TABLE_WORDS = (
    b",", b";", b"\n", b"\r\n", b'"', b"\x00", b"nan", b"inf", b"-1", b"1e400", b"1,000", b"0x10", b"\xef\xbb\xbf",
    b"\xff\xfe", b"trade_elasticity", b"exporter", b"value", b"1e-320", b"1_000", b" ", b"\t", b"\xe2\x88\x92" b"1",
)  # fmt: skip
HTML_WORDS = (
    b"<p>", b"</p>", b"<script>", b"</script>", b"<!--", b"-->", b"<![CDATA[", b"<svg>", b"<table>", b"<tr>",
    b"&#x0;", b"&lt;", b"<meta charset='utf-16'>", b"<time datetime='2025-13-40'>", b"25%", b" tariff ", b"Beijing ",
    b"Washington ", b"threatened ", b"last Friday ", b"per cent", b"1" * 400, b"\xf0\x9f\x98\x80", b"\x00", b"<div>" * 50,
    b"from 31 February ", b"999999 years ago", b"$1e9 bn", b"$.. bn", b"twenty-", b" billion dollars", b"\xc2\xb2 percent",
)  # fmt: skip


def _library() -> list[bytes]:
    folder = files("upperhand.scenario") / "library"
    return [f.read_bytes() for f in folder.iterdir() if f.name.endswith(".yaml")]


SMALL = b"""title: Ten points
horizons: [long]
moves:
  - {kind: tariff, by: USA, against: [CHN], sectors: [C29], add_pp: 10, source: s}
  - {kind: export_control, by: CHN, to: [USA], sectors: [rare_earths], withhold_pct: 50, status: threat}
"""


def _scenario(data: bytes, _folder: Path) -> None:
    from upperhand.scenario.read import parse_scenario

    parse_scenario(data.decode("utf-8", "surrogateescape"), name="fuzz")


def _setting(data: bytes, _folder: Path) -> None:
    from upperhand.scenario.read import parse_scenario

    parse_scenario(
        SMALL.decode(), name="fuzz", changes=[data.decode("utf-8", "replace").replace("\0", "")]
    )


CLAIMS = b"""title: T
scenario: october-2025
vary: {options.elasticity_factor: [0.7, 1.4]}
claims:
  - {id: a, words: W, test: fact, checks: [{fact: {metric: rare_earth_magnet_share, entity: CHN, period: 2024}, above: 90}]}
  - {id: b, words: W, test: model, checks: [{quantity: headline/percent/CHN, less: headline/percent/USA, below: 0}]}
  - {id: c, words: W, test: not_testable, reason: R}
"""


def _claims(data: bytes, _folder: Path) -> None:
    from upperhand.audit.claims import parse_claims

    parse_claims(data.decode("utf-8", "surrogateescape"))


def _claim_seeds() -> list[bytes]:
    folder = files("upperhand") / "data" / "audit"
    return [CLAIMS, *(f.read_bytes() for f in folder.iterdir() if f.name.endswith(".yaml"))]


def _one_file(data: bytes, folder: Path, name: str, read: Callable[[Path], object]) -> None:
    path = folder / name
    path.write_bytes(data)
    try:
        read(path)
    finally:
        path.unlink()


def _draft(data: bytes, folder: Path) -> None:
    from upperhand.audit.read import read_draft
    from upperhand.audit.read.confirmed import claims_text, scenario_text

    def read(path: Path) -> None:
        draft = read_draft(path)
        claims_text(draft)
        scenario_text(draft)

    _one_file(data, folder, "draft.yaml", read)


def _draft_seeds() -> list[bytes]:
    from upperhand.audit.read import draft_from

    text = draft_from(_story()).text()
    return [text.encode(), text.replace("confirmed: false", "confirmed: true").encode()]


@lru_cache(maxsize=1)
def _story() -> Article:
    from upperhand.audit.read import Article

    said = (
        "Ottawa will put a duty of 25% on American trucks from 1 November, the minister said.",
        "Analysts reckon that Canada has little leverage.",
    )
    return Article("a.txt", "Trucks", said, None, "", 0, "")


PAGE = b"""<html><head><title>Trucks</title><meta name="date" content="2025-10-15"></head><body>
<nav>Home</nav><article><h1>Trucks and wine</h1>
<p>Ottawa will put a duty of 25% on American trucks from 1 November, the minister said last Friday. It lifted another.</p>
<p>Washington threatened to double its tariffs on Canadian steel. Experts reckon that Canada is two years behind in batteries.</p>
</article><script>alert(1)</script><footer>Leave a Reply</footer></body></html>"""


def _html(data: bytes, folder: Path) -> None:
    _article(data, folder, "a.html")


def _text(data: bytes, folder: Path) -> None:
    _article(data, folder, "a.md" if data[:1] == b"#" else "a.txt")


def _article(data: bytes, folder: Path, name: str) -> None:
    from upperhand.audit.read import draft_from, read_article

    _one_file(data, folder, name, lambda path: draft_from(read_article(path)).text())


def _text_seeds() -> list[bytes]:
    text = "\n\n".join(_story().paragraphs)
    return [
        text.encode(),
        b"# Title\n\n" + text.encode(),
        b"---\ndate: 2025-10-15\n---\n" + text.encode(),
    ]


TABLES = {
    "trade.csv": "exporter,importer,sector,value,tariff\n"
    + "".join(
        f"{a},{b},{s},{10 + 3 * i + 5 * j + k},{0.1 if a != b else 0}\n"
        for i, a in enumerate("AB")
        for j, b in enumerate("AB")
        for k, s in enumerate("XY")
    ),
    "sectors.csv": "sector,name,trade_elasticity\nX,Goods,4\nY,Services,3\n",
    "countries.csv": "country,name\nA,Home\nB,Away\n",
}


def _picked(data: bytes, names: list[str]) -> tuple[str, bytes]:
    """Return the file that the first byte picks, and the content that replaces it."""
    return (names[data[0] % len(names)], data[1:]) if data else (names[0], b"")


def _csv(data: bytes, folder: Path) -> None:
    from upperhand.world.tables import read_tables

    _tables(data, folder, {k: v.encode() for k, v in TABLES.items()}, read_tables)


def _tables(
    data: bytes, folder: Path, right: dict[str, bytes], read: Callable[[Path], object]
) -> None:
    name, content = _picked(data, sorted(right))
    place = folder / "tables"
    place.mkdir()
    try:
        for other, text in right.items():
            (place / other).write_bytes(content if other == name else text)
        read(place)
    finally:
        for path in place.iterdir():
            path.unlink()
        place.rmdir()


def _picked_seeds(right: dict[str, bytes]) -> list[bytes]:
    return [bytes([i]) + right[name] for i, name in enumerate(sorted(right))]


@lru_cache(maxsize=1)
def _parquet_tables() -> dict[str, bytes]:
    import io

    import pandas as pd

    found = {}
    for name, text in TABLES.items():
        out = io.BytesIO()
        pd.read_csv(io.StringIO(text)).to_parquet(out)
        found[name.replace(".csv", ".parquet")] = out.getvalue()
    return found


def _parquet(data: bytes, folder: Path) -> None:
    from upperhand.world.readers.parquet import read_parquet_tables

    _tables(data, folder, _parquet_tables(), read_parquet_tables)


def _oecd_seed() -> bytes:
    """Return a small table in the layout of the official file."""
    sectors = ["A01", "B05"]
    pairs = [f"{c}_{s}" for c in ("AUS", "BEL") for s in sectors]
    uses = [f"{c}_{u}" for c in ("AUS", "BEL") for u in ("HFCE", "GFCF")]
    head = ["V1", *pairs, *uses, "OUT"]
    rows = [
        [name, *(str(5 + i + j) for j in range(len(pairs) + len(uses)))]
        for i, name in enumerate(pairs)
    ]
    for row in rows:
        row.append(str(sum(int(x) for x in row[1:])))
    totals = [sum(int(row[1 + j]) for row in rows) for j in range(len(pairs) + len(uses))]
    out = [int(row[-1]) for row in rows]
    rows.append(["TLS", *(["1"] * len(totals)), "0"])
    rows.append(["VA", *(str(o - t - 1) for o, t in zip(out, totals[: len(pairs)], strict=True)),
                 *(["0"] * len(uses)), "0"])  # fmt: skip
    rows.append(["OUT", *map(str, out), *(["0"] * len(uses)), "0"])
    return "\n".join(",".join(row) for row in [head, *rows]).encode()


def _oecd(data: bytes, folder: Path) -> None:
    from upperhand.world.readers.oecd import read_oecd

    _one_file(data, folder, "2022_SML.csv", lambda path: read_oecd(path, year=2022))


@lru_cache(maxsize=1)
def _record_files() -> dict[str, bytes]:
    """Return the files of a small record."""
    import tempfile

    from upperhand.results.record import save_record
    from upperhand.scenario.read import parse_scenario
    from upperhand.scenario.run import run_scenario

    text = """
    title: T
    world: toy
    horizons: [long]
    moves:
      - {kind: tariff, by: USA, against: [CHN], add_pp: 9}
      - {kind: tariff, by: CHN, against: [USA], add_pp: 9, status: threat}
    """
    run = run_scenario(parse_scenario(text), decompose=False)
    with tempfile.TemporaryDirectory() as name:
        root = save_record(run, Path(name) / "record")
        return {
            p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()
        }


def _record(data: bytes, folder: Path) -> None:
    """Read a record of which one file is replaced, its sum in the manifest set right or left."""
    from unittest.mock import patch

    from upperhand.results.record import read_record

    right = dict(_record_files())
    name, content = _picked(data[1:], [n for n in sorted(right) if not n.endswith(".nc")])
    right[name] = content
    if data[:1] != b"\0" and name != "manifest.json":
        right["manifest.json"] = _resealed(right["manifest.json"], name, content)
    root = folder / "record"
    try:
        for path, text in right.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text)
        with patch("upperhand.results.record.read_group", _known_group):
            read_record(root)
    finally:
        shutil.rmtree(root)


def _known_group(path: Path) -> object:
    """Return the arrays of a file that is right, read once: other targets break these files."""
    return _group(path.name)


@lru_cache(maxsize=4)
def _group(name: str) -> object:
    import tempfile

    from upperhand.results.encode import read_group

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.write_bytes(_record_files()[f"results/{name}"])
        return read_group(path)


def _netcdf(data: bytes, folder: Path) -> None:
    """Read a record with damaged arrays: their sum must give them away before HDF5 reads them.

    HDF5 itself does not stand up to arrays made on purpose, so that their sums are not set right here.
    """
    from upperhand.results.record import read_record

    right = dict(_record_files())
    damaged = right["results/shared.nc"] != data
    right["results/shared.nc"] = data
    root = folder / "record"
    try:
        for path, text in right.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text)
        read_record(root)
        if damaged:
            raise AssertionError("read a record with damaged arrays")
    finally:
        shutil.rmtree(root)


def _resealed(manifest: bytes, name: str, content: bytes) -> bytes:
    """Return a manifest that an attacker would write."""
    from upperhand.results.record import _record_fingerprint

    data = json.loads(manifest)
    data["files"][name] = hashlib.sha256(content).hexdigest()
    return json.dumps({**data, "record": _record_fingerprint(data)}).encode()


def _record_seeds() -> list[bytes]:
    names = [name for name in sorted(_record_files()) if not name.endswith(".nc")]
    return [b"\1" + seed for seed in _picked_seeds({n: _record_files()[n] for n in names})]


TARGETS: dict[str, Target] = {
    "scenario": Target(_scenario, lambda: [SMALL, *_library()], YAML_WORDS),
    "setting": Target(
        _setting,
        lambda: [
            b"moves[0].add_pp=50",
            b"options={}",
            b"sides=[USA, CHN]",
            b"moves[1].from=2025-01-01",
        ],
        YAML_WORDS,
        longest=200,
    ),
    "claims": Target(_claims, _claim_seeds, YAML_WORDS),
    "draft": Target(_draft, _draft_seeds, YAML_WORDS),
    "csv": Target(
        _csv, lambda: _picked_seeds({k: v.encode() for k, v in TABLES.items()}), TABLE_WORDS
    ),
    "parquet": Target(
        _parquet, lambda: _picked_seeds(_parquet_tables()), TABLE_WORDS, longest=8_000
    ),
    "oecd": Target(_oecd, lambda: [_oecd_seed()], TABLE_WORDS),
    "html": Target(_html, lambda: [PAGE], HTML_WORDS),
    "text": Target(_text, _text_seeds, HTML_WORDS),
    "record": Target(_record, _record_seeds, TABLE_WORDS + YAML_WORDS, longest=60_000),
    "netcdf": Target(
        _netcdf, lambda: [_record_files()["results/shared.nc"]], TABLE_WORDS, longest=30_000
    ),
    "api": Target(api, api_seeds, YAML_WORDS),
}
