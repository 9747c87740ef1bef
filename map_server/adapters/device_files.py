"""Lists of devices as offices keep them: CSV (UTF-8 or GB 18030) and XLSX, with a Chinese or English head."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from map_server.domain.errors import InvalidInput
from map_server.services.device_register import MAX_ROWS, DeviceEntry

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "device_id": ("id", "device_id", "设备编号", "编号"),
        "name": ("name", "设备名称", "名称"),
        "compound": ("compound", "小区", "所属小区"),
        "place": ("place", "安装位置", "位置"),
        "national_id": ("national_id", "国标编码", "国标编号", "gb28181"),
    }
)
"""What each column may be called; `id` alone is needed."""
_MAX_UNPACKED_BYTES = 64 * 1024 * 1024
"""A workbook of ten thousand rows unpacks to about 3 MB; more is no list of devices."""

Cells = Sequence[str]


class DeviceFiles:
    """See services.device_register.DeviceFileReader."""

    def read(self, content: bytes) -> list[DeviceEntry]:
        """Read a list; what it is, is seen from its first bytes."""
        rows = _workbook_rows(content) if content.startswith(b"PK") else _csv_rows(content)
        numbered = enumerate(rows, 1)
        head = next(numbered, (1, ()))[1]
        places = _places(head)
        entries = [
            _entry(line, cells, places) for line, cells in islice(numbered, MAX_ROWS + 1) if any(cells)
        ]
        if len(entries) > MAX_ROWS:
            raise InvalidInput(f"the list has more than {MAX_ROWS} devices; divide it")
        return entries


def _places(head: Cells) -> dict[str, int]:
    names = [cell.strip().casefold() for cell in head]
    places = {
        field: names.index(called)
        for field, spellings in COLUMNS.items()
        for called in spellings
        if called in names
    }
    if "device_id" not in places:
        known = ", ".join(spellings[0] for spellings in COLUMNS.values())
        raise InvalidInput(
            f"line 1 must name the columns: {known} (or in Chinese: 编号, 名称, 小区, 位置, 国标编码)"
        )
    return places


def _entry(line: int, cells: Cells, places: Mapping[str, int]) -> DeviceEntry:
    said = {field: cells[place].strip() for field, place in places.items() if place < len(cells)}
    return DeviceEntry(**{"device_id": "", **said}, line=line)


def _csv_rows(content: bytes) -> Iterator[Cells]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise InvalidInput(
                "the list is neither UTF-8 nor GB 18030 text, nor a workbook (.xlsx)"
            ) from error
    try:
        yield from csv.reader(io.StringIO(text), strict=True)
    except csv.Error as error:
        raise InvalidInput(f"the list is no CSV: {error}") from error


def _workbook_rows(content: bytes) -> Iterator[Cells]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > _MAX_UNPACKED_BYTES:
                raise InvalidInput("the workbook is too large when unpacked; save the list alone")
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, OSError) as error:
        raise InvalidInput("the file is no workbook (.xlsx) with a sheet") from error
    for row in sheet.iter_rows(values_only=True):
        yield _texts(row)


def _texts(cells: Iterable[object]) -> Cells:
    return [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """Numbers of twenty digits lose their last ones in a workbook; such a cell is refused, not guessed."""
    if isinstance(cell, float) and abs(cell) >= 1e15:
        raise InvalidInput("a 20-digit id stands as a number and has lost digits; make its column text")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)
