"""The two languages of the pages. English is written in the sources; Chinese comes from the Babel catalog.

Catalogs are read as `.po`, so that there is nothing to compile; `scripts/update_messages.py` collects new
strings into them.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT_LANGUAGE: Language = "zh"
LOCALE_DIR = Path(__file__).parent / "locale"
SCRIPT_SUFFIX = ".js"


def catalog_path(language: Language) -> Path:
    """Where the catalog of a language lies."""
    return LOCALE_DIR / language / "LC_MESSAGES" / "lilong.po"


@cache
def read_catalog(language: Language) -> Catalog:
    """Read a catalog with the places where each string is used."""
    with catalog_path(language).open("rb") as file:
        return read_po(file, locale=language)


@cache
def translations(language: Language) -> NullTranslations:
    """Give gettext and ngettext of a language; English needs no catalog."""
    if language == "en":
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalog(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def script_messages(language: Language) -> dict[str, str]:
    """Give the strings that the browser's modules show, English to translation; empty for English."""
    if language == "en":
        return {}
    return {
        str(message.id): str(message.string)
        for message in read_catalog(language)
        if message.id and any(place.endswith(SCRIPT_SUFFIX) for place, _ in message.locations)
    }


def best_language(asked: str | None, cookie: str | None, accept_language: str | None) -> Language:
    """Choose: what the address asks for, what was chosen before, what the browser prefers, else Chinese."""
    preferred = [part.split(";")[0].strip()[:2].lower() for part in (accept_language or "").split(",")]
    for wish in (asked, cookie, *preferred):
        for language in LANGUAGES:
            if wish == language:
                return language
    return DEFAULT_LANGUAGE
