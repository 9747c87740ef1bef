"""The classes that the detector learns, and how other sets' words map onto them."""

LABELS = ("person", "two_wheeler", "car", "large_vehicle", "garbage", "garbage_bin", "overflow")
"""Order of the class scores in the network's output."""

LEFT_TO_GUIDE = -1
"""In place of an index in LABELS: a person or vehicle stands there, and the base network (guide.py), not a
label, says what to see in it."""

FROM_COCO = {0: 0, 1: 1, 3: 1, 2: 2, 5: 3, 7: 3}
"""COCO class id -> index in LABELS: person; bicycle, motorcycle; car; bus, truck."""

FROM_STREET_GARBAGE = {0: 4, 1: 5, 2: 6}
"""Class id of train/street_garbage -> index in LABELS."""
