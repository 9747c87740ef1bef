"""Matches the tracks of the last days to the streets, again and again: fixes may come hours late."""

from datetime import date, timedelta

from map_server.domain.segment import SegmentWalk
from map_server.domain.track import TrackedFix
from map_server.domain.track_match import TrackFix
from map_server.domain.ward_time import WARD_ZONE
from map_server.services.ports import Begin, Clock
from map_server.services.street_ports import StreetSegments

LOOK_BACK = timedelta(hours=36)


class StreetWalks:
    """Remembers how many fixes it has matched of whom; a new one makes it match the team's day anew."""

    def __init__(self, begin: Begin, read: Begin, clock: Clock, streets: StreetSegments) -> None:
        self._begin = begin
        self._read = read
        self._clock = clock
        self._streets = streets
        self._matched: dict[tuple[str, date], int] = {}

    def catch_up(self) -> int:
        """Match what has come in; give how many days of teams were matched."""
        now = self._clock.now()
        with self._read() as work:
            tracked = work.tracks.between(now - LOOK_BACK, now)
        changed = {key: own for key, own in _by_day(tracked).items() if self._matched.get(key) != len(own)}
        for (team_id, day), own in changed.items():
            self._match(team_id, day, own)
            self._matched[team_id, day] = len(own)
        return len(changed)

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


def _by_day(tracked: list[TrackedFix]) -> dict[tuple[str, date], list[TrackedFix]]:
    found: dict[tuple[str, date], list[TrackedFix]] = {}
    for one in tracked:
        found.setdefault((one.team_id, one.fix.at.astimezone(WARD_ZONE).date()), []).append(one)
    return found
