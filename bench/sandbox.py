"""What a test drive costs among ten thousand others: to start, keep, list, search, open and change one."""

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, redirect_stderr
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import chain, count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from flask import Flask
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from bench.asking import add_constant, asking, beside_constant
from bench.crowd import (
    CHANGES,
    DRIVES,
    TENANTS,
    crowd,
    crowd_of_drives,
    plain,
    plain_deals,
    plain_leads,
    plain_stories,
)
from bench.figure import Figure, side_by_side
from bench.stores import Store, owned, stores
from portal.sandbox.app import create_app
from portal.sandbox.database import Database, bind
from portal.sandbox.deals import question as deals
from portal.sandbox.deals.board import SHOWN, board_of
from portal.sandbox.drives.activities import list_entries
from portal.sandbox.drives.copies import fork
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.frame import stages_of
from portal.sandbox.drives.journal import Journal, reset
from portal.sandbox.drives.overlay import PAGE, find_lead, find_neighbors, leads_of, list_leads
from portal.sandbox.drives.question import Filter, Question, filter_conditions, ordering
from portal.sandbox.leads.bulk import Wish, carry_out, make_plan
from portal.sandbox.scenarios.loading import load_scenario
from portal.sandbox.scenarios.models import Scenario
from portal.sandbox.settings import load_settings
from portal.sandbox.setup import RECIPES
from portal.shared.logs import set_up_logs

RECIPE = RECIPES / "fernhollow-cycles.toml"
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
SMALL, MIDDLE, LARGE = 1_000, 10_000, 100_000

_NOWHERE = open(os.devnull, "w")  # noqa: SIM115  # as long as the process: loggers keep the stream they began with

_notes = MetaData()
_NOTES = Table(
    "plain_rows", _notes, Column("id", Integer, primary_key=True), *(Column(f"c{n}", Text) for n in range(7))
)


def figures() -> Iterator[Figure]:
    """The sandbox's figures on each engine."""
    for store in stores():
        with ExitStack() as stack:
            app = workshop(store, Path(stack.enter_context(TemporaryDirectory())), stack)
            stack.callback(app.extensions["database"].close)
            for figure in chain([_page(app)], _crowded(app, stack)):
                yield replace(figure, name=f"{figure.name}, {store.name}")


def workshop(store: Store, data: Path, stack: ExitStack) -> Flask:
    """The sandbox's app on a fresh store with the workshop in it; its logs are written, to nowhere."""
    settings = load_settings({"DATA": str(data)} | store.engine.migrated("sandbox", data))
    stack.enter_context(owned(settings.owner_url, _notes))
    with redirect_stderr(_NOWHERE):
        set_up_logs("bench")
    app = create_app(settings)
    add_constant(app)
    with app.extensions["database"].transaction() as db:
        load_scenario(db, RECIPE, now=NOW)
    return app


@dataclass(frozen=True)
class Place:
    """A database with the crowd in it, and the scenarios of each size."""

    database: Database
    scenarios: dict[int, int]

    def drive(self, size: int) -> str:
        """The token of a drive of the business of this size, in which a visitor has changed some leads."""
        with self.database.transaction() as db:
            token = start_drive(db, scenario_id=self.scenarios[size], now=NOW).token
        with self.database.transaction() as db:
            drive = opened(db, token)
            for lead in leads_of(db, drive, [f"L{number * 37:06}" for number in range(1, CHANGES + 1)]):
                Journal(db, drive, words="Changed the owner", now=NOW).write(
                    "lead", lead.id, lead._replace(owner="You")._asdict()
                )
        return token


def opened(db: Session, token: str) -> Drive:
    """The drive of this token."""
    drive = find_drive(db, token, now=NOW)
    if drive is None:
        raise RuntimeError("The drive of this measurement is gone.")
    return drive


