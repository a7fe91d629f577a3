"""The only place for secret keys: made on a first run in development, in a file that only its owner reads, and what
signs by them."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from itsdangerous import URLSafeSerializer

from portal.shared import ids
from portal.shared.environment import SettingsError


def private_folder(path: Path) -> Path:
    """`path`, made where it was missing, and shut to others where it was open."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:  # only its owner may, and the separation check looks at folders of both sides
        path.chmod(0o700)
    return path


def secret_keys(found: Mapping[str, str], name: str, *, folder: Path, is_development: bool) -> tuple[str, ...]:
    """The keys of the setting `name`, newest first, separated by commas; in development made and kept in `folder`."""
    keys = tuple(key.strip() for key in found.get(name, "").split(",") if key.strip())
    if any(len(key) < 32 for key in keys):
        raise SettingsError(f"{name}: each key needs 32 characters or more.")
    if keys:
        return keys
    if not is_development:
        raise SettingsError(f"{name} is not set. Set it to a random text of 32 characters or more, and keep it safe.")
    return (_kept_key(private_folder(folder) / "secret_key"),)


def signer(keys: Sequence[str], *, salt: str) -> URLSafeSerializer:
    """What signs by the newest of the keys, and reads what any of them signed; `salt` says what it signs."""
    return URLSafeSerializer(list(reversed(keys)), salt=salt)  # itsdangerous wants the newest last


def _kept_key(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(key := ids.new_token())
    return key
