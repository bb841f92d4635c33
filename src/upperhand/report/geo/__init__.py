"""The map: country shapes with ISO 3166 alpha-3 identifiers, and the names that go with them."""

from upperhand.report.geo.shapes import MAP_NOTE, country_ids, topology

__all__ = ["MAP_NOTE", "country_ids", "topology"]
