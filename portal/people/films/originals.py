"""The only place that keeps the videos that films are made from: where no visitor comes, by the hash of their bytes."""

import hashlib
import os
import secrets
import stat
import unicodedata
from pathlib import Path
from typing import BinaryIO

from portal.people.films import bounds
from portal.shared.disk import sync

FOLDER = "originals"
_CHUNK = 1 << 20


class NotKept(ValueError):
    """The file is none that may be kept; the message says why, and what to do."""


def keep_original(path: Path, *, folder: Path, source: str | None = None) -> Path:
    """Copy the video at `path` below the films' `folder`, whole or not at all, once; where it is kept now.

    Its name there is the SHA-256 of its bytes, which has to be `source` where that is given. Raises NotKept, OSError.
    """
    if source is not None and (kept := folder / FOLDER / source).is_file():
        return kept
    _check_name(path.name)
    descriptor = _opened(path)
    with open(descriptor, "rb") as video:
        size = os.fstat(descriptor).st_size
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotKept(f"{path.name} is not a file but a device or a pipe, which has no end.")
        if size > bounds.MOST_BYTES:
            raise NotKept(f"{path.name} has {size / 1024**3:.1f} GB. It may have {bounds.MOST_BYTES // 1024**3}.")
        return _kept(video, path.name, folder / FOLDER, source)


def _check_name(name: str) -> None:
    if any(unicodedata.category(sign).startswith("C") for sign in name):
        raise NotKept(f"The name {name!a} holds a sign that cannot be seen. Name it like webinar.mp4.")


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as fault:
        raise NotKept(f"{path.name} is not there any more. Publish it again.") from fault
    except OSError as fault:
        if path.is_symlink():
            raise NotKept(f"{path.name} is a link to another place. Put the file itself there.") from fault
        raise NotKept(f"{path.name} cannot be read ({fault.strerror}). Let the portal's user read it.") from fault


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _kept(video: BinaryIO, name: str, folder: Path, source: str | None) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".draft-{secrets.token_hex(8)}"
    digest, copied = hashlib.sha256(), 0
    try:
        with open(draft, "xb", opener=_private) as copy:
            while part := video.read(_CHUNK):
                copied += len(part)
                if copied > bounds.MOST_BYTES:
                    raise NotKept(f"{name} grows while it is read, and has no end.")
                digest.update(part)
                copy.write(part)
            copy.flush()
            os.fsync(copy.fileno())
        if source not in (None, digest.hexdigest()):
            raise NotKept(f"{name} is another one than when it was published. Publish it again.")
        draft.replace(folder / digest.hexdigest())
    finally:
        draft.unlink(missing_ok=True)
    sync(folder)
    return folder / digest.hexdigest()
