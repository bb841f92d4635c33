"""Scenarios: read, check, edit, and run them."""
