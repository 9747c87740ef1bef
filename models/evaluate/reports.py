"""Reads events.jsonl: the messages of one event become one record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from edge_agent.errors import ConfigError
from edge_agent.types import AttributeValue, BoxXyxy
from wire_contract.messages import EventMessage, GroundFix


@dataclass(frozen=True, slots=True)
class Report:
    """One event in all its phases. `boxes` are those of its messages, the alarm's first; `fix` and
    `attributes` are the alarm's, `last_attributes` what was said last of each.
    """

    event_id: str
    camera_id: str
    kind: str
    raised_at: datetime
    closed_at: datetime | None
    boxes: tuple[BoxXyxy, ...]
    fix: GroundFix | None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    last_attributes: Mapping[str, AttributeValue] = field(default_factory=dict)


def read_reports(path: Path) -> list[Report]:
    """Read a file of EventMessage lines, events in order of their alarm.

    Raises ConfigError naming file, line and field for a line that is none.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path}: cannot be read ({error}); give the file that replay --events wrote"
        ) from error
    messages = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            messages.append(EventMessage.model_validate_json(line))
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"]) or "line"
            raise ConfigError(f"{path}: line {number}: {where}: {fault['msg']}") from error
    return reports_of(messages)


def reports_of(messages: Iterable[EventMessage]) -> list[Report]:
    """Gather the messages of each event, events in order of their alarm."""
    by_event: dict[str, list[EventMessage]] = {}
    for message in messages:
        by_event.setdefault(message.event_id, []).append(message)
    reports = [_report(sorted(of_event, key=lambda each: each.sequence)) for of_event in by_event.values()]
    return sorted(reports, key=lambda report: (report.raised_at, report.event_id))


def _report(messages: list[EventMessage]) -> Report:
    first, last = messages[0], messages[-1]
    return Report(
        event_id=first.event_id,
        camera_id=first.camera_id,
        kind=first.kind.value,
        raised_at=first.raised_at,
        closed_at=last.closed_at,
        boxes=tuple(message.box_xyxy_px for message in messages),
        fix=first.fix,
        attributes=first.attributes,
        last_attributes={name: value for message in messages for name, value in message.attributes.items()},
    )
