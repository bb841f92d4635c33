"""What a job worker does: the long computations, their results and files, written to a folder.

Each kind calls the function that its command calls, so that the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.core.fingerprint import fingerprint
from upperhand.web import answers
from upperhand.web.answers import Runs, fingerprint_of, scenario_in
from upperhand.web.plain import packed, to_json
from upperhand.web.problems import refuse

if TYPE_CHECKING:
    from upperhand.audit.schema import Claims
    from upperhand.results import Run
    from upperhand.results.years_ahead import YearsAhead
    from upperhand.scenario import Scenario

Payload = dict[str, Any]
Tell = Callable[[int, int, str], None]
Draw = Callable[[int], Payload]
WIDTHS = (860, 358)
MOST_CLAIMS = 60
DRAWN = ("ranges", "path")  # the kinds that draw; the others ignore the number
#: Draws of cost and leverage of a path that is asked for by the page, which waits for it.
COST_DRAWS, LEVERAGE_DRAWS = 12, 6
THIS = "this"  # how claims call the scenario of the request


def prepared(_runs: Runs, payload: Payload) -> Payload:
    """Return the canonical request of a job, what identifies it, and the run's fingerprint."""
    from upperhand._version import __version__

    kind, seed = payload["kind"], payload.get("seed")
    draws = payload["draws"] if kind in DRAWN else 0
    request: Payload = {"kind": kind, "draws": draws, "seed": 1 if seed is None else seed}
    marks: list[str] = []
    if payload.get("scenario") is not None:
        scenario = scenario_in(payload["scenario"])
        _refuse_one_sided(scenario, kind)
        request |= {"scenario": scenario.to_dict()}
        request["seed"] = scenario.seed if seed is None else seed
        marks.append(fingerprint_of(scenario))
    if kind == "audit":
        with checked_claims(payload["claims"], payload.get("scenario")):
            pass
        request |= {"claims": payload["claims"]}
    identity = fingerprint([request, marks, __version__])
    return {"id": identity, "fingerprint": marks[0] if marks else identity, "request": request}


def _refuse_one_sided(scenario: Scenario, kind: str) -> None:
    """Refuse what compares two sides where only one has a move, before it waits in the line."""
    from upperhand.scenario.talks import has_two_sides

    two = len(scenario.side_codes) == 2 if kind == "path" else has_two_sides(scenario)
    if kind in ("talks", "path") and not two:
        raise refuse(422, "only one side acts; add a move of another, or start a `run`",
                     path="scenario.moves")  # fmt: skip


def run(_runs: Runs, payload: Payload, tell: Tell) -> Payload:
    """Run everything that the command line runs, and write result and files."""
    from upperhand.scenario.run import run_scenario

    request, folder = payload["request"], Path(payload["folder"])
    found = run_scenario(
        scenario_in(request["scenario"]),
        draws=request["draws"],
        seed=request["seed"],
        progress=tell,
    )
    tell(1, 1, "writing the results")
    write_results(folder, lambda width: of_run(found, payload["kind"], width))
    write_files(found, folder / "files")
    return {"ok": found.ok}


def ranges(runs: Runs, payload: Payload, tell: Tell) -> Payload:
    """Run a scenario with draws."""
    return run(runs, payload, tell)


def talks(_runs: Runs, payload: Payload, tell: Tell) -> Payload:
    """Compute war, threats, deals and leverage of the two sides."""
    from upperhand.report.talks import talks_text
    from upperhand.scenario.run import run_scenario

    scenario = scenario_in(payload["request"]["scenario"])
    found = run_scenario(scenario, draws=0, progress=tell, cases=["package"], decompose=False)
    tell(1, 1, "writing the results")
    folder = Path(payload["folder"])
    words = talks_text(found).splitlines()

    def drawn(width: int) -> Payload:
        return of_run(found, "talks", width) | {"words": words}

    write_results(folder, drawn)
    write_small_files(found, folder / "files")
    return {"ok": found.ok}


