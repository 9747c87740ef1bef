"""What happens is told outside: none lost, none counted twice, none to an address inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pytest
from sqlalchemy import select

from map_server.adapters.db.tables.notices import subscriptions
from map_server.adapters.notices.outgoing import Outgoing
from map_server.adapters.sealing import open_secret_box
from map_server.domain.account import Role
from map_server.domain.notice import FIRST_WAIT, LEASE, DeliveryState
from map_server.services.notice_delivery import NoticeDelivery
from map_server.services.notice_ports import NotDelivered
from map_server.services.notices import Notices, Wish
from map_server.services.ports import UnitOfWork
from tests.fakes.notices import FakeChannel
from tests.running_server import RunningServer

DEVICES = ("device_registered", "enrolment_issued")


class PowerCut(Exception):
    """The process is gone."""


class Office:
    """A subscriber of a running server, and the sender that serves him."""

    def __init__(self, server: RunningServer, channel: FakeChannel) -> None:
        self.server = server
        self.channel = channel
        self.begin = server.services.devices._begin
        channels = {"fake": channel}
        self.notices = Notices(self.begin, server.services.read, server.clock, lambda: "sub-1", channels)
        self.sender = self.sender_that(self.begin)
        wish = Wish(name="Office", channel="fake", target="there", actions=DEVICES)
        self.subscription = self.notices.subscribe(wish, "system")

    def sender_that(self, begin: object) -> NoticeDelivery:
        read, spots = self.server.services.read, self.server.services.spots
        return NoticeDelivery(begin, read, self.server.clock, {"fake": self.channel}, spots)  # type: ignore[arg-type]

    def happens(self, *names: str) -> None:
        for name in names:
            self.server.services.devices.issue_enrolment(name, "system")

    def states(self) -> list[DeliveryState]:
        return [one.state for one in self.notices.one("sub-1").deliveries]


@pytest.fixture
def office(server: RunningServer) -> Office:
    return Office(server, FakeChannel())


def test_each_wanted_change_is_told_once_and_in_order(office: Office) -> None:
    office.happens("box-1", "box-2")

    office.sender.round()
    office.sender.round()

    assert office.channel.messages == [[action] for action in DEVICES * 2]
    assert len(office.channel.received) == len(office.channel.effects) == 4


def test_crash_between_sending_and_writing_it_down_has_one_effect(office: Office) -> None:
    office.happens("box-1")
    office.sender.collect()
    begun = 0

    class CutAtTheEnd:
        """The second transaction, which would write down that it was sent, never commits."""

        def __init__(self) -> None:
            self.work = office.begin()

        def __enter__(self) -> UnitOfWork:
            nonlocal begun
            begun += 1
            if begun == 2:
                raise PowerCut
            return self.work.__enter__()

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            self.work.__exit__(kind, error, trace)

    with pytest.raises(PowerCut):
        office.sender_that(CutAtTheEnd).send_due()
    assert len(office.channel.received) == 1  # it had been sent
    office.sender.round()
    assert len(office.channel.received) == 1  # and is kept to the dead sender for a while
    office.server.clock.advance(LEASE.total_seconds())
    office.sender.round()

    assert len(office.channel.received) == 3
    assert len(office.channel.effects) == 2
    assert office.states() == [DeliveryState.SENT] * 2


def test_later_notices_wait_for_one_that_is_not_taken(office: Office) -> None:
    office.happens("box-1")
    office.channel.is_down = True
    office.sender.round()
    office.channel.is_down = False
    office.sender.round()
    assert office.channel.received == []  # it waits before it tries again

    office.server.clock.advance(FIRST_WAIT.total_seconds())
    office.sender.round()

    assert [messages[0] for messages in office.channel.messages] == list(DEVICES)


def test_what_happens_during_a_pause_is_told_afterwards(office: Office) -> None:
    office.notices.pause("sub-1", 1, "system")
    office.happens("box-1")
    office.sender.round()
    assert office.channel.received == []

    office.notices.resume("sub-1", 2, "system")
    office.sender.round()

    assert len(office.channel.received) == 2


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(NotDelivered, match=words):
        yield


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.9", "::1", "fd00::1", "0.0.0.0"]
)
def test_no_notice_goes_into_the_servers_own_network(address: str) -> None:
    outgoing = Outgoing(resolve=lambda host, port: ["93.184.216.34", address])
    with refused("private network"):
        outgoing.post("https://example.org/hook", b"{}", {})


def test_only_administrators_see_who_is_told(server: RunningServer) -> None:
    assert server.person(Role.SUPERVISOR).get("/api/v1/subscriptions").status_code == 403
    assert server.person(Role.ADMIN).get("/notices").status_code == 200


def test_secret_is_shown_once(server: RunningServer) -> None:
    admin = server.person(Role.ADMIN)
    body = {"name": "GIS", "channel": "webhook", "target": "https://example.org/h", "actions": ["incident_*"]}

    made = admin.post("/api/v1/subscriptions", json=body).json()

    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in admin.get("/api/v1/subscriptions").text + admin.get("/notices").text


def test_database_alone_gives_away_neither_address_nor_secret(server: RunningServer) -> None:
    admin = server.person(Role.ADMIN)
    body = {
        "name": "Robot",
        "channel": "webhook",
        "target": "https://example.org/h?key=K1",
        "actions": ["x_*"],
    }
    secret = admin.post("/api/v1/subscriptions", json=body).json()["secret"]

    with server.services.engine.connect() as connection:
        stored = " ".join(map(str, connection.execute(select(subscriptions)).one()))

    assert "example.org" not in stored
    assert secret not in stored


def test_subscription_sealed_with_a_lost_key_sends_nothing_and_can_be_removed(
    office: Office, tmp_path: Path
) -> None:
    server, begin = office.server, office.server.services.devices._begin
    begin._box = open_secret_box(tmp_path / "another-server")  # type: ignore[attr-defined]
    office.happens("box-2")

    assert office.sender.round() == 0
    assert not office.notices.try_out("sub-1", "system").was_taken
    assert "sealed with a key that is lost" in server.person(Role.ADMIN).get("/notices?lang=en").text
    office.notices.remove("sub-1", None, "system")
    assert office.notices.all() == []
