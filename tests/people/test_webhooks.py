"""Out to the real CRM: who agreed and nobody else, signed twice, told once, in order, for as long as it takes."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.people.consent.restores import find_open, note_replay, note_restore
from portal.people.messages.channels.outcome import Result
from portal.people.webhooks import delivering, endpoints, signing
from portal.people.webhooks.delivering import EndpointEnded, clear_old, replay
from portal.people.webhooks.feed import PAUSES, spread
from portal.people.webhooks.models import Event, WebhookDelivery
from portal.people.webhooks.posting import post
from portal.shared import clock
from portal.shared.environment import ROOT
from tests.people.site import ADA, BEN, CLEO, Site, at, find_person_id

START = at("2026-03-01T09:00:00+00:00")


@dataclass
class Crm:
    """The other system: what it was posted, and what it answers."""

    status: int = 200
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    location: str = ""

    @contextmanager
    def serve(self) -> Iterator[str]:
        crm = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                crm.posted.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(crm.status)
                if crm.location:
                    self.send_header("Location", crm.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hooks?from=learning"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    @property
    def told(self) -> list[tuple[str, dict[str, object]]]:
        return [(event["type"], event["data"]) for event in (json.loads(body) for _headers, body in self.posted)]

    @property
    def types(self) -> list[str]:
        return [kind for kind, _data in self.told]


@pytest.fixture
def crm(site: Site) -> Iterator[Crm]:
    crm = Crm()
    with crm.serve() as url:
        listen(site, url)
        yield crm


def listen(site: Site, url: str, *events: Event) -> str:
    with site.database.transaction() as db:
        endpoint = endpoints.add(
            db, url=url, events=events or tuple(Event), is_development=True, by="staff:mara", now=clock.now()
        )
        return endpoint.id


def deliver(site: Site) -> int:
    def send(url: str, body: bytes, headers: dict[str, str]) -> Result:
        return post(url, body, headers, is_development=True)

    return delivering.deliver(site.database, keyring=site.keyring, post=send, stopping=threading.Event())


def test_a_yes_is_told_with_its_address_and_nothing_else_of_the_person(site: Site, crm: Crm) -> None:
    site.agreed(ADA, "offers_email")
    site.asked(BEN, "offers_email")
    site.agreed(CLEO)
    deliver(site)
    person, record = site.rows("select person_id, record_id from consent_states where state = 'confirmed'")[0]
    line = {"purpose": "offers", "channel": "email", "record": record}
    assert sorted(crm.told, key=str) == [
        ("consent.confirmed", {"person": person, "address": ADA, **line}),
        ("signup.confirmed", {"person": person, "address": ADA, "consents": [line]}),
    ]
    whole = b"".join(body for _headers, body in crm.posted)
    for word in (b"Lindqvar", BEN.encode(), CLEO.encode()):
        assert word not in whole


def test_a_no_and_an_erasure_name_the_person_by_the_id_that_the_yes_had_alone(site: Site, crm: Crm) -> None:
    mail = site.agreed(ADA, "offers_email", "webinars_email", path="/sign-up")
    site.agreed(BEN, path="/sign-up")
    deliver(site)
    crm.posted.clear()
    site.post(mail.opt_out)
    deliver(site)
    erase(site, ADA)
    erase(site, BEN)  # of whom nobody was told
    deliver(site)
    assert crm.types == ["consent.withdrawn", "consent.withdrawn", "person.erased"]
    assert len({data["person"] for _kind, data in crm.told}) == 1
    assert ADA.encode() not in b"".join(body for _headers, body in crm.posted)


def test_a_yes_that_was_taken_back_before_it_was_told_is_not_told(site: Site, crm: Crm) -> None:
    site.post(site.agreed(ADA, "offers_email").opt_out)
    deliver(site)
    assert crm.types == ["consent.withdrawn"]
    assert states(site) == {"consent.confirmed": "dropped", "signup.confirmed": "dropped", "consent.withdrawn": "sent"}


def test_after_a_restore_nobody_is_told_before_the_noes_since_are_known(site: Site, crm: Crm) -> None:
    site.agreed(ADA, "offers_email")
    with site.database.transaction() as db:
        note_restore(db, backup_made_at=clock.now(), journal_id="", now=clock.now())
    assert deliver(site) == 0
    assert crm.posted == []
    with site.database.transaction() as db:
        (restore,) = find_open(db)
        note_replay(db, restore=restore, noes=0, lost_because="a test", now=clock.now())
    assert deliver(site) == 2


def test_an_act_before_anyone_listened_is_told_to_nobody_and_notes_nothing(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    assert site.count("webhook_feed") == 0
    crm = Crm()
    with crm.serve() as url:
        listen(site, url, Event.WITHDRAWN)
        site.agreed(BEN, "offers_email")
        deliver(site)
    assert crm.posted == []
    assert site.count("webhook_feed") == site.count("webhook_deliveries") == 0


def test_both_signatures_hold_for_whoever_receives_and_for_no_other_body(site: Site, crm: Crm) -> None:
    site.agreed(ADA, "offers_email")
    deliver(site)
    headers, body = crm.posted[0]
    keys = signing.keys_of(site.rows("select id from webhook_endpoints")[0][0], keyring=site.keyring)
    assert Webhook(keys.secret).verify(body, headers)["type"] in tuple(Event)
    with pytest.raises(WebhookVerificationError):
        Webhook(keys.secret).verify(body.replace(b"offers", b"others"), headers)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(keys.public_key.removeprefix("whpk_")))
    signature = base64.b64decode(headers["webhook-signature"].partition("v1a,")[2])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    public.verify(signature, signed + body)
    with pytest.raises(InvalidSignature):
        public.verify(signature, signed + body + b" ")


def test_the_check_by_hand_in_the_docs_takes_ours_and_refuses_everything_else(site: Site, crm: Crm) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "webhooks.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(program, names)  # the very words that a reader copies
    site.agreed(ADA, "offers_email")
    deliver(site)
    headers, body = crm.posted[0]
    secret = signing.keys_of(site.rows("select id from webhook_endpoints")[0][0], keyring=site.keyring).secret
    assert names["is_ours"](headers, body, secret)
    assert not names["is_ours"](headers, body + b" ", secret)
    assert not names["is_ours"](headers | {"webhook-id": "msg_x"}, body, secret)
    assert not names["is_ours"](headers, body, "whsec_" + "A" * 44)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        assert not names["is_ours"](headers, body, secret)


def test_each_endpoint_has_keys_of_its_own_that_outlive_a_new_secret(site: Site) -> None:
    first, other = (signing.keys_of(name, keyring=site.keyring) for name in ("a" * 16, "b" * 16))
    assert len({first.secret, other.secret, first.public_key, other.public_key}) == 4
    assert signing.keys_of("a" * 16, keyring=site.keyring).secret == first.secret


def test_what_is_not_taken_is_tried_again_as_the_same_message_on_the_schedule(site: Site, crm: Crm) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.agreed(ADA, "offers_email")
        crm.status = 503
        waits = []
        while "waiting" in states(site).values() or not crm.posted:
            deliver(site)
            (due,) = site.rows("select min(not_before) from webhook_deliveries where state = 'waiting'")[0] or (None,)
            if due is None:
                break
            with site.database.reading() as db:
                soonest = select(WebhookDelivery.not_before).where(WebhookDelivery.state == "waiting")
                waits.append((min(db.scalars(soonest)) - clock.now()).total_seconds())
            now.shift(timedelta(seconds=waits[-1]))
    assert waits == list(PAUSES[1:])
    assert set(states(site).values()) == {"failed"}
    assert len(crm.posted) == 2 * len(PAUSES)
    assert len({headers["webhook-id"] for headers, _body in crm.posted}) == 2
    assert len({body for _headers, body in crm.posted}) == 2


def test_a_failed_one_is_replayed_with_its_id_and_a_taken_back_one_is_not(site: Site, crm: Crm) -> None:
    mail = site.agreed(ADA, "offers_email")
    deliver(site)
    sent = dict(site.rows("select event, id from webhook_deliveries"))
    crm.posted.clear()
    again(site, sent["consent.confirmed"])
    deliver(site)
    assert [headers["webhook-id"] for headers, _body in crm.posted] == [sent["consent.confirmed"]]
    site.post(mail.opt_out)
    again(site, sent["consent.confirmed"])
    deliver(site)
    assert crm.types == ["consent.confirmed", "consent.withdrawn"]


def test_an_answer_of_410_ends_the_endpoint(site: Site, crm: Crm) -> None:
    crm.status = 410
    site.agreed(ADA, "offers_email")
    deliver(site)
    assert site.count("webhook_ends") == 1
    assert len(crm.posted) == 1
    with pytest.raises(EndpointEnded):
        again(site, site.rows("select id from webhook_deliveries order by attempts desc")[0][0])


def test_a_redirect_is_not_followed(site: Site, crm: Crm) -> None:
    elsewhere = Crm()
    with elsewhere.serve() as url:
        crm.status, crm.location = 307, url
        site.agreed(ADA, "offers_email")
        deliver(site)
    assert elsewhere.posted == []
    assert set(site.rows("select detail from webhook_attempts")) == {("307: it leads elsewhere, and is not followed",)}


def test_a_worker_that_died_while_posting_is_noticed_after_its_lease(site: Site, crm: Crm) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.agreed(ADA, "offers_email")
        keyring = site.keyring
        with site.database.transaction() as db:
            spread(db, now=clock.now())
            lost = delivering.claim(db, keyring=keyring, now=clock.now())
        assert lost
        deliver(site)
        assert len(crm.posted) == 1
        now.shift(timedelta(minutes=3))
        deliver(site)
    assert lost.delivery_id in {headers["webhook-id"] for headers, _body in crm.posted}
    assert len(crm.posted) == 2


def test_what_was_delivered_a_month_ago_is_cleared(site: Site, crm: Crm) -> None:
    with time_machine.travel(START, tick=False) as now:
        site.agreed(ADA, "offers_email")
        deliver(site)
        now.shift(timedelta(days=31))
        with site.database.transaction() as db:
            assert clear_old(db, now=clock.now()) == 2
    assert site.count("webhook_deliveries") == site.count("webhook_attempts") == 0


def erase(site: Site, email: str) -> None:
    keyring = site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, email)
        assert person_id
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=datetime.now(UTC), key="test"))


def again(site: Site, delivery_id: str) -> None:
    with site.database.transaction() as db:
        replay(db, delivery_id=delivery_id, now=clock.now())


def states(site: Site) -> dict[str, str]:
    return dict(site.rows("select event, state from webhook_deliveries"))
