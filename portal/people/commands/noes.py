"""The commands by which a no comes in that was not said here: for one person, and from a list."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.consent.notices import current_wording
from portal.people.consent.on_behalf import How, withdraw_for
from portal.people.consent.record import Act
from portal.people.consent.suppression_import import Counts, read_list, suppress_lines
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.messages.addresses import read_address
from portal.people.settings import load_settings
from portal.shared import clock, ids

COMMAND_LINE = "the command line"
AT_ONCE = 100  # lines in a transaction, which holds up every other writer


class UnknownPurpose(ValueError):
    """Nothing of ours has that purpose; the message says what to do."""


def withdraw(email: str, *, reason: str, purpose: str | None) -> dict[str, str]:
    """Say no for whoever has this address. Raises NotAnAddress or UnknownPurpose."""
    if purpose not in {None, *(asked.id for asked in current_wording("sign-up").purposes)}:
        raise UnknownPurpose(f"{purpose} is no purpose of ours. Leave --purpose away to stop everything.")
    address, act = read_address(email), _act()
    with _opened() as (database, keyring), database.transaction() as db:
        hashed = withdraw_for(
            db, address=address, purpose=purpose, how=How(reason), by=COMMAND_LINE, keyring=keyring, act=act
        )
        audit.note(db, What.WITHDREW, by=None, about=hashed, now=act.at)
    return {"email": address, "purpose": purpose or "everything", "reason": reason}


def import_suppressions(path: Path) -> Counts:
    """Suppress every address of a list, a few lines in each transaction. Raises NotAList."""
    counts = Counts()
    with _opened() as (database, keyring), path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        read = read_list(file)
        while lines := list(islice(read, AT_ONCE)):
            with database.transaction() as db:
                suppress_lines(db, lines=lines, counts=counts, keyring=keyring, act=_act())
        with database.transaction() as db:
            audit.note(db, What.NOES_IMPORTED, by=None, now=clock.now())
    return counts


def _act() -> Act:
    return Act(at=clock.now(), key=ids.new_id(), actor=COMMAND_LINE, means="a list that was handed on to us")


@contextmanager
def _opened() -> Iterator[tuple[Database, Seal]]:
    settings = load_settings()
    database = Database(settings.database_url)
    try:
        with database.transaction() as db:
            keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        yield database, keyring
    finally:
        database.close()
