"""The files that a frozen report can be taken as: by format, what writes it and what it is called."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from map_server.adapters.report_files.csv_files import csv_archive
from map_server.adapters.report_files.pdf import pdf
from map_server.adapters.report_files.spreadsheet import workbook
from map_server.domain.report import FrozenReport
from map_server.presentation.i18n import Language
from map_server.presentation.report_file import html_file


class FileFormat(StrEnum):
    """In what form somebody wants a report."""

    HTML = "html"
    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file to hand out."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class _Face:
    ending: str
    media_type: str
    write: Callable[[FrozenReport, Language], bytes]


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FACES = {
    FileFormat.HTML: _Face("html", "text/html; charset=utf-8", html_file),
    FileFormat.XLSX: _Face("xlsx", _XLSX, workbook),
    FileFormat.CSV: _Face("csv.zip", "application/zip", csv_archive),
    FileFormat.PDF: _Face("pdf", "application/pdf", pdf),
}
MEDIA_TYPES = tuple(face.media_type for face in _FACES.values())


def report_file(frozen: FrozenReport, wanted: FileFormat, language: Language) -> ReportFile:
    """Write a frozen report as a file; the same bytes whenever it is written."""
    face = _FACES[wanted]
    period = frozen.report.definition.period
    name = f"lilong-{period.kind}-{period.first}-{frozen.sha256[:8]}-{language}.{face.ending}"
    return ReportFile(name, face.media_type, face.write(frozen, language))
