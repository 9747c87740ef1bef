"""The handbook for people and programs: units, rules, the calendar; who leads a case and by when."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from map_server.adapters.handbook_records import (
    HolidayYearRecord,
    HoursRecord,
    RuleRecord,
    SlaRecord,
    UnitRecord,
)
from map_server.domain.errors import InvalidInput
from map_server.domain.handbook import HandbookRecord, RecordKind
from map_server.domain.responsibility import (
    Assignment,
    CaseClass,
    EvidenceNeed,
    NoOwnerReason,
)
from map_server.domain.responsibility_lint import Fault, Finding
from map_server.domain.sla import Stage, due_at
from map_server.entrypoints.http.deps import ServicesDep
from map_server.entrypoints.http.errors import ProblemField, problems
from map_server.entrypoints.http.security import AdminActor, PatrolActor
from map_server.entrypoints.http.times import Moment
from map_server.entrypoints.services import Services
from map_server.services.responsibilities import Fate
from wire_contract.routes import API_PREFIX

router = APIRouter(prefix=API_PREFIX, tags=["people"])

_FILE_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "object", "description": "units.json, responsibilities.json …"}
        }
    },
}
_LONGEST_TEXT = 4_000_000


class UnitOut(UnitRecord):
    """A unit in force or dissolved."""

    version: int


class UnitList(BaseModel):
    """All units, by id."""

    units: list[UnitOut]


class RuleOut(RuleRecord):
    """A rule in force."""

    version: int


class SlaOut(SlaRecord):
    """An SLA in force."""

    version: int


class ResponsibilityList(BaseModel):
    """Rules, SLAs and working hours in force; `revision` rises with every change."""

    revision: int
    rules: list[RuleOut]
    slas: list[SlaOut]
    hours: list[HoursRecord]


class FindingOut(BaseModel):
    """One fault of the rules with all places where it shows."""

    fault: Fault
    case_class: CaseClass
    rule_ids: list[str]
    line: str = Field(description="What, where, when and the mend, in one line")

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        """Write a finding."""
        return cls(
            fault=finding.fault,
            case_class=finding.case_class,
            rule_ids=list(finding.rule_ids),
            line=finding.line,
        )


class CheckOut(BaseModel):
    """What is wrong: unknown names and overlaps (`faults`), gaps and dissolved leads (`findings`)."""

    faults: list[ProblemField]
    findings: list[FindingOut]


class RecordFate(BaseModel):
    """What became of one record."""

    kind: RecordKind
    record_id: str
    fate: Fate


class LoadOut(BaseModel):
    """What loading did, and the gaps that remain."""

    fates: list[RecordFate]
    unchanged: int
    findings: list[FindingOut]


class OwnerOut(BaseModel):
    """Who leads a case; or null and the reason why it goes to the no-owner queue. Due times begin at `at`."""

    lead_unit_id: str | None
    assistant_unit_ids: list[str]
    rule_id: str | None
    rule_version: int | None
    sla_id: str | None
    evidence_needed: list[EvidenceNeed]
    due_at: dict[Stage, datetime | None]
    no_owner: NoOwnerReason | None


class CalendarOut(BaseModel):
    """The holiday calendar: the years that were loaded."""

    years: list[HolidayYearRecord]


@router.get("/units", responses=problems(401, 403))
def list_units(actor: PatrolActor, services: ServicesDep) -> UnitList:
    """List all units, by id."""
    return UnitList(
        units=[UnitOut.model_validate(_with_version(one)) for one in _of(services, RecordKind.UNIT)]
    )


@router.get("/responsibilities", responses=problems(401, 403))
def list_responsibilities(actor: PatrolActor, services: ServicesDep) -> ResponsibilityList:
    """List rules, SLAs and working hours in force."""
    return ResponsibilityList(
        revision=services.responsibilities.handbook().revision,
        rules=[RuleOut.model_validate(_with_version(one)) for one in _of(services, RecordKind.RULE)],
        slas=[SlaOut.model_validate(_with_version(one)) for one in _of(services, RecordKind.SLA)],
        hours=[HoursRecord.model_validate(one.content) for one in _of(services, RecordKind.HOURS)],
    )


@router.get("/responsibilities/check", responses=problems(401, 403))
def check_responsibilities(actor: PatrolActor, services: ServicesDep) -> CheckOut:
    """Look for gaps and overlaps of the rules in force."""
    faults = services.responsibilities.broken_names()
    return CheckOut(
        faults=[ProblemField(path=one.path, message=one.message) for one in faults],
        findings=[FindingOut.of(one) for one in services.responsibilities.findings()],
    )


@router.get("/responsibilities/owner", responses=problems(401, 403, 422))
def find_owner(
    actor: PatrolActor,
    services: ServicesDep,
    case_class: CaseClass,
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    at: Annotated[Moment | None, Query(description="With its zone; now by default")] = None,
) -> OwnerOut:
    """Tell who leads a case of a class at a place and time, and when its stages would be due."""
    moment = at or services.clock.now()
    if (lon is None) != (lat is None):
        raise InvalidInput("lat: give both lon and lat, or neither")
    place = None if lon is None or lat is None else (lon, lat)
    found = services.responsibilities.owner_of(case_class, place, moment)
    if not isinstance(found, Assignment):
        none: dict[Stage, datetime | None] = {}
        return OwnerOut(
            lead_unit_id=None,
            assistant_unit_ids=[],
            rule_id=None,
            rule_version=None,
            sla_id=None,
            evidence_needed=[],
            due_at=none,
            no_owner=found.reason,
        )
    sla = services.responsibilities.sla(found.sla_id, found.sla_version)
    calendar = services.responsibilities.calendar_for(sla, found.lead_unit_id)
    return OwnerOut(
        lead_unit_id=found.lead_unit_id,
        assistant_unit_ids=list(found.assistant_unit_ids),
        rule_id=found.rule_id,
        rule_version=found.rule_version,
        sla_id=found.sla_id,
        evidence_needed=list(found.evidence_needed),
        due_at={stage: due_at(moment, stage, sla, calendar) for stage in Stage},
        no_owner=None,
    )


@router.post(
    "/responsibilities/check",
    responses=problems(401, 403, 409, 413, 422),
    openapi_extra={"requestBody": _FILE_BODY},
)
async def check_file(
    request: Request,
    actor: AdminActor,
    services: ServicesDep,
    name: Annotated[str, Query(max_length=80)] = "file",
) -> CheckOut:
    """Check a file of the handbook against the ward; nothing is loaded."""
    faults, findings = await run_in_threadpool(
        services.responsibilities.check_text, name, await _text_of(request)
    )
    return CheckOut(
        faults=[ProblemField(path=one.path, message=one.message) for one in faults],
        findings=[FindingOut.of(one) for one in findings],
    )


@router.post(
    "/responsibilities",
    responses=problems(401, 403, 409, 413, 422),
    openapi_extra={"requestBody": _FILE_BODY},
)
async def load_file(
    request: Request,
    actor: AdminActor,
    services: ServicesDep,
    name: Annotated[str, Query(max_length=80)] = "file",
) -> LoadOut:
    """Load a file of the handbook: all of it, or nothing, with file and line of each fault."""
    text = await _text_of(request)
    loaded = await run_in_threadpool(services.responsibilities.load_text, name, text, actor.audit_name)
    return LoadOut(
        fates=[RecordFate(kind=key.kind, record_id=key.record_id, fate=fate) for key, fate in loaded.fates],
        unchanged=loaded.unchanged,
        findings=[FindingOut.of(one) for one in loaded.findings],
    )


@router.get("/calendar", responses=problems(401, 403))
def get_calendar(actor: PatrolActor, services: ServicesDep) -> CalendarOut:
    """Give the holiday calendar."""
    years = [HolidayYearRecord.model_validate(one.content) for one in _of(services, RecordKind.HOLIDAYS)]
    return CalendarOut(years=years)


def _of(services: Services, kind: RecordKind) -> list[HandbookRecord]:
    records = services.responsibilities.handbook().records
    return [records[key] for key in sorted(records) if key.kind is kind]


def _with_version(record: HandbookRecord) -> dict[str, object]:
    return {**record.content, "version": record.version}


async def _text_of(request: Request) -> str:
    content = await request.body()
    if len(content) > _LONGEST_TEXT:
        raise InvalidInput(f"the file has more than {_LONGEST_TEXT // 1_000_000} MB; load it in parts")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the file is not text in UTF-8 ({error}); save it again") from error
