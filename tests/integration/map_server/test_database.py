"""What the database itself promises, on SQLite and PostgreSQL alike."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, update

from map_server.adapters.db.engine import open_engine, sqlite_url
from map_server.adapters.db.migrate import migrate
from map_server.adapters.db.tables import (  # noqa: F401  each adds its tables to the metadata
    accounts,
    devices,
    events,
    field,
    handbook,
    idempotency,
    incidents,
    kernel,
    metadata,
    notices,
    patrols,
    places,
    sites,
    verdicts,
    work_orders,
)
from map_server.domain.audit_log import first_break
from map_server.domain.errors import Conflict, Unavailable
from map_server.domain.event import GroundFix
from map_server.domain.fusion import SearchBox, box_around
from map_server.domain.incident import Incident, IncidentState
from tests.event_messages import HERE, metres_from
from tests.fakes.clock import NOON
from tests.running_server import databases, fresh_database
from tests.small_ward import SmallWard, small_ward

OFFICER = "person:officer"


@pytest.fixture(params=databases())
def ward(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallWard]:
    with fresh_database(request.param) as url, small_ward(tmp_path, url) as opened:
        yield opened


def engine_of(ward: SmallWard) -> Engine:
    return ward.begin._engine


class TestMigrations:
    def test_they_make_exactly_the_tables_of_the_code(self, ward: SmallWard) -> None:
        def is_ours(name: str | None, kind: str, _: object) -> bool:
            is_spatial = name is not None and name.startswith("gx_")  # only the migrations know which of two
            return (kind != "table" or name in metadata.tables) and not is_spatial

        with engine_of(ward).connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_name": is_ours})
            assert compare_metadata(context, metadata) == []

    def test_applying_them_again_changes_nothing(self, ward: SmallWard) -> None:
        before = inspect(engine_of(ward)).get_table_names()

        migrate(engine_of(ward))

        assert inspect(engine_of(ward)).get_table_names() == before

    def test_two_processes_that_start_together_do_not_collide(self, tmp_path: Path) -> None:
        url = sqlite_url(tmp_path / "fresh.sqlite3")
        engines = [open_engine(url) for _ in range(2)]
        faults: list[Exception] = []

        def start(engine: Engine) -> None:
            try:
                migrate(engine)
            except Exception as error:  # told to the main thread
                faults.append(error)

        threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for engine in engines:
            engine.dispose()

        assert faults == []

    def test_another_database_is_refused_by_name(self) -> None:
        with pytest.raises(ValueError, match="mysql"):
            open_engine("mysql://somewhere/lilong")


class TestUnitOfWork:
    def test_what_is_not_committed_leaves_no_trace(self, ward: SmallWard) -> None:
        incident = ward.incident_of(ward.sees("east"))

        with ward.begin() as work:
            work.incidents.put([replace(incident, label="changed")])
            work.note("incident_changed", "incident", incident.incident_id, OFFICER)

        assert ward.incident(incident.incident_id).label == incident.label
        with ward.begin.reading() as work:
            assert all(entry.actor != OFFICER for entry in work.audit_log.entries())

    def test_a_fault_in_the_middle_rolls_everything_back(self, ward: SmallWard) -> None:
        incident = ward.incident_of(ward.sees("east"))

        def change_and_fail() -> None:
            with ward.begin() as work:
                work.incidents.put([replace(incident, label="changed")])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            change_and_fail()

        assert ward.incident(incident.incident_id).label == incident.label
        ward.sees("west")  # and the next writer gets in

    def test_notes_are_chained_in_the_transaction_that_they_tell_of(self, ward: SmallWard) -> None:
        for n in range(3):
            with ward.begin() as work:
                work.note("counted", "number", str(n), OFFICER, after={"n": n, "half": n / 2})
                work.note("counted", "number", str(n), OFFICER)
                head = work.commit()

        with ward.begin.reading() as work:
            assert work.audit_log.head() == head
            assert head.seq == 6
            assert first_break(work.audit_log.entries(), head) is None

    def test_parallel_writers_keep_one_chain(self, ward: SmallWard) -> None:
        def write(name: str) -> None:
            for n in range(10):
                with ward.begin() as work:
                    work.note("counted", "number", str(n), name)
                    work.commit()

        threads = [threading.Thread(target=write, args=(f"person:{n}",)) for n in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with ward.begin.reading() as work:
            assert work.audit_log.head().seq == 50
            assert first_break(work.audit_log.entries(), work.audit_log.head()) is None

    def test_readers_do_not_wait_for_a_writer(self, ward: SmallWard) -> None:
        incident = ward.incident_of(ward.sees("east"))

        with ward.begin() as work:
            work.incidents.put([replace(incident, label="not yet")])
            assert ward.incident(incident.incident_id).label == incident.label


class TestOneOpenIncidentPerPlace:
    def test_the_database_refuses_a_second_one_in_the_same_seat(self, ward: SmallWard) -> None:
        first = ward.incident_of(ward.sees("east", HERE))
        second = ward.incident_of(ward.sees("west", metres_from(HERE, 100)))
        assert first.open_key is not None
        assert second.open_key != first.open_key

        table = incidents.incidents
        steal = update(table).where(table.c.id == second.incident_id).values(open_key=first.open_key)
        with pytest.raises(Conflict), ward.begin() as work:
            work._connection.execute(steal)

    def test_a_writer_that_did_not_see_the_other_is_refused(self, ward: SmallWard) -> None:
        """Two processes both found the place empty: each would take seat 0."""
        first = ward.incident_of(ward.sees("east", HERE))

        with engine_of(ward).connect() as connection:
            row = dict(connection.execute(select(incidents.incidents)).mappings().one())
        del row["number"]
        with pytest.raises(Conflict), ward.begin() as work:
            work._connection.execute(incidents.incidents.insert(), [row | {"id": "another"}])

        assert [incident.incident_id for incident in ward.incidents()] == [first.incident_id]

    def test_an_ended_one_gives_its_seat_back(self, ward: SmallWard) -> None:
        seen = ward.sees("east")
        seat = ward.incident_of(seen).open_key

        ward.sees_it_gone(seen)
        assert ward.incident_of(seen).open_key is None
        ward.clock.advance(86400)
        again = ward.sees("east")

        assert ward.incident_of(again).open_key == seat
        assert len(ward.incidents()) == 2

    def test_things_told_apart_inside_one_cell_each_have_a_seat(self, ward: SmallWard) -> None:
        for n in range(3):
            ward.sees("east", metres_from(HERE, 0.2 * n), zone=f"zone-{n}", error_m=0.1)

        keys = [incident.open_key for incident in ward.incidents()]
        assert len(set(keys)) == 3
        assert len({key.partition("#")[0] for key in keys if key is not None}) == 1


class TestPlaces:
    def numbers(self, ward: SmallWard, *boxes: SearchBox) -> list[int]:
        with ward.begin.reading() as work:
            return sorted(incident.number for incident in work.incidents.near(boxes, NOON))

    def test_the_index_finds_what_lies_in_any_of_the_boxes(self, ward: SmallWard) -> None:
        for n in range(4):
            ward.sees(f"cam-{n}", metres_from(HERE, 50 * n))
        numbers = [incident.number for incident in ward.incidents()]

        def around(east_m: float) -> SearchBox:
            return box_around(GroundFix(*metres_from(HERE, east_m), 1.0), 20)

        assert self.numbers(ward, around(0)) == numbers[:1]
        assert self.numbers(ward, around(0), around(10), around(150)) == [numbers[0], numbers[3]]
        assert self.numbers(ward, around(25)) == []
        assert self.numbers(ward) == []

    def test_it_follows_an_incident_that_moves(self, ward: SmallWard) -> None:
        incident = ward.incident_of(ward.sees("east", HERE))
        there = metres_from(HERE, 500)
        self.put(ward, replace(incident, fix=GroundFix(*there, 1.0)))

        assert self.numbers(ward, box_around(GroundFix(*HERE, 1.0), 20)) == []
        assert self.numbers(ward, box_around(GroundFix(*there, 1.0), 20)) == [incident.number]

    def test_an_incident_without_a_place_is_in_no_box(self, ward: SmallWard) -> None:
        incident = ward.incident_of(ward.sees("east", HERE))
        self.put(ward, replace(incident, fix=None))

        assert self.numbers(ward, SearchBox(-180, -90, 180, 90)) == []
        self.put(ward, incident)
        assert self.numbers(ward, SearchBox(-180, -90, 180, 90)) == [incident.number]

    def test_ended_ones_are_found_only_while_they_may_be_taken_up_again(self, ward: SmallWard) -> None:
        incident = ward.incident_of(ward.sees("east", HERE))
        everywhere = [SearchBox(-180, -90, 180, 90)]
        self.put(ward, replace(incident, state=IncidentState.CLEARED))

        with ward.begin.reading() as work:
            assert work.incidents.near(everywhere, incident.last_seen_at) != []
            assert work.incidents.near(everywhere, NOON.replace(year=2027)) == []

    @staticmethod
    def put(ward: SmallWard, incident: Incident) -> None:
        with ward.begin() as work:
            work.incidents.put([incident])
            work.commit()


def test_an_incident_comes_back_as_it_was_stored(ward: SmallWard) -> None:
    seen = ward.incident_of(ward.sees("east", HERE, error_m=2.5))

    TestPlaces.put(ward, seen)

    assert ward.incident(seen.incident_id) == seen


def test_a_locked_sqlite_is_unavailable_not_broken(tmp_path: Path) -> None:
    with small_ward(tmp_path) as ward:
        other = open_engine(sqlite_url(tmp_path / "ward.sqlite3"))
        with other.connect() as holder:
            holder.exec_driver_sql("ROLLBACK")
            holder.exec_driver_sql("BEGIN EXCLUSIVE")
            with engine_of(ward).connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout=10")

            with pytest.raises(Unavailable, match="nothing was changed"), ward.begin():
                pytest.fail("two writers at once")
            holder.exec_driver_sql("COMMIT")
        other.dispose()
        ward.sees("east")
