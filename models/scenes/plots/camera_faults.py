"""A camera that is knocked aside, and one over which somebody hangs a cloth."""

from dataclasses import replace

import numpy as np

from models.scenes.acting import passing, people_at
from models.scenes.pinhole import Camera
from models.scenes.places.bin_station import station_by_day
from models.scenes.places.fire_lane import lane
from models.scenes.plots.fire_lane import PASSER_BY
from models.scenes.plots.fire_lane import RULES as LANE_RULES
from models.scenes.plots.garbage import MOTHER
from models.scenes.plots.garbage import RULES as STATION_RULES
from models.scenes.plots.plot import Deserving, Plot

KNOCK_S = 45.0
KNOCKS: tuple[tuple[float, float, float], ...] = ((7.0, 2.0, 3.0), (14.0, -4.0, 8.0), (11.0, -3.0, 6.0))
"""Turn, tilt and roll in degrees that the camera has in the frames from the knock on; the last stays."""

COVER_S, COVERED_S = 40.0, 41.0


def knocked_aside() -> Plot:
    """The camera looks elsewhere from one moment on."""
    place, fps = station_by_day(), 5

    def camera(t: float) -> Camera:
        since = round((t - KNOCK_S) * fps)
        if since < 0:
            return place.camera
        turn, tilt, roll = KNOCKS[min(since, len(KNOCKS) - 1)]
        old = place.camera
        return replace(old, heading_deg=old.heading_deg + turn, tilt_deg=old.tilt_deg + tilt, roll_deg=roll)

    visits = [passing("passer-by", MOTHER, 12.0, ((8.4, 6.4), (-8.2, 6.8)))]
    event = Deserving(
        "camera_health",
        KNOCK_S + (len(KNOCKS) - 1) / fps,
        None,
        camera_state="moved",
        notes="something hits the camera; it looks 11 degrees further right afterwards",
    )
    return Plot(
        "camera-knocked-aside",
        "Somebody passes; later the camera is knocked aside and stays so.",
        place,
        105,
        lambda t: people_at(visits, [], t),
        (event,),
        STATION_RULES,
        camera=camera,
    )


def covered_camera() -> Plot:
    """A cloth is drawn over the lens and stays there."""
    visits = [passing("passer-by", PASSER_BY, 14.0, ((1.6, 6.6), (1.3, 17.0), (3.4, 19.0)))]
    event = Deserving(
        "camera_health", COVERED_S, None, camera_state="covered", notes="a dark cloth hangs before the lens"
    )
    return Plot(
        "camera-covered",
        "Somebody walks along the lane; later a cloth is drawn over the camera.",
        lane(),
        100,
        lambda t: people_at(visits, [], t),
        (event,),
        LANE_RULES,
        cover=lambda t: float(np.clip((t - COVER_S) / (COVERED_S - COVER_S), 0, 1)),
    )
