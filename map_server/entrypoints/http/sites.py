"""The register of sites for people and programs: one site, inspections, states, and the zero-growth meter."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from map_server.domain.errors import InvalidInput
from map_server.domain.growth import ZeroGrowth
from map_server.domain.inspection import Inspection, Result, TaskOutcome
from map_server.domain.left_out import LeftOutReason
from map_server.domain.photo import cleaned, sha256_of_bytes
from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.site import StructureState
from map_server.domain.site_states import ways_of
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import problems
from map_server.entrypoints.http.places import SiteOut
from map_server.entrypoints.http.security import PatrolActor, SupervisorActor
from map_server.entrypoints.http.times import Day, Moment
from map_server.entrypoints.services import Services
from map_server.services.site_ports import Missed, SeenIncident, SiteHistory
from map_server.services.sites import InspectionReport
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=API_PREFIX, tags=["people"])

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
SiteId = Annotated[str, Path(max_length=64)]
_JPEG_BODY = {"required": True, "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}


class InspectionIn(BaseModel):
    """What somebody found, or why he could not look."""

    result: Result
    note: str = Field(default="", max_length=2000)
    photos: list[Sha256] = Field(default_factory=list, max_length=20)
    inspected_at: Moment | None = Field(default=None, description="With its zone. Null: now")

    def report(self) -> InspectionReport:
        """Read it."""
        return InspectionReport(self.result, self.note, tuple(self.photos), self.inspected_at)


class InspectionOut(BaseModel):
    """An inspection; `stop_id` names the stop of a patrol at which it was made.

    `withdrawn_at`: the visit that brought it was rejected, and it counts no more.
    """

    inspection_id: str
    inspector: str
    inspected_at: datetime
    recorded_at: datetime
    result: Result
    note: str
    photos: list[str]
    stop_id: str | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, inspection: Inspection) -> "InspectionOut":
        """Write an inspection."""
        known = {name: getattr(inspection, name) for name in cls.model_fields}
        return cls(**known | {"photos": list(inspection.photos)})


class ObservationOut(BaseModel):
    """An incident seen at the site. `distance_m` to it, `reach_m` how far buffer and error reached."""

    incident_id: str
    number: int
    kind: str
    observed_at: datetime
    last_seen_at: datetime
    distance_m: float
    reach_m: float
    state_then: StructureState | None
    incident_state: str
    judgement: str | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, seen: SeenIncident) -> "ObservationOut":
        """Write an observation."""
        observation = seen.observation
        return cls(
            incident_id=observation.incident_id,
            number=seen.number,
            kind=observation.kind,
            observed_at=observation.observed_at,
            last_seen_at=seen.last_seen_at,
            distance_m=observation.distance_m,
            reach_m=observation.reach_m,
            state_then=observation.state_then,
            incident_state=seen.state,
            judgement=seen.judgement,
            withdrawn_at=observation.withdrawn_at,
        )


class TaskOut(BaseModel):
    """The task to go and verify a suspect."""

    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    outcome: TaskOutcome | None


class MissedOut(BaseModel):
    """Why nobody looked: a plan of a day left it out, its stop was not made, or somebody could not look."""

    at: datetime
    day: date | None
    left_out: LeftOutReason | None
    note: str

    @classmethod
    def of(cls, missed: Missed | None) -> "MissedOut | None":
        """Write it."""
        return None if missed is None else cls(**{name: getattr(missed, name) for name in cls.model_fields})


class SiteDetail(BaseModel):
    """Everything about one site; the newest first in each list."""

    site: SiteOut
    version: int
    group_id: str
    buffer_m: float
    evidence_needed: list[EvidenceNeed]
    may_become: list[StructureState]
    withdrawn_at: datetime | None
    task: TaskOut | None
    missed: MissedOut | None
    inspections: list[InspectionOut]
    observations: list[ObservationOut]


class StateIn(BaseModel):
    """The state that a structure point shall have, and why; `version` is the one that the person saw."""

    state: StructureState
    reason: str = Field(min_length=1, max_length=2000)
    version: int = Field(ge=1)


class PhotoKept(BaseModel):
    """A picture as it was kept: without what the phone wrote into it, so that its hash may be another."""

    sha256: str
    size_bytes: int


class ZeroGrowthOut(BaseModel):
    """The zero-growth meter. `new_structures` null reads "unknown": nothing found, nothing observed."""

    since: date
    until: date
    new_structures: int | None
    incident_ids: list[str]
    watched_m2: float
    observed_m2: float
    observed_share: float | None = Field(description="0 to 1; null where nothing is to be watched")
    cameras: int = Field(description="Cameras with a view on the map that could judge long enough")
    inspected_sites: int

    @classmethod
    def of(cls, first: date, last: date, found: ZeroGrowth) -> "ZeroGrowthOut":
        """Write the meter."""
        coverage = found.coverage
        return cls(
            since=first,
            until=last,
            new_structures=found.count,
            incident_ids=list(found.incident_ids),
            watched_m2=round(coverage.watched_m2, 1),
            observed_m2=round(coverage.observed_m2, 1),
            observed_share=coverage.share,
            cameras=coverage.cameras,
            inspected_sites=coverage.sites,
        )


@router.get("/sites/{site_id}", responses=problems(401, 403, 404))
def get_site(site_id: SiteId, actor: PatrolActor, services: ServicesDep) -> SiteDetail:
    """Give one site with its history."""
    return _detail(services, services.sites.history(site_id))


@router.post("/sites/{site_id}/inspections", status_code=201, responses=problems(401, 403, 404, 409, 422))
def add_inspection(
    site_id: SiteId, report: InspectionIn, actor: PatrolActor, services: ServicesDep
) -> InspectionOut:
    """Record that somebody looked, or went and could not look."""
    return InspectionOut.of(services.sites.inspect(site_id, report.report(), actor.audit_name))


@router.put(
    "/sites/{site_id}/photos/{sha256}",
    responses=problems(401, 403, 404, 413, 422, 503),
    openapi_extra={"requestBody": _JPEG_BODY},
)
async def put_site_photo(
    site_id: SiteId,
    sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the bytes sent, hex")],
    request: Request,
    actor: PatrolActor,
    services: ServicesDep,
) -> PhotoKept:
    """Keep a JPEG for an inspection; place, device and all else that the phone wrote into it is taken out."""
    content = await request.body()
    if sha256_of_bytes(content) != sha256:
        raise InvalidInput(f"the bytes do not have the hash {sha256}; nothing was kept, send it again")
    picture = cleaned(content)
    await run_in_threadpool(services.site_photos.add, site_id, picture, actor.audit_name)
    return PhotoKept(sha256=picture.sha256, size_bytes=len(picture.content))


@router.post("/sites/{site_id}/state", responses=problems(401, 403, 404, 409, 422))
def change_state(
    site_id: SiteId, wanted: StateIn, actor: SupervisorActor, services: ServicesDep
) -> SiteDetail:
    """Give a structure point its new state. `cleared` needs an inspection by somebody else, with a photo."""
    services.sites.change_state(site_id, wanted.state, actor.audit_name, wanted.reason, wanted.version)
    return _detail(services, services.sites.history(site_id))


@router.get("/zero-growth", responses=problems(401, 403, 422))
def zero_growth(
    actor: PatrolActor,
    services: ServicesDep,
    since: Annotated[Day, Query(description="First day, of the ward")],
    until: Annotated[Day, Query(description="Last day, of the ward; inclusive")],
) -> ZeroGrowthOut:
    """Read the zero-growth meter: confirmed new structures, and how much of the ward was observed."""
    return ZeroGrowthOut.of(since, until, services.sites.zero_growth(since, until))


def _detail(services: Services, history: SiteHistory) -> SiteDetail:
    site, task = history.site, history.task
    group = services.sites.group_of(site)
    return SiteDetail(
        site=SiteOut.of(site, services.clock.now()),
        version=site.version,
        group_id=group.group_id,
        buffer_m=group.buffer_m,
        evidence_needed=list(group.evidence_needed),
        may_become=list(ways_of(site)),
        withdrawn_at=site.withdrawn_at,
        task=None if task is None else TaskOut.model_validate(task, from_attributes=True),
        missed=MissedOut.of(history.missed),
        inspections=[InspectionOut.of(one) for one in history.inspections],
        observations=[ObservationOut.of(one) for one in history.observations],
    )
