"""The only place that reads the environment and the TOML file beside it; each side names what it may read."""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

_OF_BOTH = frozenset({"DATA", "LISTEN", "PORT", "SANDBOX_PORT", "PEOPLE_URL", "SANDBOX_URL"})
ROOT = Path(__file__).resolve().parents[2]


class SettingsError(Exception):
    """Something that was set up or written by hand cannot be used; the message says what, and what to do."""


def read_settings(names: Iterable[str], *, config: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The named settings that are set and not empty, the environment before the TOML file that `config` names.

    Raises SettingsError where the file cannot be read or holds a name that is not ours.
    """
    environ = os.environ if environ is None else environ
    known = set(names)
    found = _read_file(Path(environ[config]), known) if environ.get(config) else {}
    found |= {name: environ[name] for name in known if environ.get(name)}
    return found


def settings_in_files(environ: Mapping[str, str]) -> dict[str, str]:
    """What the supervisor itself has to know of the two TOML files: where to listen, and under which addresses."""
    found: dict[str, str] = {}
    for config in ("SANDBOX_CONFIG", "PEOPLE_CONFIG"):
        if environ.get(config):
            found |= {name: str(value) for name, value in _read_toml(Path(environ[config])).items() if name in _OF_BOTH}
    return {name: value for name, value in found.items() if not environ.get(name)}


def data_folder(found: Mapping[str, str]) -> Path:
    """The folder of the embedded defaults: `var` in the project, or DATA as seen from where one stands."""
    return Path(found["DATA"]).absolute() if found.get("DATA") else ROOT / "var"


def database_url(found: Mapping[str, str], name: str, default: str) -> str:
    """The address of a database: SQLite's file, or PostgreSQL by psycopg."""
    url = found.get(name, default)
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        kind = url.partition(":")[0]
        raise SettingsError(
            f"{name} begins with {kind!r}. Set it to sqlite:/// and a file, or to postgresql+psycopg://role@host/name."
        )
    return url


def number(found: Mapping[str, str], name: str, default: int) -> int:
    """A setting that counts something, as a whole number of 0 or more."""
    value = found.get(name) or str(default)
    if not value.isascii() or not value.isdigit():
        raise SettingsError(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def valkey_url(found: Mapping[str, str], name: str) -> str:
    """The setting `name`, which names a Valkey server, or nothing where it is not set."""
    url = found.get(name, "")
    try:
        is_valkey = not url or (urlsplit(url).scheme == "valkey" and urlsplit(url).hostname and urlsplit(url).port != 0)
    except ValueError:  # a port that is none
        is_valkey = False
    if not is_valkey:
        # without the value: it may hold a password
        raise SettingsError(f"{name} names no Valkey server. Set it to valkey://host:6379/0, or leave it out.")
    return url


def _read_file(path: Path, known: set[str]) -> dict[str, str]:
    content = _read_toml(path)
    if strangers := sorted(set(content) - known):
        raise SettingsError(f"{path} sets {', '.join(strangers)}, which this side does not have.")
    return {name: str(value) for name, value in content.items() if value != ""}


def _read_toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingsError(f"{path} cannot be read as settings: {fault}") from fault
