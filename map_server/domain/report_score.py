"""The score of units (考评): weights as versioned data. A report names the version that it was made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from map_server.domain.audit_log import JsonObject, instant
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.report_figures import FigureKey

FULL_SCORE = 100


class Merit(StrEnum):
    """What earns points, each a share from 0 to 1."""

    COMPLETION = "completion"
    """Closed / to close."""
    PUNCTUALITY = "punctuality"
    """Closed on time / closed."""
    RIGHT_FIRST_TIME = "right_first_time"
    """1 - failed checks / handled."""
    ACCEPTANCE = "acceptance"
    """1 - given back / dispatched."""


@dataclass(frozen=True, slots=True)
class ScoreFormula:
    """Points for each merit; together 100. A version is never changed: other weights are a new version."""

    version: int
    weights: Mapping[Merit, int]
    set_by: str
    set_at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        wrong = [merit for merit, points in self.weights.items() if points < 0]
        if wrong or set(self.weights) != set(Merit) or sum(self.weights.values()) != FULL_SCORE:
            message = f"Give points of 0 or more to each of {', '.join(Merit)}; together {FULL_SCORE}."
            raise InvalidInput(message, (FieldError("weights", message),))

    def facts(self) -> JsonObject:
        """Give what a report prints of it."""
        return {
            "version": self.version,
            "weights": {str(merit): self.weights[merit] for merit in Merit},
            "set_by": self.set_by,
            "set_at": instant(self.set_at),
            "reason": self.reason,
        }

    def score(self, counts: Mapping[FigureKey, int]) -> float | None:
        """Give 0 to 100 points from the counts of a unit; None where nothing earns or costs any.

        A merit without cases (nothing was handled, nobody was asked) is left out, and the others weigh more.
        """
        earned = possible = 0.0
        for merit in Merit:
            share = _share(merit, counts)
            if share is not None:
                earned += self.weights[merit] * share
                possible += self.weights[merit]
        return FULL_SCORE * earned / possible if possible else None


_SHARES: Mapping[Merit, tuple[FigureKey, FigureKey, bool]] = {
    Merit.COMPLETION: (FigureKey.CLOSED, FigureKey.TO_CLOSE, False),
    Merit.PUNCTUALITY: (FigureKey.ON_TIME, FigureKey.CLOSED, False),
    Merit.RIGHT_FIRST_TIME: (FigureKey.REWORK, FigureKey.HANDLED, True),
    Merit.ACCEPTANCE: (FigureKey.RETURNED, FigureKey.DISPATCHED, True),
}
"""Dividend, divisor, and whether the share costs points instead of earning them."""


def _share(merit: Merit, counts: Mapping[FigureKey, int]) -> float | None:
    part, whole, is_fault = _SHARES[merit]
    if not counts[whole]:
        return None
    share = counts[part] / counts[whole]
    return 1.0 - share if is_fault else share


FIRST_WEIGHTS: Mapping[Merit, int] = {
    Merit.COMPLETION: 40,
    Merit.PUNCTUALITY: 30,
    Merit.RIGHT_FIRST_TIME: 20,
    Merit.ACCEPTANCE: 10,
}
FIRST_FORMULA = ScoreFormula(1, FIRST_WEIGHTS, "system", datetime(2026, 1, 1, tzinfo=UTC))
"""What holds until a supervisor decides otherwise."""
