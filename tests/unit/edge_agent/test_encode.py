"""Events as bytes: what the wire contract allows, the same each time."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.encode import encode_event, without_evidence
from edge_agent.types import ErrorEllipse, Evidence, GroundFix
from tests.fakes.clock import NOON
from tests.fakes.pipeline import EVENT_ID, event
from wire_contract.messages import EventMessage, ModelRef
from wire_contract.vocabulary import EventKind, EventPhase, EvidenceRole, Redaction

FIX = GroundFix(121.56012345678, 31.2554987654, 1.40444, ErrorEllipse(1.4, 0.5, 31.0), "homography")
MODEL = ModelRef(id="yolox-nano", sha256="b" * 64)
PIECE = Evidence("a" * 64, "image/jpeg", EvidenceRole.ONSET, NOON, Redaction.PERSONS, Path("anywhere.jpg"))


def encode(found, evidence=(), model=MODEL) -> bytes:
    return encode_event(found, evidence, device_id="box-1", camera_id="cam-1", model=model)


def test_a_full_event_is_written_as_the_contract_says() -> None:
    found = event(fix=FIX, score=0.912345, attributes={"clear_width_m": 2.6, "bearer": "person"})
    assert json.loads(encode(found, [PIECE])) == {
        "schema_version": 1,
        "event_id": EVENT_ID,
        "sequence": 0,
        "device_id": "box-1",
        "camera_id": "cam-1",
        "kind": "garbage_drop",
        "phase": "opened",
        "zone_id": "forecourt",
        "started_at": "2026-11-23T04:00:00.000Z",
        "raised_at": "2026-11-23T04:00:00.000Z",
        "closed_at": None,
        "score": 0.9123,
        "label": "garbage",
        "box_xyxy_px": [10.0, 10.0, 20.0, 20.0],
        "frame_size_px": [64, 48],
        "fix": {
            "lon": 121.56012346,
            "lat": 31.25549877,
            "error_m": 1.4,
            "ellipse": {"major_m": 1.4, "minor_m": 0.5, "azimuth_deg": 31.0},
            "crs": "wgs84",
            "method": "homography",
        },
        "attributes": {"clear_width_m": 2.6, "bearer": "person"},
        "evidence": [
            {
                "sha256": "a" * 64,
                "media_type": "image/jpeg",
                "role": "onset",
                "captured_at": "2026-11-23T04:00:00.000Z",
                "redaction": "persons",
            }
        ],
        "model": {"id": "yolox-nano", "sha256": "b" * 64},
    }


def test_the_same_event_gives_the_same_bytes_whatever_the_order_and_the_time_zone() -> None:
    shanghai = timezone(timedelta(hours=8))
    one = event(attributes={"a": 1, "b": 2})
    other = replace(one, attributes={"b": 2, "a": 1}, started_at=NOON.astimezone(shanghai))
    assert encode(one) == encode(other)
    assert b" " not in encode(one)


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((-5.0, -5.0, 70.0, 50.0), [0.0, 0.0, 64.0, 48.0]),  # larger than the frame
        ((60.0, 40.0, 80.0, 60.0), [60.0, 40.0, 64.0, 48.0]),  # over the lower right corner
        ((100.0, 100.0, 120.0, 120.0), [63.0, 47.0, 64.0, 48.0]),  # outside: the nearest pixel
        ((10.0, 10.0, 10.0, 10.0), [10.0, 10.0, 11.0, 11.0]),  # no extent
    ],
)
def test_a_box_that_a_tracker_foresaw_beyond_the_frame_is_cut(
    box: tuple[float, ...], inside: list[float]
) -> None:
    assert json.loads(encode(event(box_xyxy_px=box)))["box_xyxy_px"] == inside


@given(st.tuples(*[st.floats(-1e4, 1e4)] * 4), st.tuples(st.integers(1, 4000), st.integers(1, 4000)))
def test_no_box_can_break_the_contract(box: tuple[float, float, float, float], size: tuple[int, int]) -> None:
    EventMessage.model_validate_json(encode(event(box_xyxy_px=box, frame_size_px=size)))


def test_numbers_that_are_none_become_null() -> None:
    found = event(attributes={"clear_width_m": float("nan"), "size_m2": float("inf"), "ok": 1.5})
    assert json.loads(encode(found))["attributes"] == {"clear_width_m": None, "size_m2": None, "ok": 1.5}


def test_why_a_place_could_not_be_told_travels_with_the_event() -> None:
    fix = GroundFix(121.56, 31.25, 30.0, None, "camera_position", "its error ellipse would reach 14 m")
    message = json.loads(encode(event(fix=fix)))
    assert message["fix"]["method"] == "camera_position"
    assert message["attributes"] == {"fix_note": "its error ellipse would reach 14 m"}


def test_an_azimuth_that_rounds_to_180_is_0() -> None:
    fix = replace(FIX, ellipse=ErrorEllipse(1.0, 0.5, 179.99))
    assert json.loads(encode(event(fix=fix)))["fix"]["ellipse"]["azimuth_deg"] == 0.0


@pytest.mark.parametrize(
    "found",
    [
        event(raised_at=NOON - timedelta(seconds=1)),  # raised before it began
        event(score=1.2),
        event(zone_id="no such / zone"),
        event(EventPhase.CLOSED, closed_at=None),
        event(started_at=datetime(2026, 1, 1), raised_at=datetime(2026, 1, 1, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_an_event_that_cannot_be_is_a_fault_of_its_rule(found) -> None:
    with pytest.raises(ValueError, match="validation error"):
        encode(found)


def test_evidence_taken_out_is_counted_and_all_else_stays() -> None:
    other = replace(PIECE, sha256="c" * 64)
    body = encode(event(EventPhase.OPENED, kind=EventKind.BLOCKED_FIRE_LANE), [PIECE, other])
    left = without_evidence(body, PIECE.sha256)
    message, before = json.loads(left), json.loads(body)
    assert [reference["sha256"] for reference in message["evidence"]] == [other.sha256]
    assert message["attributes"] == {"evidence_dropped": 1}
    assert {**message, "evidence": None, "attributes": None} == {
        **before,
        "evidence": None,
        "attributes": None,
    }
    assert json.loads(without_evidence(left, other.sha256))["attributes"] == {"evidence_dropped": 2}
    assert without_evidence(body, "d" * 64) == body
    EventMessage.model_validate_json(left)
