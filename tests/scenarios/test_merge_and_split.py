"""The duty officer corrects what cameras could not know: two pins that are one thing, one pin that is two."""

from dataclasses import replace
from datetime import timedelta

import pytest

from map_server.domain.errors import Conflict, InvalidInput, NotFound, VersionConflict
from map_server.domain.incident import Incident, IncidentState, confirmed, rejected, resolved
from tests.event_messages import HERE, metres_from
from tests.small_ward import SmallWard
from wire_contract.vocabulary import EventKind

OFFICER = "person:officer"


def content(incident: Incident) -> Incident:
    """All of an incident but its bookkeeping."""
    return replace(incident, version=0, updated_at=incident.first_seen_at)


class TestMerge:
    def test_two_pins_for_one_thing_become_one(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12), error_m=0.5)
        keep, drop = ward.incident_of(one), ward.incident_of(other)

        after = ward.officer.merge(keep.incident_id, drop.incident_id, OFFICER, "same heap")

        assert (after.event_count, after.state, after.version) == (2, "open", keep.version + 1)
        assert after.fix is not None
        assert after.fix.error_m == 0.5, "the surest of all views says where it is"
        gone = ward.incident(drop.incident_id)
        assert (gone.state, gone.merged_into, gone.open_key) == ("merged", keep.incident_id, None)
        assert ward.incident_of(other).incident_id == keep.incident_id

    def test_what_cameras_say_later_goes_to_the_one_that_remained(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12))
        ward.officer.merge(ward.incident_of(one).incident_id, ward.incident_of(other).incident_id, OFFICER)

        ward.sees_it_gone(other)
        assert ward.incident_of(one).state is IncidentState.OPEN
        ward.sees_it_gone(one)
        assert ward.incident_of(one).state is IncidentState.CLEARED

    def test_a_confirmed_one_confirms_the_whole(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12))
        ward.decide(ward.incident_of(other), confirmed)

        after = ward.officer.merge(
            ward.incident_of(one).incident_id, ward.incident_of(other).incident_id, OFFICER
        )

        assert after.state is IncidentState.CONFIRMED

    def test_what_is_still_there_is_not_hidden_in_one_that_was_dealt_with(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12))
        ward.decide(ward.decide(ward.incident_of(one), confirmed), resolved)

        after = ward.officer.merge(
            ward.incident_of(one).incident_id, ward.incident_of(other).incident_id, OFFICER
        )

        assert after.state is IncidentState.CONFIRMED

    @pytest.mark.parametrize("case", ["itself", "another kind", "rejected", "merged before"])
    def test_what_cannot_be_one_is_refused(self, ward: SmallWard, case: str) -> None:
        one = ward.incident_of(ward.sees("east", HERE))
        kind = EventKind.BLOCKED_FIRE_LANE if case == "another kind" else EventKind.GARBAGE_DROP
        other = ward.incident_of(ward.sees("west", metres_from(HERE, 12), kind=kind))
        if case == "rejected":
            ward.decide(other, rejected)
        if case == "merged before":
            third = ward.incident_of(ward.sees("north", metres_from(HERE, 40)))
            ward.officer.merge(third.incident_id, other.incident_id, OFFICER)
        absorbed = one if case == "itself" else other

        with pytest.raises(Conflict):
            ward.officer.merge(one.incident_id, absorbed.incident_id, OFFICER)

        assert content(ward.incident(one.incident_id)) == content(one)

    def test_a_decision_on_an_older_version_is_refused(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12))
        seen = ward.incident_of(one)
        ward.sees("north", metres_from(HERE, 1))  # meanwhile a third camera joins

        with pytest.raises(VersionConflict, match="version 2, you saw 1"):
            ward.officer.merge(
                seen.incident_id, ward.incident_of(other).incident_id, OFFICER, version=seen.version
            )

    def test_an_unknown_incident_is_not_found(self, ward: SmallWard) -> None:
        one = ward.incident_of(ward.sees("east", HERE))

        with pytest.raises(NotFound):
            ward.officer.merge(one.incident_id, "nothing", OFFICER)


