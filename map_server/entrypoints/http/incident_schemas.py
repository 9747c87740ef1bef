"""Incidents as JSON for people and programs."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from map_server.adapters.db.queries.incidents import EvidenceRecord, HistoryEntry, IncidentRecord
from map_server.domain.event import Event, GroundFix, View, Why
from map_server.domain.incident import Incident, IncidentState, Judgement, Severity
from wire_contract.vocabulary import EventKind, EventPhase


class EllipseOut(BaseModel):
    """95 % error ellipse."""

    major_m: float
    minor_m: float
    azimuth_deg: float


class FixOut(BaseModel):
    """A place, WGS 84; `is_surveyed` false means that it is merely where the camera hangs."""

    lon: float
    lat: float
    error_m: float
    ellipse: EllipseOut | None
    is_surveyed: bool


class ViewOut(BaseModel):
    """One zone of one camera."""

    device_id: str
    camera_id: str
    zone_id: str


class WhyOut(BaseModel):
    """Why an event belongs to its incident, in figures."""

    rule: str = Field(description="same_view, within_error, new_place or split_by_person")
    distance_m: float | None
    radius_m: float | None = Field(description="Combined error radius that the distance was compared with")
    gap_s: float | None
    site_id: str | None
    is_reopening: bool


class EvidenceOut(BaseModel):
    """A piece of evidence; its bytes are at /api/v1/evidence/{sha256} when `is_held`."""

    sha256: str
    role: str
    media_type: str
    captured_at: datetime
    redaction: str
    is_held: bool


class EventOut(BaseModel):
    """One event with its place in the incident."""

    event_id: str
    device_id: str
    camera_id: str
    zone_id: str
    phase: EventPhase
    started_at: datetime
    raised_at: datetime
    closed_at: datetime | None
    received_at: datetime
    score: float
    label: str
    box_xyxy_px: tuple[float, float, float, float]
    frame_size_px: tuple[int, int]
    fix: FixOut | None
    attributes: dict[str, float | int | str | bool | None]
    why: WhyOut
    evidence: list[EvidenceOut]


class IncidentOut(BaseModel):
    """One incident."""

    id: str
    number: int
    kind: EventKind
    state: IncidentState
    judgement: Judgement | None = Field(description="What an auditor found; null while nobody has looked")
    severity: Severity
    label: str
    score: float
    fix: FixOut | None
    site_id: str | None
    views: list[ViewOut]
    first_seen_at: datetime
    last_seen_at: datetime
    cleared_at: datetime | None
    event_count: int
    open_event_count: int
    reopened_count: int
    merged_into: str | None
    version: int

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """Write an incident."""
        return cls(
            id=incident.incident_id,
            number=incident.number,
            kind=incident.kind,
            state=incident.state,
            judgement=incident.judgement,
            severity=incident.severity,
            label=incident.label,
            score=incident.score,
            fix=_fix(incident.fix),
            site_id=incident.site_id,
            views=[_view(view) for view in incident.views],
            first_seen_at=incident.first_seen_at,
            last_seen_at=incident.last_seen_at,
            cleared_at=incident.cleared_at,
            event_count=incident.event_count,
            open_event_count=incident.open_event_count,
            reopened_count=incident.reopened_count,
            merged_into=incident.merged_into,
            version=incident.version,
        )


class HistoryOut(BaseModel):
    """One change, as the audit log has it; `before` and `after` are its canonical JSON."""

    seq: int
    at: str
    action: str
    actor: str
    actor_name: str
    reason: str
    before: str | None
    after: str | None


class MergeOut(BaseModel):
    """An incident that was merged into this one; naming exactly its events in a split brings it back."""

    absorbed_id: str
    event_ids: list[str]
    merged_at: datetime


class IncidentDetail(BaseModel):
    """One incident with its events, evidence, history and merges."""

    incident: IncidentOut
    events: list[EventOut]
    history: list[HistoryOut]
    merges: list[MergeOut]

    @classmethod
    def of(cls, record: IncidentRecord) -> Self:
        """Write an incident with all that belongs to it."""
        return cls(
            incident=IncidentOut.of(record.incident),
            events=[_event(event, record.evidence.get(event.event_id, [])) for event in record.events],
            history=[_history(entry) for entry in record.history],
            merges=[
                MergeOut(
                    absorbed_id=merge.absorbed_id, event_ids=list(merge.event_ids), merged_at=merge.merged_at
                )
                for merge in record.merges
            ],
        )


def _fix(fix: GroundFix | None) -> FixOut | None:
    return None if fix is None else FixOut.model_validate(fix, from_attributes=True)


def _view(view: View) -> ViewOut:
    return ViewOut(device_id=view.device_id, camera_id=view.camera_id, zone_id=view.zone_id)


def _why(why: Why) -> WhyOut:
    return WhyOut.model_validate(why, from_attributes=True)


def _history(entry: HistoryEntry) -> HistoryOut:
    return HistoryOut.model_validate(entry, from_attributes=True)


def _event(event: Event, evidence: list[EvidenceRecord]) -> EventOut:
    report = event.report
    return EventOut(
        event_id=report.event_id,
        device_id=report.view.device_id,
        camera_id=report.view.camera_id,
        zone_id=report.view.zone_id,
        phase=report.phase,
        started_at=report.started_at,
        raised_at=report.raised_at,
        closed_at=report.closed_at,
        received_at=event.received_at,
        score=report.score,
        label=report.label,
        box_xyxy_px=report.picture.box_xyxy_px,
        frame_size_px=report.picture.frame_size_px,
        fix=_fix(report.fix),
        attributes=dict(report.attributes),
        why=_why(event.why),
        evidence=[EvidenceOut.model_validate(piece, from_attributes=True) for piece in evidence],
    )
