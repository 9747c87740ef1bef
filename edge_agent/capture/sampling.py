"""Thins a stream to the analysed rate before pixels are converted, which costs more than decoding them."""

from datetime import datetime
from math import floor

_EARLY_S = 1e-6
"""Rounding of timestamps must not push a frame into the slot before its own."""


class FrameSampler:
    """Takes the first frame of each slot of 1 / fps seconds, counted from the first frame that it saw.

    A stream that was sampled once passes a second sampler of the same rate untouched.
    """

    def __init__(self, fps: float | None) -> None:
        """`fps` None takes every frame."""
        self._fps = fps
        self._first_at: datetime | None = None
        self._last_slot = -1

    def takes(self, captured_at: datetime) -> bool:
        """Tell whether the frame of that time is to be analysed; times must not run backwards."""
        if self._fps is None:
            return True
        if self._first_at is None:
            self._first_at = captured_at
        slot = floor(((captured_at - self._first_at).total_seconds() + _EARLY_S) * self._fps)
        if slot <= self._last_slot:
            return False
        self._last_slot = slot
        return True
