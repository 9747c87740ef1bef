"""Patrol teams: added, changed, laid to rest."""

from dataclasses import replace

from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import Conflict, NotFound, VersionConflict
from map_server.domain.team import Team
from map_server.services.ports import Begin


class Teams:
    """The use cases of teams."""

    def __init__(self, begin: Begin, read: Begin) -> None:
        self._begin = begin
        self._read = read

    def all(self) -> list[Team]:
        """Give all teams, by id."""
        with self._read() as work:
            return work.teams.all()

    def add(self, team: Team, actor: str) -> Team:
        """Add a team. Raises Conflict when its id is taken."""
        with self._begin() as work:
            if any(known.team_id == team.team_id for known in work.teams.all()):
                raise Conflict(f"there is a team {team.team_id} already; choose another id")
            work.teams.put(team)
            work.note("team_added", "team", team.team_id, actor, after=_record(team))
            work.commit()
        return team

    def change(self, team: Team, actor: str) -> Team:
        """Store a changed team; its `version` is the one that the person saw.

        Raises NotFound, or VersionConflict when someone else was quicker.
        """
        with self._begin() as work:
            known = next((one for one in work.teams.all() if one.team_id == team.team_id), None)
            if known is None:
                raise NotFound(f"there is no team {team.team_id}")
            if known.version != team.version:
                raise VersionConflict(f"team {team.team_id} was changed meanwhile; look again")
            changed = replace(team, version=known.version + 1)
            work.teams.put(changed)
            work.note(
                "team_changed", "team", team.team_id, actor, before=_record(known), after=_record(changed)
            )
            work.commit()
        return changed


def _record(team: Team) -> JsonObject:
    rest = team.rest
    return {
        "name_zh": team.name_zh,
        "name_en": team.name_en,
        "colour": team.colour,
        "start": list(team.start),
        "end": list(team.end),
        "shift": f"{team.shift_from:%H:%M}-{team.shift_until:%H:%M}",
        "further_shifts": [
            f"{one.begins:%H:%M}-{one.ends:%H:%M} {one.start} {one.end}" for one in team.further_shifts
        ],
        "pace_m_s": team.pace_m_s,
        "is_active": team.is_active,
        "skills": sorted(team.skills),
        "rest": None if rest is None else f"{rest.earliest:%H:%M}-{rest.latest:%H:%M} {rest.minutes} min",
    }
