"""A run's settings defend themselves, and its end is the same however it was reached."""

import pytest

from models.train.params import TrainingParams


def test_the_rate_rises_stays_and_falls_to_almost_nothing() -> None:
    params = TrainingParams(steps=1000, decay_steps=200, warmup_steps=100)
    assert params.rate(0) < 0.02 * params.learning_rate
    assert params.rate(500) == params.learning_rate
    assert params.rate(999) < 0.01 * params.learning_rate


def test_a_prolonged_run_has_not_begun_to_fall() -> None:
    short, prolonged = (
        TrainingParams(steps=1000, decay_steps=200),
        TrainingParams(steps=2000, decay_steps=200),
    )
    assert short.rate(700) == prolonged.rate(700)
    assert not prolonged.is_closing(900)


def test_pictures_have_their_full_size_at_the_end() -> None:
    params = TrainingParams(steps=1000, decay_steps=200)
    assert {params.picture_size_px(step) for step in range(900, 1000)} == {416}
    assert len({params.picture_size_px(step) for step in range(200)}) > 3
    assert params.picture_size_px(5) == params.picture_size_px(5)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"steps": 10, "decay_steps": 11}, "decay_steps"),
        ({"size_px": 400}, "size_px"),
        ({"batch": 0}, "batch"),
        ({"fold": 10}, "fold"),
    ],
)
def test_an_impossible_setting_is_named(change: dict[str, int], key: str) -> None:
    with pytest.raises(ValueError, match=key):
        TrainingParams(**change)  # type: ignore[arg-type]
