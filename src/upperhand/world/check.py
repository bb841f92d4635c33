"""Does a world add up? Every fault at once, and the facts a reader wants to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upperhand.core.errors import WorldError, raise_faults
from upperhand.world.labels import Array, Axes, entry_faults, label_faults, not_finite
from upperhand.world.world import World

#: Gap of an accounting identity that counts as rounding, as a share of the total beside it.
ROUNDING = 1e-9
#: Largest flow, USD million: a thousand times the output of the world.
LARGEST_FLOW = 1e12
#: Largest rate of a tariff or export tax, as a fraction; beyond it a ban says what is meant.
LARGEST_RATE = 1e4
#: Largest elasticity; goods of all origins are all but the same good.
LARGEST_ELASTICITY = 1e3


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What is wrong with a world, and what it holds.

    Attributes:
        name: Name of the world.
        faults: One sentence per fault; empty when the world may be solved.
        facts: Measured quantities by name, values in USD million or shares as the name says.
    """

    name: str
    faults: tuple[str, ...]
    facts: dict[str, float | str]

    @property
    def ok(self) -> bool:
        """True when there is no fault."""
        return not self.faults

    def require_ok(self) -> CheckReport:
        """Return the report, or raise one `WorldError` with every fault."""
        raise_faults(WorldError, self.faults, what=f"world '{self.name}'")
        return self

    def __str__(self) -> str:
        count = len(self.faults)
        head = "no faults" if self.ok else f"{count} fault{'s' if count > 1 else ''}"
        width = max((len(name) for name in self.facts), default=0)
        lines = [f"world '{self.name}': {head}"]
        lines += [f"  - {fault}" for fault in self.faults]
        lines += [f"  {name:<{width}}  {_shown(value)}" for name, value in self.facts.items()]
        return "\n".join(lines)


def check_world(world: World) -> CheckReport:
    """Check labels, signs and accounts of a world, and measure it.

    Nothing is repaired. Use it on a world that was read from a file or changed by hand;
    `World.from_arrays` runs the same checks and raises.

    Args:
        world: Any world, also a faulty one.

    Returns:
        Every fault, and facts such as totals, the largest imbalance and the rows-columns gap.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> report = check_world(toy_world())
        >>> report.ok
        True
        >>> report.facts["world output, USD million"]
        39570.0
    """
    faults = array_faults(world)
    if faults:
        return CheckReport(world.name, tuple(faults), {})
    return CheckReport(world.name, tuple(account_faults(world)), _facts(world))


#: Highest elasticity of a horizon over the long-run one.
LARGEST_RATIO = 10.0


def axes_of(countries: tuple[str, ...], sectors: tuple[str, ...]) -> dict[str, Axes]:
    """Return name and labels of every axis of every array field of a world.

    Examples:
        >>> [name for name, _ in axes_of(("USA",), ("GOODS",))["input_share"]]
        ['country', 'input_sector', 'sector']
    """
    cube = [("exporter", countries), ("importer", countries), ("sector", sectors)]
    return {
        "trade": cube,
        "tariff": cube,
        "export_tax": cube,
        "input_share": [("country", countries), ("input_sector", sectors), ("sector", sectors)],
        "value_added_share": [("country", countries), ("sector", sectors)],
        "trade_elasticity": [("sector", sectors)],
        "elasticity_range": [("sector", sectors), ("bound", ("low", "high"))],
        "scale_elasticity": [("sector", sectors)],
        "elasticity_ratio": [("sector", sectors), ("horizon", ("short", "medium"))],
    }


def array_faults(world: World) -> list[str]:
    """Return the faults of labels, shapes and signs; accounts need these to be clean."""
    faults = label_faults("countries", world.countries) + label_faults("sectors", world.sectors)
    for name, axes in _axes(world).items():
        array = getattr(world, name)
        expected = tuple(len(labels) for _, labels in axes)
        if array.shape != expected:
            faults.append(f"{name} has shape {array.shape}; expected {expected}")
        else:
            faults += not_finite(array, name, axes) or _sign_faults(world, name, array, axes)
    return faults


def _axes(world: World) -> dict[str, Axes]:
    return axes_of(world.countries, world.sectors)


def _sign_faults(world: World, name: str, array: Array, axes: Axes) -> list[str]:
    if name in ("tariff", "export_tax"):
        return _wedge_faults(name.replace("_", " "), array, axes)
    if name == "elasticity_range":
        return _range_faults(world, array, axes)
    if name == "value_added_share":
        wrong = (array <= 0) | (array > 1)
        return entry_faults(array, wrong, name, axes, "allowed: above 0, at most 1")
    if name == "trade_elasticity":
        wrong = (array <= 0) | (array > LARGEST_ELASTICITY)
        advice = f"allowed: above 0, at most {LARGEST_ELASTICITY:g} (sigma - 1)"
        return entry_faults(array, wrong, name, axes, advice)
    if name == "elasticity_ratio":
        wrong = (array <= 0) | (array > LARGEST_RATIO)
        advice = f"allowed: above 0, at most {LARGEST_RATIO:g} (over the long-run elasticity)"
        return entry_faults(array, wrong, name, axes, advice)
    highest = LARGEST_FLOW if name == "trade" else LARGEST_ELASTICITY
    wrong = (array < 0) | (array > highest)
    what = "a flow in USD million" if name == "trade" else "allowed"
    return entry_faults(array, wrong, name, axes, f"{what}: 0 to {highest:g}")


