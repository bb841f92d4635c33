# %% [markdown]
# # Who pays for one tariff, and when?
#
# Ten points on all Chinese goods by the United States, in the packaged world of 2022: one equilibrium for each
# horizon, compared with the same world without the tariff.

# %%
import altair as alt
import pandas as pd

import upperhand as uh

world = uh.load_world("icio-2022")
tariff = uh.Tariff(by="USA", against=["CHN"], add_pp=10)
results = {
    horizon: uh.solve_counterfactual(world, tariff, horizon=horizon).require_converged()
    for horizon in ("short", "medium", "long")
}

# %% [markdown]
# Real income by country, per cent. In the short run buyers and sellers switch less: China loses more and the United
# States less. Mexico and Vietnam gain, because buyers turn to them.

# %%
shown = ["USA", "CHN", "MEX", "VNM", "TWN", "DEU"]
table = pd.DataFrame(
    {h: r.percent("real_income_change").sel(country=shown).to_series() for h, r in results.items()}
)
table.round(3)

# %%
long = table.rename_axis("country").reset_index().melt("country", var_name="horizon")
alt.Chart(long, width=420, height=220).mark_bar().encode(
    x=alt.X("country:N", sort=shown, title=None),
    xOffset=alt.XOffset("horizon:N", sort=list(results)),
    y=alt.Y("value:Q", title="real income, per cent"),
    color=alt.Color("horizon:N", sort=list(results)),
)

# %% [markdown]
# Why: the exact decomposition of the log change of real income adds up to the whole.

# %%
whole = uh.solve_counterfactual(world, tariff, decompose=True)
parts = whole.percent("welfare_part").sel(country=["USA", "CHN"]).to_pandas()
parts.loc[:, (parts.abs() > 1e-9).any()].round(4)
