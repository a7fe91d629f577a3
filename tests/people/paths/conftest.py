"""A path as somebody would write it, and a visitor's browser that walks it."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from portal.people.media.store import open_store
from portal.people.paths.learning_path import LearningPath, Question, from_json, key_of
from portal.people.paths.publishing import publish_learning_path
from portal.people.publications import records
from portal.people.tips.publishing import publish_tip
from portal.people.tips.reading import FOLDER as TIPS
from portal.shared import clock
from tests.people.browser import Browser
from tests.people.site import Site
from tests.people.tips.test_sharing import recording

PATH = """+++
title = "Call, then write"
summary = "Three things in an hour."
author = "Ines Okafor-Lind"
date = 2026-03-03
topics = ["Following up"]
level = "first steps"
teaches = ["Call first", "Write second"]

[[steps]]
webinar = "second-message"
chapter = "Why a second message"
why = "For the figure in it."

[[steps]]
tip = "read-before-you-write"
why = "For the sentence at its end."

[[steps]]
question = "Whom do you call first?"

[[steps.answers]]
says = "Whoever is loudest"
because = "They will call you."

[[steps.answers]]
says = "Whoever waits longest"
because = "They may not wait any longer."
right = true

[[steps]]
try = "Call three of them"
page = "/today"
button = "Open Today"
why = "Eleven tasks are due."

[[downloads]]
file = "numbers.csv"
title = "Numbers to call"
about = "Three lines to practice with."
+++

This path is about calling people before writing to them, which most of us do the other way round. It takes an hour, and
at its end you will have called three invented people about their bicycles, one of whom is not at home.
"""
TABLE = "Name,Telephone\nOdile,+1 212 555 0100\n"
HERE = "/paths/call-then-write"

Write = Callable[..., Path]
Publish = Callable[..., LearningPath]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write that path and its file, with some of its words changed."""

    def write_path(*changes: tuple[str, str], name: str = "call-then-write", table: str = TABLE) -> Path:
        words = PATH
        for old, new in changes:
            assert old in words, old
            words = words.replace(old, new, 1)
        path = tmp_path / "paths" / f"{name}.md"
        (path.parent / name).mkdir(parents=True, exist_ok=True)
        path.write_bytes(words.encode("utf-8", "surrogateescape"))
        (path.parent / name / "numbers.csv").write_text(table, "utf-8")
        return path

    return write_path


@pytest.fixture
def publish(site: Site, write: Write) -> Publish:
    """Publish that path, with some of its words changed, and stand-ins for what it leads to."""

    def publish_changed(*changes: tuple[str, str], name: str = "call-then-write") -> LearningPath:
        now = clock.now()
        with site.database.transaction() as db:
            content = replace(recording(title="The second message"), slug="second-message").as_json()
            records.publish(db, kind="webinar", slug="second-message", content=content, by="Mara", now=now)
            publish_tip(db, TIPS / "read-before-you-write.md", by="Mara", now=now)
            store, path = open_store(site.settings), write(*changes, name=name)
            found, _ = publish_learning_path(db, path, store=store, by="Mara", now=now)
            return from_json(found.content)

    return publish_changed


class Walker:
    """A browser on that path."""

    def __init__(self, site: Site, path: LearningPath) -> None:
        self.browser = Browser(site)
        self.browser.form_page = path.url
        self.path = path

    def look(self) -> str:
        return self.browser.get(self.path.url).text

    def key(self, number: int) -> str:
        return key_of(self.path.steps[number - 1])

    def do(self, number: int, answer: int | None = None, act: str = "") -> TestResponse:
        """Press what stands at a step: done, the right answer unless told otherwise, or `act`, such as `/undo`."""
        step = self.path.steps[number - 1]
        if isinstance(step, Question) and answer is None:
            answer = 1 + step.answers.index(step.right)
        fields = {} if answer is None else {"answer": str(answer)}
        return self.browser.post(f"{self.path.url}/steps/{self.key(number)}{act}", from_page=self.path.url, **fields)

    def do_all(self) -> None:
        for number in range(1, len(self.path.steps) + 1):
            assert self.do(number).status_code == 303

    def done(self) -> list[int]:
        """The numbers of the steps that the page shows as done."""
        found = re.findall(r'id="step-(\w+)"( data-done)?', self.look())
        return [number for number, (_, is_done) in enumerate(found, 1) if is_done]

    def certificate(self, **fields: str) -> TestResponse:
        return self.browser.post(f"{self.path.url}/certificate", from_page=self.path.url, **fields)


def path_of(site: Site, address: str) -> LearningPath:
    """The path that is public at this address."""
    with site.database.reading() as db:
        found = records.find_in_force(db, kind="path", slug=address.rpartition("/")[2], at=clock.now())
    assert found
    return from_json(found.content)


@pytest.fixture
def walker(site: Site, publish: Publish) -> Walker:
    return Walker(site, publish())


@pytest.fixture
def at_the_desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site that commands find."""
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return site
