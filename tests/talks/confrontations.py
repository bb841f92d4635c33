"""Small confrontations on tiny worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from upperhand.measures import DiscouragedPurchase, ExportControl, Tariff
from upperhand.talks.confrontation import Move, Side
from upperhand.talks.menu import Payoffs, payoffs
from upperhand.world.build import from_arrays
from upperhand.world.toy import toy_world
from upperhand.world.world import World


def disputed_world() -> World:
    """Return the toy world with high tariffs between the two sides."""
    plain = toy_world()
    tariff = np.array(plain.tariff)
    usa, chn = plain.countries.index("USA"), plain.countries.index("CHN")
    tariff[chn, usa, 0], tariff[usa, chn, 0] = 0.9, 0.7
    return replace(plain, tariff=tariff)


def two_sides() -> tuple[Side, Side]:
    """Return sides of the toy world with a threat, measures in force and an offer each."""
    usa = Side(
        "USA",
        ("USA",),
        (
            Move("tariff", (Tariff(by="USA", against=["CHN"], add_pp=60),), threat_pp=60),
            Move("control", (ExportControl(by="USA", to=["CHN"], withhold_pct=40),), in_force=True),
        ),
        (Move("tariff cut", (Tariff(by="USA", against=["CHN"], add_pp=-5),)),),
        hazards=(0.4,),
    )
    chn = Side(
        "CHN",
        ("CHN",),
        (
            Move("answer", (Tariff(by="CHN", against=["USA"], add_pp=60),), threat_pp=60),
            Move(
                "ban",
                (DiscouragedPurchase(by="CHN", against=["USA"], comply_pct=30),),
                in_force=True,
            ),
        ),
        (Move("other cut", (Tariff(by="CHN", against=["USA"], add_pp=-8),)),),
    )
    return usa, chn


def mirror_world() -> World:
    """Return a world in which LEF and RIG are mirror images of each other."""
    goods = [[900.0, 80.0, 60.0], [80.0, 900.0, 60.0], [60.0, 60.0, 2000.0]]
    return from_arrays(
        name="mirror",
        countries=["LEF", "RIG", "REST"],
        sectors=["GOODS"],
        trade=[[[x] for x in row] for row in goods],
        input_share=[[[0.4]]] * 3,
        trade_elasticity=4.0,
    )


def mirror_sides() -> tuple[Side, Side]:
    """Return two sides of the mirror world that can do exactly the same to each other."""

    def side(own: str, other: str) -> Side:
        return Side(
            own,
            (own,),
            (
                Move("tariff", (Tariff(by=own, against=[other], add_pp=50),), threat_pp=50),
                Move("ban", (DiscouragedPurchase(by=own, against=[other], comply_pct=40),)),
            ),
            (Move("cut", (Tariff(by=own, against=[other], add_pp=-3),)),),
        )

    return side("LEF", "RIG"), side("RIG", "LEF")


def without_rates(side: Side) -> Side:
    """Return a side as patient as any other."""
    return replace(side, hazards=())


def payoffs_of(
    world: World, sides: tuple[Side, Side], horizon: str = "long", **options: object
) -> Payoffs:
    """Return every pair of packages of two sides."""
    return payoffs(
        world,
        (sides[0].name, sides[1].name),
        (sides[0].members, sides[1].members),
        tuple([move.measures for move in side.moves] for side in sides),
        tuple([move.label for move in side.moves] for side in sides),
        horizon=horizon,
        **options,
    )
