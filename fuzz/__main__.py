"""Fuzz the readers: `python -m fuzz [TARGET ...] [--inputs N] [--engine mutate|atheris|hypothesis] [--seed S]`.

Exit code 1 when there is a finding; its input is kept below `fuzz/found/` and named.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from fuzz.mutate import mutations
from fuzz.rules import FindingError, refused, workplace
from fuzz.targets import TARGETS

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "reference" / "fuzzing.md"
CORPUS, FOUND = HERE / "corpus", HERE / "found"
MOST_FINDINGS = 20


def corpus(name: str) -> list[bytes]:
    """Return the inputs kept for a target: whatever once broke a rule, and what reached far."""
    return [path.read_bytes() for path in sorted((CORPUS / name).glob("*")) if path.is_file()]


def by_mutation(name: str, *, inputs: int, seed: int) -> int:
    """Feed so many mutated inputs to a target; return the number of findings."""
    target = TARGETS[name]
    seeds = [*corpus(name), *target.seeds()]
    found, no = {}, 0
    with workplace() as folder:
        target.ready(folder)
        start = time.process_time()
        for data in mutations(
            seeds, target.words, inputs=inputs, seed=seed, longest=target.longest
        ):
            try:
                no += refused(target.run, data, folder)
            except FindingError as error:
                kind = str(error).partition(": ")[0]
                if kind not in found:
                    found[kind] = keep(name, data)
                    print(f"  {name}: {error}\n    input: {found[kind]}", flush=True)
                if len(found) >= MOST_FINDINGS:
                    break
    seconds = time.process_time() - start
    print(
        f"{name:9} {inputs:8d} inputs, {no} refused, {inputs - no} read, {len(found)} findings, "
        f"{seconds:.0f} s", flush=True,
    )  # fmt: skip
    return len(found)


def keep(name: str, data: bytes) -> Path:
    """Write an input that broke a rule below `found`."""
    path = FOUND / name / hashlib.sha256(data).hexdigest()[:16]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def by_coverage(name: str, *, inputs: int, seed: int) -> int:
    """Let atheris lead a target by the branches it reaches; return 1 if something was found."""
    command = [sys.executable, "-m", "fuzz.led", name, str(inputs), str(seed)]
    return int(subprocess.run(command, check=False).returncode != 0)


def by_structure(name: str, *, inputs: int, seed: int) -> int:
    """Let hypothesis make inputs of the right shape; return 1 if something was found."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    from fuzz.structured import STRUCTURED

    if name not in STRUCTURED:
        return 0
    target, count = TARGETS[name], [0, 0]
    with workplace() as folder:

        @seeded(seed)
        @settings(
            max_examples=inputs, database=None, deadline=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(STRUCTURED[name]())
        def once(data: bytes) -> None:
            count[0] += 1
            count[1] += refused(target.run, data, folder)

        try:
            once()
        except FindingError as error:
            print(f"  {name}: {error}", flush=True)
            return 1
    print(f"{name:9} {count[0]:8d} of the right shape, {count[1]} refused, 0 findings", flush=True)
    return 0


ENGINES = {"mutate": by_mutation, "atheris": by_coverage, "hypothesis": by_structure}


def main() -> int:
    """Run the targets that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--engine", choices=tuple(ENGINES), default="mutate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="note date and inputs on the page")
    asked = parser.parse_args()
    unknown = [name for name in asked.targets if name not in TARGETS]
    if unknown:
        parser.error(f"unknown target '{unknown[0]}'; allowed: {', '.join(TARGETS)}")
    fuzz = ENGINES[asked.engine]
    found = []
    for name in asked.targets or TARGETS:
        found.append(fuzz(name, inputs=asked.inputs, seed=asked.seed))
        if asked.write and asked.engine == "mutate":
            note(name, inputs=asked.inputs, seed=asked.seed, findings=found[-1])
    return int(any(found))


def note(name: str, *, inputs: int, seed: int, findings: int) -> None:
    """Write the last run of a target, and its longest one, into its row of the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    for i, line in enumerate(lines):
        if line.startswith(f"| `{name}` |"):
            cells = line.split("|")
            longest = max(inputs, int(cells[3].replace(",", "")))
            cells[3] = f" {longest:,} "
            day = datetime.now(UTC).date().isoformat()
            cells[4] = f" {day}: {inputs:,}, seed {seed}, {findings} findings "
            lines[i] = "|".join(cells)
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
