"""The splitter: totals kept, figures met or reported, faults named, rules as documented."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support import ROOT, worlds
from upperhand.core.errors import OptionError, WorldError
from upperhand.equilibrium.solve import solve_counterfactual
from upperhand.world.build import from_arrays
from upperhand.world.shock import Shock, no_shock
from upperhand.world.split import FINAL, OTHERS, Figure, Part, split, split_sector
from upperhand.world.split_balance import fit, gras
from upperhand.world.toy import toy_world
from upperhand.world.world import World


def figure(value: float, **other: object) -> Figure:
    return Figure(value, "invented", "assumed", 0, 1e9, **other)  # type: ignore[arg-type]


def chip_parts() -> list[Part]:
    """Every kind of figure at once, asymmetric."""
    return [
        Part(
            "CHIP",
            "Chips",
            world_output=figure(1200, unit="usd_mn"),
            origin={"CHN": figure(0.6)},
            purchases={"USA": figure(0.4)},
            trade={("CHN", "USA"): figure(0.7)},
            use={FINAL: figure(0.1), ("USA", "GOODS_REST"): figure(0.5)},
            inputs={"VA": figure(0.55), "SERV": figure(0.2)},
            tariff={("CHN", "USA"): figure(0.0, unit="rate")},
            elasticity=Figure(2.5, "invented", "assumed", 1, 5, unit="number"),
        ),
        Part("DRONE", "Drones", output={"CHN": figure(0.04), OTHERS: figure(0.01)}),
        Part("GOODS_REST", "Other goods"),
    ]


def summed(world: World, parts: int) -> dict[str, np.ndarray]:
    """Sums over the first `parts` sectors, by what they are sums of."""
    use = world.input_share * world.output[:, None, :]
    return {
        "trade": world.trade[:, :, :parts].sum(axis=2),
        "output": world.output[:, :parts].sum(axis=1),
        "value added": world.value_added[:, :parts].sum(axis=1),
        "revenue": (world.trade * world.tariff)[:, :, :parts].sum(axis=2),
        "final demand": world.final_demand[:, :parts].sum(axis=1),
        "use of parts by others": use[:, :parts, parts:].sum(axis=1),
        "use of others by parts": use[:, parts:, :parts].sum(axis=2),
        "use of parts by parts": use[:, :parts, :parts].sum(axis=(1, 2)),
    }


def assert_same_totals(before: World, after: World, parts: int) -> None:
    old, new = summed(before, 1), summed(after, parts)
    for name, total in old.items():
        np.testing.assert_allclose(
            new[name], total, rtol=1e-9, atol=1e-9 * before.output.max(), err_msg=name
        )


def test_parts_add_to_their_parent_in_every_account() -> None:
    world, report = split_sector(toy_world(), "GOODS", chip_parts())
    assert_same_totals(toy_world(), world, 3)
    assert report.rows_gap < 1e-12
    assert (world.value_added_share > 0).all()
    np.testing.assert_allclose(world.income, toy_world().income, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    share=st.tuples(*[st.floats(0.0, 0.95)] * 3),
    use=st.floats(0, 0.9),
    inputs=st.floats(0.05, 0.9),
    rate=st.floats(0, 0.5),
)
@example(share=(0.0, 0.5, 0.5), use=0.0, inputs=0.5, rate=5e-324)
def test_any_figures_leave_the_totals_alone(
    share: tuple[float, ...], use: float, inputs: float, rate: float
) -> None:
    part = Part(
        "A",
        "A",
        output={c: figure(x) for c, x in zip(("USA", "CHN", "VNM"), share, strict=True)},
        use={FINAL: figure(use)},
        inputs={"VA": figure(inputs)},
        tariff={(OTHERS, OTHERS): figure(rate, unit="rate")},
    )
    world, _ = split_sector(toy_world(), "GOODS", [part, Part("B", "B")])
    assert_same_totals(toy_world(), world, 2)
    assert (world.value_added_share > 0).all()


def test_figures_that_the_parent_allows_are_met() -> None:
    world, report = split_sector(toy_world(), "GOODS", chip_parts())
    output = world.output[:, 0]
    assert output.sum() == pytest.approx(1200, rel=1e-9)
    assert output[1] / output.sum() == pytest.approx(0.6, rel=1e-6)
    assert world.trade[:, 0, 0].sum() / world.trade[:, :, 0].sum() == pytest.approx(0.4, rel=1e-3)
    assert world.tariff[1, 0, 0] == 0
    assert world.trade_elasticity[0] == 2.5
    assert world.elasticity_range[0].tolist() == [1, 5]
    by_label = {(e.part, e.quantity, *e.labels): e for e in report.entries}
    assert by_label["DRONE", "output", "CHN"].reached == pytest.approx(0.04, rel=1e-6)


def test_a_target_beyond_the_parent_is_reported_and_not_forced() -> None:
    """The toy United States import goods of 120 million from Vietnam, all kinds together."""
    part = Part(
        "A",
        "A",
        output={OTHERS: figure(0.5)},
        trade={("VNM", "USA"): Figure(200, "invented", "assumed", 190, 210, "usd_mn")},
    )
    world, report = split_sector(toy_world(), "GOODS", [part, Part("B", "B")])
    assert_same_totals(toy_world(), world, 2)
    missed = {e.labels: e.reached for e in report.missed()}
    assert missed["VNM", "USA"] <= 120
    assert "the parent's totals do not allow it" in str(report)


def shocked(world: World, sectors: int) -> Shock:
    shock = no_shock(world)
    tariff, export = shock.tariff_add.copy(), shock.export_tax_add.copy()
    tariff[1, 0, :sectors] = 0.25
    export[0, 1, :sectors] = 0.05
    return replace(shock, tariff_add=tariff, export_tax_add=export)


@settings(max_examples=25, deadline=None)
@given(worlds(), st.floats(0.01, 0.9))
def test_any_world_can_be_split(world: World, share: float) -> None:
    part = Part("A", "A", output={world.countries[0]: figure(share)}, inputs={"VA": figure(0.4)})
    parted, report = split_sector(world, world.sectors[0], [part, Part("B", "B")])
    assert_same_totals(world, parted, 2)
    assert report.rows_gap < 1e-9


@pytest.mark.parametrize("horizon", ["short", "long"])
def test_two_identical_halves_change_no_equilibrium(horizon: str) -> None:
    halves = [Part(code, code, output={OTHERS: figure(0.5)}) for code in ("A", "B")]
    world, _ = split(toy_world(), "GOODS", halves)
    whole = solve_counterfactual(toy_world(), shocked(toy_world(), 1), horizon=horizon)
    parted = solve_counterfactual(world, shocked(world, 2), horizon=horizon)
    whole.require_converged()
    parted.require_converged()
    np.testing.assert_allclose(
        parted.real_income_change.values, whole.real_income_change.values, rtol=1e-10
    )
    np.testing.assert_allclose(
        parted.real_wage_change.values, whole.real_wage_change.values, rtol=1e-10
    )


def test_a_split_world_replicates_itself() -> None:
    world, _ = split(toy_world(), "GOODS", chip_parts())
    result = solve_counterfactual(world, no_shock(world)).require_converged()
    np.testing.assert_allclose(result.real_income_change.values, 1, rtol=1e-12)


def test_a_country_without_output_of_a_part_keeps_its_columns() -> None:
    part = Part("A", "A", output={"CHN": figure(0.1)})
    world, _ = split(toy_world(), "GOODS", [part, Part("B", "B")])
    np.testing.assert_allclose(world.input_share.sum(axis=1) + world.value_added_share, 1)
    assert world.output[0, 0] == 0


def test_export_taxes_are_inherited_and_their_revenue_is_kept() -> None:
    base = toy_world()
    tax = np.zeros_like(base.trade)
    tax[0, 1, 0] = 0.1
    world = from_arrays(
        countries=base.countries,
        sectors=base.sectors,
        trade=base.trade,
        tariff=base.tariff,
        export_tax=tax,
        input_share=base.input_share * 0.9,
        trade_elasticity=base.trade_elasticity,
    )
    parted, _ = split(world, "GOODS", chip_parts())
    assert_same_totals(world, parted, 3)
    np.testing.assert_allclose(parted.export_tax_revenue, world.export_tax_revenue, rtol=1e-12)


def test_every_cell_has_a_standing() -> None:
    _, report = split(toy_world(), "GOODS", chip_parts())
    assert report.standing("CHIP", "trade", "CHN", "USA").status == "assumed"
    assert report.standing("CHIP", "trade", "VNM", "CHN").status == "derived"
    assert report.standing("CHIP", "value_added", "USA").status == "assumed"
    assert report.standing("DRONE", "output", "VNM").source == "invented"
    rule = report.standing("GOODS_REST", "use", "SERV")
    assert (rule.status, rule.low_factor, rule.high_factor) == ("derived", 0.5, 2.0)
    with pytest.raises(OptionError, match="unknown part 'CHP'; did you mean 'CHIP'"):
        report.standing("CHP", "trade")


def with_part(**fields: object) -> list[Part]:
    base: dict[str, object] = {"code": "A", "name": "A", "output": {OTHERS: figure(0.3)}}
    return [Part(**{**base, **fields}), Part("B", "B")]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            with_part(output={"CHM": figure(0.1)}),
            "A, output of CHM: unknown country 'CHM'; did you",
        ),
        (with_part(output={"CHN": figure(-0.1)}), "A, output of CHN: .*negative"),
        (with_part(output={"CHN": figure(1.4)}), "A, output of CHN: share 1.4 is above 1"),
        (with_part(output={"CHN": figure(float("nan"))}), "A, output of CHN: .*not finite"),
        (with_part(use={"SERVE": figure(0.1)}), "A, use of SERVE: unknown sector 'SERVE'; did you"),
        (
            with_part(use={"SERV": figure(0.6), FINAL: figure(0.6)}),
            "use shares add to 1.2, above 1",
        ),
        (
            with_part(trade={("USA", "CHN"): figure(0.7), ("VNM", "CHN"): figure(0.7)}),
            "trade shares into CHN add to 1.4",
        ),
        (with_part(trade={("USA", "USA"): figure(0.7)}), "USA/USA: domestic sales"),
        (with_part(code="SERV"), "code 'SERV' is a sector of the world already"),
        (with_part(code="B"), "code 'B' is given twice"),
        (with_part(output={}), "A, B have no output; only one part may take the rest"),
        (with_part(origin={"CHN": figure(0.3)}), "origin without world_output"),
        (
            with_part(output={"CHN": Figure(0.1, " ", "assumed", 0, 1)}),
            "A, output of CHN: no source",
        ),
        (
            with_part(output={"CHN": Figure(0.3, "x", "assumed", 0.4, 0.5)}),
            r"range \[0.4, 0.5\] does not hold the value 0.3",
        ),
        (
            with_part(output={}, world_output=figure(99_000, unit="usd_mn")),
            "adds to .* above the .* of the parent",
        ),
        ([Part("A", "A", output={OTHERS: figure(0.3)})], "at least two"),
        (
            [Part(c, c, output={OTHERS: figure(0.6)}) for c in ("A", "B")],
            r"output shares of \* add to 1.2, not 1",
        ),
    ],
)
def test_bad_input_is_one_error_that_names_the_row(parts: list[Part], message: str) -> None:
    with pytest.raises(WorldError, match=message):
        split(toy_world(), "GOODS", parts)


def test_all_faults_come_at_once() -> None:
    parts = with_part(output={"CHM": figure(0.1), "USA": figure(-1)}, use={"X": figure(0.1)})
    with pytest.raises(WorldError, match="3 faults"):
        split(toy_world(), "GOODS", parts)


def test_an_unknown_parent_is_named() -> None:
    with pytest.raises(WorldError, match="unknown sector 'GOOD'; did you mean 'GOODS'"):
        split(toy_world(), "GOOD", with_part())


def test_gras_keeps_signs_and_reaches_its_totals() -> None:
    """Junius and Oosterhaven (2003), table 1: a table with negative cells."""
    prior = np.array([[[7.0, 3.0, 5.0, -3.0], [2.0, 9.0, 8.0, 1.0], [-2.0, 0.0, 2.0, 1.0]]])
    rows, columns = np.array([[15.0, 26.0, -1.0]]), np.array([[9.0, 16.0, 17.0, -2.0]])
    table, gap = gras(prior, rows, columns)
    assert gap[0] < 1e-12
    assert (np.sign(table) == np.sign(prior)).all()
    np.testing.assert_allclose(table.sum(axis=1), columns, atol=1e-10)


def test_ras_is_the_biproportional_table() -> None:
    """Cross ratios of a table scaled by rows and columns stay what they were."""
    prior = np.array([[[1.0, 2.0], [3.0, 5.0]]])
    table, _ = gras(prior, np.array([[4.0, 6.0]]), np.array([[7.0, 3.0]]))
    odds = table[0, 0, 0] * table[0, 1, 1] / (table[0, 0, 1] * table[0, 1, 0])
    assert odds == pytest.approx(5 / 6, rel=1e-10)


def test_fit_stops_when_nothing_moves() -> None:
    assert fit(np.ones(3), [lambda x: x / x.sum()], tol=1e-9, sweeps=9).sum() == pytest.approx(1)


def test_the_examples_of_the_page_on_splitting_run() -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
    page = str(ROOT / "docs" / "do" / "split.md")
    assert doctest.testfile(page, module_relative=False, optionflags=flags).failed == 0
