"""The only place that keeps cookies away from addresses that are the same for everybody."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class CookieLess:
    """A WSGI app whose requests below `prefix` have no cookie: nothing behind it can read what is not there."""

    def __init__(self, app: "WSGIApplication", *, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("PATH_INFO", "").startswith(self.prefix):
            environ.pop("HTTP_COOKIE", None)
        return self.app(environ, start_response)
