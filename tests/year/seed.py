"""Builds one synthetic year in a data folder: `python -m tests.year.seed --data .cache/year`.

56,000 work orders of which 55,552 closed, 4,041 devices, 99 compounds: the sample ward with a year of work in
it. The same seed gives the same rows. Then the year's report is made, each figure's rows are counted, and
everything is compared with what recompute.sql gives.
"""

import argparse
import random
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import shapely
from sqlalchemy import Connection, Engine, select

from map_server.adapters.db.engine import WRITES
from map_server.adapters.db.repositories.places import SqlAreas
from map_server.adapters.db.tables.accounts import accounts
from map_server.adapters.db.tables.audits import audit_items
from map_server.adapters.db.tables.devices import cameras, devices
from map_server.adapters.db.tables.events import events
from map_server.adapters.db.tables.incidents import incidents
from map_server.adapters.db.tables.sites import camera_days
from map_server.adapters.db.tables.verdicts import verdicts
from map_server.adapters.db.tables.work_orders import work_order_steps, work_orders
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.db.upsert import insert_many
from map_server.bootstrap.server import running_services
from map_server.config import Settings
from map_server.domain.datum import LonLat
from map_server.domain.place import Area
from map_server.domain.responsibility import Assignment
from map_server.entrypoints.geodata_command import load_sample_ward
from map_server.entrypoints.services import Services
from tests.year.rows import Ground, Plan, Row, Rows, Year
from wire_contract.vocabulary import EventKind

POINTS_PER_COMPOUND = 60
AT_ONCE = 2000
IN_ORDER = (incidents, events, audit_items, verdicts, work_orders, work_order_steps)
"""Tables in the order that foreign keys ask for."""
MADE = "synthetic_year_made"
MARKER = "SYNTHETIC_YEAR"
"""A file that says that the folder holds nothing but such a year."""


def seed(data_dir: Path, plan: Plan, tell: bool = True) -> None:
    """Make the database of a year in an empty folder."""
    data_dir.mkdir(parents=True, exist_ok=True)
    if any(data_dir.iterdir()):
        raise SystemExit(f"{data_dir} is not empty; give another folder")
    (data_dir / MARKER).write_text("made by tests.year.seed; may be removed\n", encoding="utf-8")
    with running_services(Settings(data_dir=data_dir)) as services:
        seed_into(services, plan, tell)


def remove_year(data_dir: Path) -> None:
    """Remove a folder that this program has made; any other is somebody's."""
    if not (data_dir / MARKER).exists():
        raise SystemExit(f"{data_dir} is no synthetic year; it stays. Give another folder.")
    shutil.rmtree(data_dir)


def seed_into(services: Services, plan: Plan, tell: bool = False) -> None:
    """Put a year into a server without any incident. It gets the sample ward where it has no layers."""
    load_sample_ward(services)
    engine = services.engine
    with engine.connect() as connection:
        if connection.scalar(select(incidents.c.id).limit(1)):
            raise SystemExit("this database has incidents already; give an empty folder")
        compounds = SqlAreas(connection).of_layer("compounds")
    year = Year(plan, grounds_of(services, compounds, plan))
    with _writing(engine) as connection:
        insert_many(connection, accounts, year.accounts())
        boxes, eyes = year.devices()
        insert_many(connection, devices, boxes)
        insert_many(connection, cameras, eyes)
    _write_camera_days(engine, year, tell)
    total = plan.orders + plan.void + plan.rejected + plan.open_incidents
    for count, batch in _batches(_everything(year)):
        with _writing(engine) as connection:
            for table in IN_ORDER:
                insert_many(connection, table, batch[table.name])
        _say(tell, f"incidents and work orders: {count:,} of {total:,}")
    _record(services, plan)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    _say(tell, "made\n")


def grounds_of(services: Services, compounds: list[Area], plan: Plan) -> list[Ground]:
    """Give the compounds with points on them and with who answers for what there, by the handbook."""
    chance = random.Random(plan.seed + 1)
    grounds = []
    for area in compounds:
        points = tuple(_points_on(area, chance))
        owners = {}
        for kind in EventKind:
            found = services.owners.owner_of(kind, points[0], plan.begins_at)
            assert isinstance(found, Assignment), f"{area.area_id} has nobody for {kind}"
            owners[kind] = (found.lead_unit_id, _owner_row(found))
        grid = services.places.whereabouts(points[0]).grid_id
        grounds.append(Ground(area.area_id, grid, points, owners))
    return grounds


def _points_on(area: Area, chance: random.Random) -> Iterator[LonLat]:
    west, south, east, north = area.geometry.bounds
    left = POINTS_PER_COMPOUND
    while left:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        if area.geometry.contains(shapely.Point(lon, lat)):
            yield lon, lat
            left -= 1


def _owner_row(found: Assignment) -> Row:
    return {
        "rule_id": found.rule_id,
        "rule_version": found.rule_version,
        "unit_id": found.lead_unit_id,
        "assistant_unit_ids": list(found.assistant_unit_ids),
        "sla_id": found.sla_id,
        "sla_version": found.sla_version,
        "evidence_needed": [str(need) for need in found.evidence_needed],
        "why_none": None,
    }


def _everything(year: Year) -> Iterator[Rows]:
    yield from year.orders()
    yield from year.lone_incidents()


def _batches(pieces: Iterable[Rows]) -> Iterator[tuple[int, Rows]]:
    """Gather rows by table, some thousand incidents at once; count the incidents so far."""
    batch: defaultdict[str, list[Row]] = defaultdict(list)
    count = 0
    for piece in pieces:
        count += 1
        for name, rows in piece.items():
            batch[name] += rows
        if count % AT_ONCE == 0:
            yield count, batch
            batch.clear()
    yield count, batch


def _write_camera_days(engine: Engine, year: Year, tell: bool) -> None:
    count = 0
    for rows in year.camera_days():
        with _writing(engine) as connection:
            insert_many(connection, camera_days, rows)
        count += len(rows)
        _say(tell, f"camera-days: {count:,}")


def _record(services: Services, plan: Plan) -> None:
    """Write the one entry of the audit log that stands for the year."""
    with SqlUnitsOfWork(services.engine, services.clock, services.changes)() as work:
        size = {"orders": plan.orders, "closed": plan.closed, "devices": plan.devices, "seed": plan.seed}
        work.note(MADE, "record", "year", "system", "synthetic data", after=size)
        work.commit()


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        yield connection


def _say(tell: bool, text: str) -> None:
    if tell:
        sys.stdout.write(f"\r\033[K{text}")
        sys.stdout.flush()


def main() -> int:
    """Make the year, then hold its report against the figures recomputed by plain SQL."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="an empty folder; or one with --again")
    parser.add_argument("--again", action="store_true", help="make the folder anew")
    parser.add_argument("--open-incidents", type=int, default=0, help="further ones that nobody looked at")
    for name in ("orders", "closed", "void", "rejected", "devices", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Plan, name))
    given = vars(parser.parse_args())
    data, again = given.pop("data"), given.pop("again")
    plan = Plan(**given)
    if again and data.exists():
        remove_year(data)
    began = time.perf_counter()
    seed(data, plan)
    size_mb = (data / "lilong.sqlite3").stat().st_size / 1e6
    print(f"{plan.orders:,} work orders in {time.perf_counter() - began:.0f} s, {size_mb:.0f} MB in {data}")
    from tests.year.check import check

    return check(data, plan)


if __name__ == "__main__":
    sys.exit(main())
