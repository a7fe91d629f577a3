"""How much one may ask of the people side: floods are held up, nobody's mailbox is flooded, and a no gets through."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from werkzeug.test import TestResponse

from portal.people.limits import LINKS, OTHER_POSTS, SIGN_UPS, WITHOUT_PROOF
from portal.people.messages.service import CAPS, Service
from portal.people.web import PeopleCounter
from portal.shared.counters import SqlCounters
from tests.limits.filling import counters, use_up
from tests.people.site import ADA, BEN, OFFER, Site
from tests.support.engines import Engine
from tests.support.sides import people_app
from tests.support.valkey import ValkeyServer

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
PER_NETWORK = WITHOUT_PROOF.most  # of those that bring no proof of a browser's work, as here
TRIES = LINKS[0].most
NO_LINK = "/confirm/" + "x" * 43


@pytest.fixture
def stopped_clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def sign_up(site: Site, email: str, *, peer: str = "192.0.2.1", path: str = "/sign-up", **more: str) -> TestResponse:
    """Fill in the form as it was shown once: a flood does not look at the page each time."""
    shown = getattr(site, "shown", None) or site.form(path)
    vars(site)["shown"] = shown
    typed = {"name": "Ada Lindqvar", "email": email, "offers_email": "yes"} | more
    return site.post(path, data=shown | typed, environ_overrides={"REMOTE_ADDR": peer})


def test_a_thousand_sign_ups_from_one_network_are_held_up_and_then_it_is_well_again(
    site: Site, stopped_clock: time_machine.Traveller
) -> None:
    answers = [sign_up(site, f"flood{n}@people.customerhub.net").status_code for n in range(1000)]
    assert answers == [303] * PER_NETWORK + [429] * (1000 - PER_NETWORK)
    assert site.count("messages") == PER_NETWORK
    assert sign_up(site, BEN, peer="192.0.2.2").status_code == 303
    stopped_clock.shift(timedelta(minutes=10))
    assert sign_up(site, ADA).status_code == 303


def test_one_address_gets_one_mail_a_day_and_three_a_month_whatever_the_network(site: Site) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for number in range(200):
            peer = f"192.0.2.{number}" if number % 2 else f"2001:db8:{number}::1"
            assert sign_up(site, ADA, peer=peer).status_code == 303
        assert site.count("messages") == 1
        for day in range(1, 6):
            clock.move_to(NOON + timedelta(days=day, hours=1))
            sign_up(site, ADA, peer=f"198.51.100.{day}")
        assert site.count("messages") == 3


def test_every_kind_of_message_has_a_cap_for_one_address_and_for_all() -> None:
    assert set(CAPS) == set(Service)
    for cap in CAPS.values():
        assert min(period for period, _ in cap.to_one) <= timedelta(days=1)
        assert cap.a_minute > 0


def test_an_ipv6_peer_does_not_become_another_by_changing_its_address(site: Site) -> None:
    answers = [sign_up(site, ADA, peer=f"2001:db8:0:1::{n:x}").status_code for n in range(PER_NETWORK + 1)]
    assert answers[-2:] == [303, 429]
    assert sign_up(site, ADA, peer="2001:db8:0:2::1").status_code == 303


def test_nor_by_changing_its_network_within_what_a_provider_gave_it(site: Site) -> None:
    use_up(site.app, SIGN_UPS[1], "2001:db8:5::/48", but=2)
    answers = [sign_up(site, ADA, peer=f"2001:db8:5:{n:x}::1").status_code for n in range(3)]
    assert answers == [303, 303, 429]
    assert sign_up(site, ADA, peer="2001:db8:6::1").status_code == 303


def test_a_flood_from_many_networks_is_held_up_for_all(site: Site) -> None:
    use_up(site.app, SIGN_UPS[2], "everyone")
    assert sign_up(site, ADA, peer="192.0.2.1").status_code == 303
    held_up = sign_up(site, ADA, peer="192.0.2.2")
    assert held_up.status_code == 429
    assert "Very many people are signing up just now" in held_up.text


def test_what_one_network_is_refused_does_not_count_for_all(site: Site) -> None:
    use_up(site.app, SIGN_UPS[0], "192.0.2.1", but=0)
    use_up(site.app, SIGN_UPS[2], "everyone")
    assert {sign_up(site, ADA, peer="192.0.2.1").status_code for _ in range(5)} == {429}
    assert sign_up(site, ADA, peer="192.0.2.2").status_code == 303


@pytest.mark.parametrize("path", ["/sign-up", OFFER])
def test_the_form_comes_back_as_it_was_sent_with_the_time_to_wait(
    site: Site, path: str, stopped_clock: time_machine.Traveller
) -> None:
    for _ in range(PER_NETWORK):
        sign_up(site, ADA, path=path)
    stopped_clock.shift(timedelta(minutes=7, seconds=30))
    answer = sign_up(site, "ben+1@people.customerhub.net", path=path, name='Ben "the bike" <b>')
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "150"
    assert "Press the button again in 3 minutes" in answer.text
    page = unescape(answer.text)
    assert 'value="ben+1@people.customerhub.net"' in page
    assert 'value="Ben "the bike" <b>"' in page
    ticked = [field for field in re.findall(r"<input[^>]*>", answer.text) if "checked" in field]
    assert len(ticked) == 1
    assert 'name="offers_email"' in ticked[0]


def test_what_comes_back_can_be_sent_again_after_the_wait(site: Site, stopped_clock: time_machine.Traveller) -> None:
    for _ in range(PER_NETWORK + 1):
        sign_up(site, ADA)
    stopped_clock.shift(timedelta(minutes=10))
    assert sign_up(site, BEN).status_code == 303
    assert site.count("messages") == 2


def test_data_says_the_same(site: Site, stopped_clock: time_machine.Traveller) -> None:
    for _ in range(PER_NETWORK):
        sign_up(site, ADA)
    stopped_clock.shift(timedelta(seconds=560))
    answer = site.post(
        "/sign-up",
        data=site.form("/sign-up") | {"name": "Ada Lindqvar", "email": ADA},
        headers={"Accept": "application/json"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.1"},
    )
    assert (answer.status_code, answer.mimetype) == (429, "application/problem+json")
    assert answer.headers["Retry-After"] == "40"
    said = answer.get_json()
    assert (said["status"], said["retry_after"]) == (429, 40)
    assert said["detail"].startswith("Try again in 40 seconds.")


def test_fifty_links_that_open_nothing_are_too_many_and_then_it_is_well_again(
    site: Site, stopped_clock: time_machine.Traveller
) -> None:
    answers = [site.get(NO_LINK).status_code for _ in range(50)]
    assert answers == [404] * TRIES + [429] * (50 - TRIES)
    held_up = site.post(NO_LINK)
    assert held_up.status_code == 429
    assert "Try again in 10 minutes." in held_up.text
    stopped_clock.shift(timedelta(minutes=10))
    assert site.get(NO_LINK).status_code == 404


def test_a_link_that_opens_something_may_be_looked_at_by_any_number_of_scanners(site: Site) -> None:
    mail = site.asked(ADA, "offers_email")
    assert {site.get(mail.confirm).status_code for _ in range(TRIES * 2)} == {200}
    assert len(counters(site.app)) == 3  # of the sign-up alone


def test_a_no_is_never_limited_whatever_else_was_tried(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    for _ in range(TRIES + 1):
        site.get(NO_LINK)
    for rule in (*LINKS, *OTHER_POSTS):
        use_up(site.app, rule, "127.0.0.1", but=0)
    for _ in range(50):
        assert site.get("/opt-out/" + "x" * 43).status_code == 404
        assert site.get(mail.opt_out).status_code == 200
        assert site.post(mail.opt_out).status_code == 200
        assert site.post(mail.opt_out, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not site.may_write_to(ADA, "offers")


def test_no_peer_is_written_down_in_the_clear(site: Site) -> None:
    sign_up(site, ADA, peer="192.0.2.77")
    sign_up(site, ADA, peer="2001:db8:77::1")
    counted = str(counters(site.app))
    assert "sign-ups" in counted
    assert not re.search(r"192\.0\.2|2001:db8|:77:", counted)


def test_with_a_server_nothing_is_counted_in_sql_and_without_it_everything_goes_on(
    engine: Engine, tmp_path: Path
) -> None:
    with ValkeyServer() as server:
        site = Site(people_app(tmp_path, LIMITS_URL=server.url))
        answers = [sign_up(site, ADA).status_code for _ in range(PER_NETWORK + 1)]
        assert answers[-2:] == [303, 429]
        assert counters(site.app) == []
        assert all(key.startswith(b"limits-people:") for key in server.counted())
        held_up = sign_up(site, ADA)
        assert 590 < int(held_up.headers["Retry-After"]) <= 600
        mail = site.mails()[0]
        server.stop()
        assert site.post(mail.opt_out).status_code == 200
        again = [sign_up(site, BEN).status_code for _ in range(PER_NETWORK + 1)]
        assert again == [303] * PER_NETWORK + [429]


def test_where_the_counters_cannot_be_written_links_open_and_a_no_gets_through(site: Site) -> None:
    mail = site.agreed(ADA, "offers_email")
    [limiter] = site.app.extensions["limiter"]
    limiter.storage.close()
    away = SqlCounters(
        database_url="sqlite:////no/such/folder/x.db", row=PeopleCounter, may_miss=limiter.storage._may_miss
    )
    vars(limiter.storage).update(vars(away))
    assert site.get(f"{mail.confirm}/done").status_code == 200
    assert site.get(NO_LINK).status_code == 404
    assert site.post(mail.opt_out).status_code == 200
    assert sign_up(site, BEN).status_code == 503
