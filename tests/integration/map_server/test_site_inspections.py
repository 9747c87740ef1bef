"""Who looked at sites, what is overdue and why, and how their states change."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from map_server.adapters.db.tables.patrols import patrol_left_out, patrol_plans
from map_server.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from map_server.domain.inspection import Result, TaskOutcome
from map_server.domain.left_out import LeftOutReason
from map_server.domain.reach import WHOLE_WARD
from map_server.domain.site import SiteKind, StructureState
from map_server.domain.ward_time import day_start
from map_server.services.site_ports import SiteFilter
from map_server.services.sites import InspectionReport
from tests.site_register import ANNA, BEN, PHOTO, PICTURE, TODAY, Register


class TestInspections:
    def test_look_sets_the_next_due_date_and_is_on_record(self, register: Register) -> None:
        register.ward.wait(timedelta(days=40))
        assert [site.site_id for site in register.sites.most_overdue(SiteFilter(), 10)] == [
            "drop",
            "cleared",
            "deferred",
        ]
        register.looked_at("drop", Result.CLEAR)
        assert "drop" not in {site.site_id for site in register.sites.most_overdue(SiteFilter(), 10)}
        (look,) = register.sites.history("drop").inspections
        assert (look.inspector, look.result, look.photos) == (ANNA, Result.CLEAR, PHOTO)
        assert register.notes()[-1] == "site_inspected"

    def test_place_that_could_not_be_reached_stays_due_and_says_why(self, register: Register) -> None:
        register.ward.wait(timedelta(days=40))
        locked = InspectionReport(Result.NOT_REACHED, "the gate was locked")
        register.sites.inspect("drop", locked, ANNA)
        (site,) = register.sites.most_overdue(SiteFilter(kinds=(SiteKind.DROP_POINT,)), 10)
        missed = register.sites.missed([site])["drop"]
        assert (missed.note, missed.left_out) == ("the gate was locked", None)

    def test_plan_that_left_a_site_out_is_the_reason(self, register: Register) -> None:
        register.ward.wait(timedelta(days=40))
        _plan_without(register, "drop", LeftOutReason.SHIFTS_FULL)
        sites = register.sites.most_overdue(SiteFilter(), 10)
        missed = register.sites.missed(sites)
        assert set(missed) == {"drop"}
        assert missed["drop"].left_out is LeftOutReason.SHIFTS_FULL
        register.looked_at("drop", Result.CLEAR)
        assert register.sites.missed(sites) == {}  # somebody looked since

    @pytest.mark.parametrize(
        ("report", "key"),
        [
            (InspectionReport(Result.UNCHANGED), "photos"),  # the group wants a photo
            (InspectionReport(Result.UNCHANGED, photos=("not a hash",)), "photos"),
            (InspectionReport(Result.PROBLEM, photos=PHOTO), "note"),
            (InspectionReport(Result.NOT_REACHED), "note"),
        ],
    )
    def test_record_that_is_not_whole_is_refused(
        self, register: Register, report: InspectionReport, key: str
    ) -> None:
        with pytest.raises(InvalidInput, match=f"^{key}:"):
            register.sites.inspect("drop", report, ANNA)
        assert register.notes() == []

    def test_photo_that_did_not_arrive_or_is_of_another_site_is_refused(self, register: Register) -> None:
        register.photos.add("cleared", PICTURE, ANNA)
        for photos in (PHOTO, ("ab" * 32,)):
            with pytest.raises(InvalidInput) as refused:
                register.sites.inspect("drop", InspectionReport(Result.CLEAR, photos=photos), ANNA)
            assert [field.path for field in refused.value.fields] == ["photos"]
        assert register.notes() == []

    def test_look_in_the_future_is_refused(self, register: Register) -> None:
        later = register.ward.clock.now() + timedelta(hours=1)
        with pytest.raises(InvalidInput, match=r"^inspected_at"):
            register.sites.inspect("drop", InspectionReport(Result.CLEAR, "", PHOTO, later), ANNA)

    def test_site_that_is_not_there_is_refused(self, register: Register) -> None:
        with pytest.raises(NotFound):
            register.sites.inspect("nowhere", InspectionReport(Result.CLEAR, photos=PHOTO), ANNA)
        with pytest.raises(NotFound):
            register.sites.history("nowhere")

    def test_verified_suspect_has_no_task_any_more(self, register: Register) -> None:
        suspect = f"SU-{register.sees(50).number}"
        register.looked_at(suspect, Result.PROBLEM, "a shed")
        task = register.sites.history(suspect).task
        assert task is not None
        assert task.outcome is TaskOutcome.DONE
        changed = register.sites.change_state(suspect, StructureState.TO_CLEAR, BEN, "no permit")
        assert (changed.state, changed.interval_days) == (StructureState.TO_CLEAR, 7)


class TestStates:
    def count(self, register: Register, state: StructureState) -> int:
        return sum(one.count for one in register.sites.tallies(WHOLE_WARD) if one.state is state)

    def test_deferred_falls_only_by_an_approved_clearing(self, register: Register) -> None:
        for state in StructureState:
            if state is not StructureState.CLEARED:
                with pytest.raises(Conflict):
                    register.sites.change_state("deferred", state, BEN, "why")
        with pytest.raises(Conflict, match="record an inspection"):
            register.sites.change_state("deferred", StructureState.CLEARED, BEN, "why")
        register.looked_at("deferred", Result.CLEAR)
        with pytest.raises(Forbidden):
            register.sites.change_state("deferred", StructureState.CLEARED, ANNA, "I saw it myself")
        with pytest.raises(InvalidInput, match=r"^reason"):
            register.sites.change_state("deferred", StructureState.CLEARED, BEN, " ")
        with pytest.raises(VersionConflict):
            register.sites.change_state("deferred", StructureState.CLEARED, BEN, "seen", version=7)
        assert self.count(register, StructureState.DEFERRED) == 1
        register.sites.change_state("deferred", StructureState.CLEARED, BEN, "photo shows bare ground", 1)
        assert self.count(register, StructureState.DEFERRED) == 0
        assert self.count(register, StructureState.CLEARED) == 2
        assert register.notes()[-1] == "site_state_changed"
        (newest, *_) = register.sites.history("deferred").notes
        assert (newest.actor, newest.reason, newest.after["state"]) == (
            BEN,
            "photo shows bare ground",
            "cleared",
        )

    def test_clearing_that_a_later_look_contradicts_is_not_approved(self, register: Register) -> None:
        register.looked_at("deferred", Result.CLEAR)
        register.ward.wait(timedelta(hours=1))
        register.looked_at("deferred", Result.PROBLEM, "still stands")
        with pytest.raises(Conflict):
            register.sites.change_state("deferred", StructureState.CLEARED, BEN, "why")

    def test_drop_point_has_no_state_to_change(self, register: Register) -> None:
        with pytest.raises(Conflict, match="cannot be changed"):
            register.sites.change_state("drop", StructureState.CLEARED, BEN, "why")


def _plan_without(register: Register, site_id: str, reason: LeftOutReason) -> None:
    """Store a patrol plan of today that left a site out."""
    now = register.ward.clock.now()
    plan = {
        "plan_id": "00000000-0000-7000-8000-00000000000a",
        "day": TODAY,
        "state": "ready",
        "requested_by": ANNA,
        "requested_at": now,
        "origin_at": day_start(now),
        "network": "",
        "report": {},
        "revision": 0,
        "value_s": 0,
    }
    visit = {
        "plan_id": plan["plan_id"],
        "number": 1,
        "subject_kind": "site",
        "subject_id": site_id,
        "category": "drop_point",
        "name_zh": "",
        "name_en": "",
        "lon": 0.0,
        "lat": 0.0,
        "service_s": 1,
        "prize_s": 2,
        "opens_s": 0,
        "closes_s": 1,
        "is_urgent": False,
        "reason": str(reason),
    }
    with register.engine.begin() as connection:
        connection.execute(insert(patrol_plans), [plan])
        connection.execute(insert(patrol_left_out), [visit])
