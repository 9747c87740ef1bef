"""Reads the handbook's JSON files, and says for every fault in which line of which file it stands."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from json.decoder import WHITESPACE  # type: ignore[attr-defined]  # the blanks of RFC 8259
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from map_server.adapters.handbook_records import MODELS
from map_server.domain.audit_log import JsonObject
from map_server.domain.errors import FieldError, InvalidInput
from map_server.domain.handbook import DraftRecord, HandbookDraft, RecordKey, RecordKind

SECTIONS = {
    "units": RecordKind.UNIT,
    "hours": RecordKind.HOURS,
    "slas": RecordKind.SLA,
    "rules": RecordKind.RULE,
    "years": RecordKind.HOLIDAYS,
    "site_groups": RecordKind.SITE_GROUP,
}
FILES = ("units.json", "responsibilities.json", "holidays.json", "site_groups.json")
"""What is looked for in a folder."""
_HEAD = frozenset({"synthetic", "notice", "license", "source"})
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class _Piece:
    """One record of a file's text, from `start` to `end`."""

    section: str
    value: object
    start: int
    end: int


class HandbookFiles:
    """See services.responsibility_ports.HandbookReader."""

    def read(self, paths: Sequence[Path]) -> HandbookDraft:
        """Read files, or folders that hold some of FILES."""
        files = [file for path in paths for file in _files(path)]
        texts = []
        for file in files:
            try:
                texts.append((file.name, file.read_text(encoding="utf-8")))
            except UnicodeDecodeError as error:
                raise InvalidInput(f"{file.name}: is not text in UTF-8 ({error}); save it again") from error
        return _draft(texts)

    def read_text(self, name: str, text: str) -> HandbookDraft:
        """Read one file's text."""
        return _draft([(name, text)])


def has_handbook(path: Path) -> bool:
    """Tell whether a folder holds one of FILES."""
    return path.is_dir() and any((path / name).is_file() for name in FILES)


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise InvalidInput(f"{path}: there is no such file or folder")
    if path.is_file():
        return [path]
    if found := [path / name for name in FILES if (path / name).is_file()]:
        return found
    raise InvalidInput(f"{path}: holds none of {', '.join(FILES)}")


def _draft(texts: Sequence[tuple[str, str]]) -> HandbookDraft:
    faults: list[FieldError] = []
    records: list[DraftRecord] = []
    kinds: set[RecordKind] = set()
    for name, text in texts:
        for piece in _pieces(name, text, kinds):
            found = _record(name, text, piece)
            if isinstance(found, DraftRecord):
                records.append(found)
            else:
                faults += found
    faults += _doubles(records)
    if faults:
        raise InvalidInput(_said(faults), tuple(faults[:_MOST_FAULTS]))
    return HandbookDraft(", ".join(name for name, _ in texts), frozenset(kinds), records)


def _said(faults: Sequence[FieldError]) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{faults[0].path}: {faults[0].message}{more}"


def _pieces(name: str, text: str, kinds: set[RecordKind]) -> Iterator[_Piece]:
    """Walk over the sections of a file; it is parsed whole first, so that its form is right from there on."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"{name}:{error.lineno}: is not JSON ({error.msg}, column {error.colno}); mend it there"
        ) from error
    if not isinstance(whole, dict):
        raise InvalidInput(f"{name}:1: must be an object with {', '.join(SECTIONS)}")
    decoder = json.JSONDecoder()
    at = _after_blanks(text, text.index("{") + 1)
    while text[at] != "}":
        key, at = decoder.raw_decode(text, at)
        start = _after_blanks(text, _after_blanks(text, at) + 1)
        value, at = decoder.raw_decode(text, start)
        if key in SECTIONS:
            kinds.add(SECTIONS[key])
            yield from _elements(name, text, key, value, start)
        elif key not in _HEAD:
            raise InvalidInput(f"{name}:{_line(text, start)}: {key!r} is not known here{_nearest(key)}")
        at = _after_blanks(text, at)
        at = _after_blanks(text, at + 1) if text[at] == "," else at


def _elements(name: str, text: str, section: str, value: object, start: int) -> Iterator[_Piece]:
    if not isinstance(value, list):
        raise InvalidInput(f"{name}:{_line(text, start)}: {section} must be a list")
    decoder = json.JSONDecoder()
    at = _after_blanks(text, start + 1)
    for _ in value:
        element, end = decoder.raw_decode(text, at)
        yield _Piece(section, element, at, end)
        at = _after_blanks(text, _after_blanks(text, end) + 1)


def _record(name: str, text: str, piece: _Piece) -> DraftRecord | list[FieldError]:
    kind = SECTIONS[piece.section]
    try:
        model = MODELS[kind].model_validate(piece.value)
        value = model.value(version=1)
    except ValidationError as error:
        return [
            FieldError(f"{name}:{_line_of(text, piece, one['loc'])}", _message(piece, one))
            for one in error.errors()
        ]
    except ValueError as error:
        key = str(error).partition(":")[0]
        return [FieldError(f"{name}:{_line_of(text, piece, (key,))}", f"{_called(piece)}: {error}")]
    content: JsonObject = model.model_dump(mode="json", exclude_defaults=True)
    place = f"{name}:{_line(text, piece.start)}"
    return DraftRecord(RecordKey(kind, model.id), place, content, value)


def _message(piece: _Piece, error: Any) -> str:
    where = "/".join(str(part) for part in error["loc"] if not str(part).startswith(("function-", "str-")))
    if error["type"] == "extra_forbidden":
        return f"{_called(piece)}: {where} is not known here; take it out"
    return f"{_called(piece)}: {where}: {error['msg']}"


def _called(piece: _Piece) -> str:
    known = piece.value if isinstance(piece.value, dict) else {}
    return f"{piece.section} {known.get('id', known.get('year', '?'))}"


def _doubles(records: Sequence[DraftRecord]) -> Iterator[FieldError]:
    first: dict[RecordKey, str] = {}
    for record in records:
        if record.key in first:
            said = f"{record.key.kind} {record.key.record_id} stands in {first[record.key]} too; keep one"
            yield FieldError(record.place, said)
        first.setdefault(record.key, record.place)


def _nearest(key: str) -> str:
    near = get_close_matches(key, SECTIONS, n=1)
    return f"; do you mean {near[0]!r}?" if near else f"; give {', '.join(SECTIONS)}"


def _line_of(text: str, piece: _Piece, location: Sequence[object]) -> int:
    """Give the line of a key inside of a record, as near as it is found."""
    at = piece.start
    for part in location:
        found = re.compile(rf'"{re.escape(str(part))}"\s*:').search(text, at, piece.end)
        at = found.start() if found else at
    return _line(text, at)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _after_blanks(text: str, at: int) -> int:
    return int(WHITESPACE.match(text, at).end())
