"""The committed schemas and the OpenAPI document are those of the code, and keep their promises."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.write_contracts import OPENAPI, REPOSITORY, documents

METHODS = {"get", "head", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def written() -> dict[Path, str]:
    return dict(documents())


def test_the_committed_files_are_up_to_date(written: dict[Path, str]) -> None:
    """After a change of messages or routes: `python -m scripts.write_contracts`, then review the diff."""
    outdated = [
        str(path.relative_to(REPOSITORY))
        for path, text in written.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert outdated == []


@pytest.fixture(scope="module")
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = json.loads(OPENAPI.read_text(encoding="utf-8"))["paths"]
    return [
        (path, method, operation)
        for path, by_method in paths.items()
        for method, operation in by_method.items()
        if method in METHODS
    ]


def test_every_refusal_is_a_problem_document(operations: list[tuple[str, str, dict[str, Any]]]) -> None:
    for path, method, operation in operations:
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                assert list(answer["content"]) == ["application/problem+json"], (path, method, status)


def test_every_guarded_operation_says_who_is_let_in(
    operations: list[tuple[str, str, dict[str, Any]]],
) -> None:
    for path, method, operation in operations:
        if "401" in operation["responses"] and path != "/api/v1/devices/enrol":
            assert operation["security"], (path, method)


def test_every_operation_is_described_and_every_answer_has_a_shape(
    operations: list[tuple[str, str, dict[str, Any]]],
) -> None:
    for path, method, operation in operations:
        assert operation.get("description"), (path, method)
        for status, answer in operation["responses"].items():
            if status == "200" and method != "head":
                assert all(content is not None for content in answer["content"].values()), (path, method)
                json_schema = answer["content"].get("application/json", {"schema": "none needed"})["schema"]
                assert json_schema, (path, method, "an answer in JSON without a schema")


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(OPENAPI.read_text(encoding="utf-8"))
    names = set(document["components"]["schemas"])

    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            here = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return here.union(*(references(value) for value in node.values()))
        if isinstance(node, list):
            return set().union(*(references(value) for value in node))
        return set()

    assert {reference.rpartition("/")[2] for reference in references(document)} <= names
