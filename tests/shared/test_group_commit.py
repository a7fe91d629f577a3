"""Transactions that come at once share a commit: one alone may fail; nobody is told before all is on the disk."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from portal.shared import group_commit, sqlite
from portal.shared.database import Database
from portal.shared.faults import is_full
from tests.support.waiting import eventually

SCHEMA = (
    "create table notes (words text unique)",
    "create table parents (id integer primary key)",
    "create table children (parent integer references parents deferrable initially deferred)",
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'notes.db'}", synchronous="FULL")
    with opened.transaction() as db:
        for words in SCHEMA:
            db.execute(text(words))
    yield opened
    opened.close()


class Crowd:
    """Writers who queue behind a first one, who holds the turn until told to go on."""

    def __init__(self, database: Database, pool: ThreadPoolExecutor) -> None:
        self.database = database
        self.pool = pool
        self.may_go_on = threading.Event()
        self.commits = 0
        event.listen(database.writer, "commit", self._count)
        self.first = pool.submit(self._write, self._write_and_hold)
        eventually(lambda: self.is_holding)

    is_holding = False

    def add(self, act: Callable[[Session], object]) -> Future[None]:
        """One more writer; those after the first are waiting in line when this returns."""
        return self.add_all([act])[0]

    def add_all(self, acts: Sequence[Callable[[Session], object]]) -> list[Future[None]]:
        """Several at once, in whatever order they come to stand."""
        before = len(self._waiting)
        futures = [self.pool.submit(self._write, act) for act in acts]
        eventually(lambda: len(self._waiting) == before + len(acts))
        return futures

    def _write(self, act: Callable[[Session], object]) -> None:
        with self.database.transaction() as db:
            act(db)

    def _write_and_hold(self, db: Session) -> None:
        note("first")(db)
        self.is_holding = True
        assert self.may_go_on.wait(30)

    @property
    def _waiting(self) -> Any:
        return self.database._commits._queue._waiting  # type: ignore[union-attr]

    def _count(self, _connection: object) -> None:
        self.commits += 1


@pytest.fixture
def crowd(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crowd]:
    monkeypatch.setattr(group_commit, "MOST_SECONDS", 60.0)  # however busy this machine is
    with ThreadPoolExecutor(40) as pool:
        crowd = Crowd(database, pool)
        yield crowd
        crowd.may_go_on.set()


def note(words: str) -> Callable[[Session], object]:
    return lambda db: db.execute(text("insert into notes values (:words)"), {"words": words})


def notes(database: Database) -> set[str]:
    with database.reading() as db:
        return set(db.scalars(text("select words from notes")))


def test_all_who_wait_in_line_go_on_in_one_commit(database: Database, crowd: Crowd) -> None:
    others = crowd.add_all([note(f"other {number}") for number in range(31)])
    crowd.may_go_on.set()
    for future in (crowd.first, *others):
        future.result(30)
    assert len(notes(database)) == 32
    assert crowd.commits == 1


def test_nobody_is_told_before_the_commit(database: Database, crowd: Crowd) -> None:
    is_in_second, second_may_end = threading.Event(), threading.Event()

    def second(db: Session) -> None:
        note("second")(db)
        is_in_second.set()
        assert second_may_end.wait(30)

    future = crowd.add(second)
    crowd.may_go_on.set()
    assert is_in_second.wait(30)
    assert not crowd.first.done()
    assert notes(database) == set()
    second_may_end.set()
    crowd.first.result(30)
    future.result(30)
    assert notes(database) == {"first", "second"}


def test_one_that_fails_takes_back_its_own_alone(database: Database, crowd: Crowd) -> None:
    def fails(db: Session) -> None:
        note("half")(db)
        raise LookupError

    def collides(db: Session) -> None:
        note("half too")(db)
        note("first")(db)

    failing, colliding, good = crowd.add(fails), crowd.add(collides), crowd.add(note("good"))
    crowd.may_go_on.set()
    with pytest.raises(LookupError):
        failing.result(30)
    with pytest.raises(IntegrityError):
        colliding.result(30)
    good.result(30)
    crowd.first.result(30)
    assert notes(database) == {"first", "good"}


def test_a_first_one_that_fails_takes_back_everything_and_leaves_a_connection_that_is_as_new(
    database: Database,
) -> None:
    opened: list[object] = []
    event.listen(database.writer, "connect", lambda *_: opened.append(None))
    for _ in range(3):
        with pytest.raises(IntegrityError), database.transaction() as db:
            db.execute(text("insert into notes values ('of the first'), ('of the first')"))
    with database.transaction() as db:
        note("of the next")(db)
    assert notes(database) == {"of the next"}
    assert opened == []


def test_where_the_last_one_fails_the_others_are_committed_all_the_same(database: Database, crowd: Crowd) -> None:
    def fails(db: Session) -> None:
        note("half")(db)
        raise LookupError

    failing = crowd.add(fails)
    crowd.may_go_on.set()
    with pytest.raises(LookupError):
        failing.result(30)
    crowd.first.result(30)
    assert notes(database) == {"first"}


def test_where_the_commit_fails_all_are_told_and_nothing_is_kept(database: Database, crowd: Crowd) -> None:
    orphan = crowd.add(lambda db: db.execute(text("insert into children values (7)")))
    crowd.may_go_on.set()
    for future in (crowd.first, orphan):
        with pytest.raises(IntegrityError):
            future.result(30)
    assert notes(database) == set()
    with database.transaction() as db:
        note("after")(db)
    assert notes(database) == {"after"}


def test_where_the_store_is_full_whoever_shared_the_transaction_hears_it_and_may_try_again(
    database: Database, crowd: Crowd
) -> None:
    def too_much(db: Session) -> None:
        pages = db.scalar(text("pragma page_count"))
        db.execute(text(f"pragma max_page_count = {pages}"))
        db.execute(text("insert into notes values (hex(zeroblob(1000000)))"))

    full = crowd.add(too_much)
    crowd.may_go_on.set()
    faults = []
    for future in (crowd.first, full):
        try:
            future.result(30)
        except OperationalError as fault:
            faults.append(fault)
    assert [is_full(fault) for fault in faults] == [True, True]
    assert notes(database) == set()
    database.writer.dispose()  # the limit was set on its connection
    with database.transaction() as db:
        note("after")(db)
    assert "after" in notes(database)


def test_a_group_takes_in_nobody_once_its_first_has_waited_enough(
    database: Database, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_SECONDS", -1.0)
    others = crowd.add_all([note(f"other {number}") for number in range(3)])
    crowd.may_go_on.set()
    for future in (crowd.first, *others):
        future.result(30)
    assert crowd.commits == 4


def test_who_waits_too_long_is_told_as_by_sqlite_and_leaves_the_line(database: Database, crowd: Crowd) -> None:
    crowd.database._commits._queue._seconds = 0.01  # type: ignore[union-attr]
    with pytest.raises(OperationalError) as told, database.transaction():
        pass
    assert isinstance(told.value.orig, sqlite3.OperationalError)
    crowd.may_go_on.set()
    crowd.first.result(30)
    assert notes(database) == {"first"}


def test_a_transaction_that_another_process_keeps_waiting_leaves_the_turn_free(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.01)
    with closing(sqlite3.connect(database.writer.url.database or "", isolation_level=None)) as stranger:
        stranger.execute("begin immediate")
        with pytest.raises(OperationalError, match="locked"), database.transaction():
            pass
    with database.transaction() as db:
        note("after")(db)
    assert notes(database) == {"after"}
