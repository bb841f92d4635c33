"""Precision and recall of the reader on the labelled sentences: `make bench-read`.

A measure counts when kind, actor, partners, status and rate are all right; goods and dates are
scored on those that count. A claim counts when its topic and the party it is about are right.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from upperhand.audit.read.claims import claims_in
from upperhand.audit.read.dates import ArticleDate
from upperhand.audit.read.marks import mark_sentence
from upperhand.audit.read.measures import MeasureFound, measures_in

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "audit"
DEVELOPED_ON = (
    "sentences.yaml",
    "sentences_more.yaml",
    "sentences_prose.yaml",
    "sentences_prose2.yaml",
    "sentences_wire.yaml",
)
READ_LATER = (
    "sentences_blind.yaml",
    "sentences_press.yaml",
    "sentences_held.yaml",
    "sentences_late.yaml",
)
EARLIER = ("sentences_fresh.yaml",)
FRESH = ("sentences_last.yaml",)
MINERALS = {"mineral"}


@dataclass(frozen=True)
class Score:
    """How many were found, how many there are, how many are right."""

    right: int
    found: int
    labelled: int

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is labelled that was found."""
        return self.right / self.labelled if self.labelled else 1.0

    def line(self, name: str) -> str:
        """Return one line of the table."""
        numbers = f"precision {self.precision:.2f}  recall {self.recall:.2f}"
        return f"{name:<22}{numbers}   ({self.right} right of {self.found} found, {self.labelled})"


def load(names: Sequence[str]) -> tuple[ArticleDate, list[dict[str, Any]]]:
    entries: list[dict[str, Any]] = []
    day = None
    for name in names:
        data = YAML(typ="safe").load((FOLDER / name).read_text(encoding="utf-8"))
        day = data["article_date"]
        entries += data["sentences"]
    return ArticleDate(day), entries


def measure_key(kind: str, by: Any, on: Any, status: str, rate: Any) -> tuple[Any, ...]:
    return kind, by, tuple(sorted(on)), status, tuple(sorted((rate or {}).items()))


def labelled_key(label: dict[str, Any]) -> tuple[Any, ...]:
    return measure_key(label["kind"], label["by"], label["on"], label["status"], label.get("rate"))


def found_key(found: MeasureFound) -> tuple[Any, ...]:
    return measure_key(found.kind, found.by, found.on, found.status, found.strength)


def compare(entry: dict[str, Any], day: ArticleDate) -> dict[str, Any]:
    """Return the labelled and found keys of a sentence, and goods and dates of those right."""
    sentence = mark_sentence(entry["text"])
    measures = {found_key(m): m for m in measures_in(sentence, day)}
    labels = {labelled_key(m): m for m in entry.get("measures", [])}
    both = measures.keys() & labels.keys()
    return {
        "measures": (set(measures), set(labels)),
        "claims": (
            {(c.topic, c.about) for c in claims_in(sentence)},
            {(c["topic"], c["about"]) for c in entry.get("claims", [])},
        ),
        "goods": (
            {(k, g) for k in both for g in measures[k].goods if g not in MINERALS},
            {(k, g) for k in both for g in labels[k].get("goods", [])},
        ),
        "dates": (
            {(k, measures[k].when) for k in both if measures[k].when},
            {(k, str(labels[k]["when"])) for k in both if "when" in labels[k]},
        ),
    }


def scores(names: Sequence[str]) -> dict[str, Score]:
    day, entries = load(names)
    results = [compare(e, day) for e in entries]
    return {
        name: Score(
            sum(len(r[name][0] & r[name][1]) for r in results),
            sum(len(r[name][0]) for r in results),
            sum(len(r[name][1]) for r in results),
        )
        for name in ("measures", "claims", "goods", "dates")
    }


def mistakes(names: Sequence[str]) -> None:
    """Print what is wrong."""
    day, entries = load(names)
    for entry in entries:
        result = compare(entry, day)
        wrong = {k: (f - w, w - f) for k, (f, w) in result.items() if f != w}
        if wrong:
            print(entry["id"], entry["text"])
            for name, (extra, missing) in wrong.items():
                print(f"    {name}: too much {extra or '-'}  missing {missing or '-'}")


def main() -> None:
    if "--mistakes" in sys.argv:
        mistakes((*DEVELOPED_ON, *READ_LATER))
        return
    if "--fresh-mistakes" in sys.argv:  # for the page on reading, after the rules are final
        mistakes(FRESH)
        return
    parts = (
        ("developed on", DEVELOPED_ON),
        ("newspaper prose, fresh once and read since", READ_LATER),
        ("held out since the second round, no rule developed on them", EARLIER),
        ("newspaper prose, fresh, by who wrote the rules", FRESH),
    )
    for title, names in parts:
        print(f"{title}: {len(load(names)[1])} sentences")
        for name, score in scores(names).items():
            print("  " + score.line(name))


if __name__ == "__main__":
    main()
