"""Who may use which street, from its tags: a table that a mapper could have written."""

import pytest

from map_server.domain.street_profile import EBIKE, WALKING, StreetProfile

BOTH, AHEAD, BACK, NOBODY = (True, True), (True, False), (False, True), (False, False)


def tags(text: str) -> dict[str, str]:
    """`highway=service access=private` as a dictionary."""
    return dict(pair.split("=", 1) for pair in text.split())


@pytest.mark.parametrize(
    ("said", "on_foot", "by_ebike"),
    [
        # a lane of one way binds bikes, not feet
        ("highway=residential oneway=yes", BOTH, AHEAD),
        ("highway=residential oneway=-1", BOTH, BACK),
        # bikes may go against it where a sign says so
        ("highway=residential oneway=yes oneway:bicycle=no", BOTH, BOTH),
        # a roundabout is one way without saying so
        ("highway=tertiary junction=roundabout", BOTH, AHEAD),
        # elevated roads are for neither, unless the tags say so
        ("highway=trunk", NOBODY, NOBODY),
        ("highway=motorway_link", NOBODY, NOBODY),
        ("highway=trunk foot=yes bicycle=yes", BOTH, BOTH),
        ("highway=trunk access=yes", NOBODY, NOBODY),
        # patrols go into compounds on foot; the e-bike stays at the gate
        ("highway=service access=private", BOTH, NOBODY),
        # a sign of its own goes before the general one
        ("highway=service access=no foot=yes", BOTH, NOBODY),
        ("highway=footway foot=no", NOBODY, BOTH),
        ("highway=residential access=no", NOBODY, NOBODY),
        ("highway=residential vehicle=no", BOTH, NOBODY),
        ("highway=residential access=destination", BOTH, BOTH),
        # a street that is being built is none yet
        ("highway=construction", NOBODY, NOBODY),
        ("highway=steps", BOTH, BOTH),
        # what is no street at all
        ("railway=rail", NOBODY, NOBODY),
    ],
)
def test_use_of_a_street(said: str, on_foot: tuple[bool, bool], by_ebike: tuple[bool, bool]) -> None:
    for profile, expected in ((WALKING, on_foot), (EBIKE, by_ebike)):
        use = profile.use_of(tags(said))
        assert (use.forward, use.backward) == expected, f"{profile.mode}: {said}"


@pytest.mark.parametrize(
    ("said", "on_foot", "by_ebike"),
    [
        ("barrier=bollard", True, True),
        ("barrier=gate", True, True),
        # the gate of a compound: people walk in, the e-bike does not
        ("barrier=gate access=private", True, False),
        ("barrier=gate access=no", False, False),
        ("barrier=gate locked=yes", True, False),
        ("barrier=kissing_gate", True, False),
        ("barrier=wall", False, False),
        ("highway=crossing", True, True),
    ],
)
def test_what_stands_on_a_street(said: str, on_foot: bool, by_ebike: bool) -> None:
    assert (WALKING.passes(tags(said)), EBIKE.passes(tags(said))) == (on_foot, by_ebike)


@pytest.mark.parametrize("profile", [WALKING, EBIKE])
def test_pushed_bikes_and_stairs_are_slow(profile: StreetProfile) -> None:
    street, stairs = profile.use_of(tags("highway=residential")), profile.use_of(tags("highway=steps"))
    assert stairs.speed_m_s < street.speed_m_s == profile.pace_m_s


def test_a_bike_is_pushed_where_one_must_dismount() -> None:
    assert EBIKE.use_of(tags("highway=residential bicycle=dismount oneway=yes")).speed_m_s == 1.2
