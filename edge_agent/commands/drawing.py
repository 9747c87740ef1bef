"""Lines, boxes and lettering on one picture, in the colours that the map uses for each kind (DESIGN 7)."""

from typing import TypeAlias

import cv2
import numpy as np

from edge_agent.types import BoxXyxy, Image, Polygon, ZoneKind
from wire_contract.vocabulary import EventKind

Colour: TypeAlias = tuple[int, int, int]
"""Blue, green, red."""

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
GREY: Colour = (150, 150, 150)

COLOUR_OF_KIND: dict[EventKind, Colour] = {
    EventKind.GARBAGE_DROP: (0, 170, 255),
    EventKind.BLOCKED_FIRE_LANE: (40, 40, 225),
    EventKind.ILLEGAL_STRUCTURE: (205, 60, 140),
    EventKind.CAMERA_HEALTH: GREY,
}

_ZONE_COLOURS: dict[ZoneKind, Colour] = {
    ZoneKind.DROP_ZONE: COLOUR_OF_KIND[EventKind.GARBAGE_DROP],
    ZoneKind.BIN: (160, 200, 60),
    ZoneKind.FIRE_LANE: COLOUR_OF_KIND[EventKind.BLOCKED_FIRE_LANE],
    ZoneKind.STRUCTURE_WATCH: COLOUR_OF_KIND[EventKind.ILLEGAL_STRUCTURE],
    ZoneKind.IGNORE: GREY,
}

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_DASH_PX = 6


def zone_colour(kind: ZoneKind) -> Colour:
    """Give the colour of what a zone is watched for."""
    return _ZONE_COLOURS[kind]


class Canvas:
    """Draws in pixels of the frame on a picture that may be larger or smaller than the frame."""

    def __init__(self, picture: Image, frame_size_px: tuple[int, int]) -> None:
        self.picture = picture
        height, width = picture.shape[:2]
        self._scale = (width / frame_size_px[0], height / frame_size_px[1])
        self._letter = 0.42 * max(1.0, width / 800)
        self._line_height = round(26 * self._letter / 0.42 * 0.7)

    def polygon(self, corners: Polygon, colour: Colour, caption: str) -> None:
        """Draw an outline in relative coordinates, with its name at the first corner."""
        height, width = self.picture.shape[:2]
        points = np.array([(x * width, y * height) for x, y in corners]).round().astype(np.int32)
        cv2.polylines(self.picture, [points], True, colour, 1, cv2.LINE_AA)
        self._caption(caption, (int(points[0][0]), int(points[0][1])), colour)

    def box(
        self,
        box: BoxXyxy,
        colour: Colour,
        caption: str = "",
        *,
        width_px: int = 1,
        is_dashed: bool = False,
    ) -> None:
        """Draw a box in pixels of the frame, with a caption above it."""
        x1, x2 = (round(x * self._scale[0]) for x in (box[0], box[2]))
        y1, y2 = (round(y * self._scale[1]) for y in (box[1], box[3]))
        if is_dashed:
            self._dashes(x1, y1, x2, y2, colour)
        else:
            cv2.rectangle(self.picture, (x1, y1), (x2, y2), colour, width_px)
        if caption:
            self._caption(caption, (x1, y1 - 3), colour)

    def line_at_top(self, text: str, colour: Colour, background: Colour) -> None:
        """Write the line of state over the whole width."""
        self._strip(0, text, colour, background)

    def banner(self, number: int, text: str, colour: Colour) -> None:
        """Write an event's line at the bottom, the first one lowest."""
        self._strip(self.picture.shape[0] - (number + 1) * self._line_height, text, WHITE, colour)

    def _strip(self, top: int, text: str, colour: Colour, background: Colour) -> None:
        strip = self.picture[top : top + self._line_height]
        strip[:] = (strip * 0.25 + np.array(background) * 0.75).astype(np.uint8)
        (width, _), _ = cv2.getTextSize(text, _FONT, self._letter, 1)
        letter = self._letter * min(1.0, (self.picture.shape[1] - 12) / max(1, width))
        baseline = top + round(self._line_height * 0.7)
        cv2.putText(self.picture, text, (6, baseline), _FONT, letter, colour, 1, cv2.LINE_AA)

    def _dashes(self, x1: int, y1: int, x2: int, y2: int, colour: Colour) -> None:
        for x in range(x1, x2, 2 * _DASH_PX):
            for y in (y1, y2):
                cv2.line(self.picture, (x, y), (min(x + _DASH_PX, x2), y), colour, 1)
        for y in range(y1, y2, 2 * _DASH_PX):
            for x in (x1, x2):
                cv2.line(self.picture, (x, y), (x, min(y + _DASH_PX, y2)), colour, 1)

    def _caption(self, text: str, at: tuple[int, int], colour: Colour) -> None:
        (width, height), _ = cv2.getTextSize(text, _FONT, self._letter, 1)
        x = min(max(at[0], 0), max(0, self.picture.shape[1] - width - 4))
        y = min(max(at[1], self._line_height + height + 4), self.picture.shape[0] - 4)
        cv2.rectangle(self.picture, (x, y - height - 3), (x + width + 4, y + 3), BLACK, -1)
        cv2.putText(self.picture, text, (x + 2, y), _FONT, self._letter, colour, 1, cv2.LINE_AA)
