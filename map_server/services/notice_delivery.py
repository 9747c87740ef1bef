"""Carries notices from the audit log to those who asked for them.

At least once, with an id that stays: a crash between handing over and writing it down sends the same message
again, and the receiver, who knows ids, counts it once. More than that HTTP and mail do not offer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from map_server.domain.audit_log import AuditEntry
from map_server.domain.notice import Delivery, DeliveryState, Subscription
from map_server.services.notice_ports import Channel, NotDelivered, SpotReads
from map_server.services.ports import Begin, Clock

SCANNED_AT_ONCE = 500
SENT_AT_ONCE = 100


class NoticeDelivery:
    """`channels` by name. One round is `collect` and `send_due`; rounds may run in several processes."""

    def __init__(
        self, begin: Begin, read: Begin, clock: Clock, channels: Mapping[str, Channel], spots: SpotReads
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._channels = channels
        self._spots = spots

    def round(self) -> int:
        """Look for new changes and send what is due; give how many messages were taken."""
        self.collect()
        return self.send_due()

    def collect(self) -> int:
        """Make deliveries of what the log holds after each cursor; give how many."""
        made = 0
        for subscription in self._active():
            while (step := self._collect_step(subscription)) is not None:
                made += step[1]
                subscription = replace(subscription, cursor=step[0])
        return made

    def _collect_step(self, known: Subscription) -> tuple[int, int] | None:
        """Look at the next entries of the log; give the new cursor and how many are wanted, or None."""
        with self._read() as work:
            entries = work.notices.entries_after(known.cursor, SCANNED_AT_ONCE)
        if not entries:
            return None
        wanted = [entry.seq for entry in entries if known.wants(entry) and self._may_hear(known, entry)]
        now = self._clock.now()
        with self._begin() as work:
            if work.notices.subscription(known.subscription_id).cursor != known.cursor:
                return None  # another process was here first
            work.notices.put_deliveries(
                [
                    Delivery(subscription_id=known.subscription_id, seq=seq, due_at=now, created_at=now)
                    for seq in wanted
                ]
            )
            work.notices.move_cursor(known.subscription_id, entries[-1].seq)
            work.commit()
        return entries[-1].seq, len(wanted)

    def _may_hear(self, subscription: Subscription, entry: AuditEntry) -> bool:
        return self._spots.covers(subscription.reach, entry.subject_kind, entry.subject_id)

    def send_due(self) -> int:
        """Send what is due, in the order of the log for each; give how many messages were taken."""
        return sum(self._send_to(subscription) for subscription in self._active())

    def _send_to(self, subscription: Subscription) -> int:
        channel = self._channels.get(subscription.channel)
        if channel is None:
            return 0
        taken = 0
        while batch := self._claim(subscription, SENT_AT_ONCE if channel.joins else 1):
            with self._read() as work:
                entries = work.notices.entries([delivery.seq for delivery in batch])
            notices = [(delivery.delivery_id, entries[delivery.seq]) for delivery in batch]
            try:
                answer = channel.send(subscription, notices)
            except NotDelivered as error:
                self._settle(subscription, [one.failed(self._clock.now(), str(error)) for one in batch])
                break  # later ones wait for this one, so that the order stays
            self._settle(subscription, [one.sent(self._clock.now(), answer) for one in batch])
            taken += 1
        return taken

    def _claim(self, subscription: Subscription, limit: int) -> list[Delivery]:
        """Take the oldest deliveries for this sender alone, or none while they are not due."""
        now = self._clock.now()
        with self._read() as work:
            if not _is_ripe(subscription, work.notices.waiting(subscription.subscription_id, 1), now):
                return []
        with self._begin() as work:
            waiting = work.notices.waiting(subscription.subscription_id, limit)
            if not _is_ripe(subscription, waiting[:1], now):
                return []
            claimed = [delivery.claimed(now) for delivery in waiting]
            work.notices.put_deliveries(claimed)
            work.commit()
        return claimed

    def _settle(self, subscription: Subscription, ended: Sequence[Delivery]) -> None:
        with self._begin() as work:
            work.notices.put_deliveries(ended)
            for delivery in ended:
                if delivery.state is DeliveryState.GIVEN_UP:
                    facts = {"seq": delivery.seq, "attempts": delivery.attempts}
                    work.note(
                        "notice_given_up",
                        "subscription",
                        subscription.subscription_id,
                        "system",
                        delivery.answer,
                        after=facts,
                    )
            work.commit()

    def _active(self) -> list[Subscription]:
        with self._read() as work:
            return [one for one in work.notices.subscriptions() if one.is_active]


def _is_ripe(subscription: Subscription, oldest: Sequence[Delivery], now: datetime) -> bool:
    """Whether the oldest delivery is due, and a digest has collected for long enough."""
    if not oldest:
        return False
    collected_for = now - oldest[0].created_at
    return oldest[0].due_at <= now and collected_for >= timedelta(minutes=subscription.digest_minutes)
