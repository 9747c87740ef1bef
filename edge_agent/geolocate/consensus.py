"""Which control points agree: the search for the gross mistakes among them (swapped points, a wrong digit).

RANSAC (M. Fischler, R. Bolles, CACM 1981) with the truncated score of MSAC (P. Torr, A. Zisserman, CVIU
2000). All sets of four are tried instead of random ones (evenly chosen ones above a thousand): nothing is
left to chance.
"""

from dataclasses import dataclass
from itertools import combinations, islice
from math import comb

import numpy as np

from edge_agent.geolocate.homography import Flags, Homography, Marks, squared_distances, through
from edge_agent.geolocate.pinhole import Optics, Pinhole, fit_camera

MIN_POINTS = 4
MIN_POINTS_TO_DOUBT = 6
"""With five points each set of four fits exactly, so that nothing tells which point is wrong."""
_MAX_POINTS = 30
_MAX_SETS = 1000
_MIN_AGREEING_PART = 0.6
_SEARCH_GATE = 5.0**2
"""Squared sigmas; wide, because a map through only four noisy points is itself noisy."""
_FINAL_GATE = 13.8
"""99.9 % quantile of chi-squared with 2 degrees of freedom."""
_MAX_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Fit:
    """The map, the camera behind it (None where the points contradict a pinhole), the points in use (N,)."""

    homography: Homography
    camera: Pinhole | None
    used: Flags


def fit_agreeing(marks: Marks, optics: Optics) -> Fit:
    """Fit the control points that agree.

    All points are used when there are fewer than six, or when less than 60 % agree: then it is not a few
    points that are wrong but the stated noise, and the residuals widen the covariance instead. So they are
    when those that agree fix no plane by themselves, as a row of far ones and a near one: they prove nothing
    against the rest. Raises ValueError when the points do not fix a plane.
    """
    count = len(marks.ground_m)
    if not MIN_POINTS <= count <= _MAX_POINTS:
        raise ValueError(f"{count} control points given; a ground plane needs {MIN_POINTS} to {_MAX_POINTS}")
    everyone = np.ones(count, dtype=np.bool_)
    if count < MIN_POINTS_TO_DOUBT:
        return Fit(*fit_camera(marks, optics), everyone)
    agreeing = _search(marks)
    for _ in range(_MAX_ROUNDS):
        if agreeing.sum() < max(MIN_POINTS_TO_DOUBT - 1, _MIN_AGREEING_PART * count):
            return Fit(*fit_camera(marks, optics), everyone)
        try:
            homography, camera = fit_camera(marks.chosen(agreeing), optics)
        except ValueError:
            return Fit(*fit_camera(marks, optics), everyone)
        again = _within_gate(homography, marks, agreeing)
        if (again == agreeing).all():
            break
        agreeing = again
    return Fit(homography, camera, agreeing)


def _search(marks: Marks) -> Flags:
    """Find the best set of four and give the points within the search gate of it."""
    count = len(marks.ground_m)
    stride = comb(count, MIN_POINTS) // _MAX_SETS + 1
    best_score, best = np.inf, np.ones(count, dtype=np.bool_)
    for four in islice(combinations(range(count), MIN_POINTS), 0, None, stride):
        try:
            candidate = through(marks.ground_m[list(four)], marks.ideal_px[list(four)])
        except ValueError:
            continue
        distance = squared_distances(candidate, marks, marks.covariance_px2(candidate))
        score = float(np.minimum(distance, _SEARCH_GATE).sum())
        if score < best_score:
            best_score, best = score, distance < _SEARCH_GATE
    return best


def _within_gate(homography: Homography, marks: Marks, agreeing: Flags) -> Flags:
    """Tell which points agree with a fit; of points that had no part in it, its own error is allowed, too."""
    covariance = marks.covariance_px2(homography)
    covariance[~agreeing] += homography.pixel_covariance(marks.ground_m)[~agreeing]
    result: Flags = squared_distances(homography, marks, covariance) < _FINAL_GATE
    return result
