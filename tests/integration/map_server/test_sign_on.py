"""People come in by the ward's own sign-on, and nobody does by an answer that does not hold."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from map_server.config import OidcParams
from map_server.domain.account import Account, Post, Role
from map_server.domain.reach import Reach
from map_server.services.accounts import NewAccount
from tests.fakes.clock import NOON
from tests.fakes.sign_on_provider import CLIENT_ID, CLIENT_SECRET, OTHER_KEY, SignOnProvider, sign_on_provider
from tests.running_server import PASSWORD, RunningServer, running_server

WANG = {"email": "Wang@ward.example", "email_verified": True, "name": "王芳"}
OWN = Reach.of_areas(compounds=("C-1",))


@dataclass
class Ward:
    """A server that is set to a provider."""

    server: RunningServer
    provider: SignOnProvider

    def sign_on(self, browser: httpx.Client, **claims: Any) -> httpx.Response:
        """Go to the provider, log in there as somebody, and come back."""
        self.provider.claims = claims
        sent = browser.get("/sign-on")
        assert sent.status_code == 303, sent.text
        return browser.get(self.provider.agrees_to(sent.headers["location"]))

    def browser(self) -> httpx.Client:
        return self.server.stranger(**{"accept-language": "en"})

    def invite(self, email: str | None, role: Role = Role.PATROL) -> str:
        return self.server.services.accounts.invite_to(Post(role, OWN, email=email), "Wang", "system")

    def people(self) -> list[Account]:
        return list(self.server.services.accounts.people())

    def log(self) -> list[str]:
        with self.server.services.read() as work:
            return [entry.action for entry in work.audit_log.entries()]


@pytest.fixture
def ward(request: pytest.FixtureRequest, empty_data: Path, tmp_path: Path) -> Iterator[Ward]:
    shutil.copytree(empty_data, tmp_path / "data")
    role_claim = getattr(request, "param", None)
    with sign_on_provider(NOON.timestamp()) as provider:
        oidc = OidcParams(provider.url, CLIENT_ID, CLIENT_SECRET, "The ward", role_claim)
        with running_server(tmp_path / "data", oidc=oidc) as server:
            yield Ward(server, provider)


def test_invited_person_comes_in_as_what_the_invitation_says_and_is_known_again(ward: Ward) -> None:
    ward.invite("wang@ward.example")
    browser = ward.browser()

    answer = ward.sign_on(browser, **WANG)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/").status_code == 200
    (account,) = ward.people()
    assert (account.display_name, account.role, account.reach) == ("王芳", Role.PATROL, OWN)
    assert account.login_name == "wang"
    again = ward.browser()  # another browser, and the provider gives no address this time
    assert ward.sign_on(again).status_code == 303
    assert again.get("/account").status_code == 200
    assert len(ward.people()) == 1


def test_account_with_the_verified_address_is_linked_and_stays_what_it_is(ward: Ward) -> None:
    accounts = ward.server.services.accounts
    accounts.accept_invitation(
        ward.invite("wang@ward.example", Role.AUDITOR), NewAccount("wang", "王", PASSWORD)
    )

    assert ward.sign_on(ward.browser(), **WANG, role="admin").status_code == 303

    (account,) = ward.people()
    assert account.role is Role.AUDITOR  # the server was not told to take roles from the provider
    assert "account_linked" in ward.log()


@pytest.mark.parametrize("ward", ["role"], indirect=True)
def test_role_follows_the_provider_where_the_server_is_told_so(ward: Ward) -> None:
    ward.invite("wang@ward.example")
    for role in ("supervisor", "patrol", "emperor"):
        assert ward.sign_on(ward.browser(), **WANG, role=role).status_code == 303
    (account,) = ward.people()
    assert account.role is Role.PATROL
    assert ward.log().count("account_role_changed") == 2


@pytest.mark.parametrize(
    "claims",
    [
        WANG,  # nobody invited her
        {**WANG, "email_verified": False, "email": "li@ward.example"},  # anybody may claim an address
        {"email": "li@ward.example"},
        {},
    ],
)
def test_whom_nobody_invited_stays_outside(ward: Ward, claims: dict[str, Any]) -> None:
    ward.invite("li@ward.example")
    browser = ward.browser()
    assert ward.sign_on(browser, **claims).status_code == 403
    assert browser.get("/").status_code == 401
    assert ward.people() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT_ID, "another-client"]},  # several, and none is named as the one it was made for
        {"nonce": "of an earlier sign-on"},
        {"exp": int(NOON.timestamp()) - 61},
        {"exp": None},
        {"sub": None},
    ],
)
def test_token_that_was_not_made_for_this_sign_on_is_refused(ward: Ward, wrong: dict[str, Any]) -> None:
    ward.invite("wang@ward.example")
    answer = ward.sign_on(ward.browser(), **WANG | wrong)
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "The sign-on provider's answer does not hold; try again.",
    )
    assert ward.people() == []


def test_token_that_somebody_else_signed_is_refused(ward: Ward) -> None:
    ward.invite("wang@ward.example")
    ward.provider.key = OTHER_KEY
    assert ward.sign_on(ward.browser(), **WANG).status_code == 403


def test_answer_that_this_browser_did_not_ask_for_is_refused_before_the_code_is_used(ward: Ward) -> None:
    ward.invite("wang@ward.example")
    ward.provider.claims = WANG
    link = ward.provider.agrees_to(ward.browser().get("/sign-on").headers["location"])

    assert ward.browser().get(link).status_code == 403  # a link sent to somebody else's browser
    assert ward.provider.token_calls == 0


def test_answer_works_once(ward: Ward) -> None:
    ward.invite("wang@ward.example")
    browser = ward.browser()
    ward.provider.claims = WANG
    sent = browser.get("/sign-on")
    cookies = dict(browser.cookies)
    link = ward.provider.agrees_to(sent.headers["location"])
    assert browser.get(link).status_code == 303
    assert "lilong_sign_on" in cookies
    assert browser.get(link).status_code == 403  # its cookie is gone
    thief = ward.browser()
    thief.cookies.update(cookies)
    assert thief.get(link).status_code == 403  # and the code is used up


def test_closed_account_stays_closed(ward: Ward) -> None:
    ward.invite("wang@ward.example")
    ward.sign_on(ward.browser(), **WANG)
    (account,) = ward.people()
    ward.server.person(Role.ADMIN)  # somebody must be left
    ward.server.services.accounts.close(account.account_id, account.version, "system")
    assert ward.sign_on(ward.browser(), **WANG).status_code == 403


def test_provider_that_is_down_is_told_and_passwords_still_work(ward: Ward) -> None:
    browser = ward.browser()
    assert "The ward" in browser.get("/login").text
    ward.provider.url = "http://127.0.0.1:9"  # it now names an issuer that it is not
    assert browser.get("/sign-on").status_code == 403
    assert browser.get("/login").status_code == 200


def test_server_without_a_provider_has_no_such_door(server: RunningServer) -> None:
    assert server.stranger().get("/sign-on").status_code == 404
