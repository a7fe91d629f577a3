"""The only place that starts the people process: settings, app, server."""

from flask import Flask

from portal.people.app import create_app
from portal.people.settings import Settings, load_settings
from portal.shared.logs import set_up_logs
from portal.shared.serving import serve_forever


def build() -> Flask:
    """The people app with the settings of this process."""
    return _build(load_settings())


def serve() -> None:
    """Answer for the people host until told to stop."""
    settings = load_settings()
    serve_forever(_build(settings), listen=settings.listen, port=settings.port, proxies=settings.proxies)


def _build(settings: Settings) -> Flask:
    set_up_logs("people")
    app = create_app(settings)
    app.extensions["database"].require_safe_role(setting="PEOPLE_DATABASE_URL")
    return app
