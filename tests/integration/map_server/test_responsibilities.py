"""The handbook from files to answers: loaded whole or not at all, each fault with its line, all on record."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from map_server.adapters.db.tables.kernel import audit_log
from map_server.bootstrap.record import recorded
from map_server.bootstrap.server import running_services
from map_server.config import Settings, settings_from
from map_server.domain.errors import InvalidInput, NotFound
from map_server.domain.responsibility import Assignment, NoOwner, NoOwnerReason
from map_server.domain.responsibility_lint import Fault
from map_server.domain.site import SiteKind
from map_server.domain.sla import Stage, due_at
from map_server.domain.unit import UnitLevel
from map_server.domain.ward_time import WARD_ZONE
from map_server.entrypoints.cli import command_line
from map_server.entrypoints.services import Services
from tests.fakes.clock import FakeClock
from tests.running_server import databases, fresh_database
from tests.sample_ward import SAMPLE_WARD
from wire_contract.vocabulary import EventKind

NOON = datetime(2026, 11, 23, 12, tzinfo=WARD_ZONE).astimezone(UTC)
NIGHT = datetime(2026, 11, 23, 22, tzinfo=WARD_ZONE).astimezone(UTC)
LAYERS = [
    SAMPLE_WARD / f"{name}.geojson" for name in ("ward", "grids", "compounds", "fire_lanes", "drop_points")
]
ME = "person:1"


@contextmanager
def ward(kind: str, data_dir: Path) -> Iterator[Services]:
    with (
        fresh_database(kind) as url,
        running_services(Settings(data_dir=data_dir, database_url=url), FakeClock()) as running,
    ):
        if not running.responsibilities.handbook().rules:
            running.geodata.load(LAYERS, "system")
            running.responsibilities.load([SAMPLE_WARD], "system")
        yield running


@pytest.fixture(scope="module")
def loaded_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with ward and handbook, loaded once and copied for each test that changes it."""
    data_dir = tmp_path_factory.mktemp("loaded") / "data"
    with ward("sqlite", data_dir):
        return data_dir


@pytest.fixture(params=databases())
def services(request: pytest.FixtureRequest, tmp_path: Path, loaded_data: Path) -> Iterator[Services]:
    shutil.copytree(loaded_data, tmp_path / "data")
    with ward(request.param, tmp_path / "data") as running:
        yield running


@pytest.fixture(params=databases(), scope="module")
def standing(request: pytest.FixtureRequest, loaded_data: Path) -> Iterator[Services]:
    """For tests that change nothing."""
    with ward(request.param, loaded_data) as running:
        yield running


def responsibilities() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SAMPLE_WARD / "responsibilities.json").read_text(encoding="utf-8"))
    return document


def rule(document: dict[str, Any], rule_id: str) -> dict[str, Any]:
    (found,) = (one for one in document["rules"] if one["id"] == rule_id)
    assert isinstance(found, dict)
    return found


def text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def notes(services: Services) -> list[tuple[str, str]]:
    with services.engine.connect() as connection:
        wanted = select(audit_log.c.action, audit_log.c.subject_id).order_by(audit_log.c.seq)
        return [(row.action, row.subject_id) for row in connection.execute(wanted)]


class TestAnswers:
    def test_sample_ward_has_one_lead_everywhere(self, standing: Services) -> None:
        assert standing.responsibilities.findings() == []
        assert standing.responsibilities.broken_names() == []

    def test_ten_thousand_points_have_a_lead_each(self, standing: Services) -> None:
        drawn = np.random.default_rng(7)
        lons, lats = drawn.uniform(121.541, 121.577, 10_000), drawn.uniform(31.237, 31.262, 10_000)
        owners = standing.responsibilities.owners()
        for lon, lat, kind in zip(lons, lats, list(EventKind) * 2500, strict=True):
            found = owners.owner_of(kind, (float(lon), float(lat)), NOON)
            assert isinstance(found, Assignment)

    def test_by_day_the_company_of_the_compound_leads_and_by_night_its_station(
        self, standing: Services
    ) -> None:
        site = standing.places.sites([SiteKind.FIRE_LANE])[0]
        by_day, by_night = (
            standing.responsibilities.owner_of(EventKind.BLOCKED_FIRE_LANE, site.point, at, site.site_id)
            for at in (NOON, NIGHT)
        )
        assert isinstance(by_day, Assignment)
        assert isinstance(by_night, Assignment)
        assert by_day.lead_unit_id.startswith("PC-")
        assert (by_day.assistant_unit_ids, by_day.sla_id) == (("FIRE",), "FIRE")
        assert by_night.lead_unit_id.startswith("JS-")
        assert by_night.assistant_unit_ids == (by_day.lead_unit_id,)

    def test_case_is_raised_level_by_level(self, standing: Services) -> None:
        at = standing.responsibilities.unit_above
        company = standing.responsibilities.unit("PC-01")
        station = at(company.unit_id, UnitLevel.JOINT_STATION)
        assert station is not None
        assert station.unit_id == company.parent_id
        centre = at(company.unit_id, UnitLevel.SUBDISTRICT)
        assert centre is not None
        assert centre.unit_id == "CENTRE"
        assert at("CENTRE", UnitLevel.COMPOUND) is None

    def test_due_time_of_an_assignment(self, standing: Services) -> None:
        found = standing.responsibilities.owner_of(EventKind.GARBAGE_DROP, None, NOON)
        assert isinstance(found, Assignment)
        sla = standing.responsibilities.sla(found.sla_id, found.sla_version)
        calendar = standing.responsibilities.calendar_for(sla, found.lead_unit_id)
        assert due_at(NOON, Stage.ACCEPT, sla, calendar) == NOON + timedelta(minutes=30)

    def test_without_rules_the_case_has_no_owner(self, tmp_path: Path) -> None:
        with running_services(Settings(data_dir=tmp_path / "empty"), FakeClock()) as empty:
            found = empty.responsibilities.owner_of(EventKind.GARBAGE_DROP, None, NOON)
            assert found == NoOwner(NoOwnerReason.NO_RULES)
            with pytest.raises(NotFound, match="no SLA"):
                empty.responsibilities.sla("FIRE")


