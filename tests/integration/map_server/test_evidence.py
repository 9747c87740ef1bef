"""Evidence comes in from the device whose event names it, whole and with the right hash, and every look is
kept.
"""

import hashlib
from pathlib import Path

import httpx
import pytest

from map_server.domain.account import Role
from tests.event_messages import evidence, message
from tests.integration.map_server.test_ingest import assert_problem
from tests.running_server import RunningServer
from wire_contract.routes import EVENTS, EVIDENCE, MAX_EVIDENCE_BYTES, UPLOAD_OFFSET_HEADER

PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400
SHA256 = hashlib.sha256(PICTURE).hexdigest()
PATH = EVIDENCE.format(sha256=SHA256)


def device_with_event(server: RunningServer, device_id: str = "box-1", sha256: str = SHA256) -> httpx.Client:
    """A device that has sent an event which names the picture."""
    device = server.device(device_id)
    answer = device.post(EVENTS, json=message(device_id=device_id, evidence=[evidence(sha256)]))
    assert answer.json()["results"][0]["missing_evidence"] == [sha256]
    return device


def file_of(server: RunningServer) -> Path:
    return server.settings.evidence_dir / SHA256[:2] / SHA256[2:4] / SHA256


def looks(server: RunningServer) -> list[tuple[str, str]]:
    with server.services.read() as work:
        return [(e.actor, e.subject_id) for e in work.audit_log.entries() if e.action == "evidence_viewed"]


def test_a_picture_sent_whole_is_stored_and_shown_and_the_look_is_kept(server: RunningServer) -> None:
    device = device_with_event(server)

    answer = device.put(PATH, content=PICTURE)

    assert (answer.status_code, answer.json()) == (200, {"received": len(PICTURE), "is_whole": True})
    assert file_of(server).read_bytes() == PICTURE
    shown = server.person(Role.PATROL).get(PATH)
    assert shown.content == PICTURE
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    ((actor, subject),) = looks(server)
    assert actor.startswith("person:")
    assert subject == SHA256


def test_a_picture_comes_in_parts_and_goes_on_where_it_broke_off(server: RunningServer) -> None:
    device = device_with_event(server)
    cut = 70_000

    first = device.put(
        PATH, content=PICTURE[:cut], headers={"Content-Range": f"bytes 0-{cut - 1}/{len(PICTURE)}"}
    )
    asked = device.head(PATH)
    rest = f"bytes {cut}-{len(PICTURE) - 1}/{len(PICTURE)}"
    second = device.put(PATH, content=PICTURE[cut:], headers={"Content-Range": rest})

    assert (first.status_code, first.json()) == (202, {"received": cut, "is_whole": False})
    assert (asked.status_code, asked.headers[UPLOAD_OFFSET_HEADER]) == (204, str(cut))
    assert (second.status_code, second.json()["is_whole"]) == (200, True)
    assert device.head(PATH).status_code == 200
    assert file_of(server).read_bytes() == PICTURE


def test_a_part_that_does_not_follow_is_409_and_names_the_offset(server: RunningServer) -> None:
    device = device_with_event(server)
    device.put(PATH, content=PICTURE[:10], headers={"Content-Range": f"bytes 0-9/{len(PICTURE)}"})

    answer = device.put(
        PATH, content=PICTURE[20:30], headers={"Content-Range": f"bytes 20-29/{len(PICTURE)}"}
    )

    assert_problem(answer, 409)
    assert "10 bytes" in answer.json()["detail"]


def test_a_server_that_stopped_after_the_last_part_finishes_when_asked(server: RunningServer) -> None:
    """All bytes had come, but the record was not written: the device asks with HEAD and need send nothing."""
    device = device_with_event(server)
    server.services.evidence_files.append(SHA256, 0, PICTURE)

    assert device.head(PATH).status_code == 200
    assert server.person().get(PATH).content == PICTURE


