"""The live map: what is in view, clustered where it is much, changed since, and sent as it happens."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from queue import Queue
from typing import Any

import httpx
import pytest

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.device import Camera
from map_server.entrypoints.http.live import CLUSTER_ABOVE, GROUP_CAMERAS_ABOVE
from tests.event_messages import HERE, message, metres_from, new_event_id, rfc3339
from tests.fakes.clock import NOON
from tests.integration.map_server.test_devices import BEAT, heartbeat
from tests.integration.map_server.test_ingest import assert_problem
from tests.running_server import RunningServer
from wire_contract.routes import EVENTS
from wire_contract.vocabulary import CameraState

LIVE = "/api/v1/live.geojson"
AROUND = "121.55,31.25,121.57,31.26"
AROUND_CORNER = ",".join(str(degrees + off) for off in (-1e-4, 1e-4) for degrees in HERE)


def picture(client: httpx.Client, **params: Any) -> dict[str, Any]:
    answer = client.get(LIVE, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()


def of_type(answer: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [feature for feature in answer["features"] if feature["properties"]["type"] == kind]


class TestPicture:
    def test_an_incident_is_shown_with_its_error_ellipse(self, server: RunningServer) -> None:
        ellipse = {"major_m": 3.0, "minor_m": 1.0, "azimuth_deg": 31.0}
        fix = {"lon": HERE[0], "lat": HERE[1], "error_m": 3.0, "ellipse": ellipse, "method": "homography"}
        server.device().post(EVENTS, json=message(fix=fix, kind="blocked_fire_lane"))

        (feature,) = of_type(picture(server.person(Role.PATROL)), "incident")

        assert feature["geometry"] == {"type": "Point", "coordinates": list(HERE)}
        properties = feature["properties"]
        assert properties["ellipse"] == ellipse
        assert (properties["kind"], properties["state"], properties["severity"]) == (
            "blocked_fire_lane",
            "open",
            "urgent",
        )
        assert properties["cameras"] == ["box-1/cam-1"]

    def test_cameras_are_shown_with_their_state(self, server: RunningServer) -> None:
        server.device().post(BEAT, json=heartbeat(state="covered"))

        (camera,) = of_type(picture(server.person()), "camera")

        assert camera["id"] == "box-1/cam-1"
        assert camera["geometry"]["coordinates"] == [121.56, 31.25]
        assert camera["properties"]["state"] == "covered"

    def test_only_what_is_in_view_is_shown(self, server: RunningServer) -> None:
        server.device().post(EVENTS, json=[message(), message(at=(121.60, 31.25))])

        assert len(of_type(picture(server.person(), bbox=AROUND), "incident")) == 1
        assert len(of_type(picture(server.person()), "incident")) == 2

    def test_kinds_and_states_are_chosen(self, server: RunningServer) -> None:
        device, event_id = server.device(), new_event_id()
        lane = message(kind="blocked_fire_lane", at=metres_from(HERE, 100))
        device.post(EVENTS, json=[message("closed", event_id=event_id), lane])
        person = server.person()

        def kinds(**params: Any) -> list[str]:
            return [f["properties"]["kind"] for f in of_type(picture(person, **params), "incident")]

        assert kinds(kind="garbage_drop") == ["garbage_drop"]
        assert kinds(state="open") == ["blocked_fire_lane"]
        assert kinds(state=["open", "cleared"], kind=["garbage_drop", "blocked_fire_lane"]) == [
            "blocked_fire_lane",
            "garbage_drop",
        ]

    def test_what_ended_long_ago_is_shown_only_when_asked_for(self, server: RunningServer) -> None:
        long_ago = NOON - timedelta(days=3)
        server.device().post(EVENTS, json=message("closed", started_at=long_ago))
        person = server.person()

        assert of_type(picture(person), "incident") == []
        assert (
            len(of_type(picture(person, **{"from": rfc3339(long_ago - timedelta(hours=1))}), "incident")) == 1
        )
        earlier = {"from": rfc3339(long_ago - timedelta(days=2)), "to": rfc3339(long_ago - timedelta(days=1))}
        assert of_type(picture(person, **earlier), "incident") == []

    @pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "3,0,1,1", "0,0,0,0", "0,0,1,91", "nan,0,1,1"])
    def test_a_box_that_is_none_is_422(self, server: RunningServer, bbox: str) -> None:
        assert_problem(server.person().get(LIVE, params={"bbox": bbox}), 422)

    def test_strangers_see_nothing(self, server: RunningServer) -> None:
        assert_problem(server.stranger().get(LIVE), 401)


class TestClusters:
    def test_many_incidents_are_clustered_by_the_server_and_none_is_lost(self, server: RunningServer) -> None:
        device = server.device()
        many = [
            message(at=metres_from(HERE, 40 * (n % 30), 40 * (n // 30))) for n in range(CLUSTER_ABOVE + 20)
        ]
        lane = message(kind="blocked_fire_lane")
        for first in range(0, len(many), 100):
            device.post(EVENTS, json=many[first : first + 100])
        device.post(EVENTS, json=lane)
        person = server.person()

        far = picture(person, zoom=13)
        near = picture(person, zoom=16)
        closest = picture(person, zoom=19)

        for answer in (far, near):
            clusters = of_type(answer, "cluster")
            assert answer["is_clustered"]
            assert sum(cluster["properties"]["count"] for cluster in clusters) == CLUSTER_ABOVE + 21
            by_kind = [cluster["properties"]["by_kind"] for cluster in clusters]
            assert sum(kinds.get("blocked_fire_lane", {}).get("open", 0) for kinds in by_kind) == 1
        assert 1 <= len(of_type(far, "cluster")) < len(of_type(near, "cluster"))
        assert not closest["is_clustered"]
        assert len(of_type(closest, "incident")) == CLUSTER_ABOVE + 21

    def test_many_cameras_are_counted_by_cell_until_one_looks_closely(self, server: RunningServer) -> None:
        server.device()
        count = GROUP_CAMERAS_ABOVE + 20
        with SqlUnitsOfWork(server.services.engine, server.clock, server.services.changes)() as work:
            places = [metres_from(HERE, 40 * (n % 20), 40 * (n // 20)) for n in range(count)]
            work.devices.put_cameras(
                [
                    Camera(
                        device_id="box-1",
                        camera_id=f"cam-{number}",
                        state=CameraState.COVERED if number < 7 else CameraState.OK,
                        state_since=NOON,
                        lon=lon,
                        lat=lat,
                    )
                    for number, (lon, lat) in enumerate(places)
                ]
            )
            (box,) = work.devices.many(["box-1"]).values()
            work.devices.put(replace(box, is_online=True))
            work.commit()
        person = server.person()

        far, near = (picture(person, zoom=zoom) for zoom in (13, 16))
        for answer in (far, near):
            groups = [camera["properties"] for camera in of_type(answer, "camera")]
            assert answer["is_clustered"]
            assert sum(group["count"] for group in groups) == count
            assert sum(group["bad"] for group in groups) == 7
        assert 1 <= len(of_type(far, "camera")) < len(of_type(near, "camera")) < count
        assert len(of_type(picture(person, zoom=19), "camera")) == count
        few = picture(person, zoom=16, bbox=AROUND_CORNER)
        assert {camera["id"] for camera in of_type(few, "camera")} == {"box-1/cam-0"}


class TestChanges:
    def test_since_gives_only_what_changed(self, server: RunningServer) -> None:
        device, person = server.device(), server.person()
        stays, changes = message(), message(at=metres_from(HERE, 100))
        device.post(EVENTS, json=[stays, changes])
        cursor = picture(person)["cursor"]

        assert picture(person, since=cursor)["features"] == []
        device.post(
            EVENTS,
            json=message("updated", event_id=changes["event_id"], at=metres_from(HERE, 100), score=0.99),
        )

        delta = picture(person, since=cursor)
        assert delta["is_delta"]
        assert [f["properties"]["score"] for f in delta["features"]] == [0.99]
        assert delta["cursor"] > cursor

    def test_what_is_no_longer_shown_is_named_as_removed(self, server: RunningServer) -> None:
        device, person = server.device(), server.person()
        sent = message()
        device.post(EVENTS, json=sent)
        before = picture(person, state="open")
        (shown,) = of_type(before, "incident")

        device.post(EVENTS, json=message("closed", event_id=sent["event_id"]))

        delta = picture(person, state="open", since=before["cursor"])
        assert (delta["features"], delta["removed"]) == ([], [shown["id"]])

    def test_a_cursor_from_another_life_gives_the_whole_picture(self, server: RunningServer) -> None:
        server.device().post(EVENTS, json=message())

        answer = picture(server.person(), since=10**9)

        assert not answer["is_delta"]
        assert len(of_type(answer, "incident")) == 1

    def test_nothing_new_is_304(self, server: RunningServer) -> None:
        device, person = server.device(), server.person()
        device.post(EVENTS, json=message())
        etag = person.get(LIVE).headers["etag"]

        assert person.get(LIVE, headers={"If-None-Match": etag}).status_code == 304
        assert person.get(LIVE, params={"zoom": 12}, headers={"If-None-Match": etag}).status_code == 200
        device.post(EVENTS, json=message(at=metres_from(HERE, 100)))
        assert person.get(LIVE, headers={"If-None-Match": etag}).status_code == 200


class TestStream:
    def test_an_incident_is_sent_as_it_is_committed(self, server: RunningServer) -> None:
        device = server.device()
        with watching(server.person()) as events:
            device.post(EVENTS, json=message())

            name, seq, feature = events.get(timeout=10)

        assert name == "incident"
        assert seq == server.services.live.cursor()
        assert feature["properties"]["state"] == "open"
        assert feature["geometry"]["coordinates"] == list(HERE)

    def test_a_camera_that_goes_dark_is_sent(self, server: RunningServer) -> None:
        device = server.device()
        with watching(server.person()) as events:
            device.post(BEAT, json=heartbeat(state="dark"))

            name, _, change = events.get(timeout=10)

        assert name == "device"
        assert change["cameras"][0]["properties"]["state"] == "dark"

    def test_a_browser_that_comes_back_gets_what_it_missed(self, server: RunningServer) -> None:
        device, person = server.device(), server.person()
        with watching(person) as events:
            device.post(EVENTS, json=message())
            _, last_seq, _ = events.get(timeout=10)
        missed = message(at=metres_from(HERE, 100))
        device.post(EVENTS, json=missed)

        with watching(person, last_seq) as events:
            _, seq, feature = events.get(timeout=10)

        assert seq > last_seq
        assert feature["geometry"]["coordinates"] == pytest.approx(list(metres_from(HERE, 100)))

    def test_a_change_is_sent_to_every_viewer_once(self, server: RunningServer) -> None:
        device, person = server.device(), server.person()
        with watching(person) as one, watching(person) as other:
            device.post(EVENTS, json=[message(), message(at=metres_from(HERE, 100))])

            seqs = [[viewer.get(timeout=10)[1] for _ in range(2)] for viewer in (one, other)]

        assert seqs[0] == seqs[1]
        assert len(set(seqs[0])) == 2

    def test_strangers_hear_nothing(self, server: RunningServer) -> None:
        assert_problem(server.stranger().get("/api/v1/stream"), 401)


@contextmanager
def watching(client: httpx.Client, last_seq: int | None = None) -> Iterator["Queue[tuple[str, int, Any]]"]:
    """Open a stream as a browser does, and queue its events: name, id, data."""
    events: Queue[tuple[str, int, Any]] = Queue()
    headers = {} if last_seq is None else {"Last-Event-ID": str(last_seq)}
    with client.stream("GET", "/api/v1/stream", headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines) == "retry: 2000", "the stream is open before anything happens"

        def read() -> None:
            block: dict[str, str] = {}
            try:
                for line in lines:
                    if line:
                        name, _, value = line.partition(": ")
                        block[name] = value
                    elif "id" in block:
                        events.put((block["event"], int(block["id"]), json.loads(block["data"])))
                        block = {}
            except (httpx.HTTPError, httpx.StreamError):
                pass  # closed by the test

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        yield events
