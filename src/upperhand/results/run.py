"""`Run`: everything that one command computed, and the four numbers people ask for first."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from upperhand.core.errors import NoEquilibriumError, OptionError, unknown

if TYPE_CHECKING:
    from upperhand.results.counterfactual import Counterfactual
    from upperhand.results.ensemble import Ensemble
    from upperhand.results.talks import Talks
    from upperhand.results.years_ahead import YearsAhead

HORIZONS = ("short", "medium", "long")
HORIZON_WORDS = {"short": "0-6 months", "medium": "1-2 years", "long": "5-10 years"}
Kind = Literal["package", "side", "move"]


@dataclass(frozen=True, slots=True)
class Case:
    """One evaluated combination of moves at one horizon.

    Attributes:
        key: `package`, `side:USA`, `move:0`.
        label: The case in words.
        kind: `package` (all moves), `side` (one side's moves alone) or `move` (one move alone).
        horizon: `short`, `medium` or `long`.
        moves: Positions of the moves in the scenario that are switched on.
        counterfactual: The result, compared with the baseline of the run.
    """

    key: str
    label: str
    kind: Kind
    horizon: str
    moves: tuple[int, ...]
    counterfactual: Counterfactual


@dataclass(frozen=True, slots=True)
class Effect:
    """What the package does to one country or side; positive is a gain.

    Attributes:
        code: Country code, or the name of a side with several members.
        name: In words.
        percent: Change of real income, per cent.
        usd_million: Equivalent variation, USD million a year at baseline prices.
    """

    code: str
    name: str
    percent: float
    usd_million: float


@dataclass(frozen=True, slots=True)
class Headline:
    """The four numbers at one horizon.

    Attributes:
        horizon: `short`, `medium` or `long`.
        sides: Effect on each side, in the order of the scenario.
        pain_ratio: Loss of the second side over the loss of the first, both in per cent of real
            income; None unless both lose.
        pain_note: Why there is no ratio, or what it says, in words.
        gainer: Third party with the largest gain in per cent; None if none gains.
        loser: Third party with the largest loss in per cent; None if none loses.
    """

    horizon: str
    sides: tuple[Effect, ...]
    pain_ratio: float | None
    pain_note: str
    gainer: Effect | None
    loser: Effect | None


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What `upperhand run` produced: scenario, baseline, results by case and horizon.

    Attributes:
        scenario: Canonical data of the scenario.
        title: One line.
        baseline: The world that the moves are compared with, in words.
        world: `name`, `year`, `fingerprint`, `country_names`, `sector_names`, `card`.
        cases: Every evaluated case.
        assumptions: `name, value, low, high, unit, source, status` each.
        sources: References of data and methods used.
        environment: Versions and platform.
        fingerprint: Identifies scenario, world and version.
        changes: What each move changes, in the order of the moves: `side, label, kind, wedge, unit,
            old, new, trade_usd_million, changes, note`, and `from` where it has a date.
        talks: War, threats, deals and leverage of the two sides; None unless both have a move.
        ranges: The headlines over draws of what is not known; None without draws.
        years: The years ahead; None unless they were asked for.
    """

    scenario: dict[str, Any]
    title: str
    baseline: str
    world: dict[str, Any]
    cases: tuple[Case, ...]
    assumptions: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    environment: dict[str, Any] = field(default_factory=dict)
    fingerprint: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    talks: Talks | None = None
    ranges: Ensemble | None = None
    years: YearsAhead | None = None
    _headlines: dict[str, Headline] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def horizons(self) -> tuple[str, ...]:
        """Horizons for which the package was evaluated, shortest first."""
        found = {case.horizon for case in self.cases if case.kind == "package"}
        return tuple(h for h in HORIZONS if h in found)

    @property
    def sides(self) -> tuple[str, ...]:
        """Codes of the sides, in the order of the scenario."""
        keys = [case.key.split(":", 1)[1] for case in self.cases if case.kind == "side"]
        named = keys or self.scenario.get("sides") or [row["side"] for row in self.changes]
        return tuple(dict.fromkeys(named))

    @property
    def version(self) -> str:
        """Version of the package that made this run; empty if unknown."""
        named = self.environment.get("version") or self.environment.get("upperhand")
        first = self.cases[0].counterfactual.provenance.version if self.cases else ""
        return str(named or first)

    @property
    def ok(self) -> bool:
        """True when every package case ended in an equilibrium."""
        return all(c.counterfactual.outcome.ok for c in self.cases if c.kind == "package")

    def case(self, key: str = "package", horizon: str = "long") -> Case:
        """Return one case.

        Raises:
            OptionError: If the run has no such case; the message lists what it has.
        """
        for case in self.cases:
            if (case.key, case.horizon) == (key, horizon):
                return case
        keys = list(dict.fromkeys(case.key for case in self.cases))
        if key not in keys:
            raise OptionError(unknown("case", key, keys))
        raise OptionError(
            unknown("horizon", horizon, [c.horizon for c in self.cases if c.key == key])
        )

    def cases_at(self, horizon: str) -> tuple[Case, ...]:
        """Return every case of one horizon, in order."""
        return tuple(case for case in self.cases if case.horizon == horizon)

    def headline(self, horizon: str = "long") -> Headline:
        """Return the four numbers of the package at one horizon."""
        from upperhand.results.headline import headline

        if horizon not in self._headlines:
            self._headlines[horizon] = headline(self, horizon)
        return self._headlines[horizon]

    def name_of(self, code: str) -> str:
        """Return the English name of a country, a group or a side, or the code itself."""
        from upperhand.results.names import GROUP_NAMES

        return str(self.world.get("country_names", {}).get(code) or GROUP_NAMES.get(code, code))

    def require_converged(self) -> Run:
        """Return this run when every package case is an equilibrium.

        Raises:
            NoEquilibriumError: Naming the first horizon without one.
        """
        for case in self.cases:
            if case.kind == "package" and not case.counterfactual.outcome.ok:
                sentence = case.counterfactual.outcome.sentence()
                raise NoEquilibriumError(f"{case.label} ({case.horizon} horizon): {sentence}")
        return self

    def save(self, path: str | Path) -> Path:
        """Write the run in the format that the suffix of `path` names.

        Raises:
            OptionError: If the suffix is not one of those that can be written.
        """
        from upperhand.results.save import save

        return save(self, path)

    def save_record(self, folder: str | Path) -> Path:
        """Write the run record, a folder from which everything can be read and checked."""
        from upperhand.results.record import save_record

        return save_record(self, folder)


def read_record(folder: str | Path) -> Run:
    """Read a run record that `Run.save_record` wrote, and check that it was not altered.

    Raises:
        RecordError: If the folder is incomplete, altered or of a newer version.
    """
    from upperhand.results.record import read_record as read

    return read(folder)
