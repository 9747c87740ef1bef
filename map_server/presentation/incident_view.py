"""One incident as people read it: its pictures, why its events belong together, what was done with it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from map_server.adapters.db.queries.incidents import EvidenceRecord, HistoryEntry, IncidentRecord
from map_server.domain.event import Event, Why
from map_server.domain.incident import Incident
from map_server.presentation.formats import duration, metres

Gettext = Callable[[str], str]

ROLE_ORDER = ("before", "onset", "alarm", "clip")


@dataclass(frozen=True, slots=True)
class Picture:
    """One still or clip of the lead event."""

    sha256: str
    role: str
    captured_at: datetime
    redaction: str
    is_held: bool
    is_video: bool

    @property
    def url(self) -> str:
        """Where the bytes are."""
        return f"/api/v1/evidence/{self.sha256}"


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What the viewer shows: stills in order of time, and the box in pixels of `frame_size_px`."""

    pictures: tuple[Picture, ...]
    box_xyxy_px: tuple[float, float, float, float]
    frame_size_px: tuple[int, int]

    @property
    def before(self) -> Picture | None:
        """The empty place, for the slider."""
        return self._of_role("before")

    @property
    def after(self) -> Picture | None:
        """The find, for the slider."""
        return self._of_role("alarm") or self._of_role("onset")

    def _of_role(self, role: str) -> Picture | None:
        return next((each for each in self.pictures if each.role == role and each.is_held), None)

    @property
    def ratio(self) -> str:
        """Width / height, as CSS writes it."""
        return f"{self.frame_size_px[0]} / {self.frame_size_px[1]}"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the incident, with the reason for its being there."""

    event: Event
    why: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change, newest first."""

    at: datetime
    text: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentView:
    """Everything that the panel and the desk show of one incident.

    `lead` is the event whose pictures are shown; a merged incident has given its events away and has none.
    """

    incident: Incident
    lead: Event | None
    evidence: EvidenceView | None
    events: tuple[EventLine, ...]
    history: tuple[HistoryLine, ...]

    @property
    def sha256s(self) -> list[str]:
        """What the viewer shows, for the record of looks."""
        return (
            [] if self.evidence is None else [each.sha256 for each in self.evidence.pictures if each.is_held]
        )


def incident_view(record: IncidentRecord, gettext: Gettext) -> IncidentView:
    """Put together what people see; texts in the language of `gettext`."""
    lead = _lead(record.events, record.evidence)
    return IncidentView(
        incident=record.incident,
        lead=lead,
        evidence=None if lead is None else _evidence(lead, record.evidence.get(lead.event_id, [])),
        events=tuple(EventLine(event, why_text(event.why, gettext)) for event in reversed(record.events)),
        history=tuple(_history_line(entry, gettext) for entry in reversed(record.history)),
    )


def _lead(events: Sequence[Event], evidence: dict[str, list[EvidenceRecord]]) -> Event | None:
    """The event to look at first: most pictures held, then the highest score, then the newest."""
    return max(
        events,
        key=lambda event: (
            sum(piece.is_held for piece in evidence.get(event.event_id, [])),
            event.report.score,
            event.event_id,
        ),
        default=None,
    )


def _evidence(lead: Event, pieces: Sequence[EvidenceRecord]) -> EvidenceView:
    ordered = sorted(pieces, key=lambda piece: (ROLE_ORDER.index(piece.role), piece.captured_at))
    picture = lead.report.picture
    return EvidenceView(
        pictures=tuple(
            Picture(
                sha256=piece.sha256,
                role=piece.role,
                captured_at=piece.captured_at,
                redaction=piece.redaction,
                is_held=piece.is_held,
                is_video=piece.media_type.startswith("video/"),
            )
            for piece in ordered
        ),
        box_xyxy_px=picture.box_xyxy_px,
        frame_size_px=picture.frame_size_px,
    )


def why_text(why: Why, gettext: Gettext) -> str:
    """Say in a sentence why an event belongs to its incident."""
    texts = {
        "new_place": gettext("First report at this place."),
        "same_view": gettext("Same zone of the same camera."),
        "within_error": gettext("{distance} away, within the combined error of {radius}."),
        "split_by_person": gettext("Taken out of another incident by a person."),
    }
    parts = [texts.get(why.rule, why.rule)]
    if why.rule == "new_place" and why.distance_m is not None:
        parts.append(
            gettext("The nearest of its kind is {distance} away, beyond the combined error of {radius}.")
        )
    if why.gap_s:
        parts.append(gettext("{gap} after it was last seen."))
    if why.is_reopening:
        parts.append(gettext("Seen again after it had ended."))
    figures = {
        "distance": metres(why.distance_m),
        "radius": metres(why.radius_m),
        "gap": duration(why.gap_s or 0.0, gettext),
    }
    return " ".join(part.format(**figures) for part in parts)


def _history_line(entry: HistoryEntry, gettext: Gettext) -> HistoryLine:
    text = _action_texts(gettext).get(entry.action, entry.action)
    actor = entry.actor_name.removeprefix("device:")
    return HistoryLine(datetime.fromisoformat(entry.at), text, actor, _reason(entry))


def _reason(entry: HistoryEntry) -> str:
    note = json.loads(entry.after).get("note") if entry.after else None
    return entry.reason or (note if isinstance(note, str) else "")


def _action_texts(gettext: Gettext) -> dict[str, str]:
    return {
        "incident_opened": gettext("reported"),
        "event_joined": gettext("reported again"),
        "event_updated": gettext("updated"),
        "incident_cleared": gettext("gone, says the device"),
        "incident_reopened": gettext("there again, says the device"),
        "incident_confirmed": gettext("confirmed"),
        "incident_rejected": gettext("rejected"),
        "incident_relabelled": gettext("relabelled"),
        "incident_left_undecided": gettext("unsure"),
        "verdict_taken_back": gettext("decision taken back"),
        "incident_resolved": gettext("dealt with"),
        "incident_end_withdrawn": gettext("not dealt with: the visit was rejected"),
        "incident_merged": gettext("merged into another incident"),
        "incident_absorbed": gettext("took in another incident"),
        "incident_split": gettext("split"),
        "incident_taken_out": gettext("taken out of another incident"),
    }
