"""Blind corners on a grid of streets: exactly what no camera sees and nobody walked, in short stretches."""

from datetime import date, timedelta

import pytest

from map_server.domain.blind_corner import BlindParams, blind_corners
from map_server.domain.plane import LocalPlane
from map_server.domain.segment import Segment, segment_id_of

TODAY = date(2026, 11, 23)
PLANE = LocalPlane((121.56, 31.25))


def segment(one: tuple[int, int], other: tuple[int, int], name: str = "") -> Segment:
    points = (PLANE.lonlat(*one), PLANE.lonlat(*other))
    length_m = float(abs(one[0] - other[0]) + abs(one[1] - other[1]))
    return Segment(segment_id_of(points), "way", name, name, points, length_m)


def grid(size: int = 5, step_m: int = 100) -> list[Segment]:
    """Streets every `step_m`, one segment from crossing to crossing."""
    lines = []
    for row in range(size):
        for column in range(size - 1):
            x_m, y_m = column * step_m, row * step_m
            lines.append(segment((x_m, y_m), (x_m + step_m, y_m), f"row {row}"))
            lines.append(segment((y_m, x_m), (y_m, x_m + step_m), f"column {row}"))
    return lines


def found(
    segments: list[Segment], seen: dict[str, float], walked: dict[str, date], **params: float
) -> set[str]:
    corners = blind_corners(segments, seen, walked, TODAY, BlindParams(**params))  # type: ignore[arg-type]
    return {one for corner in corners for one in corner.segment_ids}


def test_exactly_what_is_neither_seen_nor_walked_in_fourteen_days() -> None:
    streets = grid()
    ids = [one.segment_id for one in streets]
    seen = dict.fromkeys(ids[:10], 1.0) | {ids[10]: 0.3, ids[11]: 0.5}
    walked = {
        ids[12]: TODAY,
        ids[13]: TODAY - timedelta(days=13),
        ids[14]: TODAY - timedelta(days=14),
        ids[15]: TODAY - timedelta(days=60),
    }
    assert found(streets, seen, walked, unwalked_days=14) == {ids[10], *ids[14:]}


def test_after_a_walk_along_all_of_them_nothing_is_left() -> None:
    streets = grid()
    assert found(streets, {}, dict.fromkeys((one.segment_id for one in streets), TODAY)) == set()


def test_corners_are_of_a_length_that_one_can_walk_and_hold_each_street_once() -> None:
    streets = grid()
    corners = blind_corners(streets, {}, {}, TODAY, BlindParams(longest_corner_m=300))
    assert max(corner.length_m for corner in corners) <= 300
    assert sum(corner.length_m for corner in corners) == pytest.approx(sum(one.length_m for one in streets))
    assert len(corners) < len(streets) / 2


def test_a_corner_stays_on_one_street_where_it_can_and_its_point_lies_on_it() -> None:
    streets = [
        segment((0, 0), (100, 0), "弄"),
        segment((100, 0), (200, 0), "弄"),
        segment((100, 0), (100, 90), "路"),
    ]
    corners = blind_corners(streets, {}, {}, TODAY, BlindParams(longest_corner_m=210))
    assert sorted((corner.name_zh, corner.length_m) for corner in corners) == [("弄", 200.0), ("路", 90.0)]
    lane = next(corner for corner in corners if corner.name_zh == "弄")
    x_m, y_m = PLANE.xy_m((lane.lon, lane.lat))
    assert (x_m, y_m) == (pytest.approx(100, abs=0.1), pytest.approx(0, abs=0.1))


def test_those_of_longest_standing_come_first() -> None:
    streets = [segment((x_m, 0), (x_m + 100, 0)) for x_m in (0, 1000, 2000)]
    walked = {
        streets[0].segment_id: TODAY - timedelta(days=9),
        streets[1].segment_id: TODAY - timedelta(days=30),
    }
    corners = blind_corners(streets, {}, walked, TODAY, BlindParams())
    assert [corner.days_since_walked for corner in corners] == [None, 30.0, 9.0]


def test_a_stub_is_no_reason_to_go_there() -> None:
    assert found([segment((0, 0), (20, 0))], {}, {}) == set()
