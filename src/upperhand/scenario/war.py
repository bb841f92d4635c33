"""Tariff wars from the command line: a scenario's baseline or a world, players, and the end of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.measures.labels import labels_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.worlds import world_of

if TYPE_CHECKING:
    from upperhand.results.game import GameResult
    from upperhand.world.world import World

Tie = Literal["cell", "mfn", "uniform"]
CLOSURES = ("fixed", "share", "purge")
Horizon = Literal["short", "medium", "long"]


@dataclass(frozen=True, slots=True)
class WarOf:
    """Where a tariff war ends, and what each player would do alone.

    Attributes:
        baseline: The world that the war is compared with, in words.
        nash: Tariffs from which nobody gains by moving alone, with their certificate.
        alone: Best tariffs of each player while all others hold theirs.
        horizon: At which horizon.
    """

    baseline: str
    nash: GameResult
    alone: dict[str, GameResult]
    horizon: str

    @property
    def ok(self) -> bool:
        """True when the war and every best response are certified."""
        return self.nash.ok and all(found.ok for found in self.alone.values())

    def gain(self, player: str, found: GameResult) -> float:
        """Return the change of a player's real income from the baseline, per cent."""
        change = found.counterfactual["real_income_change"].sel(country=player)
        return 100.0 * (float(change) - 1.0)

    def row(self, player: str, found: GameResult) -> dict[str, Any]:
        """Return mean and median tariff and the gain of a player."""
        return {
            "player": player,
            "mean_tariff_pct": 100.0 * found.average_tariff(player),
            "median_tariff_pct": 100.0 * found.median_tariff(player),
            "real_income_pct": self.gain(player, found),
        }

    def others(self) -> list[tuple[str, float]]:
        """Return the change of real income of everybody else in the war, per cent, gains first."""
        change = self.nash.counterfactual["real_income_change"]
        found = [
            (str(code), 100.0 * (float(value) - 1.0))
            for code, value in zip(change["country"].values, change.values, strict=True)
            if str(code) not in self.nash.players
        ]
        return sorted(found, key=lambda pair: -pair[1])

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "baseline": self.baseline,
            "horizon": self.horizon,
            "ok": self.ok,
            "nash": {
                "ending": self.nash.ending,
                "sentence": self.nash.sentence(),
                "exploitability_pct": self.nash.exploitability,
                "corners": self.nash.corners,
                "method": self.nash.method,
                "options": self.nash.options,
                "players": [self.row(name, self.nash) for name in self.nash.players],
                "others": [{"country": c, "real_income_pct": x} for c, x in self.others()],
            },
            "best_responses": [
                {"sentence": found.sentence(), **self.row(name, found)}
                for name, found in self.alone.items()
            ],
        }


def war_of(
    source: str | None = None,
    *,
    world: str | None = None,
    players: Sequence[str] = (),
    instruments: Sequence[str] = ("tariff",),
    partners: Sequence[str] = (),
    tie: str = "cell",
    horizon: str = "long",
    closure: str = "",
    certify: bool = True,
) -> WarOf:
    """Find the tariff war of a scenario's sides, or of any players of a world.

    Args:
        source: A scenario: its baseline, and by default the members of its sides.
        world: A world, when there is no scenario.
        players: Codes; `all` for every country of the world.
        instruments: `tariff`, `export_tax` or both.
        partners: Against whom rates may move; everybody by default.
        tie: `cell`, `mfn` or `uniform`.
        horizon: `short`, `medium` or `long`.
        closure: `fixed`, `share` or `purge`; that of the scenario by default, and for a world
            `purge`, because with imbalances fixed a war may have no end.
        certify: Search for better replies of every player after the fact.

    Raises:
        OptionError: If options do not fit together or with the world (every fault listed).
        ScenarioError: If the scenario is wrong.

    Examples:
        >>> found = war_of(world="toy", players=["USA", "CHN"])
        >>> found.ok, round(found.row("USA", found.nash)["mean_tariff_pct"])
        (True, 22)
    """
    _check(source, world, players, tie, horizon, closure)
    table, words, sides, usual = _start(source, world)
    chosen = table.countries if list(players) == ["all"] else tuple(players) or sides
    from upperhand.game.nash import best_response, nash

    options: dict[str, Any] = {
        "instruments": tuple(instruments),
        "partners": tuple(partners) or None,
        "tie": tie,
        "horizon": horizon,
        "closure": closure or usual,
    }
    end = nash(table, chosen, certify=certify, **options)
    alone = {
        name: best_response(table, name, certify=certify, **options)
        for name in (chosen if len(chosen) <= MOST_ALONE else ())
    }
    return WarOf(words, end, alone, horizon)


MOST_ALONE = 6  # players whose best responses are also found one by one


def _start(source: str | None, world: str | None) -> tuple[World, str, tuple[str, ...], str]:
    """Return the baseline world, its words, the members of the sides and the usual closure."""
    if source is None:
        table = world_of(world or "")
        return table, f"the world table {table.name}", (), "purge"
    scenario = read_scenario(source)
    table = with_options(world_of(scenario.world), scenario.options)
    members = scenario.side_members(labels_of(table))
    sides = tuple(code for codes in members.values() for code in codes)
    return baseline_world(scenario, table), scenario.baseline.words, sides, scenario.closure


def _check(
    source: str | None,
    world: str | None,
    players: Sequence[str],
    tie: str,
    horizon: str,
    closure: str,
) -> None:
    faults = []
    if (source is None) == (world is None):
        got = "neither" if source is None else "both"
        faults.append(f"got {got} of a scenario and --world; give exactly one")
    if source is None and not players:
        faults.append("--players is missing; give codes, or 'all' for every country of the world")
    if tie not in get_args(Tie):
        faults.append(unknown("tie", tie, get_args(Tie)))
    if horizon not in get_args(Horizon):
        faults.append(unknown("horizon", horizon, get_args(Horizon)))
    if closure and closure not in CLOSURES:
        faults.append(unknown("closure", closure, CLOSURES))
    raise_faults(OptionError, faults, what="war")
