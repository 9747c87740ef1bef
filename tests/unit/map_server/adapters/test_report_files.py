"""A frozen report as files: the same bytes whenever they are made, real numbers, texts that stay texts."""

import csv
import io
import re
import subprocess
import sys
import zlib
from base64 import a85decode
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from map_server.adapters.report_files.archive import unzipped
from map_server.adapters.report_files.csv_files import BOM, csv_archive, safe_text
from map_server.adapters.report_files.pdf import pdf
from map_server.adapters.report_files.print_type import FACE_FILE, load_face
from map_server.adapters.report_files.spreadsheet import workbook
from map_server.domain.errors import Unavailable
from map_server.presentation.i18n import LANGUAGES, Language
from tests.hand_made_report import HOSTILE, hand_made_frozen

REPOSITORY = Path(__file__).resolve().parents[4]
needs_face = pytest.mark.skipif(not FACE_FILE.is_file(), reason="the front-end packages are not built: make")


def opened(language: Language = "en") -> Workbook:
    book = load_workbook(io.BytesIO(workbook(hand_made_frozen(), language)))
    assert isinstance(book, Workbook)
    return book


def rows_of(name: str, language: Language = "en") -> list[list[str]]:
    text = unzipped(csv_archive(hand_made_frozen(), language))[f"{name}.csv"].decode()
    assert text.startswith(BOM)
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("face", ["xlsx", "csv", pytest.param("pdf", marks=needs_face)])
def test_two_processes_make_the_same_bytes(face: str, language: Language) -> None:
    write = {"xlsx": workbook, "csv": csv_archive, "pdf": pdf}[face]
    module = write.__module__
    code = (
        "import sys, hashlib\n"
        f"from {module} import {write.__name__} as write\n"
        "from tests.hand_made_report import hand_made_frozen\n"
        f"print(hashlib.sha256(write(hand_made_frozen(), {language!r})).hexdigest())"
    )
    run = [
        subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True)
        for _ in "12"
    ]
    assert run[0].returncode == 0, run[0].stderr
    assert run[0].stdout == run[1].stdout


def test_sheets_hold_numbers_that_can_be_summed() -> None:
    book = opened()
    assert book.sheetnames[:2] == ["About this report", "Figures"]
    figures = {row[0].value: row[1] for row in book["Figures"].iter_rows(min_row=2)}
    assert figures["Orders closed"].value == 55_552
    assert figures["Completion rate"].value == 55_552 / 56_000
    assert figures["Completion rate"].number_format == "0.0%"
    assert figures["Waiting time, median"].value == timedelta(seconds=1_260)


def test_headings_and_names_stay_in_view() -> None:
    panes = {sheet.title: sheet.freeze_panes for sheet in opened()}
    assert panes["Figures"] == "B2"
    assert panes["Units, ranked by score"] == "C2"  # rank and name


def test_name_that_looks_like_a_formula_is_a_text_in_the_sheet() -> None:
    names = {cell.value: cell for cell in opened()["Units, ranked by score"]["B"]}
    assert names[HOSTILE].data_type == "s"
    assert names[HOSTILE].quotePrefix


def test_name_that_looks_like_a_formula_is_a_text_in_csv() -> None:
    names = [row[1] for row in rows_of("unit")]
    assert f"'{HOSTILE}" in names
    assert HOSTILE not in names


@pytest.mark.parametrize("begin", ["=1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1"])
def test_every_beginning_of_a_formula_is_disarmed(begin: str) -> None:
    assert safe_text(begin) == f"'{begin}"
    assert safe_text(f"a{begin}") == f"a{begin}"


def test_csv_says_units_and_leaves_the_unknown_empty() -> None:
    heading, *rows = rows_of("compound")
    hours, rate = (
        heading.index("Camera-hours (hours)"),
        heading.index("Found per 1000 camera-hours (per_1000_hours)"),
    )
    assert (rows[0][hours], float(rows[0][rate])) == ("8000.0", 50.0)
    assert (rows[-1][0], rows[-1][hours], rows[-1][rate]) == ("–", "", "")  # nobody watched there


def test_csv_archive_holds_the_frozen_content_itself() -> None:
    frozen = hand_made_frozen()
    assert unzipped(csv_archive(frozen, "zh"))["report.json"].decode() == frozen.content


@needs_face
def test_print_embeds_the_chinese_type_and_its_text_can_be_read_back() -> None:
    content = pdf(hand_made_frozen(), "zh")
    assert re.search(rb"/BaseFont /[A-Z]{6}\+NotoSansSC", content)
    assert b"/FontFile2" in content
    told = {chr(int(code, 16)) for code in re.findall(rb"<([0-9A-F]{4})>", b"".join(streams(content)))}
    assert set("金杨新村街坊环卫服务队") <= told  # in the table from glyphs to characters


@needs_face
def test_print_holds_only_the_characters_it_needs() -> None:
    assert len(pdf(hand_made_frozen(99), "zh")) < 150_000 < FACE_FILE.stat().st_size


def test_missing_type_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="make"):
        load_face(tmp_path / "nothing.ttf")


def streams(content: bytes) -> list[bytes]:
    """The streams of a PDF, unpacked."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\n?endstream", content, flags=re.DOTALL)
    return [
        zlib.decompress(a85decode(each.removesuffix(b"~>")) if each.endswith(b"~>") else each)
        for each in packed
    ]
