"""Advice on a camera's score threshold, from audited items: what raising it would gain and lose.

Plain empirical shares with their counts. The data that choose a threshold flatter it a little, so advice is
given only where the lower bound, not the share, is high enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from map_server.domain.precision import Outcome, Precision, precision_of

MIN_KEPT = 20
"""Fewer audited items above a threshold than this advise nothing."""


@dataclass(frozen=True, slots=True)
class ThresholdAdvice:
    """At `threshold` one may expect `precision`, and to lose `loss` of what is truly there (share in [0, 1]).

    `kept` of `items` audited detections have at least this score; `lost` true ones have less.
    """

    threshold: float
    precision: Precision
    items: int
    kept: int
    lost: int
    loss: float


def advised(outcomes: Sequence[Outcome], required: float) -> ThresholdAdvice | None:
    """Give the lowest threshold whose precision has a lower bound of at least `required`; else None."""
    for threshold in sorted({outcome.score for outcome in outcomes}):
        advice = at_threshold(outcomes, threshold)
        if advice.kept < MIN_KEPT:
            return None
        interval = advice.precision.interval
        if interval is not None and interval.low >= required:
            return advice
    return None


def at_threshold(outcomes: Sequence[Outcome], threshold: float) -> ThresholdAdvice:
    """Tell what a threshold would do to the audited detections."""
    kept = [outcome for outcome in outcomes if outcome.score >= threshold]
    lost = [outcome for outcome in outcomes if outcome.score < threshold and outcome.is_right]
    there = sum(outcome.weight for outcome in outcomes if outcome.is_right)
    return ThresholdAdvice(
        threshold=threshold,
        precision=precision_of(kept),
        items=len(outcomes),
        kept=len(kept),
        lost=len(lost),
        loss=sum(outcome.weight for outcome in lost) / there if there else 0.0,
    )
