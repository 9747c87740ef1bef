"""A rival's alarm in the form of events.jsonl: raised once, placed by a plain homography."""

from collections.abc import Sequence
from datetime import datetime

from edge_agent.bootstrap.identifiers import ReplayIds
from edge_agent.boxes import clip
from edge_agent.config.camera import CameraSettings
from edge_agent.types import BoxXyxy, Frame
from models.evaluate.rivals.four_points import FourPoints
from models.evaluate.rivals.posts import Post
from wire_contract.messages import EventMessage
from wire_contract.vocabulary import EventPhase


class Alarms:
    """Collects the messages of one camera."""

    def __init__(self, rival: str, settings: CameraSettings, frame_size_px: tuple[int, int]) -> None:
        self._rival = rival
        self._camera_id = settings.camera.id
        self._frame_size_px = frame_size_px
        self._plane = FourPoints.of(settings, frame_size_px)
        self._messages: list[EventMessage] = []

    @property
    def messages(self) -> Sequence[EventMessage]:
        """Give all in order."""
        return self._messages

    def raise_alarm(self, frame: Frame, post: Post, box: BoxXyxy, since: datetime, label: str) -> None:
        """Report a thing that stands at a post since some time."""
        within = clip(box, self._frame_size_px)
        new_id = ReplayIds(f"{self._rival} {self._camera_id} {len(self._messages)}")
        for _ in new_id.following([frame]):
            self._messages.append(
                EventMessage(
                    event_id=new_id(),
                    device_id=self._rival,
                    camera_id=self._camera_id,
                    kind=post.kind,
                    phase=EventPhase.OPENED,
                    zone_id=post.zone_id,
                    started_at=since,
                    raised_at=frame.captured_at,
                    score=1.0,
                    label=label,
                    box_xyxy_px=within,
                    frame_size_px=self._frame_size_px,
                    fix=None if self._plane is None else self._plane.locate(within),
                )
            )
