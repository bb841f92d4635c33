"""Years ahead: policies over time, technology and equilibrium in turn, and what survives a file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import NoEquilibriumError, OptionError, RecordError
from upperhand.equilibrium import solve_counterfactual
from upperhand.equilibrium.horizons import HORIZONS
from upperhand.horizon.cost_draws import single
from upperhand.horizon.pace import horizon_after, world_after
from upperhand.horizon.path import costs_of, solve_path
from upperhand.horizon.path_data import pain_ratios
from upperhand.horizon.plan import plan_of
from upperhand.horizon.policy import (
    Policy,
    Situation,
    announced,
    conditional,
    expiring,
    intermittent,
    policies_of,
    sustained,
    temporary,
)
from upperhand.measures import DiscouragedPurchase, ExportControl, ImportBan, Tariff
from upperhand.results.crossing import crossings_of
from upperhand.results.path import Path
from upperhand.technology.feedback import technology_shock
from upperhand.technology.goods import draw_technology, technology, with_models
from upperhand.technology.state import run_technology
from upperhand.world.adjustment import elasticity_path
from upperhand.world.load import load_world
from upperhand.world.shock import compose, compose_all
from upperhand.world.toy import toy_world

YEARS = range(2026, 2030)


def tariffs(points: float = 30) -> list[Tariff]:
    return [
        Tariff(by="USA", against=["CHN"], add_pp=points),
        Tariff(by="CHN", against=["USA"], add_pp=points),
    ]


@pytest.fixture(scope="module")
def strategic():
    return load_world("icio-2022-strategic")


@pytest.fixture(scope="module")
def chip_war(strategic):
    """The Chinese ban on accelerators, US controls on tools, Chinese licences for magnets."""
    ban = DiscouragedPurchase(
        by="CHN", against=["TWN", "KOR", "USA"], sectors=["ai_accelerators"], comply_pct=80
    )
    tools = ExportControl(by="USA", to=["CHN"], sectors=["chip_tools"], withhold_pct=50)
    magnets = ExportControl(by="CHN", to=["USA"], sectors=["magnets"], withhold_pct=50)
    policies = [
        sustained([ban], 2026, label="chip ban"),
        sustained([tools, *tariffs(10)], 2026, label="tools and tariffs"),
        temporary([magnets], 2027, 1, label="magnets"),
    ]
    return policies, solve_path(strategic, policies, years=YEARS, draws=40)


@pytest.mark.equation("5.24")
def test_adjustment_follows_the_elasticity_from_short_to_long():
    """Each number of the three horizons is met where its elasticity ratio is."""
    assert horizon_after(1).elasticity_ratio == pytest.approx(elasticity_path(1) / 2)
    for name, years in (("short", 1.0), ("medium", 2.0), ("long", 60.0)):
        found, given = horizon_after(years), HORIZONS[name]
        for part in ("elasticity_ratio", "specific_share", "value_added", "materials", "final"):
            assert getattr(found, part) == pytest.approx(getattr(given, part), abs=1e-6), part


@pytest.mark.equation("5.24")
def test_a_slow_sector_keeps_its_own_pace(strategic):
    k = strategic.sectors.index("magnets")
    for years, column in ((1.0, 0), (2.0, 1)):
        horizon = horizon_after(years)
        theta = world_after(strategic, horizon).trade_elasticity * horizon.elasticity_ratio
        expected = strategic.trade_elasticity * strategic.elasticity_ratio[:, column]
        assert theta[k] == pytest.approx(expected[k], rel=1e-9)


def test_a_year_is_the_one_year_solution_with_technology_and_measures(strategic, chip_war):
    """The last year again, by hand: shock of technology, measures, horizon of their mean age."""
    policies, path = chip_war
    tech = technology()
    plan = plan_of(strategic, policies, tech, tuple(YEARS), {})
    assert plan.active == ((0, 1), (0, 1, 2), (0, 1), (0, 1))
    assert plan.ages == (1.0, pytest.approx(5 / 3), 3.0, 4.0)
    calm = run_technology(tech, range(2022, 2030))
    horizon = horizon_after(4.0)
    found = solve_counterfactual(
        world_after(strategic, horizon),
        technology_shock(strategic, tech.race, calm, 2029),
        horizon=horizon,
    )
    alone = path.data["real_income_change"].sel(case="without", year=2029)
    expected = found.real_income_change.sel(country=["USA", "CHN"])
    assert alone.values == pytest.approx(expected.values, rel=1e-10)


@pytest.mark.equation("5.26", "5.27")
def test_a_path_by_quarters_starts_its_years_where_the_yearly_path_does():
    """A measure from July on is in force in the second half; sums are over quarters of a year."""
    policies = [expiring(tariffs(), 2026.5, 2027.5)]
    path = solve_path(toy_world(), policies, years=range(2026, 2028), steps=4, draws=5)
    assert (path.years, path.span) == ((2026, 2027), 0.25)
    assert path.dates == tuple(2026 + k / 4 for k in range(8))
    cost = path.cost.sum("side").values
    assert cost[[0, 1, 6, 7]] == pytest.approx(np.zeros(4), abs=1e-9)
    assert (cost[2:6] < 0).all()
    usd = path.data["cost_usd_bn"].sel(side="USA").values
    expected = sum(usd[k] / 4 * 1.05 ** (-k / 4) for k in range(8))
    assert path.present_value()["USA"] == pytest.approx(expected)
    assert path.data["cumulative_usd_bn"].sel(side="USA").values[-1] == pytest.approx(usd.sum() / 4)
    data = path.data.copy(deep=True)
    data["pain_ratio"].values[:] = [4.0, 2.0, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]
    assert replace(path, data=data).crossing() == pytest.approx(2026.375)
    assert "2026.25" in path.summary()


@pytest.mark.parametrize("laws", [{"race": "step_by_step"}, {"supply": "learning"}])
def test_a_path_follows_the_laws_it_is_told_to(strategic, chip_war, laws):
    policies, path = chip_war
    other = solve_path(
        strategic, policies, with_models(technology(), **laws), years=YEARS, draws=20
    )
    assert other.ok
    assert other.provenance.options | laws == other.provenance.options
    quantity = "lag" if "race" in laws else "domestic_share"
    mine, theirs = (p.data[quantity].sel(technology="chips").values for p in (path, other))
    assert np.abs(mine - theirs).max() > 0.01
    unsettled = [note for note in other.notes if "does not settle" in note]
    assert bool(unsettled) is ("race" in laws)


def test_a_draw_without_research_that_settles_has_no_cost():
    """It is one without equilibrium among the draws of the cost, and stops no other."""
    chips = replace(with_models(technology(), race="step_by_step"), goods=(technology().goods[1],))
    drawn = draw_technology(30, seed=1, base=chips)
    gap = run_technology(drawn, range(2014, 2016))["chips"].gap[-1]
    options = {
        "world": toy_world(),
        "policies": (sustained(tariffs(), 2026),),
        "years": (2026,),
        "closure": "fixed",
        "members": {"USA": ["USA"], "CHN": ["CHN"]},
        "support": {},
    }
    for at in (int(np.argmax(np.isnan(gap))), int(np.argmin(np.isnan(gap)))):
        cost = costs_of([single(drawn, at)], **options)[0]
        assert cost.shape == (2, 1)
        assert np.isfinite(cost).all() == np.isfinite(gap[at])


def test_years_that_borrow_the_blocks_of_another_end_where_their_own_lead(strategic, monkeypatch):
    policies = [sustained(tariffs(), 2026)]
    options = {"years": range(2026, 2034), "draws": 1}
    borrowed = solve_path(strategic, policies, **options)
    monkeypatch.setattr("upperhand.horizon.path.NEAR", -1.0)
    own = solve_path(strategic, policies, **options)
    assert borrowed.ok
    assert borrowed.cost.values == pytest.approx(own.cost.values, rel=1e-8)


def test_breakthroughs_of_both_kinds_reach_the_economy(strategic):
    """More computing from a chip: China gains from using it. A leap without access: from making it."""
    tech = technology()
    calm = solve_path(strategic, [], tech, years=YEARS, draws=1)
    cheaper = replace(tech, breakthroughs=(("ai_accelerators", 2027, 0.3),))
    leap = replace(tech, leaps=(("ai_accelerators", 2027, 1.5),))
    for other, good in ((cheaper, "efficiency"), (leap, "gap")):
        found = solve_path(strategic, [], other, years=YEARS, draws=1)
        income = found.data["real_income_change"] / calm.data["real_income_change"] - 1
        china = income.sel(side="CHN", case="without").values
        assert china[0] == pytest.approx(0.0, abs=1e-10)
        assert (china[1:] > 1e-8).all()
        before, after = (
            path.data[good].sel(technology="ai_accelerators", case="without").values
            for path in (calm, found)
        )
        assert before[0] == pytest.approx(after[0])
        assert np.abs(after[1:] - before[1:]).min() > 0.1
    assert float(after[1] - before[1]) == pytest.approx(-1.5)


def test_both_margins_are_there_with_their_bands(chip_war):
    _, path = chip_war
    assert path.ok
    assert float(path.lag.sel(case="without", technology="chips", year=2029)) > 5
    for name in ("lag", "domestic_share"):
        band = path.band(name, "chips")
        assert band.dims == ("year", "quantile")
        assert bool((np.diff(band.values, axis=1) >= 0).all())
    assert 0 <= path.chance_slowed("chips") <= 1
    share = path.domestic_share.sel(technology="ai_accelerators", year=2029)
    assert share.sel(case="with") > share.sel(case="without")
    assert np.isnan(path.chance_slowed("magnets"))


def test_a_ban_that_buyers_obey_costs_its_maker_and_is_no_control(chip_war, strategic):
    ban = chip_war[0][0]
    path = solve_path(strategic, [ban], years=YEARS, draws=1)
    assert bool((path.cost.sel(side="CHN") < 0).all())
    control = path.data["control"].sel(technology="ai_accelerators")
    assert control.sel(case="with").values == pytest.approx(control.sel(case="without").values)


def test_without_policies_both_cases_are_one():
    path = solve_path(toy_world(), [], years=YEARS, draws=1)
    assert path.cost.values == pytest.approx(np.zeros((2, 4)), abs=1e-9)
    assert path.crossing() is None
    assert path.present_value() == pytest.approx({"USA": 0.0, "CHN": 0.0}, abs=1e-6)


def test_a_tariff_war_costs_both_sides_together_in_every_year():
    path = solve_path(toy_world(), [sustained(tariffs(), 2026)], years=range(2026, 2036), draws=1)
    cost = path.cost.sum("side").values
    assert (cost < 0).all()


def test_a_year_without_equilibrium_is_reported_and_the_others_are_kept():
    """Every source of goods for China but its own is shut, its own as well, in 2027 alone."""
    world = toy_world()
    shut = compose_all(world, [])
    availability = shut.availability.copy()
    availability[:, world.countries.index("CHN"), 0] = 0.0
    closed = replace(shut, availability=availability)
    path = solve_path(world, {2026: tariffs(), 2027: [closed], 2028: []}, years=range(2026, 2029))
    assert not path.ok
    assert [(case, year) for case, year, _ in path.failures] == [("with", 2027)]
    assert np.isfinite(path.cost.sel(year=2026)).all()
    assert np.isfinite(path.cost.sel(year=2028)).all()
    assert np.isnan(path.cost.sel(year=2027)).all()
    assert "no equilibrium in 2027 (with)" in path.summary()
    with pytest.raises(NoEquilibriumError, match="no present value"):
        path.present_value()


@pytest.mark.equation("5.25")
def test_pain_ratio_is_formed_only_when_both_lose():
    """By hand: 2, none as the first gains, none as the second does not lose."""
    found = pain_ratios(np.array([[-0.5, 0.1, -0.5], [-1.0, -1.0, 0.0]]))
    assert found[0] == 2.0
    assert np.isnan(found[1:]).all()


@pytest.mark.equation("5.26")
def test_present_value_discounts_from_the_first_year(chip_war):
    _, path = chip_war
    usd = path.data["cost_usd_bn"]
    for side, rate in (("USA", 0.05), ("CHN", 0.1)):
        expected = sum(float(usd.sel(side=side, year=y)) / (1 + rate) ** (y - 2026) for y in YEARS)
        assert path.present_value({"USA": 0.05, "CHN": 0.1})[side] == pytest.approx(expected)
    with pytest.raises(OptionError, match="discount rate of USA is 2"):
        path.present_value(2)


@pytest.mark.equation("5.27")
def test_crossing_is_where_the_ratio_is_one(chip_war):
    _, path = chip_war
    data = path.data.copy(deep=True)
    data["pain_ratio"].values[:] = [4.0, 2.0, 0.5, 0.25]
    assert replace(path, data=data).crossing() == pytest.approx(2027.5)
    data["pain_ratio"].values[:] = [4.0, np.nan, 0.5, 0.25]
    assert replace(path, data=data).crossing() is None


@pytest.mark.equation("5.27")
def test_the_distribution_of_the_crossing_is_that_of_paths_solved_one_by_one(strategic):
    """Each draw's own technologies, solved alone, must cross where the draw is said to.

    Incomes are solved to some billionths, a year's change of the ratio's logarithm is of the order of
    a tenth, and the smallest cost is a hundredth of a per cent: dates agree to a thousandth of a year.
    """
    goods, draws, years = technology(), 6, range(2026, 2032)
    curb = ExportControl(by="USA", to=["CHN"], sectors=["chip_tools"], withhold_pct=40)
    licences = ExportControl(by="CHN", to=["USA"], sectors=["magnets"], withhold_pct=80)
    policies = [sustained([curb, licences], 2026)]
    path = solve_path(strategic, policies, years=years, draws=5, seed=4, cost_draws=draws)
    drawn = draw_technology(draws, 4, years=years, base=goods)
    alone = [
        solve_path(strategic, policies, single(drawn, at), years=years, draws=1).crossing()
        for at in range(draws)
    ]
    expected = np.array([np.nan if when is None else when for when in alone])
    assert np.isfinite(expected).any()
    assert path.data["crossing"].values == pytest.approx(expected, abs=1e-3, nan_ok=True)
    found = path.crossings()
    assert (found.draws, found.never) == (draws, pytest.approx(np.isnan(expected).mean()))
    assert found.median == pytest.approx(np.nanmedian(expected), abs=1e-3)
    assert found.sentence() in path.summary()
    assert f"\ncrossing,,,,,,,{draws - 1}," in path.to_csv()


def test_the_distribution_of_the_crossing_counts_draws_without_one():
    dates = np.array([2027.0, 2029.0, np.nan, 2028.0, np.nan])
    found = crossings_of(dates)
    assert (found.draws, found.never, found.median) == (5, pytest.approx(0.4), 2028.0)
    assert (found.low, found.high) == (pytest.approx(2027.2), pytest.approx(2028.8))
    assert crossings_of(np.array([])) is None
    assert "crossing" not in solve_path(toy_world(), [], years=YEARS, draws=1).data


def test_a_path_comes_back_from_its_file(chip_war, tmp_path):
    _, path = chip_war
    again = Path.from_netcdf(path.to_netcdf(tmp_path / "path.nc"))
    assert again.data.identical(path.data)
    assert (again.policies, again.failures, again.assumptions) == (
        path.policies,
        path.failures,
        path.assumptions,
    )
    assert again.provenance == path.provenance
    assert again.summary() == path.summary()
    (tmp_path / "other.nc").write_text("nothing")
    with pytest.raises(RecordError, match="not a netCDF file of a path"):
        Path.from_netcdf(tmp_path / "other.nc")


def test_the_same_seed_gives_the_same_path(chip_war, strategic):
    policies, path = chip_war
    again = solve_path(strategic, policies, years=YEARS, draws=40)
    assert again.data.identical(path.data)
    other = solve_path(strategic, policies, years=YEARS, draws=40, seed=2)
    assert not other.data["lag_band"].identical(path.data["lag_band"])


@pytest.mark.parametrize(
    ("policy", "years"),
    [
        (sustained((), 2026), [2026, 2027, 2028, 2029, 2030]),
        (temporary((), 2026, 2), [2026, 2027]),
        (expiring((), 2026.75, 2029.4), [2027, 2028]),
        (intermittent((), 2026, years_on=1, years_off=1), [2026, 2028, 2030]),
        (announced((), 2028, on=2027.5), [2028, 2029, 2030]),
    ],
)
def test_dates_put_a_policy_in_force(policy, years):
    assert [year for year in range(2024, 2031) if policy.scheduled(year)] == years


def test_a_condition_sees_the_state_of_technology(strategic):
    """Controls that stop once Chinese suppliers have most of their market."""
    control = ExportControl(by="USA", to=["CHN"], sectors=["ai_accelerators"], withhold_pct=50)
    seen: list[Situation] = []

    def needed(now: Situation) -> bool:
        seen.append(now)
        return now.domestic_share["ai_accelerators"] < 0.9

    policy = conditional([control], 2026, needed)
    plan = plan_of(strategic, [policy], technology(), tuple(range(2026, 2034)), {})
    on = [bool(active) for active in plan.active]
    assert on[0] is True
    assert on[-1] is False
    assert on == sorted(on, reverse=True)
    assert [now.in_force_before for now in seen] == [False, *on[:-1]]


def test_stocks_laid_in_before_an_announced_control_soften_its_first_year(strategic):
    control = [ExportControl(by="CHN", to=["USA"], sectors=["magnets"], withhold_pct=80)]
    sudden = solve_path(strategic, [sustained(control, 2026)], years=[2026, 2027], draws=1)
    known = solve_path(
        strategic, [announced(control, 2026, on=2025.5)], years=[2026, 2027], draws=1
    )
    cost = [path.cost.sel(side="USA").values for path in (sudden, known)]
    assert cost[0][0] < cost[1][0] < 0
    assert cost[0][1] == pytest.approx(cost[1][1])


def test_public_support_speeds_the_follower(strategic):
    helped = solve_path(strategic, [], years=YEARS, draws=1, support={"chips": 0.5})
    lag = helped.lag.sel(technology="chips", year=2029)
    assert lag.sel(case="with") < lag.sel(case="without")


def test_measures_compose_as_in_one_year():
    world = toy_world()
    ban = ImportBan(by="USA", against=["VNM"], share_pct=50)
    plan = plan_of(world, [sustained([*tariffs(), ban], 2026)], technology(), (2026,), {})
    whole = compose(compose_all(world, tariffs()), compose_all(world, [ban]))
    assert plan.shocks[0].tariff_add == pytest.approx(whole.tariff_add)
    assert plan.shocks[0].availability == pytest.approx(whole.availability)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"years": [2027, 2026]}, "consecutive years"),
        ({"years": [2010, 2011]}, "the race starts in 2014"),
        ({"sides": ["USA"]}, "a path compares two"),
        ({"sides": ["USA", "CHM"]}, "did you mean 'CHN'"),
        ({"closure": "purge"}, "closure is 'purge'"),
        ({"support": {"chipz": 1.0}}, "did you mean 'chips'"),
        ({"support": {"chips": -1.0}}, "support of chips is -1"),
        ({"draws": 0}, "draws is 0"),
        ({"steps": 2}, "steps is 2; allowed: 1 or 4"),
    ],
)
def test_wrong_input_is_named(change, words):
    options = {"years": YEARS, "draws": 1} | change
    with pytest.raises(OptionError, match=words):
        solve_path(toy_world(), [], **options)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: temporary((), 2026, -1), "it ends in 2025, before it starts in 2026"),
        (lambda: announced((), 2026, on=2027), "announced in 2027, after it starts in 2026"),
        (lambda: intermittent((), 2026, years_on=2, years_off=0), "2 years on and 0 off"),
        (lambda: policies_of({2027: (), 2026: ()}), "put the years in order"),
        (lambda: policies_of([Policy((), 2026, 2025)]), "it ends in 2025"),
    ],
)
def test_dates_out_of_order_are_named(make, words):
    with pytest.raises(OptionError, match=words):
        make()


def test_cost_draws_resume_where_they_stopped(tmp_path):
    """Half of the draws are taken away; the second call makes only those, and the same."""
    policies = [sustained(tariffs(), 2026)]
    calls: list[int] = []
    options = {"years": range(2026, 2028), "draws": 1, "cost_draws": 6, "folder": tmp_path}
    whole = solve_path(toy_world(), policies, **options)
    files = sorted(tmp_path.glob("draw-*.json"))
    assert len(files) == 6
    for path in files[:3]:
        path.unlink()
    again = solve_path(
        toy_world(), policies, **options, progress=lambda done, _total, _words: calls.append(done)
    )
    assert again.data.identical(whole.data)
    assert calls[-3:] == [4, 5, 6]
    band = whole.data["cost_band"]
    assert bool((np.diff(band.values, axis=-1) >= 0).all())
    assert "10-90 %:" in whole.summary()
    with pytest.raises(OptionError, match="a draw of other inputs"):
        solve_path(toy_world(), [sustained(tariffs(5), 2026)], **options)


def test_processes_give_the_same_costs_as_one():
    policies = [sustained(tariffs(), 2026)]
    options = {"years": range(2026, 2028), "draws": 1, "cost_draws": 4}
    one = solve_path(toy_world(), policies, **options)
    two = solve_path(toy_world(), policies, **options, workers=2)
    assert two.data["cost_band"].identical(one.data["cost_band"])


def test_cost_draws_below_one_process_are_refused():
    with pytest.raises(OptionError, match="on 0 processes"):
        solve_path(toy_world(), [], years=YEARS, draws=1, cost_draws=2, workers=0)


def test_a_measure_without_dates_is_refused_as_a_policy():
    with pytest.raises(OptionError, match="a policy is needed, got str"):
        policies_of(["tariff"])
