"""What a form needs to offer: countries, goods and instruments of a world, with units and ranges."""

from __future__ import annotations

import re
from typing import Any, get_args

from upperhand.measures.labels import EVERYBODY, GROUPS, expand_country, is_service, labels_of
from upperhand.measures.registry import KINDS
from upperhand.scenario.schema import MAX_MOVES, Closure, HorizonName
from upperhand.scenario.worlds import DEFAULT, world_of
from upperhand.scenario.yamlfile import MAX_BYTES

#: Groups that are named in plain words.
GROUP_TITLES = {EVERYBODY: "The whole world", "EU27": "European Union", "USMCA": "North America"}


def vocabulary(world: str = DEFAULT) -> dict[str, Any]:
    """Return countries, groups, goods, instruments and limits, as plain data.

    Examples:
        >>> words = vocabulary("toy")
        >>> [row["code"] for row in words["countries"]]
        ['USA', 'CHN', 'VNM']
        >>> words["instruments"][0]["kind"], words["limits"]["max_moves"]
        ('tariff', 200)
    """
    table = world_of(world)
    labels = labels_of(table)
    groups = [name for name in (EVERYBODY, *GROUPS) if expand_country(name, labels)]
    return {
        "world": table.name,
        "countries": [_named(code, table.country_names) for code in table.countries],
        "groups": [{"code": name, "name": GROUP_TITLES.get(name, name)} for name in groups],
        "sectors": [
            _named(code, table.sector_names) | {"service": is_service(code)}
            for code in table.sectors
        ],
        "parents": {code: list(parts) for code, parts in labels.parents.items()},
        "instruments": instruments(),
        "horizons": list(get_args(HorizonName)),
        "closures": list(get_args(Closure)),
        "limits": {"max_moves": MAX_MOVES, "max_bytes": MAX_BYTES},
    }


def instruments() -> list[dict[str, Any]]:
    """Return kind, title, one sentence and JSON Schema of every instrument.

    Examples:
        >>> tariff = instruments()[0]
        >>> tariff["title"], "add_pp" in tariff["schema"]["properties"]
        ('Tariff', True)
    """
    return [
        {
            "kind": kind,
            "title": kind.replace("_", " ").capitalize(),
            "summary": _summary(model.__doc__ or ""),
            "schema": model.model_json_schema(by_alias=True),
        }
        for kind, model in KINDS.items()
    ]


def _named(code: str, names: Any) -> dict[str, Any]:
    return {"code": code, "name": str(names.get(code, code))}


def _summary(text: str) -> str:
    r"""Return the first sentence of a docstring without numbers of equations.

    Examples:
        >>> _summary("A side leaves the table (eq. 4.13).\n\nMore.")
        'A side leaves the table.'
    """
    first = " ".join(text.strip().split("\n\n")[0].split())
    return re.sub(r" \(eq\. [^)]*\)", "", first)
