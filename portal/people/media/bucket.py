"""The only place that keeps media in a bucket of an S3 server: a key for each hash, written once, read by links."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from portal.people.media.faults import ChangedMeanwhile, StoreAway
from portal.people.media.kinds import DOWNLOADS, MOST_BYTES_OF_TEXT
from portal.people.media.library import Served

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CompletedPartTypeDef

IN_ONE = 8 * 1024 * 1024  # more than that goes up in parts of this size
LINK_LASTS = timedelta(hours=6)  # a film may be paused over lunch; nothing behind a link is secret
LINK_IS_REUSED = timedelta(minutes=15)  # so that a browser finds again what it has from the same link
UNFINISHED_AFTER = timedelta(days=2)
_KEY = re.compile(r"[0-9a-f]{64}")
_SECONDS_TO_CONNECT = 2
_SECONDS_TO_READ = 3
_SECONDS_TO_WRITE = 60


Found = TypeVar("Found")
Style = Literal["path", "virtual"]


class Bucket:
    """A bucket and a prefix; `endpoint` is that of a server other than Amazon's, `public` where browsers reach it.

    Credentials come from boto3's own chain.
    """

    def __init__(self, url: str, *, endpoint: str, public: str) -> None:
        self.url = url
        self.bucket, _, prefix = url.removeprefix("s3://").partition("/")
        self.prefix = f"{prefix}/" if prefix else ""
        self.endpoint = endpoint
        self.public = public
        self.read = lru_cache(maxsize=32)(self._read)
        self._link = lru_cache(maxsize=4096)(self._sign)

    def put(self, path: Path, *, sha256: str, size: int, content_type: str) -> None:
        """Send it, whole or not at all; the server checks what arrives. Never overwrites. Raises StoreAway."""
        if self.has(sha256):
            return
        about = {"Bucket": self.bucket, "Key": self.key(sha256), "ContentType": content_type}
        with said("written to", self):
            if size <= IN_ONE:
                self._put_in_one(path, sha256, about)
            else:
                self._put_in_parts(path, sha256, about)

    def has(self, sha256: str) -> bool:
        """Whether the object is there. Raises StoreAway within seconds where the server is away."""
        with said("read", self):
            return found_or_none(lambda: self.client.head_object(Bucket=self.bucket, Key=self.key(sha256))) is not None

    def link(self, served: Served, *, now: datetime) -> str:
        """An address at which a browser gets the bytes for a while, by range too; asks nobody. Raises StoreAway."""
        return self._link(served, int(now.timestamp() // LINK_IS_REUSED.total_seconds()))

    def listed(self) -> Iterator[tuple[str, datetime]]:
        """The hash of each object of ours and when it was written. Raises StoreAway."""
        with said("listed", self):
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix):
                for found in page.get("Contents", []):
                    name = found["Key"].removeprefix(self.prefix)
                    if _KEY.fullmatch(name):
                        yield name, found["LastModified"]

    def delete(self, sha256: str) -> None:
        """Take the object away, if it is there. Raises StoreAway."""
        with said("written to", self):
            self.client.delete_object(Bucket=self.bucket, Key=self.key(sha256))

    def unfinished(self, *, before: datetime) -> list[str]:
        """What was begun before that moment and never ended: uploads in parts. Raises StoreAway."""
        return [f"{key} {upload}" for key, upload in self._unfinished(before)]

    def clear_unfinished(self, *, before: datetime) -> int:
        """Give those up; how many. Raises StoreAway."""
        found = self._unfinished(before)
        with said("written to", self):
            for key, upload in found:
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload)
        return len(found)

    def key(self, sha256: str) -> str:
        """Under which key the bytes lie."""
        return f"{self.prefix}{sha256}"

    @cached_property
    def client(self) -> "S3Client":
        """For questions that are answered at once; made when it is first needed, since boto3 is slow to load."""
        return _client(self.endpoint, read_timeout=_SECONDS_TO_READ)

    @cached_property
    def _writer(self) -> "S3Client":
        return _client(self.endpoint, read_timeout=_SECONDS_TO_WRITE)

    @cached_property
    def _signer(self) -> "S3Client":
        """Signs for the host that browsers see, whose name is part of what is signed."""
        site = urlsplit(self.public)
        if (site.hostname or "").startswith(f"{self.bucket}."):
            return _client(f"{site.scheme}://{site.netloc.removeprefix(f'{self.bucket}.')}", style="virtual")
        return _client(self.public)

    def _put_in_one(self, path: Path, sha256: str, about: dict[str, Any]) -> None:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ChangedMeanwhile(path)
        with suppress(_Exists), _raising_exists():
            self._writer.put_object(**about, Body=content, ChecksumSHA256=_checksum(content), IfNoneMatch="*")

    def _put_in_parts(self, path: Path, sha256: str, about: dict[str, Any]) -> None:
        where = {"Bucket": about["Bucket"], "Key": about["Key"]}
        begun = self._writer.create_multipart_upload(**about, ChecksumAlgorithm="SHA256")
        upload = where | {"UploadId": begun["UploadId"]}
        try:
            parts = list(self._send_parts(path, sha256, upload))
            with suppress(_Exists):
                with _raising_exists():
                    self._writer.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*")
                return
            self._writer.abort_multipart_upload(**upload)  # somebody else was quicker
        except BaseException:
            with suppress(*_faults()):  # where it cannot be given up now, it is swept later
                self.client.abort_multipart_upload(**upload)
            raise

    def _send_parts(self, path: Path, sha256: str, upload: dict[str, Any]) -> "Iterator[CompletedPartTypeDef]":
        whole = hashlib.sha256()
        with path.open("rb") as file:
            for number, part in enumerate(iter(lambda: file.read(IN_ONE), b""), start=1):
                whole.update(part)
                checksum = _checksum(part)
                sent = self._writer.upload_part(**upload, PartNumber=number, Body=part, ChecksumSHA256=checksum)
                yield {"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum}
        if whole.hexdigest() != sha256:
            raise ChangedMeanwhile(path)

    def _read(self, sha256: str) -> bytes | None:
        """A text, whole, or None where it is not there. Raises StoreAway, also where it is not what was put there."""
        with said("read", self):
            found = found_or_none(lambda: self.client.get_object(Bucket=self.bucket, Key=self.key(sha256)))
            if found is None:
                return None
            content: bytes = found["Body"].read(MOST_BYTES_OF_TEXT + 1)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreAway(f"{self.url}: what lies under {sha256} was changed. Look into who wrote to the bucket.")
        return content

    def _sign(self, served: Served, _window: int) -> str:
        answers = {"ResponseContentType": served.content_type, "ResponseCacheControl": "public, max-age=86400"}
        if served.content_type in DOWNLOADS:
            answers["ResponseContentDisposition"] = f'attachment; filename="{served.name}"'
        asked = {"Bucket": self.bucket, "Key": self.key(served.sha256)} | answers
        with said("read", self):
            return self._signer.generate_presigned_url(
                "get_object", Params=asked, ExpiresIn=int(LINK_LASTS.total_seconds())
            )

    def _unfinished(self, before: datetime) -> list[tuple[str, str]]:
        with said("listed", self):
            pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=self.prefix)
            found = [upload for page in pages for upload in page.get("Uploads", [])]
        ours = [upload for upload in found if _KEY.fullmatch(upload["Key"].removeprefix(self.prefix))]
        return [(upload["Key"], upload["UploadId"]) for upload in ours if upload["Initiated"] < before]


class _Exists(Exception):
    """Somebody else put the same bytes there in the same moment."""


@contextmanager
def _raising_exists() -> Iterator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as fault:
        if fault.response["Error"]["Code"] in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
            raise _Exists from fault
        raise


def found_or_none(
    ask: Callable[[], Found], *, codes: tuple[str, ...] = ("404", "NoSuchKey", "NotFound")
) -> Found | None:
    """What is answered, or None where the server says by one of these codes that there is nothing."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as fault:
        if fault.response["Error"]["Code"] in codes:
            return None
        raise


