"""The colours of the design hold WCAG 2.2 AA by day and by night, computed from the very style sheet."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[4] / "map_server/presentation/static/css/tokens.css"
BLOCKS = re.findall(r":root([^{]*)\{([^}]*)\}", TOKENS.read_text(encoding="utf-8"))


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", text))


DAY = colours(BLOCKS[0][1])
NIGHTS = [colours(body) for selector, body in BLOCKS if "theme" in selector]

TEXT = [  # (ink, paper): 4.5 to 1
    ("ink", "surface"),
    ("ink", "ground"),
    ("ink", "raised"),
    ("ink-soft", "surface"),
    ("ink-soft", "ground"),
    ("ink-soft", "raised"),
    ("ink-on-accent", "accent"),
    ("ink-on-accent", "accent-strong"),
    ("accent", "surface"),
    ("accent", "ground"),
    ("good", "good-wash"),
    ("bad", "bad-wash"),
    ("bad", "surface"),
    ("warn", "warn-wash"),
    ("surface", "ink"),
    ("surface", "bad"),
    ("map-label", "map-compound"),
    ("map-label", "map-ground"),
]
SHAPES = [  # (shape, paper): 3 to 1
    *((kind, paper) for kind in ("garbage-drop", "blocked-fire-lane", "illegal-structure", "camera-health")
      for paper in ("surface", "map-compound", "map-ground", "map-street", "map-green")),
    ("line-strong", "surface"),
    ("focus", "surface"),
    ("focus", "ground"),
]  # fmt: skip


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", [DAY, NIGHTS[0]], ids=["day", "night"])
@pytest.mark.parametrize(("ink", "paper"), TEXT)
def test_text_can_be_read(theme: dict[str, str], ink: str, paper: str) -> None:
    assert contrast(theme[ink], theme[paper]) >= 4.5


@pytest.mark.parametrize("theme", [DAY, NIGHTS[0]], ids=["day", "night"])
@pytest.mark.parametrize(("shape", "paper"), SHAPES)
def test_shapes_can_be_seen(theme: dict[str, str], shape: str, paper: str) -> None:
    assert contrast(theme[shape], theme[paper]) >= 3


def test_chosen_night_equals_the_night_of_the_system() -> None:
    assert len(NIGHTS) == 2
    assert NIGHTS[0] == NIGHTS[1]
    assert set(NIGHTS[0]) == set(DAY)
