"""Collect the strings of the pages into the Chinese catalog; translations that are there stay.

    .venv/bin/python scripts/update_messages.py

Strings come from templates (`_()`, `ngettext()`), from Python (`_()`, `gettext()`, `refused(field, "…")` and
the errors that pages show), and from browser modules (`t()`). Then translate what is empty in lilong.po.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from map_server.presentation.i18n import catalog_path, read_catalog

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = REPOSITORY / "map_server"

PAGE_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
ERROR_KEYWORDS = {
    "refused": (2,),
    "wrong": (2,),
    "InvalidInput": (1,),
    **dict.fromkeys(("Conflict", "Expired", "Forbidden", "NotFound", "Unauthenticated", "VersionConflict")),
}
ERRORS_SHOWN = (
    "domain/account.py",
    "domain/verdict.py",
    "domain/photo.py",
    "domain/work_order_moves.py",
    "domain/work_order_rules.py",
    "services/accounts.py",
    "services/sign_in.py",
    "services/audit_desk.py",
    "services/blind_looks.py",
    "services/known_items.py",
    "services/retention.py",
    "domain/evidence.py",
    "domain/street_closure.py",
    "services/street_closures.py",
    "domain/report_appeal.py",
    "domain/report_period.py",
    "domain/report_score.py",
    "services/report_runs.py",
    "services/report_scoring.py",
    "services/reports.py",
    "services/work_orders.py",
    "services/work_orders_of_incidents.py",
    "entrypoints/http/security.py",
)
"""Modules whose errors are shown to people as they are; other errors are shown by their kind."""

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
    for name in ERRORS_SHOWN:
        if (PACKAGE / name).is_file():
            yield PACKAGE / name, "python", dict(ERROR_KEYWORDS)


def collected() -> Catalog:
    """All strings of the pages, with the files that use them."""
    catalog = Catalog(project="Lilong", charset="utf-8")
    for path, method, keywords in source_files():
        with path.open("rb") as file:
            options = {"trimmed": "true", "encoding": "utf-8"} if method == "jinja2" else {}
            for _, message, comments, context in extract(method, file, keywords, options=options):
                place = (path.relative_to(REPOSITORY).as_posix(), 0)
                catalog.add(message, None, [place], auto_comments=comments, context=context)
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
