"""`GameResult`: where a tariff war ends, how certain that is, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from upperhand.core.errors import NoEquilibriumError

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results.counterfactual import Counterfactual

ADVICE = {
    "nash": "",
    "not_settled": "with large imbalances a war may have no end: use closure='purge', or raise "
    "`max_sweeps`, narrow `bounds`, use fewer instruments",
    "autarky": "start nearer to the tariffs in force, or lower the upper bound",
    "not_certified": "the search for better replies did not settle; raise `max_sweeps`",
    "exploitable": "a better reply exists; raise the number of starts or tighten `tol`",
}


@dataclass(frozen=True, slots=True)
class GameResult:
    """A profile of tariffs and export taxes, with the certificate that nobody gains by moving.

    Attributes:
        players: Codes of those who choose.
        ending: `nash`, `not_settled`, `autarky`, `no_equilibrium`, `exploitable`, or
            `not_certified` where the search for better replies did not settle.
        counterfactual: The world at the profile, compared with the world before.
        objective: Objective of each player at the profile; 1 at an unchanged plain baseline.
        exploitability: What each player could still gain alone, per cent of its objective; None
            where it was not checked.
        slope: Largest derivative of any player's objective by the log of a rate that is not at
            its bound.
        corners: Number of rates at each bound, by player.
        sweeps: Rounds of replies.
        method: How the profile was found and selected, in words.
        options: Instruments, bounds, ties and weights as given.

    Examples:
        >>> GameResult.__name__
        'GameResult'
    """

    players: tuple[str, ...]
    ending: str
    counterfactual: Counterfactual
    objective: dict[str, float]
    exploitability: dict[str, float | None]
    slope: float
    corners: dict[str, dict[str, int]]
    sweeps: int
    method: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when the profile may be used as an equilibrium."""
        return self.ending == "nash"

    @property
    def tariff(self) -> xr.DataArray:
        """Tariffs of the profile (exporter, importer, sector), as fractions."""
        return self.counterfactual["tariff"]

    def average_tariff(self, player: str, partner: str | None = None) -> float:
        """Return a player's tariff weighted by baseline imports, as a fraction.

        Args:
            player: The importer.
            partner: One exporter; all foreign exporters when left out.
        """
        tariff = self.tariff.sel(importer=player)
        weight = self.counterfactual["baseline_trade"].sel(importer=player)
        others = [name for name in tariff["exporter"].values if name != player]
        chosen = others if partner is None else [partner]
        tariff, weight = tariff.sel(exporter=chosen), weight.sel(exporter=chosen)
        return float((tariff * weight).sum() / weight.sum())

    def median_tariff(self, player: str) -> float:
        """Return the median of a player's tariffs over partners and traded sectors."""
        import numpy as np

        tariff = self.tariff.sel(importer=player).drop_sel(exporter=player).values
        traded = self.counterfactual["baseline_trade"].sel(importer=player)
        return float(np.median(tariff[traded.drop_sel(exporter=player).values > 0]))

    def require_certified(self) -> Self:
        """Return this result when it is a certified equilibrium.

        Raises:
            NoEquilibriumError: With the ending in words, if it is not.
        """
        if not self.ok:
            raise NoEquilibriumError(self.sentence())
        return self

    def sentence(self) -> str:
        """Return the ending in words, with what to do about it."""
        known = [value for value in self.exploitability.values() if value is not None]
        most = f"at most {max(known):.1e} per cent to gain alone" if known else "not certified"
        if self.ok:
            return f"equilibrium after {self.sweeps} sweeps ({most}, slope {self.slope:.1e})"
        if self.ending == "no_equilibrium":
            return f"no certified equilibrium: {self.counterfactual.outcome.sentence()}"
        why = self.ending.replace("_", " ")
        return f"no certified equilibrium: {why} ({most}); {ADVICE[self.ending]}"

    def __repr__(self) -> str:
        rows = [self.sentence(), f"{'player':<8}{'mean tariff':>12}{'median':>9}{'objective':>11}"]
        for name in self.players:
            mean, median = 100 * self.average_tariff(name), 100 * self.median_tariff(name)
            rows.append(f"{name:<8}{mean:>11.2f}%{median:>8.2f}%{self.objective[name]:>11.5f}")
        return "\n".join(rows)
