"""What proof costs: a sign-up's transaction beside the same rows, in the same tables, without chain, hash or guard."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert, select

from bench.figure import Figure, side_by_side
from bench.stores import Store, stores
from portal.people.consent.notices import current_wording
from portal.people.consent.record import Act, Shown
from portal.people.database import Base, Database
from portal.people.forms.sign_up import SignUp, prepare, write
from portal.people.keyring import Seal, open_keyring
from portal.people.offers.wishes import OfferWish
from portal.people.settings import load_settings
from portal.shared import ids
from tests.support import engines

ROUNDS = 400
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)

# What one sign-up with both boxes ticked writes, in an order that foreign keys allow.
TABLES = {
    "people": 1,
    "person_keys": 1,
    "opt_ins": 1,
    "consent_records": 2,
    "consent_payloads": 2,
    "consent_states": 2,
    "opt_in_boxes": 2,
    "signups": 1,
    "ways_out": 1,
    "messages": 1,
}

_TRIGGERS = {
    "sqlite": "select tbl_name, name from sqlite_master where type = 'trigger'",
    "postgresql": "select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal",
}

Rows = dict[str, list[dict[str, Any]]]


def figures() -> Iterator[Figure]:
    """The sign-up on each engine: a new person with both boxes ticked each time, everything made ready before."""
    for store in stores():
        yield _sign_up_beside_its_rows(store)


def _sign_up_beside_its_rows(store: Store) -> Figure:
    with ExitStack() as stack:
        ours, plain = (new_database(store, Path(stack.enter_context(TemporaryDirectory())), stack) for _ in range(2))
        with ours.transaction() as db:
            keyring = open_keyring(db, secret_keys=("k" * 40,), now=NOW)
        ready = iter([make_sign_up(keyring) for _ in range(ROUNDS + 2)])
        write_sign_up(ours, keyring, next(ready))
        inserting = _insert_into(plain, _rows_of_one(ours))
        value, peer = side_by_side(lambda: write_sign_up(ours, keyring, next(ready)), inserting, rounds=ROUNDS)
        return Figure(
            name=f"A sign-up's transaction, {store.name}",
            value=value,
            peer=peer,
            against="its rows without chain or hash",
            unit="µs",
            goal=1.8,
        )


_numbers = itertools.count()


def new_database(store: Store, folder: Path, stack: ExitStack) -> Database:
    """A people database with the newest schema and no row, open as long as `stack` is."""
    settings = load_settings({"DATA": str(folder)} | store.engine.migrated("people", folder))
    return stack.enter_context(closing(Database(settings.database_url)))


def make_sign_up(keyring: Seal) -> SignUp:
    """A new person with every box ticked, made ready."""
    address = f"person{next(_numbers)}@people.customerhub.net"
    wording = current_wording("sign-up")
    return prepare(
        name="Ada Lindqvar",
        typed=address,
        address=address,
        ticked=wording.purposes,
        shown=Shown(page="/offers/setup-day", wording=wording, form=b"<div>the boxes</div>"),
        wish=OfferWish(offer="setup-day", round_key="2026-03"),
        url="https://learning.customerhub.net",
        keyring=keyring,
        now=NOW,
    )


def write_sign_up(database: Database, keyring: Seal, sign_up: SignUp) -> None:
    """Write it in a transaction of its own."""
    act = Act(at=NOW, key=sign_up.opt_in_id, peer="192.0.2.1", user_agent="bench", locale="en")
    with database.transaction() as db:
        if not write(db, sign_up=sign_up, keyring=keyring, act=act):
            raise RuntimeError("This sign-up was not written, so its time says nothing.")


def _insert_into(database: Database, rows: Rows) -> Callable[[], None]:
    """Insert the rows of one sign-up, under new ids each time, where nothing guards them."""
    with engines.current().raw(database.writer.url.render_as_string(hide_password=False)) as connection:
        for table, name in connection.exec_driver_sql(_TRIGGERS[connection.dialect.name]).all():
            on = f" on {table}" if connection.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"drop trigger {name}{on}")
    adding = {name: insert(Base.metadata.tables[name]) for name in TABLES}
    ready = iter([_renamed(rows) for _ in range(ROUNDS + 1)])

    def insert_them() -> None:
        fresh = next(ready)
        with database.transaction() as db:
            for name, add in adding.items():
                db.connection().execute(add, fresh[name])

    return insert_them


def _rows_of_one(database: Database) -> Rows:
    """What the one sign-up in `database` wrote."""
    with database.reading() as db:
        tables = {name: Base.metadata.tables[name] for name in TABLES}
        found = {name: [dict(row) for row in db.execute(select(tables[name])).mappings()] for name in TABLES}
    if {name: len(rows) for name, rows in found.items()} != TABLES:
        raise RuntimeError("A sign-up does not write the rows any more that this measurement names.")
    return found


def _renamed(rows: Rows) -> Rows:
    """The same rows under other keys of the same length, so that they can be inserted beside them."""
    names: dict[Any, Any] = {}

    def renamed(column: str, value: Any) -> Any:
        if value is None or not column.endswith(("id", "digest", "leaf", "email")):
            return value
        if isinstance(value, bytes):
            return names.setdefault(value, ids.new_token().encode()[: len(value)])
        return names.setdefault(value, f"{ids.digest(ids.new_token())[: len(value.partition('@')[0])]}{_ending(value)}")

    return {
        name: [{column: renamed(column, value) for column, value in row.items()} for row in table]
        for name, table in rows.items()
    }


def _ending(value: str) -> str:
    return "".join(value.partition("@")[1:])
