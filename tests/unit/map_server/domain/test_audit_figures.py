"""The audit's estimates: held against references written here on their own, and against worlds whose truth is
known.
"""

import math
import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from map_server.domain.agreement import cohens_kappa, krippendorffs_alpha
from map_server.domain.audit_sample import Candidate, SamplingParams, Stratum, chance, drawn
from map_server.domain.gate import GateParams, is_passed
from map_server.domain.incident import Severity
from map_server.domain.precision import Outcome, items_missing, items_needed, precision_of, wilson
from map_server.domain.recapture import chapman
from map_server.domain.threshold import advised, at_threshold
from tests.fakes.clock import NOON
from wire_contract.vocabulary import EventKind

ANSWERS = ("confirm", "reject", "relabel", "unsure")
BIN_STATION = Stratum(EventKind.GARBAGE_DROP, "box-1", "cam-1", "lilong", "5" * 64)


def reference_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa from its definition, over the table of proportions."""
    n = len(pairs)
    table = {(a, b): pairs.count((a, b)) / n for a in ANSWERS for b in ANSWERS}
    observed = math.fsum(table[a, a] for a in ANSWERS)
    expected = math.fsum(
        math.fsum(table[a, b] for b in ANSWERS) * math.fsum(table[b, a] for b in ANSWERS) for a in ANSWERS
    )
    return None if math.isclose(expected, 1.0, abs_tol=1e-12) else (observed - expected) / (1 - expected)


def reference_alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Krippendorff's alpha from its definition: mean disagreement within units over that of all pairs."""
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    if len(set(values)) < 2:
        return None
    within = math.fsum(
        len(unit) * sum(a != b for a, b in combinations(unit, 2)) / math.comb(len(unit), 2) for unit in units
    ) / len(values)
    among = sum(a != b for a, b in combinations(values, 2)) / math.comb(len(values), 2)
    return 1 - within / among


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ANSWERS), st.sampled_from(ANSWERS)), min_size=1, max_size=60))
def test_kappa_is_that_of_its_definition(pairs: list[tuple[str, str]]) -> None:
    expected = reference_kappa(pairs)
    found = cohens_kappa(pairs).kappa
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found == pytest.approx(expected, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from(ANSWERS), max_size=4), max_size=30))
def test_alpha_is_that_of_its_definition(units: list[list[str]]) -> None:
    expected = reference_alpha(units)
    found = krippendorffs_alpha(units)
    assert (found is None) == (expected is None)
    if expected is not None:
        assert found == pytest.approx(expected, abs=1e-9)


def test_kappa_of_the_textbook() -> None:
    """The table of 50 proposals that every course shows: 20, 5, 10, 15."""
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(pairs).kappa == pytest.approx(0.4, abs=1e-12)


