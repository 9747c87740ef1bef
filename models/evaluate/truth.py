"""Reads what was there: truth files of clips, each with the things that deserve an event.

The format is documented for others in docs/guides/scoring.md; its JSON Schema is truth.schema.json beside
this file, written from these classes.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from edge_agent.errors import ConfigError
from edge_agent.types import BoxXyxy
from wire_contract.vocabulary import CameraState, EventKind

NO_EVENT: Literal["none"] = "none"
"""The kind of an entry that only says that nothing happens."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class LaterBox(_Entry):
    """Where a thing lies after it was shifted, or has grown."""

    from_frame: int = Field(ge=0)
    to_frame: int = Field(ge=0)
    box_xyxy_px: BoxXyxy


class TrueEvent(_Entry):
    """A thing that deserves an event. Frames count from 0.

    An alarm before `alarm_not_before_frame` or after `alarm_by_frame` is about something else; without them
    any time from the start to the end of the thing, or of the clip, is right.
    """

    kind: EventKind | Literal["none"]
    start_frame: int = Field(ge=0, description="The thing is at rest")
    end_frame: int | None = Field(default=None, ge=0, description="The thing is gone; null: it stays")
    alarm_not_before_frame: int | None = Field(default=None, ge=0)
    alarm_by_frame: int | None = Field(default=None, ge=0)
    box_xyxy_px: BoxXyxy | None = Field(
        default=None, description="Left, top, right, bottom of what is seen of the thing, pixels of the file"
    )
    later_boxes: tuple[LaterBox, ...] = ()
    lonlat: tuple[float, float] | None = Field(
        default=None, description="Centre of its footprint on the ground, WGS 84 degrees"
    )
    clear_width_m: float | None = Field(
        default=None, ge=0, description="Widest free way beside what blocks a fire lane"
    )
    changed_area_m2: float | None = Field(
        default=None, gt=0, description="Ground that a new structure covers in the end"
    )
    camera_state: CameraState | None = Field(default=None, description="For camera_health: what is wrong")
    notes: str | None = None

    @property
    def boxes(self) -> tuple[BoxXyxy, ...]:
        """All places of the thing."""
        first = () if self.box_xyxy_px is None else (self.box_xyxy_px,)
        return (*first, *(later.box_xyxy_px for later in self.later_boxes))

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.kind not in (NO_EVENT, EventKind.CAMERA_HEALTH) and not self.boxes:
            raise ValueError(f"box_xyxy_px: a {self.kind} needs one")
        for left, top, right, bottom in self.boxes:
            if not (left < right and top < bottom):
                raise ValueError(
                    "box_xyxy_px: must be left, top, right, bottom with left < right, top < bottom"
                )
        if self.end_frame is not None and self.end_frame < self.start_frame:
            raise ValueError("end_frame: lies before start_frame")
        earliest, latest = self.alarm_not_before_frame, self.alarm_by_frame
        if earliest is not None and latest is not None and latest < earliest:
            raise ValueError("alarm_by_frame: lies before alarm_not_before_frame")
        return self


class Clip(_Entry):
    """A piece of footage and the things in it. Its events bear the name of the file unless told otherwise."""

    file: str = Field(min_length=1, description="Footage, relative to the truth file")
    fps: float = Field(gt=0, description="Frames per second of the file")
    frames: int = Field(gt=0)
    size: tuple[int, int] | None = Field(default=None, description="Width and height in pixels")
    camera: str | None = Field(default=None, description="The camera.toml for it, relative to the truth file")
    camera_id: str | None = Field(default=None, description="What its events bear, if not the file's name")
    seconds_per_frame: float | None = Field(
        default=None, gt=0, description="For a time lapse: time between frames in the world"
    )
    frames_of_doubt: int = Field(
        default=10, ge=0, description="An alarm so many frames early or late is no fault"
    )
    is_plain: bool = Field(default=False, description="One thing in good view, by day")
    about: str = ""
    events: tuple[TrueEvent, ...] = ()

    @property
    def name(self) -> str:
        """What events of this clip bear as `camera_id`."""
        return self.camera_id or Path(self.file).stem

    @property
    def step_s(self) -> float:
        """Time between two frames in the world."""
        return 1 / self.fps if self.seconds_per_frame is None else self.seconds_per_frame

    @property
    def is_time_lapse(self) -> bool:
        """Whether a frame stands for more than a second."""
        return self.step_s > 1

    @property
    def hours(self) -> float:
        """How long the camera watched."""
        return self.frames * self.step_s / 3600

    @property
    def true_events(self) -> tuple[TrueEvent, ...]:
        """The things that deserve an event."""
        return tuple(event for event in self.events if event.kind != NO_EVENT)


class Truth(_Entry):
    """All clips of a truth file."""

    clips: Annotated[tuple[Clip, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _has_each_clip_once(self) -> Self:
        names = [clip.name for clip in self.clips]
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise ValueError(f"clips: two are named {doubles[0]!r}; give each a camera_id of its own")
        return self


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
