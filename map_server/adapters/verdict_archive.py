"""Writes verdicts as a zip archive: COCO and YOLO side by side, identical bytes for identical verdicts.

Layout: images/SPLIT/HASH.jpg, annotations/instances_SPLIT.json (COCO), labels/SPLIT/HASH.txt and data.yaml
(YOLO; an empty file is a negative), manifest.json (sha256 of every file, verdicts, models, what is missing).
Files are sorted, stored uncompressed and dated 1980-01-01, so that no clock and no library version shows.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from map_server.adapters.picture_size import picture_size
from map_server.domain.audit_log import JsonValue, canonical_json
from map_server.domain.verdict_set import JudgedFind, SetPicture, Split, categories_of, pictures_of
from map_server.services.verdict_export import MadeSet

_DATED = (1980, 1, 1, 0, 0, 0)
_SUFFIX = {b"\xff\xd8": "jpg", b"\x89P": "png"}


@dataclass(frozen=True, slots=True)
class _Still:
    """One picture of the set with its bytes' size on disk: width, height in pixels."""

    picture: SetPicture
    path: Path
    name: str
    size_px: tuple[int, int]

    def box_px(self, find: JudgedFind) -> tuple[float, float, float, float]:
        """Give the box in pixels of the still, x, y, width, height; the frame may have been larger."""
        across, down = (self.size_px[axis] / find.frame_size_px[axis] for axis in (0, 1))
        x1, y1, x2, y2 = find.box_xyxy_px
        left, right = (min(max(x * across, 0.0), self.size_px[0]) for x in (x1, x2))
        top, bottom = (min(max(y * down, 0.0), self.size_px[1]) for y in (y1, y2))
        return round(left, 2), round(top, 2), round(right - left, 2), round(bottom - top, 2)


class VerdictArchive:
    """See services.verdict_export.SetWriter. `path_of` gives the file of a piece, None if gone."""

    def __init__(self, path_of: Callable[[str], Path | None]) -> None:
        self._path_of = path_of

    def __call__(self, finds: Sequence[JudgedFind], out: Path) -> MadeSet:
        """Write a set to a file, replacing what is there only when it is whole."""
        pictures = pictures_of(finds)
        stills = [still for picture in pictures if (still := self._still(picture)) is not None]
        held = {still.picture.sha256 for still in stills}
        missing = sorted(
            (find.verdict_id, find.event_id, find.sha256 or "") for find in finds if find.sha256 not in held
        )
        texts = _texts(stills)
        manifest = _manifest(stills, texts, missing)
        beside = out.with_name(f".{out.name}.{os.getpid()}")
        try:
            _write_zip(beside, {**texts, "manifest.json": manifest}, stills)
            beside.replace(out)
        finally:
            beside.unlink(missing_ok=True)
        return MadeSet(
            version=hashlib.sha256(manifest.encode()).hexdigest()[:12],
            sha256=_file_hash(out),
            images=len(stills),
            boxes=sum(len(still.picture.boxes) for still in stills),
            negatives=sum(not still.picture.boxes for still in stills),
            missing=len(missing),
        )

    def _still(self, picture: SetPicture) -> _Still | None:
        path = self._path_of(picture.sha256)
        if path is None:
            return None
        with path.open("rb") as file:
            head = file.read(2)
        size_px = picture_size(path)
        if size_px is None or head not in _SUFFIX:
            return None
        return _Still(picture, path, f"{picture.split}/{picture.sha256}.{_SUFFIX[head]}", size_px)


def _texts(stills: Sequence[_Still]) -> dict[str, str]:
    categories = categories_of(still.picture for still in stills)
    texts = {"data.yaml": _data_yaml(categories)}
    for split in Split:
        part = [still for still in stills if still.picture.split is split]
        texts[f"annotations/instances_{split}.json"] = canonical_json(_coco(part, categories)) + "\n"
        for still in part:
            name = f"labels/{split}/{still.picture.sha256}.txt"
            texts[name] = "".join(_yolo_line(still, find, categories) for find in still.picture.boxes)
    return texts


def _coco(stills: Sequence[_Still], categories: Sequence[tuple[str, str]]) -> JsonValue:
    """Source: the COCO data format, cocodataset.org/#format-data; boxes are x, y, width, height in pixels."""
    numbers = {category: number for number, category in enumerate(categories, start=1)}
    boxes = [
        (number, still, find) for number, still in enumerate(stills, start=1) for find in still.picture.boxes
    ]
    return {
        "info": {"description": "Lilong: judged finds of cameras"},
        "licenses": [],
        "categories": [
            {"id": numbers[category], "supercategory": category[0], "name": category[1]}
            for category in categories
        ],
        "images": [
            {"id": number, "file_name": still.name, "width": still.size_px[0], "height": still.size_px[1]}
            for number, still in enumerate(stills, start=1)
        ],
        "annotations": [
            {
                "id": annotation,
                "image_id": image,
                "category_id": numbers[find.category],
                "bbox": (box := still.box_px(find)),
                "area": round(box[2] * box[3], 2),
                "iscrowd": 0,
                "segmentation": [],
                "attributes": {"score": find.score, "verdict_id": find.verdict_id},
            }
            for annotation, (image, still, find) in enumerate(boxes, start=1)
        ],
    }


def _yolo_line(still: _Still, find: JudgedFind, categories: Sequence[tuple[str, str]]) -> str:
    left, top, width, height = still.box_px(find)
    across, down = still.size_px
    centre = ((left + width / 2) / across, (top + height / 2) / down)
    shape = (*centre, width / across, height / down)
    return f"{categories.index(find.category)} {' '.join(f'{value:.6f}' for value in shape)}\n"


def _data_yaml(categories: Sequence[tuple[str, str]]) -> str:
    names = "".join(f"  {number}: {json.dumps(name)}\n" for number, (_, name) in enumerate(categories))
    return f"train: images/train\nval: images/val\ntest: images/test\nnames:\n{names or '  {}' + chr(10)}"


def _manifest(
    stills: Sequence[_Still], texts: Mapping[str, str], missing: Sequence[tuple[str, str, str]]
) -> str:
    files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    files |= {f"images/{still.name}": still.picture.sha256 for still in stills}
    finds = [
        {
            "verdict_id": find.verdict_id,
            "event_id": find.event_id,
            "image": still.name,
            "decision": find.opinion.decision,
            "reason": find.opinion.reason,
            "proposed_by": None if find.model is None else {"id": find.model[0], "sha256": find.model[1]},
            "score": find.score,
        }
        for still in stills
        for find in still.picture.finds
    ]
    absent = [
        {"verdict_id": verdict, "event_id": event, "sha256": sha256 or None}
        for verdict, event, sha256 in missing
    ]
    content: JsonValue = {
        "format": 1,
        "is_exhaustive": False,
        "split_by": "camera and day",
        "files": files,
        "finds": finds,
        "missing_evidence": absent,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def _write_zip(path: Path, texts: Mapping[str, str], stills: Sequence[_Still]) -> None:
    pictures = {f"images/{still.name}": still.path for still in stills}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted({*texts, *pictures}):
            entry = zipfile.ZipInfo(name, _DATED)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            content = pictures[name].read_bytes() if name in pictures else texts[name].encode()
            archive.writestr(entry, content)


def _file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
