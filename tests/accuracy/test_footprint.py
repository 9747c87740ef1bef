"""The ground that a shed covers, from simulated outlines. Long: `python -m models.evaluate footprint`."""

from models.evaluate.footprint import simulate


def test_sheds_with_roofs_that_stand_out_are_told_within_a_fifth() -> None:
    figures, untold = simulate(10, seed=4)
    every = figures["all"]
    assert untold == 0
    assert every.median_error <= 0.08
    assert every.within_wanted >= 0.8
    assert every.median_error_on_the_ground > 1.0  # what the fit is worth
