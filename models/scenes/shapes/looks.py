"""What surfaces look like, in words that a renderer can turn into a material. Colours are sRGB in [0, 1]."""

from dataclasses import dataclass
from typing import Literal

Colour = tuple[float, float, float]
Surface = Literal[
    "plain",
    "film",
    "paint",
    "glass",
    "leaf",
    "asphalt",
    "tiles",
    "concrete",
    "plaster",
    "brick",
    "soil",
    "worn_paint",
    "woven",
    "corrugated",
    "lamp",
]


@dataclass(frozen=True, slots=True)
class Look:
    """A surface: what it is made of, its colour and how it shines.

    `grain_m` is the size of its pattern (tiles, bricks, weave); `wet` in [0, 1] makes ground shine; `clear`
    in [0, 1] lets light through (thin film); `light_w_m2` makes it glow.
    """

    surface: Surface = "plain"
    colour: Colour = (0.5, 0.5, 0.5)
    second: Colour = (0.5, 0.5, 0.5)
    roughness: float = 0.6
    metallic: float = 0.0
    grain_m: float = 0.5
    wet: float = 0.0
    clear: float = 0.0
    light_w_m2: float = 0.0


def plain(colour: Colour, roughness: float = 0.6, metallic: float = 0.0) -> Look:
    """Give an even surface."""
    return Look("plain", colour, roughness=roughness, metallic=metallic)


RUBBER = plain((0.035, 0.035, 0.04), 0.85)
STEEL = plain((0.62, 0.63, 0.65), 0.3, 0.9)
DARK_METAL = plain((0.07, 0.07, 0.08), 0.4, 0.5)
DARK_GLASS = Look("glass", (0.03, 0.04, 0.05), roughness=0.05)
WHITE_PLASTIC = plain((0.82, 0.83, 0.82), 0.5)
