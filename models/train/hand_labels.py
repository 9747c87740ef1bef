"""Reads the labels made by hand for photos that came without: models/train/labels/*.json."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from models.train.classes import LABELS

LABELS_FOLDER = Path(__file__).parent / "labels"

Corners = tuple[float, float, float, float]


class HandLabelled(BaseModel):
    """One photo. `boxes` are label, x1, y1, x2, y2 in pixels; in `ignored` boxes nothing is judged; persons
    and vehicles are not labelled. `place` names the bin station: photos of one place are never split.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    size: tuple[int, int]
    boxes: tuple[tuple[str, float, float, float, float], ...]
    ignored: tuple[Corners, ...] = ()
    place: str
    night: bool = False


_FILE = TypeAdapter(dict[str, HandLabelled])


def read_hand_labels(folder: Path) -> dict[str, HandLabelled]:
    """Read all files of a folder; photo's file name -> its labels.

    Raises ValueError when there is no file, or one is not as it should be.
    """
    found: dict[str, HandLabelled] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            found |= _FILE.validate_json(file.read_bytes())
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise ValueError(f"{file}: {key}: {first['msg']}") from error
    if not found:
        raise ValueError(f"{folder}: holds no hand labels (.json)")
    strange = {box[0] for entry in found.values() for box in entry.boxes} - set(LABELS)
    if strange:
        raise ValueError(f"{folder}: has the label {min(strange)!r}; known are {', '.join(LABELS)}")
    return found
