# %% [markdown]
# # What does the last per cent of a ban cost?
#
# China holds back a growing share of its rare earths and magnets from the United States. The cost is not
# proportional to the share: what remains available substitutes until little is left. Points at the central
# elasticities; `upperhand run SCENARIO --draws N` gives ranges.

# %%
import altair as alt
import pandas as pd

import upperhand as uh

world = uh.load_world()
shares = [1, 25, 50, 75, 90, 99]
rows = []
for horizon in ("short", "long"):
    for share in shares:
        control = uh.ExportControl(
            by="CHN", to=["USA"], sectors=["rare_earths", "magnets"], withhold_pct=share
        )
        result = uh.solve_counterfactual(world, control, horizon=horizon).require_converged()
        income = result.percent("real_income_change")
        for country in ("USA", "CHN"):
            rows.append((horizon, share, country, float(income.sel(country=country))))
table = pd.DataFrame(rows, columns=["horizon", "withheld", "country", "income"])
table.pivot(index="withheld", columns=["horizon", "country"], values="income").round(5)

# %%
alt.Chart(table, width=200, height=220).mark_line(point=True).encode(
    x=alt.X("withheld:Q", title="withheld, per cent"),
    y=alt.Y("income:Q", title="real income, per cent"),
    color="country:N",
    shape="country:N",
    column=alt.Column("horizon:N", sort=["short", "long"]),
)

# %% [markdown]
# The world table knows these goods as a sector of its own, split with shares that have a source or are marked as
# assumed with a range; what the split rests on is in the reference.
