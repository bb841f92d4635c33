"""YAML 1.2 with guards: size, depth, aliases, duplicate keys; and the line of every field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from upperhand.core.errors import ScenarioError, raise_faults

MAX_BYTES = 1_000_000
MAX_ALIASES = 20
MAX_DEPTH = 20
TIMESTAMP = "tag:yaml.org,2002:timestamp"
PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "seq", "map", "timestamp", "merge")
)
Where = tuple[str | int, ...]

#: What the YAML reader raises, besides its own errors, on directives and values beyond reason.
UNREADABLE = (
    *(YAMLError, ValueError, RecursionError, AssertionError, AttributeError, IndexError),
    *(KeyError, TypeError),
)


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data and the line on which each field stands.

    Attributes:
        name: The file as it is called in messages.
        data: Mapping at the top.
        lines: Line number by path; a path that is not there has the line of what contains it.
    """

    name: str
    data: dict[str, Any]
    lines: dict[Where, int]

    def place(self, path: Where) -> str:
        """Return `file:line` of a field, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return f"{self.name}:{self.lines[path[:end]]}"
        return self.name


def read_text(path: Path) -> str:
    """Return the text of a scenario file.

    Raises:
        ScenarioError: If it is missing, a folder, too large, empty, binary or not UTF-8.
    """
    name = str(path)
    try:
        size = path.stat().st_size
        content = b"" if size > MAX_BYTES else path.read_bytes()
    except OSError as error:
        raise ScenarioError(f"{name}: cannot be read: {error.strerror}; check the path") from error
    if size > MAX_BYTES:
        raise ScenarioError(f"{name}: {size:,} bytes; allowed: up to {MAX_BYTES:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{name}: not a text file in UTF-8; give a YAML file") from error
    if "\0" in text:
        raise ScenarioError(f"{name}: a binary file; give a YAML file")
    return text


def parse(text: str, *, name: str = "scenario") -> Document:
    r"""Return the data of a YAML 1.2 text, with the line of every field.

    Raises:
        ScenarioError: If the text is empty, no mapping, not YAML, nested or aliased beyond
            reason, or gives a key twice (every duplicate is listed).

    Examples:
        >>> parse("a: 1\nb: [yes, on]").data
        {'a': 1, 'b': ['yes', 'on']}
        >>> parse("a: 1\na: 2", name="x.yaml")
        Traceback (most recent call last):
        upperhand.core.errors.ScenarioError: x.yaml:2: a: given twice; keep one
    """
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ScenarioError(f"{name}: more than {MAX_BYTES:,} bytes; make it shorter")
    if not text.strip():
        raise ScenarioError(f"{name}: the file is empty; start from `upperhand scenario new`")
    try:
        _guard(text, name)
        yaml = YAML(typ="safe", pure=True)
        node = yaml.compose(text)
        if not isinstance(node, MappingNode):
            raise ScenarioError(f"{name}: a scenario is a mapping; start from `title: ...`")
        lines: dict[Where, int] = {(): node.start_mark.line + 1}
        faults: list[str] = []
        _walk(node, (), lines, faults, name)
        raise_listed(name, faults)
        data = yaml.constructor.construct_document(node)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise ScenarioError(f"{name}{line}: not valid YAML: {error.problem or error}") from error
    except UNREADABLE as error:
        if isinstance(error, ScenarioError):
            raise
        said = str(error).partition("\n")[0] or type(error).__name__
        raise ScenarioError(f"{name}: not valid YAML: {said}") from error
    return Document(name, data, lines)


def raise_listed(name: str, faults: Sequence[str]) -> None:
    """Raise one error that lists every fault of a file in the order of its lines, if any."""
    if len(faults) == 1:
        raise ScenarioError(faults[0])
    raise_faults(ScenarioError, sorted(faults, key=_line), what=name)


def _line(fault: str) -> int:
    found = re.search(r":(\d+):", fault)
    return int(found[1]) if found else 0


def parse_value(text: str) -> Any:
    """Return the value that a short YAML text stands for, as after `--set path=`.

    Examples:
        >>> parse_value("[C26, C27]"), parse_value("54"), parse_value("no")
        (['C26', 'C27'], 54, 'no')
    """
    try:
        _guard(text, "value")
        value = YAML(typ="safe", pure=True).load(text)
        if not all(is_text(word) for word in _words(value)):
            raise ValueError("half a character")
        return value
    except UNREADABLE as error:
        raise ScenarioError(f"--set: '{text}' is not a YAML value; quote it") from error


def _guard(text: str, name: str) -> None:
    depth = aliases = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        aliases += isinstance(event, AliasEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise ScenarioError(f"{name}: nested more than {MAX_DEPTH} deep; a scenario is flat")
        if aliases > MAX_ALIASES:
            raise ScenarioError(f"{name}: more than {MAX_ALIASES} aliases; write the values out")


def _walk(node: Node, path: Where, lines: dict[Where, int], faults: list[str], name: str) -> None:
    place = f"{name}:{node.start_mark.line + 1}"
    if node.tag not in PLAIN_TAGS:
        faults.append(f"{place}: the tag '{node.tag}' is not allowed; write plain values")
    if isinstance(node, ScalarNode) and not is_text(node.value):
        faults.append(f"{place}: half a character (\\ud800 to \\udfff) is no text; write it out")
    if isinstance(node, ScalarNode) and node.tag == TIMESTAMP:
        faults.extend(_date_faults(node.value, place))
    if isinstance(node, SequenceNode):
        for i, item in enumerate(node.value):
            lines[(*path, i)] = item.start_mark.line + 1
            _walk(item, (*path, i), lines, faults, name)
    if isinstance(node, MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            word, line = str(key.value), key.start_mark.line + 1
            if not is_text(word):
                faults.append(f"{name}:{line}: a key must be a plain word")
            if word in seen and is_text(word):
                faults.append(f"{name}:{line}: {word}: given twice; keep one")
            if not isinstance(key, ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                faults.append(f"{name}:{line}: a key must be a plain word")
            seen.add(word)
            lines[(*path, word)] = line
            _walk(value, (*path, word), lines, faults, name)


def _words(value: Any) -> Iterator[str]:
    """Yield every text in plain data, keys included."""
    if isinstance(value, str):
        yield value
    for item in value.items() if isinstance(value, dict) else ():
        yield from _words(list(item))
    for item in value if isinstance(value, list) else ():
        yield from _words(item)


def is_text(value: str) -> bool:
    """Say whether a text can be written: YAML and arguments may hold halves of characters.

    Examples:
        >>> is_text("Zürich"), is_text(chr(0xD800))
        (True, False)
    """
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in value)


def _date_faults(text: str, place: str) -> list[str]:
    try:
        date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        return [f"{place}: '{text}' is not a date: {error}; write YYYY-MM-DD"]
    return []
