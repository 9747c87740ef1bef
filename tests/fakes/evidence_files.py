"""Evidence as an outbox sees it: a small file and its record."""

import hashlib
from datetime import datetime
from pathlib import Path

from edge_agent.types import Evidence
from tests.fakes.clock import NOON
from wire_contract.vocabulary import EvidenceRole, Redaction


def put_evidence(folder: Path, content: bytes, captured_at: datetime = NOON) -> Evidence:
    """Write a file under its hash and give its record."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / f"{sha256}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Evidence(sha256, "image/jpeg", EvidenceRole.ALARM, captured_at, Redaction.PERSONS, path)
