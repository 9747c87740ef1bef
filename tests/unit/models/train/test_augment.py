"""However a photo is scaled, mirrored and cut, its boxes stay on the things that they name."""

import numpy as np
import pytest

from models.train.augment import LEARNING, SETTLING, Mix, judged, matching_picture, moved, training_picture
from models.train.cutouts import Cutout, cut_out, lay_cutouts
from models.train.samples import Floats, Picture, Sample, no_boxes, no_places
from models.train.sources import Source

STEADY = Mix(whole=0.3, far=0.2, nine=0.2, pasted=0.0, weather=0.0)
NINE = Mix(whole=0.0, far=0.0, nine=1.0, pasted=0.0, weather=0.0)
WHOLE = Mix(whole=1.0, far=0.0, nine=0.0, pasted=0.0, weather=0.0)
COLOURS = {4: (20, 20, 230), 5: (20, 230, 20)}
"""What stands in the test photos: a red thing of class 4, a green one of class 5, on blue ground."""


def street() -> Source:
    picture: Picture = np.full((300, 400, 3), (200, 60, 60), np.uint8)
    boxes = [(4, 40, 50, 120, 180), (5, 220, 100, 330, 260)]
    for label, x1, y1, x2, y2 in boxes:
        picture[y1:y2, x1:x2] = COLOURS[label]
    unsure: Floats = np.array([[0, 270, 40, 300]], np.float32)
    return Source(
        "street", 1.0, [Sample("a", picture, np.array(boxes, np.float32), unsure)], np.ones(1, np.float32)
    )


@pytest.mark.parametrize("seed", range(40))
def test_boxes_stay_on_their_things(seed: int) -> None:
    scene = training_picture([street()], [], np.random.default_rng(seed), 320, STEADY)
    brightest = scene.picture.argmax(
        axis=2
    )  # blue ground 0, green 1, red 2; plain ground is not among the boxes
    for label, x1, y1, x2, y2 in scene.boxes:
        inside = brightest[round(y1) : round(y2), round(x1) : round(x2)]
        assert (inside == (2 if label == 4 else 1)).mean() > 0.85


@pytest.mark.parametrize("seed", range(40))
def test_every_visible_thing_has_a_box_or_is_not_judged(seed: int) -> None:
    scene = training_picture([street()], [], np.random.default_rng(seed), 320, STEADY)
    uncovered = scene.picture.copy()
    for box in (*scene.boxes[:, 1:], *scene.ignored):
        x1, y1, x2, y2 = box
        uncovered[max(0, int(y1) - 2) : int(y2) + 3, max(0, int(x1) - 2) : int(x2) + 3] = 0
    red, green = (np.abs(uncovered.astype(int) - COLOURS[label]).max(axis=2) < 60 for label in (4, 5))
    assert not red.any()
    assert not green.any()


@pytest.mark.parametrize("mix", [LEARNING, SETTLING])
def test_the_same_seed_makes_the_same_picture(mix: Mix) -> None:
    one, other = (training_picture([street()], [], np.random.default_rng(7), 256, mix) for _ in range(2))
    assert (one.picture == other.picture).all()
    assert (one.boxes == other.boxes).all()
    assert one.picture.shape == (256, 256, 3)


def test_in_matching_pictures_nothing_is_judged_and_streets_show_through_in_two_of_three() -> None:
    white = Sample("w", np.full((300, 400, 3), 250, np.uint8), no_boxes(), no_places())
    world = Source("coco", 1.0, [white], np.ones(1, np.float32))
    are_of_both = []
    for seed in range(60):
        scene = matching_picture([street()], [world], np.random.default_rng(seed), 320, WHOLE)
        assert not len(scene.boxes)
        assert scene.ignored.tolist() == [[-1, -1, 321, 321]]
        tint = scene.picture[..., 0].astype(int) - scene.picture[..., 1]  # the street's ground is blue
        are_of_both.append((np.abs(tint) > 15).mean() > 0.1)
    assert 0.5 < np.mean(are_of_both) < 0.8


def test_nine_photos_in_one_picture_show_many_small_things() -> None:
    scenes = [training_picture([street()], [], np.random.default_rng(seed), 416, NINE) for seed in range(20)]
    widths = np.concatenate([scene.boxes[:, 3] - scene.boxes[:, 1] for scene in scenes])
    assert len(widths) / len(scenes) > 6  # eighteen things, less those that a window cuts off
    assert np.median(widths) < 416 / 8


def test_a_mirrored_box_keeps_its_size_and_changes_sides() -> None:
    box: Floats = np.array([[10, 20, 30, 60]], np.float32)
    assert moved(box, (0.5, 1.0), 100, (7, 3)).tolist() == [[7 + 85, 23, 7 + 95, 63]]


@pytest.mark.parametrize(
    ("box", "is_kept", "is_set_apart"),
    [
        ((10, 10, 40, 40), True, False),  # whole
        ((80, 10, 120, 40), True, False),  # half of it is seen
        ((92, 10, 132, 40), False, True),  # a fifth of it is seen: neither learnt nor background
        ((10, 10, 13, 40), False, True),  # too thin to be told
        ((110, 10, 140, 40), False, False),  # not in the picture
    ],
)
def test_what_is_hardly_seen_is_not_judged(box: tuple[int, ...], is_kept: bool, is_set_apart: bool) -> None:
    labels, full = np.array([4], np.float32), np.array([box], np.float32)
    kept, apart = judged(labels, full, no_places(), (0, 0, 100, 100))
    assert (len(kept) == 1, len(apart) == 1) == (is_kept, is_set_apart)


def bag(label: int | None) -> Cutout:
    return Cutout(label, np.full((30, 20, 3), 250, np.uint8), np.ones((30, 20), np.float32))


def test_a_laid_thing_is_labelled_where_it_lies_and_nothing_is_covered() -> None:
    taken: Floats = np.array([[5, 0, 0, 160, 320]], np.float32)
    for seed in range(30):
        picture = np.zeros((320, 320, 3), np.uint8)
        boxes = lay_cutouts(picture, taken, [bag(4)], np.random.default_rng(seed))
        assert picture[:, :140].max() == 0, "the bin there stays in sight"
        for _, x1, y1, x2, y2 in boxes[1:]:
            assert picture[int(y1) : int(y2), int(x1) : int(x2)].min() > 60


def test_other_things_are_laid_without_a_label() -> None:
    picture = np.zeros((320, 320, 3), np.uint8)
    boxes = lay_cutouts(picture, no_boxes(), [bag(None)], np.random.default_rng(1))
    assert not len(boxes)
    assert picture.max() > 0


def test_a_thing_before_a_plain_wall_is_cut_along_its_outline() -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(150, 170, (200, 200, 3)).astype(np.uint8)
    y, x = np.mgrid[0:200, 0:200]
    round_thing = (x - 100) ** 2 + (y - 100) ** 2 < 40**2
    picture[round_thing] = rng.integers(10, 40, (int(round_thing.sum()), 3)).astype(np.uint8)
    sample = Sample("a", picture, np.array([[4, 58, 58, 142, 142]], np.float32), no_places())
    (cutout,) = cut_out([sample], [4], 5, seed=1)
    assert cutout.label == 4
    assert cutout.alpha.mean() == pytest.approx(np.pi / 4, abs=0.08)


def test_a_thing_behind_another_is_not_cut() -> None:
    boxes: Floats = np.array([[4, 50, 50, 120, 120], [5, 60, 60, 150, 150]], np.float32)
    assert (
        cut_out([Sample("a", np.zeros((200, 200, 3), np.uint8), boxes, no_places())], [4, 5], 5, seed=1) == []
    )
