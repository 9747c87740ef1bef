"""Rule: the camera itself delivers no picture that can be judged: moved, covered, defocused, frozen, dark.

The guardian says so, after it has made sure; one event lasts from then until the picture is good again, also
when one fault turns into another and over a restart. Meanwhile the other rules judge nothing, and this event
is the reason why.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from edge_agent.ports import GroundPlane
from edge_agent.types import Event, Observation, Zone
from wire_contract.vocabulary import CameraState, EventKind, EventPhase

WHOLE_VIEW = "camera"
"""Stands for a zone: a fault concerns the whole picture."""

_FAULTS = ("moved", "covered", "defocused", "frozen", "dark")


@dataclass(frozen=True, slots=True)
class CameraHealthParams:
    """Settings of the rule: TOML table `[rule.camera_health]`."""

    reasons: tuple[str, ...] = _FAULTS
    """Faults that are reported. A camera without a lamp may leave out "dark"; the rules rest all the same."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.reasons) - set(_FAULTS))
        if unknown:
            raise ValueError(f"reasons: {unknown[0]!r} is none of {', '.join(_FAULTS)}")


@dataclass(frozen=True, slots=True)
class Fault:
    """The fault that stands, and its event."""

    event_id: str
    sequence: int
    reason: str
    started_at: datetime
    raised_at: datetime


class CameraHealth:
    """The rule for one camera."""

    def __init__(
        self,
        params: CameraHealthParams,
        zones: Sequence[Zone],
        id_factory: Callable[[], str],
        ground: GroundPlane | None = None,
    ) -> None:
        del zones, ground
        self._reasons = frozenset(params.reasons)
        self._new_id = id_factory
        self._fault: Fault | None = None
        self._last_at: datetime | None = None

    def update(self, observation: Observation) -> list[Event]:
        """Take in one instant and give the event that it opens, updates or closes."""
        at = observation.captured_at
        if self._last_at is not None and at <= self._last_at:
            return []
        self._last_at = at
        state = observation.camera_state
        if state is CameraState.OK:
            return self._mended(observation)
        if state.value not in self._reasons:
            return []
        if self._fault is None:
            since = min(observation.camera_state_since or at, at)
            self._fault = Fault(self._new_id(), 0, state.value, since, at)
            return [_event(self._fault, EventPhase.OPENED, observation)]
        if state.value == self._fault.reason:
            return []
        self._fault = replace(self._fault, reason=state.value, sequence=self._fault.sequence + 1)
        return [_event(self._fault, EventPhase.UPDATED, observation)]

    def snapshot(self) -> dict[str, Any]:
        """Give the state as plain JSON values."""
        fault = self._fault
        row = (
            None
            if fault is None
            else asdict(fault) | {name: getattr(fault, name).isoformat() for name in _TIMES}
        )
        return {"fault": row, "last_at": None if self._last_at is None else self._last_at.isoformat()}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a state given by `snapshot`."""
        row = state["fault"]
        times = {} if row is None else {name: datetime.fromisoformat(row[name]) for name in _TIMES}
        self._fault = None if row is None else Fault(**row | times)
        self._last_at = None if state["last_at"] is None else datetime.fromisoformat(state["last_at"])

    def _mended(self, observation: Observation) -> list[Event]:
        if self._fault is None:
            return []
        fault, self._fault = replace(self._fault, sequence=self._fault.sequence + 1), None
        return [_event(fault, EventPhase.CLOSED, observation)]


def _event(fault: Fault, phase: EventPhase, observation: Observation) -> Event:
    width, height = observation.frame_size_px
    is_closed = phase is EventPhase.CLOSED
    return Event(
        event_id=fault.event_id,
        sequence=fault.sequence,
        kind=EventKind.CAMERA_HEALTH,
        phase=phase,
        zone_id=WHOLE_VIEW,
        started_at=fault.started_at,
        raised_at=fault.raised_at,
        closed_at=observation.captured_at if is_closed else None,
        score=1.0,
        label=fault.reason,
        box_xyxy_px=(0.0, 0.0, float(width), float(height)),
        frame_size_px=observation.frame_size_px,
        attributes={"reason": fault.reason} | ({"cause": "recovered"} if is_closed else {}),
    )


_TIMES = ("started_at", "raised_at")
