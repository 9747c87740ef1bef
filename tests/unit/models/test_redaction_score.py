"""The measure of redaction on pictures whose persons and mosaics are known."""

import numpy as np
import pytest

from edge_agent.types import BoxXyxy
from models.evaluate.redaction import Redacted, score_redaction

PERSON: BoxXyxy = (100.0, 50.0, 140.0, 150.0)
IMAGE = np.zeros((200, 200, 3), np.uint8)


def picture(*hidden: BoxXyxy, person: BoxXyxy = PERSON, things: tuple[BoxXyxy, ...] = ()) -> Redacted:
    return Redacted("p.jpg", IMAGE, (person,), hidden, things)


@pytest.mark.parametrize(
    ("hidden", "is_hidden"),
    [
        ((PERSON,), True),
        (((100.0, 50.0, 140.0, 130.0),), True),  # four fifths
        (((100.0, 50.0, 140.0, 129.0),), False),  # a little less
        (((100.0, 50.0, 140.0, 100.0), (100.0, 100.0, 140.0, 150.0)), True),  # two halves
        ((), False),
    ],
)
def test_person_is_hidden_by_four_fifths_of_mosaic(hidden: tuple[BoxXyxy, ...], is_hidden: bool) -> None:
    score = score_redaction("photos", [picture(*hidden)])
    assert (score.persons, score.hidden, len(score.misses)) == (1, int(is_hidden), int(not is_hidden))


def test_persons_too_small_to_be_known_are_not_counted() -> None:
    score = score_redaction("photos", [picture(person=(10.0, 10.0, 20.0, 34.0))])
    assert (score.persons, score.share) == (0, None)


def test_hiding_everything_is_told() -> None:
    score = score_redaction("photos", [picture((0.0, 0.0, 200.0, 200.0), things=((0.0, 0.0, 50.0, 50.0),))])
    assert (score.share, score.needless_share, score.thing_hidden_share) == (1.0, 1.0, 1.0)


def test_thing_behind_a_person_may_be_hidden() -> None:
    score = score_redaction("photos", [picture(PERSON, things=(PERSON,))])
    assert (score.needless_share, score.thing_hidden_share) == (0.0, None)


def test_overlooked_person_is_shown_in_the_report() -> None:
    (miss,) = score_redaction("photos", [picture()]).misses
    assert miss.address.startswith("data:image/jpeg;base64,")
    assert (miss.picture, miss.cover) == ("p.jpg", 0.0)
