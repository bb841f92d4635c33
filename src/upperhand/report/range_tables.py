"""Tables of the draws: every headline with its ranges, and who holds the upper hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.numbers import source_line
from upperhand.report.ranges import footer, group_words
from upperhand.report.table import Table
from upperhand.results.ranges import range_rows, upper_hand_odds

if TYPE_CHECKING:
    from upperhand.results import Run


def ranges(run: Run) -> Table:
    """Return every headline: central value, median, 80 and 95 per cent ranges, sign and error."""
    import pandas as pd

    rows: list[dict[str, Any]] = [
        {
            "Number": row["words"],
            "Unit": row["unit"],
            "Horizon": row["horizon"],
            "Central": row["value"],
            "Median": row["median"],
            "80% from": row["low_80"],
            "80% to": row["high_80"],
            "95% from": row["low_95"],
            "95% to": row["high_95"],
            "Above 0, %": 100 * row["positive"],
            "Error": row["error"],
        }
        for row in range_rows(run)
    ]
    frame = pd.DataFrame(rows)
    digits = dict.fromkeys(["Central", "Median", "80% from", "80% to", "95% from", "95% to"], 2) | {
        "Above 0, %": 0,
        "Error": 3,
    }
    return Table(
        "ranges",
        "Ranges over draws",
        "Units by row; share of draws above zero, for the pain ratio that in which the second side loses more; Monte "
        "Carlo error of the median",
        frame,
        digits if rows else {},
        note=" ".join(footer(run)),
        source=source_line(run),
    )


def hinges(run: Run) -> Table:
    """Return what each headline hinges on, as parts of its variance over the draws."""
    import pandas as pd

    rows = [
        {"Number": row["words"], "Horizon": row["horizon"], "Hinges on": group_words(
            {h["group"]: h["share"] for h in row["hinges"]}
        )}
        for row in range_rows(run)
        if row["hinges"]
    ]  # fmt: skip
    return Table(
        "hinges_on",
        "What each number hinges on",
        "Parts of the variance over the draws, the largest first; groups that err together share what they explain together",
        pd.DataFrame(rows),
        {},
        source=source_line(run),
    )


def odds(run: Run) -> Table:
    """Return the probability of each holder, and of each part of the sentence, by horizon."""
    import pandas as pd

    rows = []
    for row in upper_hand_odds(run):
        first, second = (run.name_of(side) for side in row["sides"])
        chance = row["probability"]
        line: dict[str, Any] = {
            "Horizon": row["horizon"],
            f"{first} holds, %": 100 * chance[row["sides"][0]],
            f"{second} holds, %": 100 * chance[row["sides"][1]],
            "Neither, %": 100 * chance["neither"],
            "Monte Carlo error, points": 100 * row["error"],
        }
        for words, share in row["parts"].items():
            line[f"{words.removeprefix('the ').capitalize()} for {first}, %"] = 100 * share
        rows.append(line)
    frame = pd.DataFrame(rows)
    digits = {str(c): 0 for c in frame.columns if c != "Horizon"}
    if rows:
        digits["Monte Carlo error, points"] = 1
    return Table(
        "odds",
        "Who holds the upper hand, over the draws",
        "Share of the draws, per cent, and the share in which each part of the sentence favours a side",
        frame,
        digits,
        source=source_line(run),
    )
