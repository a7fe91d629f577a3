"""The commands by which a yes or a no comes in that was not said here: a no counts, a yes is asked for once."""

import csv
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.commands.opened import COMMAND_LINE, opened_with_keyring
from portal.people.consent.notices import purpose_titles
from portal.people.consent.on_behalf import How, withdraw_for
from portal.people.consent.record import Act
from portal.people.consent.suppression_import import Counts, read_list, suppress_lines
from portal.people.messages.addresses import read_address
from portal.people.preferences import imports, taken_over
from portal.people.preferences.taken_over import Kind
from portal.shared import clock, ids

AT_ONCE = 100  # lines in a transaction, which holds up every other writer


class UnknownPurpose(ValueError):
    """Nothing of ours has that purpose; the message says what to do."""


def withdraw(email: str, *, reason: str, purpose: str | None) -> dict[str, str]:
    """Say no for whoever has this address. Raises NotAnAddress or UnknownPurpose."""
    if purpose not in {None, *purpose_titles()}:
        ours = ", ".join(purpose_titles())
        raise UnknownPurpose(f"{purpose} is no purpose of ours: {ours}. Leave --purpose away to stop everything.")
    address, act = read_address(email), _act()
    with opened_with_keyring() as (database, keyring, _), database.transaction() as db:
        hashed = withdraw_for(
            db, address=address, purpose=purpose, how=How(reason), by=COMMAND_LINE, keyring=keyring, act=act
        )
        audit.note(db, What.WITHDREW, by=None, about=hashed, now=act.at)
    return {"email": address, "purpose": purpose or "everything", "reason": reason}


def import_suppressions(path: Path) -> Counts:
    """Suppress every address of a list, a few lines in each transaction. Raises NotAList."""
    counts = Counts()
    with (
        opened_with_keyring() as (database, keyring, _),
        path.open(encoding="utf-8-sig", errors="replace", newline="") as file,
    ):
        read = read_list(file)
        while lines := list(islice(read, AT_ONCE)):
            with database.transaction() as db:
                suppress_lines(db, lines=lines, counts=counts, keyring=keyring, act=_act())
        numbers = {"lines": counts.lines, "suppressed": counts.suppressed, "already": counts.already}
        with database.transaction() as db:
            _keep(db, What.NOES_IMPORTED, Kind.NOES, path, numbers, counts.unreadable)
    return counts


def import_consents(path: Path, *, quarantine: Path, ask_in: str = "") -> imports.Report:
    """Ask whoever a list proves to have agreed; the other lines go into the file `quarantine`.

    They are asked in the words of the code `ask_in` where a line names no others. Raises NotAList or NoSuchWording.
    """
    imports.wording_by(ask_in)
    report, left_out = imports.Report(), []
    with (
        opened_with_keyring() as (database, keyring, settings),
        path.open(encoding="utf-8-sig", errors="replace", newline="") as file,
    ):
        for line in imports.read_lines(file):
            act = _act()
            try:
                claim = imports.read_claim(line, ask_in=ask_in, now=act.at)
            except imports.NoEvidence as fault:
                report.quarantined.append({"line": line.number, "why": str(fault)})
                left_out.append(line.values | {"line": str(line.number), "why": str(fault)})
                continue
            with database.transaction() as db:
                imports.take_in(db, line=line, claim=claim, url=settings.url, keyring=keyring, act=act, report=report)
        numbers = {
            name: len(getattr(report, name)) for name in ("asked", "already", "said_no", "asked_before", "asked_lately")
        }
        with database.transaction() as db:
            _keep(db, What.CONSENTS_IMPORTED, Kind.PEOPLE, path, numbers, report.quarantined)
    _write_quarantine(quarantine, left_out)
    return report


def _act() -> Act:
    return Act(at=clock.now(), key=ids.new_id(), actor=COMMAND_LINE, means="a list that was handed on to us")


def _keep(db: Session, what: What, kind: Kind, path: Path, counts: dict[str, int], aside: list[dict[str, Any]]) -> None:
    now = clock.now()
    kept = taken_over.keep(db, kind=kind, name=path.name, counts=counts, aside=aside, by=COMMAND_LINE, now=now)
    audit.note(db, what, by=None, about=kept, now=now)


def _write_quarantine(path: Path, lines: list[dict[str, str]]) -> None:
    """Beside the list, for whoever runs this machine alone: without proof, an address has no place elsewhere."""
    if not lines:
        return
    path.touch(mode=0o600)
    path.chmod(0o600)  # one that was there before may have been open to others
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, fieldnames=["line", "why", *imports.COLUMNS])
        rows.writeheader()
        rows.writerows(lines)
