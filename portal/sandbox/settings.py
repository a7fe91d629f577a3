"""The only place that reads the sandbox's settings; it has no name for anything of the other side but its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.shared import environment
from portal.shared.environment import SettingsError
from portal.shared.keys import private_folder, secret_keys
from portal.shared.origins import is_loopback_http

NAMES = (
    *("DATA", "LISTEN", "PORT", "SANDBOX_PORT", "PROXIES", "METRICS_TOKEN"),
    *("SANDBOX_URL", "SANDBOX_DATABASE_URL", "SANDBOX_OWNER_URL", "SANDBOX_SECRET_KEYS", "SANDBOX_LIMITS_URL"),
    *("SANDBOX_LARGEST", "SANDBOX_MOST_DRIVES", "SANDBOX_MOST_ROWS", "LEARNING_URL"),
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The sandbox's settings, checked; `url` and `learning_url` are addresses without a slash at the end."""

    data: Path
    folder: Path
    listen: str
    port: int
    proxies: int
    url: str
    learning_url: str
    database_url: str
    owner_url: str
    secret_keys: tuple[str, ...]
    metrics_token: str
    limits_url: str
    most_drives: int = 200_000
    most_rows: int = 10_000  # that a drive may have of its own
    largest: int = 200_000  # scenarios with more leads are not loaded

    @property
    def is_development(self) -> bool:
        """Plain http on a loopback name: only then do `/_patterns` and generated keys exist."""
        return is_loopback_http(self.url)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment and the file named by `SANDBOX_CONFIG`.

    Raises SettingsError, naming the setting and what to set, where one is missing or would be unsafe.
    """
    found = environment.read_settings(NAMES, config="SANDBOX_CONFIG", environ=environ)
    port = environment.number(found, "SANDBOX_PORT", 8001)
    data = environment.data_folder(found)
    folder = private_folder(data / "sandbox")
    url = found.get("SANDBOX_URL", f"http://127.0.0.1:{port}").rstrip("/")
    learning_url = found.get("LEARNING_URL", f"http://localhost:{environment.number(found, 'PORT', 8000)}").rstrip("/")
    is_development = is_loopback_http(url)
    if not is_development and not url.startswith("https://"):
        raise SettingsError(f"SANDBOX_URL is {url}. Outside one's own machine it must begin with https://.")
    if urlsplit(url).hostname == urlsplit(learning_url).hostname:
        raise SettingsError(
            "SANDBOX_URL and LEARNING_URL share a host name, so they would share cookies. Give each its own."
        )
    database_url = environment.database_url(found, "SANDBOX_DATABASE_URL", f"sqlite:///{folder / 'sandbox.db'}")
    return Settings(
        data=data,
        folder=folder,
        listen=found.get("LISTEN", "127.0.0.1"),
        port=port,
        proxies=environment.number(found, "PROXIES", 0),
        url=url,
        learning_url=learning_url,
        database_url=database_url,
        owner_url=environment.database_url(found, "SANDBOX_OWNER_URL", database_url),
        secret_keys=secret_keys(found, "SANDBOX_SECRET_KEYS", folder=folder, is_development=is_development),
        metrics_token=found.get("METRICS_TOKEN", ""),
        limits_url=environment.valkey_url(found, "SANDBOX_LIMITS_URL"),
        largest=environment.number(found, "SANDBOX_LARGEST", 200_000),
        most_drives=environment.number(found, "SANDBOX_MOST_DRIVES", 200_000),
        most_rows=environment.number(found, "SANDBOX_MOST_ROWS", 10_000),
    )
