"""Signing up by a program or from somebody's page: only what we delivered counts, and once, whatever is sent."""

import hashlib
import json
import tomllib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from portal.people.consent.notices import current_wording
from portal.people.forms import keys
from portal.shared import clock
from tests.people.site import ADA, BEN, Site, at

PARTNER = "https://www.customerhub.net"
START = at("2026-03-01T09:00:00+00:00")
TICK = {"purpose": "webinars", "channel": "email"}


class Client:
    """Another system that holds a key of the form of invitations."""

    def __init__(self, site: Site, *, form: str = "webinar-invitations", name: str = "shop") -> None:
        self.site, self.form, self.count = site, form, 0
        with site.database.transaction() as db:
            self.key = keys.make_key(db, form=form, name=name, by="a test", now=clock.now()).token

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = self.site.get(f"/api/v1/forms/{self.form}").get_json()
        return found

    def body(self, email: str = ADA, **more: Any) -> dict[str, Any]:
        notice = {name: self.shown()["notice"][name] for name in ("sha256", "delivery")}
        return {"form": self.form, "name": "Ada Lindqvar", "email": email, "ticked": [TICK], "notice": notice} | more

    def post(self, body: Any, *, key: str = "", **headers: str) -> TestResponse:
        self.count += 1
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key or f"key-{self.count}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {name: value for name, value in headers.items() if value != "left out"}
        return self.site.post("/api/v1/signups", data=sent, content_type="application/json", headers=headers)


@pytest.fixture
def client(site: Site) -> Client:
    return Client(site)


def test_a_form_is_described_word_for_word_with_the_bytes_of_its_notice(client: Client) -> None:
    found = client.shown()
    notice = found["notice"]
    assert hashlib.sha256(notice["content"].encode()).hexdigest() == notice["sha256"]
    assert notice["content"].encode() == current_wording("sign-up").content
    words = [purpose["words"] for purpose in tomllib.loads(notice["content"])["purposes"]]
    assert [box["words"] for box in found["boxes"]] == words[1:]
    assert hashlib.sha256(found["html"].encode()).hexdigest() == found["html_sha256"]
    assert "checked" not in found["html"]
    assert all(field["why"] for field in found["fields"])


def test_a_sign_up_writes_the_same_record_as_a_page_and_says_who_displayed_what(client: Client, site: Site) -> None:
    with time_machine.travel(START, tick=False):
        body = client.body(fields={"company": "Fernhollow Cycles"})
    with time_machine.travel(START + timedelta(hours=2), tick=False):
        answer = client.post(body)
        assert (answer.status_code, answer.get_json()["status"]) == (202, "asked")
        [mail] = site.mails()
        site.confirm(mail)
    assert site.steps(ADA) == [("webinars", "none", "requested"), ("webinars", "requested", "confirmed")]
    assert site.may_write_to(ADA, "webinars")
    assert site.rows("select way, via from form_entries") == [("api", "the holder of the key shop")]
    assert site.rows("select value from form_answers") == [("Fernhollow Cycles",)]
    assert b"the holder of the key shop, as delivered at 2026-03-01T09:00:00.000000Z" in evidence(site)
    assert site.verify().is_sound


def test_what_was_shown_is_stored_as_it_was_delivered(client: Client, site: Site) -> None:
    client.post(client.body())
    found = client.shown()
    stored = dict(site.rows("select digest, content from notices"))
    assert bytes(stored[found["notice"]["sha256"]]) == found["notice"]["content"].encode()
    assert bytes(stored[found["html_sha256"]]) == found["html"].encode()


@pytest.mark.parametrize("claim", ["words", "requested_at", "confirmed_at", "notice_text", "person_id", "state"])
def test_words_dates_and_states_cannot_be_sent(client: Client, site: Site, claim: str) -> None:
    answer = client.post(client.body(**{claim: "confirmed"}))
    assert answer.status_code == 422
    assert claim in answer.get_json()["fields"]
    assert site.count("people") == 0


