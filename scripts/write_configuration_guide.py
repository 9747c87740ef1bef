"""Writes docs/configuration.md, every key of camera.toml and agent.toml, from the dataclasses that read them.

What a key means is the text under its field, or the line `key: …` in the docstring of its class.
"""

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin, get_type_hints

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from edge_agent.config.agent import AgentSettings  # noqa: E402
from edge_agent.config.camera import CameraSettings  # noqa: E402
from edge_agent.rules import RULES  # noqa: E402

GUIDE = REPOSITORY / "docs" / "configuration.md"

HEAD = """\
# Settings of the edge agent

Written by `python scripts/write_configuration_guide.py` from the code that reads the files; mend it there.

A key that is not given has the default named here. An unknown key, a wrong type or a value out of range is
refused at the start with one line that names the file, the key and the mend (exit code 2). Paths are
relative to the file that names them. Positions are WGS 84 degrees, longitude first; `x, y` are relative to
width and height of the picture, origin at the top left.

Secrets never stand in these files. The device token lies in `device-token` in the data directory (mode
0600) or in the environment variable `LILONG_DEVICE_TOKEN`. At the first start `LILONG_ONE_TIME_TOKEN` holds
the one-time token from `map-server enroll-device ID`, which the agent exchanges for the lasting one.
"""

SCALARS = {
    float: "number",
    int: "whole number",
    bool: "true or false",
    str: "text",
    Path: "path",
    datetime: "time",
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file: `[name]`, or `[[name]]` when it may come several times."""

    name: str
    kind: type
    is_list: bool = False

    @property
    def heading(self) -> str:
        """As it stands in the file."""
        return f"[[{self.name}]]" if self.is_list else f"[{self.name}]"


def configuration_guide() -> str:
    """Give the whole page."""
    parts = [HEAD]
    for file, settings in (("camera.toml", CameraSettings), ("agent.toml", AgentSettings)):
        parts.append(f"## {file}\n")
        parts += [_section(table) for table in _tables(settings)]
    return "\n".join(parts)


def _tables(settings: type) -> Iterator[Table]:
    hints = get_type_hints(settings)
    for field in fields(settings):
        if field.name == "rule":
            for name, (params, _) in RULES.items():
                yield from _with_inner(Table(f"rule.{name}", params))
        else:
            yield from _with_inner(_table_of(field.name, hints[field.name]))


def _with_inner(table: Table) -> Iterator[Table]:
    """Give a table and the tables within it."""
    yield table
    hints = get_type_hints(table.kind)
    for field in fields(table.kind):
        if _dataclass_in(hints[field.name]) is not None:
            yield from _with_inner(_table_of(f"{table.name}.{field.name}", hints[field.name]))


def _table_of(name: str, hint: object) -> Table:
    kind = _dataclass_in(hint)
    assert kind is not None
    return Table(name, kind, is_list=get_origin(hint) is tuple)


def _dataclass_in(hint: object) -> type | None:
    """Give the dataclass that a hint is made of: X, X | None or tuple[X, ...]."""
    candidates = (hint, *get_args(hint))
    return next((each for each in candidates if isinstance(each, type) and is_dataclass(each)), None)


def _section(table: Table) -> str:
    lines = [f"### `{table.heading}`\n", f"{_introduction(table.kind)}\n"]
    lines += ["| key | value | default | meaning |", "| --- | --- | --- | --- |"]
    hints = get_type_hints(table.kind)
    texts = _meanings(table.kind)
    for field in fields(table.kind):
        hint = hints[field.name]
        row = (f"`{field.name}`", _kind_words(hint), _default(field), texts.get(field.name, ""))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |")
    return "\n".join(lines) + "\n"


def _introduction(kind: type) -> str:
    """Give the docstring without the lines that explain single keys and without naming the table again."""
    text = inspect.getdoc(kind) or ""
    kept = [line for line in text.splitlines() if not re.match(r"[a-z_0-9, ]+: ", line)]
    joined = " ".join(" ".join(kept).split())
    sentence = re.sub(
        r"^(Settings of the rule\S* )?(TOML )?[Tt]able `\[+[^`]*\]+`( of (camera|agent)\.toml)?[.:,]? ?",
        "",
        joined,
    )
    module = (inspect.getmodule(kind) or kind).__doc__ or ""
    return _capitalised(sentence or " ".join(module.split("\n\n")[0].split()))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _meanings(kind: type) -> Mapping[str, str]:
    """Give what is said about each field."""
    names = {field.name for field in fields(kind)}
    found: dict[str, str] = {}
    for line in (inspect.getdoc(kind) or "").splitlines():
        keys, colon, text = line.partition(": ")
        listed = [key.strip() for key in keys.split(",")]
        if colon and set(listed) <= names:
            found |= dict.fromkeys(listed, text.strip())
    found |= _texts_under_fields(kind)
    return {name: _capitalised(" ".join(text.split())) for name, text in found.items()}


@lru_cache
def _texts_under_fields(kind: type) -> Mapping[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    texts: dict[str, str] = {}
    pending: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            pending.append(node.target.id)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and pending:
            texts[pending[-1]] = str(node.value.value)
            pending = []
    return texts


def _kind_words(hint: object) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _kind_words(next(each for each in arguments if each is not type(None)))
    if _dataclass_in(hint) is not None:
        return "tables" if origin is tuple else "table"
    if origin in (tuple, frozenset):
        inner = [_kind_words(each) for each in arguments if each is not Ellipsis]
        is_long = Ellipsis in arguments or origin is frozenset
        return f"list of {inner[0]}" if is_long else f"[{', '.join(inner)}]"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return ", ".join(f'"{word.value}"' for word in hint)
    if origin is not None:
        return f"table of {_kind_words(arguments[1])}"
    return SCALARS[hint]  # type: ignore[index]


def _default(field: "Field[object]") -> str:
    if field.default is MISSING and field.default_factory is MISSING:
        return "**required**"
    value = field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]
    if is_dataclass(value):
        return "see below"
    return _as_toml(value)


def _as_toml(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{_literal(value)}`"


def _literal(value: object) -> str:
    if isinstance(value, tuple | list | frozenset):
        items = sorted(value) if isinstance(value, frozenset) else value
        return f"[{', '.join(_literal(item) for item in items)}]"
    if isinstance(value, str | Path):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)


if __name__ == "__main__":
    GUIDE.write_text(configuration_guide(), encoding="utf-8")
    print(GUIDE)
