"""Scores what the agent reports against what was there: `python -m models.evaluate`."""
