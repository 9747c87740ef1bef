"""Opinions as JSON, for answers that are no verdicts (yet)."""

from collections.abc import Mapping

from map_server.domain.audit_log import JsonValue
from map_server.domain.verdict import Decision, Opinion, RejectReason
from wire_contract.vocabulary import EventKind


def opinion_from(facts: Mapping[str, JsonValue]) -> Opinion:
    """Read what domain.blind_audit.facts_of wrote."""
    reason, kind, label = facts["reason"], facts["kind"], facts["label"]
    return Opinion(
        decision=Decision(str(facts["decision"])),
        reason=RejectReason(str(reason)) if reason else None,
        kind=EventKind(str(kind)) if kind else None,
        label=str(label) if label else None,
        note=str(facts["note"]),
    )
