"""The only place that backs up the people side and puts it back: database, media, and who said no since."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.people.accounts.models import Person, PersonKey
from portal.people.accounts.persons import renew_key
from portal.people.app import Base
from portal.people.consent.erasure import erase_person
from portal.people.consent.models import ConsentRecord
from portal.people.consent.record import Act
from portal.people.consent.replay import NotThatJournal, replay_after_restore
from portal.people.consent.restores import is_sending_held, note_restore
from portal.people.consent.signing import open_signer
from portal.people.consent.verify import verify
from portal.people.database import Database
from portal.people.films.library import list_unmade
from portal.people.films.making import FOLDER as FILMS
from portal.people.films.originals import FOLDER as ORIGINALS
from portal.people.keyring import Seal, find_keyring, open_keyring
from portal.people.set_back import give_up_what_may_have_left
from portal.people.settings import Settings, load_settings
from portal.people.setup import REVISIONS
from portal.shared import clock
from portal.shared.backups import of_sqlite, side
from portal.shared.backups.manifest import Manifest
from portal.shared.backups.refusals import NotABackup
from portal.shared.journal import Journal
from portal.shared.keys import private_folder

# Without them, what is copied stays shut. Of newer keys than the rest, those are left out that belong to nothing yet.
KEYS = {
    "person_keys": "person_id IN (SELECT id FROM people)",
    "root_key": "true",
    "signing_secrets": "key_id IN (SELECT id FROM signing_keys)",
}
SIDE = side.Side(name="people", metadata=Base.metadata, revisions=REVISIONS, apart=KEYS)

FOLDER, KEYS_FOLDER, MEDIA = "people", "people-keys", "media"


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put back; `noes` were said since the backup and hold again, or None while sending is held for them."""

    manifest: Manifest
    noes: int | None
    held_because: str = ""


def back_up(target: Path) -> dict[str, Any]:
    """Copy the side into `target`/people and its keys into `target`/people-keys, while it runs; what was copied."""
    settings, now = load_settings(), clock.now()
    folder, keys = target / FOLDER, target / KEYS_FOLDER
    unmade = _list_unmade(settings)
    journal = Journal(settings.opt_outs_folder).end()  # before the rest: what is said meanwhile comes after it
    manifest = side.back_up(SIDE, url=settings.database_url, folder=folder, keys=keys, now=now)
    more: dict[str, Any] = {
        "journal": {"id": journal.id, "size": journal.size},
        "ledger": {"records": manifest.tables["consent_records"], "root": _root(_leaves(folder, manifest))},
        "media": _copy_files(_folder_of_media(settings), private_folder(folder / MEDIA)),
        "media_in": settings.media_url,
        "originals": _copy_originals(settings, unmade | _list_unmade(settings), private_folder(folder / ORIGINALS)),
    }
    manifest = replace(manifest, more=manifest.more | more)
    side.seal(folder, manifest, keys=keys)
    return {"folder": str(folder), "keys": str(keys), "rows": manifest.rows, "ledger": more["ledger"]} | {
        name: more[name] for name in ("media", "media_in", "originals")
    }


def restore(
    source: Path, *, keys: Path | None, opt_outs: Path | None, lost_because: str | None, is_replacing: bool
) -> Restored:
    """Put the side back from `source`/people and the keys, check the ledger, and say again every no since."""
    settings = load_settings()
    folder, keys = source / FOLDER, keys or source / KEYS_FOLDER
    manifest = side.restore(
        SIDE,
        url=settings.database_url,
        owner_url=settings.owner_url,
        folder=folder,
        keys=keys,
        is_replacing=is_replacing,
        finish=lambda url, found: _finish(settings, url, found),
    )
    if media := _folder_of_media(settings):
        _copy_files(folder / MEDIA, private_folder(media))
    if (folder / ORIGINALS).is_dir():  # a backup of before there were films has none
        _copy_files(folder / ORIGINALS, private_folder(settings.folder / FILMS / ORIGINALS))
    try:
        noes = replay_noes(opt_outs, lost_because=lost_because, manifest=manifest)
    except NotThatJournal as fault:
        return Restored(manifest=manifest, noes=None, held_because=str(fault))
    return Restored(manifest=manifest, noes=noes)


def replay_noes(opt_outs: Path | None, *, lost_because: str | None, manifest: Manifest | None = None) -> int | None:
    """Say again the noes of the journal in `opt_outs`, or of our own, and let sending start; None where it may already.

    Raises NotThatJournal.
    """
    settings, now = load_settings(), clock.now()
    journal = Journal(opt_outs or settings.opt_outs_folder)
    with closing(Database(settings.database_url, journal=settings.opt_outs_folder)) as database:
        with database.reading() as db:
            if not is_sending_held(db):
                return None
        _require_reach(journal, manifest, lost_because)
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=settings.secret_keys, now=now)
        return replay_after_restore(
            database,
            list(journal.read()),
            journal_id=journal.end().id,
            keyring=keyring,
            now=now,
            lost_because=lost_because,
        )


