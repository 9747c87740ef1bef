"""The charts of a report drawn on paper: bars with their labels."""

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from map_server.adapters.report_files.print_type import BAND, FACE, INK, SOFT, TONES
from map_server.presentation.report_charts import Bar, Chart

TITLE_SIZE, LABEL_SIZE = 9.0, 7.5
LINE_H, STACK_H, GAP = 14.0, 16.0, 6.0
LABEL_SHARE, VALUE_SHARE = 0.3, 0.16
"""Of the width: for the names on the left, for the values on the right."""


class ChartDrawing(Flowable):  # type: ignore[misc]
    """One chart, as wide as it may be."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self._chart = chart

    def wrap(self, available_w: float, available_h: float) -> tuple[float, float]:
        """Tell how much room it takes, in points."""
        self.width = available_w
        lines = (
            STACK_H + LINE_H * len(self._legend()) if self._chart.is_stack else LINE_H * len(self._chart.bars)
        )
        self.height = TITLE_SIZE * 1.8 + lines + (LINE_H if self._chart.note else 0) + GAP
        return self.width, self.height

    def draw(self) -> None:
        """Draw it; the origin is its lower left corner."""
        top = self.height - TITLE_SIZE
        self._text(0, top, self._chart.title, TITLE_SIZE)
        top -= GAP
        bottom = self._draw_stack(top) if self._chart.is_stack else self._draw_bars(top)
        if self._chart.note:
            self._text(0, bottom - LINE_H + 4, self._chart.note, LABEL_SIZE, is_soft=True)

    def _legend(self) -> list[list[Bar]]:
        """Put the labels of a stack in lines of two."""
        bars = list(self._chart.bars)
        return [bars[first : first + 2] for first in range(0, len(bars), 2)]

    def _draw_stack(self, top: float) -> float:
        x, y = 0.0, top - STACK_H
        for bar in self._chart.bars:
            piece_w = bar.share * self.width
            self._box(x, y, piece_w, STACK_H - 2, bar.tone)
            x += piece_w
        for line in self._legend():
            y -= LINE_H
            for place, bar in enumerate(line):
                left = place * self.width / 2
                self._box(left, y + 3, 7, 7, bar.tone)
                self._text(left + 11, y + 3, f"{bar.label}  {bar.text}", LABEL_SIZE)
        return y

    def _draw_bars(self, top: float) -> float:
        left, right = LABEL_SHARE * self.width, (1 - VALUE_SHARE) * self.width
        y = top
        for bar in self._chart.bars:
            y -= LINE_H
            self._text(0, y + 4, _cut(bar.label, left - GAP), LABEL_SIZE)
            self.canv.setFillColor(BAND)
            self.canv.rect(left, y + 2, right - left, LINE_H - 5, stroke=0, fill=1)
            self._box(left, y + 2, bar.share * (right - left), LINE_H - 5, bar.tone)
            self._text(right + GAP, y + 4, bar.text, LABEL_SIZE)
        return y

    def _box(self, x: float, y: float, width: float, height: float, tone: str) -> None:
        if not width:
            return
        self.canv.setFillColor(TONES[tone])
        self.canv.rect(x, y, width, height, stroke=0, fill=1)

    def _text(self, x: float, y: float, text: str, size: float, is_soft: bool = False) -> None:
        self.canv.setFillColor(SOFT if is_soft else INK)
        self.canv.setFont(FACE, size)
        self.canv.drawString(x, y, text)


def _cut(text: str, width: float) -> str:
    """Shorten a name to a width in points."""
    if stringWidth(text, FACE, LABEL_SIZE) <= width:
        return text
    while text and stringWidth(f"{text}…", FACE, LABEL_SIZE) > width:
        text = text[:-1]
    return f"{text}…"
