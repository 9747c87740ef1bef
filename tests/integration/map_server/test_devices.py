"""Boxes are let in by a one-time token, heard by their heartbeats, and missed when they fall silent."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from map_server.domain.account import Role
from map_server.domain.device import ENROLMENT_LIFETIME, OFFLINE_AFTER
from tests.event_messages import rfc3339
from tests.fakes.clock import NOON
from tests.integration.map_server.test_ingest import assert_problem
from tests.running_server import RunningServer
from wire_contract.routes import DEVICE_HEADER, ENROLMENT, HEARTBEAT

BEAT = HEARTBEAT.format(device_id="box-1")


def heartbeat(device_id: str = "box-1", state: str = "ok", **other: Any) -> dict[str, Any]:
    camera = {
        "camera_id": "cam-1",
        "state": state,
        "state_since": rfc3339(NOON),
        "last_frame_at": rfc3339(NOON),
        "analysed_fps": 4.9,
        "observed_s": 60,
        "position": {"lon": 121.56, "lat": 31.25},
    }
    return {
        "schema_version": 1,
        "device_id": device_id,
        "sent_at": rfc3339(NOON),
        "started_at": rfc3339(NOON),
        "agent_version": "0.1.0",
        "cameras": [camera],
        "outbox_pending": 3,
        "outbox_set_aside": 0,
        "evidence_bytes": 1000,
        "disk_free_bytes": 10**10,
    } | other


def listed(server: RunningServer) -> dict[str, Any]:
    (device,) = server.person(Role.PATROL).get("/api/v1/devices").json()["devices"]
    return device


def actions(server: RunningServer) -> list[str]:
    with server.services.read() as work:
        return [entry.action for entry in work.audit_log.entries() if entry.subject_kind == "device"]


class TestEnrolment:
    def test_a_one_time_token_is_exchanged_for_a_lasting_one(self, server: RunningServer) -> None:
        device = server.device("box-1")

        assert device.post(BEAT, json=heartbeat()).status_code == 204

    def test_tokens_are_stored_only_as_hashes(self, server: RunningServer) -> None:
        issued = server.services.devices.issue_enrolment("box-1", "system")
        body = {"device_id": "box-1", "one_time_token": issued.token}
        lasting = server.stranger().post(ENROLMENT, json=body).json()["device_token"]

        with server.services.engine.connect() as connection:
            tables = ("devices", "enrolments", "audit_log")
            everything = [connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables]
        assert issued.token not in str(everything)
        assert lasting not in str(everything)

    def test_it_works_once(self, server: RunningServer) -> None:
        token = server.services.devices.issue_enrolment("box-1", "system").token
        body = {"device_id": "box-1", "one_time_token": token}
        assert server.stranger().post(ENROLMENT, json=body).status_code == 200

        assert_problem(server.stranger().post(ENROLMENT, json=body), 410)

    def test_it_works_for_a_day(self, server: RunningServer) -> None:
        token = server.services.devices.issue_enrolment("box-1", "system").token
        server.clock.wall += ENROLMENT_LIFETIME + timedelta(seconds=1)

        answer = server.stranger().post(ENROLMENT, json={"device_id": "box-1", "one_time_token": token})

        assert_problem(answer, 410)
        assert "enroll-device" in answer.json()["detail"]

    @pytest.mark.parametrize("device_id", ["box-2", "box-9"])  # registered, and not even that
    def test_it_works_for_its_own_device_alone(self, server: RunningServer, device_id: str) -> None:
        token = server.services.devices.issue_enrolment("box-1", "system").token
        server.services.devices.issue_enrolment("box-2", "system")

        answer = server.stranger().post(ENROLMENT, json={"device_id": device_id, "one_time_token": token})

        assert_problem(answer, 401)

    def test_enrolling_again_ends_the_old_token(self, server: RunningServer) -> None:
        old, new = server.device("box-1"), server.device("box-1")

        assert_problem(old.post(BEAT, json=heartbeat()), 401)
        assert new.post(BEAT, json=heartbeat()).status_code == 204

    def test_an_administrator_makes_tokens_too(self, server: RunningServer) -> None:
        answer = server.person(Role.ADMIN).post("/api/v1/devices/box-7/enrolment")

        assert answer.status_code == 201
        body = {"device_id": "box-7", "one_time_token": answer.json()["one_time_token"]}
        assert server.stranger().post(ENROLMENT, json=body).status_code == 200
        assert_problem(server.person(Role.SUPERVISOR).post("/api/v1/devices/box-7/enrolment"), 403)


class TestHeartbeat:
    def test_the_list_shows_what_was_heard(self, server: RunningServer) -> None:
        server.device("box-1").post(BEAT, json=heartbeat(sent_at=rfc3339(NOON + timedelta(seconds=7))))

        device = listed(server)

        assert (device["is_online"], device["outbox_pending"], device["clock_skew_s"]) == (True, 3, 7.0)
        (camera,) = device["cameras"]
        assert (camera["state"], camera["lon"], camera["lat"]) == ("ok", 121.56, 31.25)

    def test_a_box_with_a_clock_of_1970_is_heard_and_its_skew_shown(self, server: RunningServer) -> None:
        server.device("box-1").post(BEAT, json=heartbeat(sent_at="1970-01-01T00:00:09Z"))

        assert listed(server)["clock_skew_s"] < -50 * 365 * 86400

    def test_only_changes_are_logged_not_every_beat(self, server: RunningServer) -> None:
        device = server.device("box-1")
        for state in ("ok", "ok", "covered", "covered", "ok"):
            device.post(BEAT, json=heartbeat(state=state))

        assert actions(server).count("camera_changed") == 3
        assert actions(server).count("device_came_online") == 1

    def test_nobody_speaks_for_another_device(self, server: RunningServer) -> None:
        server.device("box-2")
        other = HEARTBEAT.format(device_id="box-2")

        assert_problem(server.device("box-1").post(other, json=heartbeat("box-2")), 403)

    def test_a_malformed_beat_is_422(self, server: RunningServer) -> None:
        assert_problem(server.device("box-1").post(BEAT, json=heartbeat(outbox_pending=-1)), 422)


class TestSilence:
    def test_a_box_is_offline_after_three_missed_beats_and_back_with_the_next(
        self, server: RunningServer
    ) -> None:
        device = server.device("box-1")
        device.post(BEAT, json=heartbeat())
        server.clock.wall += OFFLINE_AFTER
        assert server.services.devices.mark_silent() == []

        server.clock.wall += timedelta(seconds=1)
        assert server.services.devices.mark_silent() == ["box-1"]
        assert server.services.devices.mark_silent() == []
        assert not listed(server)["is_online"]

        device.post(BEAT, json=heartbeat())
        assert listed(server)["is_online"]
        assert actions(server).count("device_went_offline") == 1
        assert actions(server).count("device_came_online") == 2


class TestPosition:
    def place(self, client: httpx.Client) -> httpx.Response:
        position = {"lon": 121.5611, "lat": 31.2566}
        return client.put("/api/v1/devices/box-1/cameras/cam-1/position", json=position)

    def test_a_persons_word_stands_against_the_device(self, server: RunningServer) -> None:
        device = server.device("box-1")
        device.post(BEAT, json=heartbeat())

        assert self.place(server.person(Role.SUPERVISOR)).status_code == 200
        device.post(BEAT, json=heartbeat())

        (camera,) = listed(server)["cameras"]
        assert (camera["lon"], camera["lat"], camera["position_source"]) == (121.5611, 31.2566, "person")

    def test_a_camera_may_be_placed_before_it_is_heard(self, server: RunningServer) -> None:
        server.device("box-1")

        self.place(server.person())

        assert listed(server)["cameras"][0]["state"] == "starting"

    def test_patrols_do_not_move_cameras(self, server: RunningServer) -> None:
        server.device("box-1")

        assert_problem(self.place(server.person(Role.PATROL)), 403)

    def test_a_camera_of_an_unknown_box_is_404(self, server: RunningServer) -> None:
        assert_problem(self.place(server.person()), 404)


def test_header_and_token_are_both_needed(server: RunningServer) -> None:
    device = server.device("box-1")
    without_name = server.stranger(Authorization=device.headers["Authorization"])
    without_token = server.stranger(**{DEVICE_HEADER: "box-1"})

    assert_problem(without_name.post(BEAT, json=heartbeat()), 401)
    assert_problem(without_token.post(BEAT, json=heartbeat()), 401)
