"""One target led by coverage, in a process of its own: `python -m fuzz.led TARGET INPUTS SEED`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["upperhand"]):
    from fuzz.rules import FindingError, refused, workplace
    from fuzz.targets import TARGETS, Target


def main() -> None:
    """Fuzz until so many inputs have run, or one broke a rule."""
    from fuzz.__main__ import corpus, keep

    name, inputs, seed = sys.argv[1], sys.argv[2], sys.argv[3]
    target = TARGETS[name]
    _imported(target)
    with tempfile.TemporaryDirectory() as made, workplace() as folder:
        start = Path(made) / "corpus"
        start.mkdir()
        for i, data in enumerate([*corpus(name), *target.seeds()]):
            (start / str(i)).write_bytes(data[: target.longest])
        words = Path(made) / "words"
        words.write_text("".join(f'"{_quoted(w)}"\n' for w in target.words), encoding="ascii")

        def once(data: bytes) -> None:
            try:
                refused(target.run, data, folder)
            except FindingError as error:
                print(f"  {name}: {error}\n    input: {keep(name, data)}", flush=True)
                raise

        options = [
            f"-runs={inputs}", f"-seed={seed}", f"-max_len={target.longest}", f"-dict={words}",
            "-timeout=60", "-rss_limit_mb=4096", "-verbosity=0", "-print_final_stats=1",
            f"-artifact_prefix={made}/",
        ]  # fmt: skip
        atheris.Setup([sys.argv[0], *options, str(start)], once)
        atheris.Fuzz()


def _imported(target: Target) -> None:
    """Run each seed once, so that what is imported late is led by coverage as well."""
    with atheris.instrument_imports(include=["upperhand"]), workplace() as folder:
        for data in target.seeds():
            refused(target.run, data, folder)


def _quoted(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    main()
