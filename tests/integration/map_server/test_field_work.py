"""What a result at an incident's stop does to its work order and the incident: what their own rules allow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from map_server.domain.account import Role
from tests.fakes.owners import CLEANING, FixedOwners
from tests.field_day import HERE, FieldPhone, jpeg, load_sites, plan_day, sha256
from tests.running_server import running_server
from tests.work_order_office import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with running_server(tmp_path / "data", owners=FixedOwners()) as server:
        yield Office(server, FixedOwners())


def at_the_stop(office: Office, folder: Path, incident_id: str, phone: FieldPhone) -> None:
    load_sites(office.server, folder)
    plan_day(office.server, visits=3, incident_id=incident_id)
    assert phone.accept().status_code == 201


def of(office: Office, unit_id: str | None) -> FieldPhone:
    return FieldPhone(office.server, office.server.person(Role.PATROL, unit_id))


def dealt_with(phone: FieldPhone, picture: bytes) -> None:
    said = phone.result(4, picture, fix=phone.fix(0), outcome="dealt_with", note="two bags taken away")
    answer = phone.send(said)
    assert (answer.status_code, answer.json()["doubts"]) == (201, [])
    assert phone.upload(picture).status_code == 200


def test_person_of_the_unit_that_leads_brings_the_order_to_handled_with_the_picture(
    office: Office, tmp_path: Path
) -> None:
    order_id = office.confirmed_order(at=HERE)
    office.act(office.officer, order_id, "dispatch")
    incident_id = office.show(order_id)["work_order"]["incident_id"]
    phone, picture = of(office, CLEANING), jpeg(41)
    at_the_stop(office, tmp_path, incident_id, phone)
    dealt_with(phone, picture)
    assert office.state(order_id) == "handled"
    assert sha256(picture) in str(office.show(order_id))


def test_somebody_else_leaves_the_order_to_those_whose_it_is(office: Office, tmp_path: Path) -> None:
    order_id = office.confirmed_order(at=HERE)
    office.act(office.officer, order_id, "dispatch")
    incident_id = office.show(order_id)["work_order"]["incident_id"]
    phone = of(office, None)
    at_the_stop(office, tmp_path, incident_id, phone)
    dealt_with(phone, jpeg(42))
    assert office.state(order_id) == "dispatched"


def test_incident_without_a_living_order_is_resolved(office: Office, tmp_path: Path) -> None:
    order_id = office.confirmed_order(at=HERE)
    incident_id = office.show(order_id)["work_order"]["incident_id"]
    office.act(office.officer, order_id, "void", reason="by hand today")
    phone = of(office, None)
    at_the_stop(office, tmp_path, incident_id, phone)
    dealt_with(phone, jpeg(43))
    (incident,) = office.officer.get("/api/v1/incidents").json()["incidents"]
    assert (incident["id"], incident["state"]) == (incident_id, "resolved")


def test_incident_is_open_again_when_the_visit_that_ended_it_is_rejected(
    office: Office, tmp_path: Path
) -> None:
    order_id = office.confirmed_order(at=HERE)
    incident_id = office.show(order_id)["work_order"]["incident_id"]
    office.act(office.officer, order_id, "void", reason="by hand today")
    phone, picture = of(office, None), jpeg(44)
    at_the_stop(office, tmp_path, incident_id, phone)
    far = phone.result(4, picture, fix=phone.fix(500), outcome="gone")
    assert phone.send(far).json()["doubts"][0]["flag"] == "outside_fence"
    assert phone.upload(picture).status_code == 200
    verdict = {"verdict": "rejected", "text": "it still lies there"}
    chief = office.server.person(Role.SUPERVISOR)
    assert chief.post(f"/api/v1/visits/{far['record_id']}/review", json=verdict).status_code == 200
    (incident,) = office.officer.get("/api/v1/incidents").json()["incidents"]
    assert (incident["id"], incident["state"]) == (incident_id, "confirmed")
