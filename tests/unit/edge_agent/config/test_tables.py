"""TOML tables become parameter dataclasses; a wrong value comes back as one line that mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest

from edge_agent.config.tables import Place, build, read_toml
from edge_agent.errors import ConfigError


class Light(StrEnum):
    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Slot:
    hold_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Zone:
    id: str
    polygon: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    alarm_after_s: float = 30.0
    max_slots: int = 50
    is_on: bool = True
    light: Light = Light.DAY
    label: str | None = None
    labels: frozenset[str] = frozenset({"car"})
    weights: Mapping[str, float] = field(default_factory=dict)
    picture: Path | None = None
    slot: Slot = Slot()
    zone: tuple[Zone, ...] = ()

    def __post_init__(self) -> None:
        if self.alarm_after_s <= 0:
            raise ValueError("alarm_after_s: must be more than 0")
        if self.max_slots < 1 and self.is_on:
            raise ValueError("the rule is on but may keep no slot")


PLACE = Place(Path("camera.toml")).at("rule").inside().at("demo").inside()


def test_keys_not_given_keep_their_defaults() -> None:
    assert build(Rule, {}, PLACE) == Rule()


def test_every_kind_of_value_arrives_in_the_type_of_its_field(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_text(
        """
        alarm_after_s = 45            # a whole number where a number is meant
        light = "night"
        labels = ["bus", "truck"]
        weights = { day = 1, night = 0.5 }
        picture = "views/reference.png"
        slot = { hold_s = 5 }
        [[zone]]
        id = "lane"
        polygon = [[0, 0], [1, 0.5]]
        """,
        encoding="utf-8",
    )
    rule = build(Rule, read_toml(file), Place(file))
    assert rule == Rule(
        alarm_after_s=45.0,
        light=Light.NIGHT,
        labels=frozenset({"bus", "truck"}),
        weights={"day": 1.0, "night": 0.5},
        picture=tmp_path / "views" / "reference.png",
        slot=Slot(5.0),
        zone=(Zone("lane", ((0.0, 0.0), (1.0, 0.5))),),
    )
    assert isinstance(rule.alarm_after_s, float)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        # a slip of the pen
        ({"alarm_after": 30}, "alarm_after: unknown key; the nearest known one is 'alarm_after_s'"),
        # a word that resembles none still gets an answer
        ({"qqq": 1}, "qqq: unknown key; the nearest known one is"),
        # refused by the dataclass itself, which does not know the value as written
        ({"alarm_after_s": 0}, "alarm_after_s: must be more than 0 (here: 0)"),
        # refused by the dataclass without naming a key
        ({"max_slots": 0}, "the rule is on but may keep no slot"),
        ({"alarm_after_s": "30"}, "alarm_after_s: is '30'; must be a number"),
        # true is a kind of int in Python, never in a settings file
        ({"alarm_after_s": True}, "alarm_after_s: is true; must be a number"),
        ({"max_slots": 1.5}, "max_slots: is 1.5; must be a whole number"),
        ({"is_on": 1}, "is_on: is 1; must be true or false"),
        ({"alarm_after_s": float("nan")}, "alarm_after_s: is nan; must be a finite number"),
        ({"light": "nigth"}, "light: is 'nigth'; allowed are day, night; did you mean 'night'?"),
        ({"labels": "car"}, "labels: is 'car'; must be a list in [ ]"),
        ({"labels": ["car", 3]}, "labels: is 3; must be a text in quotes"),
        ({"slot": 3}, "slot: is 3; must be a table of keys and values"),
        ({"weights": {"day": "1"}}, "weights.day: is '1'; must be a number"),
        # a table in single brackets
        ({"zone": {"id": "a"}}, "zone: must be a list of tables; write [[zone]] before each"),
    ],
)
def test_wrong_value_is_one_line_with_file_table_and_key(table: dict[str, object], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(Rule, table, PLACE)
    message = str(caught.value)
    assert message.startswith(f"camera.toml: [rule.demo] {line}")
    assert "\n" not in message


def test_fault_in_a_list_of_tables_names_the_one_meant() -> None:
    with pytest.raises(ConfigError, match=r"camera.toml: \[rule.demo.zone 'lane'\] polygon: is missing"):
        build(Rule, {"zone": [{"id": "lane"}]}, PLACE)
    with pytest.raises(ConfigError, match=r"\[rule.demo.zone 2\] id: is missing"):
        build(Rule, {"zone": [{"id": "a", "polygon": []}, {"polygon": []}]}, PLACE)
    with pytest.raises(ConfigError, match=r"polygon: must have 2 values, not 3"):
        build(Rule, {"zone": [{"id": "a", "polygon": [[0, 0, 0]]}]}, PLACE)


def test_malformed_file_is_reported_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "camera.toml"
    file.write_text('[camera]\nid = "a"\nsource = \n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"camera\.toml: malformed TOML: .*line 3"):
        read_toml(file)


def test_file_that_cannot_be_read_is_reported_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot be read \(No such file"):
        read_toml(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'name = "caf\xe9"')
    with pytest.raises(ConfigError, match=r"is not UTF-8 text \(byte 11\)"):
        read_toml(tmp_path / "latin.toml")
