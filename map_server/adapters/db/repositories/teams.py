"""Patrol teams as rows."""

from collections.abc import Sequence
from datetime import time

from sqlalchemy import Connection, select
from sqlalchemy.engine import RowMapping

from map_server.adapters.db.tables.patrols import teams
from map_server.adapters.db.upsert import upsert
from map_server.domain.team import Rest, Team, TeamShift


class SqlTeams:
    """See services.patrol_ports.TeamRepository."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, team: Team) -> None:
        """Store a new or changed team."""
        row = {
            "team_id": team.team_id,
            "name_zh": team.name_zh,
            "name_en": team.name_en,
            "colour": team.colour,
            "start_lon": team.start[0],
            "start_lat": team.start[1],
            "end_lon": team.end[0],
            "end_lat": team.end[1],
            "shift_from": f"{team.shift_from:%H:%M}",
            "shift_until": f"{team.shift_until:%H:%M}",
            "pace_m_s": team.pace_m_s,
            "is_active": team.is_active,
            "version": team.version,
            "skills": sorted(team.skills),
            "rest_from": team.rest and f"{team.rest.earliest:%H:%M}",
            "rest_until": team.rest and f"{team.rest.latest:%H:%M}",
            "rest_minutes": team.rest.minutes if team.rest else 0,
            "further_shifts": [
                [f"{one.begins:%H:%M}", f"{one.ends:%H:%M}", list(one.start), list(one.end)]
                for one in team.further_shifts
            ],
        }
        upsert(self._connection, teams, [row])

    def all(self) -> list[Team]:
        """Give all teams, by id."""
        rows = self._connection.execute(select(teams).order_by(teams.c.team_id)).mappings()
        return [
            Team(
                team_id=row["team_id"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                colour=row["colour"],
                start=(row["start_lon"], row["start_lat"]),
                end=(row["end_lon"], row["end_lat"]),
                shift_from=time.fromisoformat(row["shift_from"]),
                shift_until=time.fromisoformat(row["shift_until"]),
                pace_m_s=row["pace_m_s"],
                is_active=row["is_active"],
                version=row["version"],
                skills=frozenset(row["skills"]),
                rest=_rest(row),
                further_shifts=tuple(_shift(*kept) for kept in row["further_shifts"]),
            )
            for row in rows
        ]


def _shift(begins: str, ends: str, start: Sequence[float], end: Sequence[float]) -> TeamShift:
    first, last = time.fromisoformat(begins), time.fromisoformat(ends)
    return TeamShift(first, last, (start[0], start[1]), (end[0], end[1]))


def _rest(row: RowMapping) -> Rest | None:
    if row["rest_from"] is None:
        return None
    earliest, latest = time.fromisoformat(row["rest_from"]), time.fromisoformat(row["rest_until"])
    return Rest(earliest, latest, row["rest_minutes"])