class TestLoading:
    def test_loaded_again_nothing_changes(self, services: Services) -> None:
        before = notes(services)
        again = services.responsibilities.load([SAMPLE_WARD], ME)
        assert (again.fates, again.unchanged) == ([], 168)
        assert notes(services) == before

    def test_changed_rule_gets_a_new_version_and_is_on_record(self, services: Services) -> None:
        document = responsibilities()
        rule(document, "garbage-ward")["lead"] = "CENTRE"
        before = notes(services)
        loaded = services.responsibilities.load_text("mine.json", text_of(document), ME)
        assert [(key.record_id, str(fate)) for key, fate in loaded.fates] == [("garbage-ward", "changed")]
        assert notes(services)[len(before) :] == [("rule_changed", "garbage-ward")]
        found = services.responsibilities.owner_of(EventKind.GARBAGE_DROP, None, NOON)
        assert isinstance(found, Assignment)
        assert (found.lead_unit_id, found.rule_version) == ("CENTRE", 2)

    def test_rule_that_the_file_no_longer_has_is_retired_and_comes_back_as_a_new_version(
        self, services: Services
    ) -> None:
        whole = responsibilities()
        fewer = {**whole, "rules": [one for one in whole["rules"] if one["id"] != "camera-ward"]}
        loaded = services.responsibilities.load_text("fewer.json", text_of(fewer), ME)
        assert [str(fate) for _, fate in loaded.fates] == ["retired"]
        assert {(one.fault, one.case_class) for one in loaded.findings} == {
            (Fault.GAP, EventKind.CAMERA_HEALTH)
        }
        gone = services.responsibilities.owner_of(EventKind.CAMERA_HEALTH, None, NOON)
        assert gone == NoOwner(NoOwnerReason.NO_RULE_FOR_CLASS)
        services.responsibilities.load_text("whole.json", text_of(whole), ME)
        back = services.responsibilities.owner_of(EventKind.CAMERA_HEALTH, None, NOON)
        assert isinstance(back, Assignment)
        assert back.rule_version == 2

    def test_old_version_of_an_sla_is_kept(self, services: Services) -> None:
        document = responsibilities()
        document["slas"][0]["accept"] = {"working_minutes": 45}
        services.responsibilities.load_text("mine.json", text_of(document), ME)
        minutes = [
            services.responsibilities.sla("GARBAGE", version).limits[Stage.ACCEPT].minutes
            for version in (1, 2, None)
        ]
        assert minutes == [30, 45, 45]

    def test_years_are_added_and_the_others_stay(self, services: Services) -> None:
        day = {"name_zh": "元旦", "name_en": "New Year", "first": "2028-01-01", "last": "2028-01-03"}
        year = {"year": 2028, "status": "announced", "source": "a notice", "holidays": [day]}
        services.responsibilities.load_text("holidays.json", json.dumps({"years": [year]}), ME)
        assert sorted(services.responsibilities.handbook().holidays.years) == [2025, 2026, 2027, 2028]

    def test_interval_of_a_group_reaches_its_sites(self, services: Services) -> None:
        document = json.loads((SAMPLE_WARD / "site_groups.json").read_text(encoding="utf-8"))
        assert {site.interval_days for site in services.places.sites([SiteKind.DROP_POINT])} == {7}
        document["site_groups"][0]["interval_days"] = 3
        services.responsibilities.load_text("groups.json", json.dumps(document), ME)
        assert {site.interval_days for site in services.places.sites([SiteKind.DROP_POINT])} == {3}


