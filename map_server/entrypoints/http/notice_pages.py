"""The administrator's page of notices: who is told of what, what came of it, try and pause."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from map_server.domain.errors import DomainError
from map_server.domain.notice import MAX_DIGEST_MINUTES, TOPICS, Subscription
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import status_of
from map_server.entrypoints.http.security import AdminActor
from map_server.entrypoints.services import Services
from map_server.presentation.pages import language_of, render
from map_server.services.notices import Trial, Wish

router = APIRouter(include_in_schema=False)


@router.get("/notices")
def notices_page(request: Request, services: ServicesDep, actor: AdminActor) -> Response:
    """Show subscriptions with their deliveries."""
    return _page(request, services)


class SubscriptionForm(BaseModel):
    """What the form of the page says."""

    name: str = Field(max_length=60)
    channel: str = Field(max_length=40)
    target: str = Field(max_length=2000)
    topics: list[str] = Field(default_factory=list)
    compounds: list[str] = Field(default_factory=list)
    digest_minutes: int = Field(default=0, ge=0, le=MAX_DIGEST_MINUTES)
    secret: str = Field(default="", max_length=200)

    def wish(self, language: str) -> Wish:
        """Give what is asked for. Raises InvalidInput."""
        actions = (action for topic in self.topics for action in TOPICS.get(topic, ()))
        return Wish(
            name=self.name,
            channel=self.channel,
            target=self.target,
            actions=tuple(dict.fromkeys(actions)),
            reach=Reach.of_areas(tuple(self.compounds)) if self.compounds else WHOLE_WARD,
            language=language,
            digest_minutes=self.digest_minutes,
            secret=self.secret,
        )


@router.post("/notices")
def subscribe(
    request: Request, services: ServicesDep, actor: AdminActor, form: Annotated[SubscriptionForm, Form()]
) -> Response:
    """Make a subscription and show its secret, once."""
    try:
        made = services.notices.subscribe(form.wish(language_of(request)), actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return _page(request, services, made=made)


@router.post("/notices/{subscription_id}/{step}")
def change(
    request: Request,
    services: ServicesDep,
    actor: AdminActor,
    subscription_id: str,
    step: Literal["pause", "resume", "remove", "trial"],
    version: Annotated[int, Form()] = 0,
) -> Response:
    """Pause a subscription, go on with it, end it, or try it."""
    notices = services.notices
    steps = {"pause": notices.pause, "resume": notices.resume, "remove": notices.remove}
    try:
        if step == "trial":
            return _page(request, services, trial=notices.try_out(subscription_id, actor.audit_name))
        steps[step](subscription_id, version or None, actor.audit_name)
    except DomainError as error:
        return _page(request, services, error=error)
    return RedirectResponse("/notices", 303)


def _page(
    request: Request,
    services: Services,
    made: Subscription | None = None,
    trial: Trial | None = None,
    error: DomainError | None = None,
) -> Response:
    return render(
        request,
        "notices.html",
        status_of(error) if error else 200,
        records=services.notices.all(),
        channels=services.notices.channel_names,
        topics=tuple(TOPICS),
        compounds=services.areas.compounds(),
        made=made,
        trial=trial,
        error=error,
    )
