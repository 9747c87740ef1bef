"""Roles, names, passwords, links and the brake: the rules of coming in."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from map_server.domain.account import (
    LINK_LIFETIME,
    SESSION_IDLE,
    SESSION_LIFETIME,
    LinkPurpose,
    LoginBrake,
    OneTimeLink,
    Role,
    Session,
    checked_display_name,
    checked_login_name,
    checked_password,
)
from map_server.domain.errors import Expired, InvalidInput
from tests.fakes.clock import NOON


@pytest.mark.parametrize(
    ("role", "needed", "may"),
    [
        (Role.ADMIN, Role.PATROL, True),  # the top of the ladder does everything
        (Role.SUPERVISOR, Role.AUDITOR, True),
        (Role.AUDITOR, Role.AUDITOR, True),
        (Role.AUDITOR, Role.SUPERVISOR, False),
        (Role.PATROL, Role.AUDITOR, False),  # who walks does not judge
    ],
)
def test_each_role_may_do_what_the_roles_before_it_may(role: Role, needed: Role, may: bool) -> None:
    assert role.covers(needed) is may


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("Chen.Li", "chen.li"),  # one spelling
        ("  wang_2 ", "wang_2"),
        ("ｌｉ－１", "li-1"),  # full-width letters of a Chinese keyboard
    ],
)
def test_login_name_has_one_spelling(raw: str, kept: str) -> None:
    assert checked_login_name(raw) == kept


@pytest.mark.parametrize("raw", ["", "a", "陈立", "a b", "-x1", "x" * 41, "a/b", "<b>x"])
def test_other_login_names_are_refused_with_the_field(raw: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        checked_login_name(raw)
    assert caught.value.fields[0].path == "login_name"


def test_display_name_keeps_chinese_and_loses_stray_spaces() -> None:
    assert checked_display_name("  陈   立 ") == "陈 立"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "10 to 200"),
        ("x" * 201, "10 to 200"),
        ("aaaaaaaaaaaa", "different characters"),
        ("my chen password", "login name"),
    ],
)
def test_weak_passwords_are_refused_with_their_reason(password: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        checked_password(password, "chen")


def test_the_same_password_typed_on_another_keyboard_is_the_same() -> None:
    assert checked_password("lanes ａｔ noon １", "chen") == "lanes at noon 1"


@pytest.mark.parametrize(
    ("idle", "age", "is_alive"),
    [
        (timedelta(0), timedelta(0), True),
        (SESSION_IDLE - timedelta(seconds=1), SESSION_IDLE, True),
        (SESSION_IDLE, SESSION_IDLE, False),  # nobody was there for a shift
        (timedelta(0), SESSION_LIFETIME, False),  # in use, but a week old
    ],
)
def test_session_ends_when_idle_or_old(idle: timedelta, age: timedelta, is_alive: bool) -> None:
    session = Session(
        token_hash="t", account_id="a", csrf_token="c", created_at=NOON - age, last_seen_at=NOON - idle
    )
    assert session.is_alive(NOON) is is_alive


def test_link_works_once_and_not_for_ever() -> None:
    link = OneTimeLink(
        token_hash="t", purpose=LinkPurpose.INVITATION, role=Role.PATROL, created_at=NOON, created_by="system"
    )
    late = NOON + LINK_LIFETIME

    assert link.is_usable(late - timedelta(seconds=1))
    with pytest.raises(Expired):
        link.used(late)
    with pytest.raises(Expired):
        link.used(NOON).used(NOON)


def failed(times: int, key: str = "name:chen") -> LoginBrake:
    brake = LoginBrake(key=key, failures=0, last_failed_at=NOON)
    for _ in range(times):
        brake = brake.after_failure(NOON)
    return brake


@pytest.mark.parametrize(
    ("times", "wait_s"),
    [
        (4, 0),  # a mistyped password costs nothing
        (5, 5),
        (6, 10),
        (8, 40),
        (40, 900),  # never longer than a quarter of an hour
    ],
)
def test_wrong_passwords_cost_more_and_more_time(times: int, wait_s: float) -> None:
    assert failed(times).wait(NOON).total_seconds() == wait_s


def test_one_forgetful_colleague_does_not_lock_the_office_out() -> None:
    assert failed(49, "address:10.0.0.1").wait(NOON) == timedelta(0)
    assert failed(50, "address:10.0.0.1").wait(NOON) == timedelta(seconds=5)


def test_a_quiet_hour_forgets_failures() -> None:
    later = NOON + LoginBrake.FORGOTTEN_AFTER
    assert failed(12).after_failure(later).failures == 1


@given(st.integers(0, 60), st.integers(0, 4000))
def test_the_wait_only_falls_with_time_and_ends(times: int, after_s: int) -> None:
    brake = failed(times)
    now = NOON + timedelta(seconds=after_s)
    assert timedelta(0) <= brake.wait(now) <= brake.wait(NOON)
    assert brake.wait(NOON + LoginBrake.LONGEST_WAIT) == timedelta(0)
