"""How often detections are right: estimates from audited samples, with honest intervals, and a stop rule.

No finite population correction: the figure is used to decide on detections still to come, of which those so
far are themselves a sample.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""97.5 % point of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a share, within [0, 1]."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half its length."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """One audited item: was the detection right, its score in [0, 1], and how many it stands for (>= 1)."""

    is_right: bool
    weight: float = 1.0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Precision:
    """An estimate. `items` were audited, `right` of them right; `effective_items` is what their unequal
    weights leave of them. `value` and `interval` None while nothing was audited.
    """

    items: int
    right: int
    effective_items: float
    value: float | None
    interval: Interval | None


def wilson(share: float, items: float) -> Interval:
    """Give the score interval of a share among `items` (> 0, may be fractional).

    Source: E. B. Wilson, JASA 22 (1927) 209-212.
    """
    z2 = Z_95 * Z_95
    centre = (share + z2 / (2 * items)) / (1 + z2 / items)
    spread = Z_95 / (1 + z2 / items) * math.sqrt(share * (1 - share) / items + z2 / (4 * items * items))
    return Interval(max(0.0, centre - spread), min(1.0, centre + spread))


def precision_of(outcomes: Iterable[Outcome]) -> Precision:
    """Estimate the precision of a stratum from its sample.

    Weighted ratio (Hájek, 1971); the interval takes Kish's effective sample size. With equal weights both are
    the plain share and its Wilson interval.
    """
    items = right = 0
    total = total_right = squares = 0.0
    for outcome in outcomes:
        items += 1
        right += outcome.is_right
        total += outcome.weight
        total_right += outcome.weight * outcome.is_right
        squares += outcome.weight**2
    if items == 0:
        return Precision(0, 0, 0.0, None, None)
    effective, share = total * total / squares, total_right / total
    return Precision(items, right, effective, share, wilson(share, effective))


def items_needed(share: float, half_width: float) -> int:
    """Give the smallest sample whose Wilson interval around `share` is no wider than twice `half_width`.

    Raises ValueError for a half-width outside (0, 0.5).
    """
    if not 0 < half_width < 0.5:
        raise ValueError(f"half_width: {half_width} is outside 0 to 0.5")
    low, high = 1, 2
    while wilson(share, high).half_width > half_width:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        if wilson(share, middle).half_width <= half_width:
            high = middle
        else:
            low = middle + 1
    return low


def items_missing(precision: Precision, half_width: float) -> int:
    """Stop rule: give how many more items of the sample must be judged; 0 when it is enough.

    While nothing is known the worst case (a share of one half) is assumed.
    """
    share = 0.5 if precision.value is None else precision.value
    return max(0, math.ceil(items_needed(share, half_width) - precision.effective_items))
