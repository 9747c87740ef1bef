"""The administrator's page: invitations, roles, closed accounts."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from map_server.domain.account import LinkPurpose, Post, Role, checked_email
from map_server.domain.errors import DomainError
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.unit import Unit
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import status_of
from map_server.entrypoints.http.security import AdminActor
from map_server.entrypoints.services import Services
from map_server.presentation.i18n import translations
from map_server.presentation.pages import language_of, render
from map_server.presentation.spoken import spoken
from map_server.services.accounts import welcome_path

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class NewLink:
    """A one-time link that was just made; shown once."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class PostForm:
    """The part of a form that says where somebody works. The whole ward must be chosen."""

    reach: Literal["whole_ward", "areas"]
    compounds: list[str]
    grids: list[str]
    unit_id: str
    email: str

    def post(self, role: Role) -> Post:
        """Give the post. Raises InvalidInput."""
        whole = self.reach == "whole_ward"
        reach = WHOLE_WARD if whole else Reach.of_areas(tuple(self.compounds), tuple(self.grids))
        return Post(role, reach, self.unit_id or None, checked_email(self.email))


def _chosen_post(
    reach: Annotated[Literal["whole_ward", "areas"], Form()],
    compounds: Annotated[list[str] | None, Form()] = None,
    grids: Annotated[list[str] | None, Form()] = None,
    unit_id: Annotated[str, Form(max_length=64)] = "",
    email: Annotated[str, Form(max_length=254)] = "",
) -> PostForm:
    return PostForm(reach=reach, compounds=compounds or [], grids=grids or [], unit_id=unit_id, email=email)


ChosenPost = Annotated[PostForm, Depends(_chosen_post)]


@router.get("/people")
def people_page(request: Request, services: ServicesDep, actor: AdminActor) -> Response:
    """Show accounts and open invitations."""
    return _page(request, services)


@router.post("/people/invitations")
def invite(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    note: Annotated[str, Form(max_length=60)],
    role: Annotated[Role, Form()],
    chosen: ChosenPost,
) -> Response:
    """Make an invitation and show its link."""
    try:
        token = services.accounts.invite_to(chosen.post(role), note, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _page(request, services, NewLink(note, _address(request, services, token)))


@router.post("/people/invitations/{link_hash}/withdraw")
def withdraw(request: Request, services: ServicesDep, actor: AdminActor, link_hash: str) -> Response:
    """Make an open link worthless."""
    try:
        services.accounts.withdraw_invitation(link_hash, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _back()


@router.post("/people/{account_id}/reset")
def offer_reset(request: Request, services: ServicesDep, actor: AdminActor, account_id: str) -> Response:
    """Make a link by which somebody sets a new password."""
    try:
        account, token = services.accounts.offer_reset(account_id, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _page(request, services, NewLink(account.display_name, _address(request, services, token)))


@router.post("/people/{account_id}/role")
def change_role(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    account_id: str,
    role: Annotated[Role, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Give somebody another role."""
    try:
        services.accounts.change_role(account_id, role, version, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _back()


@router.post("/people/{account_id}/post")
def change_post(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    account_id: str,
    role: Annotated[Role, Form()],
    version: Annotated[int, Form()],
    chosen: ChosenPost,
) -> Response:
    """Give somebody another role, other areas, another unit or e-mail address."""
    try:
        services.accounts.change_post(account_id, chosen.post(role), version, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _back()


@router.post("/people/{account_id}/close")
def close(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    account_id: str,
    version: Annotated[int, Form()],
) -> Response:
    """Close an account at once."""
    try:
        services.accounts.close(account_id, version, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _back()


@router.post("/people/{account_id}/reopen")
def reopen(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    account_id: str,
    version: Annotated[int, Form()],
) -> Response:
    """Open a closed account again."""
    try:
        services.accounts.reopen(account_id, version, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _back()


def _page(
    request: Request,
    services: ServicesDep,
    new_link: NewLink | None = None,
    error: DomainError | None = None,
) -> Response:
    gettext = translations(language_of(request)).gettext
    return render(
        request,
        "people.html",
        status_of(error) if error else HTTPStatus.OK,
        accounts=services.accounts.people(),
        invitations=services.accounts.open_invitations(),
        compounds=services.areas.compounds(),
        grids=services.areas.grids(),
        units=_units(services),
        roles=tuple(Role),
        role_notes={
            Role.PATROL: gettext("map and routes"),
            Role.AUDITOR: gettext("decides on detections"),
            Role.SUPERVISOR: gettext("plans patrols"),
            Role.ADMIN: gettext("people and devices"),
        },
        word_of_purpose={
            LinkPurpose.FIRST_ADMIN: gettext("First administrator"),
            LinkPurpose.INVITATION: gettext("Invitation"),
            LinkPurpose.PASSWORD_RESET: gettext("New password"),
        },
        new_link=new_link,
        error=spoken(error.message, language_of(request)) if error else "",
    )


def _units(services: Services) -> tuple[Unit, ...]:
    """The units in force today, for the choice of one."""
    today = services.clock.now().astimezone(WARD_ZONE).date()
    with services.read() as work:
        return tuple(unit for unit in work.handbook.current().units.values() if unit.is_valid_on(today))


def _address(request: Request, services: ServicesDep, token: str) -> str:
    base = services.settings.public_url or str(request.base_url)
    return base.rstrip("/") + welcome_path(token)


def _back() -> RedirectResponse:
    return RedirectResponse("/people", HTTPStatus.SEE_OTHER)
