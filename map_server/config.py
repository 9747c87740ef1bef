"""Settings of the map server: arguments first, then the environment, then defaults for one small box."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server keeps its things and how it is reached.

    `database_url` None means SQLite inside `data_dir`. `public_url` is the address people type; when
    it begins with https, cookies are marked Secure.
    """

    data_dir: Path = Path("var/server")
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    public_url: str | None = None

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
    )
