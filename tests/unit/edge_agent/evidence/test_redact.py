"""What is hidden in a picture, and that it is gone."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from edge_agent.appearance.mosaic import pixelate
from edge_agent.evidence.redact import find_hidden
from edge_agent.types import (
    BoxXyxy,
    MovingRegion,
    Observation,
    StillRegion,
    Track,
    TrackState,
)
from tests.fakes.clock import NOON
from wire_contract.vocabulary import Redaction

SIZE_PX = (640, 480)
PERSON = (100.0, 100.0, 160.0, 260.0)
BAG = (150.0, 230.0, 190.0, 270.0)
"""Touches the person: just being put down."""
ELSEWHERE = (400.0, 200.0, 450.0, 260.0)
SEEN = Observation("cam-1", NOON, SIZE_PX)


def track(
    box: BoxXyxy, label: str = "person", state: TrackState = TrackState.CONFIRMED, ago_s: float = 0.0
) -> Track:
    seen_at = NOON - timedelta(seconds=ago_s)
    return Track(1, label, state, 0.9, box, (0.0, 0.0), seen_at, seen_at)


def at_rest(box: BoxXyxy, label: str = "car") -> Track:
    return replace(track(box, label), still_since=NOON - timedelta(seconds=20))


def moving(*boxes: BoxXyxy) -> tuple[MovingRegion, ...]:
    return tuple(MovingRegion(box) for box in boxes)


def hides(observation: Observation, box: BoxXyxy, *, detects_persons: bool = True) -> bool:
    """Tell whether the middle of a box is hidden."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    hidden = find_hidden(observation, detects_persons=detects_persons, margin=0.15).boxes
    return any(x1 <= x <= x2 and y1 <= y <= y2 for x1, y1, x2, y2 in hidden)


@pytest.mark.parametrize(
    ("seen", "is_hidden"),
    [
        (track(PERSON), True),
        (track(PERSON, state=TrackState.TENTATIVE), True),  # perhaps a person is enough
        (track(PERSON, state=TrackState.LOST, ago_s=1), True),  # may still stand there
        (track(PERSON, state=TrackState.LOST, ago_s=60), False),  # has gone
        (track(PERSON, "car"), False),
    ],
)
def test_whoever_may_be_a_person_is_hidden(seen: Track, is_hidden: bool) -> None:
    assert hides(replace(SEEN, tracks=(seen,)), PERSON) is is_hidden


def test_a_person_is_hidden_with_a_margin() -> None:
    [box] = find_hidden(replace(SEEN, tracks=(track(PERSON),)), detects_persons=True, margin=0.15).boxes
    assert box == pytest.approx((91, 76, 169, 284))


def test_motion_that_touches_a_person_is_hidden_and_other_motion_is_not() -> None:
    observation = replace(SEEN, tracks=(track(PERSON),), moving_regions=moving(BAG, ELSEWHERE))
    assert hides(observation, BAG)
    assert not hides(observation, ELSEWHERE)


@pytest.mark.parametrize(
    ("observation", "detects_persons"),
    [
        (replace(SEEN, moving_regions=moving(ELSEWHERE)), False),  # no model, or one that knows no persons
        (replace(SEEN, stirring_regions=moving(ELSEWHERE)), False),
        (
            replace(SEEN, moving_regions=moving(ELSEWHERE), detector_ran=False),
            True,
        ),  # it failed in this frame
        (
            replace(SEEN, moving_regions=moving(ELSEWHERE), looked_at=((0.0, 0.0, 320.0, 320.0),)),
            True,
        ),  # elsewhere
    ],
)
def test_where_nobody_looked_for_persons_everything_that_moves_is_hidden(
    observation: Observation, detects_persons: bool
) -> None:
    assert hides(observation, ELSEWHERE, detects_persons=detects_persons)


def test_motion_where_the_detector_looked_and_saw_nobody_is_shown() -> None:
    observation = replace(SEEN, moving_regions=moving(ELSEWHERE), looked_at=((320.0, 100.0, 640.0, 420.0),))
    assert not hides(observation, ELSEWHERE)


