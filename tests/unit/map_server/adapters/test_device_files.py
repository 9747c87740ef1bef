"""Lists of devices as offices keep them: CSV in two encodings, workbooks, Chinese or English heads."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from map_server.adapters.device_files import DeviceFiles
from map_server.domain.errors import InvalidInput
from map_server.services.device_register import MAX_ROWS, DeviceEntry

NATIONAL = "31011500001320000001"
CHINESE = f"编号,名称,小区,安装位置,国标编码\r\nbox-1,东门,阳光苑,3号楼,{NATIONAL}\r\n"
EAST_GATE = DeviceEntry("box-1", "东门", "阳光苑", "3号楼", NATIONAL, 2)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_offices_use(encoding: str) -> None:
    assert DeviceFiles().read(CHINESE.encode(encoding)) == [EAST_GATE]


def test_workbook_says_the_same() -> None:
    head, row = (tuple(line.split(",")) for line in CHINESE.split())
    assert DeviceFiles().read(workbook(head, row)) == [EAST_GATE]


def test_columns_come_in_any_order_and_unknown_ones_and_empty_lines_are_passed_over() -> None:
    text = "remark,NAME, id \nold,East gate,box-1\n,,\nnew,,box-2\n"
    assert DeviceFiles().read(text.encode()) == [
        DeviceEntry("box-1", "East gate", line=2),
        DeviceEntry("box-2", line=4),
    ]


def test_number_that_lost_its_last_digits_is_refused_and_not_guessed() -> None:
    with pytest.raises(InvalidInput, match="lost digits"):
        DeviceFiles().read(workbook(("id", "national_id"), ("box-1", float(NATIONAL))))


def test_whole_number_as_an_id_is_read_as_it_looks() -> None:
    assert DeviceFiles().read(workbook(("id",), (12.0,)))[0].device_id == "12"


def bomb() -> bytes:
    """A workbook of a few kilobytes that unpacks to more than any list."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(65):
            part.write(bytes(1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1 must name the columns"),
        (b"box-1,East gate\n", "line 1 must name the columns"),
        (b"\xff\xfe\x00", "neither UTF-8 nor GB 18030"),
        (b'id,name\n"box-1', "no CSV"),
        (b"PK\x03\x04 cut off", "no workbook"),
        (bomb(), "too large when unpacked"),
        (b"id\n" + b"box\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS}"),
    ],
)
def test_what_is_no_list_is_refused_with_one_line(content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        DeviceFiles().read(content)
