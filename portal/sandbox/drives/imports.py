"""The only place that makes an import an act of the drive that it opens: taken back, it leads to where one was before.

The act writes nothing. The imported drive stays among those that the browser holds, and opening it does the act again.
"""

from datetime import datetime

from flask import flash, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.drives import journal
from portal.sandbox.drives.drive import Drive, Started, find_drive
from portal.sandbox.drives.holding import leave
from portal.sandbox.drives.models import Act


def note_import(db: Session, started: Started, *, name: str, now: datetime) -> None:
    """Write down that this new drive began with a list that was imported; `db` is bound to it from here on."""
    drive = find_drive(db, started.token, now=now)
    if drive is not None:
        journal.Journal(db, drive, words=f"{_BEGINS}{name}”", now=now)


def undone_import(db: Session, drive: Drive) -> str:
    """Where to go on from the bound drive if its import was just taken back; empty where it was not."""
    words = _taken_back(db)
    if not words:
        return ""
    is_open = leave(db, drive)
    flash(f"{drive.public_id}\n{words}", "import-undone")
    return url_for("leads.index") if is_open else url_for("drives.held")


def import_again(db: Session, drive: Drive) -> None:
    """Do the import of the bound drive again, if it was taken back."""
    if words := _taken_back(db):
        journal.redo(db, drive)
        flash(words, "redone")


_BEGINS = "Imported the columns of “"


def _taken_back(db: Session) -> str:
    """The words of the bound drive's import, if it has one that stands undone."""
    first = db.execute(select(Act.words, Act.undone_at).order_by(Act.number).limit(1)).first()
    return first.words if first and first.undone_at is not None and first.words.startswith(_BEGINS) else ""
