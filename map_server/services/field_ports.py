"""What the field needs from outside: records, pictures and messages; tracks; flat reads for the pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from map_server.domain.datum import LonLat
from map_server.domain.field_record import FieldPhoto, KeptRecord, RecordKind, TeamMessage
from map_server.domain.patrol_plan import PatrolPlan
from map_server.domain.reach import WHOLE_WARD, Reach, Spot
from map_server.domain.track import TrackedFix
from map_server.domain.track_match import TrackFix
from map_server.domain.visit import Flag, PhoneTime


class FieldRepository(Protocol):
    """Records of phones inside one unit of work."""

    def get(self, record_id: str) -> KeptRecord | None:
        """Give a record."""

    def put(self, kept: KeptRecord) -> None:
        """Store a new record, or one that was looked at."""

    def before(self, phone_id: str, sequence: int) -> PhoneTime | None:
        """Give the time of the phone's record that comes next before a sequence."""

    def beside(self, actor: str, made_at: datetime) -> list[TrackFix]:
        """Give the positions of a person's records next before and next after a moment."""

    def seen(self, hashes: Collection[str], record_id: str) -> dict[str, str]:
        """Give those of these hashes that were known without this record, with what named them first."""

    def taken_route(self, actor: str, at: datetime) -> tuple[str, str] | None:
        """Give plan and team of the route that a person had taken last by then."""

    def vouched_stops(self, plan_ids: Collection[str]) -> frozenset[str]:
        """Give the stops of plans that have a result without doubt, or one that a supervisor let stand."""

    def has_other_result(self, kept: KeptRecord) -> bool:
        """Whether another record that counts says how things stood at the same stop."""

    def rejected(self, actor: str, since: datetime) -> frozenset[str]:
        """Give the records of a person that were rejected since a moment."""

    def add_photos(self, photos: Sequence[FieldPhoto]) -> None:
        """Store which pictures a record names, or that they have come."""

    def photos(self, record_id: str) -> list[FieldPhoto]:
        """Give the pictures that a record names."""

    def naming(self, actor: str, sha256: str) -> list[FieldPhoto]:
        """Give where a person's records name a picture."""

    def spot_of(self, point: LonLat | None) -> Spot:
        """Tell in which compound and grid a place lies."""

    def add_message(self, message: TeamMessage) -> None:
        """Store a message to a team."""

    def message(self, message_id: str) -> TeamMessage | None:
        """Give a message."""

    def messages(self, plan_ids: Collection[str]) -> list[TeamMessage]:
        """Give the messages to the teams of plans, oldest first."""

    def seen_messages(self, message_ids: Collection[str]) -> dict[str, dict[str, datetime]]:
        """Give who read which message, and when by his phone's clock."""


class TrackRepository(Protocol):
    """Tracks inside one unit of work."""

    def add(self, fixes: Sequence[TrackedFix]) -> int:
        """Store fixes; those that are there already change nothing. Give how many are new."""

    def beside(self, actor: str, at: datetime) -> list[TrackFix]:
        """Give a person's fixes next before and next after a moment."""

    def of_team(self, plan_id: str, team_id: str) -> list[TrackFix]:
        """Give the fixes of a team in a plan, by time."""

    def between(self, since: datetime, until: datetime) -> list[TrackedFix]:
        """Give all fixes of a period, by person and time."""

    def received_since(self, moment: datetime) -> list[tuple[str, datetime]]:
        """Give team and moment of each fix that came in since then."""

    def last_received(self) -> datetime | None:
        """Give when the newest fix came in; None when there is none."""

    def erase_before(self, moment: datetime) -> int:
        """Erase what is older; give how many fixes that were."""

    def put_token(self, account_id: str, token_hash: str, made_at: datetime) -> None:
        """Set the one token with which a person's other phone program sends positions."""

    def token_hash(self, account_id: str) -> str | None:
        """Give the hash of that token."""

    def drop_token(self, account_id: str) -> None:
        """Take the token away."""


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which records the list shows; empty or None: all."""

    kinds: tuple[RecordKind, ...] = (RecordKind.RESULT, RecordKind.FIND)
    flag: Flag | None = None
    is_doubted: bool | None = None
    """True: those with a doubt that nobody has looked at."""
    team_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reach: Reach = WHOLE_WARD


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A record in the list: with the person's name, and how many of its pictures have come."""

    kept: KeptRecord
    person: str
    photos: int
    photos_here: int


class VisitReads(Protocol):
    """Flat reads for the supervisor's pages and the phone's day."""

    def page(self, wanted: VisitFilter, before: datetime | None, limit: int) -> Sequence[VisitRow]:
        """Give records, newest arrivals first, those that came before a moment."""

    def plans_on(self, moment: datetime, reach: Reach) -> Sequence[PatrolPlan]:
        """Give the ready plans within reach that have a route around a moment, oldest first."""

    def names_of(self, actors: Collection[str]) -> Mapping[str, str]:
        """Give the display names of people by their name in the audit log."""
