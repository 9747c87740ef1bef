"""The zero-growth meter: new structures with the share of the ward that was observed."""

from datetime import timedelta

import pytest
from shapely import Polygon

from map_server.domain.device import Device
from map_server.domain.errors import InvalidInput
from map_server.domain.inspection import Result
from map_server.domain.place import Area
from map_server.services.sites import InspectionReport
from tests.event_messages import HERE, metres_from
from tests.site_register import ANNA, TODAY, Register


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
        register.looked_at("cleared", Result.CLEAR)
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
