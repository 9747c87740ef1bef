"""A work order from the camera's event to its closing, told over HTTP."""

import hashlib
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update

from map_server.adapters.db.tables.incidents import incidents
from map_server.domain.account import Role
from map_server.domain.responsibility import NoOwner, NoOwnerReason
from tests.event_messages import HERE, message, metres_from
from tests.fakes.clock import NOON
from tests.fakes.owners import CENTRE, CLEANING, FIRE_OFFICE, PROPERTY, STATION, assigned_to
from tests.running_server import databases, fresh_database
from tests.work_order_office import WORK_ORDERS, Office, office, photo
from wire_contract.routes import EVENTS


@pytest.fixture(params=databases())
def desk(request: pytest.FixtureRequest, empty_data: Path, tmp_path: Path) -> Iterator[Office]:
    shutil.copytree(empty_data, tmp_path / "data")
    with fresh_database(request.param) as url, office(tmp_path / "data", url) as opened:
        yield opened


def actions(desk: Office, order_id: str) -> list[str]:
    return [step["action"].removeprefix("work_order_") for step in desk.show(order_id)["steps"]]


def test_from_the_event_to_the_checked_closing(desk: Office) -> None:
    incident_id = desk.sees()
    desk.confirms(incident_id)
    order = desk.order_of(incident_id)
    assert (order["state"], order["owner"]["unit_id"], order["lead_unit_id"]) == ("filed", CLEANING, None)

    desk.work(order["id"], "dispatch", "accept", "start", "handle", "begin_check", "pass")

    assert desk.state(order["id"]) == "closed"
    incident = desk.officer.get(f"/api/v1/incidents/{incident_id}").json()["incident"]
    assert incident["state"] == "resolved"
    assert actions(desk, order["id"]) == [
        *("drafted", "filed", "dispatched", "accepted", "started", "handled", "check_begun", "closed")
    ]


def test_every_step_is_one_entry_of_the_audit_log(desk: Office) -> None:
    order_id = desk.confirmed_order()
    desk.work(order_id, "dispatch", "accept")
    desk.act(desk.foreman, order_id, "return", reason="private ground")

    with desk.server.services.read() as work:
        entries = [each for each in work.audit_log.entries() if each.subject_kind == "work_order"]

    steps = desk.show(order_id)["steps"]
    assert [(each.action, each.actor, each.reason) for each in entries] == [
        (step["action"], step["actor"], step["reason"]) for step in steps
    ]
    assert entries[-2].reason == "private ground"


