"""A film is asked for: it waits, and a page can say how it stands before anything of it is made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.people.films.asking import ask_for_film
from portal.people.films.library import Film, count_waiting, find_film
from portal.people.films.models import FilmState
from tests.people.site import Site

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
SOURCE = "5a" * 32


def ask(site: Site, *, now: datetime = NOW) -> None:
    with site.database.transaction() as db:
        ask_for_film(db, source=SOURCE, path=Path("/kept/film"), is_recipe=False, now=now)


def found(site: Site) -> Film | None:
    with site.database.reading() as db:
        return find_film(db, SOURCE)


def test_a_film_that_nobody_asked_for_is_none(site: Site) -> None:
    assert found(site) is None


def test_a_film_that_was_asked_for_waits_and_plays_nothing_yet(site: Site) -> None:
    ask(site)
    film = found(site)
    assert film is not None
    assert (film.state, film.percent, film.stream, film.heights) == ("waiting", 0, None, ())


def test_asking_twice_is_asking_once_but_brings_it_to_the_front(site: Site) -> None:
    ask(site)
    ask(site, now=NOW + timedelta(hours=1))
    with site.database.reading() as db:
        assert count_waiting(db) == 1
        state = db.get(FilmState, SOURCE)
        assert state is not None
        assert state.asked_at == NOW + timedelta(hours=1)


def test_a_film_that_failed_waits_again_where_it_is_asked_for_again(site: Site) -> None:
    ask(site)
    with site.database.transaction() as db:
        state = db.get(FilmState, SOURCE)
        assert state is not None
        state.state, state.words, state.attempts = "failed", "This is no video.", 3
    ask(site)
    film = found(site)
    assert film is not None
    assert (film.state, film.words) == ("waiting", "")
