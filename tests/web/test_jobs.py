"""Long computations: the line, progress, cancel, downloads, and what a restart or a crash leaves."""

from __future__ import annotations

import copy
import json
import time
import zipfile
from typing import Any

import pytest

from tests.web.support import BOTH, TOY, children, ended, running, scenario_of, start

#: Two sides at one horizon, which is a third of the work.
ONE: dict[str, Any] = BOTH | {"horizons": ["medium"]}
#: Takes minutes, and is never waited for.
LONG: dict[str, Any] = {"kind": "ranges", "scenario": BOTH, "draws": 4096}


CLAIM: dict[str, Any] = {
    "title": "One claim", "scenario": "this",
    "claims": [{
        "id": "lag", "words": "Five years behind", "test": "fact",
        "checks": [{"fact": {"metric": "process_node_lag_china", "entity": "China vs leaders",
                             "period": "2024-08"}, "at_least": 4}],
    }],
}  # fmt: skip
#: Takes a moment; with another seed it is another job.
QUICK: dict[str, Any] = {"kind": "audit", "claims": CLAIM | {"scenario": "uniform-10"}}


def events(client, job: str) -> list[dict[str, Any]]:
    """Return every event of a job, as a browser reads them."""
    with client.stream("GET", f"/jobs/{job}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = [line[6:] for line in response.iter_lines() if line.startswith("data: ")]
    return [json.loads(line) for line in lines]


def started(client, asked: dict[str, Any]) -> str:
    """Start a job and return its id."""
    response = client.post("/jobs", json=asked)
    assert response.status_code == 202, response.text
    return str(response.json()["id"])


def until(client, job: str, state: str) -> None:
    """Wait until a job is in a state."""
    last = time.monotonic() + 60
    while client.get(f"/jobs/{job}").json()["state"] != state:
        assert time.monotonic() < last
        time.sleep(0.02)


@pytest.fixture(scope="module")
def whole(server):
    """The finished job of everything on the toy world."""
    with server.client() as client:
        job = started(client, {"kind": "run", "scenario": ONE})
        seen = events(client, job)
        return job, seen


def test_progress_is_told_step_by_step_to_the_end(whole):
    _, seen = whole
    running_ = [status for status in seen if status["state"] == "running"]
    assert seen[-1]["state"] == "done"
    assert len(running_) > 3
    done = [status["done"] for status in running_ if status["total"] == running_[-1]["total"]]
    assert done == sorted(done)
    assert all(status["done"] <= max(status["total"], 1) for status in running_)
    assert {"baseline"} < {status["message"] for status in running_}


def test_a_finished_job_is_found_again_and_not_run_again(whole, api):
    job, _ = whole
    again = api.post("/jobs", json={"kind": "run", "scenario": ONE, "draws": 77}).json()
    assert (again["id"], again["state"]) == (job, "done")
    assert [status["state"] for status in events(api, job)] == ["done"]


@pytest.fixture(scope="module")
def run():
    """The same run in Python."""
    import upperhand as uh

    return uh.run(uh.Scenario.model_validate(ONE), decompose=False)


def test_the_result_is_the_run_of_the_package(whole, api, run):
    job, _ = whole
    found = api.get(f"/jobs/{job}/result").json()
    head = {side.code: side.percent for side in run.headline("medium").sides}
    assert {s["code"]: s["percent"] for s in found["headline"]["medium"]["sides"]} == head
    assert found["fingerprint"] == run.fingerprint
    assert found["data"]["talks"] == json.loads(json.dumps(run.talks.to_dict()))


def test_the_result_comes_with_charts_of_both_widths(whole, api):
    job, _ = whole
    wide, narrow = (
        api.get(f"/jobs/{job}/result", params={"width": width}).json() for width in (860, 358)
    )
    assert [chart["id"] for chart in wide["charts"]] == [chart["id"] for chart in narrow["charts"]]
    assert wide["charts"][0]["spec"] != narrow["charts"][0]["spec"]
    assert api.get(f"/jobs/{job}/result", params={"width": 400}).status_code == 422


def test_ready_moves_can_be_added_and_answered(whole, api):
    job, _ = whole
    moves = api.get(f"/jobs/{job}/result").json()["moves"]
    assert moves
    for ready in moves:
        more = copy.deepcopy(ONE)
        kept = [move for move in more["moves"] if move.get("label") not in ready["drops"]]
        more["moves"] = kept + ready["adds"]
        assert api.post("/answer", json={"scenario": more}).status_code == 200, ready


def test_every_file_can_be_downloaded_and_says_the_same(whole, api, tmp_path):
    from upperhand.cli.guard import guarded

    job, _ = whole
    status = api.get(f"/jobs/{job}").json()
    assert {"report.html", "results.xlsx", "results.csv", "results.json", "scenario.yaml",
            "record.zip"} <= set(status["files"])  # fmt: skip
    for name in status["files"]:
        response = api.get(f"/jobs/{job}/files/{name}")
        assert response.status_code == 200
        assert response.headers["content-disposition"].startswith("attachment")
        assert f"upperhand-{job}-{name}" in response.headers["content-disposition"]
        (tmp_path / name).write_bytes(response.content)
    mark = status["fingerprint"]
    assert mark in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "results.json").read_bytes())["fingerprint"] == mark
    answer = api.post("/check", json={"yaml": (tmp_path / "scenario.yaml").read_text()}).json()
    assert answer["fingerprint"] == mark
    with zipfile.ZipFile(tmp_path / "record.zip") as packed:
        assert all(name.startswith("record/") and ".." not in name for name in packed.namelist())
        packed.extractall(tmp_path)
    assert guarded(["verify", str(tmp_path / "record")]) == 0


