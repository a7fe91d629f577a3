"""What the limits cost: a change that is counted and a page that is not, beside the same without limits."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path

from flask import Flask

from bench.figure import Figure, side_by_side
from bench.stores import stores
from tests.people.site import Site
from tests.sandbox.conftest import opened
from tests.sandbox.small import STAGES
from tests.sandbox.visitor import Visitor
from tests.support.sides import closed_at_the_end, people_app

ROUNDS = 400


def figures() -> Iterator[Figure]:
    """Microseconds of a request through the whole app, with limits and without, on each engine."""
    for store in stores():
        with ExitStack() as stack:
            folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(4)]
            stack.enter_context(closed_at_the_end())
            held, free = (next(opened(folder)) for folder in folders[:2])
            lift(free)
            taken = side_by_side(edit_of(held), edit_of(free), rounds=ROUNDS)
            yield _figure(f"a change to a drive, counted, {store.name}", taken, goal=1.25)
            held, free = (people_app(folder) for folder in folders[2:])
            lift(free)
            taken = side_by_side(page_of(held), page_of(free), rounds=ROUNDS)
            yield _figure(f"a page that is not counted, {store.name}", taken, goal=1.25)


def lift(app: Flask) -> None:
    """Let the app hold nobody to anything."""
    [limiter] = app.extensions["limiter"]
    limiter.enabled = False


def edit_of(app: Flask) -> Callable[[], object]:
    """Change a lead to and fro, as its visitor."""
    visitor = Visitor(app).start()
    stages = cycle(STAGES)
    return lambda: visitor.edit("L001", stage=next(stages))


def page_of(app: Flask) -> Callable[[], object]:
    """Open a page that reads nothing, which has the least to hide behind."""
    site = Site(app)
    return lambda: site.get("/questions")


def _figure(name: str, taken: tuple[float, float], *, goal: float) -> Figure:
    return Figure(name=name, value=taken[0], peer=taken[1], against="without limits", unit="µs", goal=goal)
