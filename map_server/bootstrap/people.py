"""Puts together how people prove who they are."""

from map_server.bootstrap.system import new_token
from map_server.config import Settings
from map_server.services.ports import Clock
from map_server.services.single_sign_on import IdentityProvider


def identity_provider(settings: Settings, clock: Clock) -> IdentityProvider | None:
    """Give the identity provider, where one is set; its library is loaded only then."""
    if settings.oidc is None:
        return None
    from map_server.adapters.oidc import OidcProvider

    return OidcProvider(settings.oidc, clock, new_token)
