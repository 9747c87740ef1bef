"""The training set: identical bytes for identical verdicts, boxes where they belong, rejects as negatives."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from map_server.adapters.picture_size import picture_size
from map_server.adapters.verdict_archive import VerdictArchive
from map_server.domain.verdict import Decision, Opinion, RejectReason
from map_server.domain.verdict_set import JudgedFind, Split, split_of
from map_server.services.verdict_export import MadeSet
from tests.fakes.clock import NOON
from wire_contract.vocabulary import EventKind

CONFIRMED = Opinion(decision=Decision.CONFIRM)
REJECTED = Opinion(decision=Decision.REJECT, reason=RejectReason.WEATHER)


def still(folder: Path, shade: int, size_px: tuple[int, int] = (320, 240), form: str = "JPEG") -> str:
    """Keep a picture under its hash."""
    content = io.BytesIO()
    Image.new("RGB", size_px, (shade, shade, shade)).save(content, form)
    sha256 = hashlib.sha256(content.getvalue()).hexdigest()
    (folder / sha256).write_bytes(content.getvalue())
    return sha256


def find(number: int, sha256: str | None, opinion: Opinion = CONFIRMED, camera: str = "cam-1") -> JudgedFind:
    return JudgedFind(
        verdict_id=f"verdict-{number}",
        event_id=f"event-{number}",
        opinion=opinion,
        kind=EventKind.GARBAGE_DROP,
        label="garbage bag",
        camera=("box-1", camera),
        captured_at=NOON,
        sha256=sha256,
        box_xyxy_px=(100.0, 100.0, 200.0, 300.0),
        frame_size_px=(640, 480),
        score=0.8,
        model=("lilong", "5" * 64),
    )


class Office:
    """A folder of pictures and the archives made from them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "set.zip"

    def write(self, finds: list[JudgedFind]) -> tuple[MadeSet, zipfile.ZipFile]:
        def path_of(sha256: str) -> Path | None:
            path = self.folder / sha256
            return path if path.is_file() else None

        return VerdictArchive(path_of)(finds, self.out), zipfile.ZipFile(self.out)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_the_same_verdicts_give_the_same_bytes_whatever_their_order(office: Office) -> None:
    finds = [find(n, still(office.folder, n * 9), REJECTED if n % 3 else CONFIRMED) for n in range(12)]
    first, _ = office.write(finds)
    content = office.out.read_bytes()

    second, _ = office.write(list(reversed(finds)))

    assert office.out.read_bytes() == content
    assert first == second
    assert [path.name for path in office.folder.iterdir() if path.name.startswith(".")] == []


def test_another_verdict_gives_another_version(office: Office) -> None:
    finds = [find(1, still(office.folder, 9))]
    first, _ = office.write(finds)
    second, _ = office.write([replace(finds[0], opinion=REJECTED)])
    assert first.version != second.version


def test_boxes_are_in_pixels_of_the_still_and_in_shares_for_yolo(office: Office) -> None:
    """The frame was 640 by 480, the still kept is half as large."""
    sha256 = still(office.folder, 77)
    _, archive = office.write([find(1, sha256)])
    split = split_of(("box-1", "cam-1"), NOON)

    coco = json.loads(archive.read(f"annotations/instances_{split}.json"))
    (box,) = coco["annotations"]
    assert box["bbox"] == [50.0, 50.0, 50.0, 100.0]
    assert box["area"] == 5000.0
    (image,) = coco["images"]
    assert (image["width"], image["height"], image["id"]) == (320, 240, box["image_id"])
    assert archive.read(f"images/{image['file_name']}") == (office.folder / sha256).read_bytes()
    assert coco["categories"] == [{"id": 1, "supercategory": "garbage_drop", "name": "garbage bag"}]
    line = archive.read(f"labels/{split}/{sha256}.txt").decode()
    assert line == "0 0.234375 0.416667 0.156250 0.416667\n"


def test_a_picture_with_nothing_but_rejected_finds_is_a_negative(office: Office) -> None:
    sha256 = still(office.folder, 5)
    made, archive = office.write([find(1, sha256, REJECTED)])
    split = split_of(("box-1", "cam-1"), NOON)
    assert archive.read(f"labels/{split}/{sha256}.txt") == b""
    assert (made.images, made.boxes, made.negatives) == (1, 0, 1)


def test_what_was_relabelled_has_its_new_name(office: Office) -> None:
    other_thing = Opinion(decision=Decision.RELABEL, label="cardboard")
    other_kind = Opinion(decision=Decision.RELABEL, kind=EventKind.ILLEGAL_STRUCTURE)
    _, archive = office.write(
        [find(1, still(office.folder, 1), other_thing), find(2, still(office.folder, 2), other_kind)]
    )
    names = json.loads(archive.read("annotations/instances_train.json"))["categories"]
    assert [each["name"] for each in names] == ["cardboard", "illegal_structure"]
    assert b'0: "cardboard"' in archive.read("data.yaml")


def test_a_camera_and_day_lies_in_one_part_and_the_parts_have_their_shares() -> None:
    assert len({split_of(("box-1", "cam-1"), NOON + timedelta(minutes=n)) for n in range(0, 700, 7)}) == 1
    splits = [split_of(("box", f"cam-{n}"), NOON) for n in range(2000)]
    assert splits.count(Split.TRAIN) == pytest.approx(1400, abs=80)
    assert splits.count(Split.VAL) == pytest.approx(300, abs=60)


def test_missing_evidence_is_told_in_the_manifest(office: Office) -> None:
    made, archive = office.write([find(1, "0" * 64), find(2, None), find(3, still(office.folder, 3))])
    manifest = json.loads(archive.read("manifest.json"))
    assert made.missing == 2
    assert [each["verdict_id"] for each in manifest["missing_evidence"]] == ["verdict-1", "verdict-2"]
    for name, sha256 in manifest["files"].items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
    assert manifest["finds"][0]["proposed_by"]["id"] == "lilong"


def test_two_finds_on_one_picture_share_it(office: Office) -> None:
    sha256 = still(office.folder, 8)
    made, _ = office.write([find(1, sha256), find(2, sha256, REJECTED)])
    assert (made.images, made.boxes, made.negatives) == (1, 1, 0)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_size_is_read_from_the_header(tmp_path: Path, form: str) -> None:
    assert picture_size(tmp_path / still(tmp_path, 50, (123, 45), form)) == (123, 45)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x10", b"GIF89a", b"\xff\xd8abcd"]
)
def test_a_damaged_header_has_no_size(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken").write_bytes(content)
    assert picture_size(tmp_path / "broken") is None
