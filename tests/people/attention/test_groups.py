"""Groups of five: nothing is shown before the first, and whatever is shown changes by whole groups alone."""

import random

import pytest
from sqlalchemy import select

from portal.people.attention.groups import GROUP
from portal.people.attention.models import GroupedViewing, Viewing, ViewingGroup
from portal.people.attention.seconds import add_up, together, union
from portal.people.attention.strip import strip_of
from tests.people.attention.conftest import SECONDS, Cinema


def groups(cinema: Cinema) -> dict[int, bytes]:
    with cinema.studio.database.reading() as db:
        return {group.id: group.counts for group in db.scalars(select(ViewingGroup))}


def test_nothing_is_shown_of_four_nor_of_five_before_they_are_closed(cinema: Cinema) -> None:
    for _ in range(4):
        cinema.watch(0, 1)
    cinema.wait(days=2)
    assert cinema.strip() is None
    cinema.watch(0, 1)
    cinema.wait(days=1)
    assert cinema.strip() is None
    cinema.wait(days=1)
    strip = cinema.strip()
    assert strip
    assert (strip.viewings, strip.counts) == (5, (5, 5, 0, 0, 0, 0))


def test_the_ones_beyond_whole_groups_wait(cinema: Cinema) -> None:
    for _ in range(13):
        cinema.watch(0)
    cinema.wait(days=2)
    assert cinema.viewings() == 10
    for _ in range(2):
        cinema.watch(0)
    cinema.wait(days=2)
    assert cinema.viewings() == 15


def test_in_a_group_the_seconds_of_each_are_forgotten(cinema: Cinema) -> None:
    for second in range(5):
        cinema.watch(second)
    cinema.wait(days=2)
    with cinema.studio.database.reading() as db:
        assert db.scalars(select(Viewing)).all() == []
        assert len(db.scalars(select(GroupedViewing)).all()) == 5
    assert list(groups(cinema).values()) == [bytes([1, 1, 1, 1, 1, 0])]
    strip = cinema.strip()
    assert strip
    assert set(strip.counts) == {0}  # one of five is told apart by no figure


def test_what_is_taken_back_takes_its_group_along_and_no_other(cinema: Cinema) -> None:
    for _ in range(5):
        cinema.watch(0)
    cinema.wait(days=2)
    before = cinema.strip()
    late = [cinema.watch(*range(SECONDS)) for _ in range(5)]
    cinema.wait(days=2)
    assert cinema.viewings() == 10
    for _ in range(2):
        assert cinema.take_back(late[3]).status_code == 204
        assert cinema.strip() == before
    cinema.wait(days=2)
    assert cinema.strip() == before  # the other four come to no second group
    assert cinema.report(late[3], [0]).status_code == 410


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_everything_shown_is_made_of_whole_groups_and_nobody_is_in_two(
    cinema: Cinema, seed: int
) -> None:
    chance = random.Random(seed)
    ever: dict[int, bytes] = {}
    members: dict[str, int] = {}
    for _ in range(60):
        match chance.choice(["watch", "watch", "watch", "watch", "wait", "back"]):
            case "watch":
                cinema.watch(*chance.sample(range(SECONDS), chance.randint(1, SECONDS)))
            case "wait":
                cinema.wait(days=1)
            case "back":
                if cinema.tickets:
                    cinema.take_back(chance.choice(cinema.tickets))
        ever |= groups(cinema)
        with cinema.studio.database.reading() as db:
            for one in db.scalars(select(GroupedViewing)):
                assert members.setdefault(one.digest, one.group_id) == one.group_id
        now = list(groups(cinema).values())
        assert all(ever[number] == counts for number, counts in groups(cinema).items())  # a group never changes
        strip = cinema.strip()
        assert strip == (strip_of(now) if now else None)
        if strip:
            assert all(count % GROUP == 0 for count in (strip.viewings, *strip.counts))
    assert len(ever) > 1


def test_who_finds_no_four_others_is_forgotten_and_so_is_a_group_after_25_months(cinema: Cinema) -> None:
    cinema.watch(0)
    cinema.wait(days=31)
    for _ in range(4):
        cinema.watch(0)
    cinema.wait(days=2)
    assert cinema.strip() is None  # the first one waited for too long
    cinema.watch(0)
    cinema.wait(days=2)
    assert cinema.viewings() == 5
    cinema.wait(days=760)
    assert cinema.strip() is None
    with cinema.studio.database.reading() as db:
        assert db.scalars(select(GroupedViewing)).all() == []
        assert db.scalars(select(Viewing)).all() == []


def test_groups_of_films_of_different_length_add_up() -> None:
    assert add_up([bytes([1, 2, 3]), bytes([5, 5, 5, 5, 5]), bytes([0, 1])]) == (6, 8, 8, 5, 5)
    assert add_up([]) == ()
    assert add_up([bytes([5])] * 70_000) == (350_000,)


def test_a_union_is_what_either_covers() -> None:
    assert union(b"\x01\x80", b"\x03\x00") == b"\x03\x80"
    assert together([b"\x01", b"\x03", b"\x21"], seconds=6) == bytes([3, 1, 0, 0, 0, 1])
