"""What cameras report and what the duty officer sees: one thing in the world, one incident."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from map_server.domain.event import Report, Why
from map_server.domain.fusion import FusionParams
from map_server.domain.incident import IncidentState, Judgement, Severity, confirmed, rejected, resolved
from map_server.domain.site import Site, SiteKind
from map_server.domain.site_index import SiteIndex
from tests.event_messages import HERE, metres_from
from tests.fakes.clock import NOON
from tests.small_ward import SmallWard, small_ward
from wire_contract.vocabulary import EventKind, EventPhase

NO_TIME = timedelta(0)


def states(ward: SmallWard) -> list[str]:
    return [str(incident.state) for incident in ward.incidents()]


class TestOneThing:
    def test_two_cameras_that_see_the_same_bag_make_one_incident_with_two_events(
        self, ward: SmallWard
    ) -> None:
        ward.sees("east", HERE)
        ward.sees("west", metres_from(HERE, 1.2, -0.8))

        (incident,) = ward.incidents()
        assert incident.event_count == 2
        assert {view.camera_id for view in incident.views} == {"east", "west"}

    def test_the_reason_is_kept_in_figures(self, ward: SmallWard) -> None:
        first = ward.sees("east", HERE, error_m=2.0)
        second = ward.sees("west", metres_from(HERE, 2.0), error_m=1.5)

        assert ward.event(first).why == Why("new_place")
        why = ward.event(second).why
        assert (why.rule, why.gap_s, why.is_reopening) == ("within_error", 0.0, False)
        assert why.distance_m == pytest.approx(2.0, abs=0.02)
        assert why.radius_m == pytest.approx(1.24 * 2.5 + 1.0, abs=0.01)

    def test_the_surest_view_says_where_it_is(self, ward: SmallWard) -> None:
        ward.sees("far", metres_from(HERE, 4), error_m=6)
        ward.sees("near", HERE, error_m=0.8)

        (incident,) = ward.incidents()
        assert incident.fix is not None
        assert (incident.fix.lon, incident.fix.lat, incident.fix.error_m) == (*HERE, 0.8)

    def test_cameras_without_survey_are_joined_only_with_themselves(self, ward: SmallWard) -> None:
        """Two boxes on one pole know no more than that something is near the pole: that may be two things."""
        ward.sees("one", HERE, error_m=40, is_surveyed=False)
        ward.sees("two", HERE, error_m=40, is_surveyed=False)
        again = ward.sees("one", HERE, error_m=40, is_surveyed=False)

        assert [incident.event_count for incident in ward.incidents()] == [2, 1]
        assert ward.event(again).why.rule == "same_view"

    def test_a_camera_that_knows_no_place_at_all_is_joined_by_its_zone(self, ward: SmallWard) -> None:
        ward.sees("one", None)
        ward.sees("one", None)
        ward.sees("one", None, zone="gate")

        assert [incident.event_count for incident in ward.incidents()] == [2, 1]

    def test_a_camera_fault_belongs_to_the_camera_and_not_to_the_place(self, ward: SmallWard) -> None:
        ward.sees("one", HERE, kind=EventKind.CAMERA_HEALTH)
        ward.sees("two", HERE, kind=EventKind.CAMERA_HEALTH)
        ward.sees("one", HERE, kind=EventKind.CAMERA_HEALTH)

        assert [incident.event_count for incident in ward.incidents()] == [2, 1]


class TestTwoThings:
    def test_two_bags_twenty_metres_apart_are_two_incidents(self, ward: SmallWard) -> None:
        ward.sees("east", HERE)
        second = ward.sees("west", metres_from(HERE, 20))

        assert len(ward.incidents()) == 2
        why = ward.event(second).why
        assert why.rule == "new_place"
        assert why.distance_m == pytest.approx(20, abs=0.1)
        assert why.radius_m is not None
        assert why.radius_m < 20

    def test_a_bag_and_a_car_at_one_place_are_two(self, ward: SmallWard) -> None:
        ward.sees("east", kind=EventKind.GARBAGE_DROP)
        ward.sees("west", kind=EventKind.BLOCKED_FIRE_LANE)

        assert [incident.severity for incident in ward.incidents()] == [Severity.NORMAL, Severity.URGENT]

    def test_two_zones_of_one_camera_are_two_places_however_near(self, ward: SmallWard) -> None:
        ward.sees("east", HERE, zone="forecourt")
        ward.sees("east", metres_from(HERE, 0.5), zone="kerb")

        assert len(ward.incidents()) == 2

    def test_a_very_uncertain_view_does_not_swallow_the_street(self, ward: SmallWard) -> None:
        ward.sees("east", HERE)
        ward.sees("far", metres_from(HERE, 45), error_m=400)

        assert len(ward.incidents()) == 2

    def test_two_sites_are_two_places(self, tmp_path: Path) -> None:
        left, right = metres_from(HERE, -6), metres_from(HERE, 6)
        sites = SiteIndex(
            [
                Site("left", SiteKind.DROP_POINT, "左", "left", left, 7),
                Site("right", SiteKind.DROP_POINT, "右", "right", right, 7),
            ]
        )
        with small_ward(tmp_path, sites=sites) as ward:
            ward.sees("east", metres_from(HERE, -3.07), error_m=3)
            ward.sees("west", metres_from(HERE, 3.07), error_m=3)  # within the error, but at the other site
            ward.sees("north", metres_from(HERE, -4), error_m=3)

            assert [(i.site_id, i.event_count) for i in ward.incidents()] == [("left", 2), ("right", 1)]


class TestItsLife:
    def test_it_clears_when_every_camera_says_it_has_gone(self, ward: SmallWard) -> None:
        east, west = ward.sees("east"), ward.sees("west", metres_from(HERE, 1))

        ward.sees_it_gone(east)
        assert states(ward) == ["open"]
        gone = ward.sees_it_gone(west)

        (incident,) = ward.incidents()
        assert (incident.state, incident.judgement, incident.cleared_at) == ("cleared", None, gone.closed_at)

    def test_a_confirmed_one_clears_with_its_judgement(self, ward: SmallWard) -> None:
        seen = ward.sees("east")
        ward.decide(ward.incident_of(seen), confirmed)

        ward.sees_it_gone(seen)

        (incident,) = ward.incidents()
        assert (incident.state, incident.judgement) == (IncidentState.CLEARED, Judgement.CONFIRMED)

    def test_the_same_place_soon_after_is_taken_up_again(self, ward: SmallWard) -> None:
        ward.sees_it_gone(ward.sees("east"))

        ward.wait(timedelta(minutes=10))
        again = ward.sees("west", metres_from(HERE, 1), started_at=ward.clock.now() - timedelta(minutes=1))

        (incident,) = ward.incidents()
        assert (incident.state, incident.reopened_count, incident.cleared_at) == ("open", 1, None)
        assert ward.event(again).why.is_reopening
        assert ward.event(again).why.gap_s == pytest.approx(540)

    def test_what_was_confirmed_is_confirmed_when_it_is_taken_up_again(self, ward: SmallWard) -> None:
        seen = ward.sees("east")
        ward.decide(ward.incident_of(seen), confirmed)
        ward.sees_it_gone(seen)

        ward.sees("east", started_at=ward.clock.now())

        assert states(ward) == ["confirmed"]

    def test_the_same_place_much_later_is_a_new_incident(self, ward: SmallWard) -> None:
        ward.sees_it_gone(ward.sees("east"))

        ward.wait(timedelta(hours=3))
        ward.sees("east")

        assert states(ward) == ["cleared", "open"]

    def test_what_was_dealt_with_and_is_there_again_soon_is_taken_up_again(self, ward: SmallWard) -> None:
        seen = ward.sees("east")
        ward.decide(ward.decide(ward.incident_of(seen), confirmed), resolved)
        ward.sees_it_gone(seen)
        assert states(ward) == ["resolved"]

        ward.sees("east", started_at=ward.clock.now())

        assert states(ward) == ["confirmed"]

    def test_a_rejected_one_is_not_taken_up_again_but_judged_anew(self, ward: SmallWard) -> None:
        seen = ward.sees("east")
        ward.decide(ward.incident_of(seen), rejected)
        ward.sees_it_gone(seen)

        ward.sees("east")

        assert states(ward) == ["rejected", "open"]

    def test_a_delivery_that_was_held_up_for_hours_does_not_wake_what_is_over(self, ward: SmallWard) -> None:
        """The line was down: opened and closed arrive together, long after the next incident began."""
        ward.sees("east")
        long_ago = NOON - timedelta(hours=6)
        late = ward.sees("west", started_at=long_ago)

        assert ward.incident_of(late).event_count == 2, "it may be there since then: nobody said that it went"
        ward.sees_it_gone(late, NO_TIME)
        assert states(ward) == ["open"]

    def test_a_batch_with_old_news_does_not_wake_what_ended_hours_ago(self, ward: SmallWard) -> None:
        ward.sees_it_gone(ward.sees("east"))
        ward.wait(timedelta(hours=3))

        old = ward.view_of("east", metres_from(HERE, 90), started_at=NOON - timedelta(hours=1))
        ward.report_all([old, ward.view_of("east", HERE)])

        assert states(ward) == ["cleared", "open", "open"]

    def test_what_was_over_before_this_began_is_not_this(self, ward: SmallWard) -> None:
        """Only the end of an older event came through, hours late, and something else lies there by now."""
        ward.sees("east")
        began = NOON - timedelta(hours=6)
        view = ward.view_of("west", HERE, started_at=began)
        gone = replace(view, phase=EventPhase.CLOSED, closed_at=began + timedelta(minutes=4))

        ward.report(gone)

        assert sorted(states(ward)) == ["cleared", "open"]
        assert ward.incident_of(gone).cleared_at == gone.closed_at

    def test_an_event_that_was_over_long_before_is_an_incident_of_its_own(self, ward: SmallWard) -> None:
        ward.sees("east")
        brief = ward.sees("north", metres_from(HERE, 200), started_at=NOON - timedelta(hours=6))
        ward.sees_it_gone(brief, NO_TIME)

        assert states(ward) == ["open", "cleared"]


def test_noisy_views_of_five_hundred_things_are_told_apart(tmp_path: Path) -> None:
    """One to four cameras see each of 500 things with 95 % errors of 3 to 15 m. Pairs joined: F1 of 0.95 or
    more.
    """
    chance = random.Random(7)
    params = FusionParams(max_radius_m=40)
    seen: list[tuple[int, Report]] = []
    with small_ward(tmp_path, params=params) as ward:
        views = [(thing, view) for thing in range(500) for view in range(chance.randint(1, 4))]
        chance.shuffle(views)
        for thing, view in views:
            truth = metres_from(HERE, 80 * (thing % 25), 80 * (thing // 25))
            error_m = chance.uniform(3, 15)
            sigma_m = (
                error_m / 2.4477
            )  # 95 % radius of a circular normal error: sqrt(5.991) standard deviations
            at = metres_from(truth, chance.gauss(0, sigma_m), chance.gauss(0, sigma_m))
            skew = timedelta(seconds=chance.uniform(-30, 30))
            began = NOON - timedelta(minutes=5) + skew
            seen.append((thing, ward.view_of(f"cam-{view}", at, error_m=error_m, started_at=began)))
        for some in batched(seen, 100):
            for camera in sorted({report.view.camera_id for _, report in some}):
                ward.report_all([report for _, report in some if report.view.camera_id == camera])
        with ward.begin.reading() as work:
            events = work.events.known([report.event_id for _, report in seen])
        incident_of = [events[report.event_id].incident_id for _, report in seen]

    pairs = list(combinations(range(len(seen)), 2))
    joined = {(one, other) for one, other in pairs if incident_of[one] == incident_of[other]}
    same = {(one, other) for one, other in pairs if seen[one][0] == seen[other][0]}
    hits = len(joined & same)
    f1 = 2 * hits / (len(joined) + len(same))
    assert f1 >= 0.95, f"F1 {f1:.3f}: {hits} pairs joined rightly, {len(joined)} joined, {len(same)} the same"


def batched(items: list[tuple[int, Report]], size: int) -> Iterator[list[tuple[int, Report]]]:
    for first in range(0, len(items), size):
        yield items[first : first + size]
