"""What a track proves: walked streets with their times, and nothing of jumps, gaps and made-up positions."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from map_server.adapters.streets import EmbeddedStreets, plain_ways
from map_server.adapters.track_matching import TrackMatching
from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.domain.track_match import MatchedTrack, TrackFix

PLANE = LocalPlane((121.56, 31.25))
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
STEP_M = 100


def at(x_m: float, y_m: float) -> LonLat:
    return PLANE.lonlat(x_m, y_m)


@pytest.fixture(scope="module")
def grid() -> EmbeddedStreets:
    """Six streets each way, a hundred metres apart; at the outer corners there is no junction."""
    lines = [[at(STEP_M * x, STEP_M * y) for x in range(6)] for y in range(6)]
    return EmbeddedStreets(plain_ways([*lines, *map(list, zip(*lines, strict=True))]))


def fixes(
    *corners: tuple[float, float], every_s: float = 5.0, noise_m: float = 0.0, pace: float = 1.2
) -> list[TrackFix]:
    """A walk from corner to corner."""
    rng, found, seconds = random.Random(3), [], 0.0
    for (x, y), (to_x, to_y) in pairwise(corners):
        metres = abs(to_x - x) + abs(to_y - y)
        for step in range(int(metres / pace / every_s)):
            share = step * every_s * pace / metres
            place = (
                x + share * (to_x - x) + rng.gauss(0, noise_m),
                y + share * (to_y - y) + rng.gauss(0, noise_m),
            )
            found.append(TrackFix(*at(*place), max(noise_m, 3.0) * 1.5, NOON + timedelta(seconds=seconds)))
            seconds += every_s
    return [*found, TrackFix(*at(*corners[-1]), 5.0, NOON + timedelta(seconds=seconds))]


def walked(grid: EmbeddedStreets, found: MatchedTrack) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Give the walked segments by the numbers of their crossings, in the order of time."""
    ends = {}
    for one in grid.segments:
        crossings = [
            tuple(round(m / STEP_M) for m in PLANE.xy_m(point)) for point in (one.points[0], one.points[-1])
        ]
        ends[one.segment_id] = tuple(sorted(crossings))
    return [ends[one.segment_id] for one in found.walked if one.share > 0.5]


AROUND = ((0, 100), (200, 100), (200, 300))
STREETS = [((0, 1), (1, 1)), ((1, 1), (2, 1)), ((2, 1), (2, 2)), ((2, 2), (2, 3))]


def matched(grid: EmbeddedStreets, track: Sequence[TrackFix]) -> MatchedTrack:
    return TrackMatching(grid).match(track)


def test_a_walk_around_a_corner_is_found_with_its_times(grid: EmbeddedStreets) -> None:
    found = matched(grid, fixes(*AROUND))
    assert walked(grid, found) == STREETS
    for number, one in enumerate(found.walked):
        assert abs((one.entered_at - NOON).total_seconds() - number * STEP_M / 1.2) < 15
        assert one.share == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("noise_m", [5.0, 10.0, 15.0])
def test_noise_does_not_lead_into_side_streets(grid: EmbeddedStreets, noise_m: float) -> None:
    assert walked(grid, matched(grid, fixes(*AROUND, noise_m=noise_m))) == STREETS


def test_order_and_doubles_do_not_matter(grid: EmbeddedStreets) -> None:
    track = fixes(*AROUND)
    shuffled = [*track, *track[::2]]
    random.Random(1).shuffle(shuffled)
    assert matched(grid, shuffled).walked == matched(grid, track).walked


def test_half_a_street_is_half_walked(grid: EmbeddedStreets) -> None:
    (one,) = matched(grid, fixes((0, 100), (50, 100))).walked
    assert one.share == pytest.approx(0.5, abs=0.05)


def test_a_short_silence_is_bridged_and_a_long_one_proves_nothing(grid: EmbeddedStreets) -> None:
    track = fixes((0, 100), (500, 100))
    short = [fix for fix in track if not 60 < (fix.at - NOON).total_seconds() < 200]
    assert len(walked(grid, matched(grid, short))) == 5
    late = [
        replace(fix, at=fix.at + timedelta(minutes=20)) if (fix.at - NOON).total_seconds() >= 250 else fix
        for fix in track
        if not 165 < (fix.at - NOON).total_seconds() < 250
    ]
    assert ((2, 1), (3, 1)) not in walked(grid, matched(grid, late))


def test_made_up_positions_do_not_count(grid: EmbeddedStreets) -> None:
    track = [replace(fix, is_mock=True) for fix in fixes(*AROUND)]
    found = matched(grid, track)
    assert (found.walked, found.doubted) == ((), len(track))


def test_jumps_of_hundreds_of_metres_do_not_count(grid: EmbeddedStreets) -> None:
    """Every fourth position lies 400 m away, 80 m/s there and back: the rest of the walk stands."""
    track = [
        replace(fix, lat=at(0, 500)[1]) if number % 4 == 3 else fix
        for number, fix in enumerate(fixes((0, 100), (300, 100)))
    ]
    found = matched(grid, track)
    assert walked(grid, found) == [((0, 1), (1, 1)), ((1, 1), (2, 1)), ((2, 1), (3, 1))]
    assert found.doubted >= len(track) // 5


def test_a_walk_inside_a_block_is_on_no_street(grid: EmbeddedStreets) -> None:
    wide = EmbeddedStreets(plain_ways([[at(0, 0), at(1000, 0)], [at(0, 0), at(0, 1000)]]))
    found = matched(wide, fixes((300, 300), (600, 300)))
    assert (found.walked, found.matched) == ((), 0)
    assert found.off_street > 0


def test_a_passed_side_street_is_not_walked(grid: EmbeddedStreets) -> None:
    """Ten metres into a side street and back, to look around the corner."""
    there_and_back = ((0, 100), (100, 100), (100, 110), (100, 100), (300, 100))
    assert walked(grid, matched(grid, fixes(*there_and_back))) == [
        ((0, 1), (1, 1)),
        ((1, 1), (2, 1)),
        ((2, 1), (3, 1)),
    ]


def test_nothing_gives_nothing(grid: EmbeddedStreets) -> None:
    assert matched(grid, []) == MatchedTrack()
