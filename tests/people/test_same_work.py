"""Who names an address that is not proven theirs learns nothing by watching: the same statements, commits and bytes.

A link in a mail is another matter: whoever has it has the mailbox, so its pages may say what they know.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy
import time_machine
from sqlalchemy import event
from werkzeug.test import TestResponse

from portal.people.consent import notices
from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.people.messages.way_out import check_digit
from tests.people.site import ADA, BEN, CLEO, OFFER, Site, at, find_person_id

START = at("2026-03-01T09:00:00+00:00")
LATER = START + timedelta(days=2)
DORA, EVE, FAY = (f"{name}@people.customerhub.net" for name in ("dora", "eve", "fay"))
BOXES = ("offers_email", "webinars_email")
EACH_ITS_OWN = ("X-Request-ID", "Date", "Set-Cookie")


@dataclass
class Work:
    """What the database was asked in the course of one request."""

    statements: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)

    @property
    def is_written(self) -> bool:
        """Whether the commit has something to bring to the disk."""
        last_undone = max((i for i, one in enumerate(self.statements) if one.startswith("ROLLBACK TO")), default=-1)
        return any(one.startswith("INSERT") for one in self.statements[last_undone + 1 :])


@pytest.mark.parametrize("path", ["/sign-up", OFFER, "/forms/hear-from-us"])
def test_a_sign_up_is_the_same_work_and_the_same_bytes_for_every_address(
    site: Site, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    people = [FAY, *everybody(site, monkeypatch)]
    with time_machine.travel(LATER, tick=False):
        form = site.form(path) | {"name": "Ada"} | dict.fromkeys(BOXES, "yes")
        site.post(path, data=form | {"email": "gil@people.customerhub.net"})  # the first to be shown these words
        told = [asked_of(site, path, form | {"email": email}) for email in people * 2]
    assert {answer.status_code for _work, answer in told} == {303}
    assert_all_alike(told)
    assert {len(site.steps(email)) > 0 for email in people} == {True}


def test_a_link_to_sign_in_is_the_same_work_and_the_same_bytes_for_every_address(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way to the preferences of who has no message at hand."""
    people = [FAY, *everybody(site, monkeypatch)]
    with time_machine.travel(LATER, tick=False):
        told = [asked_of(site, "/sign-in", {"email": email}) for email in people * 2]
        links = [mail for mail in site.mails() if "/sign-in/link/" in mail.page]
        assert len(links) == 3  # Ada's two, and one of Ben, who said no since he confirmed
    assert_all_alike(told)


def test_a_stop_code_that_is_wrong_is_the_same_work_and_the_same_bytes_beside_every_address(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [FAY, *everybody(site, monkeypatch)]
    code = "123456789" + check_digit("123456789")
    with time_machine.travel(LATER, tick=False):
        site.post("/stop", data={"code": code})
        told = [asked_of(site, "/stop", {"code": code, "email": email}) for email in people]
    assert {answer.location for _work, answer in told} == {"/stop/done"}
    assert_all_alike(told)


def everybody(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who agreed, who withdrew, who never answered, who never answered older words, who was erased."""
    with time_machine.travel(START, tick=False):
        site.agreed(ADA, *BOXES)
        site.post(site.agreed(BEN, "offers_email").opt_out)
        site.asked(CLEO, "offers_email")
        older = notices.current_wording("sign-up").content.replace(b"offers and goodies", b"offers, twice a week")
        with monkeypatch.context() as patched:
            wording = notices.read_wording("sign-up/2.en", older)
            patched.setattr("portal.people.offers.routes.current_wording", lambda _name: wording)
            site.asked(DORA, *BOXES)
        site.agreed(EVE, "webinars_email", path="/sign-up")
        erase(site, EVE, now=START)
    return [ADA, BEN, CLEO, DORA, EVE]


def erase(site: Site, email: str, *, now: datetime) -> None:
    keyring = site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, email)
        assert person_id
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=now, key="a test"))


def asked_of(site: Site, path: str, form: dict[str, str]) -> tuple[Work, TestResponse]:
    with watching() as work:
        answer = site.post(path, data=form)
    return work, answer


def assert_all_alike(told: list[tuple[Work, TestResponse]]) -> None:
    first, answer = told[0]
    for work, other in told[1:]:
        assert work.statements == first.statements
        assert work.ends == first.ends
        assert (other.status, other.data, headers_of(other)) == (answer.status, answer.data, headers_of(answer))
    assert all(work.is_written for work, _answer in told)


def headers_of(answer: TestResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers if name not in EACH_ITS_OWN]


@contextmanager
def watching() -> Iterator[Work]:
    work = Work()

    def statement(_connection: Any, _cursor: Any, said: str, *_: Any) -> None:
        said = re.sub(r"sa_savepoint_\d+", "it", said)
        work.statements.append(re.sub(r"^(?:ROLLBACK TO|RELEASE) SAVEPOINT it$", "RELEASE OR ROLLBACK", said.strip()))

    def commit(_connection: Any) -> None:
        work.ends.append("commit")

    def rollback(_connection: Any) -> None:
        work.ends.append("rollback")

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": statement,
        "commit": commit,
        "rollback": rollback,
    }
    for name, listener in listeners.items():
        event.listen(sqlalchemy.Engine, name, listener)
    try:
        yield work
    finally:
        for name, listener in listeners.items():
            event.remove(sqlalchemy.Engine, name, listener)
