"""Evidence is looked over once more before it is written: whoever the first look missed is hidden too."""

import numpy as np
import pytest

from edge_agent.evidence.persons import PersonFinder, tiles
from edge_agent.types import BoxXyxy, Detection, Image
from wire_contract.messages import ModelRef

FIGURE: BoxXyxy = (400.0, 100.0, 424.0, 160.0)
THING: BoxXyxy = (200.0, 200.0, 240.0, 250.0)


class Hinting:
    """A detector that sees a grey figure wherever it is shown whole; `scores` by the width of the crop."""

    model: ModelRef | None = None
    labels = ("person", "car")

    def __init__(self, score_of_width: dict[int, float], label: str = "person") -> None:
        self._score_of_width = score_of_width
        self._label = label

    def detect(self, crop: Image) -> list[Detection]:
        rows, columns = np.nonzero(crop[:, :, 0])
        score = self._score_of_width.get(crop.shape[1], 0.0)
        if not len(rows) or score == 0:
            return []
        box = tuple(map(float, (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)))
        return [Detection(self._label, score, box)]  # type: ignore[arg-type]


def picture(box: BoxXyxy) -> Image:
    image = np.zeros((360, 640, 3), np.uint8)
    left, top, right, bottom = (int(edge) for edge in box)
    image[top:bottom, left:right] = 128
    return image


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (1920, 1080), (100, 100), (640, 100)])
def test_the_parts_that_are_looked_at_cover_the_picture_and_stay_inside(size: tuple[int, int]) -> None:
    seen = np.zeros((size[1], size[0]), np.int64)
    for x1, y1, x2, y2 in tiles(*size):
        assert 0 <= x1 < x2 <= size[0]
        assert 0 <= y1 < y2 <= size[1]
        seen[y1:y2, x1:x2] += 1
    assert seen.min() >= 2, "once in the whole picture, once enlarged"


@pytest.mark.parametrize(
    ("scores", "is_hidden"),
    [
        ({640: 0.03}, True),  # a faint hint in the whole picture is enough
        ({640: 0.01}, False),
        ({377: 0.03}, False),  # in an enlarged part it is not
        ({377: 0.09}, True),
    ],
)
def test_faint_hints_count(scores: dict[int, float], is_hidden: bool) -> None:
    hidden = PersonFinder(Hinting(scores), min_score=0.02, margin=0.0).to_hide(picture(FIGURE))
    assert (FIGURE in hidden) is is_hidden


def test_a_person_is_hidden_with_a_margin() -> None:
    (hidden,) = PersonFinder(Hinting({640: 0.5}), min_score=0.02, margin=0.25).to_hide(picture(FIGURE))
    assert hidden == (394.0, 85.0, 430.0, 175.0)


@pytest.mark.parametrize(
    ("score", "thing", "is_hidden"),
    [
        (0.1, THING, False),  # the bag itself, taken for a person: it must stay to be seen
        (0.9, THING, True),  # no doubt a person stands where the thing is
        (0.1, (0.0, 0.0, 600.0, 300.0), True),  # a person before a shed is not the shed
        (0.1, None, True),
    ],
)
def test_the_reported_thing_is_not_hidden_for_a_faint_hint(
    score: float, thing: BoxXyxy | None, is_hidden: bool
) -> None:
    finder = PersonFinder(Hinting({640: score}), min_score=0.02, margin=0.0)
    assert bool(finder.to_hide(picture(THING), thing)) is is_hidden


def test_cars_are_not_hidden() -> None:
    finder = PersonFinder(Hinting({640: 0.9}, label="car"), min_score=0.02, margin=0.0)
    assert finder.to_hide(picture(FIGURE)) == []
