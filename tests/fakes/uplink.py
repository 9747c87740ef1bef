"""An uplink without a network: remembers what was sent, fails as told."""

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wire_contract.messages import EnrolmentAnswer, EnrolmentRequest, Heartbeat, IngestResult


@dataclass
class FakeUplink:
    """A `ports.Uplink`. `errors` are raised one by one, by whichever call comes; None lets a call through.

    `verdicts` by event_id are the status of its messages, an exception instead fails every batch with it.
    """

    errors: deque[Exception | None] = field(default_factory=deque)
    verdicts: dict[str, str | Exception] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    batches: list[list[str]] = field(default_factory=list)
    arrived: list[dict[str, Any]] = field(default_factory=list)
    evidence: dict[str, bytes] = field(default_factory=dict)
    heartbeats: list[Heartbeat] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def enrol(self, request: EnrolmentRequest) -> EnrolmentAnswer:
        self._call("enrol")
        return EnrolmentAnswer(device_id=request.device_id, device_token="t" * 40)

    def send_events(self, messages: Sequence[bytes]) -> list[IngestResult]:
        self._call("events")
        decoded = [json.loads(message) for message in messages]
        self.batches.append([message["event_id"] for message in decoded])
        for message in decoded:
            verdict = self.verdicts.get(message["event_id"])
            if isinstance(verdict, Exception):
                raise verdict
        return [result for message in decoded if (result := self._judge(message)) is not None]

    def send_evidence(self, sha256: str, media_type: str, content: bytes) -> None:
        assert media_type == "image/jpeg"
        self._call("evidence")
        self.evidence[sha256] = content

    def send_heartbeat(self, heartbeat: Heartbeat) -> None:
        self._call("heartbeat")
        self.heartbeats.append(heartbeat)

    def _judge(self, message: dict[str, Any]) -> IngestResult | None:
        status = str(self.verdicts.get(message["event_id"], "stored"))
        if status == "silence":
            return None
        if status == "stored":
            self.arrived.append(message)
        return IngestResult.model_validate(
            {
                "event_id": message["event_id"],
                "sequence": message["sequence"],
                "status": status,
                "problem": None if status in ("stored", "duplicate") else "as told",
                "missing_evidence": self.missing.get(message["event_id"], ()),
            }
        )

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.errors and (error := self.errors.popleft()) is not None:
            raise error
