"""The only place that takes over people who agreed elsewhere: with evidence they are asked once, without left out.

A line moves nobody past `requested`: our own words are shown, and confirmed by the person, before anything is sent but
that one question. Lines without evidence are written to a file of their own and never into the database.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TextIO

from sqlalchemy.orm import Session

from portal.people.accounts.persons import find_person_id, get_seal
from portal.people.consent.ledger import read_chain
from portal.people.consent.notices import Purpose, Wording, current_wording, list_wordings
from portal.people.consent.opt_in import Asked
from portal.people.consent.record import Act, Shown, Subject, agreed
from portal.people.consent.states import State
from portal.people.consent.suppression import is_suppressed
from portal.people.forms.sign_up import SignUp, write
from portal.people.keyring import Seal
from portal.people.messages import outbox, service
from portal.people.messages.addresses import NotAnAddress, address_hash, read_address
from portal.people.messages.channels import EMAIL
from portal.people.messages.service import Service
from portal.people.messages.way_out import new_way_out
from portal.people.preferences.taken_over import note_asked, was_asked
from portal.shared import ids

NOTICE = "sign-up"
COLUMNS = ("email", "name", "purpose", "agreed_at", "words", "source", "ask_in")
NEEDED = ("email", "purpose")
LONGEST = 1000  # characters of a value


class NotAList(ValueError):
    """The file does not name its columns; the message says what to do."""


class NoSuchWording(ValueError):
    """No notice of ours goes by this code; the message names those that there are."""


class NoEvidence(ValueError):
    """A line proves nothing; the message says what is missing."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the file, as it stands there."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a line says, with evidence: who agreed to what, when, in which words, and where that is kept."""

    address: str
    name: str
    purpose: Purpose
    agreed_at: datetime
    words: str
    source: str
    wording: Wording


@dataclass(kw_only=True)
class Report:
    """What became of a file, by the numbers of its lines."""

    asked: list[int] = field(default_factory=list)
    already: list[int] = field(default_factory=list)
    said_no: list[int] = field(default_factory=list)
    asked_before: list[int] = field(default_factory=list)
    asked_lately: list[int] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)

    def as_words(self) -> str:
        """The report for people."""
        said = [
            f"Asked by mail: {len(self.asked)}. They get nothing else until they confirm.",
            f"Had asked us themselves: {len(self.already)}.",
            f"Said no to us, and were left alone: {_counted(self.said_no)}.",
            f"Were asked because of a list before, and are not asked twice: {_counted(self.asked_before)}.",
            f"Were asked in the last day (take the file again tomorrow): {_counted(self.asked_lately)}.",
            f"In quarantine, never written to: {len(self.quarantined)}.",
            *(f"  line {line['line']}: {line['why']}" for line in self.quarantined),
        ]
        return "\n".join(said)


def read_lines(file: TextIO) -> Iterator[Line]:
    """The lines of a CSV that names its columns. Raises NotAList."""
    rows = csv.DictReader(text.replace("\0", "") for text in iter(lambda: file.readline(20_000), ""))
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    if not set(NEEDED) <= set(names):
        raise NotAList(f"The first line has to name the columns: {', '.join(COLUMNS)}. Add it and try again.")
    rows.fieldnames = names
    for row in rows:
        yield Line(number=rows.line_num, values={name: (row.get(name) or "").strip() for name in COLUMNS})


def wording_by(code: str) -> Wording:
    """Our words by their code, like `fr-CA`; of none, those of whoever chooses no others. Raises NoSuchWording."""
    if not code:
        return current_wording(NOTICE)
    found = {one.code: one for one in list_wordings(NOTICE)}
    if code not in found:
        raise NoSuchWording(f"no words of ours are for {code!r}, but for {', '.join(found)}")
    return found[code]


def read_claim(line: Line, *, ask_in: str = "", now: datetime) -> Claim:
    """What a line claims; whoever it is of is asked in the words it names, or else in `ask_in`. Raises NoEvidence."""
    values = line.values
    if any(len(value) > LONGEST for value in values.values()):
        raise NoEvidence(f"a value is longer than {LONGEST} characters")
    try:
        address = read_address(values["email"])
        wording = wording_by(values["ask_in"] or ask_in)
    except (NotAnAddress, NoSuchWording) as fault:
        raise NoEvidence(str(fault)) from fault
    purposes = {purpose.id: purpose for purpose in wording.purposes if purpose.channel == EMAIL}
    if values["purpose"] not in purposes:
        raise NoEvidence(f"the purpose is none of ours ({', '.join(purposes)})")
    for name, missing in _MISSING.items():
        if not values[name]:
            raise NoEvidence(f"it does not say {missing}")
    return Claim(
        address=address,
        name=values["name"][:200],
        purpose=purposes[values["purpose"]],
        agreed_at=_moment(values["agreed_at"], now),
        words=values["words"],
        source=values["source"],
        wording=wording,
    )


def take_in(db: Session, *, line: Line, claim: Claim, url: str, keyring: Seal, act: Act, report: Report) -> None:
    """Ask the person of a claim, unless they said no, asked us themselves, or were asked before."""
    hashed = address_hash(keyring, channel=EMAIL, address=claim.address)
    if is_suppressed(db, address_hash=hashed, purpose=claim.purpose.id):
        report.said_no.append(line.number)
        return
    state = _state(db, claim, keyring)
    if state is State.WITHDRAWN:
        report.said_no.append(line.number)
    elif state in (State.REQUESTED, State.CONFIRMED):
        report.already.append(line.number)
    elif was_asked(db, address_hash=hashed, purpose=claim.purpose.id):
        report.asked_before.append(line.number)
    elif write(db, sign_up=_sign_up(claim, line, hashed, url, keyring, act), keyring=keyring, act=act):
        note_asked(db, address_hash=hashed, purpose=claim.purpose.id, now=act.at)
        report.asked.append(line.number)
    else:
        report.asked_lately.append(line.number)


_MISSING = {
    "agreed_at": "when they agreed",
    "words": "in which words they agreed",
    "source": "where the proof is kept",
}


def _counted(lines: list[int]) -> str:
    shown = ", ".join(str(number) for number in lines[:50]) + (", …" if len(lines) > 50 else "")
    return f"{len(lines)} (lines {shown})" if lines else "0"


def _moment(typed: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError as fault:
        raise NoEvidence("when they agreed is no moment like 2025-11-03T14:05:00Z") from fault
    if at.tzinfo is None:
        raise NoEvidence("when they agreed has no time zone; write Z at its end for UTC")
    if at > now:
        raise NoEvidence("they would agree in the future")
    return at


def _state(db: Session, claim: Claim, keyring: Seal) -> State:
    person_id = find_person_id(db, email=claim.address)
    if person_id is None:
        return State.NONE
    chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=keyring))
    return chain.standing((claim.purpose.id, EMAIL)).state


def _sign_up(claim: Claim, line: Line, hashed: str, url: str, keyring: Seal, act: Act) -> SignUp:
    opt_in_id, token, way_out = ids.new_id(), ids.new_token(), new_way_out(url=url)
    mail = service.confirmation_of_import(
        to=claim.address, confirm_url=f"{url}/confirm/{token}", way_out=way_out, agreed_at=claim.agreed_at
    )
    message = outbox.compose(
        mail, kind=Service.CONFIRM, address_hash=hashed, cause_id=opt_in_id, keyring=keyring, now=act.at
    )
    subject = Subject(typed=line.values["email"], address=claim.address, address_hash=hashed)
    shown = Shown(page="an imported list", wording=claim.wording, form=claim.purpose.words.encode())
    ticked = {(claim.purpose.id, EMAIL): _content(claim, shown, subject, act)}
    return SignUp(
        opt_in_id=opt_in_id,
        at=act.at,
        asked=Asked(name=claim.name, subject=subject, shown=shown, ticked=ticked),
        entry=None,
        wish=None,
        confirm_token=token,
        way_out=way_out,
        message=message,
    )


def _content(claim: Claim, shown: Shown, subject: Subject, act: Act) -> dict[str, Any]:
    """What is asked for, in our own words, with the evidence of what was agreed to elsewhere beside it."""
    content = agreed(purpose=claim.purpose, shown=shown, subject=subject, at=act.at)
    content["processing"]["collection_method"] = "imported with evidence, confirmed by a link sent to the address"
    content["shown"]["box_at_load"] = "none"
    content["evidence"] = {
        "agreed_at": claim.agreed_at.isoformat(),
        "words": claim.words,
        "kept_at": claim.source,
    }
    return content
