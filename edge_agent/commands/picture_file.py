"""Writes a picture for people, whole or not at all."""

from pathlib import Path

import cv2

from edge_agent.errors import ConfigError
from edge_agent.types import Image

_FORMATS = {
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 90],
    ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, 90],
    ".png": [],
}


def refuse_unfit_name(path: Path) -> None:
    """Raise ConfigError for a name that says no format that can be written."""
    if path.suffix.lower() not in _FORMATS:
        raise ConfigError(f"{path}: is no picture's name; end it in .jpg or .png")


def write_picture(path: Path, picture: Image) -> None:
    """Write a JPEG or PNG by the name's ending. Raises ConfigError when it can't be written there."""
    refuse_unfit_name(path)
    suffix = path.suffix.lower()
    is_encoded, content = cv2.imencode(suffix, picture, _FORMATS[suffix])
    if not is_encoded:
        raise ConfigError(f"{path}: the picture cannot be encoded in this format; try .png")
    unfinished = path.with_name(f"{path.name}.part")
    try:
        unfinished.write_bytes(content.tobytes())
        unfinished.rename(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); give another folder") from error