class TestIncidents:
    """An order follows its incident."""

    def test_two_confirmations_make_one_order(self, desk: Office) -> None:
        incident_id = desk.sees()
        verdict = desk.confirms(incident_id)
        first = desk.order_of(incident_id)

        desk.checker.post(f"/api/v1/audits/{verdict}/undo")
        assert desk.state(first["id"]) == "void"
        desk.confirms(incident_id)

        listed = desk.officer.get(WORK_ORDERS, params={"incident": incident_id}).json()["work_orders"]
        assert [order["state"] for order in listed] == ["filed", "void"]

    def test_rejected_detection_has_no_order(self, desk: Office) -> None:
        incident_id = desk.sees()
        opinion = {"decision": "reject", "reason": "weather"}
        desk.checker.post(f"/api/v1/audits/{incident_id}/verdict", json=opinion)

        assert desk.officer.get(WORK_ORDERS).json()["work_orders"] == []

    def test_relabelled_one_goes_to_the_owner_of_what_it_is(self, desk: Office) -> None:
        incident_id = desk.sees()
        opinion = {"decision": "relabel", "kind": "illegal_structure"}
        desk.checker.post(f"/api/v1/audits/{incident_id}/verdict", json=opinion)

        assert desk.order_of(incident_id)["kind"] == "illegal_structure"

    def test_camera_closes_what_it_saw_go(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch")
        body = desk.last_message | message("closed", event_id=desk.last_message["event_id"]) | {"sequence": 1}

        desk.box.post(EVENTS, json=body)

        assert desk.state(order_id) == "closed"
        assert actions(desk, order_id)[-1] == "closed_by_camera"
        assert desk.show(order_id)["steps"][-1]["actor"] == "device:box-1"

    def test_structure_waits_for_a_person_though_the_camera_sees_it_no_more(self, desk: Office) -> None:
        order_id = desk.confirmed_order(kind="illegal_structure")
        event_id = desk.last_message["event_id"]
        body = message("closed", event_id=event_id, kind="illegal_structure", sequence=1)

        desk.box.post(EVENTS, json=body)

        assert desk.state(order_id) == "filed"

    def test_seen_again_after_it_was_closed_it_gets_a_new_order(self, desk: Office) -> None:
        incident_id = desk.sees()
        desk.confirms(incident_id)
        first = desk.order_of(incident_id)
        desk.work(first["id"], "dispatch", "accept", "start", "handle", "begin_check", "pass")

        desk.server.clock.advance(120)
        again = message(started_at=NOON + timedelta(seconds=60))
        desk.box.post(EVENTS, json=again)

        second = desk.order_of(incident_id)
        assert (second["state"], second["recurs_of"]) == ("filed", first["id"])

    def test_incident_is_not_resolved_past_its_order(self, desk: Office) -> None:
        incident_id = desk.sees()
        desk.confirms(incident_id)

        answer = desk.foreman.post(f"/api/v1/incidents/{incident_id}/resolve", json={})

        assert answer.status_code == 409
        assert "A work order deals with this incident" in answer.json()["detail"]

    def test_fifty_parallel_findings_of_a_confirmed_thing_make_one_order(self, desk: Office) -> None:
        incident_id = desk.sees()
        desk.confirms(incident_id)
        boxes = [desk.server.device(f"box-{n}") for n in range(2, 12)]
        barrier = threading.Barrier(len(boxes))

        def deliver(number: int) -> None:
            barrier.wait()
            for _ in range(5):
                boxes[number].post(EVENTS, json=message(device_id=f"box-{number + 2}"))

        threads = [threading.Thread(target=deliver, args=(n,)) for n in range(len(boxes))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        listed = desk.officer.get("/api/v1/incidents").json()["incidents"]
        assert [(each["id"], each["event_count"]) for each in listed] == [(incident_id, 51)]
        assert len(desk.officer.get(WORK_ORDERS).json()["work_orders"]) == 1


class TestMergeAndSplit:
    def two(self, desk: Office, *, is_second_confirmed: bool = True) -> tuple[str, str]:
        first = desk.sees(camera_id="east")
        desk.confirms(first)
        second = desk.sees(camera_id="west", at=metres_from(HERE, 30))
        if is_second_confirmed:
            desk.confirms(second)
        return first, second

    def orders(self, desk: Office) -> list[dict[str, object]]:
        """All orders but for their bookkeeping."""
        listed = desk.officer.get(WORK_ORDERS).json()["work_orders"]
        return [{k: v for k, v in each.items() if k not in ("version", "updated_at")} for each in listed]

    def merge(self, desk: Office, keep: str, drop: str) -> list[str]:
        answer = desk.officer.post(f"/api/v1/incidents/{keep}/merge", json={"absorbed_id": drop})
        assert answer.status_code == 200, answer.text
        merges = desk.officer.get(f"/api/v1/incidents/{keep}").json()["merges"]
        return list(merges[0]["event_ids"])

    def split(self, desk: Office, keep: str, event_ids: list[str]) -> None:
        answer = desk.officer.post(f"/api/v1/incidents/{keep}/split", json={"event_ids": event_ids})
        assert answer.status_code == 200, answer.text

    def test_of_two_orders_one_lives_and_the_split_gives_both_back_exactly(self, desk: Office) -> None:
        keep, drop = self.two(desk)
        desk.work(desk.order_of(drop)["id"], "dispatch", "accept")
        before = self.orders(desk)

        events = self.merge(desk, keep, drop)
        assert [order["state"] for order in self.orders(desk)] == ["void", "filed"]
        desk.server.clock.advance(600)
        self.split(desk, keep, events)

        assert self.orders(desk) == before

    def test_only_order_moves_to_the_survivor_and_back(self, desk: Office) -> None:
        drop, keep = self.two(desk, is_second_confirmed=False)
        before = self.orders(desk)

        events = self.merge(desk, keep, drop)
        (moved,) = self.orders(desk)
        assert (moved["incident_id"], moved["state"]) == (keep, "filed")
        self.split(desk, keep, events)

        assert self.orders(desk) == before

    def test_work_that_went_on_after_the_merge_is_not_undone(self, desk: Office) -> None:
        drop, keep = self.two(desk, is_second_confirmed=False)
        order_id = desk.order_of(drop)["id"]
        events = self.merge(desk, keep, drop)
        desk.work(order_id, "dispatch")

        self.split(desk, keep, events)

        order = desk.show(order_id)["work_order"]
        assert (order["incident_id"], order["state"]) == (drop, "dispatched")


class TestClocks:
    def test_due_times_follow_the_stages(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        due = [desk.show(order_id)["work_order"]["due_at"]]
        for action in ("dispatch", "accept", "start", "handle"):
            desk.server.clock.advance(600)
            desk.work(order_id, action)
            due.append(desk.show(order_id)["work_order"]["due_at"])

        minutes = [(60), (10 + 60), (20 + 240), (20 + 240), (40 + 480)]
        assert due == [
            (NOON + timedelta(minutes=each)).isoformat().replace("+00:00", "Z") for each in minutes
        ]

    def test_unanswered_order_climbs_each_level_once(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch")
        sweep, levels = desk.server.services.work_order_watch.sweep, []
        for minutes in (29, 2, 0, 60, 30, 600):
            desk.server.clock.advance(60 * minutes)
            sweep()
            order = desk.show(order_id)["work_order"]
            levels.append((order["level"], order["coordinator_unit_id"]))

        assert levels == [
            ("compound", CLEANING),
            ("joint_station", STATION),  # after 30 minutes
            ("joint_station", STATION),  # the sweep runs again, as after a restart
            ("joint_station", STATION),
            ("subdistrict", CENTRE),  # after two hours
            ("subdistrict", CENTRE),
        ]
        assert actions(desk, order_id).count("escalated") == 2

    def test_accepted_in_time_it_climbs_only_when_handling_is_late(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch", "accept")
        desk.server.clock.advance(3600 * 3)
        assert desk.server.services.work_order_watch.sweep().raised == 0
        desk.server.clock.advance(3600 * 2)
        assert desk.server.services.work_order_watch.sweep().raised == 1

    def test_suspended_order_is_not_late_and_gets_its_time_back(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch", "accept")
        due = desk.show(order_id)["work_order"]["due_at"]
        until = (NOON + timedelta(days=1)).isoformat()
        assert desk.act(desk.officer, order_id, "suspend", reason="rain", until=until).status_code == 200
        desk.server.clock.advance(3600 * 10)
        assert desk.server.services.work_order_watch.sweep().raised == 0

        desk.act(desk.officer, order_id, "resume")

        later = (NOON + timedelta(hours=4 + 10)).isoformat().replace("+00:00", "Z")
        assert (due < later, desk.show(order_id)["work_order"]["due_at"]) == (True, later)

    def test_suspension_that_ran_out_is_not_silent(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        until = (NOON + timedelta(hours=1)).isoformat()
        desk.act(desk.officer, order_id, "suspend", reason="rain", until=until)
        desk.server.clock.advance(3601)

        assert desk.server.services.work_order_watch.sweep().raised == 1
        listed = desk.officer.get(WORK_ORDERS, params={"overdue": True}).json()["work_orders"]
        assert [order["id"] for order in listed] == [order_id]

    def test_urgent_and_refused_ones_climb_at_once(self, desk: Office) -> None:
        urgent = desk.confirmed_order(kind="blocked_fire_lane")
        assert desk.show(urgent)["work_order"]["level"] == "joint_station"

        desk.work(urgent, "dispatch")
        desk.act(desk.foreman, urgent, "return", reason="not ours")

        shown = desk.show(urgent)
        assert shown["work_order"]["level"] == "subdistrict"
        assert [s["reason"] for s in shown["steps"] if s["action"] == "work_order_escalated"] == [
            "urgent",
            "refused",
        ]


class TestOwners:
    def test_without_a_rule_it_waits_in_the_queue_and_climbs(self, desk: Office) -> None:
        desk.owners.answer = NoOwner(NoOwnerReason.NO_RULE_FOR_PLACE)
        order_id = desk.confirmed_order()
        order = desk.show(order_id)["work_order"]
        assert (order["owner"]["why_none"], order["due_at"] is not None) == ("no_rule_for_place", True)
        queue = desk.officer.get(WORK_ORDERS, params={"no_owner": True}).json()["work_orders"]
        assert [each["id"] for each in queue] == [order_id]

        refused = desk.act(desk.officer, order_id, "dispatch")
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "unit_id")
        desk.act(desk.officer, order_id, "dispatch", unit_id=PROPERTY, reason="nearest")

        assert desk.state(order_id) == "dispatched"
        assert desk.officer.get(WORK_ORDERS, params={"no_owner": True}).json()["work_orders"] == []

    def test_unknown_unit_is_refused(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        answer = desk.act(desk.officer, order_id, "dispatch", unit_id="nobody", reason="x")
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "unit_id")

    def test_several_departments_close_together_with_feedback(self, desk: Office) -> None:
        desk.owners.answer = assigned_to(CLEANING, PROPERTY)
        order_id = desk.confirmed_order()
        janitor = desk.server.person(Role.PATROL, PROPERTY)
        desk.work(order_id, "dispatch", "accept", "start")
        order = desk.show(order_id)["work_order"]
        assert order["coordinator_unit_id"] == STATION

        blocked = desk.act(desk.foreman, order_id, "handle", photos=[desk.add_photo(desk.foreman, order_id)])
        assert blocked.status_code == 409
        assert desk.act(janitor, order_id, "finish_task", task_number=2).status_code == 200
        desk.work(order_id, "handle", "begin_check")
        assert desk.act(desk.checker, order_id, "pass").status_code == 422
        closed = desk.act(desk.checker, order_id, "pass", feedback="all came", score=5)

        assert (closed.json()["state"], closed.json()["score"]) == ("closed", 5)

    def test_lists_are_narrowed(self, desk: Office) -> None:
        first = desk.confirmed_order()
        desk.owners.answer = assigned_to(FIRE_OFFICE)
        second = desk.confirmed_order(kind="blocked_fire_lane", at=metres_from(HERE, 300), camera_id="c2")
        desk.work(first, "dispatch", "accept")
        desk.work(second, "dispatch")
        for query, expected in (
            ({"unit": CLEANING}, [first]),
            ({"unit": FIRE_OFFICE}, [second]),
            ({"state": "accepted"}, [first]),
            ({"state": ["accepted", "dispatched"]}, [second, first]),
            ({"kind": "blocked_fire_lane"}, [second]),
            ({"level": "joint_station"}, [second]),
            ({"overdue": True}, []),
            ({"limit": 1}, [second]),
        ):
            listed = desk.officer.get(WORK_ORDERS, params=query).json()["work_orders"]
            assert [order["id"] for order in listed] == expected, query
        mine = desk.foreman.get(WORK_ORDERS, params={"mine": True}).json()["work_orders"]
        assert [order["id"] for order in mine] == [first]
        page = desk.officer.get(WORK_ORDERS, params={"limit": 1}).json()
        rest = desk.officer.get(WORK_ORDERS, params={"before": page["next_before"]}).json()["work_orders"]
        assert [order["id"] for order in rest] == [first]
        assert desk.officer.get(WORK_ORDERS, params={"kind": "weather"}).status_code == 422


class TestPhotos:
    def test_handled_without_its_picture_is_refused(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch", "accept", "start")

        for photos in ([], ["b" * 64]):  # none, and one that never arrived
            answer = desk.act(desk.foreman, order_id, "handle", photos=photos)
            assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "photos")
        assert desk.state(order_id) == "in_progress"

    def test_what_the_phone_wrote_into_the_picture_is_not_kept(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch")
        exif = Image.Exif()
        exif[0x0112], exif[0x010F] = 6, "A phone of somebody"
        sent = photo(exif=exif.tobytes())

        kept = desk.add_photo(desk.foreman, order_id, sent)

        assert kept != hashlib.sha256(sent).hexdigest()
        content = desk.officer.get(f"/api/v1/evidence/{kept}").content
        assert hashlib.sha256(content).hexdigest() == kept
        assert b"somebody" not in content
        assert desk.add_photo(desk.foreman, order_id, sent) == kept, "sent again, it is the same picture"
        assert [each["sha256"] for each in desk.show(order_id)["photos"]] == [kept]

    def test_wrong_hash_no_picture_and_strangers_are_refused(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.work(order_id, "dispatch")
        path, content = f"{WORK_ORDERS}/{order_id}/photos", photo()
        sha256 = hashlib.sha256(content).hexdigest()
        text = b"no picture"
        janitor = desk.server.person(Role.PATROL, PROPERTY)

        assert desk.foreman.put(f"{path}/{'0' * 64}", content=content).status_code == 422
        assert desk.foreman.put(f"{path}/{hashlib.sha256(text).hexdigest()}", content=text).status_code == 422
        assert janitor.put(f"{path}/{sha256}", content=content).status_code == 403
        assert desk.box.put(f"{path}/{sha256}", content=content).status_code == 401
        assert desk.foreman.put(f"{path}/{sha256}", content=bytes(9 << 20)).status_code == 413


class TestGateAndSweep:
    def test_confirmed_incident_without_order_gets_one_by_itself(self, desk: Office) -> None:
        """As those that were confirmed before there were work orders."""
        incident_id = desk.sees()
        with desk.server.services.engine.begin() as connection:
            connection.execute(update(incidents).values(state="confirmed", judgement="confirmed"))

        assert desk.server.services.work_order_watch.sweep().filed == 1
        assert desk.server.services.work_order_watch.sweep().filed == 0

        assert desk.order_of(incident_id)["state"] == "filed"

    def test_what_an_officer_voided_stays_void(self, desk: Office) -> None:
        order_id = desk.confirmed_order()
        desk.act(desk.officer, order_id, "void", reason="the owner came back")

        assert desk.server.services.work_order_watch.sweep().filed == 0

    def test_unjudged_detections_wait_for_a_person_while_the_gate_is_shut(self, desk: Office) -> None:
        desk.sees()
        assert desk.server.services.work_order_watch.sweep().filed == 0
        assert desk.officer.get(WORK_ORDERS).json()["work_orders"] == []

    def test_officer_drafts_one_by_hand_and_only_one(self, desk: Office) -> None:
        incident_id = desk.sees()
        answer = desk.officer.post(WORK_ORDERS, json={"incident_id": incident_id})
        assert (answer.status_code, answer.json()["state"]) == (201, "draft")
        assert desk.officer.post(WORK_ORDERS, json={"incident_id": incident_id}).status_code == 409
        assert desk.checker.post(WORK_ORDERS, json={"incident_id": incident_id}).status_code == 403