def _require_reach(journal: Journal, manifest: Manifest | None, lost_because: str | None) -> None:
    """A copy of the journal that is older than the backup tells nothing of what was said since."""
    if lost_because is not None:
        return
    end = journal.end()
    if not end.id:
        raise NotThatJournal(
            f"There is no journal of noes in {journal.folder}. Bring the one of the lost machine, and name its folder."
        )
    if manifest and manifest.more["journal"]["id"] == end.id and end.size < int(manifest.more["journal"]["size"]):
        raise NotThatJournal(f"The journal in {journal.folder} is older than the backup. Bring the newest copy of it.")


def _finish(settings: Settings, url: str, manifest: Manifest) -> None:
    """Check what was loaded, erase again who has no key any more, hold all sending and drop the offers among it.

    Raises NotABackup.
    """
    now = clock.now()
    with closing(Database(url)) as database:
        with database.reading() as db:
            keyring = find_keyring(db, secret_keys=settings.secret_keys)
            root = _root(iter(db.scalars(_LEAVES)))
        if root != manifest.more["ledger"]["root"]:
            raise NotABackup("The ledger is not the one that was backed up. Take another backup.")
        _erase_the_keyless(database, keyring, now)
        with database.transaction() as db:
            made_at = datetime.fromisoformat(manifest.made_at)
            note_restore(db, backup_made_at=made_at, journal_id=manifest.more["journal"]["id"], now=now)
            give_up_what_may_have_left(db, now=now)
            open_signer(db, keyring=keyring, now=now)  # there is none where the keys are newer than the rest
        with database.reading() as db:
            report = verify(db, keyring=keyring)
    if not report.is_sound:
        raise NotABackup(f"The ledger in the backup does not hold. {report.as_words()}")


def _erase_the_keyless(database: Database, keyring: Seal, now: datetime) -> None:
    """Who was erased after the backup has no key in a newer copy of the keys: they are erased again."""
    with database.reading() as db:
        keyless = list(db.scalars(select(Person.id).where(Person.id.not_in(select(PersonKey.person_id)))))
    for person_id in keyless:
        with database.transaction() as db:
            renew_key(db, person_id=person_id, keyring=keyring)
            erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=now, key="restore", actor="restore"))


_LEAVES = select(ConsentRecord.leaf).order_by(ConsentRecord.person_id, ConsentRecord.position)


def _root(leaves: Iterator[bytes]) -> str:
    """One hash over the ledger: SHA-256 over the leaves of everybody, by person and position."""
    whole = hashlib.sha256()
    for leaf in leaves:
        whole.update(leaf)
    return whole.hexdigest()


def _leaves(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    """The leaves of a copy, in the order of `_root`."""
    if manifest.engine == "sqlite":
        with closing(sqlite3.connect(folder / of_sqlite.DATABASE)) as copy:
            for (leaf,) in copy.execute("SELECT leaf FROM consent_records ORDER BY person_id, position"):
                yield leaf
        return
    places = dict(manifest.more["order"])["consent_records"]
    person, position, leaf = (places.index(name) for name in ("person_id", "position", "leaf"))
    with (folder / "consent_records.copy").open() as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    for row in sorted(rows, key=lambda row: (row[person], int(row[position]))):
        yield bytes.fromhex(row[leaf].removeprefix("\\\\x"))


def _copy_files(source: Path | None, target: Path) -> int:
    """Copy every file of a media folder, whose name is the hash of what it holds, and which never changes; how many.

    A bucket keeps what is in it by means of its own.
    """
    files = [path for path in source.glob("*") if _is_whole(path)] if source else []
    return sum(_copy_file(path, target) for path in files)


def _copy_file(path: Path, target: Path) -> int:
    if not (target / path.name).exists():
        shutil.copyfile(path, target / path.name)
        of_sqlite.belong_to_folder(target / path.name)
    return 1


def _list_unmade(settings: Settings) -> set[str]:
    database = Database(settings.database_url, journal=settings.opt_outs_folder)
    with closing(database), database.reading() as db:
        return list_unmade(db)


def _copy_originals(settings: Settings, unmade: set[str], target: Path) -> int:
    """Copy the videos whose films are still to be made; of the others all that was made is among the media."""
    kept = [settings.folder / FILMS / ORIGINALS / source for source in sorted(unmade)]
    return sum(_copy_file(path, target) for path in kept if _is_whole(path))


def _is_whole(path: Path) -> bool:
    """Whether it is a file of the store, and none that is still being written."""
    return path.is_file() and "." not in path.name


def _folder_of_media(settings: Settings) -> Path | None:
    return None if settings.s3_public_url else settings.media_folder