def _bad(change: str) -> tuple[dict[str, Any], str]:
    """Give a spoilt document, and the words of the line that must hold the fault."""
    document = responsibilities()
    some = rule(document, "fire-03")
    mend = {
        "unknown class": (lambda: some.update(classes=["fire_brigade"]), '"classes": ['),
        "unknown key": (lambda: some.update(leed="X"), '"leed"'),
        "hours that are none": (
            lambda: some.update(week=[{"hours": "25:00-26:00"}]),
            '"hours": "25:00-26:00"',
        ),
        "lead helps himself": (lambda: some.update(assistants=[some["lead"]]), '"assistants": ['),
        "unknown unit": (lambda: some.update(lead="NOBODY"), '"id": "fire-03"'),
        "unknown compound": (lambda: some["area"].update(ids=["C-999"]), '"id": "fire-03"'),
        "unknown layer": (lambda: some.update(area={"kind": "layer", "layer": "moats"}), '"id": "fire-03"'),
        "equal rule": (lambda: document["rules"].append({**some, "id": "zz-twin"}), '"id": "zz-twin"'),
        "same id": (lambda: document["rules"].append({**some}), None),
        "ended before it began": (lambda: some.update(valid_until="2024-01-01"), '"valid_until"'),
        "two measures": (
            lambda: document["slas"][0].update(check={"working_minutes": 1, "calendar_minutes": 1}),
            '"check": {',
        ),
    }[change]
    mend[0]()
    return document, mend[1] or ""


FAULTS = {
    "unknown class": "classes",
    "unknown key": "leed is not known here",
    "hours that are none": "hours: String should match",
    "lead helps himself": "leads already",
    "unknown unit": "there is no unit NOBODY",
    "unknown compound": "there is no compound C-999",
    "unknown layer": "no layer is called moats",
    "equal rule": "equally specific",
    "same id": "stands in",
    "ended before it began": "must lie after valid_from",
    "two measures": "give working_minutes or calendar_minutes",
}


@pytest.mark.parametrize("change", FAULTS)
def test_fault_is_named_with_its_line_and_nothing_is_loaded(standing: Services, change: str) -> None:
    document, words = _bad(change)
    document["rules"][0]["note_en"] = "a change that must not come in"
    text, before = text_of(document), notes(standing)
    with pytest.raises(InvalidInput) as refused:
        standing.responsibilities.load_text("mine.json", text, ME)
    place, _, message = refused.value.message.partition(": ")
    assert FAULTS[change] in message
    name, line = place.split(":")
    assert name == "mine.json"
    near = "\n".join(text.splitlines()[int(line) - 1 : int(line) + 1])  # a record's line is that of its brace
    assert words in near
    assert notes(standing) == before
    assert standing.responsibilities.handbook().revision == 1


def test_text_that_is_no_json_is_named_with_its_line(standing: Services) -> None:
    with pytest.raises(InvalidInput, match=r"^mine\.json:3: is not JSON"):
        standing.responsibilities.load_text("mine.json", '{\n"rules": [\n{"id": "a",}]}', ME)


def test_misspelt_section_is_told_the_nearest_one(standing: Services) -> None:
    with pytest.raises(InvalidInput, match=r"^mine\.json:1: 'rule' is not known here; do you mean 'rules'"):
        standing.responsibilities.load_text("mine.json", '{"rule": []}', ME)


def test_area_that_the_ward_lost_is_named(services: Services, tmp_path: Path) -> None:
    compounds = json.loads((SAMPLE_WARD / "compounds.geojson").read_text(encoding="utf-8"))
    compounds["features"] = compounds["features"][1:]
    (tmp_path / "compounds.geojson").write_text(json.dumps(compounds), encoding="utf-8")
    services.geodata.load([tmp_path / "compounds.geojson"], ME)
    said = [fault.message for fault in services.responsibilities.broken_names()]
    assert said
    assert all("there is no compound C-01" in one for one in said)


class TestCommand:
    """`map-server check-responsibilities` as a user types it."""

    def check(self, data_dir: Path, *arguments: str) -> Result:
        app = command_line(
            running_services, recorded, lambda data, host, port: settings_from({}, data, host, port)
        )
        options = ["check-responsibilities", *arguments, "--data", str(data_dir)]
        return CliRunner().invoke(app, options, catch_exceptions=False)

    def test_whole_rules_end_well(self, loaded_data: Path) -> None:
        found = self.check(loaded_data)
        assert found.exit_code == 0, found.output
        assert found.stdout == "no gap, no overlap: every class has one lead at every place and hour\n"

    def test_file_with_gaps_is_told_line_by_line_and_ends_with_two(
        self, loaded_data: Path, tmp_path: Path
    ) -> None:
        document = responsibilities()
        document["rules"] = [one for one in document["rules"] if one["id"] != "camera-ward"]
        (tmp_path / "mine.json").write_text(text_of(document), encoding="utf-8")
        found = self.check(loaded_data, str(tmp_path / "mine.json"))
        assert found.exit_code == 2
        (line,) = found.stdout.splitlines()
        assert line.startswith("gap: camera_health, unknown places, grid G-01 outside of compounds, ")
        assert line.endswith("nobody is responsible; add a rule or widen one")
