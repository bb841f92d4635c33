"""A made-up run of six regions with every variable of the register: no solver is needed."""

from __future__ import annotations

import numpy as np

from upperhand.core.outcome import Outcome
from upperhand.core.provenance import Provenance
from upperhand.results import Case, Counterfactual, Run, dataset

COUNTRIES = ("USA", "CHN", "VNM", "MEX", "DEU", "ROW")
NAMES = ("United States", "China", "Viet Nam", "Mexico", "Germany", "Rest of the world")
SECTORS = {
    "A01": "Agriculture",
    "C26": "Computers & electronics",
    "C28": "Machinery",
    "SERV": "Services",
}
PARTS = ("terms_of_trade", "volume", "revenue", "scale")
MOVES = (
    {
        "kind": "tariff",
        "by": "USA",
        "against": ["CHN"],
        "sectors": ["A01", "C26", "C28"],
        "add_pp": 100,
    },
    {"kind": "tariff", "by": "CHN", "against": ["USA"], "sectors": ["A01", "C28"], "add_pp": 100},
    {
        "kind": "discouraged_purchase",
        "by": "CHN",
        "against": ["USA"],
        "sectors": ["C26"],
        "comply_pct": 60,
    },
)
STRENGTH = {"short": 1.6, "medium": 1.25, "long": 1.0}


def synthetic_counterfactual(
    moves: tuple[int, ...] = (0, 1, 2), *, strength: float = 1.0, draws: int = 0, ok: bool = True
) -> Counterfactual:
    """Return numbers of the right shape and sign; they solve nothing."""
    rng = np.random.default_rng(7)
    n, s = len(COUNTRIES), len(SECTORS)
    size = np.array([25.0, 18.0, 0.4, 1.4, 4.0, 45.0]) * 1e6
    trade = (
        rng.uniform(0.2, 1.0, (n, n, s)) * np.sqrt(size[:, None, None] * size[None, :, None]) / 50
    )
    trade[np.arange(n), np.arange(n)] = (size[:, None] / s) * rng.uniform(0.8, 1.2, (n, s))
    tariff = np.where(np.eye(n, dtype=bool)[:, :, None], 0.0, rng.uniform(0, 0.1, (n, n, s)))
    new_tariff, new_trade = tariff.copy(), trade.copy()
    hit = np.zeros((n, n, s))
    if 0 in moves:
        hit[1, 0, :3] = 1.0
    if 1 in moves:
        hit[0, 1, [0, 2]] = 1.0
    new_tariff += hit
    if 2 in moves:
        new_trade[0, 1, 1] *= 0.4
    new_trade *= np.exp(-1.5 * hit * strength)
    new_trade[2:, :2] *= 1 + 0.12 * hit.any()
    effect = np.zeros(n)
    pain = {
        0: [-0.2, -0.9, 0.8, 0.4, 0.05, 0.02],
        1: [-0.25, -0.1, 0.1, 0.05, 0.04, -0.01],
        2: [-0.1, -0.2, 0.0, 0.0, -0.06, 0.02],
    }
    for move in moves:
        effect += np.array(pain[move]) * strength / 100
    parts = np.stack([effect * 0.7, effect * 0.6, -effect * 0.3, effect * 0.0], axis=1)
    border = np.exp(-0.08 * hit * strength)
    spread = 1 + 0.2 * rng.normal(size=(draws, 1)) if draws else np.ones(1)
    income = size * 0.9
    with np.errstate(invalid="ignore"):
        bad = 1.0 if ok else np.nan
        data = dataset(
            {
                "real_income_change": np.exp(effect * spread) * bad,
                "equivalent_variation": income * (np.exp(effect * spread) - 1) * bad,
                "real_wage_change": np.exp(effect * 1.1),
                "wage_change": np.exp(effect * 1.4),
                "consumer_price_change": np.exp(-effect * 0.8),
                "terms_of_trade_change": np.exp(effect * 0.5),
                "exports_change": new_trade.sum((1, 2)) / trade.sum((1, 2)),
                "imports_change": new_trade.sum((0, 2)) / trade.sum((0, 2)),
                "baseline_income": income,
                "tariff_revenue": (new_tariff * new_trade).sum((0, 2)),
                "output_change": 1 + rng.normal(0, 0.01, (n, s)) * len(moves),
                "baseline_output": trade.sum(1),
                "employment_sector_change": 1 + rng.normal(0, 0.01, (n, s)),
                "baseline_trade": trade,
                "trade": new_trade,
                "baseline_tariff": tariff,
                "tariff": new_tariff,
                "export_tax": np.zeros((n, n, s)),
                "border_price_change": border,
                "welfare_part": parts,
            },
            country=list(COUNTRIES),
            sector=list(SECTORS),
            part=list(PARTS),
        ).assign_attrs(year=2022)
    outcome = (
        Outcome("converged", 3e-14, 41, "anderson")
        if ok
        else Outcome("step_limit", 2.6e-7, 500, "homotopy", 0.8, "CHN C26")
    )
    return Counterfactual(
        data,
        outcome,
        Provenance(
            "0.1.0",
            "synthetic",
            "f" * 16,
            "0" * 16,
            {"closure": "share"},
            None,
            ("oecd-icio-2025",),
        ),
    )


