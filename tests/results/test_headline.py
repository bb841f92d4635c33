"""The four numbers, and honesty where there is no ratio."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.report.synthetic import synthetic_counterfactual, synthetic_run
from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.results import Counterfactual, Run


def with_effects(run: Run, **percent: float) -> Run:
    """Return the run with other effects of the package on some countries, in per cent."""

    def changed(case):
        data = case.counterfactual.data.copy(deep=True)
        for code, value in percent.items():
            data["real_income_change"].loc[{"country": code}] = 1 + value / 100
        return replace(
            case,
            counterfactual=Counterfactual(
                data, case.counterfactual.outcome, case.counterfactual.provenance
            ),
        )

    return replace(run, cases=tuple(changed(case) for case in run.cases))


def test_numbers_are_those_of_the_package_at_that_horizon():
    run = synthetic_run()
    head = run.headline("long")
    data = run.case("package", "long").counterfactual.data
    usa, chn = head.sides
    assert usa.percent == pytest.approx(100 * (float(data["real_income_change"][0]) - 1))
    assert usa.usd_million == pytest.approx(float(data["equivalent_variation"][0]))
    assert head.pain_ratio == pytest.approx(chn.percent / usa.percent)
    assert head.gainer is not None
    assert head.gainer.code == "VNM"


def test_no_ratio_is_given_when_a_side_gains():
    head = with_effects(synthetic_run(), USA=0.2, CHN=-1.0).headline("long")
    assert head.pain_ratio is None
    assert head.pain_note == "no pain ratio: the United States gains while China loses"


def test_no_ratio_is_given_when_a_side_is_unaffected():
    head = with_effects(synthetic_run(), USA=-1e-5).headline("long")
    assert head.pain_ratio is None
    assert "is unaffected" in head.pain_note


def test_sides_are_never_their_own_third_party():
    head = with_effects(synthetic_run(), USA=9.0, CHN=-9.0).headline("long")
    assert head.gainer.code == "VNM"
    assert head.loser is None


def test_a_third_party_that_loses_is_named():
    assert with_effects(synthetic_run(), DEU=-0.3).headline("short").loser.code == "DEU"


def test_without_an_equilibrium_there_are_no_numbers():
    run = synthetic_run(ok=False)
    head = run.headline("long")
    assert head.pain_ratio is None
    assert math.isnan(head.sides[0].percent)
    assert head.gainer is None
    assert not run.ok
    with pytest.raises(NoEquilibriumError, match="short horizon"):
        run.require_converged()


def test_side_of_several_members_adds_money_and_weights_by_income():
    run = synthetic_run()
    scenario = {**run.scenario, "sides": {"USA": {"members": ["USA", "MEX"]}, "CHN": ["CHN"]}}
    side = replace(run, scenario=scenario).headline("long").sides[0]
    data = run.case().counterfactual.data.sel(country=["USA", "MEX"])
    money = float(data["equivalent_variation"].sum())
    assert side.usd_million == pytest.approx(money)
    assert side.percent == pytest.approx(100 * money / float(data["baseline_income"].sum()))


def test_draws_are_summarised_by_their_median():
    run = synthetic_run(draws=5)
    data = run.case().counterfactual.data["real_income_change"].median("draw")
    assert run.headline("long").sides[1].percent == pytest.approx(100 * (float(data[1]) - 1))


def test_unknown_case_and_horizon_are_answered_with_what_there_is():
    run = synthetic_run()
    with pytest.raises(OptionError, match="did you mean 'package'"):
        run.case("packge")
    with pytest.raises(OptionError, match="did you mean 'long'"):
        run.case("package", "lon")


def test_horizons_and_sides_follow_the_scenario():
    run = synthetic_run()
    assert run.horizons == ("short", "medium", "long")
    assert run.sides == ("USA", "CHN")
    assert len(run.cases_at("short")) == 6


def test_synthetic_parts_add_up():
    """The fixture itself must obey the law that the tables check."""
    data = synthetic_counterfactual().data
    np.testing.assert_allclose(
        data["welfare_part"].sum("part"), np.log(data["real_income_change"]), atol=1e-12
    )
