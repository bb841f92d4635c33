"""What one must believe for a move to be worth doing (model book, eq. 5.30 to 5.33, 5.47)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from upperhand.core.errors import OptionError, raise_faults
from upperhand.equilibrium.solve import Closure, solve_counterfactual
from upperhand.horizon.policy import Source
from upperhand.results.beliefs import Belief, Edge
from upperhand.technology.goods import Good, Technology, draw_technology
from upperhand.technology.parameters import Array, Number, Race, draw_race, plain
from upperhand.technology.race import break_even_diffusion_loss
from upperhand.technology.state import run_technology
from upperhand.world.shock import Shock, no_shock
from upperhand.world.world import World

#: Years by which a closed home market brings catching up forward: low, mode, high. Assumed.
SOONER = (0.5, 2.0, 5.0)
#: Discount rate a year: low, mode, high. Assumed.
RATE = (0.02, 0.05, 0.12)
HORIZONS = ("short", "medium", "long")
#: Chance in a year that the other side cuts off supply: low, mode, high. Assumed.
CUT_OFF = (0.1, 0.5, 0.9)
#: Shares of own research in progress at which controls are looked at.
RELIANCES = (0.2, 0.4, 0.6, 0.8)
CAUGHT_UP, FAR, DENIED = 0.5, 60, 0.9


def longest_catch_up(cost: Number, gain: Number, sooner: Number, rate: Number) -> Number:
    """Return the catch-up time below which closing one's own market pays, in years (eq. 5.30).

    A ban costs `cost` a year until the follower has caught up; from then on the follower gains
    `gain` a year, and the ban brings that day forward.

    Args:
        cost: What the ban costs a year until then.
        gain: What having caught up is worth a year.
        sooner: Years by which the ban brings it forward.
        rate: Discount rate a year.

    Examples:
        >>> round(longest_catch_up(1.0, 2.0, 2.0, 0.05), 2)
        3.48
        >>> longest_catch_up(1.0, 2.0, 0.0, 0.05)
        0.0
    """
    forward = -np.expm1(-np.asarray(rate) * sooner)
    return plain(np.log1p(np.asarray(gain) / cost * forward) / rate)


def value_of_closing(
    years: Number, cost: Number, gain: Number, sooner: Number, rate: Number
) -> Number:
    """Return the present value of closing one's market, given the catch-up time (eq. 5.30).

    Examples:
        >>> value_of_closing(3.0, 1.0, 2.0, 2.0, 0.05) > 0 > value_of_closing(
        ...     4.0, 1.0, 2.0, 2.0, 0.05
        ... )
        True
    """
    r = np.asarray(rate)
    paid = -np.expm1(-r * years) / r * cost
    won = (np.exp(-r * years) - np.exp(-r * (np.asarray(years) + sooner))) / r * gain
    return plain(won - paid)


def needed_weight(own: float, rival: float) -> float | None:
    """Return the weight on the rival's loss at which a move breaks even (eq. 5.32).

    Args:
        own: Change of own real income, in money; negative is a loss.
        rival: The same for the rival.

    Returns:
        The weight; 0 when the move costs nothing, None when the rival does not lose.

    Examples:
        >>> needed_weight(-50.0, -100.0), needed_weight(1.0, -5.0), needed_weight(-1.0, 2.0)
        (0.5, 0.0, None)
    """
    if own >= 0:
        return 0.0
    return own / rival if rival < 0 else None


def largest_own_weight(race: Race, control: Number, decoupling: Number) -> Number:
    """Return the share of own research below which a control widens the gap (eq. 5.33).

    The break-even of eq. 5.7, solved for the follower's reliance on its own research.

    Examples:
        >>> from upperhand.technology.race import break_even_diffusion_loss
        >>> edge = largest_own_weight(Race(diffusion_loss=0.4), 1.0, 0.35)
        >>> round(break_even_diffusion_loss(Race(own_weight=edge)), 6)
        0.4
    """
    answer = np.exp(race.research_response * race.research_elasticity * control) - 1.0
    slowed = 1.0 - (1.0 - race.revenue_research * decoupling) ** race.research_elasticity
    cut = race.diffusion_loss * control
    return plain(np.clip((cut - slowed) / (answer + cut), 0.0, 1.0))


def slowing(race: Race, control: Number, decoupling: Number) -> Number:
    """Return how much faster a control makes the gap grow, over the frontier's speed (eq. 5.47).

    At the starting gap and once research has answered; negative where the control backfires.

    Args:
        race: Parameters.
        control: Intensity of control, 0 to 1.
        decoupling: Share of the leader's revenue in the follower's market that is lost.

    Examples:
        >>> slowing(Race(own_weight=0.2), 1.0, 0.35) > 0 > slowing(Race(own_weight=0.6), 1.0, 0.35)
        True
    """
    own = np.asarray(race.own_weight)
    answer = np.exp(race.research_response * race.research_elasticity * control) - 1.0
    slowed = 1.0 - (1.0 - race.revenue_research * decoupling) ** race.research_elasticity
    return plain((1.0 - own) * race.diffusion_loss * control - own * answer - slowed)


def region_of_controls(
    race: Race, drawn: Race, control: float, decoupling: float
) -> tuple[Edge, ...]:
    """Return which controls slow a follower, by its reliance on its own research (eq. 5.47).

    Args:
        race: Reference values.
        drawn: Draws of them, over which all but the reliance is integrated.
        control: Intensity of the control in question.
        decoupling: Share of the leader's revenue lost with it.

    Examples:
        >>> edges = region_of_controls(Race(), draw_race(200, 1), 1.0, 0.35)
        >>> [edge.own_weight for edge in edges], edges[0].chance > edges[-1].chance
        ([0.2, 0.4, 0.6, 0.8], True)
    """
    grid, found = np.linspace(0.01, 1.0, 100), []
    for weight in RELIANCES:
        at = replace(race, own_weight=weight)
        pays = grid[np.asarray(slowing(at, grid, decoupling)) > 0]
        many = np.asarray(slowing(replace(drawn, own_weight=weight), control, decoupling))
        found.append(
            Edge(
                own_weight=weight,
                least=float(pays[0]) if pays.size else None,
                most=float(pays[-1]) if pays.size else None,
                break_even=float(break_even_diffusion_loss(at, control, decoupling)),
                chance=float(np.mean(many > 0)),
            )
        )
    return tuple(found)


def belief_in_catching_up(
    world: World,
    tech: Technology,
    good: Good,
    ban: Source,
    *,
    year: int,
    label: str,
    horizon: str = "medium",
    closure: Closure = "fixed",
    draws: int = 1000,
    seed: int = 1,
) -> Belief:
    """Return the catch-up time below which a ban on foreign supply pays (eq. 5.30, 5.31).

    What the ban costs, what a cut-off would cost and what equal productivity is worth come from
    equilibria; their size scales with the market, their ratio hardly. The rest is integrated
    over priors.

    Raises:
        NoEquilibriumError: If one of them has no equilibrium.
    """
    state = run_technology(tech, range(2014, year + 1))[good.name]
    gap = float(np.median(state.gap[-1]))
    cost = -_money(world, ban, good.follower, horizon, closure)
    rng = np.random.default_rng(seed)
    race = draw_race(draws, seed)
    sizes = np.quantile(race.quality_step, [0.1, 0.5, 0.9])
    gains = [_gain(world, good, float(size) * gap, horizon, closure) for size in sizes]
    cut_off = -_money(world, _denied(world, good), good.follower, horizon, closure)
    rests = (
        f"the ban costs USD {cost / 1e3:.2f} bn a year; once caught up, equal productivity is worth "
        f"{gains[1] / 1e3:.2f} and a cut-off no longer costs {cut_off / 1e3:.2f} ({horizon} horizon)",
        f"chance of a cut-off {CUT_OFF[1]:g} a year ({CUT_OFF[0]:g} to {CUT_OFF[2]:g}), assumed",
        f"the ban brings catching up forward by {SOONER[1]:g} years ({SOONER[0]:g} to {SOONER[2]:g}), assumed",
        f"discount rate {RATE[1]:g} ({RATE[0]:g} to {RATE[2]:g}), assumed",
    )
    named = (label, good.follower, f"catch-up time in {good.name}", "years", "below")
    if cost <= 0:
        words = f"{label}: pays at any catch-up time, because it costs nothing at this horizon"
        return Belief(*named, None, None, None, words, rests)
    gain = np.interp(np.asarray(race.quality_step), sizes, gains)
    gain = gain + rng.triangular(*CUT_OFF, draws) * cut_off
    edge = np.asarray(
        longest_catch_up(cost, gain, rng.triangular(*SOONER, draws), rng.triangular(*RATE, draws))
    )
    worth = gains[1] + CUT_OFF[1] * cut_off
    reference = float(longest_catch_up(cost, worth, SOONER[1], RATE[1]))
    low, high = (float(x) for x in np.quantile(edge, [0.1, 0.9]))
    likely = chance_of_catching_up(tech, good, year, edge, seed)
    words = (
        f"{label}: pays {good.follower} if it believes that it catches up in {good.name} within "
        f"{reference:.1f} years ({low:.1f} to {high:.1f}); in {100 * likely:.0f} % of "
        "the draws the gap in manufacturing closes that soon"
    )
    return Belief(*named, reference, low, high, words, rests)


def chance_of_catching_up(
    tech: Technology, good: Good, year: int, within: Array, seed: int
) -> float:
    """Return the share of draws in which the gap falls below half a generation in time.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> tech = technology()
        >>> chance_of_catching_up(tech, tech.good("chips"), 2026, np.zeros(50), 1)
        0.0
    """
    years = range(2014, year + FAR)
    drawn = draw_technology(len(within), seed, years=years, base=tech)
    gap = run_technology(drawn, years)[good.name].gap[year - 2014 :]
    near = gap < CAUGHT_UP
    first = np.where(near.any(axis=0), near.argmax(axis=0), np.inf)
    return float(np.mean(first <= within))


def belief_in_harm(
    world: World,
    threat: Source,
    answers: Sequence[Source],
    own: Sequence[str],
    rival: Sequence[str],
    *,
    label: str,
    actor: str,
    closure: Closure = "fixed",
) -> Belief:
    """Return the weight on the rival's loss above which a threat is carried out (eq. 5.32).

    The interval runs over the horizons, answered and not answered; nothing else is uncertain here.
    """
    found: dict[str, float | None] = {}
    for horizon in HORIZONS:
        for words, package in (("", [threat]), (", answered", [threat, *answers])):
            if words and not answers:
                continue
            usd = _all_money(world, package, horizon, closure)
            mine, theirs = (sum(usd[code] for code in side) for side in (own, rival))
            found[horizon + words] = needed_weight(mine, theirs)
    known = [value for value in found.values() if value is not None]
    each = ", ".join(
        f"{name} {'none' if value is None else f'{value:.2f}'}" for name, value in found.items()
    )
    named = (label, actor, "weight on the rival's loss", "own dollars per dollar", "above")
    if not known:
        words = f"{label}: no weight makes it pay, because the rival does not lose ({each})"
        return Belief(*named, None, None, None, words, (each,))
    middle = found["medium, answered" if answers else "medium"]
    words = (
        f"{label}: carried out if {actor} values a dollar of the rival's loss at more than "
        f"{'any finite number' if middle is None else f'{middle:.2f}'} of its own "
        f"({min(known):.2f} to {max(known):.2f} by horizon, answered or not)"
    )
    return Belief(*named, middle, min(known), max(known), words, (each,))


def belief_in_diffusion(
    tech: Technology,
    good: Good,
    *,
    label: str,
    actor: str,
    control: float,
    decoupling: float = 0.35,
    draws: int = 1000,
    seed: int = 1,
) -> Belief:
    """Return the share of own research below which a control slows the follower (eq. 5.33).

    Raises:
        OptionError: If control or decoupling is outside 0 to 1.
    """
    faults = [
        f"{name} is {value:g}; allowed: {allowed}"
        for name, value, allowed in (
            ("control", control, "above 0, to 1"),
            ("decoupling", decoupling, "0 to 1"),
        )
        if not 0 <= value <= 1 or (name == "control" and value == 0)
    ]
    raise_faults(OptionError, faults, what=label or "belief")
    reference = float(largest_own_weight(tech.race, control, decoupling))
    drawn = draw_race(draws, seed)
    edge = np.asarray(largest_own_weight(drawn, control, decoupling))
    low, high = (float(x) for x in np.quantile(edge, [0.1, 0.9]))
    slowed = 100 * float(np.mean(np.asarray(drawn.own_weight) < edge))
    words = (
        f"{label}: never slows {good.follower} in {good.name}, because the leader loses more by the "
        "revenue than the follower by the access"
        if reference == 0
        else f"{label}: slows {good.follower} in {good.name} if less than {reference:.2f} of its progress "
        f"is its own research ({low:.2f} to {high:.2f}); so it does in {slowed:.0f} % of the draws"
    )
    region = region_of_controls(tech.race, drawn, control, decoupling)
    rests = (
        f"intensity of control {control:.2f}, decoupling {decoupling:.2f}",
        "diffusion lost 0.4 (0.2 to 0.6), response of research 0.40 (0.15 to 0.60)",
        *(edge.words() for edge in region),
    )
    name = "share of own research in progress"
    return Belief(label, actor, name, "1", "below", reference, low, high, words, rests, region)


def _gain(world: World, good: Good, size: float, horizon: str, closure: Closure) -> float:
    """Return what equal productivity is worth to the follower, USD million a year."""
    productivity = np.ones((len(world.countries), len(world.sectors)))
    place = (world.countries.index(good.follower), world.sectors.index(good.name))
    productivity[place] = np.exp(size)
    caught_up = replace(no_shock(world), productivity=productivity)
    return _all_money(world, [caught_up], horizon, closure)[good.follower]


def _denied(world: World, good: Good) -> Shock:
    """Return the shock of nine tenths of the foreign supply of a good cut off."""
    availability = np.ones(world.trade.shape)
    follower, k = world.countries.index(good.follower), world.sectors.index(good.name)
    availability[:, follower, k] = 1.0 - DENIED
    availability[follower, follower, k] = 1.0
    return replace(no_shock(world), availability=availability)


def _money(world: World, measure: Source, country: str, horizon: str, closure: Closure) -> float:
    return _all_money(world, [measure], horizon, closure)[country]


def _all_money(
    world: World, measures: Sequence[Source], horizon: str, closure: Closure
) -> dict[str, float]:
    """Return the equivalent variation of every country, USD million a year."""
    found = solve_counterfactual(world, measures, horizon=horizon, closure=closure)
    values = found.require_converged()["equivalent_variation"].values
    return dict(zip(world.countries, values.tolist(), strict=True))
