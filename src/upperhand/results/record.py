"""The run record: a folder that says what was run, on what, with which result, and proves it.

manifest.json      schema, version, fingerprint, sha256 of every other file
scenario.yaml      the scenario, complete
assumptions.json   every assumed or sourced number with its range
data.json          world table and sources: name, licence, vintage, fingerprint
environment.json   versions and platform
run.json           title, baseline in words, list of cases
talks.json         war, threats, deals and leverage of the two sides; null without two sides
ranges.nc          the headlines over draws of what is not known; only of a run with draws
years/             path, firms, leverage and beliefs of the years ahead; only where asked for
results/*.nc       arrays that all cases share, then those of the package, and those of the other
                   cases without bilateral arrays, which running the scenario again brings back
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from upperhand.core.errors import RecordError, UpperhandError, raise_faults
from upperhand.core.fingerprint import fingerprint
from upperhand.core.yamltext import yaml_of
from upperhand.results.encode import bare, check_version, plain, read_group, write_group
from upperhand.results.encode_run import about_case, talks_from
from upperhand.results.ensemble import read_ensemble
from upperhand.results.run import Run
from upperhand.results.stack import light, shared_arrays, stack_cases, unstack_cases
from upperhand.results.years_ahead import read_years

SCHEMA = "upperhand/run-record"
SCHEMA_VERSION = 1
MANIFEST = "manifest.json"
SHARED = "results/shared.nc"
RANGES = "ranges.nc"
YEARS = "years"
MOST_TRIES = 100  # to take the place of a record that others write too
#: What reading files of another form raises, below the errors of the package.
NOT_A_RECORD = (ValueError, TypeError, KeyError, IndexError, AttributeError, OSError, RuntimeError)


def save_record(run: Run, folder: str | Path) -> Path:
    """Write the record of `run`, whole or not at all; an older record there is replaced.

    Raises:
        RecordError: If `folder` exists and is not a run record.
    """
    target = Path(folder)
    put_back(target)
    if target.exists() and not (target / MANIFEST).is_file() and not _is_empty(target):
        raise RecordError(f"{target}: exists and is not a run record; give a new folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        _fill(run, partial)
        partial.chmod(0o755)
        _swap(partial, target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return target


def read_record(folder: str | Path) -> Run:
    """Return the run of a record after checking it.

    Raises:
        RecordError: If the record is incomplete, altered or of a newer version.
    """
    root = Path(folder)
    verify_record(root)
    try:
        return _read(root)
    except UpperhandError:
        raise
    except NOT_A_RECORD as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise RecordError(
            f"{root}: its files are as they were written, but are not those of a run ({said}); "
            "run the scenario again"
        ) from error


def _read(root: Path) -> Run:
    run = _json(root / "run.json")
    stacks = [(bare(read_group(root / one["file"])), one["cases"]) for one in run["results"]]
    cases = unstack_cases(stacks, bare(read_group(root / SHARED)), run["cases"])
    data = _json(root / "data.json")
    return Run(
        scenario=_read_yaml(root / "scenario.yaml"),
        title=run["title"],
        baseline=run["baseline"],
        world=data["world"],
        cases=cases,
        assumptions=_json(root / "assumptions.json"),
        sources=data["sources"],
        environment=_json(root / "environment.json"),
        changes=run["changes"],
        fingerprint=run["fingerprint"],
        talks=talks_from(_json(root / "talks.json")) if (root / "talks.json").is_file() else None,
        ranges=read_ensemble(root / RANGES) if (root / RANGES).is_file() else None,
        years=read_years(root / YEARS) if (root / YEARS).is_dir() else None,
    )


def verify_record(folder: str | Path) -> dict[str, Any]:
    """Return the manifest of a record whose every file is as it was written.

    Raises:
        RecordError: Listing every file that is missing, altered or foreign.
    """
    root = Path(folder)
    put_back(root)
    if not (root / MANIFEST).is_file():
        raise RecordError(f"{root}: no {MANIFEST}; give the folder of a run record")
    manifest = _json(root / MANIFEST)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise RecordError(f"{root / MANIFEST}: altered: no list of files; run the scenario again")
    check_version(
        manifest.get("schema"), manifest.get("schema_version"), where=str(root), known=SCHEMA
    )
    raise_faults(RecordError, _faults(root, manifest), what=f"record {root}")
    return manifest


def _faults(root: Path, manifest: dict[str, Any]) -> list[str]:
    advice = "run the scenario again"
    found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} - {
        MANIFEST
    }
    listed: dict[str, str] = manifest["files"]
    faults = [f"{name} is missing; {advice}" for name in sorted(set(listed) - found)]
    faults += [
        f"{name} was altered: sha256 differs from the manifest; {advice}"
        for name in sorted(set(listed) & found)
        if _sha256(root / name) != listed[name]
    ]
    if manifest.get("record") != _record_fingerprint(manifest):
        faults.append(f"{MANIFEST} was altered: its fingerprint differs; {advice}")
    return faults


def _fill(run: Run, folder: Path) -> None:
    (folder / "results").mkdir()
    results = _write_results(run, folder)
    head = {
        "title": run.title,
        "baseline": run.baseline,
        "fingerprint": run.fingerprint,
        "changes": run.changes,
    }
    contents = {
        "run.json": {
            **head,
            "results": results,
            "cases": [about_case(case) for case in run.cases],
        },
        "assumptions.json": run.assumptions,
        "data.json": {"world": run.world, "sources": run.sources},
        "environment.json": run.environment,
        "talks.json": run.talks.to_dict() if run.talks is not None else None,
    }
    for file, content in contents.items():
        _write_json(folder / file, content)
    (folder / "scenario.yaml").write_text(scenario_yaml(run.scenario), encoding="utf-8")
    if run.ranges is not None:
        run.ranges.save(folder / RANGES)
    if run.years is not None:
        run.years.save(folder / YEARS)
    _write_json(folder / MANIFEST, _manifest(run, folder))


def _write_results(run: Run, folder: Path) -> list[dict[str, Any]]:
    import xarray as xr

    shared = shared_arrays(run)
    first = run.cases[0].counterfactual.data[shared] if run.cases else xr.Dataset()
    write_group(first, folder / SHARED, group=None, attrs={}, mode="w")
    results = []
    for i, (data, numbers) in enumerate(stack_cases([light(c) for c in run.cases], shared)):
        name = f"results/cases-{i}.nc"
        write_group(data, folder / name, group=None, attrs={"title": run.title}, mode="w")
        results.append({"file": name, "cases": numbers})
    return results


def _manifest(run: Run, folder: Path) -> dict[str, Any]:
    files = {
        path.relative_to(folder).as_posix(): _sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "version": run.version,
        "fingerprint": run.fingerprint,
        "files": files,
    }
    return {**manifest, "record": _record_fingerprint(manifest)}


def _record_fingerprint(manifest: dict[str, Any]) -> str:
    return fingerprint({key: value for key, value in manifest.items() if key != "record"})


def scenario_yaml(scenario: dict[str, Any]) -> str:
    """Return a scenario as YAML 1.2, fields in their order.

    Examples:
        >>> print(scenario_yaml({"title": "Threat", "moves": [{"from": "2025-11-01"}]}), end="")
        title: Threat
        moves:
        - from: '2025-11-01'
    """
    return yaml_of(plain(scenario))


def _read_yaml(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return dict(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
    except YAMLError as error:
        raise RecordError(f"{path}: cannot be read; run the scenario again") from error


def _swap(partial: Path, target: Path) -> None:
    """Put a record in the place of an older one, also when another process does the same.

    A folder cannot be replaced in one step where it is not empty: the older record goes aside
    first. Whoever is stopped in between leaves it there, and the next reader puts it back.
    """
    aside: list[Path] = []
    for _ in range(MOST_TRIES):
        try:
            os.replace(partial, target)
            break
        except OSError:
            if not target.exists():
                raise
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
        aside.append(old)
        with suppress(FileNotFoundError):  # another process was quicker
            os.replace(target, old / "record")
    else:
        raise RecordError(f"{target}: others keep writing it; give a folder of your own")
    for old in aside:
        shutil.rmtree(old, ignore_errors=True)


def put_back(target: Path) -> None:
    """Put a record back that a stopped process left aside, the newest if there are several."""
    if target.exists():
        return
    left = [
        p for p in target.parent.glob(f".{target.name}-old-*/record") if (p / MANIFEST).is_file()
    ]
    for record in sorted(left, key=lambda path: path.stat().st_mtime, reverse=True)[:1]:
        with suppress(OSError):  # another process was quicker
            os.replace(record, target)
            record.parent.rmdir()


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(plain(content), ensure_ascii=False, allow_nan=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read ({error}); run the scenario again") from error


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
