"""Maps TOML tables onto frozen dataclasses by field name; a fault becomes one line that says how to mend it.

The dataclasses own their defaults and ranges (`__post_init__` raises ValueError "key: what is wrong; what is
allowed"); this module adds file and table, and refuses unknown keys, wrong types and numbers like nan.
"""

import difflib
import math
import tomllib
import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from edge_agent.errors import ConfigError

Table: TypeAlias = Mapping[str, object]
Params = TypeVar("Params")

_NAMES: dict[object, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text in quotes",
    Path: "a path in quotes",
    datetime: "a date and time such as 2026-11-23T08:00:00Z, without quotes",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A table or key of a file, for error messages: `camera.toml: [rule.garbage_drop] alarm_after_s`."""

    file: Path
    table: str = ""
    key: str = ""

    def at(self, key: str) -> "Place":
        """Name a key of this table, or a part of this key."""
        return Place(self.file, self.table, f"{self.key}.{key}" if self.key else key)

    def inside(self, name: str = "") -> "Place":
        """Take this key as a table, one of a `[[list]]` by its name."""
        path = [part for part in (self.table, self.key) if part]
        return Place(self.file, " ".join([".".join(path), name]).strip())

    def error(self, problem: str) -> ConfigError:
        """Make the one-line error for this place."""
        table = f"[{self.table}] " if self.table else ""
        key = f"{self.key}: " if self.key else ""
        return ConfigError(f"{self.file}: {table}{key}{problem}")


def read_toml(file: Path) -> Table:
    """Read a TOML file. Raises ConfigError with the line of the fault when it can't be read or parsed."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"{file}: cannot be read ({reason}); check the path and its permissions") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: malformed TOML: {error}") from error


def refuse_unknown(table: Iterable[str], known: Iterable[str], place: Place) -> None:
    """Raise ConfigError for the first key that is not known, naming the nearest known one."""
    names = sorted(known)
    for key in table:
        if key not in names:
            nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.0)
            raise place.at(key).error(f"unknown key; the nearest known one is {nearest[0]!r}")


def build(kind: type[Params], table: Table, place: Place) -> Params:
    """Make a `kind` (a dataclass) from a table; fields not given keep their defaults.

    Raises ConfigError naming file, table and key for an unknown or missing key, a wrong type, or a value that
    the dataclass refuses.
    """
    known = {each.name: each for each in fields(cast(type, kind))}
    refuse_unknown(table, known, place)
    for name, each in known.items():
        if name not in table and each.default is MISSING and each.default_factory is MISSING:
            raise place.at(name).error("is missing; give it a value")
    hints = get_type_hints(kind)
    values = {key: convert(value, hints[key], place.at(key)) for key, value in table.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise _refused(table, place, str(error)) from error


def _refused(table: Table, place: Place, reason: str) -> ConfigError:
    key, colon, problem = reason.partition(": ")
    if not colon or key not in table:
        return place.error(reason)
    value = _shown(table[key])
    return place.at(key).error(problem if problem.startswith(value) else f"{problem} (here: {value})")


def convert(value: object, wanted: object, place: Place) -> object:
    """Check a TOML value against a field's type and give it in that type."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _convert_optional(value, wanted, place)
    if origin in (tuple, frozenset):
        return _convert_sequence(value, wanted, place)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _convert_mapping(value, wanted, place)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return build(wanted, as_table(value, place), place.inside())
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return _convert_word(value, wanted, place)
    return _convert_scalar(value, wanted, place)


def _convert_optional(value: object, wanted: object, place: Place) -> object:
    kinds = [kind for kind in get_args(wanted) if kind is not type(None)]
    if len(kinds) != 1:
        raise TypeError(f"{wanted} is no type of a setting")
    return convert(value, kinds[0], place)


def as_table(value: object, place: Place) -> Table:
    """Give a value that must be a table. Raises ConfigError when it is none."""
    if not isinstance(value, Mapping):
        raise _wrong_type(value, "a table of keys and values", place)
    return value


def _convert_sequence(value: object, wanted: object, place: Place) -> object:
    kinds = get_args(wanted)
    if isinstance(kinds[0], type) and is_dataclass(kinds[0]):
        return _convert_tables(value, kinds[0], place)
    if not isinstance(value, list):
        raise _wrong_type(value, "a list in [ ]", place)
    if get_origin(wanted) is frozenset:
        return frozenset(convert(item, kinds[0], place) for item in value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise place.error(f"must have {len(kinds)} values, not {len(value)}")
    return tuple(convert(item, kind, place) for item, kind in zip(value, kinds, strict=True))


def _convert_tables(value: object, kind: type, place: Place) -> object:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise place.error(f"must be a list of tables; write [[{place.key}]] before each")
    names = [f"{item['id']!r}" if "id" in item else str(n) for n, item in enumerate(value, start=1)]
    return tuple(build(kind, item, place.inside(name)) for item, name in zip(value, names, strict=True))


def _convert_mapping(value: object, wanted: object, place: Place) -> object:
    _, kind = get_args(wanted)
    return {str(key): convert(item, kind, place.at(str(key))) for key, item in as_table(value, place).items()}


def _convert_word(value: object, wanted: type[StrEnum], place: Place) -> StrEnum:
    words = [word.value for word in wanted]
    if not isinstance(value, str) or value not in words:
        nearest = difflib.get_close_matches(str(value), words, n=1, cutoff=0.5)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        raise place.error(f"is {_shown(value)}; allowed are {', '.join(words)}{hint}")
    return wanted(value)


def _convert_scalar(value: object, wanted: object, place: Place) -> object:
    if wanted not in _NAMES:
        raise TypeError(f"{wanted} is no type of a setting")
    if wanted is Path and isinstance(value, str):
        return place.file.parent / Path(value).expanduser()
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not wanted:
        raise _wrong_type(value, _NAMES[wanted], place)
    if isinstance(value, float) and not math.isfinite(value):
        raise place.error(f"is {value}; must be a finite number")
    return value


def _wrong_type(value: object, wanted: str, place: Place) -> ConfigError:
    return place.error(f"is {_shown(value)}; must be {wanted}")


def _shown(value: object) -> str:
    text = {True: "true", False: "false"}.get(value) if isinstance(value, bool) else repr(value)
    assert text is not None
    return text if len(text) <= 60 else f"{text[:57]}..."
