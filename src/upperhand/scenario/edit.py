"""Make, list and compare scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from upperhand.core.errors import ScenarioError
from upperhand.core.files import write_text
from upperhand.core.yamltext import yaml_of
from upperhand.measures.faults import show
from upperhand.scenario.read import library, read_scenario
from upperhand.scenario.schema import Scenario
from upperhand.scenario.yamlfile import parse


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs between two scenarios; None where one has no such field."""

    path: str
    first: Any
    second: Any


def template(start: str | None = None) -> str:
    """Return the text of a new scenario with comments, or that of a packaged one.

    Examples:
        >>> template().splitlines()[0]
        '# A scenario: what each side does, compared with a baseline.'
    """
    if start is not None:
        read_scenario(start)
        return library()[start].read_text(encoding="utf-8")
    return files("upperhand.scenario").joinpath("template.yaml").read_text(encoding="utf-8")


def new_scenario(path: str | Path, *, start: str | None = None, force: bool = False) -> Path:
    """Write a new scenario file to edit.

    Raises:
        ScenarioError: If the file exists and `force` is not given.
    """
    target = Path(path)
    if target.suffix not in (".yaml", ".yml"):
        raise ScenarioError(f"{target}: a scenario file ends in .yaml; add the suffix")
    if target.exists() and not force:
        raise ScenarioError(f"{target}: exists already; give another name, or --force")
    return write_text(target, template(start))


def summaries() -> list[dict[str, str]]:
    """Return name, title and question of every packaged scenario.

    Examples:
        >>> [row["name"] for row in summaries()]
        ['2018-2019', 'april-2025', 'chips-for-magnets', 'october-2025', 'uniform-10']
    """
    found = []
    for name, entry in library().items():
        data = parse(entry.read_text(encoding="utf-8"), name=name).data
        row = {"name": name, "title": str(data["title"]), "question": str(data["question"])}
        found.append(row | {"variants": ", ".join(data.get("variants", {}))})
    return found


def differences(first: Scenario, second: Scenario) -> list[Difference]:
    """Return every field in which two scenarios differ; moves are compared by position.

    Examples:
        >>> changed = read_scenario("uniform-10", changes=["moves[0].add_pp=20"])
        >>> differences(read_scenario("uniform-10"), changed)[-1]
        Difference(path='moves[0].add_pp', first=10.0, second=20.0)
    """
    one, other = dict(_leaves(first.to_dict(), ())), dict(_leaves(second.to_dict(), ()))
    paths = [*one, *(path for path in other if path not in one)]
    return [
        Difference(show(path), one.get(path), other.get(path))
        for path in paths
        if one.get(path) != other.get(path)
    ]


def _leaves(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, list) and node:
        for i, value in enumerate(node):
            yield from _leaves(value, (*path, i))
    else:
        yield path, node


def yaml_text(scenario: Scenario) -> str:
    """Return a scenario in its complete form as YAML, every default written out.

    Examples:
        >>> yaml_text(read_scenario("uniform-10")).splitlines()[0]
        'version: 1'
    """
    return yaml_of(scenario.to_dict(), width=96)


def schema_text() -> str:
    """Return the JSON Schema of scenario files as text."""
    import json

    from upperhand.scenario.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def validation_page(what: str) -> str:
    """Return a page that compares the model with published numbers: `strategic` or `trade`.

    Raises:
        ScenarioError: If there is no such page.

    Examples:
        >>> validation_page("tade")
        Traceback (most recent call last):
        upperhand.core.errors.ScenarioError: unknown page 'tade'; did you mean 'trade'? ...
    """
    from upperhand.core.errors import unknown
    from upperhand.scenario import validate_strategic, validate_trade

    pages = {"strategic": validate_strategic.page, "trade": validate_trade.page}
    if what not in pages:
        raise ScenarioError(unknown("page", what, list(pages)))
    return pages[what]()
