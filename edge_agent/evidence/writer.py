"""The stills of an event, before, at its onset, at the alarm: persons hidden, no box drawn, no metadata."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import cv2
import numpy as np
import structlog

from edge_agent.appearance.mosaic import pixelate
from edge_agent.errors import TransientError
from edge_agent.evidence.memory import Still, StillMemory, Watched
from edge_agent.evidence.params import EvidenceParams
from edge_agent.evidence.persons import PersonFinder
from edge_agent.evidence.redact import PERSON_LABELS, find_hidden
from edge_agent.evidence.store import EvidenceStore
from edge_agent.types import Event, Evidence, Frame, Image, Observation
from wire_contract.vocabulary import CameraState, EvidenceRole

log = structlog.get_logger(__name__)

_MEDIA_TYPE = "image/jpeg"


class StillWriter:
    """The real `ports.EvidenceWriter` of one camera."""

    def __init__(
        self,
        params: EvidenceParams,
        store: EvidenceStore,
        make_room: Callable[[int], None],
        *,
        detects_persons: bool,
        persons: PersonFinder | None = None,
    ) -> None:
        """`make_room` is asked to drop old evidence before so many bytes are written; `persons` looks each
        still over once more before it is.
        """
        self._params = params
        self._store = store
        self._make_room = make_room
        self._detects_persons = detects_persons
        self._persons = persons
        self._memory = StillMemory(
            params.memory_frames, params.memory_bytes, timedelta(seconds=params.onset_window_s)
        )

    def remember(self, frame: Frame, observation: Observation) -> None:
        """Keep a redacted still in memory about once a second while the camera sees well."""
        if observation.camera_state is not CameraState.OK or not self._is_due(frame.captured_at):
            return
        self._memory.add(self._take(frame, observation), _watched(observation))

    def write(self, event: Event, frame: Frame, observation: Observation) -> tuple[Evidence, ...]:
        """Write the stills of an event that was just raised; one for which there is no room is left out."""
        thing = Watched(event.box_xyxy_px, event.started_at)
        past = {
            EvidenceRole.BEFORE: self._memory.before(thing),
            EvidenceRole.ONSET: self._memory.onset(thing),
        }
        stills = [
            (role, still) for role, still in past.items() if still and still.captured_at < frame.captured_at
        ]
        stills.append((EvidenceRole.ALARM, self._take(frame, observation)))
        pieces = [self._save(still, role, event) for role, still in stills]
        return tuple(piece for piece in pieces if piece is not None)

    def _is_due(self, captured_at: datetime) -> bool:
        latest_at = self._memory.latest_at
        if latest_at is None or captured_at < latest_at:
            return True
        return (captured_at - latest_at).total_seconds() >= self._params.remember_every_s

    def _take(self, frame: Frame, observation: Observation) -> Still:
        hidden = find_hidden(
            observation, detects_persons=self._detects_persons, margin=self._params.person_margin
        )
        jpeg = self._encoded(pixelate(frame.image, hidden.boxes))
        motion = (*observation.moving_regions, *observation.stirring_regions)
        busy = (*hidden.boxes, *(region.box_xyxy_px for region in motion))
        return Still(frame.captured_at, jpeg, hidden.redaction, busy, hidden.boxes)

    def _looked_over(self, still: Still, event: Event) -> Still:
        """Hide who was overlooked. Raises TransientError when nobody could look: it is not kept then."""
        if self._persons is None:
            return still
        image = np.asarray(cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        try:
            boxes = tuple(self._persons.to_hide(image, event.box_xyxy_px))
        except Exception as error:  # ONNX Runtime raises types of its own; the event must go out all the same
            raise TransientError(f"could not be looked over for persons: {error}") from error
        if not boxes:
            return still
        return replace(still, jpeg=self._encoded(pixelate(image, boxes)), hidden=(*still.hidden, *boxes))

    def _encoded(self, image: Image) -> bytes:
        is_encoded, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, self._params.jpeg_quality])
        if not is_encoded:
            raise ValueError(f"a frame of shape {image.shape} cannot be encoded as JPEG")
        return jpeg.tobytes()

    def _save(self, still: Still, role: EvidenceRole, event: Event) -> Evidence | None:
        try:
            still = self._looked_over(still, event)
            self._make_room(len(still.jpeg))
            sha256, path = self._store.save(still.jpeg, _MEDIA_TYPE)
        except (OSError, TransientError) as error:
            self._store.lost += 1
            log.error("evidence not kept", event_id=event.event_id, role=role, reason=str(error))
            return None
        return Evidence(sha256, _MEDIA_TYPE, role, still.captured_at, still.redaction, path)


def _watched(observation: Observation) -> list[Watched]:
    """Give the things at rest, whose stills may be wanted later."""
    things = [Watched(region.box_xyxy_px, region.still_since) for region in observation.still_regions]
    things += [Watched(change.box_xyxy_px, change.first_seen_at) for change in observation.structure_changes]
    things += [
        Watched(track.box_xyxy_px, track.still_since)
        for track in observation.tracks
        if track.still_since is not None and track.label not in PERSON_LABELS
    ]
    return things
