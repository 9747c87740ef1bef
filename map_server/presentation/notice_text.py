"""Entries of the audit log in words for people: a title and one line each, in the reader's language."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from map_server.domain.audit_log import AuditEntry
from map_server.presentation.formats import date_time
from map_server.presentation.i18n import Language, translations
from map_server.presentation.words import speaker


def notice_lines(entries: Sequence[AuditEntry], language: str) -> tuple[str, list[str]]:
    """Give the title and the lines of a message."""
    known: Language = "en" if language == "en" else "zh"
    spoken = translations(known)
    lines = [_line(entry, known) for entry in entries]
    if len(lines) == 1:
        return f"{spoken.gettext('Lilong')}: {lines[0].split(' · ')[1]}", lines
    count = spoken.ngettext("%(num)s notice", "%(num)s notices", len(lines)) % {"num": len(lines)}
    return f"{spoken.gettext('Lilong')}: {count}", lines


def _line(entry: AuditEntry, language: Language) -> str:
    spoken = translations(language)
    word = speaker(spoken)
    after = json.loads(entry.after) if entry.after else {}
    parts = [date_time(datetime.fromisoformat(entry.at)), word("notice", entry.action)]
    if (kind := after.get("kind")) is not None:
        parts.append(word("report_kind" if entry.subject_kind == "report" else "kind", str(kind)))
    parts.append(_subject(entry, after))
    if entry.reason:
        parts.append(entry.reason)
    return " · ".join(parts)


def _subject(entry: AuditEntry, after: dict[str, Any]) -> str:
    """Say which one it is: its number, its days, its name, else its id."""
    if (number := after.get("number")) is not None:
        return f"#{number}"
    if entry.subject_kind == "report":
        return (
            str(after["first"]) if after["first"] == after["last"] else f"{after['first']} – {after['last']}"
        )
    return str(after.get("name") or entry.subject_id)
