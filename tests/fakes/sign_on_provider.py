"""A provider of OpenID Connect on loopback: real HTTP, real signatures, people whom a test makes up."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "lilong", "kept by both"
_KEY = RSAKey.generate_key(2048, {"kid": "1"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "1"})
"""Whoever signs with this one is not the provider, though he says so."""


@dataclass
class SignOnProvider:
    """`claims` go into the next id token beside (and before) the usual ones; `key` signs it."""

    url: str = ""
    now_s: float = 0.0
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _KEY)
    token_calls: int = 0
    _asked: dict[str, dict[str, str]] = field(default_factory=dict)

    def agrees_to(self, url: str) -> str:
        """A person logs in at the page to which the browser was sent; gives where it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.url}/authorize?")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._asked)}"
        self._asked[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token_for(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Exchange a code once; None where anything is not as it was asked for."""
        self.token_calls += 1
        asked = self._asked.pop(form.get("code", ""), None)
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if asked is None or authorization != f"Basic {secret}":
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        usual = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "wang-7",
            "nonce": asked["nonce"],
            "iat": int(self.now_s),
            "exp": int(self.now_s) + 300,
        }
        id_token = jwt.encode({"alg": "RS256", "kid": "1"}, usual | self.claims, self.key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": id_token}

    def about(self) -> dict[str, str]:
        """What the provider says of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }


def _handler(provider: SignOnProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {
                "/.well-known/openid-configuration": provider.about(),
                "/keys": {"keys": [_KEY.as_dict(private=False)]},
            }
            self._answer(200 if self.path in pages else 404, pages.get(self.path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            token = provider.token_for(form, self.headers.get("Authorization", ""))
            self._answer(400 if token is None else 200, token or {"error": "invalid_grant"})

        def _answer(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Stay quiet."""

    return Handler


@contextmanager
def sign_on_provider(now_s: float) -> Iterator[SignOnProvider]:
    """Run a provider until the block ends."""
    provider = SignOnProvider(now_s=now_s)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider)) as server:
        provider.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
