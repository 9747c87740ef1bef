"""A whole map server on loopback for tests: real HTTP, real database, a clock that the test sets."""

import gc
import itertools
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import create_engine, make_url, text

from map_server.bootstrap.server import running_services
from map_server.config import OidcParams, RoutingParams, Settings
from map_server.domain.account import Post, Role
from map_server.domain.audit_policy import AuditPolicy
from map_server.domain.audit_sample import SamplingParams
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.entrypoints.http.app import create_app
from map_server.entrypoints.http.security import CSRF_HEADER, SESSION_COOKIE
from map_server.entrypoints.http.server import MapServer, listen
from map_server.entrypoints.services import Services
from map_server.services.accounts import NewAccount
from map_server.services.responsibility_ports import OwnerLookup
from tests.fakes.clock import FakeClock
from tests.fakes.passwords import FakePasswords
from wire_contract.routes import DEVICE_HEADER, ENROLMENT

PASSWORD = "seven lanes meet here"
PLAIN_AUDIT = AuditPolicy(SamplingParams(second_share=0.0, gold_share=0.0))
"""Every answer counts at once, unless a test is about blind second looks or known items."""

_COLLECTED_EVERY = 10
"""A server that ended leaves 5 MB in cycles; collecting them after each would cost more than its start."""
_servers = itertools.count(1)


@dataclass
class RunningServer:
    """`device` and `person` give clients that are let in; closing the server closes them."""

    url: str
    services: Services
    clock: FakeClock
    settings: Settings
    stack: ExitStack = field(repr=False)
    stop: Callable[[], None] = field(repr=False)

    def stranger(self, **headers: str) -> httpx.Client:
        return self.stack.enter_context(
            httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=30)
        )

    def device(self, device_id: str = "box-1") -> httpx.Client:
        client = self.stranger()
        token = self.services.devices.issue_enrolment(device_id, "system").token
        answer = client.post(ENROLMENT, json={"device_id": device_id, "one_time_token": token})
        assert answer.status_code == 200, answer.text
        client.headers[DEVICE_HEADER] = device_id
        client.headers["Authorization"] = f"Bearer {answer.json()['device_token']}"
        return client

    def person(
        self, role: Role = Role.ADMIN, unit_id: str | None = None, reach: Reach = WHOLE_WARD
    ) -> httpx.Client:
        accounts = self.services.accounts
        invitation = accounts.invite_to(Post(role, reach, unit_id), "test", "system")
        account = accounts.accept_invitation(
            invitation, NewAccount(f"{role}-{secrets.token_hex(4)}", str(role), PASSWORD)
        )
        signed_in = self.services.sign_in.begin_session(account)
        client = self.stranger(**{CSRF_HEADER: signed_in.session.csrf_token})
        client.cookies.set(SESSION_COOKIE, signed_in.token)
        return client


@contextmanager
def running_server(
    data_dir: Path,
    database_url: str | None = None,
    owners: OwnerLookup | None = None,
    audit_policy: AuditPolicy = PLAIN_AUDIT,
    oidc: OidcParams | None = None,
    routing: RoutingParams | None = None,
) -> Iterator[RunningServer]:
    """Start a server, and stop it as Ctrl-C would. `owners` says who is responsible in place of the rules."""
    settings = Settings(data_dir=data_dir, database_url=database_url, port=0, oidc=oidc, routing=routing)
    clock = FakeClock()
    with ExitStack() as stack:
        opened = running_services(settings, clock, FakePasswords(), owners, audit_policy)
        services = stack.enter_context(opened)
        listener = stack.enter_context(listen("127.0.0.1", 0))
        server = MapServer(create_app(services))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()

        def stop() -> None:
            server.should_exit = True
            thread.join()

        stack.callback(stop)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield RunningServer(url, services, clock, settings, stack, stop)
    if next(_servers) % _COLLECTED_EVERY == 0:
        gc.collect()


@contextmanager
def fresh_database(kind: str) -> Iterator[str | None]:
    """Give a database URL for a test: None for SQLite, a new empty database for PostgreSQL."""
    if kind == "sqlite":
        yield None
        return
    server_url = make_url(os.environ["LILONG_TEST_POSTGRES_URL"]).set(drivername="postgresql+psycopg")
    name = f"lilong_test_{secrets.token_hex(6)}"
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield server_url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def databases() -> list[str]:
    """Name the databases that integration tests run on: SQLite, and PostgreSQL where a server is told."""
    return ["sqlite", "postgresql"] if os.environ.get("LILONG_TEST_POSTGRES_URL") else ["sqlite"]
