"""Messages of one event: whichever way they arrive, the event ends the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from map_server.domain.event import (
    CLOCK_TOLERANCE,
    EARLIEST_CREDIBLE,
    Event,
    GroundFix,
    Picture,
    Report,
    View,
    Why,
    clock_problem,
    surer_fix,
)
from tests.fakes.clock import NOON
from wire_contract.vocabulary import EventKind, EventPhase

FIXES = st.none() | st.builds(
    GroundFix,
    lon=st.floats(121.55, 121.57),
    lat=st.floats(31.25, 31.26),
    error_m=st.sampled_from([0.5, 2.0, 30.0]),
    is_surveyed=st.booleans(),
)


def report(phase: EventPhase = EventPhase.OPENED, sequence: int = 0, **other: object) -> Report:
    plain = Report(
        event_id="e",
        sequence=sequence,
        view=View("box", "cam", "zone"),
        kind=EventKind.GARBAGE_DROP,
        phase=phase,
        started_at=NOON,
        raised_at=NOON + timedelta(seconds=30),
        closed_at=NOON + timedelta(minutes=5) if phase is EventPhase.CLOSED else None,
        score=0.5,
        label="garbage",
        picture=Picture((0, 0, 1, 1), (640, 480)),
        fix=None,
    )
    return replace(plain, **other)


def event_after(reports: list[Report]) -> Event:
    first, *rest = reports
    event = Event(first, first.last_seen_at, NOON, "incident", Why("new_place"))
    for each in rest:
        event = event.after(each)
    return event


@pytest.mark.parametrize("order", list(permutations(["opened", "updated", "closed"])))
def test_without_sequence_the_phase_decides_in_any_order(order: tuple[str, ...]) -> None:
    event = event_after([report(EventPhase(phase)) for phase in order])

    assert event.report.is_closed


def test_with_sequence_an_event_may_open_again_after_it_closed() -> None:
    """The thing was hidden for so long that the agent took it for gone."""
    event = event_after([report(), report(EventPhase.CLOSED, 1), report(EventPhase.UPDATED, 2)])

    assert not event.report.is_closed


def test_of_two_updates_without_sequence_the_later_arrival_counts() -> None:
    event = event_after(
        [
            report(),
            report(EventPhase.UPDATED, attributes={"n": 1}),
            report(EventPhase.UPDATED, attributes={"n": 2}),
        ]
    )

    assert event.report.attributes == {"n": 2}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(FIXES, st.floats(0, 1)), min_size=3, max_size=3))
def test_place_and_score_do_not_depend_on_the_order(content: list[tuple[GroundFix | None, float]]) -> None:
    reports = [
        report(EventPhase.UPDATED, sequence, fix=fix, score=score)
        for sequence, (fix, score) in enumerate(content)
    ]

    ends = [event_after(list(order)) for order in permutations(reports)]

    assert len({(end.report.fix, end.report.score, end.report.sequence) for end in ends}) == 1
    assert ends[0].report.score == max(score for _, score in content)


def test_a_surveyed_fix_is_surer_than_the_place_of_the_camera_whatever_it_claims() -> None:
    surveyed = GroundFix(121.56, 31.25, 9.0)
    camera = GroundFix(121.57, 31.26, 5.0, is_surveyed=False)

    assert surer_fix(camera, surveyed) == surer_fix(surveyed, camera) == surveyed


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        (datetime.fromtimestamp(0, NOON.tzinfo), "not set"),
        (EARLIEST_CREDIBLE - timedelta(seconds=1), "not set"),
        (NOON + CLOCK_TOLERANCE + timedelta(seconds=1), "ahead"),
    ],
)
def test_an_incredible_clock_is_explained(moment: datetime, word: str) -> None:
    problem = clock_problem(report(started_at=moment, raised_at=moment), NOON)

    assert problem is not None
    assert word in problem
    assert "2026-11-23 04:00" in problem


@pytest.mark.parametrize(
    "moment", [EARLIEST_CREDIBLE, NOON - timedelta(days=365), NOON, NOON + CLOCK_TOLERANCE]
)
def test_late_delivery_and_a_slightly_fast_clock_are_no_problem(moment: datetime) -> None:
    assert clock_problem(report(started_at=moment, raised_at=moment), NOON) is None
