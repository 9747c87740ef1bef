"""Errors are said in the reader's language, with the values that they were raised with."""

import ast

import pytest

from map_server.domain.errors import Conflict, InvalidInput
from map_server.domain.inspection import Inspection, Result, check_inspection
from map_server.domain.responsibility import EvidenceNeed
from map_server.domain.site import Site, SiteKind, StructureState
from map_server.domain.site_states import moved
from map_server.presentation.spoken import spoken
from scripts.error_messages import template
from tests.fakes.clock import NOON


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("This subscription is paused already.", "此订阅已暂停。"),
        ("there is no site SP-9", "没有点位 SP-9"),
        # a word of the domain among the values
        ("this plan is ready already", "此计划已处于“已就绪”状态"),
        # a message within a message, and one with the field before it
        ("reason: say why, in 1 to 500 characters", "理由：请说明理由，1 至 500 个字"),
        ("target: there is no site SP-9", "target: 没有点位 SP-9"),
        # what nobody has written down stays as it is
        ("pyogrio: driver not found", "pyogrio: driver not found"),
    ],
)
def test_message_is_said_in_chinese(message: str, said: str) -> None:
    assert spoken(message, "zh") == said
    assert spoken(message, "en") == message


def test_refusal_of_a_state_says_what_is_possible() -> None:
    site = Site(
        "SP-1", SiteKind.STRUCTURE_POINT, "点", "Point", (121.5, 31.2), 30, state=StructureState.SUSPECT
    )
    with pytest.raises(Conflict) as refused:
        moved(site, StructureState.CLEARED, "person:1", "gone", None)
    said = spoken(refused.value.message, "zh")
    assert "SP-1" in said
    assert not any(word in said for word in ("suspect", "become", "deferred"))


def test_incomplete_inspection_is_refused_in_chinese() -> None:
    look = Inspection("i", "s", "person:1", NOON, NOON, Result.CLEAR)
    with pytest.raises(InvalidInput) as refused:
        check_inspection(look, (EvidenceNeed.AFTER_PHOTO,))
    assert spoken(refused.value.message, "zh") == "照片：此类点位需要照片；请补拍一张"


def test_text_with_values_becomes_a_template() -> None:
    said = ast.parse('f"site {site.site_id!r} is {site.state:>3}; look"').body[0]
    assert isinstance(said, ast.Expr)
    assert isinstance(said.value, ast.JoinedStr)
    assert template(said.value) == "site {1} is {2}; look"
