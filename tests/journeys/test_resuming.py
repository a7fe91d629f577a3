"""Stopping on one device and going on with another, by a code, without an account and without a cookie."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import violations
from tests.journeys.watching import button, moment, open_player, play_at, until
from tests.support.running import Running

pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]


def test_who_has_no_account_goes_on_with_another_device_by_a_code(visitor: Visitor, site: Running) -> None:
    desk, phone = visitor(), visitor()
    play_at(desk, open_player(desk, site), 102)
    desk.get_by_role("link", name="Go on with another device").click()
    button(desk, "Get a code").click()
    expect(desk.get_by_text("Stopped at 1:42 of 3:34")).to_be_visible()
    assert violations(desk) == []
    code = desk.locator(".resume-code code").inner_text()

    phone.goto(f"{site.people}/webinars/resume")
    phone.get_by_label("Your code").fill(code.upper())
    phone.keyboard.press("Enter")
    phone.get_by_role("link", name="Go on with The second message").click()
    video = phone.locator("video")
    until(phone, lambda: moment(video) >= 102)
    play_at(phone, video, 150)

    video = open_player(desk, site)
    expect(desk.get_by_text("You stopped at 2:30. Kept in this browser and under your code.")).to_be_visible()
    button(desk, "Go on at 2:30").click()
    until(desk, lambda: moment(video) > 150)

    phone.goto(f"{site.people}/webinars/resume/{code.replace('-', '')}")
    button(phone, "Forget this code").click()
    expect(phone.get_by_text("The code is forgotten")).to_be_visible()
    assert phone.evaluate("localStorage.getItem('resume.code')") is None
    open_player(desk, site)
    until(desk, lambda: desk.evaluate("localStorage.getItem('resume.code')") is None)
    assert [*desk.context.cookies(), *phone.context.cookies()] == []
