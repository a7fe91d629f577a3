"""Many people at once, each with a real chain of records: what sign-ups and confirmations write, without pages."""

from collections.abc import Sequence
from datetime import datetime

from portal.people.accounts.persons import give_key, take_address
from portal.people.consent import notices
from portal.people.consent.ledger import Step, begin_chain
from portal.people.consent.notices import current_wording
from portal.people.consent.record import Act, Shown, Subject, agreed
from portal.people.consent.states import State
from portal.people.messages.addresses import address_hash
from tests.people.site import Site

CONFIRMED = (State.REQUESTED, State.CONFIRMED)


def add_people(
    site: Site,
    emails: Sequence[str],
    *,
    now: datetime,
    steps: Sequence[State] = CONFIRMED,
    purpose: str = "offers",
    name: str = "Ada Lindqvar",
) -> None:
    """People of these addresses, who went these steps on one line."""
    wording, keyring, form = current_wording("sign-up"), site.keyring, b"<div>the boxes</div>"
    shown = Shown(page="/sign-up", wording=wording, form=form)
    box = next(one for one in wording.purposes if one.id == purpose)
    with site.database.transaction() as db:
        notices.keep(db, notice=wording.content, form=form, now=now)
        for email in emails:
            person_id, _is_new = take_address(db, name=name, email=email, now=now)
            seal = give_key(db, person_id=person_id, keyring=keyring)
            hashed = address_hash(keyring, channel="email", address=email)
            subject = Subject(typed=email, address=email, address_hash=hashed)
            content = agreed(purpose=box, shown=shown, subject=subject, at=now)
            chain = begin_chain(db, person_id=person_id, seal=seal)
            for step in steps:
                chain.append([Step((purpose, "email"), step, content)], act=Act(at=now, key=email))
