"""A visitor of the sandbox with a browser's habits: keeps cookies, sends a page's hidden fields back with its form."""

import re
from html import unescape
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from portal.sandbox.settings import Settings

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')


class Visitor:
    """One browser. A form is sent with the token and the drive of the page `shown`, or of the list."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.extensions["settings"]
        self.url = settings.url
        self.client = app.test_client()

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.client.get(address, base_url=self.url, **more)

    def post(self, address: str, data: Any = None, **more: Any) -> TestResponse:
        return self.client.post(address, base_url=self.url, data=data, **more)

    def start(self, scenario: str = "small") -> "Visitor":
        assert self.post("/drives", {"scenario": scenario}).status_code == 303
        return self

    def hidden(self, address: str) -> dict[str, str]:
        """The hidden fields of a page."""
        fields = HIDDEN.findall(self.get(address).text)
        return {_part("name", field): _part("value", field) for field in fields if _part("name", field) != "sort"}

    def send(self, address: str, *, shown: str = "/leads", **typed: str) -> TestResponse:
        """Fill in the form of the page `shown` and post it to `address`."""
        return self.post(address, self.hidden(shown) | typed)

    def edit(self, lead_id: str, **typed: str) -> TestResponse:
        """Change a lead on its page."""
        return self.send(f"/leads/{lead_id}", shown=f"/leads/{lead_id}", **typed)

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
        """Every byte of every page of the list, and of every timeline."""
        pages = -(-self.list()["total"] // 50)
        lists = [self.get(f"/leads.json?sort=name&page={page + 1}") for page in range(pages)]
        leads = [item["id"] for answer in lists for item in answer.get_json()["items"]]
        return b"\n".join(answer.data for answer in (*lists, *(self.get(f"/leads/{one}.json") for one in leads)))


def _part(name: str, field: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', field)
    return unescape(found[1]) if found else ""
