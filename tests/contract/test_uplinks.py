"""The fake uplink and the real one promise the same to the delivery loop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.encode import encode_event
from edge_agent.errors import PermanentError, ServerFault, TransientError
from edge_agent.ports import Uplink
from edge_agent.uplink import HttpUplink, UplinkParams
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.evidence_files import put_evidence
from tests.fakes.pipeline import event
from tests.fakes.toy_server import ONE_TIME_TOKEN, TOKEN, ToyServer, Trouble, toy_server
from tests.fakes.uplink import FakeUplink
from wire_contract.messages import EnrolmentRequest, Heartbeat

TROUBLES: list[tuple[Trouble, type[Exception]]] = [
    (Trouble(drop="before"), TransientError),
    (Trouble(status=503), TransientError),
    (Trouble(status=500), ServerFault),
    (Trouble(status=422), PermanentError),
]


class Side:
    """One of the two, and how to make its next call fail."""

    def __init__(self, uplink: Uplink, toy: ToyServer | None) -> None:
        self.uplink = uplink
        self._toy = toy

    def fail(self, trouble: Trouble, error: type[Exception]) -> None:
        if self._toy is not None:
            self._toy.troubles.append(trouble)
        elif isinstance(self.uplink, FakeUplink):
            self.uplink.errors.append(error("as told"))


@pytest.fixture(params=["fake", "http"])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    if request.param == "fake":
        yield Side(FakeUplink(), None)
        return
    with toy_server() as toy:
        uplink = HttpUplink(toy.url, "box-1", UplinkParams(), FakeClock())
        uplink.use_token(TOKEN)
        yield Side(uplink, toy)
        uplink.close()


def body(sequence: int = 0) -> bytes:
    return encode_event(event(sequence=sequence), [], device_id="box-1", camera_id="c", model=None)


def test_each_message_has_its_result(side: Side) -> None:
    results = side.uplink.send_events([body(0), body(1)])
    assert [(result.event_id, result.sequence, result.status) for result in results] == [
        (event().event_id, 0, "stored"),
        (event().event_id, 1, "stored"),
    ]


@pytest.mark.parametrize(("trouble", "error"), TROUBLES)
def test_a_failure_is_sorted_by_what_to_do(side: Side, trouble: Trouble, error: type[Exception]) -> None:
    side.fail(trouble, error)
    with pytest.raises(error) as caught:
        side.uplink.send_events([body()])
    assert type(caught.value) is error
    assert [result.status for result in side.uplink.send_events([body()])] == ["stored"]


def test_evidence_and_heartbeat_give_nothing_back(side: Side, tmp_path: Path) -> None:
    piece = put_evidence(tmp_path, b"picture")
    message = encode_event(event(), [piece], device_id="box-1", camera_id="c", model=None)
    side.uplink.send_events([message])
    for _ in range(2):
        side.uplink.send_evidence(piece.sha256, "image/jpeg", b"picture")
    side.uplink.send_heartbeat(
        Heartbeat(
            device_id="box-1",
            sent_at=NOON,
            started_at=NOON,
            agent_version="1",
            outbox_pending=0,
            outbox_set_aside=0,
            evidence_bytes=0,
            disk_free_bytes=0,
        )
    )


def test_a_one_time_token_buys_a_lasting_one(side: Side) -> None:
    answer = side.uplink.enrol(EnrolmentRequest(device_id="box-1", one_time_token=ONE_TIME_TOKEN))
    assert (answer.device_id, len(answer.device_token)) == ("box-1", 40)
