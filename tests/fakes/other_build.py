"""Another version of the server behind the same address: what phones are given is changed on its way."""

import hashlib
import json
import re
from dataclasses import dataclass

from map_server.presentation.pages import STATIC_DIR

_HEAD = re.compile(r'const VERSION = "(?P<version>\w+)";\nconst PAGES = .*\nconst FILES = (?P<files>\{.*\});')


@dataclass(frozen=True)
class OtherBuild:
    """Each script of a build leaves the build's name in the page; its store may have a number of its own.

    Where `torn_at` names a file, that file comes of the build after this one: a server changed in mid-fetch.
    """

    name: str
    store_version: int = 1
    torn_at: str | None = None

    def changed(self, path: str, content: bytes) -> bytes:
        """Give what this build answers where the real server answered `content`."""
        address = path.partition("?")[0]
        if address == "/field/service-worker.js":
            return self._worker(content.decode()).encode()
        if address.startswith("/field/") and b"data-field" in content:
            return re.sub(rb'data-version="\w+"', f'data-version="{self.name}"'.encode(), content)
        name = "torn" if address == self.torn_at else self.name
        return self._file(address, content, name)

    def _file(self, address: str, content: bytes, name: str) -> bytes:
        if not address.startswith("/static/js/"):
            return content
        if address.endswith("/field_store.js"):
            content = content.replace(
                b"const VERSION = 1;", f"const VERSION = {self.store_version};".encode()
            )
        return content + f'\n;(globalThis.builds ??= []).push("{name}");\n'.encode()

    def _worker(self, script: str) -> str:
        """Write this build's name and the hashes of its files into the service worker."""
        head = _HEAD.search(script)
        assert head is not None, script[:300]
        files = {path: self._hash(path) for path in json.loads(head["files"])}
        script = script.replace(head["files"], json.dumps(files))
        return script.replace(f'"{head["version"]}"', f'"{self.name}"')

    def _hash(self, address: str) -> str:
        content = (STATIC_DIR / address.removeprefix("/static/")).read_bytes()
        return hashlib.sha256(self._file(address, content, self.name)).hexdigest()
