"""What a camera remembers: enough of the past to show what was before, in bounded memory."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.evidence.memory import Still, StillMemory, Watched
from edge_agent.types import BoxXyxy
from tests.fakes.clock import NOON
from wire_contract.vocabulary import Redaction

BAG = (100.0, 100.0, 140.0, 140.0)
BEARER = (90.0, 20.0, 150.0, 150.0)
WINDOW = timedelta(seconds=15)


def still(
    second: float, *, busy: tuple[BoxXyxy, ...] = (), hidden: tuple[BoxXyxy, ...] = (), size: int = 100
) -> Still:
    return Still(NOON + timedelta(seconds=second), b"x" * size, Redaction.PERSONS, (*busy, *hidden), hidden)


def bag(second: float) -> Watched:
    return Watched(BAG, NOON + timedelta(seconds=second))


def second_of(found: Still | None) -> float | None:
    return None if found is None else (found.captured_at - NOON).total_seconds()


def memory(max_stills: int = 100, max_bytes: int = 10**6) -> StillMemory:
    return StillMemory(max_stills, max_bytes, WINDOW)


def test_before_is_the_last_still_with_nobody_near_the_place() -> None:
    kept = memory()
    for second in range(20):
        near = (BEARER,) if 8 <= second <= 14 else ()
        kept.add(still(second, hidden=near), [])
    assert second_of(kept.before(bag(11))) == 7


def test_someone_elsewhere_does_not_spoil_a_picture() -> None:
    kept = memory()
    for second in range(12):
        kept.add(still(second, hidden=((400.0, 0.0, 450.0, 100.0),)), [])
    assert second_of(kept.before(bag(11))) == 10


def test_with_somebody_always_near_the_last_still_before_must_do() -> None:
    kept = memory()
    for second in range(20):
        kept.add(still(second, hidden=(BEARER,)), [])
    assert second_of(kept.before(bag(11))) == 10


def test_what_was_there_from_the_start_has_no_before() -> None:
    kept = memory()
    kept.add(still(5), [])
    assert kept.before(bag(5)) is None
    assert kept.before(bag(2)) is None


def test_onset_is_the_first_still_in_which_the_thing_itself_is_shown() -> None:
    kept = memory()
    for second in range(30):
        kept.add(still(second, hidden=(BEARER,) if second <= 14 else ()), [])
    assert second_of(kept.onset(bag(11))) == 15


def test_a_thing_that_stays_hidden_has_the_least_hidden_onset() -> None:
    kept = memory()
    for second in range(40):
        part = (100.0, 100.0, 125.0 if second == 17 else 140.0, 140.0)
        kept.add(still(second, hidden=(part,)), [])
    assert second_of(kept.onset(bag(11))) == 17


def test_an_onset_longer_ago_than_the_window_is_not_made_up() -> None:
    kept = memory()
    for second in range(40, 60):
        kept.add(still(second), [])
    assert kept.onset(bag(11)) is None


def test_a_thing_reported_after_hours_still_has_its_before_and_onset() -> None:
    kept = memory(max_stills=60)
    for second in range(20_000):
        hidden = (BEARER,) if 98 <= second <= 103 else ()
        kept.add(still(second, hidden=hidden), [bag(101)] if second > 110 else [])
    assert len(kept) == 60
    assert second_of(kept.before(bag(101))) == 97
    assert second_of(kept.onset(bag(101))) == 104


def test_stills_are_dense_in_the_last_seconds_and_sparse_days_ago() -> None:
    kept = memory(max_stills=80)
    for minute in range(3 * 24 * 60):
        kept.add(still(60.0 * minute), [])
    ages = [(kept.latest_at - each.captured_at).total_seconds() / 60 for each in kept._stills]  # type: ignore[operator]
    assert ages[-5:] == [4, 3, 2, 1, 0]
    for age in (60, 600, 3000):
        assert min(abs(age - kept_age) for kept_age in ages) < 0.3 * age


@given(
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=60),
    things=st.lists(st.integers(0, 60), max_size=8),
)
def test_memory_is_bounded_whatever_is_watched(sizes: list[int], things: list[int]) -> None:
    kept = memory(max_stills=12, max_bytes=2000)
    for second, size in enumerate(sizes):
        kept.add(still(second, size=size), [bag(at) for at in things])
        assert len(kept) <= 12
        assert sum(len(each.jpeg) for each in kept._stills) <= 2000
        assert kept._bytes == sum(len(each.jpeg) for each in kept._stills)
    assert second_of(kept._stills[-1]) == len(sizes) - 1, "the newest is always kept"


def test_footage_that_begins_anew_has_no_past_in_its_future() -> None:
    kept = memory()
    for second in (0, 10, 20, 30, 10.5):
        kept.add(still(second), [])
    assert [second_of(each) for each in kept._stills] == [0, 10, 10.5]
