"""The only place that prepares the people database: its schema and its sample content."""

from pathlib import Path

from portal.people.attention.sample import add_sample_viewings
from portal.people.commands.publish import publish_samples
from portal.people.commands.staff import add_sample_staff
from portal.people.consent.signing import open_signer
from portal.people.database import Database
from portal.people.keyring import open_keyring
from portal.people.privacy.models import PeopleCanary
from portal.people.settings import load_settings
from portal.people.webinars.library import find_webinar
from portal.shared import clock, migrations
from portal.shared.canaries import plant_canary

WATCHED = "second-message"
REVISIONS = Path(__file__).parent / "migrations"


def migrate() -> None:
    """Bring the database to the newest revision, as its owner, and the root key under the newest secret key.

    The first key that signs is made here, so that no page has to.
    """
    settings = load_settings()
    database = Database(settings.owner_url)
    migrations.upgrade(database.writer, REVISIONS)
    if settings.owner_url != settings.database_url:
        from portal.people.app import Base  # with every table, which loads the whole side

        database.let_serve(Base.metadata, url=settings.database_url)
    with database.transaction() as db:
        keyring = open_keyring(db, secret_keys=settings.secret_keys, now=clock.now())
        open_signer(db, keyring=keyring, now=clock.now())
    database.close()


def seed() -> list[str]:
    """Publish the sample webinars, tips, paths and offers, plant the separation check's canary, let Mara work here.

    On one's own machine a few invented people leave their mail in the outbox, and viewings of a webinar, too. Returns
    what is wrong in the files of content that were left out; the people come once nothing is wrong any more.
    """
    database = Database(load_settings().database_url)
    with database.transaction() as db:
        plant_canary(db, PeopleCanary, now=clock.now())
    database.close()
    add_sample_staff()
    left_out = publish_samples()
    _add_sample_viewings()
    return left_out or _add_sample_people()


def _add_sample_viewings() -> None:
    """On one's own machine alone: where visitors come, what is shown is theirs."""
    settings, now = load_settings(), clock.now()
    if not settings.is_development:
        return
    database = Database(settings.database_url)
    with database.transaction() as db:
        webinar = find_webinar(db, WATCHED, now=now)
        if webinar is not None:
            add_sample_viewings(db, webinar=webinar, today=now.date())
    database.close()


def _add_sample_people() -> list[str]:
    """Their sign-ups show the form as the site draws it, so the site is built for it. Returns what keeps them away."""
    from portal.people.app import create_app
    from portal.people.commands.sample import NoSample, add_sample_people

    settings = load_settings()
    app = create_app(settings)
    try:
        add_sample_people(app, app.extensions["database"], settings)
    except NoSample as fault:
        return [str(fault)]
    finally:
        app.extensions["database"].close()
    return []
