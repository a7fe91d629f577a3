"""Somebody of the staff previews a page in a real browser: it plays, nothing of it is kept or sent, and links stay."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from portal.people.accounts.links import Purpose, make_link
from portal.people.database import Database
from portal.people.settings import load_settings
from portal.people.staff import members
from portal.people.staff.roles import Role
from portal.shared import clock, ids
from tests.journeys.conftest import violations
from tests.journeys.watching import ADDRESS, moment, until
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


@pytest.fixture
def mara(visitor: Visitor, site: Running) -> Page:
    page = visitor()
    page.goto(site.people + start_link(site))
    page.locator("main form button").click()
    expect(page.locator("h1")).to_be_visible()
    return page


def start_link(site: Running) -> str:
    """The path of a link that lets somebody in who writes, as `make run` prints one for an admin."""
    database, token, now = Database(load_settings(site.environment).database_url), ids.new_token(), clock.now()
    with database.transaction() as db:
        staff = members.invite(
            db, email="nell@people.customerhub.net", role=Role.MARKETER, by="the command line", now=now
        ).staff
        account = members.account_of(staff)
        make_link(db, link_id=ids.new_id(), token=token, purpose=Purpose.START, account=account, now=now)
    database.close()
    return f"/sign-in/staff/start/{token}"


def test_a_webinar_is_previewed_as_it_plays_and_nothing_is_kept_or_sent(mara: Page, site: Running) -> None:
    asked: list[Request] = []
    mara.goto(f"{site.people}/studio/publications/")
    mara.get_by_role("link", name="Preview The second message").click()
    mara.on("request", lambda request: asked.append(request))
    expect(mara.get_by_role("region", name="Preview")).to_contain_text("Reader: somebody without an account")
    assert violations(mara) == []
    video = mara.locator("video")
    video.evaluate("(video) => { video.muted = true; return video.play() }")
    until(mara, lambda: moment(video) > 1)
    mara.locator(".transcript-lines a").nth(9).click()
    video.evaluate("(video) => video.pause()")
    assert mara.evaluate("Object.keys(localStorage).filter((name) => /webinar|resume/.test(name))") == []
    assert {request.method for request in asked} == {"GET"}
    assert not [request.url for request in asked if "/webinars/resume" in request.url]
    mara.get_by_role("link", name="Webinars", exact=True).first.click()
    expect(mara.get_by_role("region", name="Preview")).to_be_visible()
    assert "/studio/previews/now/visitor/webinars/" in mara.url


def test_another_moment_and_reader_are_chosen_on_the_page_itself(mara: Page, site: Running) -> None:
    mara.goto(f"{site.people}/studio/previews/now/visitor{ADDRESS}?t=95")
    bar = mara.get_by_role("region", name="Preview")
    bar.get_by_text("Look otherwise").click()
    spring = clock.now() + timedelta(days=200)
    bar.get_by_label("As of (UTC)").fill(f"{spring:%Y-%m-%dT%H:%M}")
    bar.get_by_label("As", exact=True).select_option("Somebody signed in")
    bar.get_by_role("button", name="Show").click()
    expect(bar).to_contain_text("Reader: somebody signed in")
    assert mara.url.endswith(f"/studio/previews/{spring:%Y-%m-%dT%H:%MZ}/person{ADDRESS}?t=95")
    expect(mara.get_by_role("link", name="Account", exact=True)).to_be_visible()


def test_without_scripts_the_browser_itself_runs_none(mara: Page, site: Running) -> None:
    mara.goto(f"{site.people}/studio/previews/now/visitor-without-scripts{ADDRESS}", wait_until="commit")
    expect(mara.locator(".transcript-find .without-script")).to_be_visible()
    expect(mara.locator("video")).to_have_attribute("controls", "")
    expect(mara.locator(".player-bar")).to_be_hidden()