@pytest.mark.parametrize(
    "name",
    [
        "../result-860.json.gz",
        "..%2fresult-860.json.gz",
        "%2e%2e%2f%2e%2e%2fjobs.sqlite",
        "secret",
        ".",
    ],
)
def test_only_known_files_of_a_job_are_served(whole, api, name):
    job, _ = whole
    response = api.get(f"/jobs/{job}/files/{name}")
    assert response.status_code == 404
    assert "SQLite" not in response.text


@pytest.mark.parametrize("job", ["0" * 16, "..", "%2e%2e", "x" * 16, "0" * 17, "A" * 16])
@pytest.mark.parametrize("call", ["", "/result", "/events", "/files/report.html"])
def test_no_such_job(api, job, call):
    assert api.get(f"/jobs/{job}{call}").status_code in (404, 422)


def test_ranges_are_those_of_the_command_line(api, tmp_path, monkeypatch, capsys):
    from upperhand.cli.guard import guarded

    monkeypatch.chdir(tmp_path)
    job = started(api, {"kind": "ranges", "scenario": ONE, "draws": 4, "seed": 3})
    assert ended(api, job)["state"] == "done"
    found = api.get(f"/jobs/{job}/result").json()
    (tmp_path / "mine.yaml").write_bytes(api.get(f"/jobs/{job}/files/scenario.yaml").content)
    code = guarded(["run", "mine.yaml", "--json", "--no-report", "--draws", "4", "--seed", "3"])
    assert code == 0
    said = json.loads(capsys.readouterr().out)
    assert found["fingerprint"] == said["fingerprint"]
    assert found["ranges"] == said["ranges"]
    lows = [cell["low"] for number in found["numbers"] for cell in number["by_horizon"]]
    assert any(low is not None for low in lows)


def test_talks_are_those_of_the_run(api, run):
    job = started(api, {"kind": "talks", "scenario": ONE})
    assert ended(api, job)["state"] == "done"
    found = api.get(f"/jobs/{job}/result").json()["data"]["talks"]
    assert found == json.loads(json.dumps(run.talks.to_dict()))


