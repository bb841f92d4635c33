"""Errors of audits: a table of facts, a file of claims or a question that cannot be used."""

from __future__ import annotations

from upperhand.core.errors import UpperhandError


class FactError(UpperhandError, ValueError):
    """A table of facts that cannot be read, or a fact that is not in it."""


class ClaimError(UpperhandError, ValueError):
    """A claim whose test names something that a run or the facts do not have."""


class LookAheadError(UpperhandError, LookupError):
    """A forecast asked for something that was not known on its day."""
