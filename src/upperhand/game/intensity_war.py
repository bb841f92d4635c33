"""A war in strengths: how hard each side uses each of its instruments when the others do too (9.29)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from upperhand.core.errors import OptionError, raise_faults
from upperhand.equilibrium.horizons import Horizon
from upperhand.equilibrium.solve import Closure
from upperhand.game.intensity import Intensities, best_intensities, part_of
from upperhand.game.objective import Objective
from upperhand.world.shock import Shock, ShockSource, check_shock
from upperhand.world.world import World

CERTAIN = 1e-8  # per cent of the objective that a certified player may still gain
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class IntensityWar:
    """Strengths from which no player gains by changing its own alone.

    Attributes:
        players: What each player does, with its corners and other local optima.
        exploitability: Per cent of its objective that each could still gain by the best reply found.
        rounds: Rounds of replies.
        settled: Whether the replies stood still and nobody gains more than 1e-8 per cent.
    """

    players: dict[str, Intensities]
    exploitability: dict[str, float]
    rounds: int
    settled: bool

    def sentence(self) -> str:
        """Return the outcome in words, with strengths at a bound named.

        Examples:
            >>> IntensityWar({}, {}, 60, False).sentence()
            'no equilibrium: after 60 rounds the replies still change; strengths may have no pure one'
        """
        if not self.settled:
            return (
                f"no equilibrium: after {self.rounds} rounds the replies still change; strengths may "
                "have no pure one"
            )
        parts = []
        for name, one in self.players.items():
            words = [c or f"{x:.0%}" for x, c in zip(one.intensity, one.corners, strict=True)]
            parts.append(f"{name} uses {', '.join(words)} of its instruments")
        return f"nobody gains more than {CERTAIN:g}% alone: {'; '.join(parts)}"


def nash_intensities(
    world: World,
    instruments: Mapping[str, Sequence[Shock | ShockSource]],
    *,
    objectives: Mapping[str, Objective] | None = None,
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
) -> IntensityWar:
    """Find how hard each player uses each of its instruments, each replying to the others (eq. 9.29).

    Players reply in turn, from no use at all, by climbs from three starts each. The last round is
    the certificate: what each could still gain by its best reply.

    Args:
        world: The observed year.
        instruments: By player, what it can use; each at full strength is intensity 1.
        objectives: By player; real income where one is missing.
        closure: `fixed` or `share`.
        horizon: `short`, `medium`, `long` or a `Horizon`.

    Returns:
        The strengths with their certificate; `settled` is false where replies keep changing.

    Raises:
        OptionError: If a label or weight is not admissible, or fewer than two players are given.
        NoEquilibriumError: If a world on the way has no equilibrium.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> def tariff(by: str, on: str) -> list[Tariff]:
        ...     return [Tariff(by=by, against=[on], sectors=["GOODS"], add_pp=200)]
        >>> war = nash_intensities(
        ...     toy_world(), {"USA": tariff("USA", "CHN"), "CHN": tariff("CHN", "USA")}
        ... )
        >>> war.settled, 0 < war.players["USA"].intensity[0] < 0.5
        (True, True)
    """
    wants = dict(objectives or {})
    faults = (
        [] if len(instruments) > 1 else ["a war needs two players or more; use best_intensities"]
    )
    faults += [
        f"objective of {name}, who is no player" for name in wants if name not in instruments
    ]
    raise_faults(OptionError, faults, what="war in strengths")
    whole = {name: [_shock(world, one) for one in own] for name, own in instruments.items()}
    now = {name: tuple(0.0 for _ in own) for name, own in whole.items()}

    def reply(name: str) -> Intensities:
        held = [
            part_of(world, shock, x)
            for other, own in whole.items()
            if other != name
            for shock, x in zip(own, now[other], strict=True)
        ]
        return best_intensities(
            world, name, whole[name], objective=wants.get(name), measures=held, closure=closure,
            horizon=horizon, start=now[name],
        )  # fmt: skip

    found: dict[str, Intensities] = {}
    left: dict[str, float] = {}
    done = 0
    while done < ROUNDS and (not left or max(left.values()) > CERTAIN):
        done += 1
        for name in whole:
            found[name] = reply(name)
            left[name] = found[name].over_start
            if left[name] > CERTAIN:
                now[name] = found[name].intensity
    return IntensityWar(found, left, done, max(left.values()) <= CERTAIN)


def _shock(world: World, source: Shock | ShockSource) -> Shock:
    shock = source if isinstance(source, Shock) else source.to_shock(world)
    check_shock(world, shock)
    return shock
