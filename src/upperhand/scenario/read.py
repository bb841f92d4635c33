"""Read scenarios from files and from the library; report every fault with its file and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from upperhand.core.errors import ScenarioError, UpperhandError, unknown
from upperhand.measures.faults import located, show, tokens
from upperhand.measures.labels import labels_of
from upperhand.scenario.schema import MAX_TITLE, Scenario, model_at
from upperhand.scenario.yamlfile import Document, Where, parse, parse_value, raise_listed, read_text

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Setting = tuple[Where, Any]


def library() -> dict[str, Traversable]:
    """Return the packaged scenarios by name.

    Examples:
        >>> "october-2025" in library()
        True
    """
    folder = files("upperhand.scenario").joinpath("library")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {entry.name.removesuffix(".yaml"): entry for entry in sorted(found, key=str)}


def read_scenario(
    source: str | Path, *, changes: Sequence[str] = (), variant: str | None = None
) -> Scenario:
    """Read a scenario from a file or, by its name, from the library.

    Args:
        source: Path of a YAML file, or name of a packaged scenario.
        changes: Values to set before anything is checked, each `path=value`.
        variant: Name of one of the scenario's variants, applied before `changes`.

    Raises:
        ScenarioError: If anything is wrong; the message lists every fault with file and line.

    Examples:
        >>> read_scenario("uniform-10").side_codes
        ('USA', 'CHN')
        >>> read_scenario("uniform-10", changes=["moves[0].add_pp=20"]).moves[0].add_pp
        20.0
        >>> read_scenario("uniform-1")
        Traceback (most recent call last):
        upperhand.core.errors.ScenarioError: unknown scenario 'uniform-1'; did you mean 'uniform-10'?...
    """
    document, name = _document(source)
    return validate(document, name=name, changes=changes, variant=variant)


def parse_scenario(text: str, *, name: str = "scenario", changes: Sequence[str] = ()) -> Scenario:
    """Read a scenario from YAML text.

    Examples:
        >>> text = (
        ...     "{title: T, world: toy, moves: [{kind: tariff, by: USA, against: CHN, add_pp: 9}]}"
        ... )
        >>> parse_scenario(text).side_codes
        ('USA',)
    """
    return validate(parse(text, name=name), name="", changes=changes)


def scenario_from(data: Mapping[str, Any]) -> Scenario:
    """Return the scenario that plain data describe, for example the canonical form."""
    return validate(Document("scenario", dict(data), {}), name="")


def validate(
    document: Document, *, name: str, changes: Sequence[str] = (), variant: str | None = None
) -> Scenario:
    """Check a document against the schema and the labels of its world, all faults at once.

    Raises:
        ScenarioError: With one line for each fault: `file:line: field: what is wrong`.
    """
    data: dict[str, Any] = {"name": name, **document.data} if name else dict(document.data)
    for path, value in [*_of_variant(data, variant), *map(parse_setting, changes)]:
        if not path:
            raise ScenarioError(f"{document.name}: a value is set without a path; name its field")
        data = _replaced(data, path, value, path)
    settings = {path for path, _ in map(parse_setting, changes)}
    data = _said_to_be_changed(data, settings)
    context, faults = _context(data, document)
    try:
        scenario = Scenario.model_validate(data, context=context)
    except ValidationError as error:
        found = located(error, lambda path: model_at(path, _kind(data, path)), tags=Scenario.tags)
        faults += [
            f"{_place(document, settings, path)}: {_said(path, what)}" for path, what in found
        ]
        fields = tuple((show(path), what) for path, what in found)
    else:
        raise_listed(document.name, faults)
        return scenario
    try:
        raise_listed(document.name, faults)
    except ScenarioError as listed:
        listed.fields = fields
        raise
    raise ScenarioError(f"{document.name}: cannot be read as a scenario")


def parse_setting(text: str) -> Setting:
    """Return path and value of `path=value`.

    Examples:
        >>> parse_setting("moves[0].add_pp=54")
        (('moves', 0, 'add_pp'), 54)
    """
    path, sign, value = text.partition("=")
    if not sign or not path.strip():
        raise ScenarioError(f"--set: got '{text}'; write path=value, as in moves[0].add_pp=54")
    return tokens(path.strip()), parse_value(value)


def _document(source: str | Path) -> tuple[Document, str]:
    text = str(source)
    path = Path(source)
    known = library()
    if isinstance(source, str) and text in known and not path.is_file():
        entry = known[text]
        return parse(entry.read_text(encoding="utf-8"), name=f"{text}.yaml"), text
    if path.suffix in (".yaml", ".yml", ".json") or path.exists() or "/" in text:
        return parse(read_text(path), name=text), _stem(path)
    raise ScenarioError(unknown("scenario", text, list(known)) + "; or give the path of a file")


def _stem(path: Path) -> str:
    kept = [c if c.isalnum() or c in "._-" else "-" for c in path.stem if c.isascii()]
    return "".join(kept).strip("._-")[:80] or "scenario"


def _of_variant(data: dict[str, Any], variant: str | None) -> list[Setting]:
    if variant is None:
        return []
    variants = data.get("variants") or {}
    if variant not in variants:
        raise ScenarioError(unknown("variant", variant, list(variants)))
    changes = variants[variant].get("set") or {}
    title = f"{data.get('title', '')} [{variant}]"
    return [(("title",), title), *((tokens(path), value) for path, value in changes.items())]


def _said_to_be_changed(data: dict[str, Any], settings: set[Where]) -> dict[str, Any]:
    """Return the data with a title that says which values are not those of the file."""
    title = data.get("title")
    if not settings or ("title",) in settings or not isinstance(title, str):
        return data
    named = ", ".join(sorted(show(path) for path in settings))
    return data | {"title": f"{title} [changed: {named}]"[:MAX_TITLE]}


def _replaced(node: Any, path: Where, value: Any, whole: Where) -> Any:
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(node, list) and isinstance(part, int):
        if not 0 <= part < len(node):
            raise ScenarioError(
                f"--set {show(whole)}: there is no entry {part}; the list has {len(node)}"
            )
        return [_replaced(v, rest, value, whole) if i == part else v for i, v in enumerate(node)]
    if isinstance(node, dict) or node is None:
        inner = dict(node or {})
        inner[str(part)] = _replaced(inner.get(str(part)), rest, value, whole)
        return inner
    raise ScenarioError(f"--set {show(whole)}: '{part}' is not there; give the path of a field")


def _context(data: dict[str, Any], document: Document) -> tuple[dict[str, Any], list[str]]:
    name = data.get("world", Scenario.model_fields["world"].default)
    if not isinstance(name, str) or not name:
        return {}, []
    try:
        return _of_world(name), []
    except UpperhandError as error:
        return {}, [f"{document.place(('world',))}: world: {error}"]


def _of_world(name: str) -> dict[str, Any]:
    from upperhand.scenario.worlds import world_of

    world = world_of(name)
    sets = list(world.card.get("elasticities", {}).get("sets", {}))
    return {"labels": labels_of(world), "year": world.year, "sets": sets}


def _kind(data: Any, path: Where) -> str | None:
    node, found = data, None
    for part in path:
        if isinstance(node, dict):
            found = node.get("kind", found)
            node = node.get(str(part))
        elif isinstance(node, (list, tuple)) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            break
    return str(found) if found is not None else None


def _place(document: Document, settings: set[Where], path: Where) -> str:
    for end in range(len(path), 0, -1):
        if path[:end] in settings:
            return f"--set {show(path[:end])}"
    return document.place(path)


def _said(path: Where, what: str) -> str:
    return f"{show(path)}: {what}" if path else what
