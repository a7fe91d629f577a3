"""The commands that make something public, keep the site in step with `content/`, and look back."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session
from werkzeug.routing import Map

from portal.people.commands.kinds import NoKind, kind_of
from portal.people.commands.opened import COMMAND_LINE, opened_database
from portal.people.database import Database
from portal.people.films import drafting
from portal.people.films.asking import ask_for_film
from portal.people.films.library import find_film
from portal.people.films.making import FOLDER as FILMS
from portal.people.films.making import Studio, make_now, tell_nobody
from portal.people.films.process import Broken, NoRoom, NotAccepted
from portal.people.films.progress import Tell
from portal.people.media.store import open_store
from portal.people.offers.catalog import find_withdrawal, newest_publication
from portal.people.offers.publishing import publish_offer, withdraw_offer
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.offers.reading import BadOffer
from portal.people.paths.publishing import publish_learning_path
from portal.people.paths.reading import FOLDER as PATHS
from portal.people.paths.reading import BadPath
from portal.people.publications import records
from portal.people.publications.models import Publication
from portal.people.publications.records import HasPassed, Kind
from portal.people.search.indexing import index_publication
from portal.people.settings import Settings, load_settings
from portal.people.studio.leading import take_off
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER as TIPS
from portal.people.tips.reading import BadTip
from portal.people.webinars.about import read_about
from portal.people.webinars.drafted import write_draft
from portal.people.webinars.fitting import require_inside
from portal.people.webinars.publishing import NotPublishable, publish_webinar, require_captions
from portal.people.webinars.reading import FOLDER as WEBINARS
from portal.people.webinars.reading import Folder, read_folder
from portal.shared import clock
from portal.shared.proofreading import BadContent, Fault

REFUSALS = (
    NoKind,
    BadContent,
    BadOffer,
    BadTip,
    BadPath,
    NotPublishable,
    HasPassed,
)  # each says what is wrong and what to do
SET_UP = "set-up"  # who publishes what comes with the portal
NOT_HEARD = (NotAccepted, Broken, NoRoom)
LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How somebody wants something to be published."""

    by: str = COMMAND_LINE
    public_from: datetime | None = None
    reason: str = ""


def publish_path(path: str, wish: Wish = Wish(), *, tell: Tell = tell_nobody) -> str:
    """Make what lies at `path` public: a webinar's folder, or the file of anything else; says what came of it.

    `tell` hears how far a film has come, in percent and words. Raises one of REFUSALS.
    """
    slug, is_new = _publish_at(Path(path).resolve(), wish, tell)
    if wish.public_from is not None:
        return f"{slug} will be public from {wish.public_from:%Y-%m-%d %H:%M %Z}"
    return f"{slug} is public" + ("" if is_new else ", as it was")


def _publish_at(path: Path, wish: Wish, tell: Tell) -> tuple[str, bool]:
    if kind_of(path) == "webinar":
        return _publish_filmed(path, wish, tell)
    with opened_database() as (database, settings), database.transaction() as db:
        return _publish(db, path, settings, wish)


def _publish_filmed(folder: Path, wish: Wish, tell: Tell) -> tuple[str, bool]:
    """Make the film, unless the worker is to speak and draw it, and publish as soon as some of it can be played."""
    webinar = read_folder(folder)
    with opened_database() as (database, settings):
        showing = _Showing(database, settings, webinar, wish)
        if webinar.video is not None:
            _require_captions(webinar, wish, tell)
            _make_film(showing, webinar.video, tell)
        return showing.publish()


class _Showing:
    """A webinar that is published once, as soon as some of its film can be played, or is refused meanwhile."""

    def __init__(self, database: Database, settings: Settings, webinar: Folder, wish: Wish) -> None:
        self.database = database
        self.settings = settings
        self.webinar = webinar
        self.wish = wish
        self.refused: Exception | None = None
        self.stopping = threading.Event()  # the making of the film
        self._done: tuple[str, bool] | None = None

    def publish(self) -> tuple[str, bool]:
        """Its slug, and whether that is new."""
        if self._done is None:
            with self.database.transaction() as db:
                self._done = _publish_read(db, self.webinar, self.settings, self.wish)
        return self._done

    def look(self) -> None:
        """See how far its film is; where that shows that it cannot be published, nobody waits for the rest."""
        with self.database.reading() as db:
            film = find_film(db, self.webinar.source)
        if film is None or self.refused is not None:
            return
        try:
            require_inside(self.webinar, film.seconds)
            if film.stream:
                self.publish()
        except REFUSALS as fault:
            self.refused = fault
            self.stopping.set()


def _make_film(showing: _Showing, video: Path, tell: Tell) -> None:
    """Raises what refuses to publish it, or that it cannot be made."""
    source, settings = showing.webinar.source, showing.settings
    studio = Studio(database=showing.database, store=open_store(settings), folder=settings.folder / FILMS)

    def hear(percent: int, words: str) -> None:
        tell(percent, words)
        showing.look()

    with showing.database.transaction() as db:
        ask_for_film(db, source=source, path=video, is_recipe=False, now=clock.now())
    film = make_now(studio, source, stopping=showing.stopping, tell=hear)
    if showing.refused is not None:
        raise showing.refused
    if film is None or film.state == "failed":
        raise NotPublishable(f"{showing.webinar.slug}: {film.words if film else 'The film was given up.'}")
    tell(100, "It is made in every size")


