"""The only place that starts the sandbox process: settings, confinement, app, sweep, server."""

import os
import sys

from flask import Flask

from portal.sandbox.app import create_app
from portal.sandbox.confinement import confine
from portal.sandbox.drives.sweep import start_sweeping
from portal.sandbox.settings import Settings, load_settings
from portal.shared.logs import set_up_logs
from portal.shared.metrics import counter
from portal.shared.serving import serve_forever


def build() -> Flask:
    """The sandbox app with the settings of this process, which is shut in from here on."""
    return _build(load_settings())


def serve() -> None:
    """Answer for the sandbox host until told to stop."""
    settings = load_settings()
    serve_forever(
        _build(settings),
        listen=settings.listen,
        port=settings.port,
        proxies=settings.proxies,
        # So that the separation check finds the one that answers, not one that failed to start.
        once_bound=lambda: (settings.folder / "process").write_text(str(os.getpid())),
    )


def _build(settings: Settings) -> Flask:
    if "portal.people" in sys.modules:
        raise RuntimeError("This process holds the people side. Serve the sandbox from one of its own.")
    if settings.database_url.startswith("postgresql"):
        import psycopg  # noqa: F401  # it calls a library of C, which it may load now and no longer
    confine(
        data=settings.data,
        folder=settings.folder,
        database_url=settings.database_url,
        limits_url=settings.limits_url,
    )
    set_up_logs("sandbox")
    app = create_app(settings)
    app.extensions["database"].require_safe_role(setting="SANDBOX_DATABASE_URL")
    start_sweeping(app.extensions["database"], count=counter(app))
    return app
