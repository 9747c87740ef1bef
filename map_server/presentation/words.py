"""The words that pages show for the closed sets of the domain: one table, translated through the catalog."""

from collections.abc import Callable, Mapping
from gettext import NullTranslations
from types import MappingProxyType

from wire_contract.vocabulary import EventKind


def _(message: str) -> str:
    """Mark a string for the catalog; it is translated when it is shown."""
    return message


KINDS: tuple[str, ...] = tuple(EventKind)

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
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
            "structure_point": _("Structure point"),
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
