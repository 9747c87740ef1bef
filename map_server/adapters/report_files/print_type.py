"""The type of printed reports: a Chinese typeface that the build installs; each file embeds a subset."""

from functools import cache
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from map_server.domain.errors import Unavailable
from map_server.presentation.pages import STATIC_DIR

FACE = "NotoSansSC"
FACE_FILE = STATIC_DIR / "vendor/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"

INK, SOFT, LINE = HexColor("#17211f"), HexColor("#52605e"), HexColor("#d3dad8")
ACCENT, BAND = HexColor("#0b6b63"), HexColor("#eef1f0")
TONES = {
    "accent": ACCENT,
    "good": HexColor("#1b7a3d"),
    "warn": HexColor("#c98a00"),
    "bad": HexColor("#b3261e"),
    "soft": HexColor("#9aa6a4"),
    "garbage_drop": HexColor("#c26800"),
    "blocked_fire_lane": HexColor("#c3232f"),
    "illegal_structure": HexColor("#6b3cc0"),
    "camera_health": HexColor("#5b6a70"),
}
"""The colours of css/tokens.css by day."""


@cache
def load_face(file: Path = FACE_FILE) -> str:
    """Make the typeface known, and give its name. Raises Unavailable where the build did not install it."""
    if not file.is_file():
        raise Unavailable(
            "The Chinese type for PDF is not installed; run `make` in the project, then try again."
        )
    pdfmetrics.registerFont(TTFont(FACE, file))
    return FACE


def style(
    size: float, colour: HexColor = INK, is_right: bool = False, is_chinese: bool = True
) -> ParagraphStyle:
    """Give a style of text; Chinese breaks between any two characters."""
    return ParagraphStyle(
        name=f"{size}",
        fontName=FACE,
        fontSize=size,
        leading=size * 1.4,
        textColor=colour,
        alignment=TA_RIGHT if is_right else 0,
        wordWrap="CJK" if is_chinese else None,
    )
