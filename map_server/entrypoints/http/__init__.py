"""The HTTP door: one router file per concept, one table from domain errors to status codes."""
