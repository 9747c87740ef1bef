"""Teams and joint campaigns on their pages: who may, what a change rests on, and the next days of a rule."""

from map_server.domain.account import Role
from tests.running_server import RunningServer

TEAM: dict[str, object] = {
    "name_zh": "白班",
    "name_en": "Day shift",
    "colour": "#1769c2",
    "start": [121.5553, 31.2487],
    "shift_from": "08:30",
    "shift_until": "11:30",
    "further_shifts": [{"shift_from": "13:30", "shift_until": "17:00"}],
    "skills": ["blind_corner"],
}
CAMPAIGN: dict[str, object] = {
    "name_zh": "集市整治",
    "name_en": "Market day",
    "place": [121.5553, 31.2487],
    "begins": "09:30",
    "minutes": 60,
    "recurrence": {"weekdays": [3], "first": "2026-06-01"},
}


def test_change_rests_on_the_version_that_was_seen(server: RunningServer) -> None:
    chief = server.person(Role.SUPERVISOR)
    for path, body, own_id in (
        ("/api/v1/teams", TEAM | {"team_id": "day"}, "team_id"),
        ("/api/v1/campaigns", CAMPAIGN, "campaign_id"),
    ):
        made = chief.post(path, json=body)
        assert made.status_code == 201, made.text
        address, at_rest = f"{path}/{made.json()[own_id]}", body | {"is_active": False}
        assert chief.put(address, json=at_rest).status_code == 428
        changed = chief.put(address, json=at_rest, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert changed.json()["is_active"] is False
        assert chief.put(address, json=at_rest, headers={"If-Match": '"1"'}).status_code == 412


def test_pages_show_what_is_kept_and_only_to_those_who_may_change_it(server: RunningServer) -> None:
    chief, walker = server.person(Role.SUPERVISOR), server.person(Role.PATROL)
    assert chief.post("/api/v1/teams", json=TEAM | {"team_id": "day"}).status_code == 201
    campaign = chief.post("/api/v1/campaigns", json=CAMPAIGN | {"team_ids": ["day"]}).json()["campaign_id"]
    listed = chief.get("/teams?lang=en").text
    assert "Day shift" in listed
    assert "08:30–11:30, 13:30–17:00" in listed
    assert "Blind corner" in listed
    assert "Market day" in listed
    team = chief.get("/teams/day?lang=en").text
    assert 'value="13:30"' in team
    assert 'value="blind_corner" checked' in team
    assert 'data-version="1"' in chief.get(f"/campaigns/{campaign}").text
    for address in ("/teams", "/teams/new", "/teams/day", "/campaigns/new", f"/campaigns/{campaign}"):
        assert chief.get(address).status_code == 200, address
        assert walker.get(address).status_code == 403, address
    for address in ("/teams/nobody", "/campaigns/nothing"):
        assert chief.get(address).status_code == 404, address


def test_next_days_of_a_rule_are_shown_before_it_is_kept(server: RunningServer) -> None:
    chief = server.person(Role.SUPERVISOR)
    rule = {"weekdays": 3, "first": "2026-06-01", "last": "2026-12-20"}

    def dates(**more: object) -> list[str]:
        answer = chief.get("/api/v1/campaigns/dates", params={**rule, **more})
        assert answer.status_code == 200, answer.text
        return [one["day"] for one in answer.json()["dates"]]

    assert dates() == ["2026-11-26", "2026-12-03", "2026-12-10", "2026-12-17"]
    assert dates(weeks_of_month=[1, -1]) == ["2026-11-26", "2026-12-03"]
    assert len(dates(last="2027-12-31")) == 8
    assert chief.get("/api/v1/campaigns/dates", params={"first": "2026-09-24"}).status_code == 422
    wrong = chief.get("/api/v1/campaigns/dates", params={**rule, "last": "2026-01-01"})
    assert wrong.json()["errors"][0]["path"] == "last"
