"""People in scenes: they are where the plot says, set bags down where it says, and never jump."""

import itertools

import numpy as np
import pytest

from models.scenes.acting import WALK_M_S, Act, Load, Visit, bringing, passing, people_at
from models.scenes.shapes.bags import BLACK, tied_bag
from models.scenes.shapes.people import Person

WHO = Person()


def dropped_bag(at_m: tuple[float, float] = (1.0, 7.0)) -> Load:
    visit = bringing("bearer", WHO, 5.0, ((-8.0, 7.0), (-2.0, 7.0)), at_m, ((4.0, 8.0),))
    return Load(
        "bag",
        tied_bag(np.random.default_rng(1), 0.5, 0.5, BLACK),
        0.5,
        at_m,
        0.0,
        visit.middle_s("stoop"),
        visit,
    )


def test_walking_takes_length_over_speed() -> None:
    visit = passing("passer-by", WHO, 3.0, ((0.0, 0.0), (0.0, 10.0)))
    assert visit.end_s == pytest.approx(3.0 + 10.0 / WALK_M_S)
    halfway = visit.moment(3.0 + 5.0 / WALK_M_S)
    assert halfway is not None
    assert halfway.at_m == pytest.approx((0.0, 5.0))


def test_nobody_is_there_before_and_after() -> None:
    visit = passing("passer-by", WHO, 3.0, ((0.0, 0.0), (0.0, 10.0)))
    assert visit.moment(2.99) is None
    assert visit.moment(visit.end_s) is None


def test_they_look_where_they_go() -> None:
    visit = passing("passer-by", WHO, 0.0, ((0.0, 0.0), (5.0, 0.0)))
    moment = visit.moment(1.0)
    assert moment is not None
    assert moment.heading_deg == pytest.approx(90.0)


def test_nobody_jumps_between_frames() -> None:
    visit = dropped_bag().bearer
    assert visit is not None
    places = [visit.moment(t) for t in np.arange(visit.start_s, visit.end_s, 0.2)]
    steps = [
        float(np.hypot(b.at_m[0] - a.at_m[0], b.at_m[1] - a.at_m[1]))
        for a, b in itertools.pairwise(places)
        if a is not None and b is not None
    ]
    assert max(steps) <= WALK_M_S * 0.2 + 1e-9


def test_the_bag_is_in_the_hand_then_on_the_ground() -> None:
    load = dropped_bag()
    carried, lying = load.thing(load.dropped_s - 3.0), load.thing(load.dropped_s + 1.0)
    assert carried is not None
    assert lying is not None
    assert carried.matrix[2, 3] > 0.05, "carried above the ground"
    assert lying.matrix[:2, 3] == pytest.approx((1.0, 7.0))
    assert lying.vertices_m()[:, 2].min() == pytest.approx(0.0, abs=1e-6)


def test_the_bag_does_not_jump_when_it_is_let_go() -> None:
    load = dropped_bag()
    before, after = load.thing(load.dropped_s - 0.01), load.thing(load.dropped_s + 0.01)
    assert before is not None
    assert after is not None
    assert np.linalg.norm(before.matrix[:3, 3] - after.matrix[:3, 3]) < 0.12


def test_a_taken_bag_is_gone_with_its_taker() -> None:
    load = dropped_bag()
    taker = bringing("taker", WHO, 40.0, ((8.0, 7.0), (3.0, 7.0)), load.at_m, ((8.0, 7.0),))
    taken = Load(
        "bag", load.parts, 0.5, load.at_m, 0.0, load.dropped_s, load.bearer, taker.middle_s("stoop"), taker
    )
    assert taken.at_rest(taker.middle_s("stoop") - 0.1)
    assert not taken.at_rest(taker.middle_s("stoop"))
    assert taken.thing(taker.end_s + 1) is None
    assert [thing.name for thing in people_at([taker], [taken], taker.end_s - 0.5)] == ["taker", "bag"]


def test_somebody_who_waits_stays_on_the_spot() -> None:
    visit = Visit("waiting", WHO, 0.0, (0.0, 0.0), (Act("stand", seconds=10.0),))
    spots = {moment.at_m for t in np.arange(0, 10, 0.2) if (moment := visit.moment(float(t)))}
    assert spots == {(0.0, 0.0)}
