"""Renders pages: the one way from a template to an answer.

For a new page: write `templates/NAME.html` that begins with `{% extends "base.html" %}` and fills the blocks
`title` and `content` (see the note at the top of base.html), then end its route with

    return render(request, "NAME.html", plan=plan)

Templates find, beside what is passed in: `_()` and `ngettext()`, `language`, `person` (None when nobody is
signed in), `csrf_token`, `nonce`, `theme`, `path`, `now`, `static_url()`, `may("supervisor")`,
`word("kind", value)` of words.py, and the filters of formats.py. Symbols, icons and other repeated pieces are
macros in macros.html. Styles: css/components.css has the parts; a page that needs more has its own file and
names it in the block `styles`.
"""

import hashlib
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from map_server.domain.account import Role
from map_server.presentation import formats, words
from map_server.presentation.i18n import Language, best_language, script_messages, translations

STATIC_DIR = Path(__file__).parent / "static"
LANGUAGE_COOKIE = "lilong_language"
THEME_COOKIE = "lilong_theme"
YEAR_S = 365 * 24 * 3600


def render(
    request: Request,
    template: str,
    status_code: int = 200,
    language: Language | None = None,
    **context: object,
) -> Response:
    """Render a page in the reader's theme, and in his language unless another one is asked for."""
    language = language or language_of(request)
    text = environment(language).get_template(template).render(_frame(request, language), **context)
    response = HTMLResponse(text, status_code, headers={"Cache-Control": "no-store", "Vary": "Cookie"})
    if request.query_params.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax")
    return response


def language_of(request: Request) -> Language:
    """Give the language in which this request is answered."""
    return best_language(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language"),
    )


@cache
def environment(language: Language) -> Environment:
    """Give the template environment of a language."""
    made = Environment(
        loader=PackageLoader("map_server.presentation"),
        autoescape=select_autoescape(("html", "svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    spoken = translations(language)
    made.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        language=language,
        static_url=static_url,
        script_messages=Markup(json_for_script(script_messages(language))),  # noqa: S704 - escaped for its place
        word=words.speaker(spoken),
        all_words=Markup(json_for_script(words.all_words(spoken))),  # noqa: S704 - escaped for its place
        kinds=words.KINDS,
    )
    made.filters.update(
        date_time=formats.date_time,
        date_time_s=formats.date_time_s,
        clock_time=formats.clock_time,
        metres=formats.metres,
        duration=partial(formats.duration, gettext=spoken.gettext),
        filesize=formats.filesize,
    )
    return made


@cache
def static_url(name: str) -> str:
    """Give the address of a static file; its content's hash lets browsers keep it for good.

    Raises:
        FileNotFoundError: the front-end packages were not built.
    """
    if name.startswith("vendor/") and not front_end_is_built():
        raise FileNotFoundError(f"{name} is missing: type `make` (scripts/build_frontend.py) to fetch it")
    digest = hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def front_end_is_built() -> bool:
    """Whether the npm packages' files are in static/vendor."""
    return (STATIC_DIR / "vendor/.built").is_file()


def json_for_script(value: object) -> str:
    """Write JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _frame(request: Request, language: Language) -> dict[str, Any]:
    person = getattr(request.state, "person", None)
    theme = request.cookies.get(THEME_COOKIE)
    return {
        "person": person,
        "may": lambda role: person is not None and person.role.covers(Role(role)),
        "csrf_token": person.csrf_token if person is not None else "",
        "nonce": getattr(request.state, "csp_nonce", ""),
        "theme": theme if theme in {"light", "dark"} else "auto",
        "path": request.url.path,
        "now": request.app.state.services.clock.now(),
        "overdue_sites": lambda: _overdue_sites(request),
        "other_language_url": _other_language_url(request, language),
    }


def _overdue_sites(request: Request) -> int:
    """Count the sites of this person's areas that nobody looked at in time, once for each page."""
    if not hasattr(request.state, "overdue_sites"):
        tallies = request.app.state.services.sites.tallies(request.state.person.reach)
        request.state.overdue_sites = sum(tally.due for tally in tallies)
    count: int = request.state.overdue_sites
    return count


def _other_language_url(request: Request, language: Language) -> str:
    address = request.url.include_query_params(lang="en" if language == "zh" else "zh")
    return f"{address.path}?{address.query}"