@pytest.mark.parametrize(
    "known",
    [
        replace(SEEN, still_regions=(StillRegion(ELSEWHERE, NOON - timedelta(seconds=20), 0.9),)),
        replace(SEEN, tracks=(at_rest(ELSEWHERE),)),
    ],
)
def test_the_trace_of_a_thing_that_came_to_rest_is_shown_until_it_stirs(known: Observation) -> None:
    """A bag stays "moving" for a while, because it differs from the recent past."""
    quiet = replace(known, moving_regions=moving(ELSEWHERE))
    stirring = replace(quiet, stirring_regions=moving((410.0, 210.0, 430.0, 230.0)))
    assert not hides(quiet, ELSEWHERE, detects_persons=False)
    assert hides(stirring, ELSEWHERE, detects_persons=False)


def test_a_person_at_rest_is_no_known_thing() -> None:
    observation = replace(SEEN, tracks=(at_rest(ELSEWHERE, "person"),), moving_regions=moving(ELSEWHERE))
    assert hides(observation, ELSEWHERE, detects_persons=False)


def test_while_motion_cannot_be_told_and_nobody_looks_the_whole_picture_is_hidden() -> None:
    observation = replace(SEEN, background_settling=True)
    hidden = find_hidden(observation, detects_persons=False, margin=0.15)
    assert hidden.boxes == ((0.0, 0.0, 640.0, 480.0),)
    assert find_hidden(observation, detects_persons=True, margin=0.15).boxes == ()


def test_the_evidence_says_how_it_was_redacted() -> None:
    def word(observation: Observation, detects_persons: bool) -> Redaction:
        return find_hidden(observation, detects_persons=detects_persons, margin=0.15).redaction

    assert word(SEEN, True) is Redaction.PERSONS
    assert word(SEEN, False) is Redaction.MOVING_REGIONS
    assert word(replace(SEEN, detector_ran=False), True) is Redaction.MOVING_REGIONS


NOISE = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)


def test_a_mosaic_leaves_a_dozen_blocks_of_a_person_and_nothing_else_changes() -> None:
    hidden = pixelate(NOISE, [PERSON])
    inside = hidden[100:260, 100:160]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) <= 12 * 12
    assert len(np.unique(inside, axis=0)) <= 12, "12 blocks from head to foot: a face is about one of them"
    outside = np.ones((480, 640), dtype=bool)
    outside[100:260, 100:160] = False
    assert (hidden[outside] == NOISE[outside]).all()
    assert (hidden != NOISE).any(), "the frame itself is not touched"


def test_a_person_far_away_keeps_a_few_blocks_only() -> None:
    inside = pixelate(NOISE, [(300.0, 200.0, 312.0, 230.0)])[200:230, 300:312]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) <= 3


@pytest.mark.parametrize(
    "box", [(10.0, 10.0, 22.0, 40.0), (0.0, 0.0, 640.0, 480.0), (300.0, 100.0, 600.0, 470.0)]
)
def test_two_people_of_the_same_colours_cannot_be_told_apart(box: BoxXyxy) -> None:
    """What differs within a block is gone: swapping pixels inside blocks gives the same mosaic."""
    once = pixelate(NOISE, [box])
    assert (pixelate(once, [box]) == once).all(), "nothing finer than a block is left"
    blocks = len(np.unique(once[int(box[1]) : int(box[3]), int(box[0]) : int(box[2])].reshape(-1, 3), axis=0))
    assert blocks <= 12 * 12


@pytest.mark.parametrize(
    "box",
    [
        (-50.0, -50.0, 20.0, 20.0),
        (600.0, 400.0, 900.0, 900.0),
        (700.0, 10.0, 800.0, 20.0),
        (10.2, 10.2, 10.4, 10.4),
    ],
)
def test_a_box_over_the_edge_is_hidden_as_far_as_it_can_be_seen(box: BoxXyxy) -> None:
    hidden = pixelate(NOISE, [box])
    assert hidden.shape == NOISE.shape
    is_visible = box[0] < 640 and box[2] - box[0] > 1
    assert (hidden != NOISE).any() == is_visible
