"""What phones in the field send and get, as JSON."""

import hashlib
from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from map_server.domain.audit_log import canonical_json
from map_server.domain.datum import Datum, from_wgs84
from map_server.domain.field_record import (
    MOST_NOTE_CHARACTERS,
    MOST_PHOTOS,
    FieldRecord,
    NamedPhoto,
    PhotoRole,
    RecordKind,
    TeamMessage,
)
from map_server.domain.patrol import SubjectKind
from map_server.domain.patrol_plan import StopState
from map_server.domain.photo import MAX_PHOTO_BYTES
from map_server.domain.result_form import FORMS, OTHER_FORM, REST_FORM, Outcome, QuestionKind, ResultForm
from map_server.domain.track import TrackParams
from map_server.domain.track_match import TrackFix
from map_server.domain.visit import Doubt, Flag, PhoneTime, TakenPhoto
from map_server.entrypoints.http.patrol_schemas import RouteShiftOut
from map_server.services.field_day import DayRoute, DayStop, FieldDay
from map_server.services.visits import Taken
from wire_contract.vocabulary import EventKind

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Uuid = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Name = Annotated[str, Field(min_length=1, max_length=64)]
MOST_FIXES = 500


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FixIn(_Strict):
    """A position in WGS 84. `is_mock`: the phone itself says that it was made up."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    accuracy_m: float = Field(ge=0, le=1e6)
    at: AwareDatetime
    is_mock: bool = False

    def fix(self) -> TrackFix:
        """Read it."""
        return TrackFix(self.lon, self.lat, self.accuracy_m, self.at, self.is_mock)


class PhotoIn(_Strict):
    """A picture that will be sent: `sha256` of its bytes, `source_sha256` of what the camera wrote."""

    sha256: Sha256
    role: PhotoRole
    size_bytes: int = Field(ge=1, le=MAX_PHOTO_BYTES)
    captured_at: AwareDatetime | None = None
    source_sha256: Sha256 | None = None

    def named(self) -> NamedPhoto:
        """Read it."""
        taken = TakenPhoto(self.sha256, self.captured_at, self.source_sha256)
        return NamedPhoto(taken, self.role, self.size_bytes)


class RecordIn(_Strict):
    """One record of a phone; it is kept once under its id, and never changed."""

    record_id: Uuid = Field(description="UUID version 7, made by the phone")
    kind: RecordKind
    phone_id: Name
    sequence: int = Field(ge=1, le=2**53, description="Counts the records of the phone")
    made_at: AwareDatetime
    session: Name = Field(description="One run of the page")
    uptime_s: float = Field(
        ge=0, le=1e9, description="Of a clock that nobody can set, since the session began"
    )
    offset_s: float | None = Field(
        default=None, ge=-1e9, le=1e9, description="Server's clock less phone's, as measured last"
    )
    plan_id: Name | None = None
    team_id: Name | None = None
    stop_id: Name | None = None
    message_id: Name | None = None
    fix: FixIn | None = None
    recent: list[FixIn] = Field(default_factory=list, max_length=60)
    photos: list[PhotoIn] = Field(default_factory=list, max_length=MOST_PHOTOS)
    outcome: Outcome | None = None
    answers: dict[Name, bool | float | Name] = Field(default_factory=dict, max_length=20)
    find_kind: EventKind | None = None
    note: str = Field(default="", max_length=MOST_NOTE_CHARACTERS)

    def record(self) -> FieldRecord:
        """Read it."""
        digest = hashlib.sha256(canonical_json(self.model_dump(mode="json")).encode()).hexdigest()
        time = PhoneTime(
            self.phone_id, self.sequence, self.made_at, self.session, self.uptime_s, self.offset_s
        )
        return FieldRecord(
            record_id=self.record_id,
            kind=self.kind,
            time=time,
            digest=digest,
            plan_id=self.plan_id,
            team_id=self.team_id,
            stop_id=self.stop_id,
            message_id=self.message_id,
            fix=None if self.fix is None else self.fix.fix(),
            recent=tuple(one.fix() for one in self.recent),
            photos=tuple({one.sha256: one.named() for one in self.photos}.values()),
            outcome=self.outcome,
            answers=self.answers,
            find_kind=self.find_kind,
            note=self.note,
        )


class DoubtOut(BaseModel):
    """A doubt with its figures, in the unit of the flag."""

    flag: Flag
    measured: float | None
    allowed: float | None
    named: str

    @classmethod
    def of(cls, doubt: Doubt) -> "DoubtOut":
        """Write a doubt."""
        return cls(flag=doubt.flag, measured=doubt.measured, allowed=doubt.allowed, named=doubt.named)


class RecordOut(BaseModel):
    """What the server has: both times, the doubts, and the pictures that it waits for."""

    record_id: str
    kind: RecordKind
    made_at: datetime
    received_at: datetime
    subject: str
    doubts: list[DoubtOut]
    missing_photos: list[str]

    @classmethod
    def of(cls, taken: Taken) -> "RecordOut":
        """Write a record."""
        kept = taken.kept
        return cls(
            record_id=kept.record.record_id,
            kind=kept.record.kind,
            made_at=kept.record.time.made_at,
            received_at=kept.received_at,
            subject=kept.subject,
            doubts=[DoubtOut.of(doubt) for doubt in kept.doubts],
            missing_photos=list(taken.missing),
        )


class PhotoState(BaseModel):
    """How far a picture has come; whole only when its hash was right."""

    received: int
    is_whole: bool


class TrackIn(_Strict):
    """Positions of a person on a route."""

    fixes: list[FixIn] = Field(min_length=1, max_length=MOST_FIXES)


class TrackOut(BaseModel):
    """New fixes, and those outside of a route's hours, which are not kept."""

    kept: int
    outside: int


