"""Speeds, always as ratios against a reference that ran in the same session."""
