"""A viewing: reported under a ticket, each second once, never more than was possible, and taken back for good."""

import pytest
from sqlalchemy import func, select

from portal.people.attention.models import GroupedViewing, Viewing, ViewingGroup
from portal.people.attention.seconds import bits_of
from portal.people.attention.tickets import issue_ticket
from portal.people.database import Base
from tests.people.attention.conftest import BELOW, SECONDS, SLUG, Cinema
from tests.people.browser import Browser
from tests.people.quick import quick_passwords
from tests.people.site import Site
from tests.people.webinars.conftest import NOW

__all__ = ["quick_passwords"]


def kept(cinema: Cinema) -> list[bytes | None]:
    with cinema.studio.database.reading() as db:
        return list(db.scalars(select(Viewing.covered)))


def seen(*seconds: int) -> bytes:
    return bits_of(seconds, seconds=SECONDS)


def test_a_ticket_stores_nothing_and_no_answer_sets_a_cookie(cinema: Cinema) -> None:
    answer = cinema.ask()
    assert answer.json
    assert answer.json["closes_on"] == "2026-03-14"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert kept(cinema) == []
    reported = cinema.report(answer.json["ticket"], range(3))
    assert reported.status_code == 204
    assert "Set-Cookie" not in answer.headers
    assert "Set-Cookie" not in reported.headers


def test_reports_of_a_viewing_add_up_and_each_second_counts_once(cinema: Cinema) -> None:
    ticket = cinema.ticket()
    for covered in ([0, 1], [1, 2], [1, 2], [5], [0]):
        assert cinema.report(ticket, covered).status_code == 204
    assert kept(cinema) == [seen(0, 1, 2, 5)]


def test_two_tickets_are_two_viewings_that_nothing_links(cinema: Cinema) -> None:
    cinema.watch(0, 1)
    cinema.watch(0)
    with cinema.studio.database.reading() as db:
        one, other = db.scalars(select(Viewing))
    assert one.digest != other.digest
    assert one.closes_on == other.closes_on


def test_what_is_stored_says_nothing_about_who_or_at_which_hour(cinema: Cinema) -> None:
    columns = {
        table.__tablename__: set(Base.metadata.tables[table.__tablename__].columns.keys())
        for table in (Viewing, ViewingGroup, GroupedViewing)
    }
    assert columns == {
        "viewings": {"digest", "film", "seconds", "covered", "closes_on"},
        "viewing_groups": {"id", "film", "counts", "formed_on", "is_sample"},
        "grouped_viewings": {"digest", "group_id"},
    }


@pytest.mark.parametrize("after", [0, 1])
def test_more_seconds_than_can_have_been_played_are_refused(cinema: Cinema, after: float) -> None:
    ticket = cinema.ticket()
    most = int(2 * (after + 1))
    assert cinema.report(ticket, range(most + 1), after=after).status_code == 422
    assert kept(cinema) == []
    assert cinema.report(ticket, range(most), after=after).status_code == 204
    refused = cinema.report(ticket, [most], after=after)  # by itself it is possible, together they are not
    assert (refused.status_code, kept(cinema)) == (422, [seen(*range(most))])
    assert "Nobody can watch so much" in refused.text


@pytest.mark.parametrize(
    ("covered", "words"),
    [
        ("", "1 bytes in base64url"),
        ("AAAA", "1 bytes in base64url"),
        ("A=", "1 bytes in base64url"),
        ("é*", "1 bytes in base64url"),
        ("_w", "after the 6 of the film"),
    ],
)
def test_seconds_that_are_none_of_this_film_are_refused_in_words(cinema: Cinema, covered: str, words: str) -> None:
    answer = cinema.send(cinema.ticket(), covered)
    assert answer.status_code == 400
    assert words in answer.text
    assert kept(cinema) == []


def test_a_report_of_nothing_is_refused(cinema: Cinema) -> None:
    assert cinema.report(cinema.ticket(), []).status_code == 422