class TestSplit:
    def test_a_split_after_a_merge_gives_both_back_as_they_were(self, ward: SmallWard) -> None:
        one = ward.sees("east", HERE)
        other = ward.sees("west", metres_from(HERE, 12), error_m=0.7)
        ward.sees("north", metres_from(HERE, 12.5))
        ward.decide(ward.incident_of(other), confirmed)
        before = [content(incident) for incident in ward.incidents()]
        whys = [ward.event(report).why for report in (one, other)]
        keep, drop = ward.incident_of(one), ward.incident_of(other)
        ward.officer.merge(keep.incident_id, drop.incident_id, OFFICER)

        (merge,) = _merges(ward, keep.incident_id)
        ward.officer.split(keep.incident_id, merge, OFFICER)

        assert [content(incident) for incident in ward.incidents()] == before
        assert [ward.event(report).why for report in (one, other)] == whys
        assert _merges(ward, keep.incident_id) == []

    def test_two_merges_come_apart_one_by_one(self, ward: SmallWard) -> None:
        reports = [ward.sees(f"cam-{n}", metres_from(HERE, 15 * n)) for n in range(3)]
        before = [content(incident) for incident in ward.incidents()]
        keep, second, third = (incident.incident_id for incident in ward.incidents())
        ward.officer.merge(keep, second, OFFICER)
        ward.officer.merge(keep, third, OFFICER)

        ward.officer.split(keep, [reports[1].event_id], OFFICER)
        ward.officer.split(keep, [reports[2].event_id], OFFICER)

        assert [content(incident) for incident in ward.incidents()] == before

    def test_what_devices_saw_since_the_merge_is_not_undone(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12))
        keep, drop = ward.incident_of(one).incident_id, ward.incident_of(other).incident_id
        ward.officer.merge(keep, drop, OFFICER)
        ward.sees_it_gone(other)

        split = ward.officer.split(keep, [other.event_id], OFFICER)

        assert (split.remaining.state, split.taken_out.state) == ("open", "cleared")
        assert split.taken_out.incident_id == drop

    def test_a_wrongly_joined_event_becomes_an_incident_of_its_own(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE, error_m=6), ward.sees("west", metres_from(HERE, 5), error_m=2)
        whole = ward.incident_of(one)
        ward.decide(whole, confirmed)

        split = ward.officer.split(whole.incident_id, [other.event_id], OFFICER, "two heaps")

        assert (split.remaining.event_count, split.taken_out.event_count) == (1, 1)
        assert (split.remaining.state, split.taken_out.state) == ("confirmed", "open"), (
            "nobody judged the new one"
        )
        assert split.remaining.fix == one.fix
        assert split.taken_out.fix == other.fix
        assert ward.event(other).why.rule == "split_by_person"
        stored = ward.incidents()
        assert len({incident.open_key for incident in stored}) == 2, (
            "both hold their place in the unique index"
        )

    def test_merging_a_split_again_restores_the_whole(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE, error_m=6), ward.sees("west", metres_from(HERE, 5), error_m=2)
        whole = ward.incident_of(one)
        split = ward.officer.split(whole.incident_id, [other.event_id], OFFICER)

        ward.officer.merge(whole.incident_id, split.taken_out.incident_id, OFFICER)

        assert content(ward.incident_of(one)) == content(whole)

    @pytest.mark.parametrize("chosen", ["all of them", "none", "a stranger"])
    def test_a_split_that_makes_no_sense_is_refused(self, ward: SmallWard, chosen: str) -> None:
        one, other = ward.sees("east", HERE), ward.sees("west", HERE)
        events = {
            "all of them": [one.event_id, other.event_id],
            "none": [],
            "a stranger": [one.event_id, "not-an-event"],
        }[chosen]

        with pytest.raises(InvalidInput, match="event_ids"):
            ward.officer.split(ward.incident_of(one).incident_id, events, OFFICER)

    def test_after_a_split_new_views_go_to_the_nearer_one(self, ward: SmallWard) -> None:
        one, other = ward.sees("east", HERE, error_m=6), ward.sees("west", metres_from(HERE, 5), error_m=2)
        ward.officer.split(ward.incident_of(one).incident_id, [other.event_id], OFFICER)

        third = ward.sees("north", metres_from(HERE, 4.5), error_m=2)

        assert ward.incident_of(third).incident_id == ward.incident_of(other).incident_id


def test_every_correction_is_in_the_log_with_actor_and_reason(ward: SmallWard) -> None:
    one, other = ward.sees("east", HERE), ward.sees("west", metres_from(HERE, 12))
    keep, drop = ward.incident_of(one).incident_id, ward.incident_of(other).incident_id
    ward.wait(timedelta(minutes=1))
    ward.officer.merge(keep, drop, OFFICER, "same heap")
    ward.officer.split(keep, [other.event_id], OFFICER, "no, two")

    with ward.begin.reading() as work:
        entries = [(e.action, e.subject_id, e.reason) for e in work.audit_log.entries() if e.actor == OFFICER]
    assert entries == [
        ("incident_merged", drop, "same heap"),
        ("incident_absorbed", keep, "same heap"),
        ("incident_split", keep, "no, two"),
        ("incident_taken_out", drop, "no, two"),
    ]


def _merges(ward: SmallWard, incident_id: str) -> list[tuple[str, ...]]:
    with ward.begin.reading() as work:
        return [merge.event_ids for merge in work.merges.into(incident_id)]
