"""Names, units, errors, provenance: what every other package may lean on."""
