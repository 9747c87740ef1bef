"""Subscriptions to notices, for programs: who is told of which changes, and what came of it."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from map_server.domain.notice import MAX_ACTIONS, MAX_DIGEST_MINUTES, Delivery, DeliveryState
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.security import AdminActor
from map_server.services.notices import SubscriptionRecord, Wish
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=f"{API_PREFIX}/subscriptions", tags=["people"])

Version = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="What you saw; 409 when it was changed")
]
AreaId = Annotated[str, Field(min_length=1, max_length=64)]


class Areas(BaseModel):
    """Single areas instead of the whole ward."""

    compounds: list[AreaId] = Field(default_factory=list, max_length=200)
    grids: list[AreaId] = Field(default_factory=list, max_length=200)


class SubscriptionRequest(BaseModel):
    """Who is to be told of what."""

    name: str = Field(min_length=1, max_length=60)
    channel: str = Field(max_length=40, examples=["webhook"])
    target: str = Field(max_length=2000, examples=["https://example.org/hook"])
    actions: list[Annotated[str, Field(max_length=62)]] = Field(min_length=1, max_length=MAX_ACTIONS)
    areas: Areas | None = Field(default=None, description="Null: the whole ward")
    language: str = Field(default="zh", pattern="^(zh|en)$")
    digest_minutes: int = Field(default=0, ge=0, le=MAX_DIGEST_MINUTES)
    secret: str = Field(default="", max_length=200, description="DingTalk's own signing secret")

    def wish(self) -> Wish:
        """Give what is asked for. Raises InvalidInput."""
        areas = self.areas
        reach = WHOLE_WARD if areas is None else Reach.of_areas(tuple(areas.compounds), tuple(areas.grids))
        return Wish(
            name=self.name,
            channel=self.channel,
            target=self.target,
            actions=tuple(self.actions),
            reach=reach,
            language=self.language,
            digest_minutes=self.digest_minutes,
            secret=self.secret,
        )


class DeliveryOut(BaseModel):
    """One notice on its way; `seq` is its entry in the audit log."""

    delivery_id: str
    seq: int
    state: DeliveryState
    attempts: int
    due_at: datetime
    ended_at: datetime | None
    answer: str

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Write a delivery."""
        return cls.model_validate(delivery, from_attributes=True)


class SubscriptionOut(BaseModel):
    """A subscription; robots' addresses hold a key, so that only their beginning is shown."""

    subscription_id: str
    name: str
    channel: str
    target: str
    actions: list[str]
    areas: Areas | None
    digest_minutes: int
    is_paused: bool
    waiting: int = Field(description="Notices that were not taken yet, up to 1000")
    version: int
    deliveries: list[DeliveryOut]

    @classmethod
    def of(cls, record: SubscriptionRecord) -> Self:
        """Write a subscription."""
        one = record.subscription
        areas = Areas(compounds=sorted(one.reach.compounds), grids=sorted(one.reach.grids))
        return cls(
            subscription_id=one.subscription_id,
            name=one.name,
            channel=one.channel,
            target=one.shown_target,
            actions=list(one.actions),
            areas=None if one.reach.is_whole_ward else areas,
            digest_minutes=one.digest_minutes,
            is_paused=one.paused_at is not None,
            waiting=record.waiting,
            version=one.version,
            deliveries=[DeliveryOut.of(delivery) for delivery in record.deliveries],
        )


class NewSubscription(BaseModel):
    """The subscription that was made, and the secret by which its messages are signed, shown this once."""

    subscription: SubscriptionOut
    secret: str | None


class SubscriptionList(BaseModel):
    """All subscriptions, oldest first."""

    subscriptions: list[SubscriptionOut]
    channels: list[str] = Field(description="The channels that this server has")


class TrialOut(BaseModel):
    """What came of a trial message."""

    was_taken: bool
    answer: str


@router.get("", responses=problems(401, 403))
def list_subscriptions(actor: AdminActor, services: ServicesDep) -> SubscriptionList:
    """List who is told of what, with the newest deliveries."""
    found = [SubscriptionOut.of(record) for record in services.notices.all()]
    return SubscriptionList(subscriptions=found, channels=list(services.notices.channel_names))


@router.post("", status_code=201, responses=problems(401, 403, 422))
def subscribe(
    wanted: SubscriptionRequest, response: Response, actor: AdminActor, services: ServicesDep
) -> NewSubscription:
    """Tell somebody of what happens from now on."""
    made = services.notices.subscribe(wanted.wish(), actor.audit_name)
    response.headers["Cache-Control"] = "no-store"
    record = services.notices.one(made.subscription_id)
    return NewSubscription(subscription=SubscriptionOut.of(record), secret=made.secret)


@router.get("/{subscription_id}", responses=problems(401, 403, 404))
def show_subscription(subscription_id: str, actor: AdminActor, services: ServicesDep) -> SubscriptionOut:
    """Show one subscription."""
    return SubscriptionOut.of(services.notices.one(subscription_id))


@router.post("/{subscription_id}/pause", responses=problems(401, 403, 404, 409, 422))
def pause(
    subscription_id: str, actor: AdminActor, services: ServicesDep, version: Version = None
) -> SubscriptionOut:
    """Send nothing for now; what happens meanwhile is sent when it goes on."""
    services.notices.pause(subscription_id, version, actor.audit_name)
    return SubscriptionOut.of(services.notices.one(subscription_id))


@router.post("/{subscription_id}/resume", responses=problems(401, 403, 404, 409, 422))
def resume(
    subscription_id: str, actor: AdminActor, services: ServicesDep, version: Version = None
) -> SubscriptionOut:
    """Go on where it stopped."""
    services.notices.resume(subscription_id, version, actor.audit_name)
    return SubscriptionOut.of(services.notices.one(subscription_id))


@router.delete("/{subscription_id}", status_code=204, responses=problems(401, 403, 404, 409, 422))
def remove(
    subscription_id: str, actor: AdminActor, services: ServicesDep, version: Version = None
) -> Response:
    """End a subscription; its history stays in the audit log."""
    services.notices.remove(subscription_id, version, actor.audit_name)
    return Response(status_code=204)


@router.post("/{subscription_id}/trial", responses=problems(401, 403, 404))
def try_out(subscription_id: str, actor: AdminActor, services: ServicesDep) -> TrialOut:
    """Send a message at once that says that it is a trial."""
    trial = services.notices.try_out(subscription_id, actor.audit_name)
    return TrialOut(was_taken=trial.was_taken, answer=trial.answer)