def _crowded(app: Flask, stack: ExitStack) -> Iterator[Figure]:
    database: Database = app.extensions["database"]
    settings = app.extensions["settings"]
    plain_leads(SMALL), plain_leads(MIDDLE), plain_leads(LARGE), plain_stories(), plain_deals()
    owner = stack.enter_context(owned(settings.owner_url, plain))
    with database.reading() as db:
        recipe = db.scalars(select(Scenario.id).where(Scenario.slug == RECIPE.stem)).one()
    with owner.writer.begin() as connection:
        scenarios = crowd(connection, recipe)
    place = Place(database, scenarios)
    limits = iter((200, 8_000, 20_000))
    with owner.writer.begin() as connection:
        for words, size in crowd_of_drives(connection, scenarios[SMALL], now=NOW):
            yield Figure(
                name=f"Bytes of a drive {words}", value=size, peer=next(limits), against="the limit", unit="B", goal=1
            )
    with owner.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    yield from _starts(place)
    yield from _resets(place)
    yield from _forks(place)
    for size in (SMALL, MIDDLE, LARGE):
        yield from _lists(place, size)
    yield from _searches(place)
    yield from _opens(place)
    yield from _boards(place)
    yield from _bulk(place)
    yield from _beside_peer(app, settings.owner_url)


def _starts(place: Place) -> Iterator[Figure]:
    row = {f"c{n}": "a text of forty characters or thereabouts" for n in range(7)}

    def start(size: int) -> Callable[[], None]:
        def act() -> None:
            with place.database.transaction() as db:
                start_drive(db, scenario_id=place.scenarios[size], now=NOW)

        return act

    def insert_one() -> None:
        with place.database.transaction() as db:
            db.execute(insert(_NOTES), [row])

    value, peer = side_by_side(start(SMALL), insert_one, rounds=200)
    yield _figure("Start a drive", value, peer, "one inserted row, committed", 2)
    value, peer = side_by_side(start(LARGE), start(SMALL), rounds=200)
    yield _figure("Start a drive of 100,000 leads", value, peer, "one of 1,000 leads", 1.3)


