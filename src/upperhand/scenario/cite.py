"""What to cite for a run, a scenario, or the program itself."""

from __future__ import annotations

from pathlib import Path

from upperhand.core.errors import ScenarioError
from upperhand.scenario.assumptions import sources_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.worlds import world_of


def program() -> dict[str, str]:
    """Return how to cite the program.

    Examples:
        >>> program()["licence"]
        'MIT'
    """
    from upperhand._version import __version__

    title = f"upperhand {__version__}: who has the upper hand between trading powers"
    return {"title": title, "licence": "MIT", "used_for": "all computations"}


def citations(source: str | None) -> list[dict[str, str]]:
    """Return the references of a record, a scenario, or only of the program.

    Raises:
        ScenarioError: If there is no such record or scenario.

    Examples:
        >>> len(citations(None))
        1
        >>> any("OECD" in entry["title"] for entry in citations("uniform-10"))
        True
    """
    if source is None:
        return [program()]
    if Path(source).is_dir():
        return [program(), *_of_record(source)]
    scenario = read_scenario(source)
    return [program(), *_plain(sources_of(scenario, world_of(scenario.world)))]


def _of_record(folder: str) -> list[dict[str, str]]:
    from upperhand.results.run import read_record

    run = read_record(folder)
    if not run.cases:
        raise ScenarioError(f"{folder}: the record holds no case")
    listed = _plain(run.sources)
    known = {entry["title"] for entry in listed}
    keys = [str(item) for item in run.cases[0].counterfactual.citations()]
    return listed + [{"title": key, "used_for": "method"} for key in keys if key not in known]


def _plain(rows: list[dict[str, object]]) -> list[dict[str, str]]:
    return [{key: str(value) for key, value in row.items() if value} for row in rows]
