"""What receivers of notices get: over real HTTP, signed so that they can tell who sent it, and as mail."""

import base64
import hashlib
import hmac
import json
import smtplib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest

from map_server.adapters.notices.mail import Mail, connector
from map_server.adapters.notices.outgoing import Outgoing
from map_server.adapters.notices.robots import DingTalk, WeCom
from map_server.adapters.notices.webhook import Webhook
from map_server.domain.audit_log import AuditEntry
from map_server.domain.errors import InvalidInput
from map_server.domain.notice import Subscription
from map_server.services.notice_ports import NotDelivered
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.web_receiver import WebReceiver, web_receiver

ENTRY = AuditEntry(
    seq=7,
    at="2026-11-23T04:00:00.000000Z",
    actor="person:1",
    action="incident_confirmed",
    subject_kind="incident",
    subject_id="incident-1",
    reason="",
    before=None,
    after='{"state":"confirmed"}',
    previous_hash="0" * 64,
    hash="1" * 64,
)
KEY = bytes(range(32))
PRIVATE = Outgoing(allows_private=True)


def subscription(target: str, secret: str | None = None, channel: str = "webhook") -> Subscription:
    return Subscription(
        subscription_id="sub-1",
        name="Office",
        channel=channel,
        target=target,
        actions=("incident_*",),
        cursor=0,
        created_at=NOON,
        created_by="system",
        secret=secret,
    )


def lines(entries: Sequence[AuditEntry], language: str) -> tuple[str, list[str]]:
    return f"{len(entries)} 件 ({language})", [f"{entry.seq} {entry.action}" for entry in entries]


@pytest.fixture
def receiver() -> Iterator[WebReceiver]:
    with web_receiver() as running:
        yield running


class TestWebhook:
    def channel(self, outgoing: Outgoing = PRIVATE) -> Webhook:
        return Webhook(outgoing, FakeClock(), "https://ward.example/audit-log", lambda _: KEY)

    def test_receiver_can_check_who_sent_it_and_reads_a_cloud_event(self, receiver: WebReceiver) -> None:
        channel = self.channel()
        secret = channel.new_secret()

        said = channel.send(subscription(f"{receiver.url}/hook?a=1", secret), [("delivery-1", ENTRY)])

        assert said == "answered 204"
        (got,) = receiver.received
        assert got.path == "/hook?a=1"
        assert got.headers["content-type"].startswith("application/cloudevents+json")
        message_id, sent_at = got.headers["webhook-id"], got.headers["webhook-timestamp"]
        assert (message_id, int(sent_at)) == ("delivery-1", int(NOON.timestamp()))
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = hmac.digest(key, f"{message_id}.{sent_at}.".encode() + got.body, hashlib.sha256)
        assert got.headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
        event = json.loads(got.body)
        assert (event["specversion"], event["id"], event["type"]) == ("1.0", "7", "lilong.incident_confirmed")
        assert event["source"] == "https://ward.example/audit-log"
        assert event["data"]["after"] == {"state": "confirmed"}

    def test_signature_covers_id_and_content(self, receiver: WebReceiver) -> None:
        channel = self.channel()
        target = subscription(receiver.url, channel.new_secret())
        channel.send(target, [("delivery-1", ENTRY)])
        channel.send(target, [("delivery-2", ENTRY)])
        channel.send(target, [("delivery-1", replace(ENTRY, seq=8))])
        assert len({got.headers["webhook-signature"] for got in receiver.received}) == 3

    @pytest.mark.parametrize("status", [302, 400, 410, 500])
    def test_anything_but_success_is_not_delivered(self, receiver: WebReceiver, status: int) -> None:
        receiver.answers = [(status, b"no")]
        with pytest.raises(NotDelivered, match=f"answered {status}"):
            self.channel().send(subscription(receiver.url, "whsec_AAAA"), [("delivery-1", ENTRY)])
        assert [got.path for got in receiver.received] == ["/"]  # and a redirect is not followed

    def test_nobody_in_the_servers_own_network_is_called_unless_allowed(self, receiver: WebReceiver) -> None:
        with pytest.raises(NotDelivered, match="private network"):
            self.channel(Outgoing()).send(subscription(receiver.url, "whsec_AAAA"), [("d", ENTRY)])
        assert receiver.received == []

    def test_connection_goes_to_the_address_that_was_judged(self, receiver: WebReceiver) -> None:
        port = urlsplit(receiver.url).port
        outgoing = Outgoing(allows_private=True, resolve=lambda host, _: ["127.0.0.1"])
        self.channel(outgoing).send(
            subscription(f"http://gis.example:{port}/h", "whsec_AAAA"), [("d", ENTRY)]
        )
        assert receiver.received[0].headers["host"] == f"gis.example:{port}"

    @pytest.mark.parametrize("target", ["ftp://a.example", "https://", "https://me@a.example/", "hook"])
    def test_address_that_is_none_is_refused(self, target: str) -> None:
        with pytest.raises(InvalidInput):
            self.channel().checked_target(target)


