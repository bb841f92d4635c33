"""Every error that the package raises on purpose; each says what, where, got and allowed, what to do.

Examples:
    >>> import upperhand as uh
    >>> issubclass(uh.errors.ScenarioError, uh.UpperhandError)
    True
"""

from __future__ import annotations

from upperhand.core.errors import (
    MeasureError,
    MissingExtraError,
    NoEquilibriumError,
    OptionError,
    RecordError,
    ScenarioError,
    ShockError,
    UpperhandError,
    WorldError,
)

__all__ = [
    "MeasureError",
    "MissingExtraError",
    "NoEquilibriumError",
    "OptionError",
    "RecordError",
    "ScenarioError",
    "ShockError",
    "UpperhandError",
    "WorldError",
]
