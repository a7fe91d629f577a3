"""A request as a server hands it to an app, without a socket between."""

from collections.abc import Callable
from contextlib import closing

from flask import Flask
from werkzeug.test import create_environ
from werkzeug.wsgi import ClosingIterator


def asking(app: Flask, path: str, cookies: str = "") -> Callable[[], None]:
    """An act that asks `app` for `path`; raises where the answer is not 200."""
    base_url = app.extensions["settings"].url
    headers = {"Accept": "text/html"} | ({"Cookie": cookies} if cookies else {})

    def start(status: str, _headers: object, _fault: object = None) -> Callable[[bytes], object]:
        if not status.startswith("200"):
            raise RuntimeError(f"{path} answered {status}.")
        return len

    def ask() -> None:
        environ = create_environ(path, base_url, headers=headers)
        with closing(ClosingIterator(app.wsgi_app(environ, start))) as answer:
            b"".join(answer)

    return ask
