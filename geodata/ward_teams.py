"""Four patrol teams for the sample ward: two on foot, two on e-bikes, each from a station at a road."""

import json

from geodata.ward_features import NOTICE
from geodata.ward_plan import WardMap

_TEAMS = (
    ("A", "第一巡查组", "Team 1", "#1769c2", 1.2, (505.0, 880.0)),
    ("B", "第二巡查组", "Team 2", "#0a7f5a", 1.2, (610.0, 1730.0)),
    ("C", "第三巡查组(电动车)", "Team 3 (e-bike)", "#b3237f", 3.5, (1990.0, 430.0)),
    ("D", "第四巡查组(电动车)", "Team 4 (e-bike)", "#7a5200", 3.5, (1990.0, 1730.0)),
)
SHIFT = ("08:30", "12:30")


def teams_text() -> str:
    """Write the teams as JSON; `start` is longitude, latitude in WGS 84."""
    ward_map = WardMap()
    teams = [
        {
            "team_id": team_id,
            "name_zh": name_zh,
            "name_en": name_en,
            "colour": colour,
            "pace_m_s": pace_m_s,
            "start": ward_map.lonlat(*board_point),
            "shift_from": SHIFT[0],
            "shift_until": SHIFT[1],
        }
        for team_id, name_zh, name_en, colour, pace_m_s, board_point in _TEAMS
    ]
    head = {"synthetic": True, "notice": NOTICE, "license": "CC0-1.0"}
    return json.dumps({**head, "teams": teams}, ensure_ascii=False, indent=1) + "\n"
