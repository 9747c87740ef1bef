"""Completion over HTTP: a phone's track, matched to the streets, held against the plan."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.domain.account import Role
from map_server.domain.patrol import SubjectKind, Visit
from map_server.domain.patrol_plan import PatrolPlan, PlanState, Route, Stop
from map_server.domain.team import Team
from tests.fakes.clock import NOON
from tests.field_day import PLAN, TEAM, FieldPhone, jpeg
from tests.osm_town import at, write_town
from tests.running_server import RunningServer

MONDAY = {"from": "2026-11-23", "to": "2026-11-23"}
PACE_M_S = 1.2


def planned(server: RunningServer, plan_id: str, asked_min: int = 0, done: Sequence[int] = ()) -> None:
    """Plan the town's main street there and back for the hour after noon, with stops at 0, 100 and 390 m."""
    start = at(-300, 0)
    legs = ((at(-300, 0), at(0, 0)), (at(0, 0), at(100, 0)), (at(100, 0), at(390, 0)), (at(390, 0), start))
    end = NOON + timedelta(hours=1)
    route = Route(plan_id, TEAM, NOON, end, start, start, PACE_M_S, end, 1380.0, legs)
    stops = []
    for place, x_m in enumerate((0, 100, 390), 1):
        visit = Visit(SubjectKind.INCIDENT, f"{plan_id}-{x_m}", "garbage_drop", "点", "Point", at(x_m, 0), 60, 900, 0, 3600)  # fmt: skip  # noqa: E501
        stop = Stop(f"{plan_id}-{place}", plan_id, TEAM, place, visit, NOON, NOON, NOON)
        stops.append(stop.done(NOON, "person:1") if place in done else stop)
    asked_at = NOON - timedelta(hours=2) + timedelta(minutes=asked_min)
    with SqlUnitsOfWork(server.services.engine, server.clock, lambda _: None)() as work:
        work.patrols.put(PatrolPlan(plan_id, NOON.date(), PlanState.READY, "system", asked_at, asked_at))
        work.patrols.put_routes(plan_id, [route])
        work.patrols.put_stops(plan_id, stops)
        work.commit()


@pytest.fixture
def phone(server: RunningServer, tmp_path: Path) -> FieldPhone:
    server.services.street.streets.load(write_town(tmp_path / "town.osm"), "person:1")
    server.services.teams.add(
        Team(TEAM, "红队", "Red team", "#b3261e", at(-300, 0), at(-300, 0), time(12), time(13)), "system"
    )
    planned(server, PLAN, done=(1, 3))
    phone = FieldPhone(server, server.person(Role.PATROL))
    assert phone.accept().status_code == 201
    return phone


def walk(phone: FieldPhone, far_m: float, **more: object) -> None:
    """Walk along the street to `far_m` and back, and send the track an hour later."""
    phone.server.clock.advance(3600 + 60)
    out = [-300 + 12.0 * step for step in range(int((far_m + 300) / 12) + 1)]
    fixes = [
        {"lon": lon, "lat": lat, "accuracy_m": 5.0, "at": (NOON + timedelta(seconds=10 * step)).isoformat()}
        | more
        for step, x_m in enumerate([*out, far_m, *reversed(out)])
        for lon, lat in [at(x_m, 0)]
    ]
    assert phone.client.post("/api/v1/field/tracks", json={"fixes": fixes}).json()["kept"] == len(fixes)
    phone.server.services.street.walks.catch_up()


def told(server: RunningServer) -> dict[str, Any]:
    answer = server.person(Role.SUPERVISOR).get("/api/v1/completion", params=MONDAY)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_nine_tenths_of_the_way_are_told_as_nine_tenths(server: RunningServer, phone: FieldPhone) -> None:
    walk(phone, -300 + 0.9 * 690)
    (team,) = told(server)["teams"]
    assert team["share"] == pytest.approx(0.9, abs=0.01)
    assert team["planned_m"] == pytest.approx(690, abs=2)  # there and back, counted once
    assert team["tracked"] == 1
    # as planned, the way home takes the rest of the hour; one team is as even as can be
    assert (team["used"], told(server)["fairness"]) == (pytest.approx(1.0), 1)
    # the first stop was reported and walked past, the third reported alone: 69 m away from the track
    assert team["tally"] == {"stops": 3, "proved": 1, "reported": 1}


