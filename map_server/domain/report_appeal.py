"""Appeals (申诉): a unit objects to a row that costs it points; a supervisor decides, with a reason.

An accepted appeal stands in the list of corrections; the frozen figures stay as they are.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from map_server.domain.errors import Conflict, FieldError, Forbidden, InvalidInput
from map_server.domain.report import ReportRow
from map_server.domain.report_figures import Mark

MAX_TEXT = 2000
COSTLY = Mark.CLOSED_LATE | Mark.OVERDUE_AT_END | Mark.OPEN_AT_END | Mark.REWORK | Mark.RETURNED
"""Marks that take points away: who is not charged with any has nothing to object to."""


class Decision(StrEnum):
    """What became of an appeal."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """One objection of a unit to one work order in a frozen report."""

    appeal_id: str
    report_id: str
    work_order_id: str
    number: int
    unit_id: str
    reason: str
    raised_by: str
    raised_at: datetime
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str = ""
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.decision is None

    def decided(self, decision: Decision, by: str, at: datetime, reason: str) -> Self:
        """The appeal decided. Raises Conflict when it was before, Forbidden for who raised it."""
        if not self.is_open:
            raise Conflict("This appeal was decided before.")
        if by == self.raised_by:
            raise Forbidden("Somebody else than who raised the appeal decides it.")
        return replace(
            self,
            decision=decision,
            decided_by=by,
            decided_at=at,
            decision_reason=spelled_reason(reason),
            version=self.version + 1,
        )


def expect_appealable(row: ReportRow | None) -> ReportRow:
    """Give the row that charges a unit, where it may be objected to. Raises Forbidden, InvalidInput."""
    if row is None or not row.unit_id:
        raise Forbidden("Only the unit that is charged with this work order may object.")
    if not row.marks & COSTLY:
        message = "This work order cost the unit no points."
        raise InvalidInput(message, (_field("work_order_id", message),))
    return row


def spelled_reason(raw: str) -> str:
    """Give a reason without stray spaces. Raises InvalidInput for none, or for a novel."""
    reason = " ".join(raw.split())
    if not 1 <= len(reason) <= MAX_TEXT:
        message = f"Give a reason of 1 to {MAX_TEXT} characters."
        raise InvalidInput(message, (_field("reason", message),))
    return reason


def _field(path: str, message: str) -> FieldError:
    return FieldError(path, message)