def _require_captions(webinar: Folder, wish: Wish, tell: Tell) -> None:
    """Raises NotPublishable where they are owed, which says what came of drafting them."""
    try:
        require_captions(webinar, wish.reason)
    except NotPublishable as owed:
        raise NotPublishable(_drafted(webinar, tell, str(owed))) from owed


def _drafted(webinar: Folder, tell: Tell, owed: str) -> str:
    """What came of drafting them, which is done where the speech model is installed."""
    language = webinar.about.language
    if not drafting.is_installed():
        return f"{owed} No speech model is installed, so they are to be written: see docs/publishing.md."
    if language != drafting.LANGUAGE or webinar.video is None:
        return f"{owed} The speech model knows English alone, so they are to be written."
    try:
        cues = drafting.draft(
            webinar.video,
            hear=lambda percent: tell(percent, "Listening, to draft captions"),
            stopping=threading.Event(),
        )
    except NOT_HEARD as fault:
        return f"{owed} The speech model could not draft them: {fault}"
    if not cues:
        return f"{owed} The speech model heard nobody speak."
    path = write_draft(webinar.path, language, cues)
    return (
        f"{webinar.slug}: Captions are drafted in {path.name}. Read them beside the recording, mend names and words, "
        "take their note out, and publish it again."
    )


def publish_samples() -> list[str]:
    """Publish ours where nobody else has touched them: what staff published or took back stays as they left it.

    Returns what is wrong in the files that were left out. They keep nothing else back, and what was public stays.
    """
    wish, wrong = Wish(by=SET_UP), []
    # The newest is asked for last, so its film is made first.
    webinars = sorted(_webinars(), key=_held_on)
    with opened_database() as (database, settings):
        for path in [*sorted(OFFERS.glob("*.md")), *webinars, *sorted(TIPS.glob("*.md")), *sorted(PATHS.glob("*.md"))]:
            try:
                with database.transaction() as db:
                    if _is_left_to_us(db, path):
                        _publish(db, path, settings, wish)
            except REFUSALS as fault:
                wrong.append(str(fault))
    return wrong


def sync(*, by: str = COMMAND_LINE) -> Iterator[str]:
    """Publish everything under `content/` that reads otherwise than what is public; a line about each that changed.

    What is wrong in a file is said and keeps nothing else back. What was taken off the site stays off.
    """
    for path in [*_webinars(), *(path for folder in (TIPS, PATHS, OFFERS) for path in sorted(folder.glob("*.md")))]:
        try:
            yield from _sync_one(path, by)
        except REFUSALS as fault:
            yield str(fault)


def watch(*, by: str = COMMAND_LINE, is_over: Callable[[], bool]) -> Iterator[str]:
    """The same again whenever a file changes, until `is_over`."""
    before = None
    while not is_over():
        now = _look(WEBINARS), _look(TIPS), _look(PATHS), _look(OFFERS)
        if now != before:
            yield from sync(by=by)
        before = now
        time.sleep(LOOK_EVERY_SECONDS)


def unpublish_offer(slug: str, *, by: str = COMMAND_LINE) -> str:
    """Take the offer of this name off the site. Raises NotPublic."""
    with opened_database() as (database, _), database.transaction() as db:
        withdraw_offer(db, slug, by=by, now=clock.now())
    return f"{slug} is off the site. Places that were taken stay. To bring it back: bin/portal publish"


def unpublish(kind: Kind, slug: str, *, redirect_to: str, by: str = COMMAND_LINE) -> str:
    """Take it off the site, with a way on. Raises NotPublic, NoWayOn."""
    pages, now = _pages(), clock.now()
    with opened_database() as (database, _), database.transaction() as db:
        record = take_off(db, kind=kind, slug=slug, redirect_to=redirect_to, pages=pages, by=by, now=now)
        index_publication(db, record, now=now)
    return f"{slug} is off the site; its address leads to {redirect_to}. To bring it back: bin/portal publish"


def roll_back(kind: Kind, slug: str, version: str, wish: Wish) -> str:
    """Make an earlier version public again. Raises NotPublic, HasPassed."""
    with opened_database() as (database, _), database.transaction() as db:
        made = records.roll_back(
            db, kind=kind, slug=slug, version=version, by=wish.by, now=clock.now(), public_from=wish.public_from
        )
        index_publication(db, made, now=clock.now())
    return f"{slug} is what it was in version {made.version[:12]}, from {made.public_from:%Y-%m-%d %H:%M %Z}"