@pytest.mark.parametrize(("accuracy_m", "tally"), [(8.0, (1, 1)), (400.0, (0, 2))])
def test_a_check_in_proves_a_stop_only_where_it_raised_no_doubt(
    server: RunningServer, phone: FieldPhone, accuracy_m: float, tally: tuple[int, int]
) -> None:
    lon, lat = at(390, 0)
    fix = {"lon": lon, "lat": lat, "accuracy_m": accuracy_m, "at": phone.now().isoformat()}
    picture = jpeg(31)
    said = phone.result(3, picture, fix=fix, outcome="gone", plan_id=PLAN, stop_id=f"{PLAN}-3")
    doubts = phone.send(said).json()["doubts"]
    assert bool(doubts) == (accuracy_m > 50)
    server.clock.advance(3601)
    (team,) = told(server)["teams"]
    assert (team["tally"]["proved"], team["tally"]["reported"]) == tally


def test_a_made_up_track_counts_nothing(server: RunningServer, phone: FieldPhone) -> None:
    walk(phone, 390, is_mock=True)
    (team,) = told(server)["teams"]
    assert (team["share"], team["tracked"]) == (0.0, 0)


def test_a_route_counts_when_its_hours_are_over(server: RunningServer, phone: FieldPhone) -> None:
    assert (told(server)["teams"], told(server)["running"]) == ([], 1)
    server.clock.advance(3601)
    assert (len(told(server)["teams"]), told(server)["running"]) == (1, 0)


def test_a_plan_that_was_made_again_counts_once(server: RunningServer, phone: FieldPhone) -> None:
    planned(server, "newer", asked_min=30)
    walk(phone, 390)
    (team,) = told(server)["teams"]
    assert [route["plan_id"] for route in team["routes"]] == [PLAN]  # on it stops were done


def test_ways_and_table_tell_the_same(server: RunningServer, phone: FieldPhone) -> None:
    walk(phone, 45)
    chief = server.person(Role.SUPERVISOR)
    table = chief.get("/api/v1/completion/routes.csv", params=MONDAY)
    (row,) = csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")))
    assert (row["team_id"], row["share"][:3], row["proved"]) == (TEAM, "0.5", "1")
    walked, missed = chief.get("/api/v1/completion/ways.geojson", params=MONDAY).json()["features"]
    assert (walked["properties"]["walked"], missed["properties"]["walked"]) == (True, False)
    (line,) = missed["geometry"]["coordinates"]
    assert sorted(lon for lon, _ in line)[0] == pytest.approx(at(45, 0)[0], abs=5e-5)
    others = chief.get("/api/v1/completion/ways.geojson", params={**MONDAY, "team": "blue"}).json()
    assert all(one["geometry"]["coordinates"] == [] for one in others["features"])


def test_pages_show_what_was_walked(server: RunningServer, phone: FieldPhone) -> None:
    chief = server.person(Role.SUPERVISOR)
    assert "no track yet" in chief.get(f"/patrols/{PLAN}", params={"lang": "en"}).text
    empty = chief.get("/patrols/completion", params={"lang": "en"}).text
    assert "No patrol has ended in this period" in empty
    walk(phone, 390)
    page = chief.get(f"/patrols/{PLAN}", params={"lang": "en"}).text
    found = re.search(r"data-walked>([^<]+)<", page)
    assert found
    assert found[1] == "684 m of 690 m walked (99 %) · 2 stops proved"
    for kind in ("daily", "weekly", "monthly"):
        page = chief.get("/patrols/completion", params={"kind": kind, "lang": "en"}).text
        assert f'href="/patrols/{PLAN}"' in page
        assert "2 proved, 0 by report alone, 1 not reported" in page
    assert "No patrol has ended" in chief.get("/patrols/completion?day=2026-11-01&lang=en").text


@pytest.mark.parametrize("days", [("2026-11-23", "2026-11-22"), ("2026-01-01", "2026-11-23"), ("0001-01-01", "0001-01-02")])  # fmt: skip  # noqa: E501
def test_a_period_that_is_none_is_refused(server: RunningServer, days: tuple[str, str]) -> None:
    answer = server.person(Role.SUPERVISOR).get("/api/v1/completion", params={"from": days[0], "to": days[1]})
    assert answer.status_code == 422


def test_without_streets_the_page_says_what_is_missing(server: RunningServer) -> None:
    page = server.person(Role.SUPERVISOR).get("/patrols/completion", params={"lang": "en"}).text
    assert "No streets are loaded" in page
