"""What pages show of reports: figures in words, names of rows in addresses, shades of the map."""

from urllib.parse import unquote

import pytest

from map_server.domain.report_figures import (
    Dimension,
    Drill,
    FigureKey,
    FigureUnit,
    Mark,
    RowSubject,
    subject_of,
)
from map_server.presentation.i18n import LANGUAGES, Language
from map_server.presentation.report_charts import charts
from map_server.presentation.report_document import Speech, percent, tables
from map_server.presentation.report_file import html_file
from map_server.presentation.report_view import drill_from, map_shades, rows_key
from map_server.presentation.report_words import FIGURES, MARKS
from tests.hand_made_report import HOSTILE, hand_made_frozen, hand_made_report


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.992, "99.2 %"),
        (1.0, "100.0 %"),
        (0.99996, "99.9 %"),  # not all is not all
        (0.0, "0.0 %"),
        (0.0001, "0.1 %"),  # something is not nothing
    ],
)
def test_share_is_never_rounded_to_all_or_nothing(share: float, told: str) -> None:
    assert percent(share) == told


def test_year_prints_its_completion_rate() -> None:
    report = hand_made_report()
    assert Speech("en").figure(report.figure(FigureKey.COMPLETION_RATE)).text == "99.2 %"


@pytest.mark.parametrize("language", LANGUAGES)
def test_unknown_is_a_word_and_no_zero(language: Language) -> None:
    told = Speech(language).value(FigureUnit.HOURS, None)
    assert told == {"zh": "未知", "en": "unknown"}[language]


def test_every_figure_and_mark_has_its_words() -> None:
    assert set(FIGURES) == set(FigureKey)
    assert set(MARKS) == set(Mark)


@pytest.mark.parametrize(
    "drill",
    [
        Drill(RowSubject.WORK_ORDER, Mark.CLOSED),
        Drill(RowSubject.CAMERA, Mark.OBSERVED, Dimension.COMPOUND, "c01"),
        Drill(RowSubject.INCIDENT, Mark.FOUND, Dimension.UNIT, ""),
        Drill(RowSubject.WORK_ORDER, Mark.FILED, Dimension.COMPOUND, "金杨/12~3@x:y"),
    ],
)
def test_name_of_rows_survives_an_address(drill: Drill) -> None:
    key = rows_key(drill.text)
    assert "/" not in key
    assert drill_from(unquote(key)) == drill


@pytest.mark.parametrize(
    "key", ["", "closed", "work_order.", "incident.closed", "work_order.closed@", "camera.found"]
)
def test_name_of_no_rows_is_told(key: str) -> None:
    assert drill_from(key) is None


def test_every_mark_belongs_to_one_subject() -> None:
    for mark in Mark:
        assert drill_from(Drill(subject_of(mark), mark).text) == Drill(subject_of(mark), mark)


def test_compounds_are_shaded_by_fifths_and_the_unwatched_not_at_all() -> None:
    shades = map_shades(hand_made_report(11), Speech("en"), lambda rows: rows)
    assert [shade.level for shade in shades] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, None]


def test_pieces_of_what_there_was_to_close_fill_the_bar() -> None:
    fate = charts(hand_made_report(), Speech("zh"))[0]
    assert sum(bar.share for bar in fate.bars) == pytest.approx(1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_fit_their_headings(language: Language) -> None:
    for table in tables(hand_made_report(), Speech(language)):
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_hostile_name_stays_text_in_the_file() -> None:
    text = html_file(hand_made_frozen(), "zh").decode()
    assert HOSTILE not in text
    assert "&lt;b&gt;y&lt;/b&gt;" in text
