"""The national 20-digit id of video devices: its structure, checked.

Source: GB/T 28181-2016, annex D: centre code (8), industry (2), type (3), network (1), serial number (6).
"""

import re
from dataclasses import dataclass

from map_server.domain.errors import InvalidInput

_DIGITS = re.compile(r"[0-9]{20}")
_PROVINCES = frozenset(
    (
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        81,
        82,
    )
)
"""The first two digits of a centre code. Source: GB/T 2260."""
_DEVICE_TYPES = range(111, 200)
"""111-130 recorders, encoders and their like; 131-199 cameras and other things at the end of the line."""
CAMERA_TYPES = frozenset({131, 132})
"""131 analogue camera, 132 network camera."""


@dataclass(frozen=True, slots=True)
class NationalId:
    """The five parts of an id, as digits."""

    centre: str
    industry: str
    type_code: str
    network: str
    serial: str

    def __str__(self) -> str:
        return self.centre + self.industry + self.type_code + self.network + self.serial


def national_id_from(text: str) -> NationalId:
    """Take an id apart.

    Raises:
        InvalidInput: not 20 digits, no such province, or the type of something that is no device.
    """
    digits = text.strip()
    if not _DIGITS.fullmatch(digits):
        raise InvalidInput(f"national id {digits[:40]!r}: give 20 digits (GB/T 28181)")
    parts = NationalId(digits[:8], digits[8:10], digits[10:13], digits[13], digits[14:])
    if int(parts.centre[:2]) not in _PROVINCES:
        raise InvalidInput(f"national id {digits}: no province has the code {parts.centre[:2]}")
    if int(parts.type_code) not in _DEVICE_TYPES:
        raise InvalidInput(
            f"national id {digits}: type {parts.type_code} (digits 11 to 13) is no device; a camera is 132"
        )
    return parts
