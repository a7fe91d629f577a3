"""The people app: the list of what the people side does, and nothing else."""

from flask import Blueprint, Flask

from portal.people import metrics, web
from portal.people.consent.routes import blueprint as consent
from portal.people.database import Base, Database
from portal.people.home.routes import blueprint as home
from portal.people.messages.routes import blueprint as messages
from portal.people.offers.routes import blueprint as offers
from portal.people.patterns.routes import blueprint as patterns
from portal.people.privacy.routes import blueprint as privacy
from portal.people.settings import Settings
from portal.people.webinars.routes import blueprint as webinars
from portal.shared.metrics import look_at_rows

__all__ = ["Base", "create_app"]  # importing the app imports every table

FEATURES: tuple[Blueprint, ...] = (home, webinars, offers, consent, messages, privacy, patterns)


def create_app(settings: Settings) -> Flask:
    """The people app for these settings."""
    app = Flask("portal.people", static_folder=None)
    web.set_up(app, settings, Database(settings.database_url))
    for feature in FEATURES:
        app.register_blueprint(feature)
    look_at_rows(app, metrics.look)
    return app
