"""The only place that reads notices: the exact words beside a box, by law and language, addressed by their SHA-256."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.orm import Session

from portal.people.consent.models import Notice
from portal.people.messages.channels import CHANNELS
from portal.shared.content import parse_content
from portal.shared.environment import ROOT
from portal.shared.proofreading import BadContent, Fault

FOLDER = ROOT / "content" / "notices"
NOTICES = ("sign-up", "reminder")
NOTICE_TYPE = "application/toml"
FORM_TYPE = "text/html"


HOW_TO_LIST = (
    "If nobody has seen it yet, add the line that bin/portal content hash prints. Otherwise take back the change and "
    "write a new version, so that what people agreed to can still be shown."
)


class NoticeChanged(Exception):
    """A notice is not what it was when its hash was written down; the message says what to do."""


class NoSuchNotice(LookupError):
    """A notice has no words for people under this law."""


class Jurisdiction(StrEnum):
    """Whose law the words follow. It is chosen by the form or by the visitor, never guessed from an address."""

    US = "US"
    CA = "CA"
    EU = "EU"

    @property
    def place(self) -> str:
        """Where its people live, in words."""
        return {"US": "the United States", "CA": "Canada", "EU": "the European Union or the United Kingdom"}[self]

    @property
    def language(self) -> str:
        """The language in which words are there at least."""
        return "en"


DEFAULT = "US"
_LANGUAGES = {"en": "English", "fr": "Français", "de": "Deutsch"}


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


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Line = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\n]+$")]


class WrittenChannel(_Written):
    """How one channel is asked for."""

    label: Line
    words: Line


class WrittenPurpose(_Written):
    """A purpose once, with what is asked for each channel under `[purposes.channels.NAME]`.

    Files of the first version have one channel in the purpose itself.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    title: Line
    rhythm: Line
    kind: Line
    channels: dict[str, WrittenChannel] = {}
    channel: str = ""
    label: str = ""
    words: str = ""

    @model_validator(mode="after")
    def _has_known_channels(self) -> Self:
        known = f"a channel of ours: {', '.join(CHANNELS)}"
        if unknown := [name for name in (*self.channels, *filter(None, [self.channel])) if name not in CHANNELS]:
            raise ValueError(f"{unknown[0]} is not {known}")
        if bool(self.channels) == bool(self.channel and self.label and self.words):
            raise ValueError(
                f"Say in [purposes.channels.NAME] how it is asked for, by label and words. NAME is {known}"
            )
        return self

    @property
    def asked(self) -> dict[str, WrittenChannel]:
        """What is asked, by channel."""
        return self.channels or {self.channel: WrittenChannel(label=self.label, words=self.words)}


class WrittenTerms(_Written):
    """What ISO/IEC TS 27560 asks for beside the purpose."""

    title: Line
    pii: Line
    storage: Line
    retention: Line
    recipients: Line
    withdrawal: Line
    rights: Line
    jurisdiction: Line


class WrittenController(_Written):
    """Who asks: by CASL and GDPR with an address and a way to reach them."""

    id: Line
    name: Line
    address: Line
    contact: Line
    kind: Line


class Labels(_Written):
    """What stands before each of the terms, in the notice's language."""

    controller: Line = "Who asks"
    pii: Line = "What we use"
    storage: Line = "Where it lies"
    retention: Line = "For how long"
    recipients: Line = "Who else gets it"
    withdrawal: Line = "How to stop"
    rights: Line = "Your rights"
    jurisdiction: Line = "Law that applies"


