"""Inner package; see the reference."""
