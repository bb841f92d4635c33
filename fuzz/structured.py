"""Inputs of the right shape with wrong things in them, made by hypothesis."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

Data = st.SearchStrategy[bytes]
CODES = st.sampled_from(["USA", "CHN", "EU27", "DEU", "ROW", "us", "", "C29", "rare_earths", "all"])
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0, -0.0, 1, 100, 1e-320, 1e308, 0.5, 50]),
)
DAYS = st.sampled_from(["2025-10-09", "2025-02-30", "1700-01-01", "9999-12-31", "2025", "2025-10"])
PLAIN = st.one_of(st.none(), st.booleans(), NUMBERS, CODES, DAYS, st.text(max_size=20))
ANY = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


def _with(fields: list[str], own: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Return mappings with any of some fields: values of their own, or anything."""
    each = {name: st.one_of(own[name], ANY) if name in own else ANY for name in fields}
    return st.fixed_dictionaries({}, optional=each)


@lru_cache(maxsize=1)
def _measures() -> st.SearchStrategy[Any]:
    from upperhand.measures.registry import KINDS

    kinds = {kind: sorted(model.model_fields) for kind, model in KINDS.items()}
    codes = st.lists(CODES, max_size=3)
    own = {
        "by": CODES, "against": codes, "to": codes, "sectors": codes, "status": st.sampled_from(["threat", "in_force"]),
        "from": DAYS, "until": DAYS, "add_pp": NUMBERS, "to_pct": NUMBERS, "withhold_pct": NUMBERS,
    }  # fmt: skip

    def one(kind: str) -> st.SearchStrategy[Any]:
        return _with(kinds[kind], own).map(lambda data: {**data, "kind": kind})

    return st.sampled_from(sorted(kinds)).flatmap(one)


@lru_cache(maxsize=1)
def scenarios() -> st.SearchStrategy[Any]:
    """Return scenarios with any of their fields."""
    from upperhand.scenario.schema import Scenario

    fields = sorted(name for name in Scenario.model_fields if name != "world")
    own = {
        "title": st.just("T"),
        "moves": st.lists(_measures(), min_size=1, max_size=3),
        "sides": st.lists(CODES, min_size=2, max_size=2),
        "horizons": st.lists(st.sampled_from(["short", "medium", "long"]), max_size=3),
        "draws": NUMBERS,
    }
    needed = st.fixed_dictionaries({"title": own["title"], "moves": own["moves"]})
    return st.tuples(_with(fields, own), needed).map(lambda two: {**two[0], **two[1]})


def _claims() -> st.SearchStrategy[Any]:
    path = st.sampled_from(
        [
            "headline/percent/CHN",
            "leverage/holder/USA",
            "case/move:0/exports/CHN",
            "ceiling/x",
            "/",
            "case/package",
        ]
    )
    check = _with(
        ["quantity", "fact", "less", "over", "above", "at_least", "below", "at_most", "words"],
        {"quantity": path, "less": path, "over": path, "above": NUMBERS, "below": NUMBERS},
    )
    claim = _with(
        ["id", "words", "test", "checks", "holds", "horizons", "scenario", "parameter", "low", "high",
         "rational", "believed", "bound_range", "reason", "quote", "speaker", "date", "note"],
        {"id": st.just("a"), "words": st.just("W"), "checks": st.lists(check, max_size=3), "rational": check,
         "test": st.sampled_from(["fact", "model", "belief", "not_testable"]), "low": NUMBERS, "high": NUMBERS,
         "date": DAYS},
    )  # fmt: skip
    own = {
        "title": st.just("T"),
        "claims": st.lists(claim, max_size=3),
        "scenario": st.just("october-2025"),
    }
    return _with(["title", "claims", "scenario", "vary", "variants", "notes", "about"], own)


def _tables() -> Data:
    cell = st.one_of(
        st.sampled_from(["A", "B", "X", "Y", "", " ", "1", "4"]),
        NUMBERS.map(str),
        st.text(max_size=5),
    )
    row = st.lists(cell, min_size=4, max_size=6).map(",".join)
    head = st.just("exporter,importer,sector,value")
    text = st.tuples(head, st.lists(row, max_size=8)).map(lambda t: "\n".join([t[0], *t[1]]))
    return st.tuples(st.integers(0, 2), text).map(
        lambda t: bytes([t[0]]) + t[1].encode("utf-8", "replace")
    )


def _json(strategy: st.SearchStrategy[Any]) -> Data:
    return strategy.map(lambda data: json.dumps(data).encode("utf-8", "replace"))


def _bodies() -> Data:
    body = _with(["scenario", "yaml", "text", "html", "date", "horizon"], {"scenario": scenarios()})
    return st.tuples(st.integers(0, 4), _json(body)).map(lambda t: bytes([t[0]]) + t[1])


STRUCTURED: dict[str, Callable[[], Data]] = {
    "scenario": lambda: _json(scenarios()),
    "claims": lambda: _json(_claims()),
    "csv": _tables,
    "text": lambda: st.text(max_size=600).map(lambda text: text.encode("utf-8", "replace")),
    "api": _bodies,
}
