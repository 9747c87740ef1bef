"""The uplink over real sockets against the toy server."""

import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.encode import encode_event
from edge_agent.errors import ConfigError, PermanentError, TransientError
from edge_agent.uplink import HttpUplink, UplinkParams, enrol, load_token
from edge_agent.uplink.http import PART_BYTES
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.evidence_files import put_evidence
from tests.fakes.pipeline import event
from tests.fakes.toy_server import ONE_TIME_TOKEN, TOKEN, ToyServer, Trouble, toy_server
from wire_contract.messages import Heartbeat

PARAMS = UplinkParams(connect_timeout_s=5.0, answer_timeout_s=5.0)
CONTENT = bytes(range(256)) * 3000  # three parts
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[ToyServer]:
    with toy_server() as toy:
        yield toy


@pytest.fixture
def uplink(server: ToyServer) -> Iterator[HttpUplink]:
    uplink = HttpUplink(server.url, "box-1", PARAMS, FakeClock())
    uplink.use_token(TOKEN)
    yield uplink
    uplink.close()


def name_evidence(server: ToyServer, tmp_path: Path) -> None:
    """Let the server know an event that names the evidence."""
    piece = put_evidence(tmp_path, CONTENT)
    body = encode_event(event(), [piece], device_id="box-1", camera_id="c", model=None)
    server.take_event(json.loads(body))


def test_a_batch_is_one_request_with_one_result_each(server: ToyServer, uplink: HttpUplink) -> None:
    bodies = [
        encode_event(event(sequence=n), [], device_id="box-1", camera_id="c", model=None) for n in range(3)
    ]
    results = uplink.send_events(bodies)
    assert [(result.sequence, result.status) for result in results] == [(n, "stored") for n in range(3)]
    assert server.requests == ["POST /api/v1/events"]
    assert [result.status for result in uplink.send_events(bodies[:1])] == ["duplicate"]


def test_evidence_goes_in_parts_and_goes_on_where_the_line_broke(
    server: ToyServer, uplink: HttpUplink, tmp_path: Path
) -> None:
    name_evidence(server, tmp_path)
    server.troubles.extend(
        [Trouble(), Trouble(), Trouble(drop="middle")]
    )  # HEAD, first part, half of the second
    with pytest.raises(TransientError):
        uplink.send_evidence(SHA256, "image/jpeg", CONTENT)
    assert len(server.partial[SHA256]) == PART_BYTES + PART_BYTES // 2
    uplink.send_evidence(SHA256, "image/jpeg", CONTENT)
    assert server.evidence[SHA256] == CONTENT
    assert server.evidence_bytes == len(CONTENT), "no byte was sent twice"


def test_evidence_that_the_server_holds_is_not_sent_again(
    server: ToyServer, uplink: HttpUplink, tmp_path: Path
) -> None:
    name_evidence(server, tmp_path)
    uplink.send_evidence(SHA256, "image/jpeg", CONTENT)
    uplink.send_evidence(SHA256, "image/jpeg", CONTENT)
    assert server.evidence_bytes == len(CONTENT)


def test_evidence_that_no_event_names_is_refused_for_good(uplink: HttpUplink) -> None:
    with pytest.raises(PermanentError, match="404"):
        uplink.send_evidence(SHA256, "image/jpeg", CONTENT)


@pytest.mark.parametrize("content", [b"", b"x" * (16 * 1024 * 1024 + 1)])
def test_evidence_that_no_server_would_take_is_not_offered(
    server: ToyServer, uplink: HttpUplink, content: bytes
) -> None:
    with pytest.raises(PermanentError, match="bytes"):
        uplink.send_evidence(SHA256, "image/jpeg", content)
    assert server.requests == []


def test_a_disputed_offset_is_asked_for_again(server: ToyServer, uplink: HttpUplink, tmp_path: Path) -> None:
    name_evidence(server, tmp_path)
    server.troubles.extend([Trouble(), Trouble(status=409)])
    with pytest.raises(TransientError, match="offset"):
        uplink.send_evidence(SHA256, "image/jpeg", CONTENT)


def test_a_redirect_is_not_followed(server: ToyServer, uplink: HttpUplink) -> None:
    server.troubles.append(Trouble(status=307, headers={"Location": "http://127.0.0.1:9/elsewhere"}))
    with pytest.raises(TransientError, match="elsewhere"):
        uplink.send_events([b"{}"])
    assert len(server.requests) == 1


