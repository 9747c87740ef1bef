"""Width and height of a still, read from its header alone."""

import struct
from pathlib import Path
from typing import BinaryIO

_NO_FRAME = {0xC4, 0xC8, 0xCC}
"""Markers between SOF0 and SOF15 that begin no frame (ITU-T T.81, table B.1)."""


def picture_size(path: Path) -> tuple[int, int] | None:
    """Give width and height in pixels of a JPEG or PNG; None for anything else or a damaged header."""
    with path.open("rb") as file:
        head = file.read(24)
        if head.startswith(b"\x89PNG\r\n\x1a\n") and len(head) == 24:
            width, height = struct.unpack(">II", head[16:24])
            return int(width), int(height)
        if not head.startswith(b"\xff\xd8"):
            return None
        file.seek(2)
        return _jpeg_size(file)


def _jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    while len(segment := file.read(4)) == 4:
        mark, marker, length = struct.unpack(">BBH", segment)
        if mark != 0xFF or length < 2:
            return None
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            frame = file.read(5)
            if len(frame) < 5:
                return None
            height, width = struct.unpack(">HH", frame[1:5])
            return int(width), int(height)
        file.seek(length - 2, 1)
    return None
