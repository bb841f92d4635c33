# %% [markdown]
# # Who had the upper hand in October 2025?
#
# The packaged case: a threat of 100 points, its matching answer, a ban on Nvidia's chips. The talks are left out here
# to keep the notebook short; `upperhand run october-2025` has them.

# %%
import altair as alt
import pandas as pd

import upperhand as uh

run = uh.run(uh.read_scenario("october-2025"), with_talks=False)
rows = [
    (horizon, side.code, side.percent)
    for horizon in ("short", "medium", "long")
    for side in run.headline(horizon).sides
]
table = pd.DataFrame(rows, columns=["horizon", "side", "real income, per cent"])
table.pivot(index="horizon", columns="side").round(2)

# %%
alt.Chart(table, width=320, height=220).mark_bar().encode(
    x=alt.X("horizon:N", sort=["short", "medium", "long"], title=None),
    xOffset="side:N",
    y="real income, per cent:Q",
    color="side:N",
)

# %% [markdown]
# Who else is drawn in, long run, the five largest gains and losses.

# %%
third = run.case("package", "long").counterfactual.percent("real_income_change").to_series()
third = third.drop(["USA", "CHN"]).sort_values()
pd.concat([third.head(5), third.tail(5)]).round(3)

# %% [markdown]
# Every number of the run is in its record, with the assumptions that it rests on.

# %%
assumed = [row for row in run.assumptions if row["status"] == "assumed"]
pd.DataFrame(assumed)[["name", "value", "low", "high"]].head(8)
