"""Both sides as they are in production, on databases of their own that were migrated once and copied."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule

from portal.people.app import create_app as create_people
from portal.people.consent.signing import open_signer
from portal.people.keyring import open_keyring
from portal.people.offers.catalog import Offer
from portal.people.offers.publishing import as_publication
from portal.people.offers.reading import FOLDER as OFFERS
from portal.people.offers.reading import read_offer
from portal.people.settings import load_settings as load_people
from portal.sandbox.app import create_app as create_sandbox
from portal.sandbox.settings import load_settings as load_sandbox
from portal.shared import clock
from tests.support import engines


def people_app(data: Path, **settings: str) -> Flask:
    """The people app on a fresh, migrated database of the current engine; its files lie below `data`."""
    found = load_people({"DATA": str(data)} | engines.current().migrated("people", data) | settings)
    app = keep(create_people(found))
    with app.extensions["database"].transaction() as db:
        keyring = open_keyring(db, secret_keys=found.secret_keys, now=clock.now())
        open_signer(db, keyring=keyring, now=clock.now())
        db.add_all(as_publication(offer, by="set-up", now=clock.now()) for offer in _sample_offers())
    return app


@cache
def _sample_offers() -> list[Offer]:
    return [read_offer(path) for path in sorted(OFFERS.glob("*.md"))]


def sandbox_app(data: Path, **settings: str) -> Flask:
    """The sandbox app on a fresh, migrated database of the current engine; this process is not shut in."""
    found = load_sandbox({"DATA": str(data)} | engines.current().migrated("sandbox", data) | settings)
    return keep(create_sandbox(found))


@contextmanager
def closed_at_the_end() -> Iterator[None]:
    """Close the databases of the apps that are opened meanwhile."""
    already = len(_apps)
    yield
    for app in _apps[already:]:
        close(app)
    del _apps[already:]


def close(app: Flask) -> None:
    """Let go of every connection of an app, those of its limits too."""
    app.extensions["database"].close()
    for limiter in app.extensions["limiter"]:
        limiter.storage.close()


_apps: list[Flask] = []


def keep(app: Flask) -> Flask:
    """Each test has an app of its own; compiling the same templates for each would take most of its time."""
    app.jinja_env.bytecode_cache = _compiled()
    _apps.append(app)
    return app


@cache
def _compiled() -> FileSystemBytecodeCache:
    return FileSystemBytecodeCache(mkdtemp(prefix="portal-"))


class LazyRule(Rule):
    """A rule that compiles what builds its address when it is first asked for one: hardly any test asks for many."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(_rule: Rule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super(LazyRule, self)._compile_builder(append_unknown))
            return compiled[0](self, **values)

        return build


# Each test has an app of its own, whose two hundred rules would take most of its making.
Flask.url_rule_class = LazyRule
