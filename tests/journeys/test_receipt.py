"""A receipt in a real browser: downloaded, checked without a network, changed, withdrawn, and without scripts."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.test_offer import link_in_mail, newest_mail
from tests.journeys.test_sign_in import confirmed
from tests.support.running import Running

Visitor = Callable[..., Page]

pytestmark = pytest.mark.one_engine  # the checks themselves run on each by the server's own tests

GENUINE = "Genuine, and unchanged since we signed it"


def receipt_of(page: Page, site: Running, email: str, folder: Path) -> Path:
    """Agree to something, open its receipt and download the signed file."""
    confirmed(page, site, email)
    page.get_by_role("article").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the signed file").click()
    downloading.value.save_as(folder / "receipt.jsonld")
    return folder / "receipt.jsonld"


def test_a_receipt_is_checked_in_the_browser_without_a_network(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    email = "nora.receipt@people.customerhub.net"
    page = visitor()
    file = receipt_of(page, site, email, tmp_path)
    assert violations(page) == []
    page.goto(f"{site.people}/receipts/verify")
    page.context.set_offline(True)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_label("File", exact=True).set_input_files(file)
    result = page.locator("[data-checked]")
    expect(result.get_by_text(GENUINE)).to_be_visible()
    expect(result.get_by_text("when the file was made: agreed")).to_be_visible()
    expect(result.locator("[data-result=holds]")).to_have_count(5)
    assert "POST" not in sent
    assert violations(page) == []

    changed = file.read_text().replace("may e-mail me its offers", "may e-mail me any offers")
    page.get_by_label("Or its text").fill(changed)
    page.get_by_role("button", name="Check it").click()
    expect(result.get_by_text("Not as we signed it")).to_be_visible()
    expect(result.locator("[data-result=fails]")).to_have_count(1)
    for text, words in (
        ("hello", "This is not one of our receipts"),
        (json.dumps(json.loads(file.read_text())), GENUINE),  # the same in one line
        (file.read_text()[:-40], "This is not one of our receipts"),
        ('{"@type": "dpv:ConsentReceipt", "proof": {"key": "__proto__"}}', "Not as we signed it"),
    ):
        page.get_by_label("Or its text").fill(text)
        page.get_by_role("button", name="Check it").click()
        expect(result.get_by_text(words)).to_be_visible()

    page.context.set_offline(False)
    newest_mail(page, site, email)
    page.goto(link_in_mail(page, "opt-out"))
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{site.people}/receipts/verify")
    page.get_by_label("File", exact=True).set_input_files(file)
    expect(result.get_by_text("Genuine, and withdrawn since")).to_be_visible()
    expect(result.get_by_text("We just asked: withdrawn")).to_be_visible()
    assert "POST" not in sent[:1]


def test_browser_and_server_judge_every_changed_letter_alike(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    file = receipt_of(page, site, "vera.receipt@people.customerhub.net", tmp_path).read_text()
    page.goto(f"{site.people}/receipts/verify")
    result = page.locator("[data-checked]")
    for place in range(3, len(file), len(file) // 12):
        page.get_by_label("Or its text").fill(f"{file[:place]}{'x' if file[place] != 'x' else 'y'}{file[place + 1 :]}")
        page.get_by_role("button", name="Check it").click()
        expect(result.locator(".notice-bad")).to_be_visible()


def test_without_scripts_the_server_checks_it(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    file = receipt_of(visitor(), site, "pia.receipt@people.customerhub.net", tmp_path)
    page = visitor(java_script_enabled=False)
    page.goto(f"{site.people}/receipts/verify")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text(GENUINE)).to_be_visible()
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("Choose a file, or paste its text below.")).to_be_visible()
