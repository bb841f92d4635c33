"""The unknowns of a calibration as one vector, without those that stand still.

Without specific factors the price of value added is the wage; without scale economies the scale
does not matter. Both are then left out of the vector, so that the iteration carries no dead weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.hats import Base, Nests, State

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which blocks of the state are unknown, and how large they are."""

    sectors: int
    countries: int
    has_specific: bool
    has_scale: bool

    @classmethod
    def of(cls, base: Base, nests: Nests) -> Layout:
        """Return the layout for a calibrated base."""
        sectors, countries = base.spending.shape
        return cls(sectors, countries, nests.has_specific, nests.has_scale)

    def pack(self, state: State) -> Vector:
        """Return the unknowns of `state` as one vector; those of many states as rows."""
        planes = [state.log_price, state.spend]
        planes += [state.log_factor_price] if self.has_specific else []
        planes += [state.log_scale] if self.has_scale else []
        flat = [plane.reshape(*plane.shape[:-2], -1) for plane in planes]
        return np.concatenate([state.log_wage, *flat], axis=-1)

    def unpack(self, vector: Vector) -> State:
        """Return the state that `vector` stands for; many states for rows of vectors."""
        n, size = self.countries, self.sectors * self.countries
        plane = (*vector.shape[:-1], self.sectors, n)
        wage, rest = vector[..., :n], vector[..., n:]
        blocks = [rest[..., at : at + size].reshape(plane) for at in range(0, rest.shape[-1], size)]
        factor_price = (
            blocks[2] if self.has_specific else np.broadcast_to(wage[..., None, :], plane)
        )
        scale = blocks[-1] if self.has_scale else np.zeros(plane)
        return State(wage, blocks[0], blocks[1], factor_price, scale)

    def pack_derivative(self, state: State) -> Vector:
        """Return derivatives by unknown: what stood in for another unknown counts for that one.

        Derivatives carry a last axis of outcomes; the vector holds them all.
        """
        if not self.has_specific:
            folded = state.log_wage + state.log_factor_price.sum(axis=0)
            state = state._replace(log_wage=folded)
        blocks = [state.log_wage, state.log_price, state.spend]
        blocks += [state.log_factor_price] if self.has_specific else []
        blocks += [state.log_scale] if self.has_scale else []
        return np.concatenate([block.ravel() for block in blocks])

    def unpack_derivative(self, vector: Vector) -> State:
        """Return derivatives by output of the map; blocks left out have none."""
        size = self.sectors * self.countries
        blocks = 2 + self.has_specific + self.has_scale
        outcomes = vector.size // (self.countries + blocks * size)
        plane, line = (self.sectors, self.countries, outcomes), (self.countries, outcomes)
        first = self.countries * outcomes
        planes = vector[first:].reshape(blocks, *plane)
        zero = np.broadcast_to(0.0, plane)
        return State(
            log_wage=vector[:first].reshape(line),
            log_price=planes[0],
            spend=planes[1],
            log_factor_price=planes[2] if self.has_specific else zero,
            log_scale=planes[-1] if self.has_scale else zero,
        )
