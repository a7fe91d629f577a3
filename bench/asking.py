"""A request as a server hands it to an app, without a socket between; and a page beside a view that does nothing."""

from collections.abc import Callable
from contextlib import closing

from flask import Flask, Response
from werkzeug.test import create_environ
from werkzeug.wsgi import ClosingIterator

from bench.figure import Figure, side_by_side

CONSTANT = "bench.constant"


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


def add_constant(app: Flask) -> None:
    """Add the view that does nothing; an app takes no view any more once it has answered something."""
    app.add_url_rule("/bench-constant", CONSTANT, lambda: "")


def beside_constant(app: Flask, path: str, *, name: str, cookies: str = "", rounds: int = 400) -> Figure:
    """Requests a second for `path`, beside a view of `app` that returns the same text from memory."""
    if CONSTANT not in app.view_functions:
        add_constant(app)
    headers = {"Cookie": cookies} if cookies else {}
    text = app.test_client(use_cookies=False).get(path, base_url=app.extensions["settings"].url, headers=headers).text
    app.view_functions[CONSTANT] = lambda: Response(text)
    value, peer = side_by_side(asking(app, path, cookies), asking(app, "/bench-constant", cookies), rounds=rounds)
    return Figure(
        name=f"{name}, {len(text) / 1000:.0f} kB",
        value=1e6 / value,
        peer=1e6 / peer,
        against="a constant view of the same app",
        unit="a second",
        goal=0.35,
        bound="at least",
    )
