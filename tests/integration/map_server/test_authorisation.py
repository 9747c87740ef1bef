"""Every route, every role, own and foreign area: made from the OpenAPI document and the table of policies.

A route that is added is asked here without another line: policies.py must name it, and what it says is tried.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from map_server.domain.account import Role
from map_server.domain.reach import Reach
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.policies import (
    DEVICE_ROUTES,
    POLICIES,
    PUBLIC_PATHS,
    TRACKER_ROUTES,
    AreaRule,
    OfOne,
    Policy,
)
from map_server.entrypoints.http.security import CSRF_HEADER
from tests.running_server import databases, fresh_database
from tests.two_compounds import FOREIGN, OWN, TwoCompounds, two_compounds

OWN_COMPOUND = Reach.of_areas(compounds=("compounds-own",))
OWN_GRID = Reach.of_areas(grids=("grids-own",))
REACHES = {Role.PATROL: OWN_GRID, Role.AUDITOR: OWN_COMPOUND, Role.SUPERVISOR: OWN_COMPOUND}

NOBODY = (401, "Please log in.")
NOT_THE_ROLE = (403, "Your role does not allow this; ask an administrator.")
NOT_THE_WARD = (403, "This concerns the whole ward, and you look after single areas.")
NOT_THE_AREA = (404, "There is no such thing in your areas.")
NO_TOKEN = (403, "This page is out of date; reload it and try again.")
AT_THE_DOOR = frozenset({NOBODY, NOT_THE_ROLE, NOT_THE_WARD, NOT_THE_AREA, NO_TOKEN})

LISTS = [
    "/api/v1/live.geojson?zoom=18",
    "/api/v1/incidents",
    "/api/v1/audits",
    "/api/v1/devices",
    "/api/v1/sites",
    "/api/v1/layers/drop_points.geojson",
    "/api/v1/work-orders",
    "/api/v1/patrols",
    "/api/v1/field/day",
    "/api/v1/visits",
    "/visits",
    "/devices",
    "/sites",
    "/work-orders",
    "/patrols",
]
"""What holds things of areas."""
SHOWS_NO_THING = {
    "GET /": "the map fetches live.geojson",
    "GET /audit": "the desk fetches the queue",
    "GET /api/v1/audits/progress": "counts; see below",
    "GET /api/v1/stream": "test_live_hub.py cuts it",
}

REPORTS = {name for name in POLICIES if "/reports" in name}
"""A report is cut by the areas that it covers, its rows with it: see test_reports_http.py."""


@dataclass(frozen=True, slots=True)
class Door:
    """One route with its policy."""

    method: str
    template: str
    policy: Policy

    def path(self, parameters: Mapping[str, str]) -> str:
        """Fill the template; what lies in no area gets a name that nothing has."""
        return re.sub(r"\{(\w+)\}", lambda found: parameters.get(found[1], "nothing"), self.template)


DOORS = [Door(*name.split(" "), policy) for name, policy in POLICIES.items() if name != "POST /logout"]
"""Leaving is open to everybody who is in, and would end the session that knocks at the others."""
DOORS.sort(key=lambda door: door.method != "GET")


@pytest.fixture(scope="module", params=databases())
def ward(
    request: pytest.FixtureRequest, empty_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TwoCompounds]:
    data = tmp_path_factory.mktemp("ward") / "data"
    shutil.copytree(empty_data, data)
    with fresh_database(request.param) as url, two_compounds(data, url) as furnished:
        yield furnished


def answer_of(client: httpx.Client, method: str, path: str, **headers: str) -> tuple[int, str]:
    """Knock; gives the status, and what a problem says. A stream is left at once."""
    with client.stream(method, path, headers={"accept-language": "en", **headers}) as answer:
        is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
        return answer.status_code, str(answer.read() and answer.json()["detail"]) if is_problem else ""


def head_of_log(ward: TwoCompounds) -> int:
    with ward.server.services.read() as work:
        return work.audit_log.head().seq


def test_every_operation_of_the_document_has_a_policy_and_tells_its_refusals(ward: TwoCompounds) -> None:
    document = create_app(ward.server.services).openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            if path in PUBLIC_PATHS:
                continue
            assert name in POLICIES.keys() | DEVICE_ROUTES | TRACKER_ROUTES, name
            told = {"401"} if name in TRACKER_ROUTES else {"401", "403"}
            if name in POLICIES and isinstance(POLICIES[name].area, OfOne):
                told.add("404")
            assert operation["responses"].keys() >= told, name


def test_no_door_opens_to_a_stranger_or_to_a_box(ward: TwoCompounds) -> None:
    own = ward.things[OWN].parameters
    stranger, box = ward.server.stranger(), ward.server.device("box-of-nobody")
    before = head_of_log(ward)
    for door in DOORS:
        for client in (stranger, box):
            assert answer_of(client, door.method, door.path(own)) == NOBODY, door
    assert head_of_log(ward) == before


def test_no_door_of_boxes_opens_to_people(ward: TwoCompounds) -> None:
    admin, own = ward.server.person(Role.ADMIN), ward.things[OWN].parameters
    for name in DEVICE_ROUTES:
        method, template = name.split(" ")
        path = re.sub(r"\{(\w+)\}", lambda found: own[found[1]], template)
        assert admin.request(method, path).status_code == 401, name


def test_no_door_opens_to_a_weaker_role(ward: TwoCompounds) -> None:
    own = ward.things[OWN].parameters
    people = {role: ward.server.person(role) for role in Role}
    before = head_of_log(ward)
    for door in DOORS:
        for role, client in people.items():
            if not role.covers(door.policy.role):
                assert answer_of(client, door.method, door.path(own)) == NOT_THE_ROLE, (door, role)
    assert head_of_log(ward) == before


def test_no_door_opens_to_people_of_another_area(ward: TwoCompounds) -> None:
    foreign = ward.things[FOREIGN].parameters
    people = {role: ward.server.person(role, reach=reach) for role, reach in REACHES.items()}
    before = head_of_log(ward)
    for door in DOORS:
        for role, client in people.items():
            if not role.covers(door.policy.role) or door.policy.area in (AreaRule.WARD, AreaRule.OWN_AREAS):
                continue
            expected = NOT_THE_WARD if door.policy.area is AreaRule.WHOLE_WARD else NOT_THE_AREA
            assert answer_of(client, door.method, door.path(foreign)) == expected, (door, role)
    assert head_of_log(ward) == before


def test_nothing_changes_without_the_token_of_the_page(ward: TwoCompounds) -> None:
    admin, own = ward.server.person(Role.ADMIN), ward.things[OWN].parameters
    del admin.headers[CSRF_HEADER]
    for door in DOORS:
        if door.method != "GET":
            assert answer_of(admin, door.method, door.path(own)) == NO_TOKEN, door


@pytest.mark.parametrize("path", LISTS)
def test_list_holds_what_lies_in_ones_own_areas_alone(ward: TwoCompounds, path: str) -> None:
    everybody = ward.server.person(Role.SUPERVISOR).get(path).text
    shown = [mark for mark in ward.things[FOREIGN].marks if mark in everybody]
    assert shown
    for reach in (OWN_COMPOUND, OWN_GRID):
        listed = ward.server.person(Role.SUPERVISOR, reach=reach).get(path).text
        assert [mark for mark in ward.things[FOREIGN].marks if mark in listed] == []
        assert [mark.replace(OWN, FOREIGN) for mark in ward.things[OWN].marks if mark in listed]


def test_no_list_is_forgotten() -> None:
    cut = {name for name, policy in POLICIES.items() if policy.area is AreaRule.OWN_AREAS}
    gets = {f"GET {path.split('?')[0].replace('drop_points', '{name}')}" for path in LISTS}
    assert cut - gets - SHOWS_NO_THING.keys() - REPORTS == {"POST /api/v1/work-orders"}


def test_counts_of_the_desk_are_those_of_ones_own_areas(ward: TwoCompounds) -> None:
    path = "/api/v1/audits/progress"
    waiting = [
        ward.server.person(Role.AUDITOR, reach=reach).get(path).json()["waiting"]
        for reach in (OWN_COMPOUND, OWN_GRID)
    ]
    assert waiting == [1, 1]
    assert ward.server.person(Role.AUDITOR).get(path).json()["waiting"] == 2


def test_body_cannot_name_what_lies_elsewhere(ward: TwoCompounds) -> None:
    chief = ward.server.person(Role.SUPERVISOR, reach=OWN_COMPOUND)
    own, foreign = (ward.things[area].parameters for area in (OWN, FOREIGN))
    before = head_of_log(ward)
    merge = {"absorbed_id": foreign["waiting_id"], "reason": "the same"}
    asked = [
        chief.post(f"/api/v1/incidents/{own['waiting_id']}/merge", json=merge),
        chief.post("/api/v1/work-orders", json={"incident_id": foreign["waiting_id"], "reason": "now"}),
    ]
    assert [answer.status_code for answer in asked] == [404, 404], [answer.text for answer in asked]
    assert head_of_log(ward) == before


def test_doors_open_to_those_whom_they_are_for(ward: TwoCompounds) -> None:
    """Last, for what is asked here is done: shows that the refusals above are not those of broken doors."""
    own = ward.things[OWN].parameters
    of_the_area = {role: ward.server.person(role, reach=reach) for role, reach in REACHES.items()}
    of_the_ward = {role: ward.server.person(role) for role in Role}  # these move the box elsewhere, at last
    for people in (of_the_area, of_the_ward):
        for door in DOORS:
            if people is of_the_area and door.policy.area is AreaRule.WHOLE_WARD:
                continue
            status, said = answer_of(people[door.policy.role], door.method, door.path(own))
            assert (status, said) not in AT_THE_DOOR, door
            assert status < 500, (door, status, said)
            if door.method == "GET" and isinstance(door.policy.area, OfOne):
                assert status < 400, (door, status, said)