def test_a_notice_that_we_did_not_deliver_for_this_form_today_counts_for_nothing(client: Client, site: Site) -> None:
    other = Client(site, form="hear-from-us", name="other").body()
    with time_machine.travel(clock.now() - timedelta(hours=25), tick=False):
        old = client.body()
    good = client.body()
    wrong = [
        good | {"notice": other["notice"]},
        good | {"notice": good["notice"] | {"delivery": good["notice"]["delivery"][:-1]}},
        good | {"notice": good["notice"] | {"delivery": ""}},
        good | {"notice": good["notice"] | {"sha256": "0" * 64}},
        good | {"notice": None},
        old,
    ]
    for body in wrong:
        answer = client.post(body)
        assert (answer.status_code, "Fetch the form's description again" in answer.text) == (409, True)
    assert site.count("people") == 0
    assert client.post(good).status_code == 202


def test_with_nothing_ticked_no_notice_is_needed(client: Client, site: Site) -> None:
    assert client.post(client.body(ticked=[], notice=None)).status_code == 202
    assert site.count("consent_records") == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ticked": [{"purpose": "offers", "channel": "email"}]}, "ticked"),
        ({"ticked": [{"purpose": "webinars", "channel": "fax"}]}, "ticked"),
        ({"fields": {"phone": "+12127365000"}}, "fields.phone"),
        ({"fields": {"shoe_size": "43"}}, "fields.shoe_size.[key]"),
        ({"email": "ada@x.example"}, "email"),
        ({"email": "ada@people.customerhub.net\r\nBcc: x@people.customerhub.net"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "A\u0000da"}, "name"),
        ({"name": 7}, "name"),
        ({"altcha": "x" * 3000}, "altcha"),
    ],
)
def test_what_is_wrong_is_named(client: Client, site: Site, change: dict[str, Any], field: str) -> None:
    answer = client.post(client.body() | change)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert field in answer.get_json()["fields"], answer.text
    assert site.count("people") == 0


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"", 400), (b"{", 400), (b"[]", 422), (b"null", 422), (b"\xff\xfe", 400), (b'{"form":"\\ud800"}', 400)],
)
def test_what_is_no_sign_up_is_told_so(client: Client, sent: bytes, status: int) -> None:
    answer = client.post(sent)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_another_kind_of_content_and_too_much_of_it_are_refused(client: Client, site: Site) -> None:
    headers = {"Authorization": f"Bearer {client.key}", "Idempotency-Key": "one"}
    assert site.post("/api/v1/signups", data={"form": "x"}, headers=headers).status_code == 415
    assert client.post(b" " * 70_000).status_code == 413
    assert client.post(b"x" * 1_000_000).status_code == 413


def test_who_may_post_and_who_may_not(client: Client, site: Site) -> None:
    body, other = client.body(), Client(site, form="hear-from-us", name="other")
    refused = {
        client.post(body, Authorization="left out").status_code: "nobody",
        client.post(body, Authorization="Bearer lc_form_unknown").status_code: "unknown",
        client.post(body, Authorization=f"Bearer {client.key}x").status_code: "longer",
    }
    assert set(refused) == {401}
    assert client.post(body, Authorization=f"Bearer {other.key}").status_code == 403
    assert (
        client.post(body, Authorization="left out", Origin="https://elsewhere.people.customerhub.net").status_code
        == 403
    )
    assert client.post(body, Authorization="left out", Origin="null").status_code == 403
    assert site.count("people") == 0
    assert client.post(body, Authorization="left out", Origin=PARTNER).status_code == 202
    assert site.rows("select via from form_entries") == [(PARTNER,)]


def test_a_key_is_kept_as_a_digest_and_opens_nothing_once_it_is_ended(client: Client, site: Site) -> None:
    assert not any(client.key in line for line in site.dump())
    body = client.body()
    with site.database.transaction() as db:
        keys.end_key(db, form=client.form, name="shop", by="a test", now=clock.now())
    answer = client.post(body)
    assert (answer.status_code, "We do not know this key" in answer.text) == (401, True)


def test_the_same_key_gets_the_first_answer_and_does_nothing(client: Client, site: Site) -> None:
    body = client.body()
    first = client.post(body, key="6f1f1b5c-6a53-4a1a-9d0e-1c8f3f6f0a11")
    before = site.dump()
    for key in ("6f1f1b5c-6a53-4a1a-9d0e-1c8f3f6f0a11", '"6f1f1b5c-6a53-4a1a-9d0e-1c8f3f6f0a11"'):
        again = client.post(body, key=key)
        assert (again.status_code, again.data) == (first.status_code, first.data)
    assert site.dump() == before


