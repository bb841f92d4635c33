"""Plain data as YAML 1.2, the one way the package writes it."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any


def yaml_of(data: Mapping[str, Any], *, width: int = 100) -> str:
    """Return plain data as YAML in the order given, a line for each field.

    Args:
        data: Mappings, lists, numbers and text, nothing else.
        width: Column at which long text goes on in the next line.

    Examples:
        >>> print(yaml_of({"title": "Threat", "moves": [{"from": "2025-11-01"}]}), end="")
        title: Threat
        moves:
        - from: '2025-11-01'
    """
    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # untyped upstream
    writer.allow_unicode = True
    writer.width = width
    text = StringIO()
    writer.dump(data, text)
    return text.getvalue()
