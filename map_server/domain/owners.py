"""Who is responsible, as long as neither the handbook nor the areas change."""

from dataclasses import dataclass, field
from datetime import datetime

from map_server.domain.datum import LonLat
from map_server.domain.handbook import Handbook
from map_server.domain.localities import Localities
from map_server.domain.responsibility import Assignment, CaseClass, NoOwner, NoOwnerReason
from map_server.domain.rule_book import RuleBook
from map_server.domain.ward_time import WARD_ZONE


@dataclass(frozen=True)
class Owners:
    """Answers from the handbook and the areas as they were when it was made."""

    book: Handbook
    localities: Localities
    _rules: RuleBook = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rules", RuleBook(self.book.rules))

    def owner_of(
        self, kind: CaseClass, place: LonLat | None, at: datetime, site_id: str | None = None
    ) -> Assignment | NoOwner:
        """Tell who leads a case of that class at that place and time.

        `place` None: nobody knows where. An assistant that is not in force then is left out.
        """
        rule = self._rules.rule_for(kind, self.localities.at(place, site_id), at)
        if isinstance(rule, NoOwner):
            return rule
        units, day = self.book.units, at.astimezone(WARD_ZONE).date()
        lead = units.get(rule.lead_unit_id)
        if lead is None or not lead.is_valid_on(day):
            return NoOwner(NoOwnerReason.UNIT_NOT_IN_FORCE)
        helping = [one for one in rule.assistant_unit_ids if one in units and units[one].is_valid_on(day)]
        return Assignment(
            rule_id=rule.rule_id,
            rule_version=rule.version,
            lead_unit_id=rule.lead_unit_id,
            assistant_unit_ids=tuple(helping),
            sla_id=rule.sla_id,
            sla_version=self.book.slas[rule.sla_id].version,
            evidence_needed=rule.evidence_needed,
        )
