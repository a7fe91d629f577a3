"""A visitor of the sandbox with a browser's habits: keeps cookies, sends a page's hidden fields back with its form."""

import re
from html import unescape
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from portal.sandbox.settings import Settings

TOUCHED = tuple(f"L{number:03}" for number in range(10))  # the leads that tests change
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


_networks = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}" for number in count(1))


class Visitor:
    """One browser, in a network of its own.

    A form is sent with the hidden fields of the page `shown`, or with the token and the drive alone.
    """

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["settings"]
        self.url = settings.url
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = next(_networks)
        self._token_and_drive: dict[str, str] = {}

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.client.get(address, base_url=self.url, **more)

    def post(self, address: str, data: Any = None, **more: Any) -> TestResponse:
        return self.client.post(address, base_url=self.url, data=data, **more)

    def start(self, scenario: str = "small") -> "Visitor":
        assert self.post("/drives", {"scenario": scenario}).status_code == 303
        self._token_and_drive = {}
        return self

    def hidden(self, address: str) -> dict[str, str]:
        """The hidden fields of a page."""
        return hidden_in(self.get(address).text)

    def send(self, address: str, *, shown: str = "", **typed: str) -> TestResponse:
        """Fill in a form and post it to `address`."""
        if not shown and not self._token_and_drive:
            self._token_and_drive = self.hidden("/leads") | {"back": ""}
        return self.post(address, (self.hidden(shown) if shown else self._token_and_drive) | typed)

    def edit(self, lead_id: str, **typed: str) -> TestResponse:
        """Change a lead on its page."""
        return self.send(f"/leads/{lead_id}", **typed)

    def delete(self, lead_id: str) -> TestResponse:
        return self.send(f"/leads/{lead_id}/delete")

    def create(self, **typed: str) -> str:
        """Add a lead; returns its id."""
        answer = self.send("/leads/new", **typed)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"].rpartition("/")[2]

    def undo(self) -> TestResponse:
        return self.send("/undo")

    def lead(self, lead_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/leads/{lead_id}.json").get_json()
        return found

    def list(self, query: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/leads.json{query}").get_json()
        return found

    def everything(self) -> bytes:
        """Every byte of every page of the list, and of the timelines of TOUCHED and of the visitor's own leads."""
        pages = -(-self.list()["total"] // 50)
        lists = [self.get(f"/leads.json?sort=name&page={page + 1}") for page in range(pages)]
        leads = [item["id"] for answer in lists for item in answer.get_json()["items"]]
        told = [self.get(f"/leads/{one}.json") for one in leads if one in TOUCHED or len(one) == 16]
        return b"\n".join(answer.data for answer in (*lists, *told))


def hidden_in(page: str) -> dict[str, str]:
    """The hidden fields in a page's forms that are posted."""
    fields = {_part("name", field): _part("value", field) for field in HIDDEN.findall(page)}
    return {name: value for name, value in fields.items() if name != "sort"}


def _part(name: str, field: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', field)
    return unescape(found[1]) if found else ""
