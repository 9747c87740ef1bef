"""The published clips and what is true of them, read from their truth.json."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.accuracy.clip_flow import TimedImage, Truth, thinned, video
from tests.accuracy.perturbations import box_after
from tests.shared_data import SHARED_DATA

BAG_CLIP = "bag_drop_corridor.mp4"
LIGHT_CLIP = "lighting_swings.mp4"
PARKING_CLIP = "parking_lot_passing.mp4"
BASE_MODEL = SHARED_DATA / "models" / "yolox_nano.onnx"


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip. Its bag, if one is left in it: boxes over time, and when the alarm may come."""

    path: Path
    fps: float
    width_px: int
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    alarm_from_s: float = 0.0
    alarm_until_s: float = 0.0

    def truth(self, perturbation: str = "as it is", start_s: float = 0.0) -> Truth | None:
        """Give what is true of the clip after a perturbation, for a camera that was switched on later."""
        if not self.boxes:
            return None
        boxes = tuple(box_after(perturbation, box, self.width_px) for box in self.boxes)
        return Truth(boxes, self.alarm_from_s - start_s, self.alarm_until_s - start_s)

    def frames(self) -> list[TimedImage]:
        """Give every frame."""
        return list(video(self.path, self.fps))

    def analysed(self, fps: float = 5.0) -> list[TimedImage]:
        """Give the frames that are analysed."""
        return list(thinned(video(self.path, self.fps), fps))


@lru_cache
def clip(name: str) -> Clip:
    """Give a published clip with its truth, for a dwell of ten seconds."""
    folder = SHARED_DATA / "clips"
    rows = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["clips"]
    row = next(row for row in rows if row["file"] == name)
    drops = [event for event in row["events"] if event["kind"] == "garbage_drop"]
    if not drops:
        return Clip(folder / name, row["fps"], row["size"][0])
    (drop,) = drops
    boxes: Sequence[Sequence[float]] = [
        drop["box_xyxy_px"],
        *(later["box_xyxy_px"] for later in drop["later_boxes"]),
    ]
    return Clip(
        folder / name,
        row["fps"],
        row["size"][0],
        tuple((box[0], box[1], box[2], box[3]) for box in boxes),
        drop["alarm_not_before_frame"] / row["fps"],
        drop["alarm_by_frame"] / row["fps"],
    )
