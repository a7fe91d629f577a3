"""The only place that keeps checkpoints outside the database: in a folder, or in a bucket of an S3 server.

A file is the checkpoint's body, an empty line, and `signature` with the signature of the body in hexadecimal. Its name
begins with the number and ends with the digest, so that two checkpoints of one number are two files. Nothing there is
ever overwritten.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy import insert, select

from portal.people.consent.checkpoints import Checkpoint, CheckpointExport
from portal.people.database import Database
from portal.shared.disk import sync

NAME = re.compile(r"\d{8,}-[0-9a-f]{16}\.txt")
SEPARATOR = b"\nsignature "


class PlaceAway(OSError):
    """The place of checkpoints cannot be reached or written to now; the message says which and why."""


class Place(Protocol):
    """Where checkpoints are kept outside the database; `url` names it."""

    url: str

    def put(self, name: str, content: bytes) -> None:
        """Keep a file that is not there yet; again with the same content is no different. Raises PlaceAway."""

    def read_all(self) -> Iterator[tuple[str, bytes]]:
        """Every file that is kept, by name, in order. Raises PlaceAway."""


def open_place(url: str, *, endpoint: str = "") -> Place:
    """The place that PEOPLE_CHECKPOINTS_URL names; `endpoint` is that of an S3 server other than Amazon's."""
    return Bucket(url, endpoint=endpoint) if url.startswith("s3://") else Folder(url)


def export(database: Database, place: Place, *, now: datetime) -> int:
    """Write out every checkpoint that this place does not have yet, in order; how many. Raises PlaceAway."""
    with database.reading() as db:
        there = select(CheckpointExport.number).where(CheckpointExport.place == place.url)
        missing = list(
            db.scalars(select(Checkpoint).where(Checkpoint.number.not_in(there)).order_by(Checkpoint.number))
        )
    for checkpoint in missing:
        place.put(name_of(checkpoint), content_of(checkpoint))
        with database.transaction() as db:
            note = {"number": checkpoint.number, "place": place.url, "exported_at": now}
            db.execute(insert(CheckpointExport), [note])
    return len(missing)


def name_of(checkpoint: Checkpoint) -> str:
    """What a checkpoint's file is called."""
    return f"{checkpoint.number:08}-{checkpoint.digest.hex()[:16]}.txt"


def content_of(checkpoint: Checkpoint) -> bytes:
    """What a checkpoint's file holds."""
    return checkpoint.body + SEPARATOR + checkpoint.signature.hex().encode() + b"\n"


def parts_of(content: bytes) -> tuple[bytes, bytes]:
    """A file's body and signature; what is no such file has no signature."""
    body, _, signature = content.partition(SEPARATOR)
    with suppress(ValueError):
        return body, bytes.fromhex(signature.decode("ascii", "replace"))
    return body, b""


class Folder:
    """A folder, `file:DIR`; better one on another machine than the database's."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._folder = Path(url.removeprefix("file:"))

    def put(self, name: str, content: bytes) -> None:
        """Whole or not at all, also through a power cut: a file of another name first, then linked to its own."""
        path, part = self._folder / name, self._folder / f".{name}.{os.getpid()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # an earlier try came that far
                path.hardlink_to(part)
            part.unlink()
            sync(self._folder)
            if path.read_bytes() != content:
                raise PlaceAway(f"{path} is not the checkpoint that belongs there. Look into who wrote to the folder.")
        except OSError as fault:
            raise fault if isinstance(fault, PlaceAway) else PlaceAway(f"{self.url}: {fault}") from fault

    def read_all(self) -> Iterator[tuple[str, bytes]]:
        """Every checkpoint's file; a folder that was never written to holds none."""
        try:
            paths = sorted(self._folder.iterdir()) if self._folder.exists() else []
            for path in paths:
                if NAME.fullmatch(path.name):
                    yield path.name, path.read_bytes()
        except OSError as fault:
            raise PlaceAway(f"{self.url}: {fault}") from fault


class Bucket:
    """A prefix of a bucket, `s3://BUCKET/PREFIX`; keys come from where boto3 looks for them (AWS_ACCESS_KEY_ID …)."""

    def __init__(self, url: str, *, endpoint: str) -> None:
        import boto3  # slow to load, and most installations keep a folder
        from botocore.config import Config

        self.url = url
        parts = urlsplit(url)
        self._bucket, self._prefix = parts.netloc, f"{parts.path.strip('/')}/".lstrip("/")
        quick = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 2})
        self._s3: Any = boto3.client("s3", endpoint_url=endpoint or None, config=quick)

    def put(self, name: str, content: bytes) -> None:
        """A write that the server refuses where there is such a file, and keeps whole or not at all."""
        with _s3_faults(self.url):
            if self._find(name) is None:
                self._s3.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content, IfNoneMatch="*")
            if self._find(name) != content:
                raise PlaceAway(
                    f"{name} in {self.url} is not the checkpoint that belongs there. Look into who wrote there."
                )

    def read_all(self) -> Iterator[tuple[str, bytes]]:
        """Every checkpoint's file under the prefix."""
        with _s3_faults(self.url):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
            keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
            for name in sorted(key.removeprefix(self._prefix) for key in keys):
                content = self._find(name) if NAME.fullmatch(name) else None
                if content is not None:
                    yield name, content

    def _find(self, name: str) -> bytes | None:
        try:
            found: bytes = self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return None
        return found


@contextmanager
def _s3_faults(url: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as fault:
        raise PlaceAway(f"{url}: {fault}") from fault
