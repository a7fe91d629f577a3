"""The only place that tells what the pages of both sides can look like; each is yielded while it is true.

A page whose address needs nothing is seen by itself. One with a token, a slug or a sign-in takes a line in `people.py`
or `sandbox.py`; `test_html.py` says which is missing.
"""

from collections.abc import Iterator

from flask import Flask

from portal.shared.problems import Problem, answer
from tests.pages import people, sandbox
from tests.pages.installation import Installation
from tests.pages.seen import Seen, seen, seen_alone, unseen

STATUSES = (400, 403, 404, 405, 409, 410, 413, 414, 415, 422, 429, 431, 500, 503)
SIDES = {"sandbox": sandbox.tell, "people": people.tell}  # in this order: the check that people see counts the sandbox


def tell(installed: Installation) -> Iterator[Seen]:
    """All of it, side by side."""
    for side, story in SIDES.items():
        told: list[Seen] = []
        installed.start_over()
        for name, came in story(installed):
            told.append(seen(side, name, came))
            yield told[-1]
        yield from _what_is_left(side, installed.app(side), told)
        yield from _problems(side, installed.app(side))


def _what_is_left(side: str, app: Flask, told: list[Seen]) -> Iterator[Seen]:
    """The routes that no line of the story led to, as far as their address says all that they need."""
    url = app.extensions["settings"].url
    for rule in sorted(unseen(app, told)):
        if "<" not in rule:
            yield seen(side, rule.strip("/").replace("/", "-"), app.test_client().get(rule, base_url=url))


def _problems(side: str, app: Flask) -> Iterator[Seen]:
    """What says that something went wrong, each status that there are words for, whether or not a route answers so."""
    for status in STATUSES:
        with app.test_request_context():
            app.preprocess_request()
            came = app.process_response(answer(Problem(status)))
        yield seen_alone(side, f"problem-{status}", came)
