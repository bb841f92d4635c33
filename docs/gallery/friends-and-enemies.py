# %% [markdown]
# # Whose growth helps whom?
#
# The effect of one per cent more productivity in each country on the real income of every other, from one block of
# derivatives of the full model, in per cent: friends gain, enemies lose (Kleinman, Liu and Redding 2024). The diagonal, what
# a country gains from its own growth, is left out.

# %%
import altair as alt
import numpy as np
import pandas as pd

import upperhand as uh
from upperhand.equilibrium.first_order import friend_enemy_of

world = uh.load_world("icio-2022")
effect = friend_enemy_of(world, "productivity")
codes = ["USA", "CHN", "JPN", "DEU", "KOR", "TWN", "MEX", "VNM"]
at = [world.countries.index(code) for code in codes]
matrix = pd.DataFrame(effect[np.ix_(at, at)], index=codes, columns=codes)
abroad = matrix.where(~np.eye(len(codes), dtype=bool))
abroad.round(4)

# %%
cells = abroad.rename_axis("affected").reset_index().melt("affected", var_name="grows").dropna()
alt.Chart(cells, width=320, height=320).mark_rect().encode(
    x=alt.X("grows:N", sort=codes, title="where productivity grows by one per cent"),
    y=alt.Y("affected:N", sort=codes, title="whose real income changes"),
    color=alt.Color(
        "value:Q",
        title="per cent",
        scale=alt.Scale(scheme="purpleorange", domainMid=0),
    ),
)

# %% [markdown]
# The same for tariffs, per unit of the rate: a tenth of a cell is the effect, in log points, of ten points on all imports. The
# diagonal is what the country itself gains or loses before anybody answers.

# %%
tariffs = pd.DataFrame(friend_enemy_of(world, "tariff")[np.ix_(at, at)], index=codes, columns=codes)
tariffs.round(4)
