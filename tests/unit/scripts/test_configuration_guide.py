"""docs/configuration.md says what the code reads, and says it of every key."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = REPOSITORY / "scripts" / "write_configuration_guide.py"
    spec = importlib.util.spec_from_file_location("write_configuration_guide", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_guide_is_what_the_code_says_now(script: ModuleType) -> None:
    written = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert script.configuration_guide() == written, "run: python scripts/write_configuration_guide.py"


def test_every_key_has_a_meaning(script: ModuleType) -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", script.configuration_guide(), re.MULTILINE)
    assert len(rows) > 100
    assert [key for key, meaning in rows if not meaning.strip()] == []


@pytest.mark.parametrize(
    "row",
    [
        "| `alarm_after_s` | number | `30` | Seconds unattended until the alarm. |",
        "| `id` | text | **required** | The camera's name on the wire and on the map. |",
        "| `polygon` | list of [number, number] | **required** |",
        "### `[[control_point]]`",
        "### `[rule.garbage_drop.slots]`",
    ],
)
def test_guide_shows_tables_types_and_defaults(script: ModuleType, row: str) -> None:
    assert row in script.configuration_guide()