def test_a_ticket_is_made_by_us_alone(cinema: Cinema) -> None:
    ours = cinema.ticket()
    forged = issue_ticket(film=cinema.film, seconds=SECONDS, keys=("other" * 8,), now=NOW)
    said, _, signature = ours.rpartition(".")
    changed = f"{said}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    for bad in ("", "x" * 5000, "\u2028", f"{ours}x", ours.replace(".", ".A"), changed, forged):
        assert cinema.report(bad, [0]).status_code == 400, bad[:20]
        assert cinema.take_back(bad).status_code == 400, bad[:20]
    assert kept(cinema) == []


def test_a_ticket_is_for_the_version_that_the_page_shows(cinema: Cinema) -> None:
    assert cinema.ask(film="0" * 64).status_code == 409
    assert cinema.ask(film="").status_code == 409
    assert cinema.client.get(f"{BELOW}/never-published/ticket.json").status_code == 404


@pytest.mark.parametrize("asked", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_who_asks_not_to_be_measured_is_not_and_may_still_take_back(cinema: Cinema, asked: dict[str, str]) -> None:
    ticket = cinema.watch(0, 1)
    assert cinema.ask(headers=asked).status_code == 403
    assert cinema.report(ticket, [2], headers=asked).status_code == 403
    assert kept(cinema) == [seen(0, 1)]
    assert cinema.take_back(ticket, headers=asked).status_code == 204
    assert kept(cinema) == [None]


def test_no_cookie_is_read_whoever_is_signed_in(cinema: Cinema) -> None:
    mara = Browser(Site(cinema.studio.app)).by_start_link("marketer")
    cinema.client = mara.client  # her session's cookie goes along, and no token of a form with it
    assert mara.cookie
    cinema.watch(0)
    assert kept(cinema) == [seen(0)]


def test_another_site_cannot_report_in_a_visitors_name(cinema: Cinema) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert cinema.report(cinema.ticket(), [0], headers=elsewhere).status_code == 403


def test_a_viewing_closes_at_the_end_of_the_day_after_it_began(cinema: Cinema) -> None:
    ticket = cinema.ticket()
    assert cinema.report(ticket, [0], after=86_400 + 15 * 3600 - 1).status_code == 204  # it began at nine
    answer = cinema.report(ticket, [1], after=86_400 + 15 * 3600)
    assert answer.status_code == 410
    assert "Get another ticket" in answer.text
    assert kept(cinema) == [seen(0)]


def test_what_was_taken_back_is_gone_and_nothing_on_its_way_brings_it_back(cinema: Cinema) -> None:
    ticket, other = cinema.watch(0, 1, 2), cinema.watch(5)
    for _ in range(2):
        assert cinema.take_back(ticket).status_code == 204
    assert cinema.report(ticket, [3]).status_code == 410
    assert sorted(kept(cinema), key=str) == sorted([None, seen(5)], key=str)
    cinema.wait(days=3)
    assert kept(cinema) == [seen(5)]
    assert cinema.take_back(other, ticket).status_code == 204
    assert kept(cinema) == []


def test_taking_back_makes_no_rows_and_names_its_limits(cinema: Cinema) -> None:
    ticket = cinema.ticket()
    assert cinema.take_back(ticket).status_code == 204
    assert kept(cinema) == []
    assert cinema.take_back().status_code == 400
    assert cinema.take_back(*[ticket] * 51).status_code == 400


def test_the_page_of_a_webinar_carries_what_its_strip_needs_and_says_what_holds_without_scripts(cinema: Cinema) -> None:
    page = cinema.client.get(f"/webinars/{SLUG}").text
    assert f'data-attention="{SLUG}" data-film="{cinema.film}" data-seconds="{SECONDS}"' in page
    assert "Without scripts, nothing of what you watch is counted." in page


def test_reports_at_once_lose_nothing(cinema: Cinema) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from portal.people.attention.tickets import read_ticket
    from portal.people.attention.viewings import note_covered

    cinema.report(cinema.ticket(), [0])
    keys = cinema.studio.app.extensions["settings"].secret_keys
    theirs = read_ticket(cinema.tickets[0], keys=keys)

    def note(second: int) -> None:
        with cinema.studio.database.transaction() as db:
            note_covered(db, ticket=theirs, covered=seen(second), now=NOW.replace(minute=5))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(note, range(1, SECONDS)))
    assert kept(cinema) == [seen(*range(SECONDS))]
    with cinema.studio.database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Viewing)) == 1