def _range_faults(world: World, array: Array, axes: Axes) -> list[str]:
    point, low, high = world.trade_elasticity[:, None], array[:, :1], array[:, 1:]
    order = (low <= point * (1 + ROUNDING)) & (point * (1 - ROUNDING) <= high) & (low > 0)
    order &= high <= LARGEST_ELASTICITY
    wrong = np.broadcast_to(~order & (point > 0), array.shape)
    advice = "allowed: 0 < low <= trade_elasticity <= high <= 1000"
    return entry_faults(array, wrong, "elasticity_range", axes, advice)


def _wedge_faults(name: str, array: Array, axes: Axes) -> list[str]:
    home = np.zeros(array.shape, dtype=bool)
    diagonal = np.arange(array.shape[0])
    home[diagonal, diagonal] = True
    wrong = (array <= -1) | (array > LARGEST_RATE)
    advice = f"allowed: above -1, at most {LARGEST_RATE:g}, as a fraction (0.25 is 25 per cent)"
    return entry_faults(array, wrong, name, axes, advice) + entry_faults(
        array, home & (array != 0), f"{name} on domestic sales", axes, "the diagonal must be 0"
    )


def account_faults(world: World) -> list[str]:
    """Return the faults of the accounts: columns, output, sources, final demand, income."""
    return [
        *_column_faults(world),
        *_output_faults(world),
        *_final_demand_faults(world),
        *_income_faults(world),
    ]


def _column_faults(world: World) -> list[str]:
    total = world.input_share.sum(axis=1) + world.value_added_share
    axes = _axes(world)["value_added_share"]
    wrong = np.abs(total - 1) > ROUNDING
    name = "input_share plus value_added_share"
    return entry_faults(total, wrong, name, axes, "each column must add to 1")


def _output_faults(world: World) -> list[str]:
    empty = [
        c for c, out in zip(world.countries, world.output.sum(axis=1), strict=True) if out <= 0
    ]
    return [f"output of {c} is 0; leave the country out or aggregate it" for c in empty]


def _final_demand_faults(world: World) -> list[str]:
    axes = _axes(world)["value_added_share"]
    spent, final = world.spending, world.final_demand
    unsourced = (spent == 0) & (final < 0)
    negative = final < -ROUNDING * np.maximum(spent, 0)
    return entry_faults(
        -final,
        unsourced,
        "use without a source: input use",
        axes,
        "no country sells it there; give a flow, or set the input share to 0",
    ) + entry_faults(
        final,
        negative & ~unsourced,
        "implied final demand",
        axes,
        "inputs use more than is bought; lower input_share, raise trade, or pass balance=True",
    )


def _income_faults(world: World) -> list[str]:
    wrong = ~(world.income > 0)
    pairs = zip(np.array(world.countries)[wrong], world.income[wrong], strict=True)
    return [
        f"income of {c} is {v:.6g}; it must be above 0: check value added and the imbalance"
        for c, v in pairs
    ]


def _facts(world: World) -> dict[str, float | str]:
    output = float(world.output.sum())
    scale = output if output > 0 else 1.0
    supply = world.value_added.sum(axis=1) + world.tariff_revenue + world.export_tax_revenue
    gap = world.final_demand.sum(axis=1) - supply - world.imbalance
    abroad = ~np.eye(len(world.countries), dtype=bool)
    deepest = int(np.argmax(np.abs(world.imbalance)))
    return {
        "countries": float(len(world.countries)),
        "sectors": float(len(world.sectors)),
        "world output, USD million": output,
        "world value added, USD million": float(world.value_added.sum()),
        "world trade across borders, USD million": float(world.trade[abroad].sum()),
        "world final demand, USD million": float(world.final_demand.sum()),
        "world tariff revenue, USD million": float(world.tariff_revenue.sum()),
        "largest imbalance, USD million": float(world.imbalance[deepest]),
        "largest imbalance, country": world.countries[deepest],
        "sum of imbalances over world output": abs(float(world.imbalance.sum())) / scale,
        "rows-columns gap over world output": float(np.abs(gap).max()) / scale,
        "share of zero flows": float((world.trade == 0).mean()),
        "country-sectors without output": float((world.output == 0).sum()),
        "smallest value-added share": float(world.value_added_share.min()),
        "highest tariff": float(world.tariff.max()),
    }


def _shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.4g}"
