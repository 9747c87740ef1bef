"""Slot memory on its own: who holds which place, and why it ends."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.rules.sightings import Sighting, View
from edge_agent.rules.slot import Slot, SlotCause, SlotParams, SlotState
from edge_agent.rules.slots import SlotMemory
from edge_agent.types import BoxXyxy, StillOrigin

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
PLACE: BoxXyxy = (100, 100, 160, 140)
VAN: BoxXyxy = (80, 60, 200, 160)
PARAMS = SlotParams()


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


def sighting(
    box: BoxXyxy = PLACE,
    rests_since: float | None = 0.0,
    first_seen: float = 0.0,
    group: str = "vehicle",
    track_id: int | None = 1,
    origin: StillOrigin = StillOrigin.DETECTOR,
) -> Sighting:
    return Sighting(
        box_xyxy_px=box,
        label="car",
        group=group,
        score=0.8,
        rests_since=None if rests_since is None else at(rests_since),
        first_seen_at=at(first_seen),
        origin=origin,
        track_id=track_id,
    )


class Place:
    """Feeds a memory one view after the other, by default one per second."""

    def __init__(self, params: SlotParams = PARAMS) -> None:
        self.memory = SlotMemory(params)
        self.ended: list[Slot] = []

    def see(self, second: float, *things: Sighting, **view: object) -> tuple[Slot, ...]:
        ended = self.memory.update(View(at(second), things, **view))  # type: ignore[arg-type]
        self.ended += ended
        return ended

    def watch(self, start: int, end: int, *things: Sighting, **view: object) -> None:
        for second in range(start, end):
            self.see(second, *things, **view)

    @property
    def slot(self) -> Slot:
        (slot,) = self.memory.slots
        return slot


def confirmed() -> Place:
    """A place whose thing has been alarmed at second 60."""
    place = Place()
    place.watch(0, 61, sighting())
    place.memory.confirm(place.slot.slot_id, "event-1", at(60))
    return place


def test_thing_at_rest_opens_a_slot_and_one_that_may_move_does_not() -> None:
    place = Place()
    place.see(0, sighting(rests_since=None))
    assert place.memory.slots == ()
    place.see(1, sighting(rests_since=-5.0))
    assert place.slot.state is SlotState.CANDIDATE
    assert place.slot.dwell_s(at(1)) == 6.0


def test_new_track_at_the_same_place_is_the_same_slot() -> None:
    place = Place()
    place.watch(0, 10, sighting(track_id=1))
    place.watch(12, 20, sighting(track_id=7, rests_since=None, first_seen=12))
    assert place.slot.dwell_s(at(20)) == 20.0
    assert not place.slot.is_resting


def test_candidate_seen_empty_is_forgotten_after_ten_seconds_and_an_alarmed_thing_after_thirty() -> None:
    candidate, alarmed = Place(), confirmed()
    candidate.watch(0, 61, sighting())
    for place in (candidate, alarmed):
        place.watch(61, 71)
        assert place.memory.slots != ()
    candidate.see(71)
    assert candidate.memory.slots == ()
    assert not candidate.ended[0].has_event
    assert alarmed.slot.state is SlotState.CLEARING
    alarmed.watch(71, 92)
    (end,) = alarmed.ended
    assert (end.state, end.cause, end.closed_at) == (SlotState.CLOSED, SlotCause.REMOVED, at(61))


def test_thing_seen_again_while_clearing_stays() -> None:
    place = confirmed()
    place.watch(61, 80)
    place.see(80, sighting(track_id=9, rests_since=None, first_seen=80))
    assert place.slot.state is SlotState.CONFIRMED
    assert place.slot.event_id == "event-1"


@pytest.mark.parametrize(
    ("cover", "ends"),
    [
        (VAN, None),  # larger, over all of it: hidden
        ((100, 60, 160, 100), SlotCause.REMOVED),  # beside it
        ((100, 100, 135, 140), SlotCause.REMOVED),  # over most of it, but smaller than the thing
    ],
)
def test_place_hidden_by_something_larger_is_not_empty(cover: BoxXyxy, ends: SlotCause | None) -> None:
    place = confirmed()
    place.watch(61, 200, bystanders=(cover,))
    assert [slot.cause for slot in place.ended] == ([] if ends is None else [ends])


def test_place_hidden_for_longer_than_ten_minutes_closes_as_occluded() -> None:
    place = confirmed()
    for second in range(61, 700, 10):
        place.see(second, bystanders=(VAN,))
    assert [slot.cause for slot in place.ended] == [SlotCause.OCCLUDED]


def test_detector_that_did_not_look_there_says_nothing_about_the_place() -> None:
    place = confirmed()
    place.watch(61, 120, looked_at=((300, 300, 400, 400),))
    place.watch(120, 180, looked_at=())
    assert place.slot.is_in_view
    place.watch(180, 220, looked_at=((0, 0, 320, 320),))
    assert [slot.cause for slot in place.ended] == [SlotCause.REMOVED]


def test_thing_known_from_still_foreground_is_not_missed_while_the_background_settles() -> None:
    place = Place()
    unknown = sighting(group="", track_id=None, origin=StillOrigin.STILL_FOREGROUND)
    place.watch(0, 20, unknown)
    place.watch(20, 100, background_ready=False)
    assert place.slot.is_in_view
    place.watch(100, 115)
    assert place.memory.slots == ()


def test_thing_of_unknown_class_gets_its_class_when_the_detector_knows_it() -> None:
    place = Place()
    place.watch(0, 10, sighting(group="", track_id=None, origin=StillOrigin.STILL_FOREGROUND))
    place.watch(10, 20, sighting(group="vehicle"))
    assert place.slot.group == "vehicle"
    assert place.slot.origins == {StillOrigin.DETECTOR, StillOrigin.STILL_FOREGROUND}
    place.see(20, sighting(group="two_wheeler", box=(102, 100, 162, 140)))
    assert {slot.group for slot in place.memory.slots} == {"vehicle", "two_wheeler"}


def test_shadow_does_not_widen_what_the_detector_draws() -> None:
    place = Place()
    with_shadow = sighting((100, 100, 175, 150), group="", track_id=None, origin=StillOrigin.STILL_FOREGROUND)
    place.watch(0, 5, with_shadow)
    place.see(5, sighting())
    (slot,) = place.memory.slots
    assert slot.box_xyxy_px == pytest.approx(PLACE)
    assert slot.rested_at == at(0)
    place.watch(6, 30, with_shadow)
    (slot,) = place.memory.slots
    assert slot.box_xyxy_px == pytest.approx(PLACE)
    place.watch(30, 60, with_shadow)
    (slot,) = place.memory.slots
    assert slot.box_xyxy_px[2] > 170  # nobody has drawn it better for long


def test_alarmed_thing_that_moves_on_and_rests_again_is_followed_by_its_track() -> None:
    place = confirmed()
    place.watch(61, 65)
    place.see(65, sighting(box=(250, 100, 310, 140), rests_since=64))
    assert place.slot.event_id == "event-1"
    assert place.slot.box_xyxy_px == (250, 100, 310, 140)


def test_alarmed_thing_that_drives_off_closes_as_moved() -> None:
    place = confirmed()
    for second in range(61, 95):
        x = 160.0 + 30 * (second - 60)
        place.see(second, sighting(box=(x, 100, x + 60, 140), rests_since=None))
    assert [slot.cause for slot in place.ended] == [SlotCause.MOVED]


def test_thing_that_comes_to_an_empty_place_replaces_the_one_before() -> None:
    place = confirmed()
    place.watch(61, 66)
    place.see(66, sighting(track_id=2, rests_since=65.5, first_seen=62))
    assert [slot.cause for slot in place.ended] == [SlotCause.REPLACED]
    assert (place.slot.event_id, place.slot.rested_at) == (None, at(65.5))


def test_candidate_that_strays_starts_again_and_an_alarmed_thing_does_not() -> None:
    """It creeps a tenth of its size in each second."""
    candidate, alarmed = Place(), confirmed()
    for place, start in ((candidate, 0), (alarmed, 61)):
        for second in range(start, start + 60):
            x = 100 + 5 * (second - start)
            place.see(second, sighting(box=(x, 100, x + 60, 140)))
    assert candidate.slot.dwell_s(at(60)) < 15
    assert alarmed.slot.rested_at == START


def test_gap_pauses_the_clocks_and_forgives_what_was_missing() -> None:
    place = confirmed()
    place.watch(61, 80)
    place.see(600)
    assert place.slot.is_unwatched
    assert place.slot.dwell_s(at(600)) == pytest.approx(600 - 521)
    place.watch(601, 640)
    assert [slot.cause for slot in place.ended] == [SlotCause.CAMERA_DOWN]


def test_instants_that_were_taken_in_already_are_passed_over() -> None:
    place = confirmed()
    before = place.memory.snapshot()
    place.watch(0, 61)
    assert place.memory.snapshot() == before


def test_second_box_inside_a_slot_opens_none_and_a_neighbour_does() -> None:
    place = Place()
    place.watch(0, 5, sighting())
    place.see(5, sighting(), sighting(box=(110, 105, 160, 140), track_id=2))
    assert len(place.memory.slots) == 1
    place.see(6, sighting(), sighting(box=(150, 100, 210, 140), track_id=3))
    assert len(place.memory.slots) == 2


def test_cap_on_slots_refuses_more_and_counts_them() -> None:
    place = Place(SlotParams(max_slots=2))
    place.see(0, *(sighting(box=(80 * n, 0, 80 * n + 60, 40), track_id=n) for n in range(5)))
    assert len(place.memory.slots) == 2
    assert place.memory.refused == 3


def test_seen_fraction_counts_only_time_in_which_it_could_be_seen() -> None:
    place = Place()
    place.watch(0, 11, sighting())
    place.watch(11, 16)
    assert place.slot.seen_fraction == pytest.approx(10 / 15)
    place.watch(16, 50, looked_at=())
    assert place.slot.seen_fraction == pytest.approx(10 / 15)


@pytest.mark.parametrize("setting", [{"match_iou": 0.0}, {"cover_fraction": 1.2}, {"clear_after_s": -1.0}])
def test_settings_out_of_range_are_refused(setting: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        SlotParams(**setting)  # type: ignore[arg-type]


def things() -> st.SearchStrategy[tuple[Sighting, ...]]:
    """Up to three things on a coarse grid of places, of two groups, resting or not."""
    one = st.builds(
        lambda column, jitter, rests, group, track_id: sighting(
            box=(70 * column + jitter, 100, 70 * column + jitter + 60, 140),
            rests_since=-1.0 if rests else None,
            group=group,
            track_id=track_id,
        ),
        st.integers(0, 3),
        st.integers(0, 20),
        st.booleans(),
        st.sampled_from(["vehicle", ""]),
        st.integers(1, 4),
    )
    return st.lists(one, max_size=3).map(tuple)


@settings(max_examples=150, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from([0.2, 1.0, 12.0, 45.0]), things()), min_size=1, max_size=25),
    cut=st.integers(0, 25),
)
def test_restored_memory_goes_on_exactly_as_the_one_that_was_saved(
    steps: list[tuple[float, tuple[Sighting, ...]]], cut: int
) -> None:
    whole, second = Place(), 0.0
    restored = Place()
    for number, (elapsed, seen) in enumerate(steps):
        second += elapsed
        ended = whole.see(second, *seen)
        assert restored.see(second, *seen) == ended
        for place in (whole, restored):
            for slot in place.memory.slots:
                if not slot.has_event and slot.dwell_s(at(second)) > 15:
                    place.memory.confirm(slot.slot_id, f"event-{slot.slot_id}", at(second))
        if number == cut:
            state = json.loads(json.dumps(restored.memory.snapshot()))
            restored = Place()
            restored.memory.restore(state)
    assert restored.memory.slots == whole.memory.slots
