"""Names of countries and sectors in a measure: types of fields that are checked against a world."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from upperhand.measures.labels import Labels, country_fault, expand_country, sector_fault

Sectors = str | tuple[str, ...] | None


class LabelFaults(ValueError):  # noqa: N818 - carries faults, is not one
    """Several label faults of one measure, raised together inside a validator."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in faults))
        self.faults = faults


def known_labels(info: ValidationInfo) -> Labels | None:
    """Return the labels that the reader of a scenario passed along, if any."""
    found = (info.context or {}).get("labels")
    return found if isinstance(found, Labels) else None


def names_of(sectors: Sectors) -> tuple[str, ...]:
    """Return sectors as written, as a tuple.

    Examples:
        >>> names_of("goods"), names_of(None), names_of(("C26", "C27"))
        (('goods',), (), ('C26', 'C27'))
    """
    return (sectors,) if isinstance(sectors, str) else tuple(sectors or ())


def country_faults(names: tuple[str, ...], labels: Labels) -> list[tuple[str, str]]:
    """Return (position, message) for every unknown country."""
    found = [(f"[{i}]", country_fault(name, labels)) for i, name in enumerate(names)]
    return [(where, what) for where, what in found if what]


def sector_faults(names: Sectors, labels: Labels) -> list[tuple[str, str]]:
    """Return (position, message) for every unknown sector."""
    if isinstance(names, str):
        fault = sector_fault(names, labels)
        return [("", fault)] if fault else []
    found = [(f"[{i}]", sector_fault(name, labels)) for i, name in enumerate(names or ())]
    return [(where, what) for where, what in found if what]


def own_faults(
    field: str, names: tuple[str, ...], actors: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return (position, message) for every target that is the actor itself."""
    return [
        (f"{field}[{i}]", f"'{name}' is the actor itself; domestic sales are never hit")
        for i, name in enumerate(names)
        if name in actors
    ]


def _not_empty(value: Any) -> Any:
    if isinstance(value, (list, tuple)) and not value:
        raise ValueError("got an empty list; name at least one, or leave the field out")
    return value


def _one_or_several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _raise(faults: list[tuple[str, str]]) -> None:
    if faults:
        raise LabelFaults(faults)


def _countries_known(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    labels = known_labels(info)
    _raise(country_faults(names, labels) if labels else [])
    return names


def _others_known(names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    labels = known_labels(info)
    faults = country_faults(names, labels) if labels else []
    if actor := info.data.get("by"):
        actors = expand_country(actor, labels) if labels else (actor,)
        faults += own_faults("", names, actors)
    _raise(faults)
    return names


def _sectors_known(names: Sectors, info: ValidationInfo) -> Sectors:
    labels = known_labels(info)
    _raise(sector_faults(names, labels) if labels else [])
    return names


# Checked against the labels that the reader of a scenario passes along, if any.
Countries = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_several), AfterValidator(_countries_known)
]
Others = Annotated[
    tuple[str, ...],
    BeforeValidator(_not_empty),
    BeforeValidator(_one_or_several),
    AfterValidator(_others_known),
]
KnownSectors = Annotated[Sectors, BeforeValidator(_not_empty), AfterValidator(_sectors_known)]
SomeSectors = Annotated[
    str | tuple[str, ...], BeforeValidator(_not_empty), AfterValidator(_sectors_known)
]
