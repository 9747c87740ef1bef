"""Scenes with exact truth: a known camera, known places, known times. Drawn in seconds, from a seed."""