def test_a_path_is_that_of_the_package(api):
    import upperhand as uh
    from upperhand.scenario.path import path_scenario
    from upperhand.web.job_tasks import COST_DRAWS

    scenario = uh.Scenario.model_validate(BOTH)
    job = started(api, {"kind": "path", "scenario": BOTH, "draws": 5, "seed": 2})
    assert ended(api, job)["state"] == "done"
    path = path_scenario(scenario, draws=5, seed=2, cost_draws=COST_DRAWS)
    found = api.get(f"/jobs/{job}/result").json()
    expected = json.loads(json.dumps(path.to_dict()))
    assert {key: found["data"][key] for key in expected} == expected
    assert {"years_lag", "years_cost", "years_leverage"} <= {one["id"] for one in found["charts"]}
    assert "years_firm_record" in {one["id"] for one in found["tables"]}
    assert api.get(f"/jobs/{job}/files/results.csv").text == path.to_csv()


@pytest.mark.parametrize("kind", ["talks", "path"])
def test_what_needs_two_sides_is_refused_before_it_waits(api, kind):
    response = api.post("/jobs", json={"kind": kind, "scenario": TOY})
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "scenario.moves"


def test_claims_are_tested_and_their_report_downloaded(api):
    job = started(api, {"kind": "audit", "scenario": TOY, "claims": CLAIM})
    assert ended(api, job)["state"] == "done"
    found = api.get(f"/jobs/{job}/result").json()
    assert found["sentence"] == "1 claim: 1 supported"
    assert found["verdicts"][0]["id"] == "lag"
    assert "Five years behind" in api.get(f"/jobs/{job}/files/report.html").text


@pytest.mark.parametrize(
    ("claims", "path"),
    [
        (None, "claims"),
        ("no-such-audit", "claims"),
        ("../../etc/passwd", "claims"),
        ({}, "claims.claims"),
        (CLAIM | {"claims": CLAIM["claims"] * 61}, "claims.claims"),
        (CLAIM | {"scenario": "/etc/passwd"}, "claims.scenario"),
        (CLAIM | {"claims": [CLAIM["claims"][0] | {"scenario": "../x.yaml"}]},
         "claims.claims[0].scenario"),
    ],
)  # fmt: skip
def test_claims_name_no_files(api, claims, path):
    response = api.post("/jobs", json={"kind": "audit", "claims": claims})
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["path"] == path


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"kind": "joy", "scenario": TOY}, "kind"),
        ({"kind": "run"}, "scenario"),
        ({"kind": "ranges", "scenario": TOY, "draws": 5000}, "draws"),
        ({"kind": "ranges", "scenario": TOY, "draws": 0}, "draws"),
        ({"kind": "ranges", "scenario": TOY, "seed": -1}, "seed"),
        ({"kind": "run", "scenario": TOY | {"closure": "open"}}, "closure"),
    ],
)
def test_a_wrong_job_is_refused_before_it_waits(api, asked, path):
    response = api.post("/jobs", json=asked)
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == path


def test_jobs_wait_in_line_and_are_cancelled_queued_and_running(server, api):
    first = started(api, LONG | {"seed": 11})
    until(api, first, "running")
    others = [started(api, LONG | {"seed": 12 + i}) for i in range(3)]
    places = [api.get(f"/jobs/{job}").json()["place"] for job in others]
    assert places == [0, 1, 2]
    assert api.delete(f"/jobs/{others[1]}").json()["state"] == "cancelled"
    assert [api.get(f"/jobs/{job}").json()["place"] for job in others] == [0, 0, 1]
    assert api.delete(f"/jobs/{first}").json()["state"] == "cancelled"
    until(api, others[0], "running")
    for job in (others[0], others[2]):
        assert api.delete(f"/jobs/{job}").json()["state"] == "cancelled"
    assert api.delete(f"/jobs/{first}").status_code == 409
    assert api.get(f"/jobs/{first}/result").status_code == 409
    found = api.get("/health").json()
    assert (found["queued"], found["running"]) == (0, 0)
    assert not list((server.folder / "results").glob(".job-*"))


