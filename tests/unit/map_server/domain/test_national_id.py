"""The 20-digit id of GB/T 28181: taken apart, and what is none is refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.domain.errors import InvalidInput
from map_server.domain.national_id import national_id_from

CAMERA = "31011500001320000001"


def test_id_is_taken_apart() -> None:
    found = national_id_from(f" {CAMERA} ")
    assert (found.centre, found.industry, found.type_code) == ("31011500", "00", "132")
    assert (found.network, found.serial) == ("0", "000001")
    assert str(found) == CAMERA


@given(
    st.sampled_from([11, 31, 44, 65, 71, 82]),
    st.integers(0, 999_999_99),
    st.integers(111, 199),
    st.integers(0, 9_999_999),
)
def test_every_id_of_a_device_comes_back_digit_for_digit(
    province: int, rest: int, device_type: int, end: int
) -> None:
    text = f"{province}{rest:08d}{device_type}{end:07d}"
    assert str(national_id_from(text)) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (CAMERA[:-1], "20 digits"),
        (CAMERA + "0", "20 digits"),
        ("3101150000132000000X", "20 digits"),
        ("３" + CAMERA[1:], "20 digits"),  # a full-width digit, as Chinese keyboards write it
        ("99" + CAMERA[2:], "no province has the code 99"),
        (CAMERA[:10] + "215" + CAMERA[13:], "type 215"),  # a business group, no device
        (CAMERA[:10] + "110" + CAMERA[13:], "type 110"),
    ],
)
def test_what_is_no_id_of_a_device_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        national_id_from(text)
