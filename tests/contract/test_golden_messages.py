"""Messages on paper: the agent writes them like this, and the server reads them like this, also in a year's
time.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from edge_agent import types as edge
from edge_agent.encode import encode_event
from map_server.domain.event import ErrorEllipse, GroundFix, Message, View
from map_server.entrypoints.http.wire import read_messages
from wire_contract import messages
from wire_contract.vocabulary import EventKind, EventPhase, EvidenceRole, Redaction

GOLDEN = Path(__file__).parent / "golden"
EVENTS = sorted(path.name for path in GOLDEN.glob("event_*.json"))
WHOLE = [
    "event_opened.json",
    "event_updated.json",
    "event_closed.json",
    "event_fire_lane.json",
    "event_camera_position.json",
]


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


def read_by_the_server(name: str) -> Message:
    message = read_messages((GOLDEN / name).read_bytes())[0]
    assert isinstance(message, Message)
    return message


@pytest.mark.parametrize("name", EVENTS)
def test_the_server_reads_it(name: str) -> None:
    items = read_messages((GOLDEN / name).read_bytes())

    assert len(items) == (2 if name == "event_batch.json" else 1)
    assert all(isinstance(item, Message) for item in items)


@pytest.mark.parametrize("name", WHOLE)
def test_what_the_server_keeps_says_the_same(name: str) -> None:
    assert json.loads(read_by_the_server(name).content) == golden(name)


def test_the_server_understands_each_field() -> None:
    report = read_by_the_server("event_opened.json").report

    assert report.view == View("box-07", "bin-station-07", "forecourt")
    assert (report.kind, report.phase, report.sequence) == (EventKind.GARBAGE_DROP, EventPhase.OPENED, 0)
    assert report.started_at == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    assert report.fix == GroundFix(121.56012, 31.25549, 1.4, ErrorEllipse(1.4, 0.5, 31.0), is_surveyed=True)
    assert report.attributes == golden("event_opened.json")["attributes"]
    assert [(e.sha256[:2], e.role, e.redaction) for e in report.evidence] == [
        ("1f", "before", "persons"),
        ("2e", "alarm", "persons"),
    ]


def test_a_message_with_the_least_is_complete_by_its_defaults() -> None:
    report = read_by_the_server("event_minimal.json").report

    assert (report.sequence, report.fix, report.evidence, report.model) == (0, None, (), None)
    assert report.started_at == datetime(2026, 11, 23, 4, 0, tzinfo=UTC), "another offset, the same instant"


def test_fields_of_a_newer_agent_are_ignored() -> None:
    content = json.loads(read_by_the_server("event_from_a_newer_agent.json").content)

    assert "weather" not in content
    assert "altitude_m" not in content["fix"]


def test_the_place_of_a_camera_is_no_survey() -> None:
    fix = read_by_the_server("event_camera_position.json").report.fix

    assert fix is not None
    assert not fix.is_surveyed


def test_the_agent_writes_it() -> None:
    """The agent's own record of the same finding, encoded, is the golden message."""
    noon = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    raised_at = noon.replace(second=30)
    stills = [
        edge.Evidence(
            "1f" * 32,
            "image/jpeg",
            EvidenceRole.BEFORE,
            datetime(2026, 11, 23, 3, 59, 41, 200_000, UTC),
            Redaction.PERSONS,
            Path("1f"),
        ),
        edge.Evidence("2e" * 32, "image/jpeg", EvidenceRole.ALARM, raised_at, Redaction.PERSONS, Path("2e")),
    ]
    event = edge.Event(
        event_id="01939a3c-1f00-7a10-8c3e-5b2f6d9e0a11",
        sequence=0,
        kind=EventKind.GARBAGE_DROP,
        phase=EventPhase.OPENED,
        zone_id="forecourt",
        started_at=noon,
        raised_at=raised_at,
        closed_at=None,
        score=0.91,
        label="garbage",
        box_xyxy_px=(127, 310, 172, 365),
        frame_size_px=(640, 480),
        attributes=golden("event_opened.json")["attributes"],
        fix=edge.GroundFix(121.56012, 31.25549, 1.4, edge.ErrorEllipse(1.4, 0.5, 31.0), "homography"),
    )

    sent = encode_event(
        event,
        stills,
        device_id="box-07",
        camera_id="bin-station-07",
        model=messages.ModelRef(id="yolox-nano", sha256="3d" * 32),
    )

    assert json.loads(sent) == golden("event_opened.json")


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("heartbeat.json", messages.Heartbeat),
        ("enrolment_request.json", messages.EnrolmentRequest),
        ("enrolment_answer.json", messages.EnrolmentAnswer),
        ("ingest_answer.json", messages.IngestAnswer),
    ],
)
def test_the_other_messages_come_back_as_they_are(name: str, model: type[BaseModel]) -> None:
    text = (GOLDEN / name).read_text(encoding="utf-8")

    assert json.loads(model.model_validate_json(text).model_dump_json()) == json.loads(text)
