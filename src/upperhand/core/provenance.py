"""Where a result came from: version, world, scenario, sources."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a result, enough to make it again.

    Attributes:
        version: Version of the package.
        world: Name of the world table.
        world_fingerprint: Fingerprint of the world's arrays.
        inputs: Fingerprint of shock and options.
        options: Closure, horizon, engine and tolerances as given.
        seed: Seed of the draws; None for a point run.
        sources: Reference keys of data and methods that this very run used.
    """

    version: str
    world: str
    world_fingerprint: str
    inputs: str
    options: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    sources: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain data for JSON."""
        return {**asdict(self), "sources": list(self.sources)}