def test_a_cancelled_job_can_be_asked_for_again(api):
    asked = QUICK | {"seed": 9}
    blocker = started(api, LONG | {"seed": 21})
    job = started(api, asked)
    assert api.delete(f"/jobs/{job}").json()["state"] == "cancelled"
    assert api.delete(f"/jobs/{blocker}").json()["state"] == "cancelled"
    assert started(api, asked) == job
    assert ended(api, job)["state"] == "done"


def test_followers_of_a_cancelled_job_are_told(api, server):
    from concurrent.futures import ThreadPoolExecutor

    job = started(api, LONG | {"seed": 31})
    until(api, job, "running")
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(events, server.client(), job) for _ in range(3)]
        time.sleep(0.3)
        api.delete(f"/jobs/{job}")
        assert [found.result(20)[-1]["state"] for found in waiting] == ["cancelled"] * 3


def test_a_full_line_says_so(tmp_path):
    with running(tmp_path / "data", limits={"queued": 1}) as server, server.client() as client:
        until(client, started(client, LONG | {"seed": 1}), "running")
        started(client, LONG | {"seed": 2})
        response = client.post("/jobs", json=LONG | {"seed": 3})
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0


def test_a_job_that_takes_too_long_fails_and_the_next_one_runs(tmp_path):
    limits = {"job_seconds": 0.3}
    with running(tmp_path / "data", limits=limits) as server, server.client() as client:
        job = started(client, LONG | {"scenario": scenario_of("october-2025")})
        status = ended(client, job)
        assert status["state"] == "failed"
        assert "within 0.3 seconds" in status["problem"]["detail"]
        assert client.post("/answer", json={"scenario": TOY}).status_code == 200


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_a_restart_loses_no_finished_job_and_goes_on_with_the_others(tmp_path, kill):
    """`kill -9` of the server at work: the table in SQLite and the results on disk survive it."""
    folder = tmp_path / "data"
    server = start(folder)
    client = server.client()
    done = [started(client, QUICK | {"seed": seed}) for seed in (1, 2)]
    before = []
    for job in done:
        assert ended(client, job)["state"] == "done"
        before.append(client.get(f"/jobs/{job}/result").content)
    cut = started(client, LONG)
    until(client, cut, "running")
    waiting = started(client, QUICK | {"seed": 3})
    processes = children(server.process.pid)
    assert len(processes) >= 3
    server.stop(kill=kill)
    last = time.monotonic() + 10
    while any(pid for pid in processes if alive(pid)):
        assert time.monotonic() < last, "a worker outlived its server"
        time.sleep(0.05)
    with running(folder) as again, again.client() as client:
        assert [client.get(f"/jobs/{job}").json()["state"] for job in done] == ["done", "done"]
        assert [client.get(f"/jobs/{job}/result").content for job in done] == before
        assert client.get(f"/jobs/{cut}").json()["state"] in ("queued", "running")
        assert client.delete(f"/jobs/{cut}").json()["state"] == "cancelled"
        assert ended(client, waiting)["state"] == "done"
        assert not list((folder / "results").glob(".job-*"))


def alive(pid: int) -> bool:
    """Say whether a process runs."""
    from pathlib import Path

    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def test_two_servers_do_not_share_a_folder(server):
    import subprocess
    import sys

    from tests.web.support import LAUNCH

    given = {"data_dir": str(server.folder), "host": "127.0.0.1", "names": (), "limits": {}}
    done = subprocess.run(
        [sys.executable, "-c", LAUNCH, json.dumps(given)], capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "another server uses this folder" in done.stderr


def test_old_results_make_room_for_new_ones(tmp_path):
    """A bound of one byte keeps the last result only; the table forgets the others."""
    limits = {"disk_bytes": 1}
    with running(tmp_path / "data", limits=limits) as server, server.client() as client:
        jobs = [started(client, QUICK | {"seed": seed}) for seed in (1, 2)]
        assert ended(client, jobs[1])["state"] == "done"
        assert client.get(f"/jobs/{jobs[0]}").status_code == 404
        assert client.get(f"/jobs/{jobs[1]}/result").status_code == 200
