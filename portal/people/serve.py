"""The only place that starts the people process: settings, app, server."""

from collections.abc import Sequence

import structlog
from flask import Flask

from portal.people.app import create_app
from portal.people.settings import Settings, load_settings
from portal.shared.logs import set_up_logs
from portal.shared.serving import serve_forever

log = structlog.get_logger()


def build() -> Flask:
    """The people app with the settings of this process."""
    return _build(load_settings())


def serve(left_out: Sequence[str] = ()) -> None:
    """Answer for the people host until told to stop; `left_out` says what of the content was not published, and why."""
    settings = load_settings()
    app = _build(settings)
    for fault in left_out:
        log.warning("content.left_out", error=fault)
    serve_forever(app, listen=settings.listen, port=settings.port, proxies=settings.proxies)


def _build(settings: Settings) -> Flask:
    set_up_logs("people")
    app = create_app(settings)
    app.extensions["database"].require_safe_role(setting="PEOPLE_DATABASE_URL")
    return app
