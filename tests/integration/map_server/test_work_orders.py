"""A work order from the camera's event to its closing, told over HTTP."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.owners import CLEANING
from tests.running_server import databases, fresh_database
from tests.work_order_office import Office, office


@pytest.fixture(params=databases())
def desk(request: pytest.FixtureRequest, empty_data: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(empty_data, tmp_path / "data")
    with fresh_database(request.param) as url, office(tmp_path / "data", url) as opened:
        yield opened


def test_from_the_event_to_the_checked_closing(desk: Office) -> None:
    incident_id = desk.sees()
    desk.confirms(incident_id)
    order = desk.order_of(incident_id)
    assert (order["state"], order["owner"]["unit_id"], order["lead_unit_id"]) == ("filed", CLEANING, None)

    desk.work(order["id"], "dispatch", "accept", "start", "handle", "begin_check", "pass")

    shown = desk.show(order["id"])
    assert shown["work_order"]["state"] == "closed"
    incident = desk.officer.get(f"/api/v1/incidents/{incident_id}").json()["incident"]
    assert incident["state"] == "resolved"
    assert [step["action"].removeprefix("work_order_") for step in shown["steps"]] == [
        "drafted",
        "filed",
        "dispatched",
        "accepted",
        "started",
        "handled",
        "check_begun",
        "closed",
    ]
