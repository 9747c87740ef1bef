"""How long to wait before the next try."""

from collections.abc import Callable
from dataclasses import dataclass

_MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waits with jitter, so that a thousand boxes do not return to a server in the same second.

    Half of each wait is fixed and half is drawn ("equal jitter", M. Brooker, AWS Architecture Blog, 2015:
    Exponential Backoff And Jitter). `random` gives numbers in [0, 1).
    """

    first_s: float
    max_s: float
    random: Callable[[], float]

    def wait_s(self, failures: int) -> float:
        """Give the wait after so many failures in a row (1 or more)."""
        doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
        full_s = min(self.first_s * 2.0**doublings, self.max_s)
        return full_s * (0.5 + 0.5 * self.random())