class WrittenNotice(_Written):
    """A notice as it is written."""

    slug: str
    title: Line
    lead: Line
    foot: Line
    purposes: Annotated[tuple[WrittenPurpose, ...], Field(min_length=1)]
    terms: WrittenTerms
    controller: WrittenController
    labels: Labels = Labels()

    @property
    def boxes(self) -> tuple[Purpose, ...]:
        """One box for each purpose and channel."""
        return tuple(
            Purpose(
                id=purpose.id,
                channel=channel,
                title=purpose.title,
                rhythm=purpose.rhythm,
                label=asked.label,
                words=asked.words,
                kind=purpose.kind,
            )
            for purpose in self.purposes
            for channel, asked in purpose.asked.items()
        )

    @model_validator(mode="after")
    def _asks_for_each_once(self) -> Self:
        boxes = [purpose.box for purpose in self.boxes]
        if again := {box for box in boxes if boxes.count(box) > 1}:
            raise ValueError(f"It asks twice for {min(again)}: a purpose stands once, with its channels under it")
        return self


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A notice, read. `version` is its path (`sign-up/1.fr-CA`), `digest` the SHA-256 of `content`."""

    version: str
    language: str
    jurisdiction: Jurisdiction
    content: bytes
    digest: str
    title: str
    lead: str
    foot: str
    purposes: tuple[Purpose, ...]
    terms: Terms
    controller: Controller
    labels: Labels

    @property
    def name(self) -> str:
        """The notice whose words these are: `sign-up`."""
        return self.version.rpartition("/")[0]

    @property
    def code(self) -> str:
        """The name by which a visitor chooses it: `fr-CA`."""
        return f"{self.language}-{self.jurisdiction}"

    @property
    def tongue(self) -> str:
        """What its language calls itself."""
        return _LANGUAGES.get(self.language, self.language)


def current_wording(name: str, *, folder: Path = FOLDER) -> Wording:
    """The newest words of a notice where nobody chose others; raises NoticeChanged, NoSuchNotice."""
    return wording_for(name, jurisdiction=DEFAULT, language=Jurisdiction(DEFAULT).language, folder=folder)


@cache
def wording_for(name: str, *, jurisdiction: str, language: str, folder: Path = FOLDER) -> Wording:
    """The newest words of a notice for people under a law, in their language.

    The law comes before the language: where it has no words in this one, those in its own first language are shown,
    and never those of another law. Raises NoSuchNotice where it has none, NoticeChanged where the file is not the one
    whose hash was written down.
    """
    found = _newest(name, folder)
    law = Jurisdiction(jurisdiction)
    for tongue in (language, law.language):
        if path := found.get((law, tongue)):
            return _read_listed(path, folder)
    raise NoSuchNotice(f"content/notices/{name} has no words for people in {law.place}.")


def list_wordings(name: str, *, folder: Path = FOLDER) -> list[Wording]:
    """The words of a notice that a visitor can choose among, by law and language."""
    return [_read_listed(path, folder) for _which, path in sorted(_newest(name, folder).items())]


def purpose_titles() -> dict[str, str]:
    """Every purpose that any notice asks for, and what our forms call it."""
    return {found.id: found.title for name in NOTICES for found in current_wording(name).purposes}


def purpose_title(purpose: str) -> str:
    """What a purpose is called on our forms; its own name where no form asks for it any more."""
    return purpose_titles().get(purpose, purpose)


def in_a_sentence(title: str) -> str:
    """The title of a purpose for a sentence that says itself who asked: “Reminders you asked for” are reminders."""
    for tail in _THAT_WERE_ASKED_FOR:
        title = title.removesuffix(tail)
    return title


_THAT_WERE_ASKED_FOR = (" you asked for", " que vous avez demandés", ", um die Sie gebeten haben")


def read_wording(version: str, content: bytes) -> Wording:
    """The notice that `content` holds; `version` is its path, from which law and language are known.

    Raises ValueError where the name says neither, BadContent where the content is no notice.
    """
    jurisdiction, language = _law_and_language(version)
    found = parse_content(f"{version}.toml", content.decode("utf-8"), WrittenNotice)
    return Wording(
        version=version,
        language=language,
        jurisdiction=jurisdiction,
        content=content,
        digest=digest_of(content),
        title=found.title,
        lead=found.lead,
        foot=found.foot,
        purposes=found.boxes,
        terms=Terms(**vars(found.terms)),
        controller=Controller(**vars(found.controller)),
        labels=found.labels,
    )


def check(path: Path, *, folder: Path = FOLDER) -> list[Fault]:
    """What is wrong with the notice at `path`; empty where nothing is."""
    version = path.relative_to(folder).with_suffix("").as_posix()
    content = path.read_bytes()
    try:
        read_wording(version, content)
    except BadContent as bad:
        return bad.faults
    except ValueError as fault:
        return [Fault(1, "file", str(fault))]
    if _listed(folder).get(f"{version}.toml") != digest_of(content):
        return [Fault(1, "file", f"Its hash is not in SHA256SUMS. {HOW_TO_LIST}")]
    return []


def manifest_line(path: Path, *, folder: Path = FOLDER) -> str:
    """The line that SHA256SUMS needs for a notice."""
    return f"{digest_of(path.read_bytes())}  {path.resolve().relative_to(folder).as_posix()}"


def digest_of(content: bytes) -> str:
    """The address of a text: its SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(content).hexdigest()


def keep(db: Session, *, notice: bytes, form: bytes, now: datetime) -> None:
    """Store once what was shown, the notice and the part of the form, so that the ledger proves it without any file."""
    texts = {digest_of(notice): (NOTICE_TYPE, notice), digest_of(form): (FORM_TYPE, form)}
    stored = _stored.setdefault(db.get_bind().engine, set())
    if texts.keys() <= stored:
        return
    if db.get_bind().dialect.name == "postgresql":  # several may be the first to be shown it, at the same moment
        db.execute(_ONE_AT_A_TIME)
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
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('notices'))")


def _newest(name: str, folder: Path) -> dict[tuple[Jurisdiction, str], Path]:
    """The file of the highest number for each law and language."""
    found: dict[tuple[Jurisdiction, str], Path] = {}
    for path in sorted((folder / name).glob("*.toml"), key=lambda path: int(path.name.partition(".")[0])):
        found[_law_and_language(path.stem)] = path
    return found


def _law_and_language(version: str) -> tuple[Jurisdiction, str]:
    """`1.fr-CA` is for Canada in French; `1.en`, from before there were others, is for the United States."""
    found = re.fullmatch(r"(?:.*/)?[1-9]\d*\.([a-z]{2})(?:-([A-Z]{2}))?", version)
    if found is None or (found[2] or DEFAULT) not in list(Jurisdiction):
        laws = ", ".join(Jurisdiction)
        raise ValueError(f"Name the file number.language-LAW.toml, like 2.fr-CA.toml. LAW is one of {laws}")
    return Jurisdiction(found[2] or DEFAULT), found[1]


@cache
def _read_listed(path: Path, folder: Path) -> Wording:
    content = path.read_bytes()
    version = path.relative_to(folder).with_suffix("").as_posix()
    if _listed(folder).get(f"{version}.toml") != digest_of(content):
        raise NoticeChanged(f"{path} is not the notice whose hash stands in {folder / 'SHA256SUMS'}. {HOW_TO_LIST}")
    return read_wording(version, content)


def _listed(folder: Path) -> dict[str, str]:
    lines = (folder / "SHA256SUMS").read_text("ascii").splitlines()
    return {path: digest for digest, path in (line.split(maxsplit=1) for line in lines)}
