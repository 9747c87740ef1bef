"""People come in by one-time links and passwords, and are kept out by everything else."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import func, select

from map_server.adapters.db.tables.accounts import login_brakes, one_time_links, sessions
from map_server.adapters.db.tables.kernel import audit_log
from map_server.domain.account import LINK_LIFETIME, SESSION_IDLE, Role
from map_server.entrypoints.http.security import CSRF_HEADER, SESSION_COOKIE
from tests.running_server import PASSWORD, RunningServer

CHEN = {"login_name": "chen", "display_name": "陈立", "password": PASSWORD}


def first_admin(server: RunningServer) -> httpx.Client:
    token = server.services.accounts.renew_first_start_token()
    browser = server.stranger()
    assert browser.post(f"/welcome/{token}", data=CHEN).status_code == 303
    return browser


def csrf_of(browser: httpx.Client) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/account").text)
    assert found
    return found.group(1)


def send(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return browser.post(path, data={**fields, "csrf_token": csrf_of(browser)})


def test_first_start_link_makes_the_one_administrator(server: RunningServer) -> None:
    browser = first_admin(server)

    assert "陈立" in browser.get("/account").text
    assert server.services.accounts.renew_first_start_token() is None
    (account,) = server.services.accounts.people()
    assert (account.role, account.login_name) == (Role.ADMIN, "chen")


def test_each_start_makes_the_link_anew_while_nobody_is_there(server: RunningServer) -> None:
    old = server.services.accounts.renew_first_start_token()
    new = server.services.accounts.renew_first_start_token()

    assert server.stranger().get(f"/welcome/{old}").status_code == 410
    assert server.stranger().get(f"/welcome/{new}").status_code == 200


def test_used_or_old_link_is_worthless(server: RunningServer) -> None:
    first_admin(server)
    token = server.services.accounts.invite(Role.PATROL, "Wang", "system")
    server.clock.advance(LINK_LIFETIME.total_seconds())

    answer = server.stranger().post(f"/welcome/{token}", data=CHEN | {"login_name": "wang"})

    assert answer.status_code == 410
    assert len(server.services.accounts.people()) == 1


def test_wrong_field_is_told_beside_it_and_the_link_stays_good(server: RunningServer) -> None:
    token = server.services.accounts.renew_first_start_token()
    browser = server.stranger(**{"accept-language": "en", "accept": "text/html"})

    answer = browser.post(f"/welcome/{token}", data=CHEN | {"password": "short"})

    assert answer.status_code == 422
    assert "Use 10 to 200 characters." in answer.text
    assert "陈立" in answer.text
    assert browser.post(f"/welcome/{token}", data=CHEN).status_code == 303


def test_database_holds_no_token_and_no_password(server: RunningServer) -> None:
    browser = first_admin(server)
    cookie = browser.cookies[SESSION_COOKIE]
    with server.services.engine.connect() as connection:
        stored = [
            str(row)
            for table in (sessions, one_time_links, audit_log)
            for row in connection.execute(select(table))
        ]
    assert not any(cookie in row or PASSWORD in row for row in stored)


def test_log_in_gives_a_cookie_that_scripts_cannot_read(server: RunningServer) -> None:
    first_admin(server)

    answer = server.stranger().post("/login", data={"login_name": "CHEN ", "password": PASSWORD})

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_name_and_password_may_be_typed_full_width(server: RunningServer) -> None:
    first_admin(server)
    form = {"login_name": "ＣＨＥＮ", "password": PASSWORD.replace("s", "ｓ")}
    assert server.stranger().post("/login", data=form).status_code == 303


@pytest.mark.parametrize(
    ("wish", "goes_to"),
    [
        ("/audit?incident=x", "/audit?incident=x"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_after_log_in_only_pages_of_this_server_follow(
    server: RunningServer, wish: str, goes_to: str
) -> None:
    first_admin(server)
    form = {"login_name": "chen", "password": PASSWORD, "next": wish}
    assert server.stranger().post("/login", data=form).headers["location"] == goes_to


def test_guessing_is_slowed_down_and_the_right_password_waits_too(server: RunningServer) -> None:
    first_admin(server)
    browser = server.stranger(**{"accept-language": "en"})
    wrong = {"login_name": "chen", "password": "wrong password"}

    statuses = [browser.post("/login", data=wrong).status_code for _ in range(6)]
    right = browser.post("/login", data=wrong | {"password": PASSWORD})

    assert statuses == [401, 401, 401, 401, 401, 429]
    assert right.status_code == 429
    assert "Wait 5 s" in right.text
    server.clock.advance(6)
    assert browser.post("/login", data=wrong | {"password": PASSWORD}).status_code == 303


def test_unknown_name_and_wrong_password_get_the_same_answer(server: RunningServer) -> None:
    first_admin(server)
    answers = []
    for name in ("chen", "zz-17"):
        text = server.stranger().post("/login", data={"login_name": name, "password": "wrong one"}).text
        answers.append(re.sub(r'nonce="[^"]*"', "", text).replace(name, ""))
    assert answers[0] == answers[1]


def test_forgotten_failures_are_removed(server: RunningServer) -> None:
    first_admin(server)
    browser = server.stranger()
    browser.post("/login", data={"login_name": "old", "password": "wrong password"})
    server.clock.advance(7200)
    browser.post("/login", data={"login_name": "new", "password": "wrong password"})
    with server.services.engine.connect() as connection:
        assert set(connection.scalars(select(login_brakes.c.key))) == {"name:new", "address:127.0.0.1"}


def test_log_out_ends_the_session_on_the_server(server: RunningServer) -> None:
    browser = first_admin(server)
    cookie = browser.cookies[SESSION_COOKIE]
    send(browser, "/logout")

    thief = server.stranger()
    thief.cookies.set(SESSION_COOKIE, cookie)

    assert thief.get("/api/v1/incidents").status_code == 401


def test_idle_session_ends(server: RunningServer) -> None:
    browser = first_admin(server)
    server.clock.advance((SESSION_IDLE - timedelta(minutes=1)).total_seconds())
    assert browser.get("/api/v1/incidents").status_code == 200  # which counts as being there
    server.clock.advance((SESSION_IDLE - timedelta(minutes=1)).total_seconds())
    assert browser.get("/api/v1/incidents").status_code == 200
    server.clock.advance(SESSION_IDLE.total_seconds())
    assert browser.get("/api/v1/incidents").status_code == 401


def test_new_password_ends_all_other_sessions(server: RunningServer) -> None:
    here, elsewhere = first_admin(server), server.stranger()
    elsewhere.post("/login", data={"login_name": "chen", "password": PASSWORD})

    answer = send(here, "/account", old_password=PASSWORD, password="another quiet lane")

    assert answer.status_code == 303
    assert here.get("/api/v1/incidents").status_code == 200
    assert elsewhere.get("/api/v1/incidents").status_code == 401
    old = server.stranger().post("/login", data={"login_name": "chen", "password": PASSWORD})
    assert old.status_code == 401


def test_present_password_is_not_guessed_on_the_account_page(server: RunningServer) -> None:
    browser = first_admin(server)
    fields = {"old_password": "not it at all", "password": "another quiet lane"}
    statuses = [send(browser, "/account", **fields).status_code for _ in range(6)]
    assert statuses == [422, 422, 422, 422, 422, 429]


def test_password_is_not_changed_without_the_present_one(server: RunningServer) -> None:
    browser = first_admin(server)
    answer = send(browser, "/account", old_password="not it at all", password="another quiet lane")
    assert answer.status_code == 422
    assert server.services.sign_in.log_in("chen", PASSWORD, "elsewhere").account.login_name == "chen"


@pytest.mark.parametrize("token", ["", "wrong"], ids=["no token", "a wrong token"])
def test_change_without_the_csrf_token_is_refused(server: RunningServer, token: str) -> None:
    browser = first_admin(server)
    headers = {CSRF_HEADER: token} if token else {}
    answer = browser.post("/people/invitations", data={"note": "Wang", "role": "admin"}, headers=headers)
    assert answer.status_code == 403
    assert server.services.accounts.open_invitations() == []


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}], ids=str
)
def test_log_in_form_of_another_site_is_refused(server: RunningServer, headers: dict[str, str]) -> None:
    first_admin(server)
    form = {"login_name": "chen", "password": PASSWORD}
    assert server.stranger().post("/login", data=form, headers=headers).status_code == 403


def test_invitation_gives_the_role_and_no_more(server: RunningServer) -> None:
    page = send(
        first_admin(server), "/people/invitations", note="王芳", role="auditor", reach="whole_ward"
    ).text
    found = re.search(r"/welcome/[\w-]+", page)
    assert found
    browser = server.stranger()
    browser.post(found.group(), data=CHEN | {"login_name": "wang"})

    assert browser.get("/audit").status_code == 200
    assert browser.get("/people").status_code == 403


def test_withdrawn_invitation_is_worthless(server: RunningServer) -> None:
    admin = first_admin(server)
    token = server.services.accounts.invite(Role.PATROL, "Wang", "system")
    (link,) = server.services.accounts.open_invitations()

    send(admin, f"/people/invitations/{link.token_hash}/withdraw")

    assert server.stranger().get(f"/welcome/{token}").status_code == 410


def test_reset_link_sets_a_password_and_ends_the_sessions(server: RunningServer) -> None:
    admin = first_admin(server)
    (account,) = server.services.accounts.people()
    _, token = server.services.accounts.offer_reset(account.account_id, "system")

    answer = server.stranger().post(f"/welcome/{token}", data={"password": "another quiet lane"})

    assert answer.status_code == 303
    assert admin.get("/api/v1/incidents").status_code == 401
    assert (
        server.services.sign_in.log_in("chen", "another quiet lane", "here").account
        == (server.services.accounts.people()[0])
    )


def test_last_administrator_keeps_the_role(server: RunningServer) -> None:
    admin = first_admin(server)
    (account,) = server.services.accounts.people()
    answer = send(admin, f"/people/{account.account_id}/role", role="patrol", version="1")
    assert answer.status_code == 409
    assert server.services.accounts.people()[0].role is Role.ADMIN


def test_closed_account_is_out_at_once_and_can_come_back(server: RunningServer) -> None:
    admin, patrol = first_admin(server), server.person(Role.PATROL)
    account = next(each for each in server.services.accounts.people() if each.role is Role.PATROL)

    send(admin, f"/people/{account.account_id}/close", version="1")
    assert patrol.get("/api/v1/incidents").status_code == 401

    send(admin, f"/people/{account.account_id}/reopen", version="2")
    assert server.services.sign_in.log_in(account.login_name, PASSWORD, "here")


def test_two_administrators_do_not_overwrite_each_other(server: RunningServer) -> None:
    admin, _ = first_admin(server), server.person(Role.PATROL)
    account = next(each for each in server.services.accounts.people() if each.role is Role.PATROL)
    path = f"/people/{account.account_id}/role"

    first = send(admin, path, role="auditor", version="1")
    second = send(admin, path, role="supervisor", version="1")

    assert (first.status_code, second.status_code) == (303, 409)
    assert server.services.accounts.people()[1].role is Role.AUDITOR


def test_every_change_of_people_is_in_the_audit_log(server: RunningServer) -> None:
    admin = first_admin(server)
    send(admin, "/people/invitations", note="Wang", role="patrol", reach="whole_ward")
    send(admin, "/account", old_password=PASSWORD, password="another quiet lane")
    with server.services.engine.connect() as connection:
        actions = set(connection.scalars(select(audit_log.c.action)))
        assert connection.scalar(select(func.count()).select_from(audit_log)) == 4
    assert actions == {"account_created", "signed_in", "account_invited", "password_changed"}
