"""A running server with people of several units, to tell the story of a work order over HTTP."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from map_server.domain.account import Role
from map_server.domain.responsibility import EvidenceNeed
from tests.event_messages import message
from tests.fakes.owners import CLEANING, FixedOwners
from tests.running_server import RunningServer, running_server
from wire_contract.routes import EVENTS

WORK_ORDERS = "/api/v1/work-orders"
PHOTO_NEEDED = (EvidenceNeed.AFTER_PHOTO,)


def photo(colour: str = "green", exif: bytes = b"") -> bytes:
    """Draw a small JPEG."""
    out = BytesIO()
    Image.new("RGB", (32, 24), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


@dataclass
class Office:
    """`officer` dispatches, `foreman` of the cleaning unit handles, `checker` checks."""

    server: RunningServer
    owners: FixedOwners
    officer: httpx.Client = field(init=False)
    foreman: httpx.Client = field(init=False)
    checker: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.officer = self.server.person(Role.SUPERVISOR)
        self.foreman = self.server.person(Role.PATROL, CLEANING)
        self.checker = self.server.person(Role.AUDITOR)
        self.box = self.server.device("box-1")

    def sees(self, **fields: Any) -> str:
        """Let the camera report something; gives the incident."""
        body = message(**fields)
        answer = self.box.post(EVENTS, json=body)
        assert answer.json()["results"][0]["status"] == "stored", answer.text
        self.last_message = body
        return str(self.officer.get("/api/v1/incidents").json()["incidents"][0]["id"])

    def confirms(self, incident_id: str) -> str:
        """Let an auditor confirm it; gives the verdict."""
        answer = self.checker.post(f"/api/v1/audits/{incident_id}/verdict", json={"decision": "confirm"})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["verdict_id"])

    def confirmed_order(self, **fields: Any) -> str:
        """See and confirm something; gives the work order that was filed."""
        incident_id = self.sees(**fields)
        self.confirms(incident_id)
        return self.order_of(incident_id)["id"]

    def order_of(self, incident_id: str) -> dict[str, Any]:
        (order, *_) = self.officer.get(WORK_ORDERS, params={"incident": incident_id}).json()["work_orders"]
        return dict(order)

    def show(self, order_id: str, person: httpx.Client | None = None) -> dict[str, Any]:
        answer = (person or self.officer).get(f"{WORK_ORDERS}/{order_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def act(self, person: httpx.Client, order_id: str, action: str, **given: Any) -> httpx.Response:
        """Take an action on what is there now."""
        tag = person.get(f"{WORK_ORDERS}/{order_id}").headers["ETag"]
        headers = {"If-Match": tag, "Idempotency-Key": secrets.token_hex(8)}
        body = {"action": action, **given}
        return person.post(f"{WORK_ORDERS}/{order_id}/transitions", json=body, headers=headers)

    def state(self, order_id: str) -> str:
        return str(self.show(order_id)["work_order"]["state"])

    def add_photo(self, person: httpx.Client, order_id: str, content: bytes | None = None) -> str:
        content = photo() if content is None else content
        sha256 = hashlib.sha256(content).hexdigest()
        answer = person.put(f"{WORK_ORDERS}/{order_id}/photos/{sha256}", content=content)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["sha256"])

    def work(self, order_id: str, *actions: str) -> None:
        """Take the straight way through these actions."""
        for action in actions:
            person = {"dispatch": self.officer, "begin_check": self.checker, "pass": self.checker}.get(
                action, self.foreman
            )
            given = {"photos": [self.add_photo(person, order_id)]} if action == "handle" else {}
            answer = self.act(person, order_id, action, **given)
            assert answer.status_code == 200, f"{action}: {answer.text}"


@contextmanager
def office(data_dir: Path, database_url: str | None = None) -> Iterator[Office]:
    owners = FixedOwners()
    with running_server(data_dir, database_url, owners) as server:
        yield Office(server, owners)