def test_a_wrong_hash_is_422_and_nothing_is_kept(server: RunningServer) -> None:
    device = device_with_event(server)

    answer = device.put(PATH, content=PICTURE[:-1] + b"x")

    assert_problem(answer, 422)
    assert SHA256 in answer.json()["detail"]
    assert not file_of(server).exists()
    assert device.head(PATH).headers[UPLOAD_OFFSET_HEADER] == "0"
    assert device.put(PATH, content=PICTURE).status_code == 200, "the right bytes are welcome afterwards"


def test_a_picture_sent_again_is_no_fault(server: RunningServer) -> None:
    device = device_with_event(server)
    device.put(PATH, content=PICTURE)
    cursor = server.services.live.cursor()

    assert device.put(PATH, content=PICTURE).status_code == 200
    assert server.services.live.cursor() == cursor


def test_a_picture_that_no_event_of_this_device_names_is_404(server: RunningServer) -> None:
    device_with_event(server, "box-1")
    other = server.device("box-2")

    assert_problem(other.put(PATH, content=PICTURE), 404)
    assert other.head(PATH).status_code == 404
    assert not file_of(server).exists()


def test_an_oversized_picture_is_413(server: RunningServer) -> None:
    device = device_with_event(server)

    assert_problem(device.put(PATH, content=bytes(MAX_EVIDENCE_BYTES + 1)), 413)


@pytest.mark.parametrize(
    "content_range",
    [
        "bytes 0-9/5",
        "bytes 9-0/100",
        "0-9/100",
        "bytes */100",
        f"bytes 0-9/{MAX_EVIDENCE_BYTES + 1}",
        "bytes 0-8/100",
    ],
)
def test_a_content_range_that_makes_no_sense_is_422(server: RunningServer, content_range: str) -> None:
    device = device_with_event(server)

    assert_problem(device.put(PATH, content=PICTURE[:10], headers={"Content-Range": content_range}), 422)


def test_a_player_that_asks_in_parts_looks_once(server: RunningServer) -> None:
    device_with_event(server).put(PATH, content=PICTURE)
    person = server.person()

    for part in ("bytes=0-99", "bytes=100-199", "bytes=200-"):
        assert person.get(PATH, headers={"Range": part}).status_code == 206

    assert len(looks(server)) == 1


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [
        ("bytes=0-9", 206, 10),
        ("bytes=-10", 206, 10),  # the last ten
        ("pages=1-2", 200, len(PICTURE)),  # of no known form: ignored
        ("bytes=-", 200, len(PICTURE)),
        ("bytes=0-1,5-6", 200, len(PICTURE)),  # several parts at once are not given
        (f"bytes={len(PICTURE)}-", 416, None),
        ("bytes=9-3", 416, None),
        ("bytes=-0", 416, None),
    ],
)
def test_part_of_a_picture(server: RunningServer, asked: str, status: int, length: int | None) -> None:
    device_with_event(server).put(PATH, content=PICTURE)

    answer = server.person().get(PATH, headers={"Range": asked})

    assert answer.status_code == status
    if length is None:
        assert answer.headers["content-range"] == f"bytes */{len(PICTURE)}"
        assert_problem(answer, 416)
    else:
        assert len(answer.content) == length


def test_body_that_is_no_text_is_422(server: RunningServer) -> None:
    answer = server.person().post(
        "/api/v1/legal-holds", content=b"\xff", headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 422)
    assert answer.json()["errors"][0]["path"] == "body"


def test_evidence_is_not_for_strangers_nor_for_devices(server: RunningServer) -> None:
    device = device_with_event(server)
    device.put(PATH, content=PICTURE)

    assert_problem(server.stranger().get(PATH), 401)
    assert_problem(device.get(PATH), 401)
    assert looks(server) == []


def test_evidence_that_is_not_held_is_404(server: RunningServer) -> None:
    device_with_event(server)

    assert_problem(server.person().get(PATH), 404)
    assert_problem(server.person().get("/api/v1/evidence/none"), 422)


def test_the_answer_to_a_later_message_no_longer_asks_for_it(server: RunningServer) -> None:
    device = device_with_event(server)
    device.put(PATH, content=PICTURE)

    (result,) = device.post(EVENTS, json=message(evidence=[evidence(SHA256)])).json()["results"]

    assert result["missing_evidence"] == []
