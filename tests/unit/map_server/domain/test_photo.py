"""Pictures from phones: what tells of their owner is taken out, the pixels and which way is up remain."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from map_server.domain.errors import InvalidInput
from map_server.domain.photo import MAX_PHOTO_BYTES, cleaned, sha256_of_bytes


def jpeg(exif: Image.Exif | None = None, comment: bytes = b"", mode: str = "RGB") -> bytes:
    picture = Image.new(mode, (48, 32))
    picture.paste((255, 255, 0, 0)[: len(mode)] if mode != "L" else 255, (0, 0, 10, 10))
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif or b"", comment=comment or None)
    return out.getvalue()


def phone_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker of somebody's phone"
    exif.get_ifd(0x8825)[2] = (31.0, 15.0, 20.0)  # where it was taken
    return exif


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_place_device_and_comment_are_gone() -> None:
    kept = cleaned(jpeg(phone_exif(), b"written by an app")).content

    assert b"somebody" not in kept
    assert b"written by" not in kept
    assert dict(opened(kept).getexif()) == {}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_stands_as_it_was_taken(orientation: int) -> None:
    sent = jpeg(phone_exif(orientation))

    kept = cleaned(sent).content

    assert dict(opened(kept).getexif()) == ({} if orientation == 1 else {0x0112: orientation})
    upright = [ImageOps.exif_transpose(opened(each)) for each in (sent, kept)]
    assert upright[0].tobytes() == upright[1].tobytes()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_pixels_are_not_touched(mode: str) -> None:
    sent = jpeg(phone_exif(), mode=mode)
    assert opened(cleaned(sent).content).tobytes() == opened(sent).tobytes()


def test_what_a_phone_appends_after_the_picture_is_gone() -> None:
    sent = jpeg()
    assert cleaned(sent + b"a second picture, with a face").content == cleaned(sent).content


def test_picture_in_several_scans_is_kept_whole() -> None:
    out = BytesIO()
    Image.radial_gradient("L").convert("RGB").save(out, "JPEG", progressive=True, exif=phone_exif())
    assert opened(cleaned(out.getvalue()).content).tobytes() == opened(out.getvalue()).tobytes()


def test_clean_picture_comes_back_as_it_is_under_its_own_hash() -> None:
    sent = cleaned(jpeg()).content
    again = cleaned(sent)
    assert (again.content, again.sha256) == (sent, sha256_of_bytes(sent))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        jpeg()[:-2],  # the end is missing
        jpeg()[:40] + b"\xff\xd9",  # cut off inside
        b"\xff\xd8\xff\xc0\x00\x00\xff\xd9",
        b"\xff\xd8\xff" + bytes(MAX_PHOTO_BYTES),
    ],
    ids=["empty", "gif", "no end", "cut", "nothing inside", "too large"],
)
def test_what_is_no_whole_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="picture"):
        cleaned(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_or_refused(content: bytes) -> None:
    for sent in (content, b"\xff\xd8\xff" + content + b"\xff\xd9"):
        with suppress(InvalidInput):
            assert cleaned(sent).content.startswith(b"\xff\xd8")
