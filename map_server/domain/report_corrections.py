"""What became known after a report was frozen. It stands beside the report and never changes it.

A correction is found by comparing: the ledger as frozen, and the ledger that the same days give now.
"""

from dataclasses import dataclass
from datetime import datetime

from map_server.domain.report import ReportRow
from map_server.domain.report_figures import Figure

APPEAL_ACCEPTED = "appeal_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One row that would read otherwise now. `was` None: it was not there; `now` None: it no longer counts.

    `because` is the last thing recorded about it since the freeze, as the audit log names it, and `known_at`
    when that was; both are None where the record tells nothing, which deserves a question. `appeal_id`: the
    appeal that was accepted.
    """

    was: ReportRow | None
    now: ReportRow | None
    known_at: datetime | None = None
    because: str | None = None
    seq: int | None = None
    appeal_id: str | None = None

    @property
    def row(self) -> ReportRow:
        """The row as it is now, else as it was: for its id and number."""
        row = self.now or self.was
        assert row is not None, "a correction is about something"
        return row


@dataclass(frozen=True, slots=True)
class CorrectionList:
    """All corrections of a frozen report, by subject and number; `as_of_seq` is how far the log was read.

    `headline_now` are the headline figures as they would read now.
    """

    report_id: str
    as_of_seq: int
    items: tuple[Correction, ...]
    headline_now: tuple[Figure, ...]