def list_public(kind: Kind, slug: str | None) -> list[dict[str, str]]:
    """What is public and what is to come, or everything that was ever said about `slug`, the last first."""
    with opened_database() as (database, _), database.reading() as db:
        now = clock.now()
        if slug is not None:
            current = records.find_in_force(db, kind=kind, slug=slug, at=now)
            found = records.list_records(db, kind=kind, slug=slug)
            return [_row(record, now, is_in_force=record is current) for record in found]
        coming = records.list_scheduled(db, kind=kind, at=now)
        return [_row(record, now) for record in [*records.in_force(db, kind=kind, at=now), *coming]]


def _pages() -> Map:
    """The addresses of the site, for which it is built."""
    from portal.people.app import create_app

    app = create_app(load_settings())
    app.extensions["database"].close()
    return app.url_map


def _row(record: Publication, now: datetime, *, is_in_force: bool = True) -> dict[str, str]:
    stands = ("public" if record.is_shown else "off the site") if is_in_force else "earlier"
    return {
        "slug": record.slug,
        "version": record.version,
        "public_from": record.public_from.isoformat(),
        "stands": "to come" if record.public_from > now else stands,
        "leads_to": record.redirect_to,
        "published_by": record.published_by,
        "published_at": record.published_at.isoformat(),
        "reason": record.reason,
    }


def _held_on(webinar: Path) -> date:
    try:
        return read_about(webinar / "webinar.toml").date
    except (BadContent, OSError):
        return date.min  # what is wrong is said when its turn comes


def _webinars() -> list[Path]:
    return sorted(path.parent for path in WEBINARS.glob("*/webinar.toml"))


def _look(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Every file with its size and when it was written: enough to see that something changed."""
    seen = set()
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root, name)
            about = path.lstat()
            seen.add((str(path), about.st_size, about.st_mtime_ns))
    return frozenset(seen)


def _sync_one(path: Path, by: str) -> Iterator[str]:
    with opened_database() as (database, _), database.reading() as db:
        if _is_off_the_site(db, path):
            return
    slug, is_new = _publish_at(path, Wish(by=by), tell_nobody)
    if is_new:
        yield f"{slug} is public as it reads now"


def _is_off_the_site(db: Session, path: Path) -> bool:
    if kind_of(path) == "offer":
        offer = newest_publication(db, path.stem)
        return offer is not None and find_withdrawal(db, offer) is not None
    record = _record_of(db, path)
    return record is not None and not record.is_shown


def _is_left_to_us(db: Session, path: Path) -> bool:
    """Whether nobody but the set-up has published it, or taken it off the site."""
    if kind_of(path) == "offer":
        offer = newest_publication(db, path.stem)
        return offer is None or (offer.published_by == SET_UP and find_withdrawal(db, offer) is None)
    record = _record_of(db, path)
    return record is None or (record.published_by == SET_UP and record.is_shown)


def _record_of(db: Session, path: Path) -> Publication | None:
    kind = kind_of(path)
    if kind == "offer":
        raise NoKind(f"{path.name} is an offer: those have records of their own.")
    return records.find_in_force(db, kind=kind, slug=path.stem, at=clock.now())


def _publish(db: Session, path: Path, settings: Settings, wish: Wish) -> tuple[str, bool]:
    how = {"webinar": _publish_webinar, "tip": _publish_tip, "path": _publish_learning_path, "offer": _publish_offer}[
        kind_of(path)
    ]
    return how(db, path, settings, wish)


def _publish_tip(db: Session, path: Path, _settings: Settings, wish: Wish) -> tuple[str, bool]:
    publication, is_new = publish_tip(db, path, by=wish.by, now=clock.now(), public_from=wish.public_from)
    index_publication(db, publication, now=clock.now())
    return publication.slug, is_new


def _publish_learning_path(db: Session, path: Path, settings: Settings, wish: Wish) -> tuple[str, bool]:
    publication, is_new = publish_learning_path(
        db, path, store=open_store(settings), by=wish.by, now=clock.now(), public_from=wish.public_from
    )
    index_publication(db, publication, now=clock.now())
    return publication.slug, is_new


def _publish_webinar(db: Session, folder: Path, settings: Settings, wish: Wish) -> tuple[str, bool]:
    return _publish_read(db, read_folder(folder), settings, wish)


def _publish_read(db: Session, webinar: Folder, settings: Settings, wish: Wish) -> tuple[str, bool]:
    publication, is_new = publish_webinar(
        db,
        webinar,
        store=open_store(settings),
        by=wish.by,
        now=clock.now(),
        public_from=wish.public_from,
        reason=wish.reason,
    )
    index_publication(db, publication, now=clock.now())
    return publication.slug, is_new


def _publish_offer(db: Session, path: Path, _settings: Settings, wish: Wish) -> tuple[str, bool]:
    if wish.public_from is not None:
        words = "An offer opens on a day of its own. Write it here, and publish it now: opens_on = 2027-03-01"
        raise BadOffer(path, [Fault(1, "opens_on", words)])
    publication, is_new = publish_offer(db, path, by=wish.by, now=clock.now())
    return publication.slug, is_new
