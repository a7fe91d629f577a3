"""The same thing many times at once: one effect, and the same answer for everyone."""

import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from werkzeug.test import TestResponse

from portal.people.accounts.models import Person
from portal.people.accounts.persons import take_address
from portal.people.consent.models import OptIn
from portal.people.offers.catalog import Offer
from portal.people.offers.models import Signup
from portal.people.offers.places import Refused, claim_place
from portal.people.offers.redeeming import UsedBefore, redeem
from portal.shared import clock
from tests.people.site import ADA, OFFER, Site
from tests.people.test_confirmation import fill

TIMES = 20
CLAIMS = 200


def test_the_same_sign_up_at_once_writes_one_request_and_one_mail(site: Site) -> None:
    form = site.form(OFFER) | {"name": "Ada", "email": ADA, "offers_email": "yes"}
    answers = at_once(lambda: site.post(OFFER, data=form))
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{OFFER}/sent")}
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
    offer = site.offer("setup-day")
    forms = {}
    for number in range(6):
        mail = site.asked(f"ada{number}@people.customerhub.net")
        forms[mail.confirm] = site.form(mail.confirm)
    fill(site, offer, leave=3)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda path: site.post(path, data=forms[path]), forms))
    assert site.count("places") == offer.places


def test_an_address_belongs_to_one_person(site: Site) -> None:
    with site.database.transaction() as db:
        ada, is_new = take_address(db, name="Ada", email=ADA, now=clock.now())
        again = take_address(db, name="Someone else", email=ADA, now=clock.now())
    assert (is_new, again) == (True, (ada, False))
    assert site.rows("select name from people") == [("Ada",)]


def at_once(act: Callable[[], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(lambda _: act(), range(TIMES)))


def test_two_hundred_claims_at_once_take_every_place_and_not_one_more(site: Site) -> None:
    """Half as many places are left, so every second one hears that the last is gone."""
    offer = site.publish("rush", ("places = 60", f"places = {CLAIMS // 2}"))
    signups = _signed_up(site, offer, CLAIMS)
    all_are_here = Barrier(CLAIMS)

    def claim(signup: Signup) -> Refused | None:
        all_are_here.wait()
        with site.database.transaction() as db:
            return claim_place(db, signup=signup, person_id=signup.opt_in_id, now=clock.now())

    with ThreadPoolExecutor(CLAIMS) as pool:
        outcomes = Counter(pool.map(claim, signups))
    assert outcomes == {None: CLAIMS // 2, Refused.FULL: CLAIMS // 2}
    numbers = [number for (number,) in site.rows("select number from places order by number")]
    assert numbers == list(range(1, CLAIMS // 2 + 1))
    assert site.rows("select count(distinct code), count(distinct person_id) from places") == [(CLAIMS // 2,) * 2]
    assert site.count("refused_claims") == CLAIMS // 2


def test_a_code_taken_in_by_two_desks_at_once_is_good_at_one(site: Site) -> None:
    mail = site.agreed(ADA)
    (code,) = re.findall(r"SETUP-\w{4}-\w{4}", site.get(f"{mail.confirm}/done").text)

    def take_in(desk: int) -> bool:
        try:
            with site.database.transaction() as db:
                redeem(db, code=code, by=f"Desk {desk}", now=clock.now())
        except UsedBefore:
            return False
        return True

    with ThreadPoolExecutor(TIMES) as pool:
        assert sum(pool.map(take_in, range(TIMES))) == 1


def _signed_up(site: Site, offer: Offer, count: int) -> list[Signup]:
    """What that many people asked for; each has the id of their sign-up."""
    now = clock.now()
    who = [f"claimer{number:09d}" for number in range(count)]
    signups = [Signup(opt_in_id=one, offer=offer.slug, round=offer.round_on(now.date()).key) for one in who]
    with site.database.transaction() as db:
        db.add_all(Person(id=one, name="A", email=f"{one}@people.customerhub.net", created_at=now) for one in who)
        db.flush()
        db.add_all(
            OptIn(id=one, person_id=one, token_digest=one, name="A", asked_at=now, expires_at=now) for one in who
        )
        db.flush()
        db.add_all(signups)
    return signups
