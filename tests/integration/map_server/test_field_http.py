"""The field through real HTTP: records once, pictures in parts, flags, what follows from them, tracks."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.inspection import Result
from map_server.domain.patrol_plan import StopState
from map_server.domain.track import TrackParams
from tests.event_messages import message
from tests.field_day import HERE, PHOTOS, PLAN, TEAM, FieldPhone, jpeg, load_sites, plan_day, sha256
from tests.running_server import PASSWORD, RunningServer
from wire_contract.routes import EVENTS

Changed = Callable[[FieldPhone], dict[str, object]]


@pytest.fixture
def phone(server: RunningServer, tmp_path: Path) -> FieldPhone:
    load_sites(server, tmp_path)
    plan_day(server)
    out = FieldPhone(server, server.person(Role.PATROL))
    assert out.accept().status_code == 201
    return out


def flags(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 201, answer.text
    return [doubt["flag"] for doubt in answer.json()["doubts"]]


def stop_state(server: RunningServer, stop: int) -> StopState:
    return server.services.patrols.show(PLAN).stops[stop - 1].state


def test_day_holds_all_that_is_needed_without_signal(phone: FieldPhone) -> None:
    day = phone.client.get("/api/v1/field/day").json()
    (route,) = day["routes"]
    assert day["taken"] == {"plan_id": PLAN, "team_id": TEAM}
    assert [stop["stop_id"] for stop in route["stops"]] == ["stop-1", "stop-2", "stop-3"]
    assert route["stops"][0]["reach_m"] == 30.0
    assert day["forms"]["drop_point"]["outcomes"] == ["unchanged", "clear", "problem", "not_reached"]
    lon, lat = route["stops"][0]["gcj02"]
    assert 0.003 < lon - HERE[0] < 0.006  # hundreds of metres: the datum of China's navigation programs
    assert -0.004 < lat - HERE[1] < -0.001


def test_honest_visit_sent_six_hours_later_counts_with_both_times(
    server: RunningServer, phone: FieldPhone
) -> None:
    picture = jpeg(1)
    made_at = phone.now()
    arrived = phone.record("arrive", plan_id=PLAN, team_id=TEAM, stop_id="stop-1", fix=phone.fix(3))
    server.clock.advance(300)
    said = phone.result(1, picture, outcome="clear", answers={"ground_clean": True})
    server.clock.advance(6 * 3600)

    assert flags(phone.send(arrived)) == []
    answer = phone.send(said)
    assert flags(answer) == []
    assert stop_state(server, 1) is StopState.DONE
    assert server.services.sites.history("DP-0").inspections == []  # counts with its picture
    assert phone.upload(picture).json() == {"received": len(picture), "is_whole": True}

    (inspection,) = server.services.sites.history("DP-0").inspections
    assert (inspection.result, inspection.photos) == (Result.CLEAR, (sha256(picture),))
    assert inspection.inspected_at == made_at + timedelta(seconds=300)
    assert inspection.recorded_at == made_at + timedelta(seconds=300 + 6 * 3600)
    chief = server.person(Role.SUPERVISOR)
    shown = chief.get(f"/api/v1/visits/{said['record_id']}").json()
    assert shown["made_at"] < shown["received_at"]
    assert (shown["photos"], shown["photos_here"], shown["doubts"]) == (1, 1, [])


def old_photo(phone: FieldPhone) -> dict[str, object]:
    before = (phone.now() - timedelta(days=3)).isoformat()
    return phone.result(1, photos=[phone.photo(jpeg(2), captured_at=before)])


def replayed_photo(phone: FieldPhone) -> dict[str, object]:
    phone.send(phone.result(2, jpeg(3)))
    phone.server.clock.advance(60)
    return phone.result(1, jpeg(3))


def same_source(phone: FieldPhone) -> dict[str, object]:
    phone.send(phone.result(2, photos=[phone.photo(jpeg(4), source_sha256="e" * 64)]))
    phone.server.clock.advance(60)
    return phone.result(1, photos=[phone.photo(jpeg(5), source_sha256="e" * 64)])


def clock_set_back(phone: FieldPhone) -> dict[str, object]:
    phone.server.clock.advance(600)
    said = phone.result(1, jpeg(6))
    return said | {"made_at": (phone.now() - timedelta(minutes=10, seconds=30)).isoformat(), "fix": None}


def too_fast(phone: FieldPhone) -> dict[str, object]:
    phone.send(
        phone.record("find", fix=phone.fix(5000), find_kind="garbage_drop", photos=[phone.photo(jpeg(7))])
    )
    phone.server.clock.advance(30)
    return phone.result(1, jpeg(8))


@pytest.mark.parametrize(
    ("cheat", "expected"),
    [
        (lambda phone: phone.result(1, jpeg(9), fix=phone.fix(300)), ["outside_fence"]),
        (lambda phone: phone.result(1, jpeg(9), fix=phone.fix(0, is_mock=True)), ["mock_position"]),
        (lambda phone: phone.result(1, jpeg(9), fix=phone.fix(0, accuracy_m=0)), ["mock_position"]),
        (old_photo, ["old_photo"]),
        (replayed_photo, ["replayed_photo"]),
        (same_source, ["replayed_photo"]),
        (clock_set_back, ["clock_set_back", "no_position"]),
        (too_fast, ["impossible_speed"]),
        (lambda phone: phone.result(1), ["no_photo"]),
        (lambda phone: phone.result(1, jpeg(9), stop_id="stop-gone"), ["not_in_plan"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_each_way_to_cheat_raises_its_own_flag_and_the_record_is_kept(
    server: RunningServer, phone: FieldPhone, cheat: Changed, expected: list[str]
) -> None:
    said = cheat(phone)
    assert flags(phone.send(said)) == expected
    chief = server.person(Role.SUPERVISOR)
    listed = chief.get("/api/v1/visits", params={"doubted": True}).json()["visits"]
    assert [visit["record_id"] for visit in listed] == [said["record_id"]]
    assert [doubt["flag"] for doubt in listed[0]["doubts"]] == expected
    review = f"/api/v1/visits/{said['record_id']}/review"
    assert chief.post(review, json={"text": "spoken with him"}).json()["reviewed_at"]
    assert chief.get("/api/v1/visits", params={"doubted": True}).json()["visits"] == []
    assert chief.post(review, json={}).status_code == 409


def test_rejected_visit_leaves_its_site_due_and_its_stop_open(
    server: RunningServer, phone: FieldPhone
) -> None:
    chief = server.person(Role.SUPERVISOR)
    honest, far = phone.result(2, jpeg(61)), phone.result(1, jpeg(62), fix=phone.fix(300))
    looked_before = server.services.sites.history("DP-0").site.inspected_at
    for said, picture in ((honest, jpeg(61)), (far, jpeg(62))):
        phone.send(said)
        phone.upload(picture)
    due = set(chief.get("/api/v1/sites", params={"due": True}).text.split('"'))
    assert "DP-0" not in due
    review = f"/api/v1/visits/{far['record_id']}/review"
    assert chief.post(review, json={"verdict": "rejected"}).status_code == 422  # the team wants to know why
    answer = chief.post(review, json={"verdict": "rejected", "text": "pictures show another place"})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "rejected")

    site = server.services.sites.history("DP-0")
    assert site.site.inspected_at == looked_before
    assert [one.withdrawn_at is None for one in site.inspections] == [False]
    assert [note.action for note in site.notes][:1] == ["site_inspection_withdrawn"]
    assert stop_state(server, 1) is StopState.PLANNED
    assert stop_state(server, 2) is StopState.DONE
    day = phone.client.get("/api/v1/field/day").json()
    assert day["rejected"] == [far["record_id"]]
    page = chief.get(f"/visits/{far['record_id']}?lang=en").text
    assert "This visit does not count" in page
    assert "pictures show another place" in page
    # once more, and this time there
    phone.send(phone.result(1, jpeg(63)))
    phone.upload(jpeg(63))
    assert stop_state(server, 1) is StopState.DONE
    assert server.services.sites.history("DP-0").site.inspected_at == phone.now()


def test_visit_that_was_rejected_before_its_picture_came_brings_nothing_about(
    server: RunningServer, phone: FieldPhone
) -> None:
    far = phone.result(1, jpeg(64), fix=phone.fix(300))
    phone.send(far)
    review = f"/api/v1/visits/{far['record_id']}/review"
    verdict = {"verdict": "rejected", "text": "was elsewhere"}
    answer = server.person(Role.SUPERVISOR).post(review, json=verdict)
    assert answer.status_code == 200, answer.text
    assert phone.upload(jpeg(64)).status_code == 200
    assert server.services.sites.history("DP-0").inspections == []


def test_visit_that_is_let_stand_counts_as_proved(server: RunningServer, phone: FieldPhone) -> None:
    far = phone.result(1, jpeg(65), fix=phone.fix(300))
    phone.send(far)
    phone.upload(jpeg(65))
    begin = SqlUnitsOfWork(server.services.engine, server.clock, lambda _: None)
    with begin.reading() as work:
        assert work.field.vouched_stops([PLAN]) == frozenset()
    review = f"/api/v1/visits/{far['record_id']}/review"
    assert server.person(Role.SUPERVISOR).post(review, json={}).json()["verdict"] == "accepted"
    with begin.reading() as work:
        assert work.field.vouched_stops([PLAN]) == {"stop-1"}
    assert len(server.services.sites.history("DP-0").inspections) == 1
    assert stop_state(server, 1) is StopState.DONE


def test_record_sent_again_has_one_effect_and_the_same_answer(
    server: RunningServer, phone: FieldPhone
) -> None:
    said = phone.result(1, jpeg(11))
    first = phone.send(said)
    again = phone.send(said)  # the phone never got the answer
    without_key = phone.client.post("/api/v1/field/records", json=said)
    assert first.json() == again.json() == without_key.json()
    other = phone.client.post("/api/v1/field/records", json=said | {"note": "another"})
    assert other.status_code == 409
    chief = server.person(Role.SUPERVISOR)
    assert len(chief.get("/api/v1/visits").json()["visits"]) == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"plan_id": "plan-nobody-made"}, 404),
        ({"outcome": None}, 422),
        ({"outcome": "gone"}, 422),  # not in the form of a drop point
        ({"answers": {"bags": 3}}, 422),
        ({"fix": {"lon": 200, "lat": 0, "accuracy_m": 1, "at": "2026-11-23T04:00:00Z"}}, 422),
        ({"record_id": "mine"}, 422),
    ],
    ids=["plan", "no outcome", "foreign outcome", "foreign question", "no place on earth", "no id"],
)
def test_what_was_never_planned_or_does_not_fit_is_refused_with_its_reason(
    server: RunningServer, phone: FieldPhone, wrong: dict[str, object], status: int
) -> None:
    answer = phone.send(phone.result(1, jpeg(12)) | wrong)
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert stop_state(server, 1) is StopState.PLANNED
    assert flags(phone.send(phone.result(2, jpeg(13)))) == []  # nothing behind it is held up


def test_picture_goes_on_where_it_stopped_and_counts_only_with_its_hash(
    server: RunningServer, phone: FieldPhone
) -> None:
    picture = jpeg(14, size_px=900)
    path, total = PHOTOS.format(sha256(picture)), len(picture)
    assert phone.client.put(path, content=picture).status_code == 404  # no record names it yet
    phone.send(phone.result(1, picture))
    half = total // 2
    first = phone.client.put(
        path, content=picture[:half], headers={"Content-Range": f"bytes 0-{half - 1}/{total}"}
    )
    assert (first.status_code, first.json()) == (202, {"received": half, "is_whole": False})
    assert phone.client.get(path).json() == {"received": half, "is_whole": False}
    wrong = b"x" * (total - half)
    broken = phone.client.put(
        path, content=wrong, headers={"Content-Range": f"bytes {half}-{total - 1}/{total}"}
    )
    assert broken.status_code == 422
    assert phone.client.get(path).json() == {"received": 0, "is_whole": False}
    assert phone.upload(picture).status_code == 200
    assert phone.upload(picture).status_code == 200
    colleague = server.person(Role.PATROL)
    assert colleague.get(path).status_code == 404
    chief = server.person(Role.SUPERVISOR)
    assert chief.get(f"/api/v1/evidence/{sha256(picture)}").content == picture


def test_find_becomes_an_incident_at_the_desk_with_its_picture(
    server: RunningServer, phone: FieldPhone
) -> None:
    picture = jpeg(15)
    said = phone.record(
        "find", fix=phone.fix(500), find_kind="illegal_structure", note="new shed",
        photos=[phone.photo(picture, "find")],
    )  # fmt: skip
    assert flags(phone.send(said)) == []
    phone.upload(picture)
    phone.upload(picture)
    phone.send(said)

    chief = server.person(Role.SUPERVISOR)
    (incident,) = chief.get("/api/v1/incidents").json()["incidents"]
    assert (incident["kind"], incident["state"]) == ("illegal_structure", "open")
    visit = chief.get(f"/api/v1/visits/{said['record_id']}").json()
    assert visit["subject"] == f"incident:{incident['id']}"
    assert chief.get(f"/incidents/{incident['id']}/panel").text.count(sha256(picture)) >= 1


def test_find_at_the_place_of_a_cameras_incident_joins_it(server: RunningServer, phone: FieldPhone) -> None:
    box = server.device()
    box.post(EVENTS, json=message(kind="garbage_drop", at=HERE))
    picture = jpeg(16)
    phone.send(
        phone.record(
            "find", fix=phone.fix(4), find_kind="garbage_drop", photos=[phone.photo(picture, "find")]
        )
    )
    phone.upload(picture)
    assert len(server.person(Role.SUPERVISOR).get("/api/v1/incidents").json()["incidents"]) == 1


def test_word_from_the_office_is_shown_until_it_was_read(server: RunningServer, phone: FieldPhone) -> None:
    chief = server.person(Role.SUPERVISOR)
    sent = chief.post(
        "/api/v1/field/messages", json={"plan_id": PLAN, "team_id": TEAM, "text": "南门封闭，绕行"}
    )
    message_id = sent.json()["message_id"]
    day = phone.client.get("/api/v1/field/day").json()
    assert day["routes"][0]["messages"][0]["text"] == "南门封闭，绕行"
    assert day["seen"] == []
    assert "not read yet" in chief.get("/visits?lang=en").text
    assert phone.send(phone.record("seen", message_id=message_id)).status_code == 201
    assert phone.client.get("/api/v1/field/day").json()["seen"] == [message_id]
    assert "read by patrol" in chief.get("/visits?lang=en").text
    assert phone.client.post("/api/v1/field/messages", json={}).status_code in (403, 422)


class TestTracks:
    def track(self, phone: FieldPhone, *minutes: int) -> httpx.Response:
        fixes = [
            phone.fix(minute) | {"at": (phone.now() + timedelta(minutes=minute)).isoformat()}
            for minute in minutes
        ]
        return phone.client.post("/api/v1/field/tracks", json={"fixes": fixes})

    def test_only_the_hours_of_the_route_are_kept_and_each_fix_once(
        self, server: RunningServer, phone: FieldPhone
    ) -> None:
        assert self.track(phone, 0, 1, 2, 60 * 24).json() == {"kept": 3, "outside": 1}
        assert self.track(phone, 1, 2, 3).json() == {"kept": 1, "outside": 0}
        assert len(server.services.field.tracks.of_team(PLAN, TEAM)) == 4

    def test_nothing_is_kept_of_somebody_who_walks_no_route(
        self, server: RunningServer, phone: FieldPhone
    ) -> None:
        idle = FieldPhone(server, server.person(Role.PATROL))
        assert self.track(idle, 0, 1).json() == {"kept": 0, "outside": 2}

    def test_way_to_the_first_stop_counts_once_the_route_is_taken(
        self, server: RunningServer, phone: FieldPhone
    ) -> None:
        early = FieldPhone(server, server.person(Role.PATROL), phone_id="phone-2")
        assert self.track(early, -20, -10).json() == {
            "kept": 0,
            "outside": 2,
        }  # whose way it is nobody knows yet
        assert early.accept().status_code == 201
        lead = int(TrackParams().lead_s / 60)
        assert self.track(early, -lead - 1, -lead, -20, -10).json() == {"kept": 3, "outside": 1}

    def test_tracks_are_erased_in_time(self, server: RunningServer, phone: FieldPhone) -> None:
        self.track(phone, 0, 1)
        tracks = server.services.field.tracks
        server.clock.advance(TrackParams().kept_days * 86400 - 60)
        assert tracks.erase_old() == 0
        server.clock.advance(180)
        assert tracks.erase_old() == 2
        assert tracks.of_team(PLAN, TEAM) == []

    def test_owntracks_sends_with_a_token_of_its_own(self, server: RunningServer, phone: FieldPhone) -> None:
        made = phone.client.post("/api/v1/field/track-token").json()
        program = server.stranger()
        said = {
            "_type": "location", "lat": HERE[1], "lon": HERE[0], "acc": 12,
            "tst": int(phone.now().timestamp()), "tid": "wl", "batt": 80,
        }  # fmt: skip
        address = "/api/v1/owntracks"
        login = (made["login_name"], made["token"])
        assert program.post(address, json=said).status_code == 401
        assert program.post(address, json=said, auth=(login[0], PASSWORD)).status_code == 401
        for _ in range(2):
            answer = program.post(address, json=said, auth=login)
            assert (answer.status_code, answer.json()) == (200, [])
        assert program.post(address, json={"_type": "lwt", "tst": 1}, auth=login).json() == []
        assert program.post(address, json={"_type": "location"}, auth=login).status_code == 422
        (fix,) = server.services.field.tracks.of_team(PLAN, TEAM)
        assert (fix.lon, fix.lat, fix.accuracy_m) == (*HERE, 12)
        assert phone.client.delete("/api/v1/field/track-token").status_code == 204
        assert program.post(address, json=said, auth=login).status_code == 401


def test_shell_holds_nothing_of_a_person(server: RunningServer) -> None:
    one, other = server.person(Role.PATROL), server.person(Role.ADMIN)
    pages = [client.get("/field/zh").text for client in (one, other)]
    bare = [page.split("nonce=")[0] for page in pages]
    assert bare[0] == bare[1]
    assert one.headers["X-CSRF-Token"] not in pages[0]
    assert server.stranger().get("/field/zh", follow_redirects=False).status_code in (302, 303, 401)


def test_service_worker_names_every_file_of_the_shell(server: RunningServer) -> None:
    client = server.person(Role.PATROL)
    answer = server.stranger().get("/field/service-worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/field"
    said = dict(line.removeprefix("const ").split(" = ", 1) for line in answer.text.splitlines()[:3])
    head = {name: json.loads(value.rstrip(";")) for name, value in said.items()}
    for path in head["PAGES"]:
        assert f'data-version="{head["VERSION"]}"' in client.get(path).text
    assert len(head["FILES"]) > 20
    for path, digest in head["FILES"].items():
        assert sha256(client.get(path).content) == digest, path
