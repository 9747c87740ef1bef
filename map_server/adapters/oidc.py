"""OpenID Connect by Authlib: authorization code with PKCE; the id token's signature and claims are checked.

Source: OpenID Connect Core 1.0, section 3.1 (3.1.3.7 for the checks); RFC 7636 for PKCE.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from map_server.config import OidcParams
from map_server.domain.account import Role
from map_server.domain.errors import Forbidden, Unavailable
from map_server.services.ports import Clock
from map_server.services.single_sign_on import Identity, Started, verified_email

with warnings.catch_warnings():
    # The package imports Authlib's own JOSE, which Authlib gives up in favour of joserfc, and says so.
    # Nothing here uses it: tokens are checked with joserfc.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.httpx_client import OAuth2Client

TIMEOUT_S = 10.0
_ALGORITHMS = ["RS256", "ES256", "PS256"]
_CLOCK_LEEWAY_S = 60


@dataclass(slots=True)
class OidcProvider:
    """See services.single_sign_on.IdentityProvider. What the provider says of itself is read once."""

    params: OidcParams
    clock: Clock
    new_token: Callable[[], str]
    _metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the button says."""
        return self.params.name

    def start(self, redirect_uri: str) -> Started:
        """Begin a sign-on."""
        state, nonce, verifier = self.new_token(), self.new_token(), self.new_token()
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                self._about("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        return Started(url, state, nonce, verifier)

    def finish(self, redirect_uri: str, code: str, started: Started) -> Identity:
        """Exchange the code and check the id token."""
        endpoint = self._about("token_endpoint")
        try:
            with self._client(redirect_uri) as client:
                token = client.fetch_token(endpoint, code=code, code_verifier=started.verifier)
            keys = KeySet.import_key_set(cast(KeySetSerialization, self._get(self._about("jwks_uri"))))
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
        except httpx.HTTPError as error:
            raise self._unavailable() from error
        except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            raise Forbidden("The sign-on provider's answer does not hold; try again.") from error
        self._check(claims, started.nonce)
        return self._identity(claims)

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now_s, expires_s = self.clock.now().timestamp(), claims.get("exp")
        holds = (
            claims.get("iss") == self._about("issuer")
            and self.params.client_id in audiences
            and (len(audiences) == 1 or claims.get("azp") == self.params.client_id)
            and claims.get("nonce") == nonce
            and isinstance(expires_s, int | float)
            and now_s < expires_s + _CLOCK_LEEWAY_S
            and isinstance(claims.get("sub"), str)
        )
        if not holds:
            raise Forbidden("The sign-on provider's answer does not hold; try again.")

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        role = claims.get(self.params.role_claim) if self.params.role_claim else None
        return Identity(
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            email=verified_email(claims.get("email"), claims.get("email_verified")),
            name=str(claims.get("name") or claims.get("preferred_username") or ""),
            role=Role(role) if role in set(Role) else None,
        )

    def _client(self, redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(  # type: ignore[no-untyped-call]
            client_id=self.params.client_id,
            client_secret=self.params.client_secret,
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_S,
            trust_env=False,
        )

    def _about(self, key: str) -> str:
        if not self._metadata:
            found = self._get(f"{self.params.issuer}/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != self.params.issuer:
                raise Forbidden("The sign-on provider names another issuer than LILONG_OIDC_ISSUER.")
            self._metadata = found
        return str(self._metadata[key])

    def _get(self, url: str) -> dict[str, Any]:
        try:
            answer = httpx.get(url, timeout=TIMEOUT_S, trust_env=False).raise_for_status()
            found: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise self._unavailable() from error
        return found

    def _unavailable(self) -> Unavailable:
        return Unavailable(f"{self.params.name} does not answer just now; log in with your password")
