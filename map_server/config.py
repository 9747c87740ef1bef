"""Settings of the map server: arguments first, then the environment, then defaults for one small box."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class OidcParams:
    """A sign-on provider (OpenID Connect). `role_claim` names the claim that holds one of our roles; without
    it, roles are an administrator's choice alone.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str = "OpenID Connect"
    role_claim: str | None = None

    def __post_init__(self) -> None:
        if not self.issuer.startswith(("https://", "http://")):
            raise ValueError(f"LILONG_OIDC_ISSUER: {self.issuer!r} must begin with https://")
        if not self.client_id:
            raise ValueError("LILONG_OIDC_CLIENT_ID: must be given with LILONG_OIDC_ISSUER")


@dataclass(frozen=True, slots=True)
class RoutingParams:
    """A routing service for areas too large for the embedded streets. `tile` places at most are asked for at
    once on each side of a table: Valhalla allows 2,500 pairs and OSRM 100 places unless told otherwise.
    """

    engine: str
    url: str
    timeout_s: float = 20.0
    tile: int = 50

    def __post_init__(self) -> None:
        if self.engine not in ("valhalla", "osrm"):
            raise ValueError(
                f"LILONG_ROUTING: {self.engine!r} is no engine; give valhalla or osrm, a space, its address"
            )
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"LILONG_ROUTING: {self.url!r} must begin with http:// or https://")
        if not 0.1 <= self.timeout_s <= 300:
            raise ValueError(f"timeout_s: {self.timeout_s} must lie between 0.1 and 300")
        if not 1 <= self.tile <= 1000:
            raise ValueError(f"tile: {self.tile} must lie between 1 and 1000")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server keeps its things and how it is reached.

    `database_url` None means SQLite inside `data_dir`. `public_url` is the address people type; when
    it begins with https, cookies are marked Secure. `smtp_url` None means that no mail is sent;
    `notices_to_private` lets notices go to addresses inside private networks. `oidc` is a sign-on provider.
    `routing` is a service that plans measure ways with, in the place of the embedded streets.
    """

    data_dir: Path = Path("var/server")
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str | None = None
    smtp_url: str | None = None
    mail_from: str = "lilong@localhost"
    notices_to_private: bool = False
    oidc: OidcParams | None = None
    routing: RoutingParams | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise ValueError(f"port: {self.port} is not a port; give 0 to 65535 (0 lets the system choose)")
        if self.public_url is not None and not self.public_url.startswith(("http://", "https://")):
            raise ValueError(f"LILONG_PUBLIC_URL: {self.public_url!r} must begin with http:// or https://")

    @property
    def database_path(self) -> Path:
        """Where SQLite keeps its file."""
        return self.data_dir / "lilong.sqlite3"

    @property
    def evidence_dir(self) -> Path:
        """Where evidence lies, in files named by their hash."""
        return self.data_dir / "evidence"

    @property
    def secrets_path(self) -> Path:
        """Where generated secrets lie, readable by the owner alone."""
        return self.data_dir / "secrets"

    @property
    def is_https(self) -> bool:
        """Whether people reach the server by https."""
        return self.public_url is not None and self.public_url.startswith("https://")


def settings_from(
    environment: Mapping[str, str],
    data_dir: Path | None = None,
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    """Put settings together. Raises ValueError with one line that names the key."""
    port_text = environment.get("LILONG_PORT", str(DEFAULT_PORT))
    if port is None and not port_text.isdecimal():
        raise ValueError(f"LILONG_PORT: {port_text!r} is not a number")
    return Settings(
        data_dir=data_dir or Path(environment.get("LILONG_DATA", "var/server")),
        database_url=environment.get("DATABASE_URL") or None,
        host=host or environment.get("LILONG_HOST", "127.0.0.1"),
        port=int(port_text) if port is None else port,
        public_url=environment.get("LILONG_PUBLIC_URL") or None,
        smtp_url=_smtp_url(environment),
        mail_from=environment.get("LILONG_MAIL_FROM") or "lilong@localhost",
        notices_to_private=environment.get("LILONG_NOTICES_TO_PRIVATE") == "1",
        oidc=_oidc(environment),
        routing=_routing(environment),
    )


def _smtp_url(environment: Mapping[str, str]) -> str | None:
    url = environment.get("LILONG_SMTP_URL") or None
    if url is not None and not url.startswith(("smtp://", "smtps://")):
        raise ValueError("LILONG_SMTP_URL: give smtp://host:587 or smtps://user:password@host:465")
    return url


def _routing(environment: Mapping[str, str]) -> RoutingParams | None:
    """Read `LILONG_ROUTING=valhalla http://127.0.0.1:8002`."""
    engine, _, url = environment.get("LILONG_ROUTING", "").strip().partition(" ")
    return RoutingParams(engine, url.strip().rstrip("/")) if engine else None


def _oidc(environment: Mapping[str, str]) -> OidcParams | None:
    issuer = environment.get("LILONG_OIDC_ISSUER")
    if not issuer:
        return None
    return OidcParams(
        issuer=issuer.rstrip("/"),
        client_id=environment.get("LILONG_OIDC_CLIENT_ID", ""),
        client_secret=environment.get("LILONG_OIDC_CLIENT_SECRET", ""),
        name=environment.get("LILONG_OIDC_NAME") or "OpenID Connect",
        role_claim=environment.get("LILONG_OIDC_ROLE_CLAIM") or None,
    )
