"""The runs that the claims of a file need: central values first, then one assumption at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from upperhand.audit.claims import scenario_of
from upperhand.audit.quantity import needs_talks
from upperhand.audit.schema import Claims, ModelClaim
from upperhand.core.errors import NoEquilibriumError, ScenarioError
from upperhand.scenario.schema import Scenario

if TYPE_CHECKING:
    from upperhand.results.ensemble import Ensemble
    from upperhand.results.run import Run

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """One set of assumptions: the central values with at most one changed.

    Attributes:
        words: What is different, in words; empty for the central values.
        changes: As after `--set`.
        variant: Name of a variant of the scenario, or None.
    """

    words: str = ""
    changes: tuple[str, ...] = ()
    variant: str | None = None


CENTRAL = Setting()


class Runs:
    """Runs by scenario and setting, each computed once when it is first asked for."""

    def __init__(
        self,
        claims: Claims,
        progress: Progress | None = None,
        known: Mapping[str, Run] | None = None,
    ) -> None:
        self.claims = claims
        self.progress = progress or (lambda _done, _total, _words: None)
        self._found: dict[tuple[Any, ...], Run | None] = {
            (name, CENTRAL, run.talks is not None): run for name, run in (known or {}).items()
        }
        self._drawn: dict[tuple[str, int, int], Ensemble | None] = {}
        self._talking = {
            claim.scenario
            for claim in claims.claims
            if isinstance(claim, ModelClaim)
            and any(needs_talks(path) for check in claim.checks for path in check.paths)
        }

    @property
    def count(self) -> int:
        """How many runs were evaluated."""
        return len(self._found)

    def get(self, name: str, setting: Setting, *, talks: bool) -> Run | None:
        """Return the run of a scenario under a setting; None where there is no equilibrium.

        A run with talks serves claims that need none; so where some claim will ask for it, it is
        made at once.
        """
        of_moves = any(change.startswith("moves[") for change in setting.changes)
        talks = talks or (name in self._talking and not of_moves)
        key = (name or self.claims.scenario, setting, talks)
        for known in ((*key[:2], True), key):
            if known in self._found:
                return self._found[known]
        words = setting.words or "central values"
        self.progress(self.count, self.count + 1, f"{key[0]}, {words}")
        self._found[key] = self._run(name, setting, talks=talks)
        return self._found[key]

    def ranges(self, name: str, *, draws: int, seed: int) -> Ensemble | None:
        """Return the draws of a scenario with threats and deals, computed once."""
        from upperhand.scenario.run import run_scenario

        key = (name or self.claims.scenario, draws, seed)
        if key not in self._drawn:
            run = run_scenario(
                scenario_of(self.claims, name),
                draws=draws,
                seed=seed,
                decompose=False,
                progress=self.progress,
            )
            self._drawn[key] = run.ranges
        return self._drawn[key]

    def _run(self, name: str, setting: Setting, *, talks: bool) -> Run | None:
        from upperhand.scenario.run import run_scenario

        try:
            scenario = scenario_of(
                self.claims, name, changes=setting.changes, variant=setting.variant
            )
            return run_scenario(scenario, decompose=False, with_talks=talks)
        except NoEquilibriumError:
            return None


def alone(
    claims: Claims, name: str, move: int, setting: Setting, horizons: tuple[str, ...]
) -> Run | None:
    """Return the run of one move only, as `move:0`, at some horizons; None without equilibrium."""
    from upperhand.scenario.run import run_scenario

    scenario = scenario_of(claims, name, changes=setting.changes, variant=setting.variant)
    only = scenario.model_copy(
        update={
            "moves": (scenario.moves[move],),
            "horizons": horizons,
            "sides": scenario.sides or scenario.side_codes,
            "talks": None,
        }
    )
    try:
        return run_scenario(only, decompose=False, with_talks=False)
    except NoEquilibriumError:
        return None


def settings_of(
    claims: Claims, name: str, *, few: bool = False, moves: frozenset[int] | None = None
) -> tuple[Setting, ...]:
    """Return the central values, then each assumption at both ends, one at a time.

    Assumptions are the variants and fields that the file of claims names, and every number of a
    move that the scenario marks as assumed. With `few`, those of the moves are left out; with
    `moves`, those of other moves, which cannot matter to a case of these moves alone.

    Examples:
        >>> from upperhand.audit.claims import read_claims
        >>> found = settings_of(read_claims("column-2025-10"), "")
        >>> found[0] == CENTRAL, len(found) > 20
        (True, True)
    """
    scenario = scenario_of(claims, name)
    found = [CENTRAL]
    own = not name or name == claims.scenario
    if own:
        found += [Setting(f"variant {name}", (), name) for name in claims.variants]
    for path, ends in claims.vary.items() if own else ():
        found += [Setting(f"{path} at {end:g}", (f"{path}={end:g}",)) for end in ends]
    if not few:
        found += _assumed(scenario, moves)
    return tuple(s for s in found if s is CENTRAL or _admissible(claims, name, s))


def moves_of(paths: Sequence[str]) -> frozenset[int] | None:
    """Return the moves that quantities depend on; None when it may be every move.

    Examples:
        >>> sorted(moves_of(["case/move:7/tariff_revenue/USA", "case/move:2/exports_change/CHN"]))
        [2, 7]
        >>> moves_of(["case/move:7/tariff_revenue/USA", "headline/pain_ratio"])
    """
    found = [re.match(r"case/move:(\d+)/", path) for path in paths]
    return frozenset(int(f[1]) for f in found if f) if all(found) else None


def _assumed(scenario: Scenario, moves: frozenset[int] | None) -> list[Setting]:
    found = []
    for i, move in enumerate(scenario.moves):
        if moves is not None and i not in moves:
            continue
        given = move.model_fields_set
        ranges = {k: v for k, v in move.assumed_by_default.items() if k not in given}
        for field, ends in (ranges | move.assumed).items():
            if isinstance(getattr(move, field), dict):
                continue
            for end in ends:
                words = f"{field} of '{move.title()}' at {end:g}"
                found.append(Setting(words, (f"moves[{i}].{field}={end:g}",)))
    return found


def _admissible(claims: Claims, name: str, setting: Setting) -> bool:
    """Say whether a scenario can be read with the setting: an end of a range may be its edge."""
    try:
        scenario_of(claims, name, changes=setting.changes, variant=setting.variant)
    except ScenarioError:
        return False
    return True
