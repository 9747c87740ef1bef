"""Exactly one lead for each case: which rule wins, and what the linter says where none or two would."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import box

from map_server.domain.localities import Localities, NamedLocality
from map_server.domain.place import Area
from map_server.domain.responsibility import (
    AreaKind,
    Locality,
    NoOwner,
    NoOwnerReason,
    Rule,
    RuleArea,
    WeekWindow,
)
from map_server.domain.responsibility_lint import Fault, Finding, lint
from map_server.domain.rule_book import RuleBook
from map_server.domain.site import Site, SiteKind
from map_server.domain.unit import Unit, UnitKind, UnitLevel
from map_server.domain.ward_time import WARD_ZONE
from map_server.domain.week_text import week_text
from map_server.domain.working_time import ALL_WEEK
from wire_contract.vocabulary import EventKind

GARBAGE, FIRE = EventKind.GARBAGE_DROP, EventKind.BLOCKED_FIRE_LANE
SINCE, TODAY = date(2025, 1, 1), date(2026, 11, 23)
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=WARD_ZONE).astimezone(UTC)
IN_COMPOUND = Locality("G-1", "C-1", "D-1", frozenset({("fire_lanes", "FL-1")}))
WARD = RuleArea(AreaKind.WARD)
NIGHT = WeekWindow(ALL_WEEK, 20 * 60, 7 * 60)


def area(kind: AreaKind, *ids: str, layer: str | None = None) -> RuleArea:
    return RuleArea(kind, frozenset(ids), layer)


def rule(rule_id: str, where: RuleArea = WARD, *classes: EventKind | SiteKind, lead: str = "U") -> Rule:
    return Rule(rule_id, 1, frozenset(classes or {GARBAGE}), where, lead, "S", SINCE)


def unit(unit_id: str, valid_until: date | None = None) -> Unit:
    return Unit(
        unit_id,
        1,
        unit_id,
        unit_id,
        UnitKind.URBAN_MANAGEMENT,
        UnitLevel.SUBDISTRICT,
        SINCE,
        None,
        valid_until,
    )


UNITS = {"U": unit("U"), "V": unit("V")}


class TestWhichRuleWins:
    # From the most specific to the least: each beats all that follow.
    ORDER = (
        rule("site", area(AreaKind.SITE, "D-1")),
        rule("any site", area(AreaKind.SITE)),
        rule("lane", area(AreaKind.LAYER, "FL-1", layer="fire_lanes")),
        rule("any lane", area(AreaKind.LAYER, layer="fire_lanes")),
        replace(rule("at noon", area(AreaKind.COMPOUND, "C-1")), windows=(WeekWindow(ALL_WEEK, 660, 780),)),
        replace(rule("by day", area(AreaKind.COMPOUND, "C-1")), windows=(WeekWindow(ALL_WEEK, 420, 1200),)),
        rule("compound", area(AreaKind.COMPOUND, "C-1")),
        replace(rule("compound, any class", area(AreaKind.COMPOUND, "C-1")), classes=frozenset()),
        rule("any compound", area(AreaKind.COMPOUND)),
        rule("grid", area(AreaKind.GRID, "G-1")),
        rule("any grid", area(AreaKind.GRID)),
        rule("ward", WARD),
        replace(rule("ward, any class", WARD), classes=frozenset()),
    )  # fmt: skip

    @pytest.mark.parametrize("first", range(len(ORDER)))
    def test_the_most_specific_of_those_that_fit(self, first: int) -> None:
        left = self.ORDER[first:]
        assert RuleBook(left[::-1]).rule_for(GARBAGE, IN_COMPOUND, MONDAY_NOON) == left[0]

    def test_the_order_of_the_file_does_not_matter(self) -> None:
        for some in permutations(self.ORDER[5:9]):
            assert RuleBook(some).rule_for(GARBAGE, IN_COMPOUND, MONDAY_NOON) == self.ORDER[5]

    def test_where_the_place_is_unknown_only_the_ward_speaks(self) -> None:
        found = RuleBook(self.ORDER).rule_for(GARBAGE, Locality(), MONDAY_NOON)
        assert isinstance(found, Rule)
        assert found.rule_id == "ward"

    @pytest.mark.parametrize(
        ("local", "lead"),
        [
            ("2026-11-23 19:59", "U"),
            ("2026-11-23 20:00", "V"),  # Monday evening
            ("2026-11-24 06:59", "V"),  # the same night
            ("2026-11-24 07:00", "U"),
            ("2026-11-23 03:00", "V"),  # the night that began on Sunday passes the end of the week
        ],
    )
    def test_night_rule_holds_over_midnight(self, local: str, lead: str) -> None:
        by_night = replace(rule("night", lead="V"), windows=(NIGHT,))
        at = datetime.fromisoformat(local).replace(tzinfo=WARD_ZONE)
        found = RuleBook([rule("day"), by_night]).rule_for(GARBAGE, Locality(), at)
        assert isinstance(found, Rule)
        assert found.lead_unit_id == lead

    def test_rule_ends_with_its_last_day_in_the_ward(self) -> None:
        ended = RuleBook([replace(rule("old"), valid_until=date(2026, 11, 24))])
        last = datetime(2026, 11, 23, 23, 59, tzinfo=WARD_ZONE)
        assert isinstance(ended.rule_for(GARBAGE, Locality(), last), Rule)
        over = ended.rule_for(GARBAGE, Locality(), last.replace(day=24, hour=0))
        assert over == NoOwner(NoOwnerReason.NO_RULE_AT_TIME)

    @pytest.mark.parametrize(
        ("rules", "reason"),
        [
            ([], NoOwnerReason.NO_RULES),
            ([rule("r", WARD, FIRE)], NoOwnerReason.NO_RULE_FOR_CLASS),
            ([rule("r", area(AreaKind.GRID, "G-2"))], NoOwnerReason.NO_RULE_FOR_PLACE),
            ([replace(rule("r"), windows=(NIGHT,))], NoOwnerReason.NO_RULE_AT_TIME),
        ],
    )
    def test_nobody_is_named_with_the_reason(self, rules: list[Rule], reason: NoOwnerReason) -> None:
        assert RuleBook(rules).rule_for(GARBAGE, IN_COMPOUND, MONDAY_NOON) == NoOwner(reason)


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("assistants", {"assistant_unit_ids": ("U",)}),  # leads already
        ("assistants", {"assistant_unit_ids": ("V", "V")}),
        ("valid_until", {"valid_until": SINCE}),
    ],
)
def test_rule_that_contradicts_itself_is_refused(key: str, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"^{key}:"):
        replace(rule("r"), **changes)  # type: ignore[arg-type]


LOCALITIES = [
    NamedLocality("unknown places", Locality()),
    NamedLocality("grid G-1", Locality("G-1")),
    NamedLocality("grid G-2", Locality("G-2")),
    NamedLocality("compound C-1", Locality("G-1", "C-1")),
]


def found(*rules: Rule, units: dict[str, Unit] = UNITS) -> list[Finding]:
    """Lint rules for garbage; the other classes are looked after."""
    others = replace(rule("others"), classes=frozenset(set(EventKind) - {GARBAGE}))
    return lint([*rules, others], units, LOCALITIES, TODAY)


class TestLinter:
    def test_whole_rules_have_no_fault(self) -> None:
        assert (
            found(rule("r"), rule("grid", area(AreaKind.GRID, "G-1")), rule("c", area(AreaKind.COMPOUND)))
            == []
        )

    def test_gap_names_class_places_and_time(self) -> None:
        (gap,) = found(rule("g1", area(AreaKind.GRID, "G-1")))
        assert (gap.fault, gap.case_class, gap.places) == (Fault.GAP, GARBAGE, ("unknown places", "grid G-2"))
        assert gap.line == (
            "gap: garbage_drop, unknown places, grid G-2, at any time, from 2026-11-23 on: "
            "nobody is responsible; add a rule or widen one"
        )

    def test_gap_of_an_hour_is_found_to_the_minute(self) -> None:
        day = replace(rule("day"), windows=(WeekWindow(ALL_WEEK, 420, 1200),))
        late = replace(rule("late"), windows=(WeekWindow(ALL_WEEK, 1201, 420),))
        (gap,) = found(day, late)
        assert week_text(gap.week) == "Mon-Sun 20:00-20:01"

    def test_gap_on_one_weekday_is_found(self) -> None:
        (gap,) = found(replace(rule("week"), windows=(WeekWindow(frozenset(range(6)), 0, 1440),)))
        assert week_text(gap.week) == "Sun 00:00-24:00"

    def test_gap_between_two_validities_has_its_days(self) -> None:
        first = replace(rule("first"), valid_until=date(2027, 1, 1))
        second = replace(rule("second"), valid_from=date(2027, 1, 10))
        (gap,) = found(first, second)
        assert (gap.since, gap.until) == (date(2027, 1, 1), date(2027, 1, 10))

    def test_what_is_past_does_not_count(self) -> None:
        assert found(rule("r"), replace(rule("old"), valid_until=date(2026, 11, 23))) == []

    def test_two_equally_specific_rules_overlap_where_they_meet(self) -> None:
        both = area(AreaKind.GRID, "G-1", "G-2")
        (overlap,) = found(rule("ward"), rule("a", area(AreaKind.GRID, "G-1")), rule("b", both, lead="V"))
        assert (overlap.fault, overlap.rule_ids) == (Fault.OVERLAP, ("a", "b"))
        assert overlap.places == ("grid G-1", "compound C-1")

    def test_more_specific_rule_hides_the_overlap_below(self) -> None:
        below = [rule("a"), rule("b", lead="V")]
        (overlap,) = found(*below, rule("compounds", area(AreaKind.COMPOUND)))
        assert "compound C-1" not in overlap.places

    def test_overlap_in_common_hours_only(self) -> None:
        early = replace(rule("early"), windows=(WeekWindow(ALL_WEEK, 0, 720),))
        late = replace(rule("late"), windows=(WeekWindow(ALL_WEEK, 660, 1380),))
        (overlap,) = found(rule("always"), early, late)
        assert week_text(overlap.week) == "Mon-Sun 11:00-12:00"

    def test_lead_that_is_dissolved_is_named(self) -> None:
        (gone,) = found(rule("r"), units={"U": unit("U", date(2027, 1, 1))})[:1]
        assert (gone.fault, gone.rule_ids, gone.since) == (Fault.NO_UNIT, ("r",), date(2027, 1, 1))

    @given(st.lists(st.integers(0, 6), min_size=1, max_size=7), st.integers(0, 1439), st.integers(1, 1440))
    def test_planted_gap_is_found_at_its_hours(self, days: list[int], begin: int, end: int) -> None:
        window = WeekWindow(frozenset(days), begin, end)
        held = set()
        for first, last in window.pieces():
            held |= set(range(first, last))
        findings = found(replace(rule("r"), windows=(window,)))
        missing = {minute for one in findings for begin, end in one.week for minute in range(begin, end)}
        assert missing == set(range(7 * 1440)) - held


class TestLocalities:
    """Places as rules see them, on a ward of two grids; one compound lies in both, another in none."""

    GRIDS = (
        Area("grids", "G-1", "", "", box(0, 0, 1, 1), {}),
        Area("grids", "G-2", "", "", box(1, 0, 2, 1), {}),
    )
    COMPOUNDS = (
        Area("compounds", "C-1", "", "", box(0.5, 0.2, 1.5, 0.8), {}),
        Area("compounds", "C-2", "", "", box(2.2, 0, 2.4, 1), {}),
    )
    LANES = (
        Area("fire_lanes", "FL-1", "", "", box(0.6, 0.4, 0.8, 0.5), {}),
        Area("fire_lanes", "FL-2", "", "", box(0.7, 0.3, 0.75, 0.7), {}),
    )
    LOCALITIES = Localities(
        (Area("ward", "W", "", "", box(0, 0, 3, 1), {}),), GRIDS, COMPOUNDS, {"fire_lanes": LANES}
    )

    @pytest.mark.parametrize(
        ("place", "locality"),
        [
            ((0.1, 0.1), Locality("G-1")),
            ((0.55, 0.25), Locality("G-1", "C-1")),
            ((1.2, 0.5), Locality("G-2", "C-1")),
            ((2.3, 0.5), Locality(None, "C-2")),
            ((2.9, 0.5), Locality()),
            ((0.65, 0.45), Locality("G-1", "C-1", None, frozenset({("fire_lanes", "FL-1")}))),
            (None, Locality()),
        ],
    )
    def test_place_becomes_spot(self, place: tuple[float, float] | None, locality: Locality) -> None:
        assert self.LOCALITIES.at(place) == locality

    def test_every_kind_of_place_is_looked_at(self) -> None:
        site = Site("D-1", SiteKind.DROP_POINT, "", "", (0.1, 0.1), 7)
        every = {one.locality for one in self.LOCALITIES.every([site])}
        lanes = [frozenset({("fire_lanes", one)}) for one in ("FL-1", "FL-2")]
        assert every == {
            Locality(),
            Locality("G-1"),
            Locality("G-2"),
            Locality("G-1", "C-1"),
            Locality("G-2", "C-1"),
            Locality(None, "C-2"),
            Locality("G-1", None, "D-1"),
            Locality("G-1", "C-1", None, lanes[0]),
            Locality("G-1", "C-1", None, lanes[1]),
            Locality("G-1", "C-1", None, lanes[0] | lanes[1]),  # where one crosses the other
        }
