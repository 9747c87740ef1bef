"""Stillness: things that were added to the scene and came to rest, whatever they are."""

from edge_agent.still_foreground.foreground import StillForeground, Stillness
from edge_agent.still_foreground.params import StillForegroundParams

__all__ = ["StillForeground", "StillForegroundParams", "Stillness"]
