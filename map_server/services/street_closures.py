"""Closes streets for a time and opens them again; the next plan goes by what is closed while it lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import InvalidInput
from map_server.domain.street_closure import StreetClosure
from map_server.services.ports import Begin, Clock, IdFactory
from map_server.services.street_ports import StreetSource

_KIND = "street_closure"


@dataclass(frozen=True, slots=True)
class NewClosure:
    """What a person wants closed. `starts_at` None: now; `until` None: until somebody ends it."""

    reason: str
    segment_ids: tuple[str, ...] = ()
    area: BaseGeometry | None = None
    starts_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClosedStreets:
    """A closure with the segments that it closes on the streets of today."""

    closure: StreetClosure
    segment_ids: frozenset[str]
    is_on: bool


class StreetClosures:
    """Use cases of closures."""

    def __init__(
        self, begin: Begin, read: Begin, clock: Clock, new_id: IdFactory, source: StreetSource
    ) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._new_id = new_id
        self._source = source

    def close(self, wanted: NewClosure, actor: str) -> ClosedStreets:
        """Close streets. Raises InvalidInput when no street of today would be closed."""
        now = self._clock.now()
        try:
            closure = StreetClosure(
                self._new_id(),
                wanted.reason.strip(),
                wanted.starts_at or now,
                wanted.until,
                wanted.segment_ids,
                wanted.area,
                actor,
            )
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        closed = self._shown(closure, now)
        if wanted.until is not None and wanted.until <= now:
            raise InvalidInput("until: this moment is over already")
        if not closed.segment_ids:
            raise InvalidInput("segment_ids: no loaded street is meant; choose one on the map")
        with self._begin() as work:
            work.closures.put(closure)
            after = _facts(closure, len(closed.segment_ids))
            work.note("street_closed", _KIND, closure.closure_id, actor, closure.reason, after=after)
            work.commit()
        return closed

    def end(self, closure_id: str, actor: str) -> ClosedStreets:
        """Open streets again. Raises NotFound, and Conflict when they are open."""
        now = self._clock.now()
        with self._begin() as work:
            closure = work.closures.get(closure_id).ended(now)
            work.closures.put(closure)
            work.note("street_opened", _KIND, closure_id, actor, after={"ended_at": now.isoformat()})
            work.commit()
        return self._shown(closure, now)

    def present(self) -> Sequence[ClosedStreets]:
        """Give the closures that are on or still to come, those that begin last first."""
        now = self._clock.now()
        with self._read() as work:
            closures = [one for one in work.closures.all() if one.is_on(now, max(now, one.starts_at))]
        return [self._shown(closure, now) for closure in closures]

    def _shown(self, closure: StreetClosure, now: datetime) -> ClosedStreets:
        known = {segment.segment_id for segment in self._source.segments()}
        return ClosedStreets(closure, self._source.closed_by([closure]) & known, closure.is_on(now, now))


def _facts(closure: StreetClosure, count: int) -> JsonObject:
    return {
        "starts_at": closure.starts_at.isoformat(),
        "until": None if closure.until is None else closure.until.isoformat(),
        "segments": count,
        "segment_ids": list(closure.segment_ids),
        "area": None if closure.area is None else mapping(closure.area),
    }
