"""Structural changes that last, grow and go, day by day."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from edge_agent.rules.illegal_structure import IllegalStructure, IllegalStructureParams
from edge_agent.types import BoxXyxy, Event, Observation, StructureChange, Zone, ZoneKind
from tests.fakes.ground import FlatGround
from wire_contract.vocabulary import CameraState, EventPhase

START = datetime(2026, 11, 1, 4, tzinfo=UTC)
SIZE_PX = (640, 480)
ROOF = Zone("roof", ZoneKind.STRUCTURE_WATCH, ((0, 0), (1, 0), (1, 1), (0, 1)))
SHED: BoxXyxy = (100, 100, 200, 160)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def change(
    days_seen: int, box: BoxXyxy = SHED, fraction: float = 0.05, zone_id: str = "roof", first_day: float = 0
) -> StructureChange:
    x1, y1, x2, y2 = box
    return StructureChange(
        zone_id=zone_id,
        box_xyxy_px=box,
        outline_px=((x1, y1), (x2, y1), (x2, y2), (x1, y2)),
        first_seen_at=day(first_day),
        days_seen=days_seen,
        changed_fraction=fraction,
        score=0.8,
    )


class Roof:
    def __init__(
        self, params: IllegalStructureParams | None = None, ground: FlatGround | None = None
    ) -> None:
        ids = count(1)
        self.arguments = (params or IllegalStructureParams(), [ROOF], lambda: f"event-{next(ids)}", ground)
        self.rule = IllegalStructure(*self.arguments)

    def look(
        self, number: float, changes: Sequence[StructureChange] = (), state: CameraState = CameraState.OK
    ) -> list[Event]:
        return self.rule.update(
            Observation("cam", day(number), SIZE_PX, structure_changes=tuple(changes), camera_state=state)
        )

    def restart(self) -> None:
        state = json.loads(json.dumps(self.rule.snapshot()))
        self.rule = IllegalStructure(*self.arguments)
        self.rule.restore(state)


def test_shed_that_stands_for_three_days_is_one_event_for_audit() -> None:
    roof = Roof(ground=FlatGround(0.05))
    assert roof.look(0, [change(1)]) == []
    assert roof.look(1, [change(2)]) == []
    (event,) = roof.look(2, [change(3)])
    assert roof.look(3, [change(4)]) == []
    assert (event.phase, event.zone_id, event.started_at, event.raised_at) == (
        EventPhase.OPENED,
        "roof",
        day(0),
        day(2),
    )
    assert event.attributes["needs_audit"] is True
    assert event.attributes["changed_area_m2"] == pytest.approx(15.0)


def test_area_is_left_out_where_the_ground_is_not_known() -> None:
    (event,) = Roof().look(0, [change(3)])
    assert "changed_area_m2" not in event.attributes


def test_tarpaulin_that_is_gone_after_two_days_raises_nothing() -> None:
    roof = Roof()
    found = [*roof.look(0, [change(1)]), *roof.look(1, [change(2)]), *roof.look(2), *roof.look(9)]
    assert found == []


def test_shed_that_is_torn_down_closes_after_days_without_it() -> None:
    roof = Roof()
    (event,) = roof.look(0, [change(3)])
    assert [roof.look(number) for number in (0.5, 1, 1.4, 2)] == [[], [], [], []]
    (end,) = roof.look(3)
    assert (end.event_id, end.phase, end.sequence) == (event.event_id, EventPhase.CLOSED, 1)
    assert roof.look(4) == []


def test_days_on_which_nobody_looked_do_not_count() -> None:
    roof = Roof()
    roof.look(0, [change(3)])
    assert roof.look(10) == []
    assert roof.look(20, state=CameraState.DARK) == []
    assert roof.look(30) == []
    assert [event.phase for event in roof.look(40)] == [EventPhase.CLOSED]


def test_change_that_hides_for_a_day_stays_open() -> None:
    roof = Roof()
    roof.look(0, [change(3)])
    found = [roof.look(1), roof.look(2), roof.look(2.5, [change(4)]), roof.look(3.5), roof.look(4.5)]
    assert found == [[], [], [], [], []]


def test_shed_that_grows_is_updated_under_its_id() -> None:
    roof = Roof()
    (event,) = roof.look(0, [change(3)])
    assert roof.look(1, [change(4, fraction=0.06)]) == []
    (update,) = roof.look(2, [change(5, box=(90, 90, 230, 180), fraction=0.08)])
    assert (update.event_id, update.phase) == (event.event_id, EventPhase.UPDATED)
    assert update.box_xyxy_px == (90, 90, 230, 180)


def test_two_sheds_are_two_events_and_changes_of_other_zones_are_not_ours() -> None:
    far = (400.0, 300.0, 460.0, 360.0)
    events = Roof().look(0, [change(3), change(3, box=far), change(3, zone_id="yard")])
    assert len({event.event_id for event in events}) == 2


def test_tiny_change_is_left_alone() -> None:
    assert Roof().look(0, [change(5, fraction=0.001)]) == []


def test_restarted_agent_goes_on_with_its_events() -> None:
    roof = Roof()
    (event,) = roof.look(0, [change(3)])
    roof.look(1)
    roof.restart()
    assert roof.look(0.5, [change(3)]) == []  # taken in before
    roof.look(2)
    roof.restart()
    (end,) = roof.look(3)
    assert (end.event_id, end.phase) == (event.event_id, EventPhase.CLOSED)


@pytest.mark.parametrize(
    "setting", [{"days_to_confirm": 0}, {"growth_to_report": 1.0}, {"min_changed_fraction": 2}]
)
def test_settings_out_of_range_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        IllegalStructureParams(**setting)  # type: ignore[arg-type]


def test_ground_that_another_day_tells_otherwise_is_said_anew_once_a_day() -> None:
    roof = Roof(ground=FlatGround(0.05))
    for number in range(3):
        roof.look(number, [change(number + 1)])
    smaller: BoxXyxy = (100, 100, 180, 160)
    assert roof.look(2.1, [change(3, smaller)]) == []  # the same day
    (said,) = roof.look(3, [change(4, smaller)])
    assert (said.phase, said.sequence) == (EventPhase.UPDATED, 1)
    assert said.attributes["changed_area_m2"] == pytest.approx(12.0)
    roof.restart()
    assert roof.look(4, [change(5, smaller)]) == []
