"""The words of the field: what is asked at stops, how it is answered, what is doubtful about a visit."""

from collections.abc import Mapping
from types import MappingProxyType


def _(message: str) -> str:
    """Mark a string for the catalog; it is translated when it is shown."""
    return message


FIELD_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "outcome": {
            "still_there": _("Still there"),
            "dealt_with": _("Dealt with"),
            "gone": _("Gone already"),
            "unchanged": _("Unchanged"),
            "clear": _("Clear, in order"),
            "problem": _("Something must be done"),
            "not_reached": _("Could not be reached"),
        },
        "question": {
            "bags": _("How many bags?"),
            "garbage_sort": _("What sort of garbage?"),
            "blocked_by": _("What stands there?"),
            "free_width_m": _("How many metres are free?"),
            "building_stage": _("How far is it?"),
            "bins_full": _("Are bins overflowing?"),
            "ground_clean": _("Is the ground clean?"),
        },
        "answer": {
            "yes": _("Yes"),
            "no": _("No"),
            "household": _("Household"),
            "bulky": _("Bulky things"),
            "construction": _("Building rubble"),
            "car": _("Car"),
            "e_bike": _("E-bikes"),
            "goods": _("Goods, piled things"),
            "fixture": _("Something fixed"),
            "material": _("Material on site"),
            "going_up": _("Going up"),
            "finished": _("Finished"),
            "in_use": _("In use"),
            "other": _("Other"),
        },
        "record_kind": {
            "accept": _("Route taken"),
            "arrive": _("Arrived"),
            "result": _("Check-in"),
            "find": _("Find"),
            "seen": _("Message read"),
        },
        "visit_kind": {
            "corner": _("Blind corner"),
            "blind_corner": _("Blind corner"),
            "campaign": _("Joint campaign"),
            "break": _("Break"),
        },
        "visit_verdict": {"accepted": _("Counts"), "rejected": _("Rejected")},
        "photo_role": {"before": _("Before"), "after": _("After"), "find": _("Find")},
        "flag": {
            "no_position": _("no position"),
            "old_position": _("old position"),
            "inaccurate_position": _("inaccurate position"),
            "outside_fence": _("outside the fence"),
            "mock_position": _("position made up"),
            "impossible_speed": _("impossible speed"),
            "no_photo": _("no photo"),
            "old_photo": _("old photo"),
            "replayed_photo": _("photo used before"),
            "clock_set_back": _("clock set back"),
            "clock_off": _("clock wrong"),
            "not_in_plan": _("not in the plan"),
        },
    }
)
