"""A world in which one country makes no goods: banning its imports leaves it without a source."""

from __future__ import annotations

from pathlib import Path

from upperhand.world.build import from_arrays
from upperhand.world.files import save_world
from upperhand.world.toy import toy_world

#: The move without an equilibrium: Viet Nam bans the imports of the goods that it does not make.
SHUT = "{kind: import_ban, by: VNM, against: world}"


def save_world_with_one_source(path: Path) -> Path:
    """Save the toy world with no goods made in Viet Nam."""
    toy = toy_world()
    trade, inputs = toy.trade.copy(), toy.input_share.copy()
    value_added = toy.value_added_share.copy()
    trade[2, :, 0], inputs[2, :, 0], value_added[2, 0] = 0.0, 0.0, 1.0
    world = from_arrays(
        name="one-source",
        year=2022,
        countries=toy.countries,
        sectors=toy.sectors,
        trade=trade,
        tariff=toy.tariff,
        input_share=inputs,
        value_added_share=value_added,
        trade_elasticity=toy.trade_elasticity,
    )
    save_world(world, path)
    return path
