"""Who looked at which evidence, when: one entry of the log per page view, not per picture.

Grain: before a page that shows an incident or a work order leaves the server, one entry names the person, the
thing and every piece that it shows; the pictures that the page then fetches within ten minutes are part of
that look. A piece fetched without such a page is a look of its own. So nothing is seen that is not on record,
and the audit desk costs one small write per incident.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from map_server.services.ports import Begin, Clock

PAGE_LASTS = timedelta(minutes=10)
_REMEMBERED = 50_000


class EvidenceLooks:
    """Remembers in this process what pages were on record; another process records single looks instead."""

    def __init__(self, begin: Begin, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock
        self._lock = threading.Lock()
        self._until: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def page_viewed(self, actor: str, subject_id: str, sha256s: Sequence[str]) -> None:
        """Put on record that a person is shown these pieces; the same page again is the same look."""
        shown = sorted(set(sha256s))
        if not shown or all(self.is_on_record(actor, sha256) for sha256 in shown):
            return
        with self._begin() as work:
            work.note("evidence_viewed", "evidence_view", subject_id, actor, after={"sha256": shown})
            work.commit()
        until = self._clock.now() + PAGE_LASTS
        with self._lock:
            for sha256 in shown:
                self._until[actor, sha256] = until
                self._until.move_to_end((actor, sha256))
            while len(self._until) > _REMEMBERED:
                self._until.popitem(last=False)

    def is_on_record(self, actor: str, sha256: str) -> bool:
        """Tell whether a page that shows the piece to this person is on record and still fresh."""
        with self._lock:
            until = self._until.get((actor, sha256))
        return until is not None and self._clock.now() < until
