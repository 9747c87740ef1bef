"""What the phone keeps of the server's program: the files of its page, and the version that names them."""

import hashlib
import json
from functools import cache
from pathlib import Path

from map_server.presentation.i18n import LANGUAGES, Language, catalog_path, script_messages, translations
from map_server.presentation.pages import STATIC_DIR
from map_server.presentation.words import all_words

_PRESENTATION = Path(__file__).parent
_STYLES = ("tokens", "elements", "components", "shell", "field")
_MODULES = ("api", "i18n", "photo", "shell", "toast", "words")
WORKER = "field_worker"


@cache
def shell_files() -> tuple[str, ...]:
    """Name the static files without which the page does not work."""
    own = sorted(path.stem for path in (STATIC_DIR / "js").glob("field*.js"))
    modules = [name for name in (*own, *_MODULES) if name != WORKER]
    styles = [f"css/{name}.css" for name in _STYLES]
    return (*styles, *(f"js/{name}.js" for name in modules), "favicon.svg")


@cache
def shell_version() -> str:
    """Give the hash of all that the page is made of; another one makes phones fetch it anew."""
    digest = hashlib.sha256()
    templates = [_PRESENTATION / "templates" / name for name in ("base.html", "field.html", "symbols.svg")]
    own = [STATIC_DIR / "js" / f"{WORKER}.js", catalog_path("zh")]
    for path in [*templates, *own, *(STATIC_DIR / name for name in shell_files())]:
        digest.update(path.read_bytes())
    for language in LANGUAGES:
        words = [all_words(translations(language)), script_messages(language)]
        digest.update(json.dumps(words, sort_keys=True).encode())
    return digest.hexdigest()[:12]


@cache
def worker_script() -> str:
    """Give the service worker with its version, the pages and the hashes of the files that belong to it.

    A phone may fetch while the server is being changed: the hashes tell it that a file is of another version.
    """
    pages = [f"/field/{language}" for language in LANGUAGES]
    files = {
        f"/static/{name}": hashlib.sha256((STATIC_DIR / name).read_bytes()).hexdigest()
        for name in shell_files()
    }
    head = {"VERSION": shell_version(), "PAGES": pages, "FILES": files}
    lines = [f"const {name} = {json.dumps(value)};" for name, value in head.items()]
    return "\n".join([*lines, (STATIC_DIR / "js" / f"{WORKER}.js").read_text(encoding="utf-8")])


def manifest(language: Language) -> dict[str, object]:
    """Give the web app manifest. Source: W3C Web Application Manifest."""
    gettext = translations(language).gettext
    return {
        "id": "/field",
        "name": gettext("Lilong patrol"),
        "short_name": gettext("Patrol"),
        "lang": "zh-Hans" if language == "zh" else "en",
        "start_url": f"/field/{language}",
        "scope": "/field",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#ffffff",
        "theme_color": "#0b6b63",
        "icons": [{"src": "/static/favicon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