def _resets(place: Place) -> Iterator[Figure]:
    """Each takes another drive of the crowd, or of the crowd's rows in a table of all tenants."""
    with place.database.reading() as db:
        first = db.scalar(select(func.min(TENANTS.c.tenant))) or 0
    tenants, drives = count(first), _found(place, range(DRIVES // 2, DRIVES // 2 + 200))

    def reset_one() -> None:
        drive = next(drives)
        with place.database.transaction() as db:
            bind(db, drive.id)
            reset(db, drive, now=NOW)

    def delete_rows() -> None:
        with place.database.transaction() as db:
            db.execute(delete(TENANTS).where(TENANTS.c.tenant == next(tenants)))

    value, peer = side_by_side(reset_one, delete_rows, rounds=150)
    yield _figure(f"Reset a drive with {CHANGES} changes", value, peer, "as many rows deleted", 2)


def _forks(place: Place) -> Iterator[Figure]:
    """Each takes another drive of the crowd, or the rows of another tenant."""
    with place.database.reading() as db:
        first = db.scalar(select(func.min(TENANTS.c.tenant))) or 0
    tenants, drives = count(first + DRIVES // 4), _found(place, range(DRIVES // 4, DRIVES // 4 + 200))
    columns = [column.name for column in TENANTS.columns]

    def fork_one() -> None:
        with place.database.transaction() as db:
            fork(db, next(drives).id, name="A fork", now=NOW)

    def copy_rows() -> None:
        tenant = next(tenants)
        rows = select(literal(DRIVES * 10 + tenant), *(TENANTS.c[name] for name in columns[1:]))
        with place.database.transaction() as db:
            db.execute(insert(TENANTS).from_select(columns, rows.where(TENANTS.c.tenant == tenant)))

    value, peer = side_by_side(fork_one, copy_rows, rounds=100)
    yield _figure(f"Fork a drive with {CHANGES} changes", value, peer, "as many rows copied", 2)


def _found(place: Place, numbers: Iterable[int]) -> Iterator[Drive]:
    """Drives of the crowd, found beforehand: who deletes rows or copies them knows whose they are, too."""
    with place.database.reading() as db:
        return iter([opened(db, str(number)) for number in numbers])


def _lists(place: Place, size: int) -> Iterator[Figure]:
    """The list's reads, on an open transaction, beside the same page and count from a table of one tenant."""
    table, token = plain_leads(size), place.drive(size)
    numbers = count(1)
    with place.database.reading() as db:
        drive = opened(db, token)
        asked: dict[str, tuple[Callable[[], Question], int]] = {
            "the latest first": (lambda: Question(), 1),
            "filters never asked before, by name": (lambda: _filtered(next(numbers)), 2),
            "last page": (lambda: Question(sort="name"), size // PAGE),
        }
        for words, (make, page) in asked.items():
            question = make()
            value, peer = side_by_side(
                lambda: list_leads(db, drive, make(), page=page),  # noqa: B023  # called within this turn
                lambda: _plain_list(db, drive, table, question, page),  # noqa: B023
                rounds=30 if size == LARGE else 100,
            )
            goal = 0.5 if size == SMALL else 0.1 if size == LARGE else 1
            yield _figure(f"List of {size:,} leads: {words}", value, peer, "a plain table", goal)


def _filtered(number: int) -> Question:
    filters = (
        Filter("stage", "not", ("Lost",)),
        Filter("last", "before", ("10d",)),
        Filter("value", "from", (str(number),)),
    )
    return Question(filters, sort="name")


def _plain_list(db: Session, drive: Drive, table: Table, question: Question, page: int) -> tuple[object, object]:
    question, columns = question.at(drive), table.c
    found = select(*columns).where(*filter_conditions(question, columns))
    rows = found.order_by(*ordering(question, columns)).limit(PAGE).offset((page - 1) * PAGE)
    return db.execute(rows).all(), db.scalar(select(func.count()).select_from(found.subquery()))


def _searches(place: Place) -> Iterator[Figure]:
    """Each word is sought for the first time; half of them with a letter wrong."""
    with place.database.reading() as db:
        names = [lead.name for lead in list_leads(db, opened(db, place.drive(SMALL)), Question(), page=1).leads]
    words = sorted({word for name in names for word in name.lower().split() if len(word) > 3})
    tokens = {size: place.drive(size) for size in (SMALL, LARGE)}

    def seek(db: Session, drive: Drive, change: Callable[[str], str]) -> Callable[[], object]:
        turns = ((word, turn) for turn in count(4) for word in words)

        def act() -> object:
            word, turn = next(turns)
            return list_leads(db, drive, Question(q=change(word)[:turn], sort="name"), page=1)

        return act

    ways: dict[str, Callable[[str], str]] = {
        "a word": lambda word: word,
        "a word with a slip": lambda word: f"{word[:2]}{word[3:4]}{word[2:3]}{word[4:]}" if len(word) > 4 else word,
    }
    for name, change in ways.items():
        with place.database.reading() as few, place.database.reading() as many:
            value, peer = side_by_side(
                seek(many, opened(many, tokens[LARGE]), change),
                seek(few, opened(few, tokens[SMALL]), change),
                rounds=len(words) * 3,
            )
        yield _figure(f"Search of 100,000 leads: {name}", value, peer, "of 1,000 leads", 2)


def _opens(place: Place) -> Iterator[Figure]:
    table, stories, token = plain_leads(LARGE), plain_stories(), place.drive(LARGE)
    ours, theirs = (cycle(f"L{number * 97 % LARGE:06}" for number in range(1, 900)) for _ in range(2))
    with place.database.reading() as db:
        drive = opened(db, token)

        def open_lead() -> object:
            lead_id = next(ours)
            return (
                find_lead(db, drive, lead_id),
                list_entries(db, drive, lead_id),
                find_neighbors(db, drive, Question(), lead_id),
            )

        def open_row() -> object:
            lead_id = next(theirs)
            lead = db.execute(select(table).where(table.c.id == lead_id)).one()
            told = db.execute(select(stories).where(stories.c.lead_id == lead_id).order_by(stories.c.at.desc())).all()
            after = select(table.c.id).where(table.c.last_at < lead.last_at).order_by(table.c.last_at.desc()).limit(1)
            before = select(table.c.id).where(table.c.last_at > lead.last_at).order_by(table.c.last_at).limit(1)
            return lead, told, db.scalar(after), db.scalar(before)

        value, peer = side_by_side(open_lead, open_row, rounds=200)
    yield _figure("Open a lead of 100,000, with who comes next", value, peer, "a plain table", 1.5)


def _boards(place: Place) -> Iterator[Figure]:
    """The lanes with their sums and first cards, and what is open: beside the same from a table of one tenant."""
    token, table = place.drive(LARGE), plain_deals()
    columns = table.c
    with place.database.reading() as db:
        drive = opened(db, token)
        stages = stages_of(drive)
        numbers = count(1)

        def open_board() -> object:
            return board_of(db, drive, deals.Question(), pinned=str(next(numbers)))

        def open_rows() -> object:
            is_open = [rank for rank, stage in enumerate(stages) if stage.is_open]
            month = columns.closed_at.is_(None) | (columns.closed_at > drive.clock - 86_400 * 30)
            sums = select(columns.stage_rank, func.count(), func.sum(columns.amount)).group_by(columns.stage_rank)
            late = select(func.count(), func.sum(columns.amount)).where(columns.stage_rank.in_(is_open))
            cards = [
                select(*columns).where(columns.stage_rank == rank, month).order_by(columns.amount.desc()).limit(SHOWN)
                for rank in range(len(stages))
            ]
            found = [db.execute(one).all() for one in cards]
            return found, db.execute(sums.where(month)).all(), db.execute(late).all()

        value, peer = side_by_side(open_board, open_rows, rounds=40)
    yield _figure(f"Board of {LARGE:,} leads", value, peer, "a plain table", 0.6)


def _bulk(place: Place) -> Iterator[Figure]:
    """All rows that a drive may have of its own, tagged in one act, then in another; its list beside a plain one."""
    token, all_ids = place.drive(MIDDLE), [f"L{number:06}" for number in range(1, MIDDLE + 1)]
    for tag, words in (("Tagged", "at once"), ("Again", "once more, which are the drive's own by now")):
        began = perf_counter()
        with place.database.transaction() as db:
            drive = opened(db, token)
            plan = make_plan(db, drive, Wish("tag", tag), leads_of(db, drive, all_ids))
            carry_out(db, drive, plan, now=NOW)
        yield Figure(
            name=f"Tag {len(plan.changes):,} leads {words}, planned and done",
            value=(perf_counter() - began) * 1000,
            peer=1000,
            against="the limit",
            unit="ms",
            goal=1,
        )
    table, numbers = plain_leads(MIDDLE), count(1)
    with place.database.reading() as db:
        drive = opened(db, token)
        value, peer = side_by_side(
            lambda: list_leads(db, drive, _filtered(next(numbers)), page=1),
            lambda: _plain_list(db, drive, table, _filtered(1), 1),
            rounds=60,
        )
    yield _figure("List after it, filters never asked before", value, peer, "a plain table", 1)


def _page(app: Flask) -> Figure:
    """The whole page through WSGI, uncompressed, beside a view that returns the same text from memory."""
    return beside_constant(app, "/leads", name="Page of the leads list", cookies=_visit(app, RECIPE.stem))


def _beside_peer(app: Flask, url: str) -> Iterator[Figure]:
    cookies = _visit(app, f"crowd-{MIDDLE}")
    size = len(gzip.compress(_text(app, cookies).encode(), 6))
    yield Figure(
        name="Page of 10,000 leads, compressed", value=size / 1000, peer=30, against="the limit", unit="kB", goal=1
    )
    if find_spec("flask_admin") is None:
        return
    from bench.peer import flask_admin_app

    peer_app = flask_admin_app(url, plain_leads(MIDDLE))
    peer_app.extensions["settings"] = app.extensions["settings"]
    value, peer = side_by_side(asking(app, "/leads", cookies), asking(peer_app, "/admin/lead/", ""), rounds=60)
    yield replace(_figure("Page of 10,000 leads", value, peer, "Flask-Admin's of the same", 0.5))
    yield Figure(
        name="Pages of 10,000 leads",
        value=1e6 / value,
        peer=1e6 / peer,
        against="Flask-Admin's of the same",
        unit="a second",
        goal=4,
        bound="at least",
    )


def _visit(app: Flask, scenario: str) -> str:
    """The cookies of a visitor who has started a drive."""
    client = app.test_client()
    client.post("/drives", data={"scenario": scenario}, headers={"Origin": app.extensions["settings"].url})
    return "; ".join(f"{cookie.key}={cookie.value}" for cookie in (client._cookies or {}).values())


def _text(app: Flask, cookies: str) -> str:
    return app.test_client(use_cookies=False).get("/leads", headers={"Cookie": cookies}).text


def _figure(name: str, value: float, peer: float, against: str, goal: float) -> Figure:
    return Figure(name=name, value=value, peer=peer, against=against, unit="µs", goal=goal)
