"""Zip archives that are the same bytes whenever they are made: fixed dates, names in order."""

import io
import zipfile
from collections.abc import Mapping

DATED = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip archive can tell; its entries have no time of their own."""
_READABLE = 0o644 << 16


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files, by name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in files:
            entry = zipfile.ZipInfo(name, DATED)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whatever system it is made
            entry.external_attr = _READABLE
            archive.writestr(entry, files[name])
    return packed.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    """Unpack files, in the order of the archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
