"""Every operation of the API, asked with what its description allows and what it does not: no fault of the
server, and no answer that the description does not name.

A route that is added is asked here without another line. The same questions each time; with more of them, by
LILONG_API_EXAMPLES=100 (`make campaign`), new ones each time.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import checks
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from map_server.domain.account import Role
from scripts.write_contracts import OPENAPI
from tests.running_server import RunningServer
from tests.two_compounds import FOREIGN, OWN, two_compounds

FEW = 4
EXAMPLES = int(os.environ.get("LILONG_API_EXAMPLES", FEW))
PROMISES = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
ENDLESS = frozenset({"GET /api/v1/stream"})
"""Cut when they have begun."""


def described() -> schemathesis.BaseSchema:
    generation = GenerationConfig(with_security_parameters=False, allow_x00=True)
    project = ProjectConfig(generation=generation)
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_dict(json.loads(OPENAPI.read_text(encoding="utf-8")), config=config)


def operations() -> Iterator[Any]:
    for found in described().get_all_operations():
        assert isinstance(found, Ok), f"the description itself is wrong: {found}"
        yield found.ok()


OPERATIONS = {operation.label: operation for operation in operations()}


@dataclass(frozen=True)
class Asked:
    """A server with two furnished compounds, an administrator and a device of it, and what paths may name."""

    server: RunningServer
    person: httpx.Client
    device: httpx.Client
    known: dict[str, list[str]]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with two_compounds(tmp_path_factory.mktemp("asked")) as compounds:
        known: dict[str, list[str]] = {}
        for area in (OWN, FOREIGN):
            for name, value in compounds.things[area].parameters.items():
                known.setdefault(name, []).append(value)
        person = compounds.server.person(Role.ADMIN)
        device = compounds.server.device("box-asked")
        known["device_id"].append("box-asked")
        known |= {"hold_id": [_hold(person, known)], "subscription_id": [_subscription(person)]}
        yield Asked(compounds.server, person, device, known)


def _hold(person: httpx.Client, known: dict[str, list[str]]) -> str:
    body = {"subject_kind": "incident", "subject_id": known["incident_id"][0], "reason": "a claim"}
    return str(person.post("/api/v1/legal-holds", json=body).json()["hold_id"])


def _subscription(person: httpx.Client) -> str:
    body = {
        "name": "GIS",
        "channel": "webhook",
        "target": "https://example.invalid/h",
        "actions": ["incident_*"],
    }
    return str(person.post("/api/v1/subscriptions", json=body).json()["subscription"]["subscription_id"])


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value
)
@pytest.mark.parametrize("label", OPERATIONS)
def test_answer_is_one_that_the_description_names(label: str, mode: GenerationMode, asked: Asked) -> None:
    operation = OPERATIONS[label]
    client = asked.device if {"deviceName", "deviceToken"} & _schemes(operation) else asked.person

    @settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES == FEW,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def ask(case: Any, data: st.DataObject) -> None:
        for name in case.path_parameters or ():
            if name in asked.known:
                case.path_parameters[name] = data.draw(
                    st.sampled_from([*asked.known[name], case.path_parameters[name]])
                )
        if label in ENDLESS:
            with client.stream(case.method, case.formatted_path, headers=case.headers or {}) as begun:
                assert str(begun.status_code) in operation.definition.raw["responses"]
            return
        sent = {"headers": dict(client.headers), "cookies": dict(client.cookies), "timeout": 60}
        response = case.call(base_url=asked.server.url, **sent)
        case.validate_response(response, checks=PROMISES)

    with contextlib.suppress(Unsatisfiable):  # nothing about it could be asked wrongly
        ask()


def _schemes(operation: Any) -> set[str]:
    return {name for one in operation.definition.raw.get("security", ()) for name in one}