class TrackToken(BaseModel):
    """For another phone program: name and password of its HTTP mode. The token is shown once."""

    login_name: str
    token: str


class MessageIn(_Strict):
    """Word to a team that walks a plan."""

    plan_id: Name
    team_id: Name
    text: str = Field(min_length=1, max_length=500)


class MessageOut(BaseModel):
    """A message to a team."""

    message_id: str
    text: str
    sent_at: datetime

    @classmethod
    def of(cls, message: TeamMessage) -> "MessageOut":
        """Write a message."""
        return cls(message_id=message.message_id, text=message.text, sent_at=message.sent_at)


class SessionOut(BaseModel):
    """Who is logged in on this phone, and the server's time, by which the phone measures its clock."""

    account_id: str
    login_name: str
    display_name: str
    csrf_token: str
    server_time: datetime


class QuestionOut(BaseModel):
    """One question of a form."""

    key: str
    kind: QuestionKind
    choices: list[str]
    most: float
    step: float


class FormOut(BaseModel):
    """What is asked at a stop."""

    outcomes: list[Outcome]
    questions: list[QuestionOut]
    photos: int

    @classmethod
    def of(cls, form: ResultForm) -> "FormOut":
        """Write a form."""
        questions = [
            QuestionOut(key=one.key, kind=one.kind, choices=list(one.choices), most=one.most, step=one.step)
            for one in form.questions
        ]
        return cls(outcomes=list(form.outcomes), questions=questions, photos=form.photos)


class DayStopOut(BaseModel):
    """A stop for the phone. `gcj02` is lon, lat for navigation programs of China."""

    stop_id: str
    position: int
    subject_kind: SubjectKind
    subject_id: str
    category: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    gcj02: tuple[float, float]
    reach_m: float
    begins_at: datetime
    service_s: int
    is_urgent: bool
    state: StopState

    @classmethod
    def of(cls, fenced: DayStop) -> "DayStopOut":
        """Write a stop."""
        stop, visit = fenced.stop, fenced.stop.visit
        gcj_lon, gcj_lat = from_wgs84(visit.point, Datum.GCJ02)
        return cls(
            stop_id=stop.stop_id,
            position=stop.position,
            subject_kind=visit.subject_kind,
            subject_id=visit.subject_id,
            category=visit.category,
            name_zh=visit.name_zh,
            name_en=visit.name_en,
            lon=visit.point[0],
            lat=visit.point[1],
            gcj02=(round(gcj_lon, 6), round(gcj_lat, 6)),
            reach_m=fenced.reach_m,
            begins_at=stop.begins_at,
            service_s=visit.service_s,
            is_urgent=visit.is_urgent,
            state=stop.state,
        )


class DayRouteOut(BaseModel):
    """One team's route."""

    plan_id: str
    day: date
    revision: int
    team_id: str
    name_zh: str
    name_en: str
    colour: str
    starts_at: datetime
    ends_at: datetime
    returns_at: datetime
    shifts: list[RouteShiftOut] = Field(description="One, or several with hours off between them")
    metres: float
    stops: list[DayStopOut]
    messages: list[MessageOut]

    @classmethod
    def of(cls, one: DayRoute) -> "DayRouteOut":
        """Write a route."""
        return cls(
            plan_id=one.plan.plan_id,
            day=one.plan.day,
            revision=one.plan.revision,
            team_id=one.team.team_id,
            name_zh=one.team.name_zh,
            name_en=one.team.name_en,
            colour=one.team.colour,
            starts_at=one.route.starts_at,
            ends_at=one.route.ends_at,
            returns_at=one.route.returns_at,
            shifts=RouteShiftOut.all_of(one.route, [stop.stop for stop in one.stops]),
            metres=one.route.metres,
            stops=[DayStopOut.of(stop) for stop in one.stops],
            messages=[MessageOut.of(message) for message in one.messages],
        )


class TakenRoute(BaseModel):
    """The route that this person walks."""

    plan_id: str
    team_id: str


class DayOut(BaseModel):
    """Everything that a phone needs for its day without signal."""

    server_time: datetime
    routes: list[DayRouteOut]
    taken: TakenRoute | None
    seen: list[str] = Field(description="Messages that this person has read")
    rejected: list[str] = Field(description="Records of this person that the office rejected")
    forms: dict[str, FormOut] = Field(description="By category; `other` and `break` for what has none")
    kept_days: int = Field(description="After so many days tracks are erased")
    margin_s: float = Field(description="A track is kept from so long before a route until so long after it")
    lead_s: float = Field(description="... and from so long before the person takes it")

    @classmethod
    def of(cls, day: FieldDay, now: datetime, track: TrackParams) -> "DayOut":
        """Write the day."""
        forms = {**FORMS, "other": OTHER_FORM, "break": REST_FORM}
        return cls(
            server_time=now,
            routes=[DayRouteOut.of(one) for one in day.routes],
            taken=None if day.taken is None else TakenRoute(plan_id=day.taken[0], team_id=day.taken[1]),
            seen=sorted(day.seen),
            rejected=sorted(day.rejected),
            forms={str(name): FormOut.of(form) for name, form in forms.items()},
            kept_days=track.kept_days,
            margin_s=track.margin_s,
            lead_s=track.lead_s,
        )
