"""What the register of sites needs from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from map_server.domain.inspection import Inspection, SiteObservation, VerifyTask
from map_server.domain.left_out import LeftOutReason
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.site import Level, Site, SiteKind, StructureState


class SiteRecordRepository(Protocol):
    """What happened at sites, inside one unit of work."""

    def add_inspection(self, inspection: Inspection) -> None:
        """Store an inspection, or that it was withdrawn."""

    def latest_look(self, site_id: str) -> Inspection | None:
        """Give the newest inspection that counts and reached the place."""

    def inspections(self, site_id: str) -> list[Inspection]:
        """Give every inspection of a site."""

    def put_observation(self, observation: SiteObservation) -> None:
        """Store what an incident says of a site, in place of what it said before."""

    def observation(self, incident_id: str) -> SiteObservation | None:
        """Give what an incident says of a site, withdrawn or not."""

    def put_task(self, task: VerifyTask) -> None:
        """Store a task to verify."""

    def task(self, site_id: str) -> VerifyTask | None:
        """Give the task to verify a site."""

    def watched_up_to(self) -> int:
        """Give the `seq` of the audit log up to which incidents were brought to the register; 0 at first."""

    def set_watched_up_to(self, seq: int) -> None:
        """Remember it."""


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """Which sites a list shows; empty or None: all. `due` True: those due now, False: those that are not."""

    kinds: tuple[SiteKind, ...] = ()
    states: tuple[StructureState, ...] = ()
    levels: tuple[Level, ...] = ()
    due: bool | None = None
    grid_id: str | None = None
    compound_id: str | None = None
    words: str = ""
    """Part of the id or of a name."""
    reach: Reach = WHOLE_WARD


@dataclass(frozen=True, slots=True)
class SiteTally:
    """How many sites of one kind and state there are, and how many of them are due."""

    kind: SiteKind
    state: StructureState | None
    count: int
    due: int


@dataclass(frozen=True, slots=True)
class Missed:
    """The last thing that is known of why nobody looked at a site that is due.

    One of: a plan left it out (`left_out` and `day`), a stop of a plan was not made (`day` alone), somebody
    went and could not look (`note` and `at`).
    """

    at: datetime
    day: date | None = None
    left_out: LeftOutReason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of sites by id, or by urgency; `next_after` is the cursor of the next page, None at the end."""

    sites: Sequence[Site]
    total: int
    next_after: str | None


@dataclass(frozen=True, slots=True)
class SeenIncident:
    """An incident observed at a site, with what became of it."""

    observation: SiteObservation
    number: int
    state: str
    judgement: str | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class SiteNote:
    """An entry of the audit log about a site."""

    at: datetime
    actor: str
    action: str
    reason: str
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SiteHistory:
    """What is known of one site, the newest first in each list."""

    site: Site
    task: VerifyTask | None
    inspections: Sequence[Inspection]
    observations: Sequence[SeenIncident]
    notes: Sequence[SiteNote]
    missed: Missed | None


class SiteReads(Protocol):
    """Flat reads for lists and pages."""

    def page(self, wanted: SiteFilter, now: datetime, after: str, limit: int) -> SitePage:
        """Give a page of sites, by id."""

    def most_overdue(self, wanted: SiteFilter, now: datetime, count: int) -> Sequence[Site]:
        """Give the sites that are due, those overdue longest first."""

    def tallies(self, now: datetime, reach: Reach) -> Sequence[SiteTally]:
        """Count the sites within reach by kind and state."""

    def missed(self, site_ids: Sequence[str]) -> Mapping[str, Missed]:
        """Give why nobody looked at sites since they became due, where something is known."""

    def history(self, site_id: str, count: int) -> SiteHistory | None:
        """Give the newest of everything about a site."""

    def names_of(self, actors: Sequence[str]) -> Mapping[str, str]:
        """Give the display names of people by their name in the audit log."""


@dataclass(frozen=True, slots=True)
class ConfirmedStructure:
    """A confirmed incident of an illegal structure, and the state in which its site was found."""

    incident_id: str
    number: int
    site_id: str | None
    state_then: StructureState | None
    first_seen_at: datetime


class GrowthReads(Protocol):
    """Flat reads for the zero-growth meter."""

    def confirmed(self, since: datetime, until: datetime) -> Sequence[ConfirmedStructure]:
        """Give the confirmed structures first seen in a period, merged ones left out."""

    def observed_s(self, first: date, last: date) -> Mapping[tuple[str, str], float]:
        """Give for how many seconds each camera (device, camera) could judge, on days of the ward."""

    def inspected_sites(self, since: datetime, until: datetime) -> Sequence[str]:
        """Give the structure points that somebody saw in a period."""


class IncidentChanges(Protocol):
    """What happened to incidents, from the audit log."""

    def after(self, seq: int, limit: int) -> tuple[int, Sequence[str]]:
        """Give the `seq` up to which it looked, and the incidents changed since `seq`.

        Looks at `limit` entries at most.
        """
