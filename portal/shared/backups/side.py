"""The only place that backs a side up and puts it back, whatever its database is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import LiteralString

from sqlalchemy import MetaData

from portal.shared import migrations
from portal.shared.backups import of_sqlite
from portal.shared.backups.manifest import Manifest, read_manifest, write_manifest
from portal.shared.backups.of_postgres import Binding
from portal.shared.backups.refusals import NotABackup, NotEmpty
from portal.shared.database import Database
from portal.shared.keys import private_folder

DRAFT = "restoring.db"


@dataclass(frozen=True, kw_only=True)
class Side:
    """A side as far as its copies are concerned.

    The tables `apart` hold keys, and go into a folder of their own; each with what must hold of a row put back.
    """

    name: str
    metadata: MetaData
    revisions: Path
    apart: Mapping[str, LiteralString] = field(default_factory=dict)
    binding: Binding | None = None


def back_up(side: Side, *, url: str, folder: Path, keys: Path | None = None, now: datetime) -> Manifest:
    """Copy the database as it is at one moment into the empty `folder`; not sealed yet, for files may follow.

    Raises NotEmpty, and NotABackup where there is nothing to be copied, or it is damaged.
    """
    for place in filter(None, (folder, keys)):
        if place.exists() and any(place.iterdir()):
            raise NotEmpty(f"{place} is not empty. Name a folder that does not exist yet.")
        private_folder(place)
    revision = _require_newest(side, url)
    manifest = Manifest(
        side=side.name, made_at=now.isoformat(), engine=_engine(url), revision=revision, tables={}, more={}
    )
    if _is_sqlite(url):
        return replace(manifest, tables=of_sqlite.dump(url, folder, apart=side.apart, keys=keys))
    from portal.shared.backups import of_postgres

    order = {table.name: [column.name for column in table.columns] for table in side.metadata.sorted_tables}
    counts, sequences = of_postgres.dump(url, folder, order=order, binding=side.binding, apart=side.apart, keys=keys)
    return replace(manifest, tables=counts, more={"order": list(order.items()), "sequences": sequences})


def seal(folder: Path, manifest: Manifest, *, keys: Path | None = None) -> None:
    """Write the manifests; a folder without one is no backup."""
    if keys is not None:
        write_manifest(keys, replace(manifest, side=f"{manifest.side}-keys", tables={}, more={}))
    write_manifest(folder, manifest)


def restore(
    side: Side,
    *,
    url: str,
    owner_url: str,
    folder: Path,
    keys: Path | None = None,
    is_replacing: bool,
    finish: Callable[[str, Manifest], None],
) -> Manifest:
    """Put the backup in `folder` where `url` leads, at the newest revision; `finish` is given the database's address.

    Nothing is in place before it was checked and `finish` has returned, on SQLite; on PostgreSQL the installation has
    to be empty or `is_replacing`. Raises NotABackup, NotEmpty, InUse.
    """
    manifest = read_manifest(folder, side=side.name)
    if keys is not None:
        read_manifest(keys, side=f"{side.name}-keys")
    if manifest.engine != _engine(url):
        raise NotABackup(
            f"{folder} was taken from {manifest.engine}, and the settings lead to {_engine(url)}. Restore it there."
        )
    if manifest.revision > migrations.newest(side.revisions):
        raise NotABackup(f"{folder} was written by a newer version of the portal. Install that one first.")
    if _is_sqlite(url):
        _restore_sqlite(side, manifest, url, folder, keys, is_replacing=is_replacing, finish=finish)
    else:
        _restore_postgres(side, manifest, url, owner_url, folder, keys, is_replacing=is_replacing, finish=finish)
    return manifest


def _restore_sqlite(
    side: Side,
    manifest: Manifest,
    url: str,
    folder: Path,
    keys: Path | None,
    *,
    is_replacing: bool,
    finish: Callable[[str, Manifest], None],
) -> None:
    if not is_replacing and (rows := of_sqlite.rows_in(url)):
        raise NotEmpty(_full(side, rows))
    draft = private_folder(of_sqlite.path_of(url).parent) / DRAFT
    of_sqlite.prepare(folder, draft, apart=side.apart, keys=keys)
    try:
        _bring_to_newest(side, f"sqlite:///{draft}", url=f"sqlite:///{draft}")
        finish(f"sqlite:///{draft}", manifest)
        of_sqlite.put_in_place(draft, url)
    finally:
        for left in draft.parent.glob(f"{DRAFT}*"):
            left.unlink()


def _restore_postgres(
    side: Side,
    manifest: Manifest,
    url: str,
    owner_url: str,
    folder: Path,
    keys: Path | None,
    *,
    is_replacing: bool,
    finish: Callable[[str, Manifest], None],
) -> None:
    from portal.shared.backups import of_postgres

    order = dict(manifest.more["order"])
    ours = [name for name in order if name not in of_sqlite.KEPT_BY_MIGRATIONS]
    of_postgres.require_alone(owner_url)
    if not is_replacing and (rows := of_postgres.rows_in(owner_url, ours)):
        raise NotEmpty(_full(side, rows))
    owner = Database(owner_url, synchronous="NORMAL")
    try:
        if migrations.revision(owner.writer) is not None:
            migrations.downgrade(owner.writer, side.revisions, "base")
        migrations.upgrade(owner.writer, side.revisions, to=manifest.revision)
    finally:
        owner.close()
    sequences = manifest.more["sequences"]
    counts = of_postgres.load(owner_url, folder, order=order, sequences=sequences, apart=side.apart, keys=keys)
    if any(counts[name] != rows for name, rows in manifest.tables.items() if name not in side.apart):
        raise NotABackup("The database took in other numbers of rows than the backup has. Restore it once more.")
    _bring_to_newest(side, owner_url, url=url)
    finish(owner_url, manifest)


def _bring_to_newest(side: Side, owner_url: str, *, url: str) -> None:
    owner = Database(owner_url, synchronous="NORMAL")
    try:
        migrations.upgrade(owner.writer, side.revisions)
        if owner_url != url:
            owner.let_serve(side.metadata, url=url)
    finally:
        owner.close()


def _require_newest(side: Side, url: str) -> str:
    database = Database(url, synchronous="NORMAL")
    try:
        revision = migrations.revision(database.reader)
    finally:
        database.close()
    newest = migrations.newest(side.revisions)
    if revision != newest:
        raise NotABackup(
            f"The {side.name} database is at revision {revision or 'none'}, not {newest}. Run: bin/portal migrate"
        )
    return newest


def _full(side: Side, rows: int) -> str:
    return (
        f"The {side.name} side holds {rows:,} rows already. To replace them for good by the backup, say --replace; "
        "take a backup of them first."
    )


def _engine(url: str) -> str:
    return "sqlite" if _is_sqlite(url) else "postgresql"


def _is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")
