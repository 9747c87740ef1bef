"""Ten days on a roof, six stills a day: the sun turns, clouds and laundry come and go, a shed is built."""

from functools import cache

import numpy as np

from models.scenes.light import OVERCAST, Light
from models.scenes.places.rooftop import LINE_LENGTH_M, LINE_M, rooftop
from models.scenes.plots.plot import Deserving, Plot
from models.scenes.shapes import roof
from models.scenes.shapes.thing import Thing

DAYS, HOURS = 10, (8.0, 10.0, 12.0, 13.5, 15.0, 16.5)
STEP_S = 86_400 / len(HOURS)
FPS = 2
CLOUDY_DAYS = (2, 6)
LAUNDRY_DAYS = (1, 4, 8)
SHED_M, SHED_SIZE_M = (4.0, 12.0), (3.6, 3.0, 2.3)
FIRST_SHED_DAY = 3
START = "2026-10-12T00:00:00+08:00"


def day_and_hour(seconds: float) -> tuple[int, float]:
    """Give the day and the hour that a second of the clip shows."""
    still = round(seconds * FPS)
    return still // len(HOURS), HOURS[still % len(HOURS)]


@cache
def sun_at(hour: float) -> Light:
    """Give a clear sky at an hour of an October day in Shanghai."""
    angle = np.radians((hour - 11.8) * 15)
    height = float(np.degrees(np.arcsin(np.sin(np.radians(50)) * np.cos(angle))))
    return Light(
        sun_from_deg=180 + float(np.degrees(angle)) * 1.05,
        sun_height_deg=max(14.0, height),
        sun_w_m2=1.4 + 1.9 * max(0.0, float(np.cos(angle))),
        sun_colour=(1.0, 0.93, 0.84) if abs(hour - 11.8) < 3 else (1.0, 0.84, 0.68),
        sky_strength=0.75,
        exposure_stops=0.1,
    )


def light_at(seconds: float) -> Light:
    """Give the light of a still."""
    day, hour = day_and_hour(seconds)
    return OVERCAST if day in CLOUDY_DAYS else sun_at(hour)


@cache
def _shed(stage: int) -> Thing:
    return Thing(f"shed {stage}", roof.shed(*SHED_SIZE_M, stage)).at(*SHED_M, 0.0)


@cache
def _laundry(day: int) -> Thing:
    return Thing(f"laundry {day}", roof.laundry(np.random.default_rng(day), LINE_LENGTH_M)).at(*LINE_M)


def things_at(seconds: float) -> list[Thing]:
    """Give what is on the roof besides its fixtures."""
    day, hour = day_and_hour(seconds)
    things = []
    if day in LAUNDRY_DAYS and 9 < hour < 16:
        things.append(_laundry(day))
    if day >= FIRST_SHED_DAY:
        things.append(_shed(min(roof.SHED_STAGES, day - FIRST_SHED_DAY + 1)))
    return things


def shed_grows() -> Plot:
    """A shed that was not there before."""
    stills = len(HOURS)
    begins = [(FIRST_SHED_DAY + stage) * stills / FPS for stage in range(roof.SHED_STAGES)]
    looks = tuple((start_s, (_shed(stage),)) for stage, start_s in enumerate(begins, start=1))
    event = Deserving(
        "illegal_structure",
        begins[0],
        None,
        looks,
        changed_area_m2=SHED_SIZE_M[0] * SHED_SIZE_M[1],
        notes="walls rise for three days, on the fourth comes the roof; laundry and clouds deserve nothing",
    )
    return Plot(
        "rooftop",
        "Ten days, six stills a day: a shed is built on a roof; laundry, clouds and shadows come and go.",
        rooftop(sun_at(HOURS[2])),
        DAYS * stills / FPS,
        things_at,
        (event,),
        {"illegal_structure": {"days_to_confirm": 3}},
        light=light_at,
        fps=FPS,
        seconds_per_frame=STEP_S,
        grain=1.8,
        more_settings=(
            "",
            "[playback]",
            f"start = {START}",
            f"fps = {1 / STEP_S!r}",
            f"speed = {FPS * STEP_S!r}",
        ),
    )
