"""Talks: bargaining, clocks, threats, enforcement and leverage, on given payoffs."""
