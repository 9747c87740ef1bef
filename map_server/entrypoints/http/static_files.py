"""Serves styles, browser modules and vendored packages from this machine."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from map_server.presentation.pages import STATIC_DIR

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"


class CachedStaticFiles(StaticFiles):
    """An address with the content's hash (`?v=`) is kept for good; any other is asked for again (ETag)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Give the file with its caching rule."""
        response = await super().get_response(path, scope)
        has_hash = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = FOR_GOOD if has_hash else ASK_AGAIN
        return response


def static_files() -> CachedStaticFiles:
    """Give the app for /static."""
    return CachedStaticFiles(directory=STATIC_DIR)
