"""Draws a team's way for the printed sheet: lines along the streets and numbered stops, to scale."""

from dataclasses import dataclass

from map_server.domain.datum import LonLat
from map_server.domain.plane import LocalPlane
from map_server.presentation.patrol_view import RouteView

WIDTH, HEIGHT, MARGIN = 720, 300, 18
"""Of the drawing, in its own units."""
_BARS_M = (50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing: one polyline's points for each leg, marks for stops and starts, a bar with its length."""

    legs: tuple[str, ...]
    marks: tuple[tuple[float, float, str], ...]
    starts: tuple[tuple[float, float], ...]
    bar_m: int
    bar: float
    width: int = WIDTH
    height: int = HEIGHT


def sketch_of(view: RouteView) -> Sketch:
    """Fit a route into the drawing; north is up."""
    plane = LocalPlane(view.route.start)
    points = [point for leg in view.route.legs for point in leg] or [view.route.start]
    points += [shift.start for shift in view.route.shifts]
    xs, ys = zip(*(plane.xy_m(point) for point in points), strict=True)
    wide_m, high_m = max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)
    scale = min((WIDTH - 2 * MARGIN) / wide_m, (HEIGHT - 2 * MARGIN) / high_m)

    def at(point: LonLat) -> tuple[float, float]:
        x_m, y_m = plane.xy_m(point)
        return round(MARGIN + (x_m - min(xs)) * scale, 1), round(MARGIN + (max(ys) - y_m) * scale, 1)

    bar_m = max((bar for bar in _BARS_M if bar * scale <= WIDTH / 4), default=_BARS_M[0])
    return Sketch(
        legs=tuple(" ".join(f"{x},{y}" for x, y in map(at, leg)) for leg in view.route.legs),
        marks=tuple((*at(stop.visit.point), f"{view.letter}{stop.position}") for stop in view.stops),
        starts=tuple(dict.fromkeys(at(shift.start) for shift in view.route.shifts)),
        bar_m=bar_m,
        bar=round(bar_m * scale, 1),
    )
