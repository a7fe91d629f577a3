"""A library of three webinars."""

from pathlib import Path

import pytest

from tests.people.search.shelves import ASK_FIRST, NUMBERS, SECOND_MESSAGE, Library
from tests.people.site import Site
from tests.support.engines import Engine
from tests.support.sides import people_app


@pytest.fixture
def empty(engine: Engine, tmp_path: Path) -> Library:
    return Library(Site(people_app(tmp_path)))


@pytest.fixture
def library(empty: Library) -> Library:
    empty.publish("numbers", NUMBERS, title="Numbers that don’t flatter you", speakers=("Renske Aldous",))
    empty.publish("ask-first", ASK_FIRST, title="Ask before you call", speakers=("Paolo Venn",))
    empty.publish("second-message", SECOND_MESSAGE, title="The second message")
    return empty
