"""Floors on a short subset of the shipped scenes, with the shipped model: what `make bench` scores in full.

About a minute of one core. A floor that falls is a change for the worse, not noise: a replay is repeatable.
"""

from dataclasses import replace
from functools import cache

import pytest

from edge_agent.detect import DEFAULT_MODEL, open_detector
from edge_agent.ports import Detector
from models.evaluate.agent import Agent
from models.evaluate.figures import Scores, scores
from models.evaluate.redacted_pictures import of_clip, read_persons
from models.evaluate.redaction import Redacted, score_redaction
from models.evaluate.scored_clips import SHIPPED, clips_of
from models.evaluate.systems import run

pytestmark = pytest.mark.slow

MAX_GEOTAG_ERROR_M = 0.6
MAX_WIDTH_ERROR_M = 0.2
MAX_AREA_ERROR = 0.2
MIN_HIDDEN = 0.98
MIN_HIDDEN_WITH_CUT_ONES = 0.95
"""A boot at the edge of the picture counts as a person, and one of thirty is three per cent. Over all scenes
together `make bench` finds 0.98 and more of these, too.
"""
MAX_NEEDLESSLY_HIDDEN = 0.30


@cache
def detector() -> Detector:
    return open_detector(DEFAULT_MODEL)


@cache
def scored(name: str) -> Scores:
    (clip,) = clips_of(SHIPPED, [name])
    return scores(run(Agent(detector()), clip).findings(), [clip.truth])


@pytest.mark.parametrize("name", ["bin-station-day", "fire-lane-car"])
def test_plain_scene_is_told_without_fault(name: str) -> None:
    figures = scored(name)
    assert (figures.f1, figures.false_alarms, figures.identity_switches) == (1.0, 0, 0)
    assert figures.geotag_error_m_median is not None
    assert figures.geotag_error_m_median <= MAX_GEOTAG_ERROR_M
    assert figures.geotag_ellipse_coverage == 1.0


def test_bag_half_hidden_behind_a_parked_e_bike_is_found() -> None:
    figures = scored("bag-behind-e-bike")
    assert (figures.f1, figures.false_alarms) == (1.0, 0)


def test_clear_width_beside_the_car_is_right_to_two_decimetres() -> None:
    error_m = scored("fire-lane-car").clear_width_error_m_max
    assert error_m is not None
    assert error_m <= MAX_WIDTH_ERROR_M


def test_shed_on_the_roof_is_found_and_its_ground_told_within_a_fifth() -> None:
    figures = scored("rooftop")
    assert (figures.f1, figures.false_alarms) == (1.0, 0)
    assert figures.changed_area_error_median is not None
    assert figures.changed_area_error_median <= MAX_AREA_ERROR


def test_people_and_a_bin_raise_nothing() -> None:
    assert scored("people-and-a-bin").false_alarms == 0


def test_persons_in_the_evidence_are_hidden_and_the_place_is_not() -> None:
    pictures = [
        picture
        for clip in clips_of(SHIPPED, ["bin-station-day"])
        for picture in of_clip(clip, read_persons(clip), detector())
    ]
    whole = score_redaction("persons whole in the picture", [without_cut_ones(each) for each in pictures])
    assert whole.persons >= 20
    assert whole.share is not None
    assert whole.share >= MIN_HIDDEN
    score = score_redaction("scenes", pictures)
    assert score.share is not None
    assert score.share >= MIN_HIDDEN_WITH_CUT_ONES
    assert score.needless_share is not None
    assert score.needless_share <= MAX_NEEDLESSLY_HIDDEN
    assert score.thing_hidden_share is None or score.thing_hidden_share <= MAX_NEEDLESSLY_HIDDEN


def without_cut_ones(picture: Redacted) -> Redacted:
    height, width = picture.image.shape[:2]
    whole = [
        box for box in picture.persons if min(box[:2]) > 1 and box[2] < width - 1 and box[3] < height - 1
    ]
    return replace(picture, persons=tuple(whole))
