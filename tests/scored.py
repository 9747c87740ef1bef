"""Tiny truths and reports for the tests of the scorer: one yard at ten frames per second, one bag in it."""

from datetime import UTC, datetime, timedelta

from edge_agent.types import AttributeValue, BoxXyxy
from models.evaluate.reports import Report
from models.evaluate.truth import Clip, TrueEvent, Truth
from wire_contract.messages import GroundFix

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
BAG: BoxXyxy = (100.0, 100.0, 140.0, 150.0)
FPS = 10.0
FRAMES = 3600

FIGURES = {
    "precision", "recall", "f1", "false_alarms", "false_alarms_per_camera_hour", "identity_switches",
    "time_to_alarm_s_median", "geotag_error_m_median",
}  # fmt: skip
"""What outside programs rely on (DESIGN 4.1)."""


def bag(**more: object) -> TrueEvent:
    """A bag that lies still from frame 100 and must have its alarm by frame 600."""
    return TrueEvent.model_validate(
        {"kind": "garbage_drop", "start_frame": 100, "box_xyxy_px": BAG, "alarm_by_frame": 600} | more
    )


def clip(*events: TrueEvent, **more: object) -> Clip:
    """Six minutes of footage."""
    return Clip.model_validate({"file": "yard.mp4", "fps": FPS, "frames": FRAMES, "events": events} | more)


def yard(*events: TrueEvent) -> Truth:
    """A truth of one clip."""
    return Truth(clips=(clip(*events),))


def report(
    frame: float,
    box: BoxXyxy = BAG,
    kind: str = "garbage_drop",
    camera_id: str = "yard",
    fix: GroundFix | None = None,
    attributes: dict[str, AttributeValue] | None = None,
    name: str = "",
) -> Report:
    """An event raised at a frame."""
    raised_at = START + timedelta(seconds=frame / FPS)
    event_id = name or f"event-{frame}"
    said = attributes or {}
    return Report(event_id, camera_id, kind, raised_at, None, (box,), fix, said, said)