class TestRobots:
    def test_wecom_gets_one_message_for_what_has_gathered(self, receiver: WebReceiver) -> None:
        receiver.answers = [(200, b'{"errcode":0,"errmsg":"ok"}')]
        entries = [("d1", ENTRY), ("d2", replace(ENTRY, seq=8))]

        assert WeCom(PRIVATE, lines).send(subscription(f"{receiver.url}/send?key=k"), entries) == "taken"

        (got,) = receiver.received
        assert json.loads(got.body) == {
            "msgtype": "markdown",
            "markdown": {"content": "**2 件 (zh)**\n7 incident_confirmed\n8 incident_confirmed"},
        }

    def test_long_message_stays_within_the_platforms_limit_and_says_what_is_left(
        self, receiver: WebReceiver
    ) -> None:
        receiver.answers = [(200, b'{"errcode":0}')]
        entries = [(f"d{number}", replace(ENTRY, seq=number)) for number in range(1000)]
        WeCom(PRIVATE, lines).send(subscription(receiver.url), entries)
        content = json.loads(receiver.received[0].body)["markdown"]["content"]
        assert len(content.encode()) <= 4096
        assert content.splitlines()[-1] == f"… +{1000 - (len(content.splitlines()) - 2)}"

    def test_dingtalk_signs_with_the_robots_secret(self, receiver: WebReceiver) -> None:
        receiver.answers = [(200, b'{"errcode":0}')]
        target = subscription(f"{receiver.url}/robot/send?access_token=t", "SECabc")
        DingTalk(PRIVATE, lines, FakeClock()).send(target, [("d1", ENTRY)])
        asked = parse_qs(urlsplit(receiver.received[0].path).query)
        timestamp = str(int(NOON.timestamp() * 1000))
        expected = base64.b64encode(hmac.digest(b"SECabc", f"{timestamp}\nSECabc".encode(), "sha256"))
        assert asked == {"access_token": ["t"], "timestamp": [timestamp], "sign": [expected.decode()]}

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            ((200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'), "refused: 93000"),
            ((200, b"<html>"), "not as a robot does"),
            ((502, b""), "answered 502"),
        ],
    )
    def test_robot_that_refuses_has_not_taken_it(
        self, receiver: WebReceiver, answer: tuple[int, bytes], why: str
    ) -> None:
        receiver.answers = [answer]
        with pytest.raises(NotDelivered, match=why):
            WeCom(PRIVATE, lines).send(subscription(receiver.url), [("d1", ENTRY)])


class Postbox(smtplib.SMTP):
    """A mail server that keeps what it is given; it is never connected."""

    def __init__(self, refuses: tuple[str, ...] = (), is_down: bool = False) -> None:
        super().__init__()
        self.messages: list[EmailMessage] = []
        self.refuses, self.is_down = refuses, is_down

    def __exit__(self, *args: object) -> None: ...

    def send_message(self, msg: object, *args: object, **kwargs: object) -> dict[str, tuple[int, bytes]]:
        if self.is_down:
            raise smtplib.SMTPServerDisconnected("gone")
        assert isinstance(msg, EmailMessage)
        self.messages.append(msg)
        return dict.fromkeys(self.refuses, (550, b"no such user"))


class TestMail:
    def mail(self, postbox: Postbox) -> Mail:
        return Mail(lambda: postbox, "lilong@ward.example", lines, FakeClock())

    def test_mail_says_each_thing_on_a_line_and_is_known_by_its_id(self) -> None:
        postbox = Postbox()
        target = subscription("a@ward.example, b@ward.example", channel="mail")
        entries = [("d1", ENTRY), ("d2", replace(ENTRY, seq=8))]

        assert self.mail(postbox).send(target, entries) == "taken"
        self.mail(postbox).send(target, entries)

        first, second = postbox.messages
        assert first["Subject"] == "2 件 (zh)"
        assert first["To"] == "a@ward.example, b@ward.example"
        assert first.get_content().splitlines() == ["7 incident_confirmed", "8 incident_confirmed"]
        assert first["Auto-Submitted"] == "auto-generated"
        assert first["Message-ID"] == second["Message-ID"] == "<d1@lilong>"

    def test_refused_recipient_is_named_and_a_dead_server_is_tried_again(self) -> None:
        target = subscription("a@ward.example, b@ward.example", channel="mail")
        assert "b@ward.example" in self.mail(Postbox(("b@ward.example",))).send(target, [("d1", ENTRY)])
        with pytest.raises(NotDelivered, match="SMTPServerDisconnected"):
            self.mail(Postbox(is_down=True)).send(target, [("d1", ENTRY)])

    def test_addresses_are_checked(self) -> None:
        mail = self.mail(Postbox())
        assert mail.checked_target(" A@ward.example ,b@ward.example") == "a@ward.example, b@ward.example"
        for wrong in ("", "somebody", "a@b.example\nBcc: x@y.example", ",".join(["a@b.example"] * 21)):
            with pytest.raises(InvalidInput):
                mail.checked_target(wrong)

    @pytest.mark.parametrize("url", ["http://mail.example", "smtp://"])
    def test_mail_server_that_is_none_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="LILONG_SMTP_URL"):
            connector(url)
