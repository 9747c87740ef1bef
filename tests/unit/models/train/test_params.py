"""A run's settings defend themselves, and its end is the same however it was reached."""

import pytest

from models.train.params import TrainingParams


def test_the_rate_rises_stays_and_while_settling_falls_to_almost_nothing() -> None:
    params = TrainingParams(steps=1000, settling_steps=200, warmup_steps=100)
    assert params.rate(0) < 0.02 * params.learning_rate
    assert params.rate(799) == params.learning_rate
    assert params.rate(800) == params.settling_rate
    assert params.rate(999) < 0.01 * params.settling_rate


def test_settling_forgets_early_averages_and_soon_keeps_most_of_its_own() -> None:
    params = TrainingParams(steps=30_000, settling_steps=15_000)
    assert params.averaging(0) == params.averaging(params.settles_at) == 0.1
    assert params.averaging(14_999) == params.averaging(29_999) == params.average_decay


def test_a_prolonged_run_has_not_begun_to_settle() -> None:
    short, prolonged = (
        TrainingParams(steps=1000, settling_steps=200),
        TrainingParams(steps=2000, settling_steps=200),
    )
    assert short.rate(700) == prolonged.rate(700)
    assert not prolonged.is_settling(900)


def test_pictures_have_their_full_size_at_the_end() -> None:
    params = TrainingParams(steps=1000, settling_steps=200)
    assert {params.picture_size_px(step) for step in range(900, 1000)} == {416}
    assert len({params.picture_size_px(step) for step in range(200)}) > 3
    assert params.picture_size_px(5) == params.picture_size_px(5)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"steps": 10, "settling_steps": 11}, "settling_steps"),
        ({"size_px": 400}, "size_px"),
        ({"batch": 0}, "batch"),
        ({"fold": 10}, "fold"),
    ],
)
def test_an_impossible_setting_is_named(change: dict[str, int], key: str) -> None:
    with pytest.raises(ValueError, match=key):
        TrainingParams(**change)  # type: ignore[arg-type]
