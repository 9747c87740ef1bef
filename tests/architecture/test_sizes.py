"""Functions fit a screen and files have one subject; each exception is named here with its reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("wire_contract", "edge_agent", "map_server", "lilong", "models", "geodata", "scripts")
MAX_FUNCTION_LINES = 45
"""Lines of code without docstring, comments and blank lines."""
MAX_FILE_LINES = 400
"""All lines of the file, docstrings and comments included."""

LONG_FUNCTIONS: dict[str, str] = {
    "map_server/bootstrap/server.py:running_services": "one list that names each service once",
}
LONG_FILES: dict[str, str] = {}


def python_files() -> list[Path]:
    return sorted(
        path
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*.py")
        if "migrations/versions" not in path.as_posix() and "node_modules" not in path.parts
    )


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, source: list[str]) -> int:
    body = function.body
    has_docstring = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    if has_docstring and len(body) == 1:
        return 0
    first = body[1 if has_docstring else 0].lineno
    last = function.end_lineno or first
    lines = (line.strip() for line in source[first - 1 : last])
    return sum(1 for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("path", python_files(), ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_file_and_its_functions_stay_within_their_budget(path: Path) -> None:
    name = path.relative_to(REPOSITORY).as_posix()
    text = path.read_text(encoding="utf-8")
    source = text.splitlines()
    if name not in LONG_FILES:
        assert len(source) <= MAX_FILE_LINES, f"{name} has {len(source)} lines: split it by subject"
    too_long = {
        f"{name}:{function.name}": count
        for function in functions(ast.parse(text))
        if (count := code_lines(function, source)) > MAX_FUNCTION_LINES
    }
    assert not {key for key in too_long if key not in LONG_FUNCTIONS}, too_long


def test_exceptions_are_still_needed() -> None:
    names = {path.relative_to(REPOSITORY).as_posix() for path in python_files()}
    assert set(LONG_FILES) <= names
    assert {key.partition(":")[0] for key in LONG_FUNCTIONS} <= names
