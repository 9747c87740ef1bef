"""Makes the OpenAPI document complete and true: problem documents, event messages, and who is let in how."""

from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from map_server.entrypoints.http.errors import PROBLEM_MEDIA_TYPE, Problem
from map_server.entrypoints.http.idempotency import KEY_HEADER, takes_key
from map_server.entrypoints.http.policies import PUBLIC_PATHS
from map_server.entrypoints.http.security import CSRF_HEADER, SESSION_COOKIE
from wire_contract.messages import EventMessage
from wire_contract.routes import DEVICE_HEADER

_REFERENCE = "#/components/schemas/{model}"
_SECURITY_SCHEMES = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": f"A person who is logged in; unsafe methods also need the header {CSRF_HEADER}.",
    },
    "deviceName": {"type": "apiKey", "in": "header", "name": DEVICE_HEADER},
    "deviceToken": {"type": "http", "scheme": "bearer", "description": "The token given at enrolment."},
}
_KEY_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": r"^[!-~]+$"},
    "description": (
        "A new random name for each request that a sender may repeat. The same request sent again within "
        "three days gets the same answer and has no second effect; another request with the same key is "
        "refused with 422. 409 `answer-lost`: it was carried out, read what is there now."
    ),
}
_OF_TAG: dict[str, list[dict[str, list[str]]]] = {
    "devices": [{"deviceName": [], "deviceToken": []}],
    "people": [{"session": []}],
}


def complete_openapi(app: FastAPI) -> None:
    """Replace the app's `openapi()` by one that also says what FastAPI cannot see."""
    original = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = original()
            _add_schemas(document)
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _add_security(path, operation)
                    if takes_key(method.upper(), path):
                        _add_idempotency(operation)
                    _correct_refusals(operation)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _add_schemas(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    components["securitySchemes"] = _SECURITY_SCHEMES
    schemas = components.setdefault("schemas", {})
    models = [(Problem, "serialization"), (EventMessage, "validation")]
    _, extra = models_json_schema(models, ref_template=_REFERENCE)  # type: ignore[arg-type]
    schemas.update(extra["$defs"])
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _add_security(path: str, operation: dict[str, Any]) -> None:
    if path not in PUBLIC_PATHS:
        operation["security"] = next(
            (_OF_TAG[t] for t in operation.get("tags", ()) if t in _OF_TAG), _OF_TAG["people"]
        )


def _add_idempotency(operation: dict[str, Any]) -> None:
    operation.setdefault("parameters", []).append(_KEY_PARAMETER)
    for status, description in (("409", "Conflict"), ("422", "Unprocessable Content")):
        operation["responses"].setdefault(status, {"description": description})


def _correct_refusals(operation: dict[str, Any]) -> None:
    """Every refusal is a problem document, also those that FastAPI describes by itself."""
    problem = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
    for status, answer in operation["responses"].items():
        if status.startswith(("4", "5")):
            answer["content"] = problem
