"""Read files of claims, packaged or a user's own; report every fault with its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from upperhand.audit.errors import ClaimError, FactError
from upperhand.audit.facts import Facts, read_facts
from upperhand.audit.quantity import path_fault
from upperhand.audit.schema import (
    TESTS,
    BeliefClaim,
    Claims,
    FactClaim,
    ModelClaim,
    model_at,
)
from upperhand.core.errors import ScenarioError, UpperhandError, raise_faults, unknown
from upperhand.measures.faults import located, show
from upperhand.measures.labels import Labels, labels_of
from upperhand.scenario.read import library, read_scenario
from upperhand.scenario.schema import Scenario
from upperhand.scenario.yamlfile import Document, Where, parse, read_text

Fault = tuple[Where, str]


def packaged_audits() -> tuple[str, ...]:
    """Return the names of the packaged audits.

    Examples:
        >>> "column-2025-10" in packaged_audits()
        True
    """
    folder = files("upperhand").joinpath("data", "audit")
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return tuple(sorted(name.removesuffix(".yaml") for name in names))


def read_claims(source: str | Path, *, facts: Facts | None = None) -> Claims:
    """Read a file of claims, or a packaged one by its name, and check all that it names.

    Args:
        source: Path of a YAML file, or name of a packaged audit.
        facts: Facts that the claims may name; the packaged ones when None.

    Raises:
        ClaimError: If anything is wrong; the message lists every fault with file and line.

    Examples:
        >>> len(read_claims("column-2025-10").claims) > 6
        True
        >>> read_claims("column-2025-1")
        Traceback (most recent call last):
        upperhand.audit.errors.ClaimError: unknown audit 'column-2025-1'; did you mean ...
    """
    text = str(source)
    path = Path(source)
    try:
        if text in packaged_audits() and not path.is_file():
            entry = files("upperhand").joinpath("data", "audit", f"{text}.yaml")
            document = parse(entry.read_text(encoding="utf-8"), name=f"{text}.yaml")
        elif path.suffix in (".yaml", ".yml", ".json") or path.exists() or "/" in text:
            document = parse(_not_empty(read_text(path), text), name=text)
        else:
            raise ClaimError(unknown("audit", text, packaged_audits()) + "; or give a file")
    except ScenarioError as error:
        said = str(error).replace("a scenario is a mapping", "a file of claims is a mapping")
        raise ClaimError(said.replace("a scenario is flat", "claims are flat")) from error
    beside = Document(document.name, _beside(document.data, path.parent), document.lines)
    return validate(beside, facts=facts)


def parse_claims(text: str, *, name: str = "claims", facts: Facts | None = None) -> Claims:
    """Read claims from YAML text.

    Examples:
        >>> text = '''
        ... title: One claim
        ... claims:
        ...   - {id: lag, words: Five years, test: fact, checks: [{fact: {metric:
        ...       process_node_lag_china, entity: China vs leaders, period: 2024-08}, at_least: 4}]}
        ... '''
        >>> parse_claims(text).claims[0].id
        'lag'
    """
    return validate(parse(_not_empty(text, name), name=name), facts=facts)


def _not_empty(text: str, name: str) -> str:
    if not text.strip():
        raise ClaimError(f"{name}: the file is empty; start from a packaged one, column-2025-10")
    return text


def _beside(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return the data with scenarios that lie beside the file named by their path."""

    def resolved(node: Any) -> Any:
        name = node.get("scenario") if isinstance(node, dict) else None
        if not isinstance(name, str) or not name or name in library():
            return node
        path = folder / name
        return {**node, "scenario": str(path)} if path.is_file() else node

    claims = data.get("claims")
    inner = [resolved(node) for node in claims] if isinstance(claims, list) else claims
    return resolved(data | ({"claims": inner} if "claims" in data else {}))  # type: ignore[no-any-return]


def validate(document: Document, *, facts: Facts | None = None) -> Claims:
    """Check a document against the schema, the facts and the scenarios that it names.

    Raises:
        ClaimError: With one line for each fault: `file:line: field: what is wrong`.
    """
    try:
        claims = Claims.model_validate(document.data)
    except ValidationError as error:
        data = document.data
        found = located(error, lambda path: model_at(_plain(path), _test(data, path)))
        _raise(document, [(_plain(path), _kind_said(what)) for path, what in found])
        raise ClaimError(f"{document.name}: cannot be read as claims") from error
    _raise(document, [*_fact_faults(claims, facts or read_facts()), *_run_faults(claims)])
    return claims


