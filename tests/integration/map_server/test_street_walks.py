"""From a phone's track to walked streets: matched anew when fixes come late, and held against the plan."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from map_server.adapters.db.queries.growth import SqlGrowthReads
from map_server.adapters.db.unit_of_work import SqlUnitsOfWork
from map_server.adapters.geodata_files import GeodataFiles
from map_server.adapters.loaded_streets import LoadedStreets, street_network
from map_server.adapters.street_files import StreetFiles
from map_server.bootstrap.database import open_database
from map_server.config import Settings
from map_server.domain.track import TrackedFix, TrackSource
from map_server.domain.track_match import TrackFix
from map_server.services.geodata import Geodata
from map_server.services.street_coverage import StreetCoverage
from map_server.services.street_walks import StreetWalks
from map_server.services.streets import Streets
from tests.fakes.clock import NOON, FakeClock
from tests.osm_town import at, write_town

PACE_M_S = 1.2


class Town:
    """The little town with its services, and a database without routes."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOON + timedelta(hours=1))
        self.engine = open_database(Settings(data_dir=folder / "data"))
        self.begin = SqlUnitsOfWork(self.engine, self.clock, committed=lambda _: None)
        read = self.begin.reading
        loaded = self.loaded = LoadedStreets(read, self.clock)
        geodata = Geodata(self.begin, read, self.clock, GeodataFiles())
        Streets(read, geodata, StreetFiles(), lambda areas: street_network(areas).figures, loaded).load(
            write_town(folder / "town.osm"), "person:1"
        )
        self.walks = StreetWalks(self.begin, read, self.clock, loaded)
        self.coverage = StreetCoverage(read, self.clock, loaded, SqlGrowthReads(self.engine))

    def started_anew(self) -> StreetWalks:
        """What the matching knows after the server was started again: nothing."""
        return StreetWalks(self.begin, self.begin.reading, self.clock, self.loaded)

    def sends(
        self, fixes: Sequence[TrackFix], actor: str = "person:2", received_at: datetime | None = None
    ) -> None:
        came_at = received_at or self.clock.now()
        with self.begin() as work:
            work.tracks.add([TrackedFix(fix, actor, TrackSource.PAGE, "plan", "A", came_at) for fix in fixes])
            work.commit()

    def walked_m(self) -> float:
        return self.coverage.over(NOON.date(), NOON.date()).overall.walked_m


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    yield opened
    opened.engine.dispose()


def along(from_x_m: float, to_x_m: float) -> list[TrackFix]:
    """Walk along the main street, a fix each ten seconds; x says when."""
    steps = range(round((to_x_m - from_x_m) / PACE_M_S / 10) + 1)
    places = [min(from_x_m + 10 * PACE_M_S * step, to_x_m) for step in steps]
    return [TrackFix(*at(x, 0), 5.0, NOON + timedelta(seconds=(x + 300) / PACE_M_S)) for x in places]


def test_a_track_becomes_walked_streets_once(town: Town) -> None:
    town.sends(along(-300, 100))
    assert town.walks.catch_up() == 1
    assert town.walked_m() == pytest.approx(400, abs=12)
    assert town.walks.catch_up() == 0


def test_fixes_that_come_late_close_the_hole(town: Town) -> None:
    town.sends([*along(-300, -240), *along(300, 400)])
    town.walks.catch_up()
    assert town.walked_m() == pytest.approx(160, abs=25)
    town.sends(along(-240, 300))
    town.walks.catch_up()
    assert town.walked_m() == pytest.approx(700, abs=12)


def test_two_people_of_a_team_add_up(town: Town) -> None:
    town.sends(along(-300, 0), "person:2")
    town.sends(along(100, 400), "person:3")
    town.walks.catch_up()
    assert town.walked_m() == pytest.approx(600, abs=25)


def test_a_weekend_without_signal_counts_when_the_phone_is_back(town: Town) -> None:
    """All of it, on the day on which it was walked, up to the time for which tracks are kept."""
    town.sends(along(-300, -100))
    town.walks.catch_up()
    town.clock.advance(29 * 86_400)
    town.walks.catch_up()
    assert town.walked_m() == pytest.approx(200, abs=12)
    town.sends(along(-100, 400))
    assert town.walks.catch_up() == 1
    assert town.walked_m() == pytest.approx(700, abs=12)


def test_what_came_in_before_the_server_went_down_counts_when_it_is_up(town: Town) -> None:
    town.sends(along(-300, 100))
    town.clock.advance(3 * 86_400)
    assert town.started_anew().catch_up() == 1
    assert town.walked_m() == pytest.approx(400, abs=12)


def test_a_day_is_matched_again_only_when_more_of_it_comes_in(town: Town) -> None:
    town.sends(along(-300, 100))
    assert town.walks.catch_up() == 1
    for _ in range(3):
        town.clock.advance(120)
        assert town.walks.catch_up() == 0
    town.clock.advance(40 * 3600)
    town.sends(along(-300, 100))  # the phone did not hear that they had arrived
    assert town.walks.catch_up() == 0


def test_a_fix_that_was_stored_while_others_were_matched_is_not_passed_over(town: Town) -> None:
    """It was stamped before the look, and stored after it."""
    stamped_at = town.clock.now()
    town.clock.advance(30)
    assert town.walks.catch_up() == 0
    town.sends(along(-300, 100), received_at=stamped_at)
    assert town.walks.catch_up() == 1
