"""What a worker process does: each task takes plain data and returns plain data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from upperhand.web import answers
from upperhand.web.answers import Runs, fingerprint_of, scenario_in
from upperhand.web.job_tasks import prepared
from upperhand.web.problems import refuse

Payload = dict[str, Any]
Task = Callable[[Runs, Payload], Any]
MAP_VARIABLES = {
    "real_income_change": "Real income",
    "real_wage_change": "Real wage",
    "consumer_price_change": "Consumer prices",
    "terms_of_trade_change": "Terms of trade",
    "exports_change": "Exports",
    "imports_change": "Imports",
}


def check(_runs: Runs, payload: Payload) -> Payload:
    """Return the canonical scenario, what it changes, and what to look at."""
    from dataclasses import asdict

    from upperhand.scenario.edit import yaml_text
    from upperhand.scenario.notices import look_at

    scenario = scenario_in(_document(payload))
    looked = look_at(scenario)
    return {
        "ok": True,
        "fingerprint": fingerprint_of(scenario),
        "canonical": scenario.to_dict(),
        "yaml": yaml_text(scenario),
        "sides": list(scenario.side_codes),
        "changes": list(looked.changes),
        "notices": [asdict(notice) for notice in looked.notices],
    }


def vocabulary(_runs: Runs, payload: Payload) -> Payload:
    """Return the words that a form offers, with colours and limits."""
    from upperhand._version import __version__
    from upperhand.report.charts.theme import ACTORS, DARK, VEGALITE_VERSION, config
    from upperhand.report.words import HORIZON_TITLE
    from upperhand.scenario.vocabulary import vocabulary as words
    from upperhand.scenario.worlds import world_names

    world = payload.get("world") or "icio-2022-strategic"
    if world not in (*world_names(), *answers.uploaded_worlds()):
        raise refuse(422, f"unknown world; allowed: {', '.join(world_names())}", path="world")
    found = words(world)
    return found | {
        "worlds": [*world_names(), *answers.uploaded_worlds()],
        "horizons": [{"name": h, "title": HORIZON_TITLE[h]} for h in found["horizons"]],
        "actors": dict(ACTORS),
        "theme": {"config": config(), "dark": dict(DARK), "vegalite": VEGALITE_VERSION},
        "map_variables": [{"name": k, "label": v} for k, v in MAP_VARIABLES.items()],
        "version": __version__,
    }


def scenarios(_runs: Runs, _payload: Payload) -> list[Any]:
    """Return the packaged scenarios."""
    from upperhand.scenario.edit import summaries

    return list(summaries())


def preset(_runs: Runs, payload: Payload) -> Payload:
    """Return one packaged scenario, canonical and as YAML."""
    from upperhand.scenario.edit import yaml_text
    from upperhand.scenario.read import library, read_scenario

    name = str(payload.get("name"))
    if name not in library():
        raise refuse(404, f"no packaged scenario of that name; there are: {', '.join(library())}")
    scenario = read_scenario(name)
    return {
        "name": name,
        "title": scenario.title,
        "question": scenario.question,
        "fingerprint": fingerprint_of(scenario),
        "scenario": scenario.to_dict(),
        "yaml": yaml_text(scenario),
    }


def register(_runs: Runs, payload: Payload) -> Payload:
    """Return the measures of the dated register in force on a day."""
    from upperhand.scenario.in_force import in_force_on

    day = str(payload["date"])
    rows = in_force_on(day, after_horizon=payload.get("after_horizon"))
    return {"date": day, "measures": rows}


def python_code(_runs: Runs, payload: Payload) -> Payload:
    """Return a program that makes the same numbers."""
    from upperhand._version import __version__
    from upperhand.scenario.edit import yaml_text

    scenario = scenario_in(payload.get("scenario"))
    text = yaml_text(scenario)
    code = "\n".join(
        [
            f"# Makes the numbers of run {fingerprint_of(scenario)}.",
            f"# pip install upperhand=={__version__}",
            "from upperhand.scenario import parse_scenario",
            "",
            "import upperhand as uh",
            "",
            f"SCENARIO = {_literal(text)}",
            "",
            "run = uh.run(parse_scenario(SCENARIO))",
            "print(uh.brief(run))",
            "",
        ]
    )
    return {"code": code, "version": __version__, "fingerprint": fingerprint_of(scenario)}


def cite(_runs: Runs, payload: Payload) -> Payload:
    """Return how to cite a run of a scenario, and what it rests on."""
    from upperhand.scenario.assumptions import sources_of
    from upperhand.scenario.cite import program
    from upperhand.scenario.worlds import world_of

    scenario = scenario_in(payload.get("scenario"))
    mark = fingerprint_of(scenario)
    sources = [program(), *sources_of(scenario, world_of(scenario.world))]
    name = program()["title"]
    text = f"{name}. Scenario: {scenario.title}. Run {mark}."
    return {"text": text, "bibtex": _bibtex(scenario.title, mark), "sources": sources}


def assumptions(_runs: Runs, payload: Payload) -> Payload:
    """Return every number that a scenario rests on, as the page shows them on sliders."""
    scenario = scenario_in(payload.get("scenario"))
    return {"fingerprint": fingerprint_of(scenario), "assumptions": assumed(scenario)}


def assumed(scenario: Any) -> list[Payload]:
    """Return the priors of a scenario, each with name, value, range, unit, status and source."""
    try:
        from upperhand.scenario.priors import priors_of
    except ImportError:
        from upperhand.scenario.assumptions import assumptions_of
        from upperhand.scenario.run import baseline_world, with_options
        from upperhand.scenario.worlds import world_of

        table = with_options(world_of(scenario.world), scenario.options)
        return list(assumptions_of(scenario, table, baseline=baseline_world(scenario, table)))
    return [dict(row) for row in priors_of(scenario)]


def geo(_runs: Runs, _payload: Payload) -> Any:
    """Return the shapes of the map."""
    from upperhand.report.geo import topology

    return topology()


def _document(payload: Payload) -> Any:
    """Return the scenario of a request, given as data or as YAML."""
    if payload.get("yaml") is None:
        return payload.get("scenario")
    from upperhand.scenario.yamlfile import parse

    return parse(str(payload["yaml"]), name="scenario.yaml").data


def _literal(text: str) -> str:
    r"""Return a text as a Python literal that reads well and cannot end early.

    Examples:
        >>> print(_literal("a: 1\n"))
        '''\
        a: 1
        '''
        >>> _literal("it's ''' quoted")
        '"it\'s \'\'\' quoted"'
    """
    plain = "'''" not in text and "\\" not in text and text.endswith("\n")
    return f"'''\\\n{text}'''" if plain else repr(text)


def _bibtex(title: str, mark: str) -> str:
    from upperhand._version import __version__

    kept = "".join(c for c in title if c not in "{}\\%$#&~^_\n\r")
    return (
        f"@software{{upperhand_{mark},\n"
        "  author = {{The upperhand developers}},\n"
        f"  title = {{upperhand: {kept}}},\n"
        f"  version = {{{__version__}}},\n"
        f"  note = {{run {mark}}}\n"
        "}\n"
    )


TASKS: dict[str, Task] = {
    "answer": answers.answer,
    "sections": answers.sections,
    "check": check,
    "vocabulary": vocabulary,
    "scenarios": scenarios,
    "preset": preset,
    "register": register,
    "python": python_code,
    "cite": cite,
    "assumptions": assumptions,
    "geo": geo,
    "job": prepared,
}
