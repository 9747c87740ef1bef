"""What cameras see becomes observations of sites, or suspects with a task to verify."""

from datetime import timedelta

import pytest

from map_server.domain.incident import IncidentState
from map_server.domain.inspection import TaskOutcome
from map_server.domain.site import StructureState
from tests.event_messages import HERE, metres_from
from tests.site_register import ANNA, GARBAGE, SITES, STRUCTURE, Register
from wire_contract.vocabulary import EventKind


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
