"""Assignment of detections to tracks."""

from edge_agent.track.assign import assign, without_duplicates
from edge_agent.types import BoxXyxy, Detection


def thing(box: BoxXyxy, score: float = 0.9) -> Detection:
    return Detection("car", score, box)


def test_best_sum_wins_over_the_best_single_pair() -> None:
    """Greedy by overlap would pair the first box with the nearer detection and leave the second box alone."""
    boxes = [(0, 0, 20, 10), (10, 0, 30, 10)]
    detections = [thing((6, 0, 26, 10)), thing((-10, 0, 10, 10))]
    pairs = assign(boxes, ["car", "car"], detections, ["car", "car"], 0.1, 0.0)
    assert sorted(pairs) == [(0, 1), (1, 0)]


def test_groups_never_mix() -> None:
    assert assign([(0, 0, 20, 10)], ["person"], [thing((0, 0, 20, 10))], ["car"], 0.1, 0.0) == []


def test_growth_lets_tiny_boxes_jump() -> None:
    boxes, jumped = [(0, 0, 10, 10)], [thing((9, 0, 19, 10))]
    assert assign(boxes, ["car"], jumped, ["car"], 0.2, 0.0) == []
    assert assign(boxes, ["car"], jumped, ["car"], 0.2, 0.3) == [(0, 0)]


def test_of_two_boxes_on_one_thing_the_better_scored_stays() -> None:
    detections = [thing((0, 0, 20, 10), 0.5), thing((1, 0, 21, 10), 0.8), thing((100, 0, 120, 10), 0.3)]
    assert without_duplicates(detections, ["car"] * 3, 0.6) == [1, 2]
    assert without_duplicates(detections, ["car", "person", "car"], 0.6) == [1, 0, 2]


def test_nothing_to_pair_gives_nothing() -> None:
    assert assign([], [], [thing((0, 0, 1, 1))], ["car"], 0.1, 0.0) == []
    assert without_duplicates([], [], 0.6) == []
