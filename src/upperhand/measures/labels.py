"""Which countries and sectors a measure names: codes, group aliases, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from upperhand.core.errors import unknown
from upperhand.world.world import World

#: Members of the European Union since 2020.
EU27 = (
    *("AUT", "BEL", "BGR", "CYP", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA", "GRC", "HRV"),
    *("HUN", "IRL", "ITA", "LTU", "LUX", "LVA", "MLT", "NLD", "POL", "PRT", "ROU", "SVK", "SVN"),
    "SWE",
)
USMCA = ("CAN", "MEX", "USA")
ASEAN = ("BRN", "IDN", "KHM", "LAO", "MMR", "MYS", "PHL", "SGP", "THA", "VNM")

#: Names for several countries at once.
GROUPS: dict[str, tuple[str, ...]] = {"EU27": EU27, "USMCA": USMCA, "ASEAN": ASEAN}
EVERYBODY = "world"
GOODS, ALL_SECTORS = "goods", "all"
_SERVICE = re.compile(r"^(SERV|[D-U]\d|chip_design$)")


@dataclass(frozen=True, slots=True)
class Labels:
    """The codes of a world and their names, all that is needed to check a measure's labels.

    Attributes:
        countries: Codes of the world.
        sectors: Codes of the world.
        country_names: Names in English, by code.
        sector_names: Names in English, by code.
        members: For each group region of the world, the codes that it contains.
        parents: For each sector that was split, its parts, which are sectors of the world.
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    country_names: Mapping[str, str] = field(default_factory=dict)
    sector_names: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def labels_of(world: World) -> Labels:
    """Return the codes of `world`, with the members of its group regions where the card has them.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> labels_of(toy_world()).countries
        ('USA', 'CHN', 'VNM')
    """
    if world not in _KNOWN:
        _KNOWN[world] = Labels(
            countries=world.countries,
            sectors=world.sectors,
            country_names=world.country_names,
            sector_names=world.sector_names,
            members=_members(world.card),
            parents=_parents(world),
        )
    return _KNOWN[world]


#: Labels of the worlds in use; every move of a scenario asks for them.
_KNOWN: WeakKeyDictionary[World, Labels] = WeakKeyDictionary()


def _parents(world: World) -> dict[str, tuple[str, ...]]:
    found = world.card.get("parents") or {}
    if not isinstance(found, Mapping):
        return {}
    kept = {str(code): tuple(str(p) for p in parts) for code, parts in found.items()}
    return {
        code: parts
        for code, parts in kept.items()
        if code not in world.sectors and set(parts) <= set(world.sectors)
    }


