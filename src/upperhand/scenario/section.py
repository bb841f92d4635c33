"""What every section of a scenario file shares."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from upperhand.core.errors import ScenarioError, UpperhandError
from upperhand.measures.base import FaultsAtOnce
from upperhand.measures.registry import KINDS


class Section(BaseModel, metaclass=FaultsAtOnce):
    """A section of a scenario file: frozen, unknown fields refused."""

    raises: ClassVar[type[UpperhandError]] = ScenarioError
    tags: ClassVar[tuple[str, ...]] = tuple(KINDS)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
