"""Writes the contracts that code generates: wire_contract/schemas/*.json, tests/contract/openapi.json, and
the schema of the scorer's truth files, models/evaluate/truth.schema.json.

Run it after a change of messages or routes, and review the difference like code. Tests compare them.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from map_server.bootstrap.server import running_services
from map_server.config import Settings
from map_server.entrypoints.http.app import create_app
from models.evaluate.truth import Truth
from wire_contract import messages

REPOSITORY = Path(__file__).resolve().parents[1]
SCHEMAS = REPOSITORY / "wire_contract" / "schemas"
TRUTH_SCHEMA = REPOSITORY / "models" / "evaluate" / "truth.schema.json"
OPENAPI = REPOSITORY / "tests" / "contract" / "openapi.json"

MESSAGES: dict[str, type[BaseModel]] = {
    "event_message": messages.EventMessage,
    "ingest_answer": messages.IngestAnswer,
    "heartbeat": messages.Heartbeat,
    "enrolment_request": messages.EnrolmentRequest,
    "enrolment_answer": messages.EnrolmentAnswer,
}


def documents() -> Iterator[tuple[Path, str]]:
    """Give each file with the text that it should have."""
    for name, model in MESSAGES.items():
        yield SCHEMAS / f"{name}.json", _text(_schema(model))
    yield TRUTH_SCHEMA, _text(_schema(Truth))
    with (
        tempfile.TemporaryDirectory() as folder,
        running_services(Settings(data_dir=Path(folder))) as services,
    ):
        yield OPENAPI, _text(create_app(services).openapi())


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | model.model_json_schema()


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write what differs."""
    for path, text in documents():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
