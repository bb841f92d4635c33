"""The base install holds nothing under a licence that would bind what its users publish."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement

# The Lesser GPL may be used as a library; the others reach into the work that imports them.
BINDING = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def needed(name: str, extra: str = "") -> dict[str, Distribution]:
    """Return every distribution that installing `name` brings, by name."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(f"{name}[{extra}]" if extra else name)]
    while waiting:
        asked = waiting.pop()
        key = re.sub(r"[-_.]+", "-", asked.name).lower()
        extras = {"", *asked.extras}
        here = found.setdefault(key, distribution(asked.name))
        for text in here.requires or []:
            item = Requirement(text)
            wanted = item.marker is None or any(item.marker.evaluate({"extra": e}) for e in extras)
            if wanted and re.sub(r"[-_.]+", "-", item.name).lower() not in found:
                waiting.append(item)
    return found


def licence(of: Distribution) -> str:
    """Return what a distribution declares of its licence, in one line; the text only if short."""
    said = of.metadata
    text = said.get("License") or ""
    classifiers = [c for c in said.get_all("Classifier") or [] if c.startswith("License")]
    return " | ".join(
        [said.get("License-Expression") or "", *classifiers, text.strip().split("\n")[0][:100]]
    )


def test_the_base_install_holds_no_gpl():
    said = {name: licence(of) for name, of in needed("upperhand").items()}
    assert {"numpy", "nashpy", "pycountry"} <= set(said)
    assert {name: text for name, text in said.items() if BINDING.search(text)} == {}


def test_every_package_of_the_base_install_declares_a_licence():
    said = {name: licence(of) for name, of in needed("upperhand").items()}
    assert [name for name, text in said.items() if not text.strip(" |")] == []


@pytest.mark.parametrize(
    ("text", "binds"),
    [
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0-only", True),
        ("GNU Affero General Public License", True),
        ("LGPL-2.1-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v2 (LGPLv2)", False),
        ("MIT", False),
    ],
)
def test_the_pattern_tells_licences_apart(text, binds):
    assert bool(BINDING.search(text)) is binds
