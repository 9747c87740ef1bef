"""Subscriptions: made, tried, paused, ended. What is sent, and when: see notice_delivery.py."""

from collections.abc import Mapping
from dataclasses import dataclass

from map_server.domain.audit_log import GENESIS_HASH, AuditEntry, JsonObject
from map_server.domain.errors import FieldError, InvalidInput, VersionConflict
from map_server.domain.notice import Delivery, Subscription
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.services.notice_ports import Channel, NotDelivered
from map_server.services.ports import Begin, Clock, IdFactory, UnitOfWork

SHOWN_DELIVERIES = 20
LOST_KEY = "its address was sealed with a key that this server does not have"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an administrator asks for. `secret` is given where the receiver made it (DingTalk)."""

    name: str
    channel: str
    target: str
    actions: tuple[str, ...]
    reach: Reach = WHOLE_WARD
    language: str = "zh"
    digest_minutes: int = 0
    secret: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionRecord:
    """A subscription with its newest deliveries and how many wait."""

    subscription: Subscription
    deliveries: tuple[Delivery, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a message that was sent to try a subscription."""

    was_taken: bool
    answer: str


class Notices:
    """Administration of subscriptions."""

    def __init__(
        self, begin: Begin, read: Begin, clock: Clock, new_id: IdFactory, channels: Mapping[str, Channel]
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._channels = channels

    @property
    def channel_names(self) -> tuple[str, ...]:
        """The channels that this server has."""
        return tuple(self._channels)

    def subscribe(self, wish: Wish, actor: str) -> Subscription:
        """Begin to tell somebody of what happens from now on. The secret in the answer is shown this once.

        Raises InvalidInput that names the field.
        """
        channel = self._channels.get(wish.channel)
        if channel is None:
            message = f"{wish.channel}: this server has no such channel; it has {', '.join(self._channels)}"
            raise InvalidInput(message, (FieldError("channel", message),))
        with self._begin() as work:
            subscription = Subscription(
                subscription_id=self._new_id(),
                name=wish.name.strip(),
                channel=wish.channel,
                target=channel.checked_target(wish.target),
                actions=wish.actions,
                cursor=work.audit_log.head().seq,
                created_at=self._clock.now(),
                created_by=actor,
                secret=wish.secret.strip() or channel.new_secret(),
                reach=wish.reach,
                language=wish.language,
                digest_minutes=wish.digest_minutes if channel.joins else 0,
            )
            self._store(work, "subscription_made", subscription, actor)
        return subscription

    def pause(self, subscription_id: str, version: int | None, actor: str) -> Subscription:
        """Send nothing for now; nothing is lost."""
        with self._begin() as work:
            paused = _seen(work, subscription_id, version).paused(self._clock.now())
            return self._store(work, "subscription_paused", paused, actor)

    def resume(self, subscription_id: str, version: int | None, actor: str) -> Subscription:
        """Go on where it stopped."""
        with self._begin() as work:
            resumed = _seen(work, subscription_id, version).resumed()
            return self._store(work, "subscription_resumed", resumed, actor)

    def remove(self, subscription_id: str, version: int | None, actor: str) -> Subscription:
        """End a subscription."""
        with self._begin() as work:
            removed = _seen(work, subscription_id, version).removed(self._clock.now())
            return self._store(work, "subscription_removed", removed, actor)

    def try_out(self, subscription_id: str, actor: str) -> Trial:
        """Send a message at once that says that it is a trial."""
        now = self._clock.now()
        with self._read() as work:
            subscription = work.notices.subscription(subscription_id)
        if not subscription.is_readable:
            return Trial(was_taken=False, answer=LOST_KEY)
        entry = AuditEntry(
            0,
            now.isoformat(),
            actor,
            "notice_trial",
            "subscription",
            subscription_id,
            "",
            None,
            None,
            GENESIS_HASH,
            GENESIS_HASH,
        )
        trial_id = f"{subscription_id}.trial-{self._new_id()}"
        try:
            answer = self._channels[subscription.channel].send(subscription, [(trial_id, entry)])
        except NotDelivered as error:
            return Trial(was_taken=False, answer=str(error))
        return Trial(was_taken=True, answer=answer)

    def all(self) -> list[SubscriptionRecord]:
        """Give the subscriptions, oldest first."""
        with self._read() as work:
            return [_record(work, one) for one in work.notices.subscriptions()]

    def one(self, subscription_id: str) -> SubscriptionRecord:
        """Give a subscription. Raises NotFound."""
        with self._read() as work:
            return _record(work, work.notices.subscription(subscription_id))

    def _store(self, work: UnitOfWork, action: str, changed: Subscription, actor: str) -> Subscription:
        work.notices.put(changed)
        facts: JsonObject = {
            "name": changed.name,
            "channel": changed.channel,
            "actions": list(changed.actions),
            "reach": changed.reach.facts(),
        }
        work.note(action, "subscription", changed.subscription_id, actor, after=facts)
        work.commit()
        return changed


def _seen(work: UnitOfWork, subscription_id: str, version: int | None) -> Subscription:
    subscription = work.notices.subscription(subscription_id)
    if version is not None and version != subscription.version:
        raise VersionConflict("Somebody changed this subscription meanwhile; look at it again.")
    return subscription


def _record(work: UnitOfWork, subscription: Subscription) -> SubscriptionRecord:
    found = work.notices.newest(subscription.subscription_id, SHOWN_DELIVERIES)
    waiting = len(work.notices.waiting(subscription.subscription_id, 1000))
    return SubscriptionRecord(subscription, tuple(found), waiting)
