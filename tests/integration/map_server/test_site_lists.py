"""The register in pages, filtered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from map_server.domain.reach import Reach
from map_server.domain.site import SiteKind, StructureState
from map_server.services.site_ports import SiteFilter
from tests.site_register import SITES, Register


class TestLists:
    @pytest.mark.parametrize(
        ("wanted", "ids"),
        [
            (SiteFilter(), ["cleared", "deferred", "drop"]),
            (SiteFilter(kinds=(SiteKind.DROP_POINT,)), ["drop"]),
            (SiteFilter(states=(StructureState.DEFERRED, StructureState.CLEARED)), ["cleared", "deferred"]),
            (SiteFilter(words="DROP"), ["drop"]),
            (SiteFilter(words="投放"), ["drop"]),
            (SiteFilter(compound_id="C-1"), ["drop"]),
            (SiteFilter(reach=Reach(compounds=frozenset({"C-1"}))), ["drop"]),  # somebody of one compound
            (SiteFilter(due=True), []),
            (SiteFilter(due=False), ["cleared", "deferred", "drop"]),
        ],
    )
    def test_filter(self, register: Register, wanted: SiteFilter, ids: list[str]) -> None:
        page = register.sites.page(wanted)
        assert ([site.site_id for site in page.sites], page.total, page.next_after) == (ids, len(ids), None)

    def test_pages_follow_each_other(self, register: Register) -> None:
        first = register.sites.page(SiteFilter(), limit=2)
        assert (len(first.sites), first.total, first.next_after) == (2, 3, "deferred")
        rest = register.sites.page(SiteFilter(), after="deferred", limit=2)
        assert ([site.site_id for site in rest.sites], rest.next_after) == (["drop"], None)

    def test_site_without_interval_is_never_due_and_listed_as_not_due(self, register: Register) -> None:
        with register.ward.begin() as work:
            work.sites.put([replace(SITES[2], interval_days=None)])
            work.commit()
        register.ward.wait(timedelta(days=700))
        assert "drop" not in {one.site_id for one in register.sites.most_overdue(SiteFilter(), 9)}
        assert [one.site_id for one in register.sites.page(SiteFilter(due=False)).sites] == ["drop"]
