"""Inputs made from right ones by a seeded hand: the engine that needs nothing installed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence


def mutations(
    seeds: Sequence[bytes], words: Sequence[bytes], *, inputs: int, seed: int, longest: int
) -> Iterator[bytes]:
    """Yield so many inputs: the seeds first, then seeds with one to eight things done to them."""
    hand = random.Random(seed)
    for i in range(inputs):
        if i < len(seeds):
            yield seeds[i][:longest]
            continue
        data = bytearray(hand.choice(seeds))
        for _ in range(hand.choice((1, 1, 2, 3, 8))):
            _once(data, hand, seeds, words)
        yield bytes(data[:longest])


def _once(
    data: bytearray, hand: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]
) -> None:
    place = hand.randrange(len(data) + 1)
    end = min(len(data), place + hand.choice((1, 1, 4, 16, 64, 512)))
    match hand.randrange(8):
        case 0:
            data[place:end] = b""
        case 1:
            data[place:place] = hand.choice(words)
        case 2:
            data[place:end] = hand.choice(words)
        case 3:
            data[place:end] = hand.randbytes(end - place)
        case 4:
            data[place:place] = data[place:end] * hand.choice((1, 2, 50))
        case 5:
            other = hand.choice(seeds)
            start = hand.randrange(len(other) + 1)
            data[place:end] = other[start : start + hand.choice((4, 16, 64, 512))]
        case 6:
            for k in range(place, end):
                if 48 <= data[k] <= 57:
                    data[k] = hand.choice(b"0123456789.-e")
        case _:
            if place < len(data):
                data[place] ^= 1 << hand.randrange(8)
