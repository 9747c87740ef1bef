"""The geometry and the settings of fusion; its stories are in tests/scenarios."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from map_server.domain.event import GroundFix, View
from map_server.domain.fusion import FusionParams, anchor_of, box_around, combined_radius_m, distance_m
from map_server.domain.plane import LocalPlane
from tests.event_messages import HERE, metres_from
from wire_contract.vocabulary import EventKind

VIEW = View("box", "cam", "zone")


def test_distances_are_metres_on_the_ground() -> None:
    assert distance_m(GroundFix(*HERE, 1), GroundFix(*metres_from(HERE, 30, 40), 1)) == pytest.approx(
        50, abs=0.05
    )


@settings(deadline=None, max_examples=50)
@given(st.floats(-170, 170), st.floats(-80, 80), st.floats(1, 100), st.floats(0, 360))
def test_a_circle_lies_inside_its_box(lon: float, lat: float, radius_m: float, bearing_deg: float) -> None:
    centre = GroundFix(lon, lat, 1)
    east, north = radius_m * math.sin(bearing_deg), radius_m * math.cos(bearing_deg)
    x, y = LocalPlane((lon, lat)).lonlat(east, north)
    box = box_around(centre, radius_m)

    assert box.west <= x <= box.east
    assert box.south <= y <= box.north


def test_the_combined_radius_grows_with_both_errors_up_to_the_limit() -> None:
    params = FusionParams(max_radius_m=30)

    def radius(one_m: float, other_m: float, kind: EventKind = EventKind.GARBAGE_DROP) -> float:
        return combined_radius_m(GroundFix(*HERE, one_m), GroundFix(*HERE, other_m), kind, params)

    assert radius(0, 0) == 1.0, "the size of a bag"
    assert radius(3, 4) == pytest.approx(1.0 + 1.24 * 5, abs=0.01)
    assert radius(3, 4, EventKind.BLOCKED_FIRE_LANE) == pytest.approx(3.0 + 1.24 * 5, abs=0.01)
    assert radius(500, 1) == 30


@pytest.mark.parametrize(
    ("kind", "fix", "anchor"),
    [
        (EventKind.GARBAGE_DROP, GroundFix(121.56014, 31.25549, 1), "121.5601,31.2555"),
        (EventKind.GARBAGE_DROP, GroundFix(121.56014, 31.25549, 40, is_surveyed=False), "box/cam/zone"),
        (EventKind.GARBAGE_DROP, None, "box/cam/zone"),
        (EventKind.CAMERA_HEALTH, GroundFix(121.56014, 31.25549, 1), "box/cam"),
    ],
)
def test_the_anchor_is_the_ground_where_it_is_known_else_the_view(
    kind: EventKind, fix: GroundFix | None, anchor: str
) -> None:
    assert anchor_of(kind, VIEW, fix) == anchor


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ({"max_radius_m": 0.5}, "max_radius_m"),
        ({"max_radius_m": 501}, "max_radius_m"),
        ({"reopen_within_s": -1}, "reopen_within_s"),
        ({"extent_m": {EventKind.GARBAGE_DROP: 1.0}}, "extent_m"),
        ({"extent_m": dict.fromkeys(EventKind, -1.0)}, "extent_m"),
    ],
)
def test_settings_out_of_range_are_refused_by_name(wrong: dict[str, object], key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        FusionParams(**wrong)  # type: ignore[arg-type]
