"""Picks the one rule that decides a case, quickly: rules sorted once by class and rank."""

from collections.abc import Sequence
from datetime import datetime

from map_server.domain.responsibility import ALL_CLASSES, CaseClass, Locality, NoOwner, NoOwnerReason, Rule
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.working_time import MINUTES_OF_DAY


class RuleBook:
    """The rules in force, each list in the order in which its rules win (see responsibility.py)."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        ranked = sorted((rule.rank, rule.rule_id, index) for index, rule in enumerate(rules))
        in_order = [rules[index] for _, _, index in ranked]
        self._of_class = {
            kind: tuple(rule for rule in in_order if not rule.classes or kind in rule.classes)
            for kind in ALL_CLASSES
        }
        self._is_empty = not rules

    def covering(self, kind: CaseClass, locality: Locality) -> tuple[Rule, ...]:
        """Give the rules that speak of a class at a place, at whatever time, the most specific first."""
        return tuple(rule for rule in self._of_class[kind] if locality.lies_in(rule.area))

    def rule_for(self, kind: CaseClass, locality: Locality, at: datetime) -> Rule | NoOwner:
        """Pick the rule that decides, or tell why there is none."""
        if self._is_empty:
            return NoOwner(NoOwnerReason.NO_RULES)
        if not self._of_class[kind]:
            return NoOwner(NoOwnerReason.NO_RULE_FOR_CLASS)
        local = at.astimezone(WARD_ZONE)
        day, minute = local.date(), local.weekday() * MINUTES_OF_DAY + local.hour * 60 + local.minute
        is_covered = False
        for rule in self._of_class[kind]:
            if locality.lies_in(rule.area):
                is_covered = True
                if rule.is_valid_on(day) and rule.holds_at(minute):
                    return rule
        return NoOwner(NoOwnerReason.NO_RULE_AT_TIME if is_covered else NoOwnerReason.NO_RULE_FOR_PLACE)