def test_the_same_key_with_another_body_is_refused(client: Client, site: Site) -> None:
    client.post(client.body(), key="one")
    answer = client.post(client.body(BEN), key="one")
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.get_json()["fields"]
    assert site.count("people") == 1


def test_the_same_key_of_another_sender_is_another(client: Client, site: Site) -> None:
    client.post(client.body(), key="one")
    second = Client(site, name="second")
    assert second.post(second.body(BEN), key="one").status_code == 202
    assert site.count("people") == 2


def test_what_was_refused_keeps_no_key(client: Client, site: Site) -> None:
    assert client.post(client.body(email="nobody"), key="one").status_code == 422
    assert client.post(client.body(), key="one").status_code == 202


@pytest.mark.parametrize("key", ["left out", "", "x" * 201, "two words", 'a"b', "ä"])
def test_without_a_key_that_can_be_read_nothing_is_done(client: Client, site: Site, key: str) -> None:
    answer = client.post(client.body(), Idempotency_Key=key)
    assert (answer.status_code, "Send an Idempotency-Key" in answer.text) == (400, True)
    assert site.count("people") == 0


def test_an_answer_is_kept_for_a_day_and_then_forgotten(client: Client, site: Site) -> None:
    from portal.people.privacy.retention import keep_retention_rules

    with time_machine.travel(START, tick=False):
        client.post(client.body(), key="one")
    for hours, kept in ((25, 1), (49, 0)):
        now = START + timedelta(hours=hours)
        keep_retention_rules(site.database, keyring=site.keyring, now=now)
        assert site.count("api_answers") == kept


def test_known_and_unknown_addresses_get_the_same_bytes(client: Client, site: Site) -> None:
    site.agreed(BEN, "webinars_email", path="/forms/webinar-invitations")
    answers = [client.post(client.body(email)) for email in (ADA, ADA, BEN, "dora@people.customerhub.net")]
    assert len({(answer.status_code, answer.data) for answer in answers}) == 1


def test_only_pages_of_origins_that_forms_name_may_read_the_answers(client: Client, site: Site) -> None:
    for origin, allowed in ((PARTNER, PARTNER), ("https://elsewhere.people.customerhub.net", None), ("null", None)):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        preflight = site.client.options("/api/v1/signups", base_url=site.settings.url, headers=asked)
        described = site.get("/api/v1/forms/webinar-invitations", headers={"Origin": origin})
        for answer in (preflight, described):
            assert answer.headers.get("Access-Control-Allow-Origin") == allowed
            assert "Origin" in answer.headers["Vary"]
            assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Authorization" not in preflight.headers.get("Access-Control-Allow-Headers", "")


def test_errors_of_the_api_are_data_whatever_was_asked_for(site: Site) -> None:
    for answer in (site.get("/api/v1/nothing"), site.get("/api/v1/forms/nothing"), site.get("/api/v1/signups")):
        assert answer.mimetype == "application/problem+json"
        assert answer.status_code in (404, 405)


def test_a_form_of_its_own_shows_its_own_boxes(site: Site, write_form: Callable[..., str]) -> None:
    slug = write_form(**{'purposes = ["webinars_email"]': ""})
    assert [box["purpose"] for box in site.get(f"/api/v1/forms/{slug}").get_json()["boxes"]] == ["offers", "webinars"]


def evidence(site: Site) -> bytes:
    """Everything that the ledger says of Ada, opened."""
    from portal.people.accounts.persons import get_seal
    from portal.people.consent.ledger import read_chain
    from tests.people.site import find_person_id

    with site.database.reading() as db:
        person_id = find_person_id(db, ADA)
        assert person_id
        chain = read_chain(db, person_id=person_id, seal=get_seal(db, person_id=person_id, keyring=site.keyring))
        return json.dumps(chain.content(("webinars", "email"))).encode()


def test_the_words_of_another_law_can_be_fetched_and_displayed(client: Client, site: Site) -> None:
    assert "fr-CA" in client.shown()["other_words"]
    described = site.get("/api/v1/forms/webinar-invitations?words=fr-CA").get_json()
    assert described["notice"]["language"] == "fr"
    notice = {name: described["notice"][name] for name in ("sha256", "delivery")}
    assert client.post(client.body(notice=notice)).status_code == 202
    assert (notice["sha256"],) in site.rows("select digest from notices")