def _members(card: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    groups = card.get("groups") or card.get("regions") or {}
    if not isinstance(groups, Mapping):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for code, entry in groups.items():
        members = entry.get("members") if isinstance(entry, Mapping) else entry
        if isinstance(members, str):
            members = members.replace(",", " ").split()
        if isinstance(members, (list, tuple)):
            found[str(code)] = tuple(str(member) for member in members)
    return found


def is_service(sector: str) -> bool:
    """Say whether a sector code is a service: `SERV`, or a code of ISIC sections D to U.

    Examples:
        >>> is_service("SERV"), is_service("J61"), is_service("C26")
        (True, True, False)
    """
    return bool(_SERVICE.match(sector))


def expand_country(name: str, labels: Labels) -> tuple[str, ...]:
    """Return the codes of `labels` that a code or alias stands for; empty when it is unknown.

    A group region of the world belongs to an alias when all of its members do.

    Examples:
        >>> labels = Labels(("USA", "DEU", "REU"), ("C26",), members={"REU": ("CYP", "MLT")})
        >>> expand_country("EU27", labels), expand_country("world", labels)
        (('DEU', 'REU'), ('USA', 'DEU', 'REU'))
    """
    if name in labels.countries:
        return (name,)
    if name == EVERYBODY:
        return labels.countries
    group = set(GROUPS.get(name, ()))
    return tuple(
        code
        for code in labels.countries
        if code in group or (labels.members.get(code) and group.issuperset(labels.members[code]))
    )


def expand_sectors(names: str | Sequence[str] | None, labels: Labels) -> tuple[str, ...]:
    """Return the sector codes that a list, `goods` or `all` stands for, in the world's order.

    The code of a sector that was split stands for all of its parts.

    Examples:
        >>> expand_sectors("goods", Labels(("USA",), ("C26", "SERV")))
        ('C26',)
        >>> split = Labels(("USA",), ("chips", "C26_rest"), parents={"C26": ("chips", "C26_rest")})
        >>> expand_sectors(["C26"], split)
        ('chips', 'C26_rest')
    """
    wanted = [GOODS] if names is None else [names] if isinstance(names, str) else list(names)
    chosen: set[str] = set()
    for name in wanted:
        if name == ALL_SECTORS:
            chosen.update(labels.sectors)
        elif name == GOODS:
            chosen.update(s for s in labels.sectors if not is_service(s))
        else:
            chosen.update(labels.parents.get(name, (name,)))
    return tuple(s for s in labels.sectors if s in chosen)


def split_words(names: Iterable[str], labels: Labels) -> str:
    """Return in words which names are sectors that were split, and into what.

    Examples:
        >>> split = Labels((), ("chips", "C26_rest"), parents={"C26": ("chips", "C26_rest")})
        >>> split_words(["C26", "C27"], split)
        'C26 = chips + C26_rest'
    """
    found = dict.fromkeys(name for name in names if name in labels.parents)
    return "; ".join(f"{name} = {' + '.join(labels.parents[name])}" for name in found)


def country_fault(name: str, labels: Labels) -> str | None:
    """Return what is wrong with a country name, or None; English names are answered with a code.

    Examples:
        >>> labels = Labels(("USA", "CHN"), ("C26",), {"USA": "United States", "CHN": "China"})
        >>> country_fault("China", labels)
        "unknown country 'China'; use the code 'CHN'"
        >>> country_fault("CHM", labels)
        "unknown country 'CHM'; did you mean 'CHN'? (allowed: USA, CHN, world, USMCA)"
    """
    if expand_country(name, labels):
        return None
    inside = next((g for g, members in labels.members.items() if name in members), None)
    if inside:
        return f"'{name}' is part of the region '{inside}' in this world; use '{inside}'"
    code = code_of_name(name, labels)
    if code:
        return f"unknown country '{name}'; use the code '{code}'"
    aliases = [alias for alias in GROUPS if expand_country(alias, labels)]
    return unknown("country", name, [*labels.countries, EVERYBODY, *aliases])


def code_of_name(name: str, labels: Labels) -> str:
    """Return the code in `labels` of an English country name, or the empty string.

    Examples:
        >>> code_of_name("viet nam", Labels(("VNM",), ()))
        'VNM'
    """
    wanted = name.strip().casefold()
    for code, known in labels.country_names.items():
        if known.casefold() == wanted and code in labels.countries:
            return code
    code = _looked_up(name)
    if code in labels.countries:
        return code
    return next((g for g, members in labels.members.items() if code in members), "")


def _looked_up(name: str) -> str:
    import pycountry

    try:
        return str(pycountry.countries.lookup(name.strip()).alpha_3)
    except LookupError:
        return ""


def sector_fault(name: str, labels: Labels) -> str | None:
    """Return what is wrong with a sector name, or None; names in words are answered with a code.

    Examples:
        >>> sector_fault("c26", Labels((), ("C26", "C27")))
        "unknown sector 'c26'; did you mean 'C26'? (allowed: C26, C27, goods, all)"
    """
    if name in (*labels.sectors, *labels.parents, GOODS, ALL_SECTORS):
        return None
    if name.upper() in labels.sectors:
        return _sector_unknown(name, name.upper(), labels)
    for code, known in labels.sector_names.items():
        if name.casefold() in known.casefold() and len(name) > 3:
            return _sector_unknown(name, code, labels)
    return unknown("sector", name, [*labels.sectors, GOODS, ALL_SECTORS])


def _sector_unknown(name: str, code: str, labels: Labels) -> str:
    known = [*labels.sectors, GOODS, ALL_SECTORS]
    shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"unknown sector '{name}'; did you mean '{code}'? (allowed: {shown})"


def positions(codes: Iterable[str], known: Sequence[str]) -> list[int]:
    """Return where each code stands in `known`.

    Examples:
        >>> positions(["CHN"], ["USA", "CHN"])
        [1]
    """
    where = {code: i for i, code in enumerate(known)}
    return [where[code] for code in codes]
