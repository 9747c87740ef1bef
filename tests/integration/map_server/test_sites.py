"""The register of sites: what cameras see there, who looked, what is overdue and why, and zero growth."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pytest
from shapely import Polygon
from sqlalchemy import Engine, insert, select

from map_server.adapters.db.queries.growth import SqlGrowthReads, SqlIncidentChanges
from map_server.adapters.db.queries.sites import SqlSiteReads
from map_server.adapters.db.tables.kernel import audit_log
from map_server.adapters.db.tables.patrols import patrol_left_out, patrol_plans
from map_server.domain.device import Device
from map_server.domain.errors import Conflict, Forbidden, InvalidInput, NotFound, VersionConflict
from map_server.domain.incident import Incident, IncidentState, Judgement
from map_server.domain.inspection import Result, TaskOutcome
from map_server.domain.left_out import LeftOutReason
from map_server.domain.place import Area
from map_server.domain.reach import WHOLE_WARD, Reach
from map_server.domain.site import Level, Site, SiteKind, StructureState
from map_server.domain.ward_time import day_start
from map_server.services.places import Places
from map_server.services.site_ports import SiteFilter
from map_server.services.site_watch import SiteWatch
from map_server.services.sites import InspectionReport, Sites
from map_server.services.sites_nearby import SitesNearby
from tests.event_messages import HERE, metres_from
from tests.running_server import databases, fresh_database
from tests.small_ward import SmallWard, small_ward
from wire_contract.vocabulary import EventKind

STRUCTURE, GARBAGE = EventKind.ILLEGAL_STRUCTURE, EventKind.GARBAGE_DROP
ANNA, BEN = "person:anna", "person:ben"
PHOTO = ("ab" * 32,)
TODAY = date(2026, 11, 23)


def structure(site_id: str, east_m: float, state: StructureState, level: Level = Level.GROUND) -> Site:
    place = metres_from(HERE, east_m)
    return Site(site_id, SiteKind.STRUCTURE_POINT, site_id, site_id, place, 30, state=state, level=level)


SITES = (
    structure("deferred", 0, StructureState.DEFERRED),
    structure("cleared", 100, StructureState.CLEARED),
    Site("drop", SiteKind.DROP_POINT, "投放点", "Drop point", metres_from(HERE, 200), 7, compound_id="C-1"),
)


@dataclass
class Register:
    """A small ward whose incidents are brought to the register when `catch_up` is called."""

    ward: SmallWard
    sites: Sites
    watch: SiteWatch
    engine: Engine

    def sees(self, east_m: float, kind: EventKind = STRUCTURE, camera: str = "A", **how: object) -> Incident:
        zone = f"zone-{kind}-{east_m}"
        report = self.ward.sees(camera, metres_from(HERE, east_m), kind=kind, zone=zone, **how)  # type: ignore[arg-type]
        self.watch.catch_up()
        return self.ward.incident_of(report)

    def becomes(self, incident: Incident, action: str, **changes: object) -> Incident:
        """Let a person change an incident, as the audit desk would, and bring it to the register."""
        with self.ward.begin() as work:
            now = work.incidents.get(incident.incident_id)
            changed = replace(now, version=now.version + 1, **changes)  # type: ignore[arg-type]
            work.incidents.put([changed])
            work.note(action, "incident", incident.incident_id, ANNA)
            work.commit()
        self.watch.catch_up()
        return changed

    def rejected(self, incident: Incident) -> Incident:
        return self.becomes(
            incident, "incident_rejected", state=IncidentState.REJECTED, judgement=Judgement.REJECTED
        )

    def confirmed(self, incident: Incident) -> Incident:
        return self.becomes(
            incident, "incident_confirmed", state=IncidentState.CONFIRMED, judgement=Judgement.CONFIRMED
        )

    def seen_at(self, site_id: str) -> list[str]:
        """Give the incidents observed at a site that were not withdrawn."""
        seen = self.sites.history(site_id).observations
        return [one.observation.incident_id for one in seen if one.observation.withdrawn_at is None]

    def registered(self) -> set[str]:
        return {site.site_id for site in self.sites.page(SiteFilter()).sites}

    def notes(self) -> list[str]:
        with self.engine.connect() as connection:
            wanted = select(audit_log.c.action).where(audit_log.c.subject_kind == "site")
            return list(connection.scalars(wanted.order_by(audit_log.c.seq)))

    def put_areas(self, layer: str, *areas: Area) -> None:
        with self.ward.begin() as work:
            work.areas.replace(layer, areas)
            work.commit()


@pytest.fixture(params=databases())
def register(request: pytest.FixtureRequest, tmp_path: Path, empty_data: Path) -> Iterator[Register]:
    shutil.copy(empty_data / "lilong.sqlite3", tmp_path / "ward.sqlite3")  # saves the migrations
    with fresh_database(request.param) as url, small_ward(tmp_path, url) as ward:
        begin, read, clock = ward.begin, ward.begin.reading, ward.clock
        engine, numbers = begin._engine, count(1)
        sites = Sites(
            begin,
            read,
            SqlSiteReads(engine),
            SqlGrowthReads(engine),
            clock,
            lambda: f"00000000-0000-7000-9000-{next(numbers):012d}",
        )
        nearby, places = SitesNearby(read), Places(read, clock)
        watch = SiteWatch(begin, read, clock, SqlIncidentChanges(engine), nearby, places.gazetteer)
        with begin() as work:
            work.sites.put([site.inspected(clock.now() - timedelta(days=1)) for site in SITES])
            work.commit()
        yield Register(ward, sites, watch, engine)


class TestWhatCamerasSee:
    def test_inside_a_buffer_it_is_an_observation_of_that_site(self, register: Register) -> None:
        incident = register.sees(9)
        assert register.seen_at("deferred") == [incident.incident_id]
        (seen,) = register.sites.history("deferred").observations
        assert seen.observation.state_then is StructureState.DEFERRED
        assert seen.observation.distance_m == pytest.approx(9, abs=0.05)
        assert seen.observation.reach_m == pytest.approx(16.5, abs=0.05)  # 15 m and the error of 1.5 m
        assert register.registered() == {"deferred", "cleared", "drop"}

    def test_elsewhere_it_makes_a_suspect_with_a_task(self, register: Register) -> None:
        incident = register.sees(50)
        history = register.sites.history(f"SU-{incident.number}")
        assert (history.site.state, history.site.incident_id) == (
            StructureState.SUSPECT,
            incident.incident_id,
        )
        assert history.site.is_due(register.ward.clock.now())
        assert history.task is not None
        assert history.task.due_at == register.ward.clock.now() + timedelta(days=3)
        assert register.seen_at(history.site.site_id) == [incident.incident_id]

    def test_one_incident_makes_one_suspect_however_often_it_is_told(self, register: Register) -> None:
        first = register.sees(50)
        register.ward.wait(timedelta(minutes=3))
        again = register.sees(50, camera="B")
        assert again.incident_id == first.incident_id
        register.confirmed(first)
        assert register.notes() == ["site_suspected", "site_observed"]
        assert register.registered() == {"deferred", "cleared", "drop", f"SU-{first.number}"}

    def test_nothing_new_writes_nothing(self, register: Register) -> None:
        register.sees(50)
        with register.ward.begin.reading() as work:
            before = work.audit_log.head()
        assert register.watch.catch_up() == 0
        with register.ward.begin.reading() as work:
            assert work.audit_log.head() == before

    def test_next_finding_beside_a_suspect_belongs_to_it(self, register: Register) -> None:
        first = register.sees(50)
        second = register.sees(58)  # another zone of the same camera: another incident
        assert first.incident_id != second.incident_id
        assert sorted(register.seen_at(f"SU-{first.number}")) == sorted(
            [first.incident_id, second.incident_id]
        )

    def test_two_findings_in_one_batch_make_one_suspect(self, register: Register) -> None:
        view = register.ward.view_of("A", metres_from(HERE, 50), kind=STRUCTURE, zone="one")
        other = register.ward.view_of("A", metres_from(HERE, 58), kind=STRUCTURE, zone="two")
        register.ward.report_all([view, other])
        register.watch.catch_up()
        assert len(register.registered()) == len(SITES) + 1

    def test_rejection_takes_all_of_it_back_and_its_undoing_gives_it_back(self, register: Register) -> None:
        incident = register.sees(50)
        suspect = f"SU-{incident.number}"
        register.rejected(incident)
        assert suspect not in register.registered()
        assert register.seen_at(suspect) == []
        task = register.sites.history(suspect).task
        assert task is not None
        assert task.outcome is TaskOutcome.WITHDRAWN
        register.becomes(incident, "verdict_taken_back", state=IncidentState.OPEN, judgement=None)
        assert suspect in register.registered()
        assert register.seen_at(suspect) == [incident.incident_id]
        task = register.sites.history(suspect).task
        assert task is not None
        assert task.ended_at is None

    def test_rejection_leaves_a_registered_site_alone(self, register: Register) -> None:
        register.rejected(register.sees(9))
        assert "deferred" in register.registered()
        assert register.seen_at("deferred") == []

    def test_suspect_that_a_person_has_decided_on_stays(self, register: Register) -> None:
        incident = register.sees(50)
        suspect = f"SU-{incident.number}"
        register.sites.change_state(suspect, StructureState.TO_CLEAR, ANNA, "stands on the pavement")
        register.rejected(incident)
        assert suspect in register.registered()

    def test_relabelled_structure_is_no_suspect(self, register: Register) -> None:
        incident = register.sees(200)
        assert f"SU-{incident.number}" in register.registered()
        register.becomes(incident, "incident_relabelled", kind=GARBAGE)
        assert f"SU-{incident.number}" not in register.registered()
        assert register.seen_at("drop") == [incident.incident_id]
        register.becomes(incident, "verdict_taken_back", kind=STRUCTURE)
        assert f"SU-{incident.number}" in register.registered()
        assert register.seen_at("drop") == []

    def test_merged_incident_takes_its_suspect_with_it(self, register: Register) -> None:
        first, second = register.sees(50), register.sees(80)
        register.ward.officer.merge(first.incident_id, second.incident_id, ANNA)
        register.watch.catch_up()
        assert f"SU-{second.number}" not in register.registered()
        assert f"SU-{first.number}" in register.registered()

    @pytest.mark.parametrize(
        ("kind", "how"),
        [
            (GARBAGE, {}),  # garbage far from any drop point is no site
            (STRUCTURE, {"is_surveyed": False}),  # nobody knows where
        ],
    )
    def test_what_has_no_place_on_the_register_leaves_it_alone(
        self, register: Register, kind: EventKind, how: dict[str, object]
    ) -> None:
        register.sees(50, kind, **how)
        assert register.notes() == []

    def test_garbage_at_a_drop_point_is_observed_there(self, register: Register) -> None:
        incident = register.sees(203, GARBAGE)
        assert register.seen_at("drop") == [incident.incident_id]


class TestInspections:
    def test_look_sets_the_next_due_date_and_is_on_record(self, register: Register) -> None:
        register.ward.wait(timedelta(days=40))
        assert [site.site_id for site in register.sites.most_overdue(SiteFilter(), 10)] == [
            "drop",
            "cleared",
            "deferred",
        ]
        register.sites.inspect("drop", InspectionReport(Result.CLEAR, photos=PHOTO), ANNA)
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
        register.sites.inspect("drop", InspectionReport(Result.CLEAR, photos=PHOTO), ANNA)
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
        register.sites.inspect(suspect, InspectionReport(Result.PROBLEM, "a shed", PHOTO), ANNA)
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
        register.sites.inspect("deferred", InspectionReport(Result.CLEAR, photos=PHOTO), ANNA)
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
        register.sites.inspect("deferred", InspectionReport(Result.CLEAR, photos=PHOTO), ANNA)
        register.ward.wait(timedelta(hours=1))
        register.sites.inspect("deferred", InspectionReport(Result.PROBLEM, "still stands", PHOTO), ANNA)
        with pytest.raises(Conflict):
            register.sites.change_state("deferred", StructureState.CLEARED, BEN, "why")

    def test_drop_point_has_no_state_to_change(self, register: Register) -> None:
        with pytest.raises(Conflict, match="cannot be changed"):
            register.sites.change_state("drop", StructureState.CLEARED, BEN, "why")


class TestLists:
    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (SiteFilter(), ["cleared", "deferred", "drop"]),
            (SiteFilter(kinds=(SiteKind.DROP_POINT,)), ["drop"]),
            (SiteFilter(states=(StructureState.DEFERRED, StructureState.CLEARED)), ["cleared", "deferred"]),
            (SiteFilter(words="DROP"), ["drop"]),
            (SiteFilter(words="投放"), ["drop"]),
            (SiteFilter(compound_id="C-1"), ["drop"]),
            (SiteFilter(reach=Reach(compounds=frozenset({"C-1"}))), ["drop"]),  # somebody of one compound
            (SiteFilter(due=True), []),
            (SiteFilter(due=False), ["cleared", "deferred", "drop"]),
        ],
    )
    def test_filter(self, register: Register, wanted: SiteFilter, ids: list[str]) -> None:
        page = register.sites.page(wanted)
        assert ([site.site_id for site in page.sites], page.total, page.next_after) == (ids, len(ids), None)

    def test_pages_follow_each_other(self, register: Register) -> None:
        first = register.sites.page(SiteFilter(), limit=2)
        assert (len(first.sites), first.total, first.next_after) == (2, 3, "deferred")
        rest = register.sites.page(SiteFilter(), after="deferred", limit=2)
        assert ([site.site_id for site in rest.sites], rest.next_after) == (["drop"], None)

    def test_site_without_interval_is_never_due_and_listed_as_not_due(self, register: Register) -> None:
        with register.ward.begin() as work:
            work.sites.put([replace(SITES[2], interval_days=None)])
            work.commit()
        register.ward.wait(timedelta(days=700))
        assert "drop" not in {one.site_id for one in register.sites.most_overdue(SiteFilter(), 9)}
        assert [one.site_id for one in register.sites.page(SiteFilter(due=False)).sites] == ["drop"]


def square(size_m: float, west_m: float = 0.0) -> Polygon:
    corners = ((0, 0), (size_m, 0), (size_m, size_m), (0, size_m))
    return Polygon([metres_from(HERE, 1000 + west_m + east, north) for east, north in corners])


class TestZeroGrowth:
    """A compound of 100 m by 100 m, far from the structure points, and a camera that sees half of it."""

    @pytest.fixture(autouse=True)
    def _compound(self, register: Register) -> None:
        register.put_areas("compounds", Area("compounds", "C-1", "", "", square(100), {}))
        half = square(100, west_m=50)
        names = {"device_id": "box", "camera_id": "A"}
        register.put_areas("camera_views", Area("camera_views", "V-1", "", "", half, names))

    def judged(self, register: Register, hours: float) -> None:
        with register.ward.begin() as work:
            if work.devices.get("box") is None:
                work.devices.put(Device("box", register.ward.clock.now()))
            work.camera_days.add(TODAY, {("box", "A"): hours * 3600})
            work.commit()

    def test_without_observation_it_is_unknown_not_zero(self, register: Register) -> None:
        found = register.sites.zero_growth(TODAY, TODAY)
        assert (found.count, found.coverage.share) == (None, 0.0)

    def test_short_look_of_a_camera_is_none(self, register: Register) -> None:
        self.judged(register, 0.9)
        assert register.sites.zero_growth(TODAY, TODAY).count is None

    def test_zero_stands_with_the_share_that_was_seen(self, register: Register) -> None:
        self.judged(register, 0.6)
        self.judged(register, 0.6)
        found = register.sites.zero_growth(TODAY, TODAY)
        watched = (
            100 * 100 + 2 * 15**2 * 3.1366
        )  # the compound, and two buffers of 15 m (drawn with 64 corners)
        assert found.count == 0
        assert found.coverage.watched_m2 == pytest.approx(watched, rel=2e-3)
        assert found.coverage.observed_m2 == pytest.approx(5000, rel=2e-3)
        assert register.sites.zero_growth(TODAY - timedelta(days=1), TODAY - timedelta(days=1)).count is None

    def test_inspected_point_is_observed_and_one_not_reached_is_not(self, register: Register) -> None:
        register.sites.inspect("cleared", InspectionReport(Result.NOT_REACHED, "locked"), ANNA)
        assert register.sites.zero_growth(TODAY, TODAY).count is None
        register.sites.inspect("cleared", InspectionReport(Result.CLEAR, photos=PHOTO), ANNA)
        found = register.sites.zero_growth(TODAY, TODAY)
        assert (found.count, found.coverage.sites) == (0, 1)
        assert found.coverage.observed_m2 == pytest.approx(15**2 * 3.1366, rel=2e-3)

    def test_only_audited_confirmations_of_new_structures_count(self, register: Register) -> None:
        def counted() -> int | None:
            return register.sites.zero_growth(TODAY, TODAY).count

        self.judged(register, 2)
        at_new_place, at_known, came_back = register.sees(50), register.sees(3), register.sees(103)
        assert counted() == 0  # seen, but nobody has judged
        register.confirmed(at_known)
        assert counted() == 0  # deferred: known already
        register.confirmed(at_new_place)
        assert counted() == 1
        register.confirmed(came_back)
        assert counted() == 2
        register.rejected(at_new_place)
        assert counted() == 1
        found = register.sites.zero_growth(TODAY, TODAY)
        assert found.incident_ids == (came_back.incident_id,)

    def test_period_that_ends_before_it_begins_is_refused(self, register: Register) -> None:
        with pytest.raises(InvalidInput, match=r"^until"):
            register.sites.zero_growth(TODAY, TODAY - timedelta(days=1))


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
