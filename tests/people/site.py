"""The people side as a visitor with curl meets it, and what a test may look at behind it."""

import re
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, inspect
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.people.accounts.models import Person
from portal.people.consent.permission import Permission, check_may_contact
from portal.people.consent.verify import Report, verify
from portal.people.database import Database
from portal.people.keyring import Seal, open_keyring
from portal.people.messages.addresses import address_hash
from portal.people.offers.catalog import Offer, find_offer
from portal.people.offers.publishing import publish_offer
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.settings import Settings
from portal.shared import clock
from tests.support import engines

OFFER = "/offers/setup-day"
ADA = "ada@people.customerhub.net"
BEN = "ben@people.customerhub.net"
CLEO = "cleo@people.customerhub.net"


@dataclass(frozen=True)
class Mail:
    """A mail as the outbox shows it."""

    id: str
    page: str

    @property
    def confirm(self) -> str:
        return first(r"/confirm/[\w-]{43}", self.page)

    @property
    def opt_out(self) -> str:
        return first(r"/opt-out/[\w-]{43}", self.page)

    @property
    def stop_code(self) -> str:
        """As it is printed, in groups."""
        return first(r"stop-code (\d{3} \d{3} \d{3} \d)", self.page)


class Site:
    """One visitor without cookies at a people app of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self.settings: Settings = app.extensions["settings"]
        self.database: Database = app.extensions["database"]

    @property
    def environ(self) -> dict[str, str]:
        """What leads a command to this site."""
        return {"DATA": str(self.settings.folder.parent), "PEOPLE_DATABASE_URL": self.settings.database_url}

    @property
    def keyring(self) -> Seal:
        with self.database.transaction() as db:
            return open_keyring(db, secret_keys=self.settings.secret_keys, now=clock.now())

    def publish(self, name: str, *changes: tuple[str, str], of: str = "setup-day") -> Offer:
        """Make an offer public under this name: one of ours, with some of its words changed."""
        words = (OFFERS / f"{of}.md").read_text("utf-8")
        for old, new in changes:
            assert old in words, old
            words = words.replace(old, new, 1)
        path = Path(mkdtemp(prefix="portal-")) / f"{name}.md"
        path.write_text(words, "utf-8")
        with self.database.transaction() as db:
            publish_offer(db, path, by="Mara", now=clock.now())
        return self.offer(name)

    def offer(self, slug: str) -> Offer:
        """A public offer."""
        with self.database.reading() as db:
            found = find_offer(db, slug)
        assert found is not None
        return found

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=self.settings.url, **more)

    def post(self, path: str, **more: Any) -> TestResponse:
        return self.client.post(path, base_url=self.settings.url, **more)

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the page's form, as a browser would send them back."""
        hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', self.get(path).text)
        return {first(r'name="([^"]*)"', field): first(r'value="([^"]*)"', field) for field in hidden}

    def sign_up(
        self, email: str, *boxes: str, name: str = "Ada Lindqvar", path: str = OFFER, **more: str
    ) -> TestResponse:
        typed = {"name": name, "email": email} | dict.fromkeys(boxes, "yes")
        return self.post(path, data=self.form(path) | typed | more)

    def mails(self) -> list[Mail]:
        """Every mail in the outbox, newest first."""
        found = dict.fromkeys(re.findall(r'href="/_outbox/(\w+)"', self.get("/_outbox").text))
        return [Mail(id=mail_id, page=self.get(f"/_outbox/{mail_id}").text) for mail_id in found]

    def asked(self, email: str, *boxes: str, **more: str) -> Mail:
        """Sign up, and open the mail that came of it."""
        assert self.sign_up(email, *boxes, **more).status_code == 303
        return next(mail for mail in self.mails() if email.lower() in mail.page)

    def confirm(self, mail: Mail) -> TestResponse:
        """Open the page that the mail leads to, and press its button."""
        return self.post(mail.confirm, data=self.form(mail.confirm))

    def agreed(self, email: str, *boxes: str, **more: str) -> Mail:
        """Sign up and confirm."""
        mail = self.asked(email, *boxes, **more)
        assert self.confirm(mail).status_code == 303
        return mail

    def may_write_to(self, email: str, purpose: str) -> bool:
        """Whether an offer of this purpose may be mailed to this address."""
        hashed = address_hash(self.keyring, channel="email", address=email)
        with self.database.reading() as db:
            person_id = find_person_id(db, email)
            if person_id is None:
                return False
            answer = check_may_contact(
                db, person_id=person_id, purpose=purpose, channel="email", address_hash=hashed, now=clock.now()
            )
            return isinstance(answer, Permission)

    def steps(self, email: str) -> list[tuple[str, str, str]]:
        """The person's records: purpose, was, state."""
        with self.database.reading() as db:
            person_id = find_person_id(db, email)
        return self.rows(
            "select purpose, was, state from consent_records where person_id = ? order by position", person_id
        )

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query answers to somebody who may do everything; `?` stands for a value."""
        with self.raw() as connection:
            return [tuple(row) for row in run(connection, sql, *values)]

    def count(self, table: str) -> int:
        return int(self.rows(f"select count(*) from {table}")[0][0])

    def dump(self) -> list[str]:
        """Everything that is stored, line by line; of wrong links only the limits keep count."""
        with self.raw() as connection:
            return sorted(
                f"{table} {tuple(row)!r}"
                for table in inspect(connection).get_table_names()
                if table != "limit_counters"
                for row in connection.exec_driver_sql(f"select * from {table}")
            )

    def raw(self) -> AbstractContextManager[Connection]:
        """A connection as somebody who owns the database has one: none of our settings, no role that binds."""
        return engines.current().raw(self.settings.database_url)

    def unguarded(self) -> AbstractContextManager[Connection]:
        """The same, after taking off triggers, checks and foreign keys."""
        return engines.current().unguarded(self.settings.database_url)

    def verify(self) -> Report:
        with self.database.reading() as db:
            return verify(db, keyring=self.keyring)


def run(connection: Connection, sql: str, *values: Any) -> Any:
    """Run SQL of the driver's own, in which `?` stands for a value, and return its rows or how many it changed."""
    if connection.dialect.name == "postgresql":
        sql = sql.replace("?", "%s")
    result = connection.exec_driver_sql(sql, values)
    return result.all() if result.returns_rows else result.rowcount


def find_person_id(db: Session, email: str) -> str | None:
    """The id of the person of this address, or None."""
    found = db.query(Person.id).filter_by(email=email).one_or_none()
    return found and str(found.id)


def at(text: str) -> datetime:
    """A moment of a story, in UTC."""
    return datetime.fromisoformat(text)


def first(pattern: str, text: str) -> str:
    """What `pattern` finds first in `text`: its last group, or all of it."""
    found = re.search(pattern, text)
    assert found, f"{pattern} is not in:\n{text}"
    return found[found.re.groups]
