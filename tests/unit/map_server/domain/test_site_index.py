"""Which registered site a place belongs to, and when it is better not to say."""

import pytest

from map_server.domain.event import GroundFix
from map_server.domain.site import Site, SiteKind, StructureState
from map_server.domain.site_index import SITE_RADIUS_M, SiteIndex
from tests.event_messages import HERE, metres_from
from wire_contract.vocabulary import EventKind

GARBAGE, STRUCTURE = EventKind.GARBAGE_DROP, EventKind.ILLEGAL_STRUCTURE


def site(site_id: str, east_m: float, kind: SiteKind = SiteKind.DROP_POINT) -> Site:
    state = StructureState.WATCHED if kind is SiteKind.STRUCTURE_POINT else None
    return Site(site_id, kind, site_id, site_id, metres_from(HERE, east_m), 7, state=state)


WARD = SiteIndex([site("near", 0), site("far", 40), site("roof", 3, SiteKind.STRUCTURE_POINT)])


@pytest.mark.parametrize(
    ("kind", "east_m", "error_m", "expected"),
    [
        (GARBAGE, 0.0, 1.0, "near"),
        (GARBAGE, SITE_RADIUS_M - 0.5, 1.0, "near"),
        (GARBAGE, SITE_RADIUS_M + 0.5, 1.0, None),  # nobody's
        (GARBAGE, 38.0, 1.0, "far"),
        (GARBAGE, 14.0, 8.0, None),  # 14 m from one, 26 m from the other, both within twice the error
        (STRUCTURE, 0.0, 1.0, "roof"),  # a structure is not at a drop point
        (STRUCTURE, 38.0, 1.0, None),
        (EventKind.BLOCKED_FIRE_LANE, 0.0, 1.0, None),  # lanes are no sites
        (EventKind.CAMERA_HEALTH, 0.0, 1.0, None),
    ],
)
def test_a_place_belongs_to_the_one_site_that_it_can_be_at(
    kind: EventKind, east_m: float, error_m: float, expected: str | None
) -> None:
    assert WARD.at(kind, GroundFix(*metres_from(HERE, east_m), error_m)) == expected


def test_where_the_camera_hangs_says_nothing_about_the_site() -> None:
    assert WARD.at(GARBAGE, GroundFix(*HERE, 5.0, is_surveyed=False)) is None
    assert WARD.at(GARBAGE, None) is None


def test_a_ward_without_sites_has_none() -> None:
    assert SiteIndex([]).at(GARBAGE, GroundFix(*HERE, 1.0)) is None