@pytest.mark.parametrize("trouble", [Trouble(drop="before"), Trouble(drop="after"), Trouble(drop="middle")])
def test_a_line_that_breaks_is_for_later(server: ToyServer, uplink: HttpUplink, trouble: Trouble) -> None:
    server.troubles.append(trouble)
    body = encode_event(event(), [], device_id="box-1", camera_id="c", model=None)
    with pytest.raises(TransientError):
        uplink.send_events([body])


def test_no_server_at_all_is_for_later() -> None:
    uplink = HttpUplink("http://127.0.0.1:9", "box-1", PARAMS, FakeClock())
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:9"):
        uplink.send_events([b"{}"])
    uplink.close()


def test_an_answer_of_something_else_is_not_taken_for_a_success(
    server: ToyServer, uplink: HttpUplink
) -> None:
    """A log-in page of a hotel answers 200 to everything."""
    server.troubles.append(Trouble(status=200))
    with pytest.raises(TransientError, match="IngestAnswer"):
        uplink.send_events([b"{}"])


def test_a_wrong_token_asks_to_enrol_again(server: ToyServer, uplink: HttpUplink) -> None:
    uplink.use_token("x" * 40)
    with pytest.raises(TransientError, match="enrol"):
        uplink.send_heartbeat(heartbeat())


def heartbeat() -> Heartbeat:
    return Heartbeat(
        device_id="box-1",
        sent_at=NOON,
        started_at=NOON,
        agent_version="1",
        outbox_pending=0,
        outbox_set_aside=0,
        evidence_bytes=0,
        disk_free_bytes=1,
    )


def test_a_heartbeat_arrives(server: ToyServer, uplink: HttpUplink) -> None:
    uplink.send_heartbeat(heartbeat())
    assert server.requests == ["POST /api/v1/devices/box-1/heartbeat"]
    assert server.heartbeats[0]["device_id"] == "box-1"


def test_enrolment_writes_the_token_for_the_agent_alone(server: ToyServer, tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "device-token"
    uplink = HttpUplink(server.url, "box-1", PARAMS, FakeClock())
    assert load_token(file) is None
    assert enrol(uplink, "box-1", ONE_TIME_TOKEN, file) == TOKEN
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_token(file) == TOKEN
    assert [path.name for path in file.parent.iterdir()] == ["device-token"]
    uplink.close()


def test_a_spent_one_time_token_is_the_users_to_mend(server: ToyServer, tmp_path: Path) -> None:
    uplink = HttpUplink(server.url, "box-1", PARAMS, FakeClock())
    with pytest.raises(ConfigError, match="map-server enroll-device box-1"):
        enrol(uplink, "box-1", "y" * 20, tmp_path / "device-token")
    with pytest.raises(ConfigError, match="not whole"):
        enrol(uplink, "box-1", "short", tmp_path / "device-token")
    assert list(tmp_path.iterdir()) == []
    uplink.close()


def test_a_one_time_token_is_not_spent_when_the_file_cannot_be_written(
    server: ToyServer, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    uplink = HttpUplink(server.url, "box-1", PARAMS, FakeClock())
    with pytest.raises(ConfigError, match="cannot be written"):
        enrol(uplink, "box-1", ONE_TIME_TOKEN, tmp_path / "file" / "device-token")
    assert server.requests == []
    uplink.close()


def test_a_token_file_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "device-token"
    file.write_text("secret\n")
    file.chmod(0o644)
    assert load_token(file) == "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_token_file_without_a_token_is_the_users_to_mend(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "device-token"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="enrol again"):
        load_token(file)


def test_the_token_is_not_sent_unencrypted_to_another_machine(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="allow_http"):
        HttpUplink("http://map.example.org", "box-1", PARAMS, FakeClock())
    HttpUplink("http://map.example.org", "box-1", UplinkParams(allow_http=True), FakeClock()).close()
    with pytest.raises(ConfigError, match="ca_file"):
        HttpUplink("https://map.example.org", "b", UplinkParams(ca_file=tmp_path / "none.pem"), FakeClock())


@pytest.mark.parametrize("key", ["connect_timeout_s", "answer_timeout_s"])
def test_timeouts_that_cannot_work_are_refused_by_key(key: str) -> None:
    with pytest.raises(ValueError, match=f"^{key}: "):
        UplinkParams(**{key: 0.0})
