"""What was seen at a site: inspections by people, observations by cameras, and tasks to go and verify."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from map_server.domain.errors import InvalidInput
from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.site import StructureState
from wire_contract.vocabulary import EventKind

_SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_PHOTOS = 20


class Result(StrEnum):
    """What an inspection found."""

    UNCHANGED = "unchanged"
    """As it was registered."""
    CLEAR = "clear"
    """Nothing stands there (any more), or all is in order."""
    PROBLEM = "problem"
    """Something must be done; the note says what."""
    NOT_REACHED = "not_reached"
    """Somebody went and could not look: locked, blocked, nobody in. The look stays due; the note says why."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """Who looked, when, what was found, with the hashes of the photos. `inspector` as in AuditNote.actor."""

    inspection_id: str
    site_id: str
    inspector: str
    inspected_at: datetime
    recorded_at: datetime
    result: Result
    note: str = ""
    photos: tuple[str, ...] = ()
    stop_id: str | None = None
    """The stop of a patrol at which it was made, if any."""
    withdrawn_at: datetime | None = None
    """When the visit that brought it was rejected: it stays on record and counts no more."""
    inspected_before: datetime | None = None
    """When somebody had looked last, as the register knew it then."""

    @property
    def has_reached(self) -> bool:
        """Whether somebody saw the place."""
        return self.result is not Result.NOT_REACHED


def last_look(inspections: Sequence[Inspection]) -> datetime | None:
    """Give when somebody looked last by all that counts of a site's inspections.

    What the register knew before there were inspections counts, too; what it knew by one of them does not.
    """
    known = {one.inspected_before for one in inspections} - {one.inspected_at for one in inspections}
    known |= {one.inspected_at for one in inspections if one.has_reached and one.withdrawn_at is None}
    return max((at for at in known if at is not None), default=None)


def check_inspection(inspection: Inspection, needed: tuple[EvidenceNeed, ...]) -> None:
    """Raise InvalidInput that names the field when the record is not complete."""
    if inspection.inspected_at > inspection.recorded_at:
        raise InvalidInput("inspected_at: lies in the future; give when somebody looked")
    if len(inspection.photos) > MOST_PHOTOS:
        raise InvalidInput(f"photos: {len(inspection.photos)} are too many; give {MOST_PHOTOS} at most")
    if wrong := next((one for one in inspection.photos if not _SHA256.fullmatch(one)), None):
        raise InvalidInput(f"photos: {wrong!r} is no sha256 in hexadecimal")
    wants_words = inspection.result in (Result.PROBLEM, Result.NOT_REACHED)
    if wants_words and not inspection.note.strip():
        raise InvalidInput("note: say what is wrong, or why the place could not be reached")
    if inspection.has_reached and EvidenceNeed.AFTER_PHOTO in needed and not inspection.photos:
        raise InvalidInput("photos: this group of sites needs a photo; add one")
    if inspection.has_reached and EvidenceNeed.WRITTEN_RECORD in needed and not inspection.note.strip():
        raise InvalidInput("note: this group of sites needs a written record; write what was found")


@dataclass(frozen=True, slots=True)
class SiteObservation:
    """An incident at a site: one for each incident. `state_then` is the state in which the site was found.

    `distance_m` is from the incident's place to the site, `reach_m` how far site and error reached together.
    `withdrawn_at` is set when the incident was rejected or merged, and taken away when that is undone.
    """

    incident_id: str
    site_id: str
    kind: EventKind
    observed_at: datetime
    distance_m: float
    reach_m: float
    state_then: StructureState | None = None
    withdrawn_at: datetime | None = None


class TaskOutcome(StrEnum):
    """How a task to verify ended."""

    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Somebody must go and see what stands at a suspect site. One for each site that the server made."""

    site_id: str
    incident_id: str
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    outcome: TaskOutcome | None = None
