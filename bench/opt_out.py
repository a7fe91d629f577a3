"""What a no costs: a mail provider's first post beside a bare durable update of one row, through the same stack."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from bench.figure import Figure, side_by_side
from bench.stores import stores
from portal.people import web
from portal.people.accounts.models import Person
from portal.people.accounts.persons import get_seal
from portal.people.consent import opt_in
from portal.people.consent.ledger import read_chain
from portal.people.consent.notices import current_wording
from portal.people.consent.record import Act, Shown
from portal.people.forms.sign_up import prepare, write
from portal.people.keyring import Seal
from portal.shared import clock
from tests.people.site import Site
from tests.support.sides import closed_at_the_end, people_app

ROUNDS = 100
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def figures() -> Iterator[Figure]:
    """Microseconds of a post that ends two consents of somebody who never said no before, on each engine."""
    for store in stores():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            stack.enter_context(closed_at_the_end())
            app = people_app(folder)
            add_bare_update(app)
            site = Site(app)
            taken = side_by_side(opt_out_of(site), update_of(site), rounds=ROUNDS)
            yield Figure(
                name=f"opting out of two purposes, {store.name}",
                value=taken[0],
                peer=taken[1],
                against="a bare durable update",
                unit="µs",
                goal=2,
            )


def add_bare_update(app: Flask) -> None:
    """A view that changes one row and does nothing else, on the same ground."""

    @app.post("/bare/<person_id>")
    def bare(person_id: str) -> str:
        with web.transaction() as db:
            db.connection().execute(update(Person).where(Person.id == person_id).values(name=str(id(db))))
        return "Done.\n"


def opt_out_of(site: Site) -> Callable[[], object]:
    """One post for each of as many people as there are rounds, who all agreed to both purposes."""
    keyring = site.keyring
    tokens = iter([_agree(site, keyring, number) for number in range(ROUNDS + 1)])
    return lambda: site.post(f"/opt-out/{next(tokens)}", data=ONE_CLICK)


def _agree(site: Site, keyring: Seal, number: int) -> str:
    """Somebody who signed up with both boxes and confirmed; the token of their way out."""
    wording, email, now = current_wording("sign-up"), f"person{number}@people.customerhub.net", clock.now()
    ready = prepare(
        name="Somebody",
        typed=email,
        address=email,
        ticked=wording.purposes,
        shown=Shown(page="/sign-up", wording=wording, form=b"<div></div>"),
        url=site.settings.url,
        keyring=keyring,
        now=now,
    )
    act = Act(at=now, key=ready.opt_in_id)
    with site.database.transaction() as db:
        write(db, sign_up=ready, keyring=keyring, act=act)
        found = opt_in.find_opt_in(db, token=ready.confirm_token)
        assert found
        seal = get_seal(db, person_id=found.person_id, keyring=keyring)
        chain = read_chain(db, person_id=found.person_id, seal=seal)
        opt_in.confirm(db, opt_in=found, chain=chain, act=act)
    return ready.way_out.token


def update_of(site: Site) -> Callable[[], object]:
    """The bare view, for one person after another."""
    people = cycle(site.rows("select id from people"))
    return lambda: site.post(f"/bare/{next(people)[0]}")
