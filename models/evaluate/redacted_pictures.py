"""The pictures on which redaction is measured: frames of the scenes with their persons, labelled photos."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from pydantic import TypeAdapter, ValidationError

from edge_agent.bootstrap.agent import person_finder
from edge_agent.boxes import clip as inside
from edge_agent.capture.timeline import DEFAULT_START
from edge_agent.commands.bench import DEFAULT_CAMERA
from edge_agent.config.camera import CameraSettings, camera_of
from edge_agent.errors import ConfigError
from edge_agent.evidence.redact import find_hidden
from edge_agent.ports import Detector
from edge_agent.types import BoxXyxy, Frame, Image
from models.evaluate.agent import AgentCamera
from models.evaluate.redaction import Redacted
from models.evaluate.scored_clips import ScoredClip

PERSONS_FILE = "persons.json"
FRAMES_PER_CLIP = 30
"""Annotated frames of a clip are thinned out evenly to about so many: neighbours look alike."""
PERSON_CLASS = "person"
PICTURES = (".jpg", ".jpeg", ".png")

PersonsByFrame = Mapping[int, tuple[BoxXyxy, ...]]
_PERSONS = TypeAdapter(dict[str, dict[int, tuple[BoxXyxy, ...]]])


def read_persons(clip: ScoredClip) -> PersonsByFrame:
    """Read the persons annotated in a clip, by frame; nothing where none are annotated."""
    file = clip.footage.parent / PERSONS_FILE
    if not file.exists():
        return {}
    try:
        return _PERSONS.validate_json(file.read_bytes()).get(clip.footage.name, {})
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ConfigError(f"{file}: {where}: {fault['msg']}") from error


def of_clip(clip: ScoredClip, persons: PersonsByFrame, detector: Detector) -> Iterator[Redacted]:
    """Yield frames of a clip as they would be written as evidence."""
    with_persons = sorted(frame for frame, boxes in persons.items() if boxes)
    if not with_persons:
        return
    wanted = set(with_persons[:: max(1, len(with_persons) // FRAMES_PER_CLIP)])
    camera = _Redactor(clip.settings, detector)
    for frame in clip.frames():
        camera.step(frame)
        if frame.sequence in wanted:
            things = _things_at(clip, frame.sequence)
            yield camera.redacted(
                f"{clip.name} frame {frame.sequence}", frame, persons[frame.sequence], things
            )
        if frame.sequence >= with_persons[-1]:
            return


def of_photos(folder: Path, detector: Detector) -> Iterator[Redacted]:
    """Yield labelled photos (images/, labels/ with YOLO rows, classes.txt), each a camera's first frame."""
    classes = (folder / "classes.txt").read_text(encoding="utf-8").split("\n")
    person = [name.strip() for name in classes].index(PERSON_CLASS)
    settings = camera_of(DEFAULT_CAMERA, folder)
    for file in sorted((folder / "images").iterdir()):
        picture = cv2.imread(str(file)) if file.suffix in PICTURES else None
        if picture is None:
            continue
        image = np.asarray(picture, np.uint8)
        camera, frame = _Redactor(settings, detector), Frame("photo", 0, DEFAULT_START, image)
        camera.step(frame)
        persons = _persons_of(folder / "labels" / f"{file.stem}.txt", person, image)
        yield camera.redacted(file.name, frame, persons, ())


class _Redactor:
    """A camera whose stills can be asked for."""

    def __init__(self, settings: CameraSettings, detector: Detector) -> None:
        self._camera = AgentCamera(settings, detector)
        self._margin = settings.evidence.person_margin
        self._detects_persons = PERSON_CLASS in detector.labels
        self._finder = person_finder(detector, self._margin)

    def step(self, frame: Frame) -> None:
        """Watch one frame."""
        self._camera.step(frame)

    def redacted(
        self, name: str, frame: Frame, persons: Sequence[BoxXyxy], things: tuple[BoxXyxy, ...]
    ) -> Redacted:
        """Give the frame watched last as it would be written."""
        observation = self._camera.last_observation
        hidden = find_hidden(observation, detects_persons=self._detects_persons, margin=self._margin).boxes
        found = self._finder.to_hide(frame.image, next(iter(things), None)) if self._finder else []
        size_px = observation.frame_size_px
        within = tuple(inside(person, size_px) for person in persons)
        return Redacted(name, frame.image, within, (*hidden, *found), things)


def _things_at(clip: ScoredClip, frame: int) -> tuple[BoxXyxy, ...]:
    """Give what lies or stands there at a frame and deserves an event."""
    ends = clip.truth.frames
    there = [
        thing
        for thing in clip.truth.true_events
        if thing.start_frame <= frame < (ends if thing.end_frame is None else thing.end_frame)
    ]
    return tuple(thing.boxes[0] for thing in there if thing.boxes)


def _persons_of(labels: Path, person: int, image: Image) -> tuple[BoxXyxy, ...]:
    if not labels.exists():
        return ()
    height, width = image.shape[:2]
    boxes: list[BoxXyxy] = []
    for line in labels.read_text(encoding="utf-8").splitlines():
        number, x, y, across, down = (float(part) for part in line.split()[:5])
        if int(number) == person:
            boxes.append(
                (
                    (x - across / 2) * width,
                    (y - down / 2) * height,
                    (x + across / 2) * width,
                    (y + down / 2) * height,
                )
            )
    return tuple(boxes)