def path(_runs: Runs, payload: Payload, tell: Tell) -> Payload:
    """Follow a scenario over the years."""
    from upperhand.report.years import years_lines
    from upperhand.scenario.years_ahead import years_ahead

    request = payload["request"]
    scenario = scenario_in(request["scenario"])
    found = years_ahead(
        scenario, draws=request["draws"], seed=request["seed"], progress=tell,
        cost_draws=COST_DRAWS, leverage_draws=LEVERAGE_DRAWS,
    )  # fmt: skip
    mark = fingerprint_of(scenario)
    folder = Path(payload["folder"])
    words = years_lines(found)

    def drawn(width: int) -> Payload:
        return {
            "fingerprint": mark, "kind": "path", "ok": found.ok, "title": scenario.title,
            "sentence": " ".join(found.path.answers()), "words": words,
            "charts": path_charts(found, width), "tables": path_tables(found),
            "data": found.to_dict(),
        }  # fmt: skip

    write_results(folder, drawn)
    files = folder / "files"
    files.mkdir()
    (files / "results.csv").write_text(found.path.to_csv(), encoding="utf-8")
    (files / "results.json").write_bytes(to_json(found.to_dict()))
    (files / "scenario.yaml").write_text(yaml_of(scenario), encoding="utf-8")
    return {"ok": found.ok}


def path_charts(found: YearsAhead, width: int) -> list[Payload]:
    """Return the charts of the years ahead."""
    from upperhand.report.charts.years import years_charts

    return [answers.chart_data(chart, width) for chart in years_charts(found)]


def path_tables(found: YearsAhead) -> list[Payload]:
    """Return the tables of the years ahead."""
    from upperhand.report.years_tables import years_tables

    return [answers.table_data(table) for table in years_tables(found)]


def audit(_runs: Runs, payload: Payload, tell: Tell) -> Payload:
    """Test claims; those about the scenario of the request call it `this`."""
    from upperhand.audit.judge import audit as judge
    from upperhand.audit.page import html_audit, text_of

    request, folder = payload["request"], Path(payload["folder"])
    with checked_claims(request["claims"], request.get("scenario")) as claims:
        found = judge(claims, seed=request["seed"], progress=tell)
    data = found.to_dict()
    result = {
        "fingerprint": found.fingerprint, "kind": "audit", "ok": True, "title": found.title,
        "sentence": found.sentence(), "words": text_of(found).splitlines(),
        "verdicts": data["verdicts"], "data": data,
    }  # fmt: skip
    write_results(folder, lambda _width: result)
    files = folder / "files"
    files.mkdir()
    (files / "report.html").write_text(html_audit(found), encoding="utf-8")
    (files / "results.json").write_bytes(to_json(data))
    return {"ok": True}


@contextmanager
def checked_claims(given: Any, scenario: Any) -> Iterator[Claims]:
    """Give the claims of a request; they may name packaged scenarios, or `this` one.

    The scenario lies in a file while they are in use. Of a draft, what is confirmed is taken.

    Raises:
        ProblemError: If they name a file, or there are too many.
        ClaimError: If they are wrong, with every fault.
    """
    import tempfile

    from upperhand.audit.claims import packaged_audits, parse_claims, read_claims
    from upperhand.scenario.edit import yaml_text

    if isinstance(given, str):
        if given not in packaged_audits():
            allowed = ", ".join(packaged_audits())
            raise refuse(422, f"unknown audit; allowed: {allowed}, or claims", path="claims")
        yield read_claims(given)
        return
    _refuse_files(given)
    with tempfile.TemporaryDirectory(prefix="upperhand-claims-") as place:
        folder = Path(place)
        if scenario is not None:
            text = yaml_text(scenario_in(scenario))
            (folder / f"{THIS}.yaml").write_text(text, encoding="utf-8")
        if "draft" in given:
            yield parse_claims(_claims_of_draft(given, folder))
            return
        (folder / "claims.json").write_bytes(to_json(_named_here(given)))
        yield read_claims(folder / "claims.json")


def _claims_of_draft(given: Payload, folder: Path) -> str:
    """Return the confirmed claims of a draft as a file of claims; those not confirmed stay out."""
    from upperhand.audit.read.confirmed import claims_text
    from upperhand.audit.read.draft import read_draft

    kept = [claim for claim in given["claims"] if dict(claim).get("confirmed") is True]
    (folder / "draft.json").write_bytes(to_json(given | {"claims": kept}))
    here = folder / f"{THIS}.yaml"
    return claims_text(
        read_draft(folder / "draft.json"), scenario=str(here) if here.is_file() else ""
    )


