"""The only place that writes people as CSV for another system: who agreed, to what, at which address, and no more."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.people.accounts.models import Person
from portal.people.consent.models import ConsentState, Suppression
from portal.people.consent.restores import is_sending_held
from portal.people.consent.states import State
from portal.people.consent.suppression import EVERYTHING
from portal.people.keyring import Seal
from portal.people.messages.addresses import address_hash

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class NoSuchPreset(LookupError):
    """No preset has this name."""


class Held(Exception):
    """A backup was put back, and what was said since is not known yet: who it calls a yes may have said no."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One yes that holds."""

    person: str
    address: str
    purpose: str
    channel: str
    since: datetime
    record: str


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How another system wants it: the columns, and the rows of one person's consents."""

    title: str
    why: str
    columns: tuple[str, ...]
    rows: Callable[[list[Consent]], list[list[str]]]


def _each(consents: list[Consent]) -> list[list[str]]:
    return [[one.person, one.address, one.purpose, one.channel, _rfc3339(one.since), one.record] for one in consents]


def _contact(consents: list[Consent]) -> list[list[str]]:
    first = consents[0]
    agreed = "; ".join(f"{one.purpose} by {one.channel}" for one in consents)
    return [[first.address, agreed, _day(min(one.since for one in consents)), "Learning center", first.person]]


def _listed(consents: list[Consent]) -> list[list[str]]:
    by_mail = [one for one in consents if one.channel == "email"]
    return [[one.address, one.purpose, "subscribed", _minute(one.since), one.record] for one in by_mail]


PRESETS = {
    "generic": Preset(
        title="Every consent",
        why="A row for each, with everything that may leave.",
        columns=("person", "address", "purpose", "channel", "agreed_at", "record"),
        rows=_each,
    ),
    "contacts": Preset(
        title="Contacts",
        why="A row for each person, as contact lists of CRMs are imported.",
        columns=("Email", "Opted in to", "Opted in on", "Lead source", "External ID"),
        rows=_contact,
    ),
    "lists": Preset(
        title="Mailing lists",
        why="A row for each list that somebody is on, as mailing tools are fed.",
        columns=("Email Address", "List", "Status", "Opt-in Time (UTC)", "Consent Record"),
        rows=_listed,
    ),
}


def get_preset(name: str) -> Preset:
    """The preset of this name; raises NoSuchPreset."""
    if name not in PRESETS:
        raise NoSuchPreset(name)
    return PRESETS[name]


def as_csv(db: Session, *, preset: str, keyring: Seal) -> tuple[str, int]:
    """The CSV (RFC 4180) of everybody who agrees to something now, and how many those are. Raises NoSuchPreset or Held.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    shape = get_preset(preset)
    if is_sending_held(db):
        raise Held
    text, people = io.StringIO(), 0
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(shape.columns)
    for _person, consents in groupby(_consents(db, keyring), key=lambda consent: consent.person):
        people += 1
        writer.writerows([[_safe(cell) for cell in row] for row in shape.rows(list(consents))])
    return text.getvalue(), people


def _consents(db: Session, keyring: Seal) -> Iterator[Consent]:
    """Every yes that holds, person by person: confirmed, and no no since."""
    noes = select(Suppression.address_hash, Suppression.purpose, func.max(Suppression.since).label("since"))
    said = {
        (row.address_hash, row.purpose): row.since
        for row in db.execute(noes.group_by(Suppression.address_hash, Suppression.purpose))
    }
    confirmed = select(ConsentState, Person.email).join(Person, Person.id == ConsentState.person_id)
    in_turn = (Person.email, ConsentState.purpose, ConsentState.channel)
    for state, email in db.execute(confirmed.where(ConsentState.state == State.CONFIRMED).order_by(*in_turn)):
        hashed = address_hash(keyring, channel=state.channel, address=email)
        moments = [said.get((hashed, EVERYTHING)), said.get((hashed, state.purpose))]
        if all(moment is None or moment < state.changed_at for moment in moments):
            yield Consent(
                person=state.person_id,
                address=email,
                purpose=state.purpose,
                channel=state.channel,
                since=state.changed_at,
                record=state.record_id,
            )


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
