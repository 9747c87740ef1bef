"""Held-back photos are of places that the detector has never seen, not other views of the same place."""

from itertools import pairwise

import pytest

from models.train.split import FOLDS, held_back, is_place_held_back, photo_id


def street(count: int = 1000) -> list[str]:
    """Every third photo is there as an augmented copy alone, every sixth as both."""
    names = [f"{index:06d}.jpg" for index in range(count) if index % 3]
    return names + [f"{index:06d}_aug.jpg" for index in range(0, count, 2)]


def test_an_augmented_copy_stays_on_the_side_of_its_photo() -> None:
    apart = {photo_id(name) for name in held_back(street(), fold=4)}
    together = {photo_id(name) for name in street()} - apart
    assert all((photo_id(name) in apart) == (name in held_back(street(), fold=4)) for name in street())
    assert apart
    assert together


def test_neighbouring_photos_are_held_back_together() -> None:
    ids = sorted({photo_id(name) for name in held_back(street(), fold=2)})
    gaps = [later - earlier for earlier, later in pairwise(ids)]
    assert sum(gap > 2 for gap in gaps) == 1, "two blocks, each without a hole"


def test_the_folds_share_out_all_photos() -> None:
    folds = [held_back(street(), fold) for fold in range(FOLDS)]
    assert sorted(name for fold in folds for name in fold) == sorted(street())
    assert all(60 <= len(fold) <= 160 for fold in folds)


def test_a_named_place_keeps_its_side_when_others_join() -> None:
    places = [f"A{number}" for number in range(500)]
    assert 25 <= sum(is_place_held_back(place, 9) for place in places) <= 75
    assert [is_place_held_back(place, 9) for place in places[:5]] == [
        is_place_held_back(place, 9) for place in places
    ][:5]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("000123.jpg", 123),
        ("000123_aug.jpg", 123),  # the copy has its photo's id
        ("7.png", 7),
    ],
)
def test_the_id_is_the_number_before_any_mark(name: str, number: int) -> None:
    assert photo_id(name) == number


def test_no_photos_leave_nothing_to_hold_back() -> None:
    assert held_back([], 3) == set()
