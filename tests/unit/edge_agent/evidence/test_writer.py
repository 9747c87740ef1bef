"""Someone brings a bag, leaves it and goes: the evidence shows the bag and nobody's face."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge_agent.evidence import EvidenceParams, EvidenceStore, EvidenceStoreParams, StillWriter
from edge_agent.evidence.persons import PersonFinder
from edge_agent.types import (
    Detection,
    Event,
    Evidence,
    Frame,
    MovingRegion,
    Observation,
    StillRegion,
    Track,
    TrackState,
)
from tests.fakes.clock import NOON
from tests.fakes.pipeline import event
from wire_contract.vocabulary import CameraState, EvidenceRole, Redaction

SIZE_PX = (320, 240)
BAG = (200, 180, 230, 210)
RED, GROUND = (40, 40, 220), (90, 110, 100)
STRIPES = np.kron(np.indices((120, 20)).sum(axis=0) % 2, np.ones((1, 2))).astype(np.uint8) * 255
"""A person of black and white stripes 2 px wide, 40 x 120 px: easy to recognise, unless pixelated."""


def person_box(second: float) -> tuple[int, int, int, int] | None:
    """Walks in from the left, puts the bag down from second 8 to 12, walks out again by 18."""
    if not 4 <= second <= 18:
        return None
    x = int(20 + (second - 4) * 40 if second < 8 else 180 if second <= 12 else 180 - (second - 12) * 30)
    return (x, 100, x + 40, 220)


def scene(second: float) -> np.ndarray:
    image = np.full((SIZE_PX[1], SIZE_PX[0], 3), GROUND, np.uint8)
    if second >= 10:
        image[BAG[1] : BAG[3], BAG[0] : BAG[2]] = RED
    if (box := person_box(second)) is not None:
        visible = STRIPES[:, : SIZE_PX[0] - box[0]]
        image[box[1] : box[3], box[0] : box[2]] = visible[:, :, None]
    return image


def frame(second: float) -> Frame:
    return Frame("cam-1", int(second * 5), NOON + timedelta(seconds=second), scene(second))


def observation(second: float) -> Observation:
    at = NOON + timedelta(seconds=second)
    box = person_box(second)
    tracks = ()
    if box is not None:
        shape = tuple(float(x) for x in box)
        tracks = (Track(1, "person", TrackState.CONFIRMED, 0.9, shape, (0.0, 0.0), at, at),)  # type: ignore[arg-type]
    still = (StillRegion(tuple(map(float, BAG)), NOON + timedelta(seconds=10), 0.9),) if second > 15 else ()  # type: ignore[arg-type]
    return Observation("cam-1", at, SIZE_PX, tracks=tracks, still_regions=still)


def raised(second: float) -> Event:
    return event(
        box_xyxy_px=tuple(map(float, BAG)),
        frame_size_px=SIZE_PX,
        started_at=NOON + timedelta(seconds=10),
        raised_at=NOON + timedelta(seconds=second),
    )


class Room:
    """Counts what it was asked for; `error` is raised instead."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, needed_bytes: int) -> None:
        self.asked.append(needed_bytes)


@pytest.fixture
def store(tmp_path: Path) -> EvidenceStore:
    return EvidenceStore(tmp_path, EvidenceStoreParams(min_free_bytes=0))


def watch(
    store: EvidenceStore,
    until_s: float = 45.0,
    look: Callable[[float], Observation] = observation,
    *,
    detects_persons: bool = True,
) -> tuple[Evidence, ...]:
    """Show the whole scene to a writer at five frames per second, then raise the event."""
    writer = StillWriter(EvidenceParams(), store, Room(), detects_persons=detects_persons)
    for step in range(int(until_s * 5)):
        writer.remember(frame(step / 5), look(step / 5))
    return writer.write(raised(until_s), frame(until_s), look(until_s))


def picture(piece: Evidence) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(piece.path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)


def shows_bag(image: np.ndarray) -> bool:
    inside = image[BAG[1] + 8 : BAG[3] - 8, BAG[0] + 8 : BAG[2] - 8].reshape(-1, 3).mean(axis=0)
    return bool(np.abs(inside - RED).max() < 40)


def shows_stripes(image: np.ndarray) -> bool:
    """Stripes are steep steps from pixel to pixel; a mosaic has steps only between its blocks."""
    steps = np.abs(np.diff(image.astype(int).mean(axis=2), axis=1)) > 60
    return bool(steps.mean() > 0.01)


def test_three_stills_tell_the_story(store: EvidenceStore) -> None:
    before, onset, alarm = watch(store)
    assert [piece.role for piece in (before, onset, alarm)] == [
        EvidenceRole.BEFORE,
        EvidenceRole.ONSET,
        EvidenceRole.ALARM,
    ]
    assert [(piece.captured_at - NOON).total_seconds() for piece in (before, onset, alarm)] == [7, 13, 45]
    assert not shows_bag(picture(before))
    assert shows_bag(picture(onset))
    assert shows_bag(picture(alarm))