def synthetic_run(
    *, title: str = "Talks at risk: tariffs and chips", draws: int = 0, ok: bool = True
) -> Run:
    """Return a run with the package, each side and each move at three horizons."""
    combos = [
        ("package", "All moves", "package", (0, 1, 2)),
        ("side:USA", "United States alone", "side", (0,)),
        ("side:CHN", "China alone", "side", (1, 2)),
        *[(f"move:{i}", f"{m['by']}: {m['kind']}", "move", (i,)) for i, m in enumerate(MOVES)],
    ]
    cases = tuple(
        Case(
            key,
            label,
            kind,
            horizon,
            moves,
            synthetic_counterfactual(moves, strength=x, draws=draws, ok=ok),
        )
        for horizon, x in STRENGTH.items()
        for key, label, kind, moves in combos
    )
    return Run(
        scenario={
            "name": "synthetic",
            "title": title,
            "moves": [dict(m) for m in MOVES],
            "sides": ["USA", "CHN"],
        },
        title=title,
        baseline="the economy of 2022 with the tariffs in force on 2025-10-09",
        world={
            "name": "synthetic",
            "year": 2022,
            "fingerprint": "f" * 16,
            "country_names": dict(zip(COUNTRIES, NAMES, strict=True)),
            "sector_names": dict(SECTORS),
            "card": {"title": "Made-up world of six regions", "licence": "none", "edition": "1"},
        },
        cases=cases,
        assumptions=[
            {
                "name": "share of buyers that comply with the chip ban",
                "value": 60,
                "low": 30,
                "high": 90,
                "unit": "per cent",
                "source": "no published estimate",
                "status": "assumed",
            },
            {
                "name": "trade elasticity of C26",
                "value": 4.1,
                "low": 2.0,
                "high": 8.0,
                "unit": "1",
                "source": "Fontagné et al. (2022)",
                "status": "sourced",
            },
        ],
        sources=[
            {
                "key": "oecd-icio-2025",
                "title": "OECD Inter-Country Input-Output tables, 2025 edition",
                "url": "https://www.oecd.org/sti/ind/inter-country-input-output-tables.htm",
                "licence": "CC BY 4.0",
            }
        ],
        environment={"upperhand": "0.1.0", "python": "3.11.9", "numpy": "2.1.0"},
        fingerprint="0123456789abcdef",
        changes=[
            {
                "side": "USA",
                "label": "USA tariff on CHN, goods",
                "kind": "tariff",
                "wedge": "tariff",
                "unit": "%",
                "old": 47.5,
                "new": 147.5,
                "trade_usd_million": 438_000.0,
                "changes": True,
                "note": "",
                "from": "2025-11-01",
            },
            {
                "side": "CHN",
                "label": "CHN tariff on USA, goods",
                "kind": "tariff",
                "wedge": "tariff",
                "unit": "%",
                "old": 31.9,
                "new": 131.9,
                "trade_usd_million": 143_500.0,
                "changes": True,
                "note": "",
                "from": "2025-11-01",
            },
            {
                "side": "CHN",
                "label": "CHN chip ban",
                "kind": "discouraged_purchase",
                "wedge": "varieties available",
                "unit": "%",
                "old": 100.0,
                "new": 88.0,
                "trade_usd_million": 21_000.0,
                "changes": True,
                "note": "",
            },
        ],
    )
