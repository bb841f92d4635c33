"""What a user downloads and imports."""

from __future__ import annotations

import gzip
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import ROOT, Row, in_child, seconds, shown

STATIC = ROOT / "src" / "upperhand" / "web" / "static"
PACKED = {".woff2", ".png", ".gz"}  # compressed already


def package_rows(*, build: bool = True) -> Iterator[Row]:
    """Measure the import, the wheel and the page."""
    empty = seconds(lambda: in_child([sys.executable, "-c", "pass"]), runs=5)
    took = seconds(lambda: in_child([sys.executable, "-c", "import upperhand"]), runs=5)
    yield Row(
        "import upperhand", shown(took), shown(empty), f"{took / empty:.1f} x", "an empty Python"
    )
    if build:
        yield _wheel_row()
    if STATIC.is_dir():
        files = [path for path in STATIC.rglob("*") if path.is_file()]
        sent = sum(on_the_wire(path) for path in files)
        whole = sum(path.stat().st_size for path in files)
        yield Row(
            "page on the wire, all of its files",
            f"{sent / 1e3:.0f} kB",
            f"{whole / 1e3:.0f} kB",
            "",
            f"{len(files)} files, gzip; reference: not compressed",
        )


def _wheel_row() -> Row:
    with tempfile.TemporaryDirectory() as out:
        in_child([sys.executable, "-m", "build", "--wheel", "--outdir", out, "."])
        size = max(path.stat().st_size for path in Path(out).glob("*.whl"))
    return Row("wheel", f"{size / 1e6:.1f} MB", "", "", "goal 12 MB")


def on_the_wire(path: Path) -> int:
    """Return the bytes that a browser receives for a file."""
    content = path.read_bytes()
    return len(content if path.suffix in PACKED else gzip.compress(content, 6))
