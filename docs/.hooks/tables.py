"""Fill pages with tables generated from the package: `<!-- table: NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

MARK = re.compile(r"^<!-- (table): ([a-z-]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace each mark by the table that it names; an unknown name stops the build."""
    return MARK.sub(lambda found: TABLES[found[2]](), markdown)


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def variables() -> str:
    """Return the register of quantities."""
    from upperhand.core.variables import register

    rows = [
        [f"`{v.name}`", f"`{v.symbol}`", ", ".join(v.dims), v.unit, v.label]
        for v in register().values()
    ]
    return _table(["name", "symbol", "dims", "unit", "what it is"], rows)


def public_names() -> str:
    """Return the names of `upperhand` with the first line of their documentation."""
    import inspect

    import upperhand

    rows = [
        [f"`{name}`", (inspect.getdoc(getattr(upperhand, name)) or "").split("\n")[0]]
        for name in upperhand.__all__
        if name != "__version__"
    ]
    return _table(["name", "what it is"], rows)


def commands() -> str:
    """Return the commands of `upperhand` with their first line of help."""
    import typer
    from typer.main import get_command

    from upperhand.cli.app import app

    command = get_command(app)
    context = typer.Context(command, info_name="upperhand")
    return _table(["command", "what it does"], list(_lines(command, context, "upperhand")))


def _lines(command: Any, context: Any, name: str) -> list[list[str]]:
    """Return one row per command, groups opened up."""
    if not hasattr(command, "list_commands"):
        return [[f"`{name}`", command.get_short_help_str(200)]]
    rows: list[list[str]] = []
    for part in command.list_commands(context):
        found = command.get_command(context, part)
        if found is not None and not found.hidden:
            rows += _lines(found, context, f"{name} {part}")
    return rows


def world_card() -> str:
    """Return the source card of the packaged world."""
    from upperhand.world.card_page import card_page
    from upperhand.world.load import load_world

    return card_page(load_world("icio-2022"))


def strategic_card() -> str:
    """Return the figures of the strategic goods."""
    from upperhand.world.load import load_world
    from upperhand.world.strategic import figures_page

    return figures_page(load_world("icio-2022-strategic"))


def command_pages() -> str:
    """Return every command with its help, its example and its options."""
    import typer
    from typer.main import get_command

    from upperhand.cli.app import app

    command = get_command(app)
    return "\n\n".join(_pages(command, typer.Context(command, info_name="upperhand"), "upperhand"))


def _pages(command: Any, context: Any, name: str) -> list[str]:
    if hasattr(command, "list_commands"):
        found = (command.get_command(context, part) for part in command.list_commands(context))
        return [
            page
            for part in found
            if part is not None and not part.hidden
            for page in _pages(part, context, f"{name} {part.name}")
        ]
    words, _, example = (command.help or "").partition("Example: ")
    text = re.sub(r"(?m)^ +", "", words).strip()
    rows = [_option(parameter) for parameter in command.params if parameter.name != "help"]
    parts = [f"## {name}", text, f"```console\n$ {example.strip()}\n```"]
    return [*parts, _table(["argument", "default", "what it is"], rows)] if rows else parts


def _option(parameter: Any) -> list[str]:
    """Return how an argument or option is written, its default and its help."""
    argument = parameter.param_type_name == "argument"
    names = [parameter.name.upper()] if argument else [*parameter.opts, *parameter.secondary_opts]
    value = parameter.default
    usual = "" if value in (None, "", (), []) or value is False or callable(value) else f"`{value}`"
    if parameter.required:
        usual = "required"
    return [" ".join(f"`{name}`" for name in names), usual, parameter.help or ""]


def scenario_fields() -> str:
    """Return every field of the scenario file, from the schema."""
    from upperhand.scenario.schema import Scenario

    schema = Scenario.model_json_schema()
    blocks = [_fields("The file", schema)]
    blocks += [_fields(name, part) for name, part in sorted(schema["$defs"].items())]
    return "\n\n".join(block for block in blocks if block)


def _fields(name: str, part: dict[str, Any]) -> str:
    rows = [
        [
            f"`{field}`" + (" (required)" if field in part.get("required", ()) else ""),
            _kind(entry),
            "" if entry.get("default") in (None, "", [], {}) else f"`{entry['default']}`",
            entry.get("description", ""),
        ]
        for field, entry in part.get("properties", {}).items()
    ]
    if not rows:
        return ""
    head = f"## {name}\n\n{part.get('description', '').split(chr(10))[0]}"
    return f"{head}\n\n{_table(['field', 'kind and range', 'default', 'what it is'], rows)}"


def _kind(entry: dict[str, Any]) -> str:
    """Return type and range of a field in words."""
    if "$ref" in entry:
        return entry["$ref"].rsplit("/", 1)[-1]
    for key in ("anyOf", "oneOf"):
        if key in entry:
            return " or ".join(dict.fromkeys(_kind(one) for one in entry[key]))
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return ", ".join(f"`{one}`" for one in entry["enum"])
    if entry.get("type") == "array":
        return f"list of {_kind(entry.get('items', {}))}"
    words = str(entry.get("type", "anything"))
    low = entry.get("minimum", entry.get("exclusiveMinimum"))
    high = entry.get("maximum", entry.get("exclusiveMaximum"))
    if low is not None or high is not None:
        words += f", {'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}"
    return words


def assumptions() -> str:
    """Return every assumed number with its range."""
    from upperhand.scenario.registers import assumptions_page

    return _body(assumptions_page())


def data_sources() -> str:
    """Return every source with its licence."""
    from upperhand.scenario.registers import sources_page

    return _body(sources_page())


def _body(page: str) -> str:
    """Return a page without its title and its remark."""
    return page.split("-->", 1)[1].strip()


def equations() -> str:
    """Return every equation of the model book with what computes it and a test that claims it."""
    import sys
    from pathlib import Path

    root = str(Path(__file__).resolve().parents[2])
    if root not in sys.path:
        sys.path.insert(0, root)
    from tests.test_equation_register import book, claims_of_tests

    tests = claims_of_tests()
    rows = [
        [
            f'<a href="../{_chapter(one.place)}.html#eq-{one.number}">{one.number}</a>',
            _chapter(one.place).removeprefix("model/"),
            ", ".join(f"`{name.removeprefix('upperhand.')}`" for name in one.functions),
            f"`{tests[one.number].split(':')[0].removeprefix('tests/')}`",
        ]
        for one in sorted(book(), key=_number)
    ]
    return _table(["equation", "chapter", "implemented by", "tested in"], rows)


def _chapter(place: str) -> str:
    return place.split(":", maxsplit=1)[0].removeprefix("docs/").removesuffix(".md")


def _number(equation: Any) -> list[tuple[int, str]]:
    parts = re.findall(r"(\d+)([a-z]?)", equation.number)
    return [(int(digits), letter) for digits, letter in parts]


TABLES: dict[str, Callable[[], str]] = {
    "variables": variables,
    "public-names": public_names,
    "commands": commands,
    "command-pages": command_pages,
    "equations": equations,
    "scenario-fields": scenario_fields,
    "assumptions": assumptions,
    "data-sources": data_sources,
    "world-card": world_card,
    "strategic-card": strategic_card,
}
