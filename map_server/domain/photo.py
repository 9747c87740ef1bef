"""Pictures from people: only JPEG, and of what the phone wrote into it only which way is up.

A phone's picture tells its owner's position, device and more. All segments that a viewer does not need are
left out; the pixels are not touched.
"""

import hashlib
import re
import struct
from dataclasses import dataclass

from map_server.domain.errors import InvalidInput

JPEG = "image/jpeg"
MAX_PHOTO_BYTES = 8 * 1024 * 1024
_END, _SCAN = 0xD9, 0xDA
_APP0, _APP1, _APP15, _COMMENT = 0xE0, 0xE1, 0xEF, 0xFE
_APP14_ADOBE = 0xEE
"""Kept: it tells how the colours are coded."""
_KEPT = frozenset({_APP0, _APP14_ADOBE})
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_SHORT = 3


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without anything personal, named by the hash of these very bytes."""

    content: bytes
    sha256: str
    media_type: str = JPEG


def cleaned(content: bytes) -> Picture:
    """Give the picture without metadata; one that has none comes back byte for byte.

    Source of the layout: ITU-T T.81, annex B; of the orientation: CIPA DC-008 (Exif 2.32), 4.6.4.

    Raises InvalidInput for what is no JPEG or ends too early.
    """
    if len(content) > MAX_PHOTO_BYTES:
        raise InvalidInput("The picture is larger than 8 MB; send a smaller one.")
    if not content.startswith(b"\xff\xd8\xff"):
        raise InvalidInput("The picture is no whole JPEG; take or choose another one.")
    try:
        kept = _without_metadata(content)
    except (struct.error, IndexError) as error:
        raise InvalidInput("The picture is damaged; take or choose another one.") from error
    return Picture(kept, sha256_of_bytes(kept))


def sha256_of_bytes(content: bytes) -> str:
    """Give the hash of bytes, hex."""
    return hashlib.sha256(content).hexdigest()


def _without_metadata(content: bytes) -> bytes:
    """Copy the segments that draw the picture, to its end and no further: phones append things, too."""
    kept, position, orientation = bytearray(content[:2]), 2, 1
    while (marker := content[position + 1]) != _END:
        length = struct.unpack_from(">H", content, position + 2)[0]
        if content[position] != 0xFF or length < 2:
            raise IndexError
        segment = content[position : position + 2 + length]
        if marker == _APP1 and segment[4:10] == _EXIF:
            orientation = _orientation_of(segment[10:]) or orientation
        if not (_APP0 <= marker <= _APP15 or marker == _COMMENT) or marker in _KEPT:
            kept += segment
        position += 2 + length
        if marker == _SCAN:
            end = _marker_after(content, position)
            kept += content[position:end]
            position = end
    if orientation != 1:
        kept[2:2] = _exif_with(orientation)
    return bytes(kept) + b"\xff\xd9"


def _marker_after(content: bytes, position: int) -> int:
    """Find where the coded pixels end. Inside them 0xFF is followed by 0x00 or a restart marker."""
    match = _MARKER.search(content, position)
    if match is None:
        raise IndexError
    return match.start()


def _orientation_of(tiff: bytes) -> int | None:
    """Read the orientation, 1 to 8, from the first directory of a TIFF structure."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    (first,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, first)
    for entry in range(count):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, first + 2 + 12 * entry)
        if tag == _ORIENTATION and kind == _SHORT and 1 <= value <= 8:
            return int(value)
    return None


def _exif_with(orientation: int) -> bytes:
    tiff = b"MM\x00\x2a" + struct.pack(">IHHHIHHI", 8, 1, _ORIENTATION, _SHORT, 1, orientation, 0, 0)
    return struct.pack(">BBH", 0xFF, _APP1, 2 + len(_EXIF) + len(tiff)) + _EXIF + tiff
