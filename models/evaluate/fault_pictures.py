"""Pictures of what went wrong: the frame with the true box and the event's box, persons hidden."""

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.appearance.mosaic import pixelate
from edge_agent.types import BoxXyxy, Image
from models.evaluate.findings import Finding
from models.evaluate.truth import Clip

TRUE_COLOUR, EVENT_COLOUR = (80, 190, 60), (50, 50, 225)
"""Blue, green, red: the thing is green, the event red."""
JPEG_QUALITY = 80
MAX_WIDTH_PX = 720

PictureOf = Callable[[str, int], Image | None]
"""Gives a frame of a clip by its number, None where the footage is not at hand."""
FindPersons = Callable[[Image, BoxXyxy | None], list[BoxXyxy]]
"""Gives what to hide in a picture that shows a thing."""


@dataclass(frozen=True, slots=True)
class FaultPicture:
    """A fault with its picture as a data address; empty without footage."""

    finding: Finding
    frame: int
    address: str


def fault_pictures(
    clips: Iterable[Clip],
    findings: Iterable[Finding],
    picture_of: PictureOf,
    find_persons: FindPersons | None,
) -> list[FaultPicture]:
    """Draw every miss and false alarm. Without a way to find persons the whole picture is coarse."""
    by_name = {clip.name: clip for clip in clips}
    drawn = []
    for finding in findings:
        if finding.is_right:
            continue
        frame = frame_of(finding)
        picture = picture_of(finding.clip, frame)
        address = ""
        if picture is not None:
            things = _true_boxes(by_name[finding.clip], finding, frame)
            address = address_of(_drawn(finding, things, picture, find_persons))
        drawn.append(FaultPicture(finding, frame, address))
    return drawn


def frame_of(finding: Finding) -> int:
    """Give the frame that shows a fault best: that of a false alarm, the last one in time for a miss."""
    thing = finding.thing
    if thing is None:
        return max(0, round(finding.frame or 0))
    last = (thing.alarm_by_frame, thing.end_frame)
    return next((max(thing.start_frame, frame - 1) for frame in last if frame is not None), thing.start_frame)


def address_of(picture: Image) -> str:
    """Give a picture as a data address, so that the page needs no other file."""
    height, width = picture.shape[:2]
    if width > MAX_WIDTH_PX:
        size = (MAX_WIDTH_PX, round(height * MAX_WIDTH_PX / width))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.tobytes()).decode()}"


def outlined(picture: Image, box: BoxXyxy, colour: tuple[int, int, int]) -> None:
    """Draw a box."""
    left, top, right, bottom = (round(edge) for edge in box)
    cv2.rectangle(picture, (left, top), (right, bottom), colour, 2)


def _true_boxes(clip: Clip, finding: Finding, frame: int) -> list[BoxXyxy]:
    """Give the places of the missed thing, or of all that is there when a false alarm is raised."""
    if finding.thing is not None:
        return list(finding.thing.boxes)
    there = [
        thing
        for thing in clip.true_events
        if thing.start_frame <= frame <= (clip.frames if thing.end_frame is None else thing.end_frame)
    ]
    return [box for thing in there for box in thing.boxes]


def _drawn(
    finding: Finding, things: Sequence[BoxXyxy], picture: Image, find_persons: FindPersons | None
) -> Image:
    height, width = picture.shape[:2]
    everything = [(0.0, 0.0, float(width), float(height))]
    said = finding.report.boxes[:1] if finding.report else ()
    shown = next(iter((*said, *things)), None)
    drawn = pixelate(picture, everything if find_persons is None else find_persons(picture, shown))
    for box in things:
        outlined(drawn, box, TRUE_COLOUR)
    for box in said:
        outlined(drawn, box, EVENT_COLOUR)
    return drawn