def scenario_of(claims: Claims, name: str = "", **how: Any) -> Scenario:
    """Return the scenario that a claim names, or that of its file."""
    return read_scenario(name or claims.scenario, **how)


def _test(data: Any, path: Where) -> str | None:
    try:
        return str(data["claims"][path[1]]["test"])
    except (KeyError, IndexError, TypeError):
        return None


def _plain(path: Where) -> Where:
    """Return a path without the test that the validator puts behind the place of a claim."""
    tagged = path[:1] == ("claims",) and len(path) > 2 and path[2] in TESTS
    return path[:2] + path[3:] if tagged else path


def _kind_said(what: str) -> str:
    if what == "missing 'kind'; say which instrument it is":
        return f"missing 'test'; say how the claim is tested: {', '.join(TESTS)}"
    return what.replace("unknown kind", "unknown test")


def _raise(document: Document, faults: list[Fault]) -> None:
    said = [f"{document.place(path)}: {show(path)}: {what}" for path, what in faults]
    if len(said) == 1:
        raise ClaimError(said[0])
    raise_faults(ClaimError, said, what=document.name)


def _fact_faults(claims: Claims, facts: Facts) -> Iterator[Fault]:
    for i, claim in enumerate(claims.claims):
        if not isinstance(claim, FactClaim):
            continue
        for j, check in enumerate(claim.checks):
            for field in ("fact", "less", "over"):
                ref = getattr(check, field)
                if ref is None:
                    continue
                try:
                    facts.one(ref.metric, ref.entity, ref.period)
                except FactError as error:
                    yield ("claims", i, "checks", j, field), str(error)


def _run_faults(claims: Claims) -> Iterator[Fault]:
    read: dict[str, tuple[Scenario, Labels] | str] = {}
    if any(isinstance(c, (ModelClaim, BeliefClaim)) for c in claims.claims):
        yield from _variation_faults(claims, read)
    for i, claim in enumerate(claims.claims):
        if not isinstance(claim, (ModelClaim, BeliefClaim)):
            continue
        found = _read(claims, claim.scenario, read)
        if isinstance(found, str):
            place: Where = ("claims", i, "scenario") if claim.scenario else ("scenario",)
            yield place, found
            continue
        scenario, labels = found
        checks = claim.checks if isinstance(claim, ModelClaim) else (claim.rational,)
        for j, check in enumerate(checks):
            at: Where = ("checks", j) if isinstance(claim, ModelClaim) else ("rational",)
            for field in ("quantity", "less", "over"):
                path = getattr(check, field)
                fault = path_fault(path, scenario, labels) if path else None
                if fault:
                    yield ("claims", i, *at, field), fault
        missing = [h for h in claim.horizons if h not in scenario.horizons]
        if missing:
            yield ("claims", i, "horizons"), unknown("horizon", missing[0], scenario.horizons)
        if isinstance(claim, BeliefClaim):
            for value in (claim.low, claim.high):
                fault = _setting_fault(claims, claim.scenario, claim.parameter, value)
                if fault:
                    yield ("claims", i, "parameter"), fault
                    break


def _variation_faults(
    claims: Claims, read: dict[str, tuple[Scenario, Labels] | str]
) -> Iterator[Fault]:
    found = _read(claims, "", read)
    if isinstance(found, str):
        return
    for i, name in enumerate(claims.variants):
        if name not in found[0].variants:
            yield ("variants", i), unknown("variant", name, list(found[0].variants) or ["none"])
    for path, (low, high) in claims.vary.items():
        for value in (low, high):
            fault = _setting_fault(claims, "", path, value)
            if fault:
                yield ("vary", path), fault
                break


def _read(
    claims: Claims,
    name: str,
    read: dict[str, tuple[Scenario, Labels] | str],
) -> tuple[Scenario, Labels] | str:
    if name not in read:
        from upperhand.scenario.worlds import world_of

        try:
            scenario = scenario_of(claims, name)
            read[name] = scenario, labels_of(world_of(scenario.world))
        except UpperhandError as error:
            read[name] = str(error)
    return read[name]


def _setting_fault(claims: Claims, name: str, path: str, value: float) -> str | None:
    try:
        scenario_of(claims, name, changes=[f"{path}={value:g}"])
    except UpperhandError as error:
        return str(error)
    return None
