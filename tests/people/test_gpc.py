"""Global Privacy Control: heard exactly, said back, and written into the evidence of an act."""

import json
from datetime import timedelta

import pytest
import time_machine

from portal.people.accounts.persons import get_seal
from portal.people.consent import envelope
from tests.people.browser import Browser
from tests.people.site import ADA, Site, at, find_person_id

HONOURED = "Your browser asks us not to sell or share: honoured"


@pytest.mark.parametrize(
    ("sent", "is_heard"),
    [
        (["1"], True),
        (["0", "1"], True),  # two headers
        (["1", "1"], True),
        ([" 1 "], True),  # spaces around a value are no part of it
        ([], False),
        (["0"], False),
        (["true"], False),
        (["11"], False),
        (["1;q=1"], False),
        (['"1"'], False),
        ([""], False),
    ],
)
def test_the_header_is_heard_where_one_of_them_says_exactly_1(site: Site, sent: list[str], is_heard: bool) -> None:
    page = site.get("/privacy", headers=[("Sec-GPC", value) for value in sent]).text
    assert (HONOURED in page) is is_heard


def test_ones_account_and_preferences_say_so_too(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    ada = Browser(site).by_mail(ADA)
    assert HONOURED not in ada.get("/account").text
    assert HONOURED not in ada.get("/preferences").text
    ada.agent["Sec-GPC"] = "1"
    assert HONOURED in ada.get("/account").text
    assert HONOURED in ada.get("/preferences").text


def test_what_somebody_agrees_to_records_that_their_browser_asked(site: Site) -> None:
    form = site.form("/sign-up") | {"name": "Ada Lindqvar", "email": ADA, "offers_email": "yes"}
    site.post("/sign-up", data=form, headers={"Sec-GPC": "1"})
    site.confirm(site.mails()[0])  # by another device, perhaps
    assert [event["gpc"] for event in events(site, ADA)] == [True, False]
    assert site.verify().is_sound


def test_the_site_says_to_machines_that_it_honours_it(site: Site) -> None:
    answer = site.get("/.well-known/gpc.json")
    assert answer.mimetype == "application/json"
    assert json.loads(answer.text) == {"gpc": True, "lastUpdate": "2026-11-26"}


def test_whom_to_tell_of_a_hole_stands_where_rfc_9116_wants_it_and_is_never_out_of_date(site: Site) -> None:
    start = at("2028-02-29T12:00:00+00:00")
    with time_machine.travel(start, tick=False):
        answer = site.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"].startswith("mailto:")
    assert fields["Canonical"] == f"{site.settings.url}/.well-known/security.txt"
    assert timedelta(days=30) < at(fields["Expires"]) - start < timedelta(days=365)
    page, _, part = fields["Policy"].removeprefix(site.settings.url).partition("#")
    assert f'id="{part}"' in site.get(page).text


def test_search_engines_may_list_what_is_public_and_nothing_of_one_person(site: Site) -> None:
    lines = site.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *"
    assert lines[-1] == f"Sitemap: {site.settings.url}/sitemap.xml"
    hidden = [line.removeprefix("Disallow: ") for line in lines[1:-1]]
    for path in ("/confirm/x", "/opt-out/x", "/receipts/x", "/account", "/studio/"):
        assert any(path.startswith(prefix) for prefix in hidden), path
    for path in ("/", "/webinars/", "/offers/setup-day", "/privacy", "/questions"):
        assert not any(path.startswith(prefix) for prefix in hidden), path


def events(site: Site, email: str) -> list[dict[str, object]]:
    """What this person's records say about the act behind each."""
    with site.database.reading() as db:
        person_id = find_person_id(db, email)
        assert person_id
        seal = get_seal(db, person_id=person_id, keyring=site.keyring)
    found = site.rows(
        "select id, sealed from consent_records join consent_payloads on record_id = id where person_id = ? "
        "order by position",
        person_id,
    )
    opened = [seal.open(bytes(sealed), label=envelope.payload_label(record_id)) for record_id, sealed in found]
    return [json.loads(content)["event"] for content in opened]