@contextmanager
def said(done: str, bucket: Bucket) -> Iterator[None]:
    """What boto3 raises, as StoreAway, in words without a secret."""
    try:
        yield
    except _faults() as fault:
        raise StoreAway(f"{bucket.url} cannot be {done}: {_words(fault)}.") from fault


def _faults() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    return (BotoCoreError, ClientError, HTTPClientError)


def _words(fault: Exception) -> str:
    response = getattr(fault, "response", None)
    return str(response["Error"].get("Code", "refused")) if response else type(fault).__name__


def _client(
    endpoint: str, *, style: Literal["", "path", "virtual"] = "", read_timeout: int = _SECONDS_TO_READ
) -> "S3Client":
    import boto3
    from botocore.config import Config

    session = boto3.session.Session()
    config = Config(
        connect_timeout=_SECONDS_TO_CONNECT,
        read_timeout=read_timeout,
        retries={"total_max_attempts": 1},
        signature_version="s3v4",
        s3={"addressing_style": style or ("path" if endpoint else "virtual")},
        request_checksum_calculation="when_required",  # what we send carries its SHA-256
        response_checksum_validation="when_required",
    )
    region = session.region_name or "us-east-1"
    return session.client("s3", endpoint_url=endpoint or None, region_name=region, config=config)


def _checksum(content: bytes) -> str:
    return b64encode(hashlib.sha256(content).digest()).decode()