@pytest.mark.parametrize(
    ("right", "items", "low", "high"),
    [
        (0, 10, 0.0, 0.2775328),  # nothing right is not nothing known
        (10, 10, 0.7224672, 1.0),
        (81, 263, 0.2553, 0.3662),  # Newcombe (1998), table I
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_interval_is_the_published_one(right: int, items: int, low: float, high: float) -> None:
    interval = wilson(right / items, items)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=6e-5)


def test_equal_weights_give_the_plain_share() -> None:
    outcomes = [Outcome(number < 45, weight=10.0) for number in range(50)]
    found = precision_of(outcomes)
    assert (found.items, found.right, found.effective_items) == (50, 45, pytest.approx(50))
    assert found.interval == wilson(0.9, found.effective_items)


def test_nothing_audited_is_not_zero() -> None:
    found = precision_of([])
    assert (found.value, found.interval) == (None, None)


@pytest.mark.parametrize("half_width", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("share", [0.5, 0.8, 0.9, 0.97])
def test_stop_rule_gives_the_smallest_sample(share: float, half_width: float) -> None:
    needed = items_needed(share, half_width)
    assert wilson(share, needed).half_width <= half_width
    assert needed == 1 or wilson(share, needed - 1).half_width > half_width
    assert items_missing(precision_of([]), half_width) == items_needed(0.5, half_width)


def test_default_first_items_meet_the_default_stop_rule() -> None:
    assert items_needed(0.9, GateParams().half_width) <= SamplingParams().first_items


class TestSampling:
    def test_it_is_the_same_each_time_and_another_with_another_seed(self) -> None:
        params = SamplingParams(first_items=0, rate=0.5)
        candidates = [Candidate(f"incident-{n}", n, BIN_STATION, 0.9) for n in range(200)]

        def pick(seed: str) -> list[bool]:
            return [drawn(each, each.number, seed, params, NOON).is_sampled for each in candidates]

        assert pick("one") == pick("one")
        assert pick("one") != pick("two")

    def test_the_first_of_a_stratum_are_all_in_and_the_rest_with_the_stated_probability(self) -> None:
        params = SamplingParams(first_items=100, rate=0.2)
        items = [
            drawn(Candidate(f"incident-{n}", n, BIN_STATION, 0.9), n, "seed", params, NOON)
            for n in range(1, 5101)
        ]
        assert all(item.is_sampled and item.probability == 1.0 for item in items[:100])
        later = items[100:]
        assert {item.probability for item in later} == {0.2}
        assert sum(item.is_sampled for item in later) == pytest.approx(1000, abs=120)  # four sigma

    def test_second_looks_are_a_share_of_the_sample_alone(self) -> None:
        params = SamplingParams(first_items=0, rate=0.5, second_share=0.3)
        items = [
            drawn(Candidate(f"incident-{n}", n, BIN_STATION, 0.9), n, "seed", params, NOON)
            for n in range(1, 4001)
        ]
        seconds = [item for item in items if item.needs_second]
        assert all(item.is_sampled for item in seconds)
        assert len(seconds) == pytest.approx(600, abs=90)

    @pytest.mark.parametrize(
        ("score", "is_uncertain"), [(0.49, False), (0.55, True), (0.7, True), (0.8, False)]
    )
    def test_scores_near_the_threshold_are_the_second_stream(self, score: float, is_uncertain: bool) -> None:
        item = drawn(Candidate("incident", 1, BIN_STATION, score), 1, "seed", SamplingParams(), NOON)
        assert item.is_uncertain is is_uncertain

    def test_chance_looks_random(self) -> None:
        values = [chance("seed", "sample", str(n)) for n in range(10_000)]
        assert sum(values) / len(values) == pytest.approx(0.5, abs=0.012)
        assert all(0 <= value < 1 for value in values)

    def test_what_is_urgent_is_not_held_back_long(self) -> None:
        params = SamplingParams()
        assert params.seal_of(Severity.URGENT) == timedelta(minutes=30)
        assert params.seal_of(Severity.NORMAL) == timedelta(hours=24)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("rate", 0.0), ("rate", 1.5), ("first_items", -1), ("second_share", 2.0), ("seal_s", -1.0)],
    )
    def test_a_setting_outside_its_range_is_named(self, field: str, value: float) -> None:
        with pytest.raises(ValueError, match=field):
            SamplingParams(**{field: value})  # type: ignore[arg-type]


def test_audit_of_known_error_covers_the_truth() -> None:
    """500 runs of a synthetic year: 4,000 detections of one stratum, sampled as the server samples, judged by
    two auditors of known error where they must and settled by a third; the interval covers the precision that
    such auditors would find on all detections in at least 93 of 100 runs.
    """
    params = SamplingParams(first_items=140, rate=0.1, second_share=0.2)
    covered = 0
    for run in range(500):
        world = random.Random(run)
        precision, error = world.uniform(0.6, 0.97), world.choice((0.0, 0.02, 0.05))
        outcomes = []
        for number in range(1, 2001):
            is_there = world.random() < precision
            item = drawn(
                Candidate(f"{run}-{number}", number, BIN_STATION, 0.9), number, f"seed-{run}", params, NOON
            )
            if item.is_sampled:
                outcomes.append(Outcome(is_there != (world.random() < error), item.weight))
        judged = precision * (1 - error) + (1 - precision) * error
        interval = precision_of(outcomes).interval
        assert interval is not None
        covered += interval.low <= judged <= interval.high
    assert covered >= 0.93 * 500, covered


