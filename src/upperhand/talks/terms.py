"""The terms of a deal in a negotiator's words, from the strength of each part."""

from __future__ import annotations

from collections.abc import Sequence

from upperhand.results.talks import DealPart

NOTHING = 0.005  # changes of strength smaller than this are no term


def terms_of(parts: Sequence[DealPart], strengths: Sequence[float]) -> tuple[str, ...]:
    """Return what each side does, one string for each part that changes.

    Examples:
        >>> ban = DealPart("CHN", "chip ban", "in force", 1.0)
        >>> cut = DealPart("USA", "tariffs in force on CHN", "standing tariffs", 0.0, -30.0)
        >>> terms_of([ban, cut], [0.0, 0.5])
        ('CHN lifts: chip ban', 'USA: cut the tariffs in force on CHN by 50% (15 of 30 points)')
        >>> terms_of([ban, cut], [0.4, 0.0])
        ('CHN: ease chip ban to 40% of its strength',)
    """
    return tuple(
        _term(part, strength)
        for part, strength in zip(parts, strengths, strict=True)
        if abs(strength - part.now) > NOTHING
    )


def _term(part: DealPart, strength: float) -> str:
    whole = strength > 1.0 - NOTHING
    if part.role == "in force":
        if strength < NOTHING:
            return f"{part.side} lifts: {part.label}"
        return f"{part.side}: ease {part.label} to {strength:.0%} of its strength"
    if part.role == "standing tariffs":
        points = f"({-part.points * strength:.0f} of {-part.points:.0f} points)"
        if whole:
            return f"{part.side}: end the {part.label} {points}"
        return f"{part.side}: cut the {part.label} by {strength:.0%} {points}"
    if part.role == "offer":
        return f"{part.side}: {part.label}" + ("" if whole else f", {strength:.0%} of it")
    much = "in full" if whole else f"at {strength:.0%} of its strength"
    return f"{part.side}: keep {part.label} {much}"
