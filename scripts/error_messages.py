"""Finds what errors say to people: the texts of DomainErrors and of wrong fields, in the sources.

A text with values in it becomes a template: `f"site {site.site_id} is gone"` reads `site {1} is gone`. The
server finds the template again when it translates (map_server/presentation/spoken.py).
"""

import ast
from collections.abc import Iterator
from itertools import count
from pathlib import Path

PLACE_OF_TEXT = {
    **dict.fromkeys(
        ("InvalidInput", "NotFound", "Unauthenticated", "Forbidden", "Conflict", "VersionConflict"), 0
    ),
    **dict.fromkeys(("Expired", "TooLarge", "Unavailable"), 0),
    **dict.fromkeys(("FieldError", "refused", "_refused", "wrong", "_wrong"), 1),
}
"""Which argument of a call is said to people."""


def messages_in(path: Path) -> Iterator[tuple[int, str]]:
    """Give the texts of a module with their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = _assigned(tree)
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            place = PLACE_OF_TEXT.get(_name_of(call.func))
            if place is not None and len(call.args) > place:
                for text in _texts(call.args[place], named):
                    yield call.lineno, text


def _name_of(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else ""


def _assigned(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """Give what local names stand for."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(node.value)
    return named


def _texts(said: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(said, ast.Constant) and isinstance(said.value, str):
        yield said.value
    elif isinstance(said, ast.JoinedStr):
        yield template(said)
        for part in said.values:  # words that were chosen before
            if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
                yield from (text for text in _texts(part.value, named) if " " in text)
    elif isinstance(said, ast.IfExp):
        yield from _texts(said.body, named)
        yield from _texts(said.orelse, named)
    elif isinstance(said, ast.Name):
        for value in named.get(said.id, ()):
            if not isinstance(value, ast.Name):
                yield from _texts(value, named)


def template(said: ast.JoinedStr) -> str:
    """Write an f-string with numbers in place of its values."""
    numbers = count(1)
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"{{{next(numbers)}}}" for part in said.values
    )
