"""Who may open which door, and for which areas: the one place where role and area rule of every route stand.

The server does not start with a route that is not here, nor with one whose signature asks for another role.
Area rules:

    WARD          the same for everybody: nothing in the answer belongs to an area
    OWN_AREAS     a list: the answer holds only what lies in the person's areas
    WHOLE_WARD    people of single areas are refused (403)
    of_one(...)   one thing, named by a parameter of the path: one in a foreign area does not exist (404)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import TypeAlias

from map_server.domain.account import Role


class AreaRule(Enum):
    """What a person's areas mean at a door without a single thing behind it."""

    WARD = auto()
    OWN_AREAS = auto()
    WHOLE_WARD = auto()


@dataclass(frozen=True, slots=True)
class OfOne:
    """One thing of a kind (as the audit log names kinds), whose id is this parameter of the path."""

    subject_kind: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What one route asks of a person."""

    role: Role
    area: AreaRule | OfOne


_Row: TypeAlias = tuple[Role, AreaRule | OfOne, str]

PATROL, AUDITOR, SUPERVISOR, ADMIN = Role
WARD, OWN_AREAS, WHOLE_WARD = AreaRule
INCIDENT = OfOne("incident", "incident_id")
DEVICE = OfOne("device", "device_id")
WORK_ORDER = OfOne("work_order", "work_order_id")
SITE = OfOne("site", "site_id")
PLAN = OfOne("patrol", "plan_id")
VISIT = OfOne("visit", "record_id")

PUBLIC_PATHS = frozenset(
    {
        "/login",
        "/welcome/{token}",
        "/sign-on",  # to the sign-on provider, and back with its answer
        "/sign-on/back",
        "/static",
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/field/service-worker.js",  # the phone's program, the same for everybody: it asks while nobody is in
        "/field/{language}/manifest.webmanifest",
        "/api/v1/devices/enrol",  # guarded by its one-time token
    }
)
"""Every path that answers without an account or a device token. Adding one is a decision for a reviewer."""

DEVICE_ROUTES = frozenset(
    {
        "POST /api/v1/events",
        "PUT /api/v1/evidence/{sha256}",
        "HEAD /api/v1/evidence/{sha256}",
        "POST /api/v1/devices/{device_id}/heartbeat",
    }
)
"""Routes of devices, each of which speaks for itself alone."""

TRACKER_ROUTES = frozenset({"POST /api/v1/owntracks"})
"""Routes of phone programs, each of which speaks for one person with a token of his."""

_ROUTES_OF_PEOPLE: tuple[_Row, ...] = (
    # one's own account
    (PATROL, WARD, "GET /account  POST /account  POST /logout"),
    # map and incidents
    (PATROL, OWN_AREAS, "GET /  GET /api/v1/live.geojson  GET /api/v1/stream  GET /api/v1/incidents"),
    (PATROL, INCIDENT, "GET /api/v1/incidents/{incident_id}  POST /api/v1/incidents/{incident_id}/resolve"),
    (PATROL, INCIDENT, "GET /incidents/{incident_id}  GET /incidents/{incident_id}/panel"),
    (SUPERVISOR, INCIDENT, "POST /api/v1/incidents/{incident_id}/merge"),
    (SUPERVISOR, INCIDENT, "POST /api/v1/incidents/{incident_id}/split"),
    (PATROL, OfOne("evidence", "sha256"), "GET /api/v1/evidence/{sha256}"),
    # audit desk
    (AUDITOR, OWN_AREAS, "GET /audit  GET /api/v1/audits  GET /api/v1/audits/progress"),
    (AUDITOR, INCIDENT, "GET /audit/items/{incident_id}  POST /api/v1/audits/{incident_id}/verdict"),
    (AUDITOR, OfOne("verdict", "verdict_id"), "POST /api/v1/audits/{verdict_id}/undo"),
    (AUDITOR, WHOLE_WARD, "GET /audit/statistics  GET /api/v1/audits/statistics  GET /api/v1/audits/policy"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/audits/known-items"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/audits/known-items/{incident_id}/retire"),
    (ADMIN, WHOLE_WARD, "PUT /api/v1/audits/policy  GET /api/v1/audits/export.zip"),
    (PATROL, WARD, "POST /api/v1/patrol-finds"),
    # the record
    (AUDITOR, WHOLE_WARD, "GET /record  GET /record/heads.jsonl  GET /api/v1/record/heads"),
    (AUDITOR, WHOLE_WARD, "GET /api/v1/legal-holds"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/legal-holds  POST /api/v1/legal-holds/{hold_id}/lift"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/evidence/{sha256}/erase"),
    # work orders
    (PATROL, OWN_AREAS, "GET /work-orders  GET /api/v1/work-orders"),
    (PATROL, WORK_ORDER, "GET /work-orders/{work_order_id}"),
    (SUPERVISOR, OWN_AREAS, "POST /api/v1/work-orders"),
    (PATROL, WORK_ORDER, "GET /api/v1/work-orders/{work_order_id}"),
    (PATROL, WORK_ORDER, "POST /api/v1/work-orders/{work_order_id}/transitions"),
    (PATROL, WORK_ORDER, "PUT /api/v1/work-orders/{work_order_id}/photos/{sha256}"),
    # places and sites
    (PATROL, WARD, "GET /api/v1/layers  GET /api/v1/whereabouts"),
    (PATROL, OWN_AREAS, "GET /api/v1/layers/{name}.geojson  GET /api/v1/sites"),
    (PATROL, OWN_AREAS, "GET /sites"),
    (PATROL, SITE, "GET /sites/{site_id}  GET /api/v1/sites/{site_id}"),
    (PATROL, SITE, "POST /api/v1/sites/{site_id}/inspections  PUT /api/v1/sites/{site_id}/photos/{sha256}"),
    (SUPERVISOR, SITE, "POST /api/v1/sites/{site_id}/state"),
    (PATROL, WHOLE_WARD, "GET /api/v1/zero-growth"),
    # streets
    (PATROL, WARD, "GET /api/v1/streets  GET /api/v1/streets/segments.geojson  GET /api/v1/closures"),
    (PATROL, WARD, "GET /api/v1/layers/blind-corners.geojson"),
    (PATROL, WHOLE_WARD, "GET /api/v1/coverage"),
    (SUPERVISOR, WHOLE_WARD, "GET /streets  POST /api/v1/closures  POST /api/v1/closures/{closure_id}/end"),
    # the handbook
    (PATROL, WARD, "GET /handbook  GET /api/v1/units  GET /api/v1/responsibilities  GET /api/v1/calendar"),
    (PATROL, WARD, "GET /api/v1/responsibilities/check  GET /api/v1/responsibilities/owner"),
    (ADMIN, WHOLE_WARD, "POST /api/v1/responsibilities  POST /api/v1/responsibilities/check"),
    # patrols
    (PATROL, OWN_AREAS, "GET /patrols  GET /api/v1/patrols"),
    (PATROL, PLAN, "GET /patrols/{plan_id}  GET /patrols/{plan_id}/route/{team_id}"),
    (PATROL, PLAN, "GET /api/v1/patrols/{plan_id}"),
    (PATROL, PLAN, "POST /api/v1/patrols/{plan_id}/stops/{stop_id}/check-in"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/patrols"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/patrols/{plan_id}/replan"),  # takes in what waits anywhere
    (SUPERVISOR, PLAN, "POST /api/v1/patrols/{plan_id}/cancel  POST /api/v1/patrols/{plan_id}/decisions"),
    (PATROL, PLAN, "GET /api/v1/patrols/{plan_id}/routes.gpx  GET /patrols/{plan_id}/sheet"),
    (PATROL, WHOLE_WARD, "GET /patrols/overdue  GET /api/v1/overdue-sites"),
    (SUPERVISOR, WHOLE_WARD, "GET /patrols/completion  GET /api/v1/completion"),
    (SUPERVISOR, WHOLE_WARD, "GET /api/v1/completion/routes.csv  GET /api/v1/completion/ways.geojson"),
    (PATROL, WARD, "GET /api/v1/campaigns"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/campaigns  PUT /api/v1/campaigns/{campaign_id}"),
    (SUPERVISOR, WHOLE_WARD, "GET /api/v1/campaigns/dates"),
    (SUPERVISOR, WHOLE_WARD, "GET /teams  GET /teams/new  GET /teams/{team_id}"),
    (SUPERVISOR, WHOLE_WARD, "GET /campaigns/new  GET /campaigns/{campaign_id}"),
    (PATROL, WARD, "GET /api/v1/teams"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/teams  PUT /api/v1/teams/{team_id}"),
    # the field: a record names its plan in the body, a picture is one that a record of one's own names
    (PATROL, WARD, "GET /field  GET /field/{language}  GET /api/v1/field/session"),
    (PATROL, OWN_AREAS, "GET /api/v1/field/day"),
    (PATROL, WARD, "POST /api/v1/field/records  POST /api/v1/field/tracks"),
    (PATROL, WARD, "GET /api/v1/field/photos/{sha256}  PUT /api/v1/field/photos/{sha256}"),
    (PATROL, WARD, "POST /api/v1/field/track-token  DELETE /api/v1/field/track-token"),
    (SUPERVISOR, WARD, "POST /api/v1/field/messages"),
    (SUPERVISOR, OWN_AREAS, "GET /visits  GET /api/v1/visits"),
    (SUPERVISOR, VISIT, "GET /visits/{record_id}  GET /api/v1/visits/{record_id}"),
    (SUPERVISOR, VISIT, "POST /api/v1/visits/{record_id}/review"),
    # devices
    (AUDITOR, OWN_AREAS, "GET /devices"),
    (AUDITOR, DEVICE, "GET /devices/{device_id}"),
    (ADMIN, WHOLE_WARD, "GET /devices/template.csv  POST /devices/{device_id}"),
    (ADMIN, WHOLE_WARD, "POST /devices/import  POST /devices/tokens"),
    (PATROL, OWN_AREAS, "GET /api/v1/devices"),
    (SUPERVISOR, DEVICE, "PUT /api/v1/devices/{device_id}/cameras/{camera_id}/position"),
    (PATROL, DEVICE, "GET /api/v1/devices/{device_id}"),
    (ADMIN, WHOLE_WARD, "PUT /api/v1/devices/{device_id}"),
    (ADMIN, WHOLE_WARD, "POST /api/v1/devices/import  POST /api/v1/devices/enrolments"),
    (ADMIN, WHOLE_WARD, "POST /devices  POST /api/v1/devices/{device_id}/enrolment"),
    # reports: cut by the areas that each covers, see services/reports.py
    (AUDITOR, OWN_AREAS, "GET /reports  GET /reports/draft  GET /reports/draft/figures/{key}"),
    (AUDITOR, OWN_AREAS, "GET /reports/{report_id}  GET /reports/{report_id}/since"),
    (AUDITOR, OWN_AREAS, "GET /reports/{report_id}/figures/{key}"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports  POST /api/v1/reports  GET /api/v1/reports/draft"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/draft/figures/{key}/rows"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/runs/{run_id}  POST /api/v1/reports/runs/{run_id}/cancel"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/{report_id}  GET /api/v1/reports/{report_id}/corrections"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/{report_id}/figures/{key}/rows"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/{report_id}/verification"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/{report_id}/download"),
    (AUDITOR, OWN_AREAS, "GET /api/v1/reports/{report_id}/appeals"),
    (PATROL, OWN_AREAS, "POST /api/v1/reports/{report_id}/appeals"),
    (SUPERVISOR, OWN_AREAS, "POST /api/v1/reports/{report_id}/appeals/{appeal_id}/decision"),
    (AUDITOR, WARD, "GET /api/v1/score-formulas"),
    (SUPERVISOR, WHOLE_WARD, "POST /api/v1/score-formulas"),
    # notices
    (ADMIN, WHOLE_WARD, "GET /notices  POST /notices  POST /notices/{subscription_id}/{step}"),
    (ADMIN, WHOLE_WARD, "GET /api/v1/subscriptions  POST /api/v1/subscriptions"),
    (ADMIN, WHOLE_WARD, "GET /api/v1/subscriptions/{subscription_id}"),
    (ADMIN, WHOLE_WARD, "DELETE /api/v1/subscriptions/{subscription_id}"),
    (ADMIN, WHOLE_WARD, "POST /api/v1/subscriptions/{subscription_id}/pause"),
    (ADMIN, WHOLE_WARD, "POST /api/v1/subscriptions/{subscription_id}/resume"),
    (ADMIN, WHOLE_WARD, "POST /api/v1/subscriptions/{subscription_id}/trial"),
    # people
    (ADMIN, WHOLE_WARD, "GET /people  POST /people/invitations"),
    (ADMIN, WHOLE_WARD, "POST /people/invitations/{link_hash}/withdraw  POST /people/{account_id}/reset"),
    (ADMIN, WHOLE_WARD, "POST /people/{account_id}/role  POST /people/{account_id}/post"),
    (ADMIN, WHOLE_WARD, "POST /people/{account_id}/close  POST /people/{account_id}/reopen"),
)


def _named(rows: tuple[_Row, ...]) -> Iterator[tuple[str, Policy]]:
    for role, area, routes in rows:
        for route in routes.split("  "):
            yield route, Policy(role, area)


POLICIES: Mapping[str, Policy] = MappingProxyType(dict(_named(_ROUTES_OF_PEOPLE)))
"""`METHOD /path/template` to what it asks of people."""