def test_nobody_can_be_recognised_in_any_of_them(store: EvidenceStore) -> None:
    assert shows_stripes(scene(7.0)), "the footage itself does show someone"
    for until_s in (11.0, 14.0, 45.0):  # raised while the bearer is at it, while leaving, when gone
        for piece in watch(store, until_s):
            assert not shows_stripes(picture(piece)), piece.role
            assert piece.redaction is Redaction.PERSONS


def test_not_even_memory_holds_a_recognisable_person(store: EvidenceStore) -> None:
    writer = StillWriter(EvidenceParams(), store, Room(), detects_persons=True)
    for step in range(100):
        writer.remember(frame(step / 5), observation(step / 5))
    for kept in writer._memory._stills:
        assert not shows_stripes(cv2.imdecode(np.frombuffer(kept.jpeg, np.uint8), cv2.IMREAD_COLOR))


def test_without_a_detector_whatever_moves_is_hidden_and_the_evidence_says_so(store: EvidenceStore) -> None:
    def look(second: float) -> Observation:
        seen = observation(second)
        motion = tuple(MovingRegion(track.box_xyxy_px) for track in seen.tracks)
        return replace(seen, tracks=(), moving_regions=motion, detector_ran=False)

    pieces = watch(store, look=look, detects_persons=False)
    assert [piece.redaction for piece in pieces] == [Redaction.MOVING_REGIONS] * 3
    assert not any(shows_stripes(picture(piece)) for piece in pieces)
    assert shows_bag(picture(pieces[-1]))


def test_files_are_named_by_their_hash_and_say_nothing_about_the_camera(store: EvidenceStore) -> None:
    for piece in watch(store):
        content = piece.path.read_bytes()
        assert store.read(piece.sha256) == content
        assert b"Exif" not in content
        assert b"http" not in content
        markers = {content[index + 1] for index in range(len(content) - 1) if content[index] == 0xFF}
        assert not markers & {0xE1, 0xED, 0xFE}, "no Exif or XMP, no IPTC, no comment"
        assert piece.media_type == "image/jpeg"


def test_a_camera_that_sees_badly_adds_nothing_to_memory(store: EvidenceStore) -> None:
    def covered(second: float) -> Observation:
        return replace(observation(second), camera_state=CameraState.COVERED)

    assert [piece.role for piece in watch(store, look=covered)] == [EvidenceRole.ALARM]


def test_a_thing_there_from_the_first_frame_has_no_before(store: EvidenceStore) -> None:
    writer = StillWriter(EvidenceParams(), store, Room(), detects_persons=True)
    for step in range(60 * 5, 90 * 5):
        writer.remember(frame(step / 5), observation(step / 5))
    found = replace(raised(90.0), started_at=NOON + timedelta(seconds=60))
    roles = [piece.role for piece in writer.write(found, frame(90.0), observation(90.0))]
    assert roles == [EvidenceRole.ONSET, EvidenceRole.ALARM]


def test_room_is_asked_for_before_each_file_and_what_has_none_is_left_out(store: EvidenceStore) -> None:
    room = Room()
    writer = StillWriter(EvidenceParams(), store, room, detects_persons=True)
    for step in range(200):
        writer.remember(frame(step / 5), observation(step / 5))
    largest = max(len(each.jpeg) for each in writer._memory._stills)
    store.params = EvidenceStoreParams(max_bytes=1024 * 1024, min_free_bytes=0)
    store.save(b"x" * (1024 * 1024 - largest - 100), "image/png")
    pieces = writer.write(raised(40.0), frame(40.0), observation(40.0))
    assert len(room.asked) == 3
    assert len(pieces) < 3
    assert store.lost == 3 - len(pieces)
    assert all(piece.path.exists() for piece in pieces)


class Overlooked:
    """A detector that finds, at a second look, the striped person wherever the stripes still show."""

    model = None
    labels = ("person",)

    def __init__(self, is_broken: bool = False) -> None:
        self._is_broken = is_broken

    def detect(self, crop: np.ndarray) -> list[Detection]:
        if self._is_broken:
            raise RuntimeError("the network is gone")
        white = np.argwhere(crop[:, :, 0] > 200)
        if not len(white):
            return []
        (top, left), (bottom, right) = white.min(axis=0), white.max(axis=0) + 1
        return [Detection("person", 0.1, (float(left), float(top), float(right), float(bottom)))]


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_person_whom_the_first_look_missed_is_hidden_before_a_still_is_written(
    store: EvidenceStore, is_broken: bool
) -> None:
    """Without a second look that works nothing is written at all."""
    finder = PersonFinder(Overlooked(is_broken), min_score=0.02, margin=0.15)
    writer = StillWriter(EvidenceParams(), store, Room(), detects_persons=True, persons=finder)
    missed = replace(observation(11), tracks=())
    pieces = writer.write(raised(11), frame(11), missed)
    assert len(pieces) == (0 if is_broken else 1)
    assert store.lost == int(is_broken)
    for piece in pieces:
        written = cv2.imread(str(piece.path))
        left, top, right, bottom = person_box(11) or (0, 0, 0, 0)
        assert written[top:bottom, left:right].std(axis=1).mean() < 40, "the stripes are gone"
        blue, _, red = written[195, 228].astype(int)
        assert red > blue + 80, "the bag stays to be seen"
