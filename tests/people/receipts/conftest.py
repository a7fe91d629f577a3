"""Receipts as their holders have them."""

import json
from typing import Any

import pytest

from tests.people.browser import Browser
from tests.people.site import ADA, Site, first

GENUINE = "Genuine, and unchanged since we signed it"
RECEIPT = r"/receipts/[0-9a-z]{48}"


class Holder:
    """Somebody who agreed to offers, and the address of the receipt that their confirmation page gave them."""

    def __init__(self, site: Site, email: str = ADA) -> None:
        self.site = site
        self.email = email
        self.mail = site.agreed(email, "offers_email", path="/sign-up")
        self.address = first(RECEIPT, site.get(f"{self.mail.confirm}/done").text)

    def page(self) -> str:
        return self.site.get(self.address).text

    def file(self) -> str:
        """The signed file, as it is downloaded."""
        return self.site.get(f"{self.address}.jsonld").text

    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file())
        return found

    def withdraw(self) -> None:
        assert self.site.post(self.mail.opt_out).status_code == 200

    def browser(self) -> Browser:
        return Browser(self.site).by_mail(self.email)


def checked(site: Site, text: str) -> str:
    """What the page says of a receipt that was pasted, without what it carries for its script."""
    return site.post("/receipts/verify", data={"text": text}).text.partition("<template")[0]


@pytest.fixture
def ada(site: Site) -> Holder:
    return Holder(site)
