"""Says what an error says in the reader's language; words of the domain in it too, other values stay.

Errors are written in English where they are raised, with values in the text. The catalog holds each as a
template (`site {1} was changed meanwhile`, scripts/error_messages.py), found again here by its words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from map_server.presentation.i18n import Language, read_catalog, translations
from map_server.presentation.words import WORDS

_PLACE = re.compile(r"\{(\d)\}")
_ESCAPED_PLACE = re.compile(r"\\\{\d\\\}")
_OF_STATES = ("site_state", "work_state", "plan_state", "state", "kind", "case_class")


@dataclass(frozen=True, slots=True)
class _Template:
    """A text with values, to be recognised and said otherwise."""

    pattern: re.Pattern[str]
    said: str

    def values_in(self, message: str) -> tuple[str, ...] | None:
        """Give the values of a message of this template, in order; None when it is another's."""
        found = self.pattern.fullmatch(message)
        return None if found is None else found.groups()

    def said_with(self, values: Sequence[str]) -> str:
        """Put the values in."""
        return _PLACE.sub(lambda place: values[int(place[1]) - 1], self.said)


def spoken(message: str, language: Language) -> str:
    """Say a message of an error; what no catalog knows stays as it is."""
    if language == "en":
        return message
    plain = translations(language).gettext(message)
    if plain != message:
        return plain
    for template in _templates(language):
        values = template.values_in(message)
        if values is not None:
            return template.said_with([_value(value, language) for value in values])
    field, colon, rest = message.partition(": ")  # `field: what is wrong`
    return f"{field}: {spoken(rest, language)}" if colon and rest else message


def _value(value: str, language: Language) -> str:
    words = [_word(part, language) for part in value.split(", ")]
    return "、".join(words) if all(words) else spoken(value, language)


def _word(value: str, language: Language) -> str:
    """Give a word of the domain in the language; empty where it is none."""
    for group in _OF_STATES:
        if value in WORDS.get(group, {}):
            return translations(language).gettext(WORDS[group][value])
    return ""


@cache
def _templates(language: Language) -> tuple[_Template, ...]:
    """Give the templates of the catalog, those with the most words of their own first."""
    known = [
        (str(message.id), str(message.string))
        for message in read_catalog(language)
        if isinstance(message.id, str) and "{1}" in message.id and message.string
    ]
    known.sort(key=lambda pair: -len(pair[0]))
    return tuple(
        _Template(re.compile(_ESCAPED_PLACE.sub("(.*?)", re.escape(source)), re.DOTALL), said)
        for source, said in known
    )
