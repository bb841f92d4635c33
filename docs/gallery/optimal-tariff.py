# %% [markdown]
# # How high is the best tariff, and where does a war end?
#
# Two countries, one sector: the case with a formula. The best tariff is one over the trade elasticity times the
# foreign share of foreign goods, taken at the new equilibrium (Gros 1987).

# %%
import altair as alt
import numpy as np
import pandas as pd

import upperhand as uh

world = uh.World.from_arrays(
    countries=["HOM", "FOR"],
    sectors=["ALL"],
    trade=[[[80.0], [20.0]], [[20.0], [180.0]]],
    trade_elasticity=5.0,
)
best = uh.best_response(world, "HOM")
rate = best.median_tariff("HOM")
data = best.counterfactual
paid = (data["trade"] * (1 + data["tariff"])).sel(importer="FOR").sum("sector")
own = float(paid.sel(exporter="FOR") / paid.sum())
print(f"best tariff {rate:.6f}, formula {1 / (5.0 * own):.6f}")

# %% [markdown]
# The gain is small and flat at the top; beyond it the tariff costs more than it brings.

# %%
rates = np.linspace(0, 1, 21)
income = [
    float(
        uh.solve_counterfactual(world, uh.Tariff(by="HOM", against=["FOR"], add_pp=100 * rate))
        .percent("real_income_change")
        .sel(country="HOM")
    )
    for rate in rates
]
line = alt.Chart(pd.DataFrame({"tariff": rates, "income": income}), width=420, height=220)
line.mark_line().encode(
    x=alt.X("tariff:Q", axis=alt.Axis(format="%"), title="tariff of HOM"),
    y=alt.Y("income:Q", title="real income of HOM, per cent"),
)

# %% [markdown]
# When the other side answers, both lose. The equilibrium is certified: nobody gains by leaving it alone.

# %%
war = uh.nash(world).require_certified()
war
