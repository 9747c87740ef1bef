"""Matches tracks to the streets: each day of a team anew when fixes of it come in, however late they come.

A phone without signal brings the fixes of a weekend on Monday. So it is what came in lately that is looked
at, not what was walked lately; how late a fix may be is for `Tracks` to say, which keeps none past its term.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from map_server.domain.segment import SegmentWalk
from map_server.domain.track import TrackedFix
from map_server.domain.track_match import TrackFix
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock, UnitOfWork
from map_server.services.street_ports import StreetSegments

_OVERLAP = timedelta(minutes=10)
"""Fixes are stamped when they come in, and stored a little later."""
_AFTER_A_START = timedelta(hours=36)
"""What came in so long before the newest fix is looked at again when the server starts."""


class StreetWalks:
    """Remembers up to when it looked, and how many fixes of whom it has matched."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, streets: StreetSegments) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._streets = streets
        self._looked_at: datetime | None = None
        self._matched: dict[tuple[str, date], int] = {}

    def catch_up(self) -> int:
        """Match what has come in; give how many days of teams were matched."""
        now = self._clock.now()
        with self._read() as work:
            since = self._since(work)
            touched = set() if since is None else _days_of(work.tracks.received_since(since))
        count = 0
        for team_id, day in sorted(touched):
            count += self._match_day(team_id, day)
        self._looked_at = now
        return count

    def _since(self, work: UnitOfWork) -> datetime | None:
        """Give the moment from which fixes came in that may not be matched; None: none ever came."""
        if self._looked_at is not None:
            return self._looked_at - _OVERLAP
        newest = work.tracks.last_received()
        return None if newest is None else newest - _AFTER_A_START

    def _match_day(self, team_id: str, day: date) -> bool:
        """Match a team's day, unless nothing came to it since it was matched."""
        begins_at = datetime.combine(day, time(), WARD_ZONE)
        with self._read() as work:
            tracked = work.tracks.between(begins_at, begins_at + timedelta(days=1))
        own = [one for one in tracked if one.team_id == team_id]
        if not own or self._matched.get((team_id, day)) == len(own):
            return False
        self._match(team_id, day, own)
        self._matched[team_id, day] = len(own)
        return True

    def _match(self, team_id: str, day: date, own: list[TrackedFix]) -> None:
        """Match each person's track by itself, for a team may walk in two groups."""
        tracks: dict[str, list[TrackFix]] = {}
        for one in own:
            tracks.setdefault(one.actor, []).append(one.fix)
        walks = [
            SegmentWalk(team_id, day, walked)
            for track in tracks.values()
            for walked in self._streets.match(track).walked
        ]
        moments = [one.fix.at for one in own]
        with self._begin() as work:
            work.segment_walks.replace(team_id, min(moments), max(moments), walks)
            work.commit()


def _days_of(fixes: Iterable[tuple[str, datetime]]) -> set[tuple[str, date]]:
    return {(team_id, at.astimezone(WARD_ZONE).date()) for team_id, at in fixes}
