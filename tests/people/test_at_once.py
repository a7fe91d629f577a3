"""The same thing many times at once: one effect, and the same answer for everyone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.test import TestResponse

from portal.people.accounts.persons import AddressTaken, create_person
from portal.people.offers.catalog import find_offer
from portal.shared import clock
from tests.people.site import ADA, OFFER, Site
from tests.people.test_confirmation import fill

TIMES = 20


def test_the_same_sign_up_at_once_writes_one_request_and_one_mail(site: Site) -> None:
    form = site.form(OFFER) | {"name": "Ada", "email": ADA, "offers_email": "yes"}
    answers = at_once(lambda: site.post(OFFER, data=form))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, "/sign-up/sent")}
    assert (site.count("people"), site.count("messages"), site.count("consent_records")) == (1, 1, 1)


def test_the_same_confirmation_at_once_confirms_once(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    form = site.form(mail.confirm)
    answers = at_once(lambda: site.post(mail.confirm, data=form))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{mail.confirm}/done")}
    assert (site.count("places"), site.count("consent_records")) == (1, 2)
    assert site.verify().is_sound


def test_the_same_opt_out_at_once_withdraws_once(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    answers = at_once(lambda: site.post(mail.opt_out))
    assert {answer.status_code for answer in answers} == {200}
    assert (site.count("suppressions"), site.count("consent_records")) == (1, 3)


def test_the_last_places_are_not_given_twice_at_once(site: Site) -> None:
    offer = find_offer("setup-day")
    assert offer is not None
    forms = {}
    for number in range(6):
        mail = site.asked(f"ada{number}@people.customerhub.net")
        forms[mail.confirm] = site.form(mail.confirm)
    fill(site, offer, leave=3)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda path: site.post(path, data=forms[path]), forms))
    assert site.count("places") == offer.places


def test_an_address_belongs_to_one_person(site: Site) -> None:
    keyring, now = site.keyring, clock.now()
    with site.database.transaction() as db:
        create_person(db, name="Ada", email=ADA, keyring=keyring, now=now)
        with pytest.raises(AddressTaken):
            create_person(db, name="Someone else", email=ADA, keyring=keyring, now=now)
    assert site.rows("select name from people") == [("Ada",)]


def at_once(act: Callable[[], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(lambda _: act(), range(TIMES)))
