"""What was built is drawn whole, and the shadows that it throws are not."""

from datetime import UTC, date, datetime

import cv2
import numpy as np

from edge_agent.structure.diary import Day, coloured_anew
from edge_agent.structure.silhouette import recoloured_places, silhouette
from edge_agent.structure.stills import Still
from edge_agent.types import Image
from tests.footage import textured

SIZE = (320, 200)
ROOF = textured(SIZE)
SHED = (slice(40, 120), slice(120, 200))
EVERYWHERE = np.full((200, 320), 255, np.uint8)


def with_shed(shadow_x: int) -> Image:
    picture = ROOF.copy()
    shadow = (slice(80, 120), slice(shadow_x, shadow_x + 40))
    picture[shadow] = (picture[shadow] * 0.5).astype(np.uint8)
    picture[SHED] = (170, 110, 60)
    return picture


def day_of(shadows: list[int], number: int) -> Day:
    counts = (np.zeros((200, 320), np.uint16), np.zeros((200, 320), np.uint16))
    day = Day(date(2026, 11, number), datetime(2026, 11, number, tzinfo=UTC), ROOF, *counts)
    for shadow_x in shadows:
        picture = with_shed(shadow_x)
        day.add(EVERYWHERE, recoloured_places(Still(picture, EVERYWHERE), [ROOF]), picture)
    return day


def region() -> np.ndarray:
    """Give what correlation sees: the lower part of the shed, with its shadow's border."""
    found = np.zeros((200, 320), np.uint8)
    found[90:124, 110:205] = 255
    return found


def test_the_whole_shed_is_drawn_and_a_wandering_shadow_is_not() -> None:
    day = day_of([80, 80, 100, 180, 200, 200], 20)
    outline = silhouette(coloured_anew([day], 0.75), region())
    assert outline is not None
    x, y, width, height = cv2.boundingRect(outline)
    assert np.allclose((x, y, x + width, y + height), (120, 40, 200, 120), atol=4)


def test_the_evening_of_the_day_before_takes_the_morning_shadow_away() -> None:
    evening, morning = day_of([200, 200, 200, 200], 20), day_of([80, 80], 21)
    alone = silhouette(coloured_anew([morning], 0.75), region())
    both = silhouette(coloured_anew([evening, morning], 0.75), region())
    assert alone is not None
    assert both is not None
    assert cv2.countNonZero(coloured_anew([morning], 0.75)[90:115, 85:115]) > 300
    assert cv2.boundingRect(both)[0] > 115


def test_other_weather_recolours_nothing() -> None:
    dull = (ROOF * 0.6).astype(np.uint8)
    places = recoloured_places(Still(dull, EVERYWHERE), [ROOF])
    assert cv2.countNonZero(places) < 0.01 * places.size


def test_a_region_that_kept_its_colour_has_no_silhouette() -> None:
    assert silhouette(np.zeros((200, 320), np.uint8), region()) is None


def test_snow_that_touches_a_region_is_not_its_silhouette() -> None:
    assert silhouette(EVERYWHERE, region()) is None
