"""Which registered site a place belongs to, and when it is better not to say."""

from dataclasses import replace

import pytest
from shapely import Polygon

from map_server.domain.event import ErrorEllipse, GroundFix
from map_server.domain.site import Site, SiteKind, StructureState
from map_server.domain.site_index import SiteIndex
from tests.event_messages import HERE, metres_from
from wire_contract.vocabulary import EventKind

GARBAGE, STRUCTURE = EventKind.GARBAGE_DROP, EventKind.ILLEGAL_STRUCTURE
BUFFER_M = 15.0
"""Of drop points and structure points, where no groups were loaded."""


def site(site_id: str, east_m: float, kind: SiteKind = SiteKind.DROP_POINT) -> Site:
    state = StructureState.CLEARED if kind is SiteKind.STRUCTURE_POINT else None
    return Site(site_id, kind, site_id, site_id, metres_from(HERE, east_m), 7, state=state)


WARD = SiteIndex([site("near", 0), site("far", 40), site("roof", 3, SiteKind.STRUCTURE_POINT)])


@pytest.mark.parametrize(
    ("kind", "east_m", "error_m", "expected"),
    [
        (GARBAGE, 0.0, 1.0, "near"),
        (GARBAGE, BUFFER_M - 0.5, 1.0, "near"),
        (GARBAGE, BUFFER_M + 0.5, 1.0, None),  # nobody's
        (GARBAGE, 38.0, 1.0, "far"),
        (GARBAGE, 14.0, 8.0, None),  # 14 m from one, 26 m from the other, both within twice the error
        (STRUCTURE, 0.0, 1.0, "roof"),  # a structure is not at a drop point
        (STRUCTURE, 38.0, 1.0, None),
        (EventKind.BLOCKED_FIRE_LANE, 0.0, 1.0, None),  # no lane is registered here
        (EventKind.CAMERA_HEALTH, 0.0, 1.0, None),
    ],
)
def test_a_place_belongs_to_the_one_site_that_it_can_be_at(
    kind: EventKind, east_m: float, error_m: float, expected: str | None
) -> None:
    assert WARD.at(kind, GroundFix(*metres_from(HERE, east_m), error_m)) == expected


def test_a_lane_reaches_as_far_as_its_shape() -> None:
    corners = [metres_from(HERE, east, north) for east, north in ((0, 0), (60, 0), (60, 4), (0, 4))]
    lane = replace(site("lane", 30, SiteKind.FIRE_LANE), footprint=Polygon(corners))
    ward = SiteIndex([lane])
    for east_m, north_m, expected in ((1, 2, "lane"), (59, 5.5, "lane"), (30, 6.5, None), (64, 2, None)):
        fix = GroundFix(*metres_from(HERE, east_m, north_m), 0.5)
        assert ward.at(EventKind.BLOCKED_FIRE_LANE, fix) == expected


class TestHit:
    """In whose buffer a finding lies, with its error."""

    def test_error_widens_the_buffer_towards_the_site(self) -> None:
        long_towards = ErrorEllipse(major_m=8.0, minor_m=1.0, azimuth_deg=90.0)
        long_across = ErrorEllipse(major_m=8.0, minor_m=1.0, azimuth_deg=0.0)
        place = metres_from(HERE, -20.0)
        towards = WARD.hit(GARBAGE, GroundFix(*place, 8.0, long_towards))
        assert towards is not None
        assert (towards.site.site_id, towards.distance_m) == ("near", pytest.approx(20.0, abs=0.05))
        assert towards.reach_m == pytest.approx(BUFFER_M + 8.0, abs=0.01)
        assert WARD.hit(GARBAGE, GroundFix(*place, 8.0, long_across)) is None

    def test_vague_place_is_not_explained_by_a_site_far_away(self) -> None:
        assert WARD.hit(STRUCTURE, GroundFix(*metres_from(HERE, -40.0), 60.0)) is None

    def test_of_two_sites_the_nearer_one_has_it(self) -> None:
        hit = WARD.hit(GARBAGE, GroundFix(*metres_from(HERE, 21.0), 12.0))
        assert hit is not None
        assert hit.site.site_id == "far"

    def test_where_a_camera_hangs_hits_nothing(self) -> None:
        assert WARD.hit(GARBAGE, GroundFix(*HERE, 5.0, is_surveyed=False)) is None
        assert WARD.hit(GARBAGE, None) is None


def test_where_the_camera_hangs_says_nothing_about_the_site() -> None:
    assert WARD.at(GARBAGE, GroundFix(*HERE, 5.0, is_surveyed=False)) is None
    assert WARD.at(GARBAGE, None) is None


def test_a_ward_without_sites_has_none() -> None:
    assert SiteIndex([]).at(GARBAGE, GroundFix(*HERE, 1.0)) is None
