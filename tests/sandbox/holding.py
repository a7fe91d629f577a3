"""The drive that a visitor has open, as features see it."""

from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive, find_drive
from portal.shared import clock
from tests.sandbox.visitor import Visitor


def drive_of(db: Session, visitor: Visitor) -> Drive:
    """The drive; `db` is bound to it from here on."""
    code = visitor.get("/").text.partition('href="/resume/')[2].partition('"')[0]
    drive = find_drive(db, code, now=clock.now())
    assert drive is not None
    return drive
