"""What each call gives, asked of a running server."""

from __future__ import annotations

import copy
import subprocess
import sys
from typing import Any

import pytest

from tests.scenario.shut_world import save_world_with_one_source
from tests.web.support import BOTH, TOY, scenario_of

CALLS = ("check", "answer", "sections", "assumptions", "python", "cite")


def problem(response, status: int) -> dict[str, Any]:
    """Return a problem, checked to be one in the form that every problem has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert set(found) == {"type", "title", "status", "detail", "errors"}
    assert found["status"] == status
    assert found["detail"]
    return dict(found)


def test_health_says_version_and_line(api):
    import upperhand

    found = api.get("/health").json()
    assert found == {"ok": True, "version": upperhand.__version__, "queued": 0, "running": 0}


def test_vocabulary_names_what_a_form_offers(api):
    found = api.get("/vocabulary", params={"world": "toy"}).json()
    assert [country["code"] for country in found["countries"]] == ["USA", "CHN", "VNM"]
    kinds = {instrument["kind"]: instrument["schema"] for instrument in found["instruments"]}
    assert "add_pp" in kinds["tariff"]["properties"]
    assert {h["name"] for h in found["horizons"]} == {"short", "medium", "long"}
    assert found["world"] == "toy"
    assert {"icio-2022-strategic", "toy"} <= set(found["worlds"])


def test_vocabulary_of_no_world_is_refused_with_those_there_are(api):
    found = problem(api.get("/vocabulary", params={"world": "../../etc/passwd"}), 422)
    assert found["errors"][0]["path"] == "world"
    assert "toy" in found["errors"][0]["allowed"]


def test_every_packaged_scenario_is_listed_and_runs_as_it_is_sent(api):
    from upperhand.scenario.read import library, parse_scenario, read_scenario

    listed = [row["name"] for row in api.get("/scenarios").json()]
    assert listed == list(library())
    for name in listed:
        found = api.get(f"/scenarios/{name}").json()
        assert found["scenario"] == read_scenario(name).to_dict()
        assert parse_scenario(found["yaml"]).fingerprint == read_scenario(name).fingerprint


def test_no_packaged_scenario_of_that_name(api):
    assert "october-2025" in problem(api.get("/scenarios/october"), 404)["detail"]


def test_register_lists_the_measures_of_a_day(api):
    from upperhand.scenario.in_force import in_force_on

    found = api.get("/register", params={"date": "2025-10-09"}).json()
    assert found["date"] == "2025-10-09"
    assert len(found["measures"]) == len(in_force_on("2025-10-09")) > 0


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"date": "yesterday"}, "date"),
        ({}, "date"),
        ({"date": "2025-10-09", "after_horizon": "never"}, "after_horizon"),
    ],
)
def test_register_refuses_what_is_no_day(api, asked, path):
    assert problem(api.get("/register", params=asked), 422)["errors"][0]["path"] == path


@pytest.mark.parametrize("day", ["1900-01-01", "2030-01-01", "9999-12-31", "0001-01-01"])
def test_register_says_which_days_it_knows(api, day):
    assert day in problem(api.get("/register", params={"date": day}), 422)["detail"]


def test_geo_has_a_shape_for_each_country_of_the_world(api):
    shapes = api.get("/geo").json()["objects"]["countries"]["geometries"]
    assert {"USA", "CHN", "VNM"} <= {shape.get("id") for shape in shapes}


def test_check_gives_the_canonical_scenario_its_changes_and_notices(api):
    found = api.post("/check", json={"scenario": TOY}).json()
    assert found["ok"] is True
    assert found["sides"] == ["USA"]
    assert found["canonical"]["moves"][0]["add_pp"] == 10
    again = api.post("/check", json={"yaml": found["yaml"]}).json()
    assert again == found


def test_check_notices_a_move_that_changes_nothing(api):
    idle = copy.deepcopy(TOY)
    idle["moves"][0]["add_pp"] = 0
    notices = api.post("/check", json={"scenario": idle}).json()["notices"]
    assert [(n["index"], n["kind"]) for n in notices] == [(0, "no_op")]


def test_check_wants_one_of_data_and_text(api):
    assert problem(api.post("/check", json={}), 422)["errors"][0]["path"] == "scenario"
    both = {"scenario": TOY, "yaml": "title: x"}
    assert problem(api.post("/check", json=both), 422)["errors"][0]["path"] == "scenario"


@pytest.mark.parametrize("call", CALLS)
def test_every_fault_is_told_at_once_with_the_path_of_its_field(api, call):
    wrong = copy.deepcopy(BOTH)
    wrong["moves"][0]["by"] = "XXX"
    wrong["moves"][1]["add_pp"] = 1e9
    wrong["closure"] = "open"
    found = {
        e["path"]: e for e in problem(api.post(f"/{call}", json={"scenario": wrong}), 422)["errors"]
    }
    assert set(found) == {"moves[0].by", "moves[1].add_pp", "closure"}
    assert found["moves[1].add_pp"]["got"] == "1e+09"
    assert found["moves[1].add_pp"]["allowed"] == "-100 to 10000 percentage points"


def test_a_misspelt_word_is_refused_with_the_nearest_one(api):
    wrong = copy.deepcopy(TOY)
    wrong["moves"][0]["kind"] = "tarif"
    fault = problem(api.post("/answer", json={"scenario": wrong}), 422)["errors"][0]
    assert (fault["path"], fault["hint"]) == ("moves[0]", "did you mean 'tariff'?")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("world", ["/etc/passwd", "../worlds/x.npz", "nope", 3, None])
def test_a_scenario_names_a_world_and_no_file(api, call, world):
    found = problem(api.post(f"/{call}", json={"scenario": TOY | {"world": world}}), 422)
    assert found["errors"][0]["path"] == "world"


def test_yaml_cannot_name_a_file_either(api):
    text = "title: x\nworld: /etc/passwd\nmoves: []\n"
    assert problem(api.post("/check", json={"yaml": text}), 422)["errors"][0]["path"] == "world"


@pytest.mark.parametrize("scenario", [None, [], "october-2025", 3, {}])
def test_what_is_no_scenario_is_refused(api, scenario):
    problem(api.post("/answer", json={"scenario": scenario}), 422)


def test_unknown_fields_of_a_request_are_refused(api):
    found = problem(api.post("/answer", json={"scenario": TOY, "horison": "long"}), 422)
    assert found["errors"][0]["path"] == "horison"


def test_a_body_that_is_no_json_is_refused(api):
    headers = {"content-type": "application/json"}
    for content in (
        b"{",
        b"\xff\xfe",
        b"",
        b'{"scenario": NaN}',
        b'{"scenario": {"title": 1e999}}',
    ):
        response = api.post("/answer", content=content, headers=headers)
        assert response.status_code in (400, 422), content
        assert response.json()["detail"]


def test_answer_is_the_run_of_the_package(api):
    import upperhand as uh

    found = api.post("/answer", json={"scenario": BOTH}).json()
    run = uh.run(uh.Scenario.model_validate(BOTH))
    for horizon in ("short", "medium", "long"):
        sides = {side["code"]: side["percent"] for side in found["headline"][horizon]["sides"]}
        assert sides == {side.code: side.percent for side in run.headline(horizon).sides}
    assert found["fingerprint"] == run.fingerprint
    assert [side["code"] for side in found["sides"]] == ["USA", "CHN"]


def test_one_horizon_is_that_column_of_all(api):
    whole = api.post("/answer", json={"scenario": BOTH}).json()
    for horizon in ("short", "long"):
        one = api.post("/answer", json={"scenario": BOTH, "horizon": horizon}).json()
        assert one["headline"] == {horizon: whole["headline"][horizon]}
        assert one["fingerprint"] == whole["fingerprint"]


def test_a_horizon_that_the_scenario_leaves_out_is_refused(api):
    asked = {"scenario": BOTH | {"horizons": ["long"]}, "horizon": "short"}
    assert problem(api.post("/answer", json=asked), 422)["errors"][0]["path"] == "horizon"


def test_no_equilibrium_is_said_and_no_number_given(api, server):
    """The world lies where uploads lie; a ban shuts the only source of a good."""
    save_world_with_one_source(server.folder / "worlds" / "own-one-source.npz")
    ban = {"kind": "import_ban", "by": "VNM", "against": "world", "source": "a test"}
    shut = {"title": "Nothing from anywhere", "world": "own-one-source", "moves": [ban]}
    found = api.post("/answer", json={"scenario": shut}).json()
    assert found["ok"] is False
    assert all(not outcome["ok"] and outcome["sentence"] for outcome in found["outcomes"])
    cells = [cell for number in found["numbers"] for cell in number["by_horizon"]]
    assert all(cell["value"] is None for cell in cells)
    drawn = api.post("/sections", json={"scenario": shut}).json()
    assert drawn["ok"] is False


def test_sections_draw_each_chart_in_both_widths_without_theme_and_shapes(api):
    for width in (860, 358):
        found = api.post("/sections", json={"scenario": BOTH, "width": width}).json()
        charts = {chart["id"]: chart for chart in found["charts"]}
        assert {"map", "ranking", "sectors"} <= set(charts)
        for chart in charts.values():
            assert "config" not in chart["spec"]
            assert chart["alt"]
            assert chart["title"]
        assert all(len(row) == len(t["columns"]) for t in found["tables"] for row in t["rows"])
    assert problem(api.post("/sections", json={"scenario": BOTH, "width": 500}), 422)


def test_sections_show_the_variable_asked_for(api):
    asked = {"scenario": BOTH, "variable": "exports_change"}
    charts = {c["id"]: c for c in api.post("/sections", json=asked).json()["charts"]}
    assert "xport" in charts["map"]["subtitle"]
    fault = problem(api.post("/sections", json=asked | {"variable": "joy"}), 422)["errors"][0]
    assert fault["path"] == "variable"


def test_assumptions_carry_range_status_and_source(api):
    rows = api.post("/assumptions", json={"scenario": BOTH}).json()["assumptions"]
    assert rows
    for row in rows:
        assert row["status"].split()[0] in ("sourced", "assumed"), row
        assert row["low"] <= row["value"] <= row["high"], row


def test_the_program_that_is_shown_makes_the_same_numbers(api, tmp_path):
    import json

    odd = BOTH | {"title": "it's ''' \"quoted\" \\ and <b>bold</b>"}
    code = api.post("/python", json={"scenario": odd}).json()["code"]
    more = "import json; print(json.dumps(run.headline('long').sides[0].percent), run.fingerprint)"
    (tmp_path / "shown.py").write_text(code + more, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "shown.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    percent, mark = done.stdout.split()[-2:]
    answer = api.post("/answer", json={"scenario": odd}).json()
    assert json.loads(percent) == answer["headline"]["long"]["sides"][0]["percent"]
    assert mark == answer["fingerprint"]


def test_cite_names_run_and_sources(api):
    odd = TOY | {"title": "Braces {} and \\commands"}
    found = api.post("/cite", json={"scenario": odd}).json()
    answer = api.post("/answer", json={"scenario": odd}).json()
    assert answer["fingerprint"] in found["text"]
    assert found["bibtex"].count("{") == found["bibtex"].count("}")
    assert "\\commands" not in found["bibtex"]


def test_the_same_question_is_answered_from_memory_with_the_same_bytes(api):
    mine = TOY | {"title": "Asked twice"}
    first = api.post("/answer", json={"scenario": mine})
    second = api.post("/answer", json={"scenario": mine})
    assert first.content == second.content  # with the time that it took, which differs if made anew
    assert "elapsed_ms" in first.json()


def test_one_percent_more_is_another_answer(api):
    more = copy.deepcopy(TOY)
    more["moves"][0]["add_pp"] = 11
    first, second = (api.post("/answer", json={"scenario": s}).json() for s in (TOY, more))
    assert first["fingerprint"] != second["fingerprint"]
    assert first["headline"] != second["headline"]


def test_markup_in_words_comes_back_as_the_same_text_in_json(api):
    hostile = TOY | {"title": "<img src=x onerror=alert(1)>{{7*7}}"}
    response = api.post("/answer", json={"scenario": hostile})
    assert response.headers["content-type"] == "application/json"
    assert response.json()["title"] == hostile["title"]


def test_the_wire_is_light(api):
    """What the page asks for when it opens, compressed, without its files; see the benchmarks."""
    scenario = scenario_of("october-2025")
    size = 0
    for method, path, body in (
        ("GET", "/vocabulary", None),
        ("GET", "/geo", None),
        ("POST", "/answer", {"scenario": scenario}),
        ("POST", "/sections", {"scenario": scenario}),
    ):
        with api.stream(method, path, json=body) as response:
            assert response.headers["content-encoding"] == "gzip"
            size += sum(len(part) for part in response.iter_raw())
    assert size < 250_000


def test_a_client_that_cannot_unpack_gets_plain_json(server):
    client = server.client(headers={"accept-encoding": "identity"})
    response = client.get("/vocabulary", params={"world": "toy"})
    assert "content-encoding" not in response.headers
    assert response.json()["world"] == "toy"
