"""Pages as they leave the server: nothing from elsewhere, foreign strings as text, errors for people."""

import re

import httpx
import pytest

from map_server.domain.account import Role
from map_server.presentation.map_page import foreign_addresses
from tests.event_messages import HERE, evidence, message, metres_from
from tests.running_server import RunningServer
from wire_contract.routes import EVENTS

BROWSER = {"accept": "text/html,application/xhtml+xml"}
HOSTILE = "<img src=x onerror=alert(1)>\"'</script><script>alert(2)</script>"


@pytest.fixture
def admin(server: RunningServer) -> httpx.Client:
    client = server.person(Role.ADMIN)
    client.headers.update(BROWSER)
    return client


def report(server: RunningServer, **fields: object) -> str:
    """Let a box report one thing; gives its incident."""
    sent = message(evidence=[evidence("a" * 64, "before"), evidence("b" * 64)], **fields)
    assert server.device().post(EVENTS, json=sent).status_code == 200
    incident_id = server.person().get("/api/v1/incidents").json()["incidents"][0]["id"]
    assert isinstance(incident_id, str)
    return incident_id


@pytest.mark.parametrize("path", ["/", "/audit", "/devices", "/people", "/account", "/patrols", "/nowhere"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_names_no_other_host_and_has_no_inline_handlers(
    admin: httpx.Client, path: str, language: str
) -> None:
    text = admin.get(path, params={"lang": language}).text
    assert foreign_addresses(text) == []
    assert not re.search(r"<[^>]*\son\w+\s*=", text)
    assert not re.search(r"<[^>]*\sstyle\s*=", text)


def test_policy_lets_scripts_in_by_file_or_nonce_alone(admin: httpx.Client) -> None:
    answers = [admin.get("/"), admin.get("/")]
    nonces = []
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'self'" in policy
        found = re.search(r"'nonce-([^']+)'", policy)
        assert found
        inline = re.findall(r"<script(?![^>]*(?:src=|application/json))([^>]*)>", answer.text)
        assert inline
        assert all(f'nonce="{found.group(1)}"' in attributes for attributes in inline)
        nonces.append(found.group(1))
    assert nonces[0] != nonces[1]


def test_pages_are_not_kept_by_browsers_or_proxies(admin: httpx.Client) -> None:
    assert admin.get("/").headers["cache-control"] == "no-store"


def test_styles_are_kept_for_good_by_their_hash(admin: httpx.Client) -> None:
    found = re.search(r'href="(/static/css/tokens.css\?v=\w+)"', admin.get("/account").text)
    assert found
    assert "immutable" in admin.get(found.group(1)).headers["cache-control"]
    assert "no-cache" in admin.get("/static/css/tokens.css").headers["cache-control"]


@pytest.mark.parametrize("page", ["/incidents/{}/panel", "/audit/items/{}"])
def test_foreign_strings_stay_text(server: RunningServer, admin: httpx.Client, page: str) -> None:
    incident_id = report(server, label=HOSTILE[:64], attributes={"clear_width_m": HOSTILE, HOSTILE: 1})

    text = admin.get(page.format(incident_id)).text

    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img src=x" not in text
    assert "<script>" not in text


def test_hostile_names_of_people_stay_text(server: RunningServer, admin: httpx.Client) -> None:
    server.services.accounts.invite(Role.PATROL, "<b>bold</b>", "system")
    text = admin.get("/people").text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<b>bold" not in text


def test_reason_and_note_in_the_history_stay_text(server: RunningServer, admin: httpx.Client) -> None:
    incident_id = report(server)
    opinion = {"decision": "unsure", "note": "<i>who</i>"}
    admin.post(f"/api/v1/audits/{incident_id}/verdict", json=opinion)
    text = admin.get(f"/incidents/{incident_id}/panel").text
    assert "&lt;i&gt;who&lt;/i&gt;" in text
    assert "<i>who" not in text


def test_panel_shows_evidence_place_reason_and_history(server: RunningServer, admin: httpx.Client) -> None:
    incident_id = report(server)
    text = admin.get(f"/incidents/{incident_id}/panel", params={"lang": "en"}).text
    assert "This picture has not arrived yet" in text  # named, but not sent so far
    assert 'viewBox="0 0 640 480"' in text
    assert "First report at this place." in text
    assert "box-1" in text
    assert "121.560100, 31.255500" in text
    assert "± 1.5 m" in text


def test_auditor_finds_the_actions_in_the_panel_and_a_patrol_does_not(server: RunningServer) -> None:
    incident_id = report(server)
    texts = {
        role: server.person(role).get(f"/incidents/{incident_id}/panel").text
        for role in (Role.PATROL, Role.AUDITOR)
    }
    assert "data-verdict" in texts[Role.AUDITOR]
    assert "data-verdict" not in texts[Role.PATROL]


@pytest.mark.parametrize("page", ["/incidents/{}/panel", "/audit/items/{}"])
def test_merged_incident_leads_to_the_one_that_took_it_in(
    server: RunningServer, admin: httpx.Client, page: str
) -> None:
    box = server.device()
    for east_m in (0, 40):
        box.post(EVENTS, json=message(at=metres_from(HERE, east_m), camera_id=f"cam-{east_m}"))
    ids = [incident["id"] for incident in admin.get("/api/v1/incidents").json()["incidents"]]
    admin.post(f"/api/v1/incidents/{ids[0]}/merge", json={"absorbed_id": ids[1]})

    answer = admin.get(page.format(ids[1]), params={"lang": "en"})

    assert answer.status_code == 200
    assert "Merged" in answer.text
    assert ("audit" in page) or (f'data-open="{ids[0]}"' in answer.text)


def test_shared_address_of_an_incident_leads_to_the_map(admin: httpx.Client) -> None:
    answer = admin.get("/incidents/abc")
    assert (answer.status_code, answer.headers["location"]) == (307, "/?incident=abc")


def test_stranger_is_led_to_the_log_in_and_back(server: RunningServer) -> None:
    answer = server.stranger(**BROWSER).get("/audit", params={"incident": "x"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Faudit%3Fincident%3Dx"


def test_form_sent_after_the_session_ended_leads_to_the_log_in(server: RunningServer) -> None:
    answer = server.stranger(**BROWSER).post("/people/invitations", data={"note": "x", "role": "admin"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F")


def test_browser_gets_a_page_for_an_error_and_a_program_gets_a_problem(admin: httpx.Client) -> None:
    page = admin.get("/nowhere", params={"lang": "zh"})
    problem = admin.get("/api/v1/incidents/nothing")

    assert page.status_code == 404
    assert "这里没有内容" in page.text
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"


def test_forbidden_page_says_whom_to_ask(server: RunningServer) -> None:
    patrol = server.person(Role.PATROL)
    patrol.headers.update(BROWSER)
    answer = patrol.get("/people", params={"lang": "en"})
    assert answer.status_code == 403
    assert "ask an administrator" in answer.text
    assert "Nothing was changed." in answer.text


def test_language_is_remembered(admin: httpx.Client) -> None:
    assert '<html lang="en"' in admin.get("/account", params={"lang": "en"}).text
    assert '<html lang="en"' in admin.get("/account").text
    assert '<html lang="zh-Hans"' in admin.get("/account", params={"lang": "zh"}).text


def test_language_switch_stays_on_the_page(admin: httpx.Client) -> None:
    text = admin.get("/audit", params={"incident": "a&b", "lang": "zh"}).text
    assert 'href="/audit?incident=a%26b&amp;lang=en"' in text


def test_devices_page_tells_how_to_begin(server: RunningServer, admin: httpx.Client) -> None:
    assert "No device yet" in admin.get("/devices", params={"lang": "en"}).text
    server.device("box-7")
    text = admin.get("/devices").text
    assert "box-7" in text
    assert "No device yet" not in text


def test_one_time_token_is_made_on_the_page_and_works(server: RunningServer, admin: httpx.Client) -> None:
    found = re.search(r'name="csrf-token" content="([^"]+)"', admin.get("/devices").text)
    assert found
    text = admin.post("/devices", data={"device_id": "box-8", "csrf_token": found.group(1)}).text
    token = re.search(r"LILONG_ONE_TIME_TOKEN=([\w-]+)", text)
    assert token
    request = {"device_id": "box-8", "one_time_token": token.group(1)}
    assert server.stranger().post("/api/v1/devices/enrol", json=request).status_code == 200