def test_without_error_of_the_auditors_it_is_the_truth_itself_that_is_covered() -> None:
    """Small samples and high precision, where plain intervals fail."""
    covered = 0
    for run in range(500):
        world = random.Random(1000 + run)
        precision = world.uniform(0.85, 0.99)
        outcomes = [Outcome(world.random() < precision) for _ in range(world.choice((30, 60, 120)))]
        interval = precision_of(outcomes).interval
        assert interval is not None
        covered += interval.low <= precision <= interval.high
    assert covered >= 0.93 * 500, covered


class TestRecapture:
    def test_the_published_example(self) -> None:
        """Chapman's estimate of 200 and 150 with 50 seen twice: 594.1."""
        found = chapman(200, 150, 50)
        assert found.in_all == pytest.approx(201 * 151 / 51 - 1)
        assert found.missed == pytest.approx(found.in_all - 200)
        assert found.seen_share == pytest.approx(1 / 3)
        assert found.is_reliable

    def test_cameras_that_saw_all_finds_miss_nothing(self) -> None:
        found = chapman(40, 12, 12)
        assert (found.missed, found.missed_low, found.missed_high) == (0, 0, 0)

    def test_few_matches_are_called_unreliable(self) -> None:
        assert not chapman(40, 12, 6).is_reliable

    def test_impossible_counts_are_refused(self) -> None:
        with pytest.raises(ValueError, match="by_both"):
            chapman(3, 5, 4)

    def test_its_interval_covers_the_truth(self) -> None:
        covered = 0
        for run in range(400):
            world = random.Random(run)
            things = 300
            cameras = {n for n in range(things) if world.random() < 0.7}
            patrols = {n for n in range(things) if world.random() < 0.4}
            found = chapman(len(cameras), len(patrols), len(cameras & patrols))
            covered += found.missed_low <= things - len(cameras) <= found.missed_high
        assert covered >= 0.92 * 400, covered


class TestGate:
    PARAMS = GateParams()

    @pytest.mark.parametrize(
        ("kind", "right", "items", "is_open"),
        [
            (EventKind.GARBAGE_DROP, 96, 100, True),  # lower bound 0.902
            (EventKind.GARBAGE_DROP, 95, 100, False),  # 0.888
            (EventKind.GARBAGE_DROP, 29, 29, False),  # all right, but too few
            (EventKind.BLOCKED_FIRE_LANE, 98, 100, False),  # needs 0.95
            (EventKind.ILLEGAL_STRUCTURE, 1000, 1000, False),  # always a person first
        ],
    )
    def test_it_opens_where_the_lower_bound_clears(
        self, kind: EventKind, right: int, items: int, is_open: bool
    ) -> None:
        outcomes = [Outcome(number < right) for number in range(items)]
        assert is_passed(kind, precision_of(outcomes), self.PARAMS) is is_open

    def test_nothing_audited_keeps_it_closed(self) -> None:
        assert not is_passed(EventKind.GARBAGE_DROP, precision_of([]), self.PARAMS)

    def test_a_bound_for_each_kind_is_asked_for(self) -> None:
        with pytest.raises(ValueError, match="required"):
            GateParams(required={EventKind.GARBAGE_DROP: 0.9})


class TestThreshold:
    @staticmethod
    def outcomes() -> list[Outcome]:
        """Above 0.6 all are right, below a third; a hundred of each."""
        low = [Outcome(number % 3 == 0, score=0.4 + number / 1000) for number in range(100)]
        return low + [Outcome(True, score=0.6 + number / 1000) for number in range(100)]

    def test_it_advises_the_lowest_that_is_good_enough_and_says_what_it_costs(self) -> None:
        advice = advised(self.outcomes(), required=0.9)
        assert advice is not None
        assert advice.precision.interval is not None
        assert advice.precision.interval.low >= 0.9
        lower = at_threshold(self.outcomes(), advice.threshold - 0.01)
        assert lower.precision.interval is not None
        assert lower.precision.interval.low < 0.9
        assert advice.loss == pytest.approx(advice.lost / 134)
        assert advice.kept + advice.lost <= advice.items

    def test_where_none_is_good_enough_it_advises_none(self) -> None:
        assert advised([Outcome(number % 2 == 0, score=number / 100) for number in range(100)], 0.9) is None

    def test_a_handful_advises_nothing(self) -> None:
        assert advised([Outcome(True, score=0.9) for _ in range(19)], 0.5) is None
