"""The people app: the list of what the people side does, and nothing else."""

from flask import Blueprint, Flask

from portal.people import metrics, web
from portal.people.accounts.presence import PERSONS, use_presence
from portal.people.attention.routes import blueprint as attention
from portal.people.attention.routes import know_nobody
from portal.people.bounces.routes import blueprint as bounces
from portal.people.consent import checkpoints, signing  # noqa: F401  their tables; no page needs them
from portal.people.consent.routes import blueprint as consent
from portal.people.database import Base, Database
from portal.people.forms.api.routes import blueprint as api
from portal.people.forms.hosted_routes import blueprint as hosted
from portal.people.forms.routes import blueprint as forms
from portal.people.home.routes import blueprint as home
from portal.people.home.well_known import blueprint as well_known
from portal.people.media.routes import blueprint as media
from portal.people.media.routes import take_no_cookies
from portal.people.messages.routes import blueprint as messages
from portal.people.mine.routes import blueprint as mine
from portal.people.offers.routes import blueprint as offers
from portal.people.paths.certificate_routes import blueprint as certificates
from portal.people.paths.routes import blueprint as paths
from portal.people.patterns.routes import blueprint as patterns
from portal.people.preferences.routes import blueprint as preferences
from portal.people.privacy.routes import blueprint as privacy
from portal.people.receipts.routes import blueprint as receipts
from portal.people.resuming.routes import blueprint as resuming
from portal.people.search.routes import blueprint as search
from portal.people.settings import Settings
from portal.people.sign_in.factor_routes import blueprint as factors
from portal.people.sign_in.routes import blueprint as sign_in
from portal.people.sign_in.staff_routes import blueprint as staff_sign_in
from portal.people.staff.members import MEMBERS
from portal.people.studio.routes import blueprint as studio
from portal.people.tips.routes import blueprint as tips
from portal.people.webinars.poll_routes import blueprint as polls
from portal.people.webinars.routes import blueprint as webinars
from portal.shared.metrics import look_at_rows

__all__ = ["Base", "create_app"]  # importing the app imports every table

FEATURES: tuple[Blueprint, ...] = (
    *(
        home,
        well_known,
        search,
        webinars,
        attention,
        polls,
        resuming,
        tips,
        paths,
        certificates,
        media,
        forms,
        hosted,
        api,
        offers,
        consent,
        preferences,
    ),
    *(receipts, bounces, messages, privacy, patterns),
    *(sign_in, staff_sign_in, factors, mine, studio),
)


def create_app(settings: Settings) -> Flask:
    """The people app for these settings."""
    app = Flask("portal.people", static_folder=None)
    web.set_up(app, settings, Database(settings.database_url, journal=settings.opt_outs_folder))
    use_presence(app, {"person": PERSONS, "staff": MEMBERS})
    for feature in FEATURES:
        app.register_blueprint(feature)
    take_no_cookies(app)
    know_nobody(app)
    look_at_rows(app, metrics.look)
    web.limit(app, settings)
    return app
