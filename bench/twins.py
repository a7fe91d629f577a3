"""What it costs to read a note for what looks real before it is saved, and to read all that is stored for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import func, select

from bench.figure import Figure, side_by_side
from bench.sandbox import RECIPE, workshop
from bench.stores import stores
from portal.sandbox.scenarios.models import Scenario
from portal.separation import values
from portal.shared.database import Database
from tests.sandbox.visitor import Visitor

ROWS, SECONDS = 1_000_000, 60  # what the check promises
CALM = 3 * (
    "Came by on 2026-03-14 at 9:30, wants 40 spokes of 290 mm and a fitting before the season. "
    "Order 114-3941689 is on its way, $1,250.00 in all, net 30; the frame is a 56, the stem 110 mm. "
    "Prefers mornings. Knee 3 of 10 left, 0 of 10 right. Ride 1 of 12: 22 miles, 1,100 feet. "
)
REAL = f"{CALM} Call 415-867-5301 or 0171 9999901, jane@acme.com, 123 Dreamt St, Nowhereville, IL 99901."


def figures() -> Iterator[Figure]:
    """Each on both engines."""
    for store in stores():
        with ExitStack() as stack:
            app = workshop(store, Path(stack.enter_context(TemporaryDirectory())), stack)
            stack.callback(app.extensions["database"].close)
            for figure in (
                _save(app, CALM, "nothing real in it"),
                _save(app, REAL, "five things real in it"),
                _check(app.extensions["settings"].database_url),
            ):
                yield replace(figure, name=f"{figure.name}, {store.name}")


def _save(app: Flask, note: str, words: str) -> Figure:
    """The form as a browser posts it, with the note and without one."""
    visitor = Visitor(app).start(RECIPE.stem)
    turns = count()

    def save(**typed: str) -> Callable[[], None]:
        def post() -> None:
            answer = visitor.edit("L000001", company=f"Company {'ab'[next(turns) % 2]}", **typed)
            if answer.status_code != 303:
                raise RuntimeError(f"Saving answered {answer.status_code}.")

        return post

    value, peer = side_by_side(save(note=note), save(), rounds=60)
    return Figure(
        name=f"Save a lead with a note of {len(note)} characters, {words}",
        value=value,
        peer=peer,
        against="the lead without a note",
        unit="µs",
        goal=2,
    )


def _check(url: str) -> Figure:
    """Reading the sandbox as it is seeded, a thousand leads and every entry of their stories, scaled up."""
    database = Database(url, synchronous="FULL")  # as the check opens it, whose statements name no drive
    with database.reading() as db:
        rows = sum(db.execute(select(func.sum(Scenario.lead_count), func.sum(Scenario.activity_count))).one())
    began = time.process_time()
    values.read_all(database.reader)
    seconds = time.process_time() - began
    database.close()
    return Figure(
        name="Read a million stored rows for what looks real",
        value=seconds * ROWS / rows,
        peer=SECONDS,
        against="promised",
        unit="s",
        goal=1,
    )