def _refuse_files(given: Payload) -> None:
    """Refuse claims that name a file of this machine as their scenario."""
    from upperhand.scenario.read import library

    claims = given.get("claims")
    if not isinstance(claims, list) or not 0 < len(claims) <= MOST_CLAIMS:
        raise refuse(422, f"got no list of 1 to {MOST_CLAIMS} claims", path="claims.claims")
    for i, node in enumerate([given, *claims]):
        name = node.get("scenario", "") if isinstance(node, dict) else ""
        if name not in ("", THIS, *library()):
            where = "claims.scenario" if i == 0 else f"claims.claims[{i - 1}].scenario"
            raise refuse(422, f"unknown scenario; allowed: {THIS}, {', '.join(library())}",
                         path=where)  # fmt: skip


def _named_here(given: Payload) -> Payload:
    def named(node: Any) -> Any:
        mine = isinstance(node, dict) and node.get("scenario") == THIS
        return {**node, "scenario": f"{THIS}.yaml"} if mine else node

    inner = [named(node) for node in given["claims"]]
    return {**named(given), "claims": inner}


def of_run(found: Run, kind: str, width: int) -> Payload:
    """Return what the page shows of a run: numbers, words, charts, tables, moves ready to add."""
    from upperhand.report import brief
    from upperhand.web.ready import ready_moves

    return answers.summary(found) | {
        "kind": kind,
        "words": brief(found).splitlines(),
        "charts": answers.charts(found, width),
        "tables": answers.tables(found),
        "moves": ready_moves(found),
        "ranges": range_rows(found),
        "odds": odds_rows(found),
        "data": {"talks": found.talks.to_dict() if found.talks is not None else None},
    }


def range_rows(found: Run) -> list[Payload]:
    """Return the ranges of a run; none without draws."""
    if getattr(found, "ranges", None) is None:
        return []
    from upperhand.results.ranges import range_rows as rows

    return [dict(row) for row in rows(found)]


def odds_rows(found: Run) -> list[Payload]:
    """Return the odds of holding the upper hand; none without draws."""
    if getattr(found, "ranges", None) is None or found.talks is None:
        return []
    from upperhand.results.ranges import upper_hand_odds

    return [dict(row) for row in upper_hand_odds(found)]


def write_results(folder: Path, drawn: Draw) -> None:
    """Write what the page shows, once for each width of charts."""
    for width in WIDTHS:
        content = packed(to_json(drawn(width)))
        (folder / f"result-{width}.json.gz").write_bytes(content)


def write_files(found: Run, folder: Path) -> None:
    """Write everything that can be downloaded of a whole run."""
    write_small_files(found, folder)
    found.save(folder / "report.html")
    found.save(folder / "results.xlsx")
    found.save(folder / "results.csv")
    if has_parquet():
        found.save(folder / "results.parquet")
    record = found.save_record(folder.parent / "record")
    zipped(record, folder / "record.zip")


def write_small_files(found: Run, folder: Path) -> None:
    """Write scenario and summary."""
    from upperhand.results.encode_run import run_summary
    from upperhand.results.record import scenario_yaml

    folder.mkdir()
    (folder / "scenario.yaml").write_text(scenario_yaml(found.scenario), encoding="utf-8")
    (folder / "results.json").write_bytes(to_json(run_summary(found)))


def zipped(folder: Path, target: Path) -> None:
    """Pack the files of a folder into a zip and remove the folder."""
    import shutil
    import zipfile

    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for entry in sorted(folder.rglob("*")):
            if entry.is_file():
                out.write(entry, f"record/{entry.relative_to(folder).as_posix()}")
    shutil.rmtree(folder)


def yaml_of(scenario: Scenario) -> str:
    """Return the text of a scenario's file."""
    from upperhand.scenario.edit import yaml_text

    return yaml_text(scenario)


def has_parquet() -> bool:
    """Say whether Parquet can be written here."""
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


JOBS: dict[str, Callable[..., Any]] = {
    "run": run,
    "ranges": ranges,
    "talks": talks,
    "path": path,
    "audit": audit,
}
