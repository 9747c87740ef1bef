"""Every string of the pages is in the Chinese catalog, translated, with its placeholders."""

import re

import pytest
from babel.messages.catalog import Message

from map_server.presentation.i18n import best_language, read_catalog, script_messages, translations
from scripts.update_messages import collected

CATALOG = read_catalog("zh")
TODAY = [message for message in collected() if message.id]
PLACEHOLDER = re.compile(r"\{\w+\}|%\(\w+\)\w")


def ids(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def translation_of(message: Message) -> str:
    found = CATALOG.get(ids(message))
    assert found is not None, f"{ids(message)!r}: run scripts/update_messages.py, then translate it"
    text = found.string if isinstance(found.string, str) else found.string[0]
    assert text, f"{ids(message)!r} is not translated"
    return text


@pytest.mark.parametrize("message", TODAY, ids=ids)
def test_string_is_translated_with_its_placeholders(message: Message) -> None:
    text = translation_of(message)
    wanted = message.id if isinstance(message.id, str) else message.id[-1]
    assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(wanted))


def test_catalog_holds_nothing_that_no_page_uses() -> None:
    used = {ids(message) for message in TODAY}
    assert {ids(message) for message in CATALOG if message.id} - used == set()


def test_browser_modules_get_their_strings_and_no_others() -> None:
    messages = script_messages("zh")
    assert messages["Undo"] == "撤销"
    assert "Log out" not in messages
    assert script_messages("en") == {}


def test_plural_forms_work_in_both_languages() -> None:
    words = ("%(num)s account", "%(num)s accounts")
    assert [translations("en").ngettext(*words, count) % {"num": count} for count in (1, 2)] == [
        "1 account",
        "2 accounts",
    ]
    assert translations("zh").ngettext(*words, 2) % {"num": 2} == "2 个账号"


@pytest.mark.parametrize(
    ("asked", "cookie", "header", "language"),
    [
        (None, None, None, "zh"),  # the house is Chinese
        ("en", "zh", "zh-CN", "en"),  # the address decides
        (None, "en", "zh-CN", "en"),  # then what was chosen before
        (None, None, "en-GB,en;q=0.8", "en"),  # then the browser
        (None, None, "fr,en;q=0.5", "en"),
        ("xx", "yy", "zz", "zh"),
    ],
)
def test_language_follows_wish_then_habit_then_browser(
    asked: str | None, cookie: str | None, header: str | None, language: str
) -> None:
    assert best_language(asked, cookie, header) == language
