"""Sign-ups of 32 clients at once on SQLite: the rate, and the longest wait, beside bare commits of one row each."""

import itertools
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.consent import NOW, make_sign_up, new_database, write_sign_up
from bench.figure import Figure
from bench.stores import Store
from portal.people.keyring import open_keyring
from tests.support import engines
from tests.support.engines import Sqlite

CLIENTS = 32
ROUNDS = 5
ACTS = 6  # by each client in each round
MOST_MILLISECONDS = 500

Clients = list[Callable[[], None]]


def figures() -> Iterator[Figure]:
    """Both on the same disk, in turns, each commit on it before the next act of its client."""
    with ExitStack() as stack:
        signing_up, inserting = _sign_ups(stack), _bare_rows(stack)
        ours, bare = _Crowd(signing_up), _Crowd(inserting)
        for _ in range(ROUNDS):
            ours.go()
            bare.go()
    yield Figure(
        name=f"Sign-ups of {CLIENTS} clients, SQLite",
        value=ours.rate,
        peer=bare.rate,
        against="commits of one bare row each, as many clients",
        unit="a second",
        goal=1.5,
        bound="at least",
    )
    yield Figure(
        name=f"The longest wait of {CLIENTS} clients, SQLite",
        value=ours.longest * 1e3,
        peer=MOST_MILLISECONDS,
        against="limit",
        unit="ms",
        goal=1.0,
    )


class _Crowd:
    """Clients, each in a thread of its own, who act as soon as their last act is done."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._done = 0
        self._seconds = 0.0
        self.longest = 0.0

    @property
    def rate(self) -> float:
        """Acts a second."""
        return self._done / self._seconds

    def go(self) -> None:
        """One round."""
        faults: list[BaseException] = []
        threads = [threading.Thread(target=self._act, args=(client, faults)) for client in self._clients]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        self._seconds += time.perf_counter() - began
        self._done += len(threads) * ACTS

    def _act(self, client: Callable[[], None], faults: list[BaseException]) -> None:
        try:
            for _ in range(ACTS):
                began = time.perf_counter()
                client()
                self.longest = max(self.longest, time.perf_counter() - began)
        except BaseException as fault:  # a thread's own would be lost
            faults.append(fault)


def _sign_ups(stack: ExitStack) -> Clients:
    engines.use(Sqlite())
    stack.callback(engines.use, None)
    database = new_database(Store("SQLite", engines.current()), _folder(stack), stack)
    with database.transaction() as db:
        keyring = open_keyring(db, secret_keys=("k" * 40,), now=NOW)
    ready = iter([make_sign_up(keyring) for _ in range(CLIENTS * ROUNDS * ACTS)])
    taking = threading.Lock()

    def sign_up() -> None:
        with taking:
            mine = next(ready)
        write_sign_up(database, keyring, mine)

    return [sign_up] * CLIENTS


def _bare_rows(stack: ExitStack) -> Clients:
    """Each on a connection of its own, with nothing of ours around it."""
    path = _folder(stack) / "bare.db"
    numbers = itertools.count()

    def client() -> Callable[[], None]:
        connection = stack.enter_context(
            closing(sqlite3.connect(path, isolation_level=None, timeout=60, check_same_thread=False))
        )
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("create table if not exists rows (number integer primary key, words text)")

        def insert() -> None:
            connection.execute("begin immediate")
            connection.execute("insert into rows values (?, 'one row')", (next(numbers),))
            connection.execute("commit")

        return insert

    return [client() for _ in range(CLIENTS)]


def _folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(TemporaryDirectory()))
