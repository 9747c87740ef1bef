"""Flat reads for the map, lists and reports: straight from rows to what is shown, past the domain."""
