"""A page as it was answered, and which routes a story of such pages leaves out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One answer: on which side, under which name, what it answered and to whose cookies, and what came."""

    side: str
    name: str
    method: str
    url: str
    cookie: str
    status: int
    mimetype: str
    headers: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        """`people/offer`, say: its name among all."""
        return f"{self.side}/{self.name}"

    @property
    def is_page(self) -> bool:
        """Whether it is HTML that somebody reads."""
        return self.mimetype == "text/html" and not 300 <= self.status < 400


def seen(side: str, name: str, answer: TestResponse) -> Seen:
    """What a client of the tests was answered."""
    asked = answer.request
    return _seen(side, name, answer, method=asked.method, url=asked.url, cookie=asked.headers.get("Cookie", ""))


def seen_alone(side: str, name: str, answer: Response) -> Seen:
    """An answer that no request led to."""
    return _seen(side, name, answer, method="", url="", cookie="")


def unseen(app: Flask, pages: Iterable[Seen]) -> set[str]:
    """The rules of the app's GET routes that none of these pages came from."""
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return rules - {_rule_of(app, page) for page in pages if page.status in (200, 206)}


def _seen(side: str, name: str, answer: Response | TestResponse, *, method: str, url: str, cookie: str) -> Seen:
    mimetype = answer.mimetype or ""
    return Seen(
        side=side,
        name=name,
        method=method,
        url=url,
        cookie=cookie,
        status=answer.status_code,
        mimetype=mimetype,
        headers=dict(answer.headers),
        text=answer.get_data(as_text=True) if mimetype.startswith("text/") else "",
    )


def _rule_of(app: Flask, page: Seen) -> str:
    if page.method != "GET":
        return ""
    path = page.url.split("://", 1)[-1].partition("/")[2].partition("?")[0]
    try:
        rule, _ = app.url_map.bind("").match(f"/{path}", "GET", return_rule=True)
    except HTTPException:
        return ""
    return str(rule.rule)
