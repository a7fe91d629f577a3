"""The only place that reads notices: the exact words beside a box, versioned, addressed by their SHA-256."""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from portal.people.consent.models import Notice
from portal.shared.environment import ROOT

FOLDER = ROOT / "content" / "notices"
NOTICES = ("sign-up", "reminder")
NOTICE_TYPE = "application/toml"
FORM_TYPE = "text/html"


class NoticeChanged(Exception):
    """A notice is not what it was when its hash was written down; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """One box: what for, on which channel, and the sentence that a tick agrees to."""

    id: str
    channel: str
    title: str
    rhythm: str
    label: str
    words: str
    kind: str

    @property
    def box(self) -> str:
        """The name of the box in a form."""
        return f"{self.id}_{self.channel}"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a tick means, in the fields that ISO/IEC TS 27560 demands."""

    title: str
    pii: str
    storage: str
    retention: str
    recipients: str
    withdrawal: str
    rights: str
    jurisdiction: str


@dataclass(frozen=True, kw_only=True)
class Controller:
    """Who asks, and where to reach them."""

    id: str
    name: str
    address: str
    contact: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A notice, read. `version` is its path (`sign-up/1.en`), `digest` the SHA-256 of `content`."""

    version: str
    language: str
    content: bytes
    digest: str
    title: str
    lead: str
    foot: str
    purposes: tuple[Purpose, ...]
    terms: Terms
    controller: Controller


@cache
def current_wording(name: str, *, folder: Path = FOLDER) -> Wording:
    """The newest version of a notice; raises NoticeChanged where it is not the one whose hash was written down."""
    newest = max((folder / name).glob("*.toml"), key=lambda path: int(path.name.split(".")[0]))
    content = newest.read_bytes()
    version = newest.relative_to(folder).with_suffix("").as_posix()
    if _listed(folder).get(f"{version}.toml") != digest_of(content):
        raise NoticeChanged(
            f"{newest} is not the notice whose hash stands in {folder / 'SHA256SUMS'}. "
            "Take back the change and write a new version, so that what people agreed to can still be shown."
        )
    return read_wording(version, content)


def purpose_title(purpose: str) -> str:
    """What a purpose is called on our forms; its own name where no form asks for it any more."""
    titles = {found.id: found.title for name in NOTICES for found in current_wording(name).purposes}
    return titles.get(purpose, purpose)


def read_wording(version: str, content: bytes) -> Wording:
    """The notice that `content` holds."""
    found = tomllib.loads(content.decode("utf-8"))
    return Wording(
        version=version,
        language=version.rpartition(".")[2],
        content=content,
        digest=digest_of(content),
        title=found["title"],
        lead=found["lead"],
        foot=found["foot"],
        purposes=tuple(Purpose(**purpose) for purpose in found["purposes"]),
        terms=Terms(**found["terms"]),
        controller=Controller(**found["controller"]),
    )


def digest_of(content: bytes) -> str:
    """The address of a text: its SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(content).hexdigest()


def keep(db: Session, *, notice: bytes, form: bytes, now: datetime) -> None:
    """Store once what was shown, the notice and the part of the form, so that the ledger proves it without any file."""
    texts = {digest_of(notice): (NOTICE_TYPE, notice), digest_of(form): (FORM_TYPE, form)}
    stored = _stored.setdefault(db.get_bind().engine, set())
    if texts.keys() <= stored:
        return
    found = set(db.connection().scalars(_AMONG, {"one": digest_of(notice), "other": digest_of(form)}))
    stored |= found
    new = [
        {"digest": digest, "media_type": media_type, "content": content, "first_shown_at": now}
        for digest, (media_type, content) in texts.items()
        if digest not in found
    ]
    if new:
        db.connection().execute(_ADD, new)


# What an earlier transaction has stored in a database: it never goes away again, so one look at it is enough.
_stored: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_AMONG = select(Notice.digest).where(Notice.digest.in_([bindparam("one"), bindparam("other")]))
_ADD = insert(Notice)


def _listed(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text("ascii").splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}
