"""Work is shared out between teams that are out in the same hours, and nothing that was promised suffers."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from map_server.domain.insertion import rounded_off
from map_server.domain.levelling import busy_share, levelled, same_hours
from map_server.domain.patrol import Order, PatrolProblem, Visit, net_value_s, own_skill, timetable
from map_server.domain.patrol_check import broken_promises
from map_server.domain.patrol_params import PatrolParams
from tests.patrol_worlds import HOUR, road, shift, visit

ALL_TO_A: list[Order] = [(0, 1, 2, 3), ()]


def shares(problem: PatrolProblem, orders: list[Order]) -> list[float]:
    """What is used of each shift; all of them can be walked and break no promise."""
    times = [timetable(problem, index, order) for index, order in enumerate(orders)]
    walked = [one for one in times if one is not None]
    assert len(walked) == len(orders)
    assert broken_promises(problem, walked) == []
    return [busy_share(problem, one) for one in walked]


def two_sides(**changes: object) -> PatrolProblem:
    """Two visits to each side of the station, all of which one team could make."""
    visits: dict[float, Visit] = {
        metres: replace(visit(f"v{metres:.0f}", service_s=900), **changes)
        for metres in (500.0, 600.0, -500.0, -600.0)
    }
    return road(visits, [shift("A"), shift("B")])


def test_two_teams_share_what_one_could_do_alone() -> None:
    problem = two_sides()
    after = levelled(problem, ALL_TO_A, 0.05)
    assert sorted(map(sorted, after)) == [[0, 1], [2, 3]]  # one side each
    assert shares(problem, ALL_TO_A) == pytest.approx([6000 / 14400, 0])
    assert shares(problem, after) == pytest.approx([3000 / 14400] * 2)
    assert net_value_s(problem, after) == net_value_s(problem, ALL_TO_A)  # nobody walks more


def test_nothing_moves_when_it_is_switched_off() -> None:
    assert levelled(two_sides(), ALL_TO_A, 0.0) == ALL_TO_A


@pytest.mark.parametrize("far_m", [1000.0, 1900.0])
def test_a_far_second_team_is_sent_only_as_far_as_the_worth_allows(far_m: float) -> None:
    """The way out is paid twice: 2000 s or 3800 s of the plan's 12,000 s less its way."""
    visits = {far_m + metres: visit(f"v{metres}", service_s=900) for metres in (0.0, 10.0, 20.0, 30.0)}
    problem = road(visits, [shift("A"), shift("B")])
    lost = {
        share: net_value_s(problem, ALL_TO_A) - net_value_s(problem, levelled(problem, ALL_TO_A, share))
        for share in (0.05, 0.2, 0.5)
    }
    worth = net_value_s(problem, ALL_TO_A)
    assert all(paid <= share * worth for share, paid in lost.items())
    assert lost[0.05] == 0


def test_an_idle_team_too_far_away_does_not_keep_another_from_the_work() -> None:
    visits = {metres: visit(f"v{metres:.0f}", service_s=900) for metres in (500.0, 600.0, -500.0, -600.0)}
    problem = road(visits, [shift("A"), shift("near"), shift("far")], stations_m=(0.0, 0.0, 6000.0))
    after = levelled(problem, [*ALL_TO_A, ()], 0.05)
    assert [len(order) for order in after] == [2, 2, 0]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"is_urgent": True}, "urgent visits keep their moment"),
        ({"skills": frozenset({own_skill("A")})}, "fixed to team A by hand"),
        ({"skills": frozenset({"structure_point"})}, "team B has not the skill"),
        ({"closes_s": 500}, "team B comes out too late for it"),
    ],
)
def test_what_is_bound_stays_with_its_team(changes: dict[str, object], why: str) -> None:
    problem = two_sides()
    first = replace(problem.visits[0], **changes)
    late = replace(problem.shifts[1], starts_s=600)
    shifts = (replace(problem.shifts[0], skills=frozenset({"structure_point"})), late)
    problem = replace(problem, visits=(first, *problem.visits[1:]), shifts=shifts)
    after = levelled(problem, ALL_TO_A, 0.05)
    assert 0 in after[0], why
    assert after[1], "the rest is shared out all the same"
    shares(problem, after)


def test_a_morning_team_gives_nothing_to_an_evening_team() -> None:
    problem = two_sides(closes_s=12 * HOUR)
    evening = replace(problem.shifts[1], starts_s=6 * HOUR, ends_s=10 * HOUR)
    problem = replace(problem, shifts=(problem.shifts[0], evening))
    assert not same_hours(problem, 0, 1)
    assert levelled(problem, ALL_TO_A, 0.2) == ALL_TO_A


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-2500, 2500), min_size=2, max_size=14, unique=True),
    st.lists(st.sampled_from([0.0, 300.0, -900.0]), min_size=2, max_size=4),
    st.sampled_from([0.0, 0.01, 0.05, 0.2]),
    st.data(),
)
def test_the_same_visits_are_made_within_all_promises_and_the_stated_cost(
    places: list[int], stations: list[float], share: float, data: st.DataObject
) -> None:
    visits = {
        float(place): visit(
            f"v{place}", 2000, window=(data.draw(st.integers(0, 7000)), data.draw(st.integers(7000, 14400)))
        )
        for place in places
    }
    problem = road(visits, [shift(f"T{row}") for row in range(len(stations))], stations_m=tuple(stations))
    before = rounded_off(problem, [()] * len(stations))
    after = levelled(problem, before, share)
    assert sorted(sum(after, ())) == sorted(sum(before, ()))
    used, was = shares(problem, after), shares(problem, before)
    assert max(used) <= max(was) + 1e-9
    lost = net_value_s(problem, before) - net_value_s(problem, after)
    assert lost <= share * max(net_value_s(problem, before), 0) + 1e-9


@pytest.mark.parametrize("share", [-0.01, 0.21])
def test_a_share_that_would_spoil_the_plan_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="levelling_share"):
        PatrolParams(levelling_share=share)
