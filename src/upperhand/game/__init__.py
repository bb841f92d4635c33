"""Finite and repeated games: equilibria with their regret, ladders, critical discount factors."""
