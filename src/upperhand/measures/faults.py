"""Turn a validator's error into faults that name field, value, allowed range and nearest name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from upperhand.core.errors import nearest, unknown

Path = tuple[str | int, ...]
Models = Callable[[Path], type[BaseModel] | None]


def faults_of(
    error: ValidationError, model: type[BaseModel], *, tags: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """Return (field, message) for every fault of one model."""
    return [(show(path), what) for path, what in located(error, lambda _: model, tags=tags)]


def located(
    error: ValidationError, model_at: Models, *, tags: Sequence[str] = ()
) -> list[tuple[Path, str]]:
    """Return (path, message) for every fault of a nested model.

    Args:
        error: What the validator found.
        model_at: The model that holds the field at a path, for its ranges and known fields.
        tags: Names of union members, which pydantic puts into paths and which are dropped.
    """
    found: list[tuple[Path, str]] = []
    for detail in error.errors():
        path = tuple(p for p in detail["loc"] if p not in tags and not _is_branch(p))
        raised = detail.get("ctx", {}).get("error")
        several = getattr(raised, "faults", None)
        if several:
            found += [((*path, *tokens(where)), what) for where, what in several]
            continue
        found.append((path, _message(dict(detail), model_at(path), path)))
    paths = [path for path, _ in found]
    inner = [(path, what) for path, what in found if not any(_above(path, p) for p in paths)]
    return list(dict.fromkeys(inner))


def tokens(text: str) -> Path:
    """Return the parts of a written path.

    Examples:
        >>> tokens("moves[0].against"), tokens("moves.0.add_pp")
        (('moves', 0, 'against'), ('moves', 0, 'add_pp'))
    """
    parts = [part for part in text.replace("[", ".").replace("]", "").split(".") if part]
    return tuple(int(p) if p.isdecimal() and len(p) < 10 else p for p in parts)


def _above(path: Path, other: Path) -> bool:
    return len(path) < len(other) and other[: len(path)] == path and len(path) > 0


def show(path: Path) -> str:
    """Return a path as it is written: `moves[0].against`.

    Examples:
        >>> show(("moves", 0, "against"))
        'moves[0].against'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _is_branch(part: str | int) -> bool:
    return isinstance(part, str) and (
        part in ("str", "float", "nullable") or part.startswith(("tuple[", "dict[", "function-"))
    )


def _message(detail: dict[str, Any], model: type[BaseModel] | None, path: Path) -> str:
    kind, got, ctx = detail["type"], detail.get("input"), detail.get("ctx") or {}
    name = next((p for p in reversed(path) if isinstance(p, str)), "")
    if kind == "extra_forbidden":
        known = known_fields(model) if model else []
        return f"unknown field{nearest(name, known)} (allowed: {', '.join(known)})"
    if kind == "missing":
        return f"missing; {_help(model, name) or 'give a value'}"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag_message(kind, ctx)
    if kind == "value_error":
        return str(ctx.get("error", detail["msg"]))
    if kind in ("literal_error", "enum"):
        choices = str(ctx.get("expected", "")).replace(" or ", ",").split(",")
        return unknown("value", got, [c.strip(" '") for c in choices if c.strip(" '")])
    names = [part for part in reversed(path) if isinstance(part, str)]
    allowed = next((text for text in (allowed_of(model, n) for n in names) if text), detail["msg"])
    return f"got {_shown(got)}; allowed: {allowed}"


def _tag_message(kind: str, ctx: dict[str, Any]) -> str:
    if kind == "union_tag_not_found":
        return "missing 'kind'; say which instrument it is"
    known = [k.strip(" '") for k in str(ctx.get("expected_tags", "")).split(",")]
    return unknown("kind", ctx.get("tag"), known)


def known_fields(model: type[BaseModel]) -> list[str]:
    """Return the names under which the fields of `model` are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _field(model: type[BaseModel] | None, name: str) -> Any:
    if model is None:
        return None
    for key, field in model.model_fields.items():
        if name in (key, field.alias):
            return field
    return None


def _help(model: type[BaseModel] | None, name: str) -> str:
    field = _field(model, name)
    return str(field.description or "") if field is not None else ""


def allowed_of(model: type[BaseModel] | None, name: str) -> str:
    """Return range and unit of a field in words, or its description.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> allowed_of(Tariff, "to_pct")
        'a number from -99.9 to 10000 per cent'
    """
    field = _field(model, name)
    if field is None:
        return ""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    if field.annotation is bool:
        return "true or false"
    if "unit" not in extra:
        return str(field.description or "")
    low = next((m.ge for m in field.metadata if hasattr(m, "ge")), extra.get("low"))
    high = next((m.le for m in field.metadata if hasattr(m, "le")), extra.get("high"))
    return f"a number from {low:g} to {high:g} {extra['unit']}"


def _shown(got: Any) -> str:
    text = repr(got)
    return text if len(text) <= 60 else text[:57] + "..."
