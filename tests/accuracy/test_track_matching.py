"""Tracks matched to the real streets of Huangpu: simulated walks of known truth, with the noise of phones."""

import random
from pathlib import Path

import pytest

from map_server.adapters.streets import EmbeddedStreets, StreetParams
from map_server.adapters.track_matching import TrackMatching
from map_server.domain.segment import SegmentWalk
from map_server.domain.segment_coverage import walked_shares
from map_server.domain.track_match import MatchedTrack
from tests.osm_graph import osm_ways
from tests.shared_data import shared
from tests.simulated_walks import BEGAN_AT, Phone, Score, Walk, fixes_of, random_walk, total

pytestmark = pytest.mark.shared_data
WALKS = 20


@pytest.fixture(scope="module")
def huangpu() -> EmbeddedStreets:
    path: Path = shared("geo/shanghai_huangpu_roads.osm")
    return EmbeddedStreets(osm_ways(path), StreetParams(join_within_m=0.01))


def score(streets: EmbeddedStreets, walk: Walk, found: MatchedTrack) -> Score:
    length_m = {piece.segment.segment_id: piece.segment.length_m for piece in streets.pieces.pieces}
    shares = walked_shares(SegmentWalk("A", BEGAN_AT.date(), one) for one in found.walked)
    truth = set(walk.segment_ids)
    return Score(
        sum(length_m[segment_id] for segment_id in truth),
        sum(length_m[segment_id] * share for segment_id, share in shares.items()),
        sum(length_m[segment_id] * share for segment_id, share in shares.items() if segment_id in truth),
    )


@pytest.mark.parametrize(
    ("name", "phone", "least_recall", "least_precision"),
    [
        # an open street
        ("5 m noise", Phone(sigma_m=5.0), 0.95, 0.98),
        # between houses
        ("10 m noise", Phone(sigma_m=10.0), 0.86, 0.92),
        # a bad phone in a narrow lane
        ("20 m noise", Phone(sigma_m=20.0), 0.77, 0.82),
        # a third of the fixes lost, some sent twice, as after a day without signal
        ("10 m, a third lost, doubles", Phone(sigma_m=10.0, lost=0.33, doubled=0.2), 0.86, 0.92),
        # OwnTracks in its saving mode: a fix a minute
        ("10 m, a fix each 60 s", Phone(sigma_m=10.0, every_s=60.0), 0.82, 0.94),
        # two minutes under a roof
        ("10 m, silent for 120 s", Phone(sigma_m=10.0, silence_s=120.0), 0.85, 0.92),
    ],
)
def test_walks_are_found(
    huangpu: EmbeddedStreets,
    name: str,
    phone: Phone,
    least_recall: float,
    least_precision: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rng, matching, scores = random.Random(5), TrackMatching(huangpu), []
    for _ in range(WALKS):
        walk = random_walk(huangpu, rng, 3000)
        scores.append(score(huangpu, walk, matching.match(fixes_of(walk, huangpu, phone, rng))))
    found = total(scores)
    with capsys.disabled():
        print(
            f"\n{name}: {WALKS} walks, {found.walked_m / 1000:.0f} km, recall {found.recall:.3f},"
            f" precision {found.precision:.3f}"
        )
    assert found.recall >= least_recall
    assert found.precision >= least_precision
