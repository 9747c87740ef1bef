"""The words that pages show for the closed sets of the domain: one table, translated through the catalog."""

from collections.abc import Callable, Mapping
from gettext import NullTranslations
from types import MappingProxyType

from map_server.presentation.field_words import FIELD_WORDS
from map_server.presentation.plan_words import PLAN_WORDS
from wire_contract.vocabulary import EventKind


def _(message: str) -> str:
    """Mark a string for the catalog; it is translated when it is shown."""
    return message


KINDS: tuple[str, ...] = tuple(EventKind)

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        **FIELD_WORDS,
        **PLAN_WORDS,
        "kind": {
            "garbage_drop": _("Left garbage"),
            "blocked_fire_lane": _("Blocked fire lane"),
            "illegal_structure": _("Illegal structure"),
            "camera_health": _("Camera health"),
        },
        "state": {
            "open": _("Open"),
            "confirmed": _("Confirmed"),
            "rejected": _("Rejected"),
            "resolved": _("Resolved"),
            "cleared": _("Cleared"),
            "merged": _("Merged"),
        },
        "severity": {"urgent": _("Urgent"), "normal": _("Normal"), "low": _("Low")},
        "role": {
            "patrol": _("Patrol"),
            "auditor": _("Auditor"),
            "supervisor": _("Supervisor"),
            "admin": _("Administrator"),
        },
        "evidence_role": {
            "before": _("Before"),
            "onset": _("Onset"),
            "alarm": _("Alarm"),
            "clip": _("Clip"),
        },
        "redaction": {
            "persons": _("Persons pixelated"),
            "moving_regions": _("Everything moving pixelated"),
            "none": _("Not pixelated"),
        },
        "camera_state": {
            "ok": _("Working"),
            "starting": _("Starting"),
            "offline": _("Offline"),
            "moved": _("Moved"),
            "covered": _("Covered"),
            "defocused": _("Out of focus"),
            "frozen": _("Picture frozen"),
            "dark": _("Too dark"),
        },
        "channel": {
            "webhook": _("Webhook"),
            "mail": _("E-mail"),
            "wecom": _("WeCom robot"),
            "dingtalk": _("DingTalk robot"),
        },
        "delivery_state": {
            "waiting": _("Waiting"),
            "sent": _("Sent"),
            "given_up": _("Given up"),
        },
        "topic": {
            "incidents": _("Incidents found, back, gone"),
            "decisions": _("Decisions of the audit desk"),
            "work_orders": _("Every step of work orders"),
            "escalations": _("Work orders raised or returned"),
            "devices": _("Devices offline and back"),
            "sites": _("Changes of sites"),
            "people": _("Changes of accounts"),
            "reports": _("Reports"),
        },
        "notice": {
            "incident_opened": _("incident found"),
            "incident_reopened": _("incident is back"),
            "incident_cleared": _("incident gone"),
            "incident_confirmed": _("incident confirmed"),
            "incident_rejected": _("incident rejected"),
            "incident_relabelled": _("incident relabelled"),
            "work_order_filed": _("work order filed"),
            "work_order_dispatched": _("work order dispatched"),
            "work_order_returned": _("work order returned"),
            "work_order_escalated": _("work order raised a level"),
            "work_order_handled": _("work order handled"),
            "work_order_closed": _("work order closed"),
            "device_went_offline": _("device offline"),
            "device_came_online": _("device online again"),
            "report_frozen": _("report frozen"),
            "appeal_raised": _("appeal raised"),
            "appeal_accepted": _("appeal accepted"),
            "appeal_refused": _("appeal refused"),
            "notice_trial": _("this is a trial"),
        },
        "report_kind": {
            "daily": _("Daily feedback"),
            "weekly": _("Weekly summary"),
            "monthly": _("Monthly bulletin"),
            "custom": _("Report of a period"),
        },
        "device_status": {
            "online": _("Online"),
            "offline": _("Offline"),
            "waiting": _("Not yet let in"),
            "trouble": _("Online with trouble"),
        },
        "label": {
            "object": _("thing at rest"),
            "structure": _("structure"),
            "garbage": _("garbage"),
            "garbage bag": _("garbage bag"),
            "overflow": _("overflowing bin"),
            "backpack": _("backpack"),
            "handbag": _("bag"),
            "suitcase": _("suitcase"),
            "bicycle": _("bicycle"),
            "motorcycle": _("motorcycle"),
            "car": _("car"),
            "truck": _("truck"),
            "bus": _("bus"),
            "moved": _("Moved"),
            "covered": _("Covered"),
            "defocused": _("Out of focus"),
            "frozen": _("Picture frozen"),
            "dark": _("Too dark"),
        },
        "site_kind": {
            "drop_point": _("Drop point"),
            "bin_house": _("Bin house"),
            "fire_lane": _("Fire lane"),
            "structure_point": _("Structure point"),
        },
        "site_state": {
            "deferred": _("Deferred"),
            "to_clear": _("To clear"),
            "cleared": _("Cleared, kept free"),
            "released": _("Released"),
            "suspect": _("Suspect"),
        },
        "site_level": {"ground": _("On the ground"), "rooftop": _("On a roof")},
        "inspection_result": {
            "unchanged": _("Unchanged"),
            "clear": _("Clear, in order"),
            "problem": _("Something must be done"),
            "not_reached": _("Could not be reached"),
        },
        "site_action": {
            "site_observed": _("seen by a camera"),
            "site_observation_withdrawn": _("sighting withdrawn"),
            "site_observation_restored": _("sighting restored"),
            "site_suspected": _("made a suspect"),
            "site_withdrawn": _("withdrawn"),
            "site_restored": _("put back"),
            "site_inspected": _("looked at"),
            "site_not_reached": _("could not be reached"),
            "site_inspection_withdrawn": _("look withdrawn, its visit was rejected"),
            "site_state_changed": _("state changed"),
        },
        "case_class": {
            "garbage_drop": _("Left garbage"),
            "blocked_fire_lane": _("Blocked fire lane"),
            "illegal_structure": _("Illegal structure"),
            "camera_health": _("Camera health"),
            "drop_point": _("Upkeep of drop points"),
            "bin_house": _("Upkeep of bin houses"),
            "fire_lane": _("Upkeep of fire lanes"),
            "structure_point": _("Upkeep of structure points"),
        },
        "evidence_need": {
            "before_photo": _("photo before"),
            "after_photo": _("photo after"),
            "measurement": _("measurement"),
            "written_record": _("written record"),
        },
        "stage_limit": {
            "accept": _("Accept within"),
            "handle": _("Handle within"),
            "check": _("Check within"),
        },
        "pause_reason": {
            "suspended": _("suspension"),
            "other_authority": _("another authority"),
            "weather": _("weather"),
        },
        "unit_kind": {
            "property_company": _("Property company"),
            "residents_committee": _("Residents' committee"),
            "street_cleaning": _("Street cleaning"),
            "urban_management": _("Urban management"),
            "fire_office": _("Fire office"),
            "maintenance": _("Maintenance"),
            "joint_station": _("Joint station"),
            "subdistrict_centre": _("Subdistrict centre"),
        },
        "year_status": {
            "announced": _("announced"),
            "statutory_only": _("not announced, days of the law only"),
        },
        "work_state": {
            "draft": _("Draft"),
            "filed": _("Filed"),
            "dispatched": _("Dispatched"),
            "accepted": _("Accepted"),
            "returned": _("Returned"),
            "in_progress": _("In progress"),
            "handled": _("Handled"),
            "checking": _("Being checked"),
            "rework": _("Rework"),
            "suspended": _("Put off"),
            "closed": _("Closed"),
            "void": _("Void"),
        },
        "level": {
            "compound": _("Compound"),
            "joint_station": _("Joint station"),
            "subdistrict": _("Subdistrict centre"),
        },
        "stage": {
            "accept": _("Accept by"),
            "handle": _("Handle by"),
            "check": _("Check by"),
        },
        "task_state": {
            "open": _("Waiting for the unit"),
            "accepted": _("Accepted"),
            "done": _("Done"),
            "returned": _("Returned"),
            "cancelled": _("Called off"),
        },
        "work_step": {
            "work_order_drafted": _("drafted"),
            "work_order_filed": _("filed"),
            "work_order_dispatched": _("dispatched"),
            "work_order_accepted": _("accepted"),
            "work_order_returned": _("returned"),
            "work_order_started": _("work begun"),
            "work_order_handled": _("handled"),
            "work_order_check_begun": _("check begun"),
            "work_order_closed": _("check passed, closed"),
            "work_order_check_failed": _("check failed, rework"),
            "work_order_closed_by_camera": _("closed by the camera"),
            "work_order_suspended": _("put off"),
            "work_order_resumed": _("taken up again"),
            "work_order_extended": _("given more time"),
            "work_order_escalated": _("raised a level"),
            "work_order_voided": _("voided"),
            "work_order_task_added": _("another department asked"),
            "work_order_task_accepted": _("task accepted"),
            "work_order_task_finished": _("task done"),
            "work_order_task_returned": _("task returned"),
            "work_order_task_cancelled": _("task called off"),
            "work_order_joint_action_planned": _("joint action planned"),
            "work_order_merged": _("followed a merge of incidents"),
            "work_order_restored": _("restored, merge undone"),
        },
        "work_reason": {
            "urgent": _("urgent"),
            "refused": _("refused by the unit"),
            "overdue": _("overdue"),
            "gone, says the camera": _("gone, says the camera"),
            "incident rejected or decision taken back": _("incident rejected or decision taken back"),
            "incident relabelled": _("incident relabelled"),
            "incident merged": _("incident merged"),
            "merge undone": _("merge undone"),
            "filed by the machine: its audited precision allows it": _(
                "filed by the machine: its audited precision allows it"
            ),
        },
        "travel_mode": {
            "walk": _("On foot"),
            "ebike": _("By e-bike"),
        },
        "plan_state": {
            "planning": _("Being planned"),
            "ready": _("Ready"),
            "cancelled": _("Given up"),
            "failed": _("Failed"),
        },
        "decision": {
            "confirm": _("Confirmed"),
            "reject": _("Rejected"),
            "relabel": _("Relabelled"),
            "unsure": _("Unsure"),
        },
        "reason": {
            "nothing_there": _("Nothing there"),
            "other_object": _("Another object"),
            "person_in_charge": _("Somebody is with it"),
            "allowed_here": _("Allowed here"),
            "light_or_shadow": _("Light or shadow"),
            "weather": _("Rain, snow or water"),
            "passing": _("Only passing"),
            "wrong_place": _("Wrong place or zone"),
            "picture_unusable": _("Picture unusable"),
        },
    }
)


def all_words(spoken: NullTranslations) -> dict[str, dict[str, str]]:
    """Give every word in a language, for the browser's modules."""
    return {
        group: {value: spoken.gettext(message) for value, message in values.items()}
        for group, values in WORDS.items()
    }


def speaker(spoken: NullTranslations) -> Callable[[str, str], str]:
    """Give `word(set, value)` in a language; a value that the table does not know is shown as it is."""

    def word(group: str, value: str) -> str:
        message = WORDS[group].get(value)
        return value if message is None else spoken.gettext(message)

    return word
