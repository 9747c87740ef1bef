"""Proof of visit: each way to cheat raises its own flag, and honest people raise none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.domain.plane import LocalPlane
from map_server.domain.track_match import TrackFix
from map_server.domain.visit import (
    Arrival,
    Doubt,
    Fence,
    Flag,
    PhoneTime,
    ProofParams,
    TakenPhoto,
    clock_doubts,
    photo_doubts,
    place_doubts,
    speed_doubts,
    speed_m_s,
)

PARAMS = ProofParams()
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PLANE = LocalPlane((121.56, 31.25))
FENCE = Fence.around((121.56, 31.25), 30.0)
TWO_CLOCK_FLAGS = {Flag.CLOCK_SET_BACK, Flag.CLOCK_OFF}


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def fix(east_m: float = 0.0, accuracy_m: float = 10.0, at_s: float = 0.0, is_mock: bool = False) -> TrackFix:
    return TrackFix(*PLANE.lonlat(east_m, 0.0), accuracy_m, after(at_s), is_mock)


def time(
    sequence: int, made_s: float, uptime_s: float = 0.0, session: str = "one", offset_s: float | None = None
) -> PhoneTime:
    return PhoneTime("phone", sequence, after(made_s), session, uptime_s, offset_s)


def arrived(received_s: float, sent_s: float | None = None) -> Arrival:
    return Arrival(after(received_s), None if sent_s is None else after(sent_s))


def flags(doubts: object) -> set[Flag]:
    return {doubt.flag for doubt in doubts}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (fix(5), set()),
        (fix(38), set()),  # outside of the fence, but the accuracy circle reaches in
        (fix(41), {Flag.OUTSIDE_FENCE}),
        (fix(300), {Flag.OUTSIDE_FENCE}),
        (fix(5, accuracy_m=80), {Flag.INACCURATE_POSITION}),
        (fix(300, accuracy_m=5000), {Flag.INACCURATE_POSITION, Flag.OUTSIDE_FENCE}),  # vague is not inside
        (fix(5, at_s=-600), {Flag.OLD_POSITION}),
        (fix(5, is_mock=True), {Flag.MOCK_POSITION}),
        (fix(5, accuracy_m=0), {Flag.MOCK_POSITION}),  # no receiver is exact
        (None, {Flag.NO_POSITION}),
    ],
)
def test_position_is_held_against_the_fence(position: TrackFix | None, expected: set[Flag]) -> None:
    assert flags(place_doubts(position, (), NOON, FENCE, PARAMS)) == expected


def test_doubt_tells_what_was_measured_and_what_is_allowed() -> None:
    (doubt,) = place_doubts(fix(300), (), NOON, FENCE, PARAMS)
    assert doubt == Doubt(Flag.OUTSIDE_FENCE, 300.0, 40.0)


def test_position_that_never_moves_by_a_digit_is_made_up() -> None:
    recent = [fix(5, at_s=-7.0 * step) for step in range(12)]
    assert flags(place_doubts(fix(5), recent, NOON, FENCE, PARAMS)) == {Flag.MOCK_POSITION}
    shaken = [fix(5 + 0.3 * (step % 3), at_s=-7.0 * step) for step in range(12)]
    assert flags(place_doubts(fix(5), shaken, NOON, FENCE, PARAMS)) == set()


@pytest.mark.parametrize(
    ("photo", "expected"),
    [
        (TakenPhoto("a" * 64, NOON), set()),
        (TakenPhoto("a" * 64, None), set()),
        (TakenPhoto("a" * 64, after(-3500)), set()),
        (TakenPhoto("a" * 64, after(-86400)), {Flag.OLD_PHOTO}),
        (TakenPhoto("b" * 64, NOON), {Flag.REPLAYED_PHOTO}),
        (TakenPhoto("a" * 64, NOON, source_sha256="c" * 64), {Flag.REPLAYED_PHOTO}),  # made smaller anew
    ],
)
def test_photo_must_be_fresh(photo: TakenPhoto, expected: set[Flag]) -> None:
    seen = {"b" * 64: "record-1", "c" * 64: "record-2"}
    assert flags(photo_doubts([photo], NOON, seen, True, PARAMS)) == expected


def test_missing_photo_is_a_doubt_only_where_one_is_needed() -> None:
    assert flags(photo_doubts([], NOON, {}, True, PARAMS)) == {Flag.NO_PHOTO}
    assert flags(photo_doubts([], NOON, {}, False, PARAMS)) == set()


@pytest.mark.parametrize(
    ("now", "before", "arrival", "expected"),
    [
        (time(2, 60, 60), time(1, 0, 0), arrived(61, 61), set()),
        # synced six hours later by an honest phone
        (time(2, 60, 60, offset_s=0.4), time(1, 0, 0), arrived(21660, 21659), set()),
        # the phone slept: its running clock stood still, its wall clock did not
        (time(2, 7200, 60), time(1, 0, 0), arrived(7201, 7201), set()),
        # a new page: running times cannot be compared
        (time(2, 60, 5, session="two"), time(1, 0, 900), arrived(61, 61), set()),
        # set back by an hour from one record to the next
        (time(2, -3600, 5, session="two"), time(1, 0, 0), arrived(60, -3540), TWO_CLOCK_FLAGS),
        # set back by half an hour while the page ran for an hour, so that times still rise
        (time(2, 1800, 3600), time(1, 0, 0), arrived(3601, 3601), {Flag.CLOCK_SET_BACK}),
        # the first record of a phone, set back since its clock was last compared
        (time(1, 0, 0, offset_s=1), None, arrived(7200, 0), TWO_CLOCK_FLAGS),
        # runs ahead of the server
        (time(1, 900), None, arrived(0, 900), {Flag.CLOCK_OFF}),
    ],
)  # fmt: skip
def test_clock_is_held_against_itself_and_the_servers(
    now: PhoneTime, before: PhoneTime | None, arrival: Arrival, expected: set[Flag]
) -> None:
    assert flags(clock_doubts(now, before, arrival, PARAMS)) == expected


@given(
    steps=st.lists(st.tuples(st.floats(0.1, 7200), st.floats(0, 1)), min_size=2, max_size=20),
    delay_s=st.floats(0, 86400),
    skew_s=st.floats(-100, 100),
)
def test_honest_clock_never_raises_a_flag(
    steps: list[tuple[float, float]], delay_s: float, skew_s: float
) -> None:
    """However long the phone sleeps (its running clock stands), and however late it sends."""
    wall_s = uptime_s = 0.0
    before = None
    for number, (pause_s, awake) in enumerate(steps, 1):
        wall_s += pause_s
        uptime_s += pause_s * awake
        now = time(number, wall_s + skew_s, uptime_s, offset_s=-skew_s)
        sent = arrived(wall_s + delay_s, wall_s + delay_s + skew_s)
        assert not list(clock_doubts(now, before, sent, PARAMS))
        before = now


@given(back_s=st.floats(125, 86400), pause_s=st.floats(0, 120))
def test_clock_set_back_while_the_page_runs_is_always_seen(back_s: float, pause_s: float) -> None:
    now = time(2, pause_s - back_s, pause_s)
    assert Flag.CLOCK_SET_BACK in flags(clock_doubts(now, time(1, 0, 0), arrived(0), PARAMS))


def test_impossible_way_is_seen_and_a_possible_one_is_not() -> None:
    assert flags(speed_doubts(fix(0), [fix(2000, at_s=-20)], PARAMS)) == {Flag.IMPOSSIBLE_SPEED}
    assert flags(speed_doubts(fix(0), [fix(2000, at_s=-600), fix(400, at_s=90)], PARAMS)) == set()
    assert flags(speed_doubts(fix(0), [fix(2000, at_s=20)], PARAMS)) == {Flag.IMPOSSIBLE_SPEED}
    assert flags(speed_doubts(None, [fix(0)], PARAMS)) == set()


@given(
    way_m=st.floats(0, 20000),
    speed=st.floats(0.5, 24.9),
    shake=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    accuracy_m=st.floats(1, 100),
)
def test_person_slower_than_the_limit_is_never_too_fast(
    way_m: float, speed: float, shake: tuple[float, float], accuracy_m: float
) -> None:
    """Whatever way positions are off within their accuracy."""
    start = fix(shake[0] * accuracy_m, accuracy_m)
    end = fix(way_m + shake[1] * accuracy_m, accuracy_m, at_s=way_m / speed)
    assert speed_m_s(start, end) <= PARAMS.max_speed_m_s
    assert speed_m_s(start, end) == pytest.approx(speed_m_s(end, start), rel=1e-3)


def test_settings_defend_themselves() -> None:
    with pytest.raises(ValueError, match="max_speed_m_s"):
        ProofParams(max_speed_m_s=1000)
    with pytest.raises(ValueError, match="least_fence_m"):
        ProofParams(least_fence_m=0)
