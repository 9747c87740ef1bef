"""Log-in, one-time links, log-out and the own password: plain forms that work without scripts."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from map_server.domain.account import LinkPurpose, TooManyTries
from map_server.domain.errors import InvalidInput, Unauthenticated
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.security import (
    PatrolActor,
    Visitor,
    check_same_origin,
    clear_session_cookie,
    set_session_cookie,
)
from map_server.presentation.i18n import translations
from map_server.presentation.pages import language_of, render
from map_server.presentation.spoken import spoken
from map_server.services.accounts import NewAccount

router = APIRouter(include_in_schema=False)
FromHere = Depends(check_same_origin)
Text = Annotated[str, Form(max_length=256)]


@router.get("/login")
def login_page(request: Request, services: ServicesDep, person: Visitor, next: str = "/") -> Response:
    """Show the log-in form, or go on when somebody is logged in already."""
    if person is not None:
        return _see_other(_local_path(next))
    return _login_form(request, services, _local_path(next))


@router.post("/login", dependencies=[FromHere])
def log_in(
    request: Request, services: ServicesDep, login_name: Text = "", password: Text = "", next: Text = "/"
) -> Response:
    """Open a session and go to the page that was asked for."""
    gettext = translations(language_of(request)).gettext
    address = request.client.host if request.client else "unknown"
    try:
        signed_in = services.sign_in.log_in(login_name, password, address)
    except TooManyTries as error:
        wait = gettext("Too many wrong passwords. Wait {seconds} s, then try again.")
        message = wait.format(seconds=error.retry_after_s)
        return _login_form(request, services, next, login_name, message, HTTPStatus.TOO_MANY_REQUESTS)
    except Unauthenticated as error:
        message = spoken(error.message, language_of(request))
        return _login_form(request, services, next, login_name, message, HTTPStatus.UNAUTHORIZED)
    response = _see_other(_local_path(next))
    set_session_cookie(request, response, signed_in.token)
    return response


@router.get("/welcome/{token}")
def welcome_page(request: Request, services: ServicesDep, token: str) -> Response:
    """Show what a one-time link is good for."""
    link = services.accounts.usable_link(token)
    return render(request, "welcome.html", link=link, values={}, errors={})


@router.post("/welcome/{token}", dependencies=[FromHere])
def use_link(
    request: Request,
    services: ServicesDep,
    token: str,
    login_name: Text = "",
    display_name: Text = "",
    password: Text = "",
) -> Response:
    """Make the account or set the password, and log in."""
    link = services.accounts.usable_link(token)
    try:
        if link.purpose is LinkPurpose.PASSWORD_RESET:
            account = services.accounts.accept_reset(token, password)
        else:
            account = services.accounts.accept_invitation(
                token, NewAccount(login_name, display_name, password)
            )
    except InvalidInput as error:
        values = {"login_name": login_name, "display_name": display_name}
        errors = _field_errors(request, error)
        return render(
            request, "welcome.html", HTTPStatus.UNPROCESSABLE_ENTITY, link=link, values=values, errors=errors
        )
    response = _see_other("/")
    set_session_cookie(request, response, services.sign_in.begin_session(account).token)
    return response


@router.post("/logout")
def log_out(services: ServicesDep, person: PatrolActor) -> Response:
    """End this session, on the server too."""
    services.sign_in.log_out(person.signed_in)
    response = _see_other("/login")
    clear_session_cookie(response)
    return response


@router.get("/account")
def account_page(request: Request, person: PatrolActor, saved: bool = False) -> Response:
    """Show the form for another password."""
    return render(request, "account.html", errors={}, saved=saved)


@router.post("/account")
def change_password(
    request: Request, services: ServicesDep, person: PatrolActor, old_password: Text = "", password: Text = ""
) -> Response:
    """Set another password and end all other sessions."""
    try:
        fresh = services.sign_in.change_password(person.signed_in, old_password, password)
    except InvalidInput as error:
        errors = _field_errors(request, error)
        return render(request, "account.html", HTTPStatus.UNPROCESSABLE_ENTITY, errors=errors, saved=False)
    response = _see_other("/account?saved=1")
    set_session_cookie(request, response, fresh.token)
    return response


def _login_form(
    request: Request,
    services: ServicesDep,
    next_path: str,
    login_name: str = "",
    error: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    has_people = bool(services.accounts.people())
    return render(
        request,
        "login.html",
        status,
        next=next_path,
        login_name=login_name,
        error=error,
        has_people=has_people,
        sign_on=services.identity_provider.name if services.identity_provider else "",
    )


def _field_errors(request: Request, error: InvalidInput) -> dict[str, str]:
    gettext = translations(language_of(request)).gettext
    return {field.path: gettext(field.message) for field in error.fields}


def _local_path(address: str) -> str:
    """Only paths of this server: a link must not send people elsewhere after the log-in."""
    parts = urlsplit(address)
    is_local = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_local and not address.startswith("//") else "/"


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
