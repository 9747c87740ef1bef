"""The 80 classes of COCO in their usual order, and the project's word for those that its rules know.

Used by manifests of models trained on COCO (`labels = "coco80"`) and for rows with COCO class ids.
"""

from collections.abc import Mapping
from types import MappingProxyType

# fmt: off
COCO_CLASSES: tuple[str, ...] = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)
# fmt: on
"""Source: Lin et al., "Microsoft COCO", ECCV 2014; class id = place in this tuple, from 0."""

COCO_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "person": "person",
        "bicycle": "two_wheeler",
        "motorcycle": "two_wheeler",
        "car": "car",
        "bus": "large_vehicle",
        "truck": "large_vehicle",
        "backpack": "bag",
        "handbag": "bag",
        "suitcase": "bag",
    }
)
"""Classes that are not named here are dropped at once: what no rule knows must not fill the tracker."""


def word_for_class_id(class_id: int) -> str | None:
    """Give the project's word for a COCO class id, or None when no rule knows the class."""
    if not 0 <= class_id < len(COCO_CLASSES):
        return None
    return COCO_WORDS.get(COCO_CLASSES[class_id])
