"""Composition root: the one place that picks concrete parts and makes the clock, ids and tokens."""
