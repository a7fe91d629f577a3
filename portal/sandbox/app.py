"""The sandbox app: the list of what the sandbox does, and nothing else."""

from flask import Blueprint, Flask

from portal.sandbox import metrics, web
from portal.sandbox.database import Base, Database
from portal.sandbox.deals.export_routes import blueprint as deals_export
from portal.sandbox.deals.routes import blueprint as deals
from portal.sandbox.drives.clock_routes import blueprint as clock
from portal.sandbox.drives.copies_routes import blueprint as copies
from portal.sandbox.drives.history_routes import blueprint as history
from portal.sandbox.drives.routes import blueprint as drives
from portal.sandbox.drives.settings_routes import blueprint as settings_of_drive
from portal.sandbox.drives.shell import use_shell
from portal.sandbox.leads.bulk_routes import blueprint as bulk
from portal.sandbox.leads.company_routes import blueprint as companies
from portal.sandbox.leads.conversion_routes import blueprint as conversion
from portal.sandbox.leads.export_routes import blueprint as export
from portal.sandbox.leads.filter_routes import blueprint as filters
from portal.sandbox.leads.key_routes import blueprint as keys
from portal.sandbox.leads.merging_routes import blueprint as merging
from portal.sandbox.leads.record_routes import blueprint as records
from portal.sandbox.leads.routes import blueprint as leads
from portal.sandbox.leads.view_routes import blueprint as views
from portal.sandbox.palette.routes import blueprint as palette
from portal.sandbox.patterns.routes import blueprint as patterns
from portal.sandbox.reports.routes import blueprint as reports
from portal.sandbox.segments.routes import blueprint as segments
from portal.sandbox.settings import Settings
from portal.sandbox.shapes.routes import blueprint as shapes
from portal.sandbox.tasks.export_routes import blueprint as tasks_export
from portal.sandbox.tasks.routes import blueprint as tasks
from portal.sandbox.tour.routes import blueprint as tour
from portal.shared.metrics import look_at_rows

__all__ = ["Base", "create_app"]  # importing the app imports every table

FEATURES: tuple[Blueprint, ...] = (
    *(drives, history, clock, copies, settings_of_drive),
    *(leads, records, companies, filters, views, keys, bulk, merging, conversion, export),
    *(tasks, tasks_export, deals, deals_export, segments, reports, palette, shapes, tour, patterns),
)


def create_app(settings: Settings) -> Flask:
    """The sandbox app for these settings."""
    app = Flask("portal.sandbox", static_folder=None)
    web.set_up(app, settings, Database(settings.database_url, most_rows=settings.most_rows))
    use_shell(app)
    for feature in FEATURES:
        app.register_blueprint(feature)
    look_at_rows(app, metrics.look)
    web.limit(app, settings)
    return app
