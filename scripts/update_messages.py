"""Collect the strings of the pages into the Chinese catalog; translations that are there stay.

    .venv/bin/python scripts/update_messages.py

Strings come from templates (`_()`, `ngettext()`), from Python (`_()`, `gettext()`, and the errors that people
read: error_messages.py), and from browser modules (`t()`). Then translate what is empty in lilong.po.
"""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from map_server.presentation.i18n import catalog_path, read_catalog  # noqa: E402 - after the path
from scripts.error_messages import messages_in  # noqa: E402

PACKAGE = REPOSITORY / "map_server"

PAGE_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
WITH_ERRORS = ("domain", "services", "adapters/db", "entrypoints/http")
"""Where errors are raised that people read."""
READ_BY_NOBODY = frozenset(
    {
        "domain/layer_rules.py",
        "entrypoints/http/device_auth.py",
        "entrypoints/http/devices.py",
        "entrypoints/http/operations.py",
        "entrypoints/http/owntracks.py",
        "entrypoints/http/server.py",
        "entrypoints/http/wire.py",
        "services/devices.py",
        "services/geodata.py",
        "services/ingest.py",
    }
)
"""Modules whose errors go to devices and programs, or to the command line, which speaks English."""

SOURCES = (
    ("presentation/templates", "*.html", "jinja2", PAGE_KEYWORDS),
    ("presentation", "*.py", "python", PAGE_KEYWORDS),
    ("adapters/report_files", "*.py", "python", PAGE_KEYWORDS),
    ("entrypoints/http", "*.py", "python", PAGE_KEYWORDS),
    ("presentation/static/js", "*.js", "javascript", {"t": None}),
)

HEADER = """msgid ""
msgstr ""
"Language: zh\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""


def source_files() -> Iterator[tuple[Path, str, dict[str, tuple[int, ...] | None]]]:
    """Every file with strings, its extraction method and its keywords."""
    for folder, pattern, method, keywords in SOURCES:
        for path in sorted((PACKAGE / folder).glob(pattern)):
            yield path, method, dict(keywords)


def errors_said() -> Iterator[tuple[str, str]]:
    """Every text of an error that people read, with its file."""
    for folder in WITH_ERRORS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            if path.relative_to(PACKAGE).as_posix() not in READ_BY_NOBODY:
                for _, text in messages_in(path):
                    if _has_words(text):
                        yield path.relative_to(REPOSITORY).as_posix(), text


def _has_words(text: str) -> bool:
    return re.search(r"[A-Za-z]{2}", text) is not None


def collected() -> Catalog:
    """All strings of the pages, with the files that use them."""
    catalog = Catalog(project="Lilong", charset="utf-8")
    for path, method, keywords in source_files():
        with path.open("rb") as file:
            options = {"trimmed": "true", "encoding": "utf-8"} if method == "jinja2" else {}
            for _, message, comments, context in extract(method, file, keywords, options=options):
                place = (path.relative_to(REPOSITORY).as_posix(), 0)
                catalog.add(message, None, [place], auto_comments=comments, context=context)
    for place, text in errors_said():
        catalog.add(text, None, [(place, 0)])
    return catalog


def updated() -> Catalog:
    """The Chinese catalog with exactly the strings of today."""
    catalog = read_catalog("zh")
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    return catalog


def main() -> int:
    """Write the catalog; say how many strings wait for a translation."""
    catalog = updated()
    text = BytesIO()
    write_po(text, catalog, width=108, include_lineno=False, sort_output=True, omit_header=True)
    catalog_path("zh").write_bytes(HEADER.encode() + text.getvalue())
    waiting = sum(1 for message in catalog if message.id and not message.string)
    print(f"{catalog_path('zh').relative_to(REPOSITORY)}: {len(catalog)} strings, {waiting} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
