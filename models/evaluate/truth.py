"""Reads what was there: truth files of clips, each with the things that deserve an event."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.errors import ConfigError
from edge_agent.types import BoxXyxy

NO_EVENT = "none"
"""The kind of an entry that only says that nothing happens."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class LaterBox(_Entry):
    """Where a thing lies after it was shifted."""

    from_frame: int
    to_frame: int
    box_xyxy_px: BoxXyxy


class TrueEvent(_Entry):
    """A thing that deserves an event. Frames count from 0; `start_frame`: it is at rest.

    An alarm before `alarm_not_before_frame` or after `alarm_by_frame` is about something else; without them
    any time from the start to the end of the thing, or of the clip, is right.
    """

    kind: str
    start_frame: int = Field(ge=0)
    end_frame: int | None = None
    alarm_not_before_frame: int | None = None
    alarm_by_frame: int | None = None
    box_xyxy_px: BoxXyxy | None = None
    later_boxes: tuple[LaterBox, ...] = ()
    lonlat: tuple[float, float] | None = None

    @property
    def boxes(self) -> tuple[BoxXyxy, ...]:
        """All places of the thing."""
        first = () if self.box_xyxy_px is None else (self.box_xyxy_px,)
        return (*first, *(later.box_xyxy_px for later in self.later_boxes))


class Clip(_Entry):
    """A piece of footage and the things in it. Its events bear the name of the file unless told otherwise."""

    file: str
    fps: float = Field(gt=0)
    frames: int = Field(gt=0)
    camera_id: str | None = None
    events: tuple[TrueEvent, ...] = ()

    @property
    def name(self) -> str:
        """What events of this clip bear as `camera_id`."""
        return self.camera_id or Path(self.file).stem

    @property
    def hours(self) -> float:
        """How long it is."""
        return self.frames / self.fps / 3600

    @property
    def true_events(self) -> tuple[TrueEvent, ...]:
        """The things that deserve an event."""
        return tuple(event for event in self.events if event.kind != NO_EVENT)


class Truth(_Entry):
    """All clips of a truth file."""

    clips: Annotated[tuple[Clip, ...], Field(min_length=1)]


def read_truth(path: Path) -> Truth:
    """Read a truth file. Raises ConfigError naming file and field."""
    try:
        return Truth.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "file"
        raise ConfigError(f"{path}: {where}: {fault['msg']}") from error
