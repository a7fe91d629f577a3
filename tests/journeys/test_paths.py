"""A learning path from its first step to a certificate that is checked without a network, with scripts and without."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.people.paths.learning_path import LearningPath, Question
from portal.people.paths.reading import FOLDER, read_path
from tests.journeys.conftest import violations
from tests.support.browser import Visitor
from tests.support.running import Running

pytestmark = pytest.mark.one_engine  # what is kept where is told on each by the server's own tests

SLUG = "first-look-to-first-habit"
GENUINE = "Genuine, and unchanged since we signed it"


@pytest.fixture(scope="module")
def path() -> LearningPath:
    return read_path(FOLDER / f"{SLUG}.md", keep=lambda _: ("a" * 64, 1))


def walk(page: Page, path: LearningPath, *, but: int = 0) -> None:
    """Do every step from the top, except the last ones."""
    for number, step in enumerate(path.steps[: len(path.steps) - but], 1):
        here = page.locator(".path-step").nth(number - 1)
        if isinstance(step, Question):
            here.get_by_text(step.right.says, exact=True).click()
            here.get_by_role("button", name="Check my answer").click()
        else:
            here.get_by_role("button", name="Done").click()
        expect(page.locator(".path-step").nth(number - 1).get_by_role("img", name="Done")).to_be_visible()


def certificate(page: Page, folder: Path, name: str = "") -> Path:
    """Make a certificate, and download its file."""
    page.get_by_label("A name on it").fill(name)
    page.get_by_role("button", name="Make my certificate").click()
    expect(page.get_by_role("heading", name="Your certificate")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the signed file").click()
    downloading.value.save_as(folder / "certificate.jsonld")
    return folder / "certificate.jsonld"


def test_a_visitor_walks_a_path_and_the_certificate_is_checked_without_a_network(
    visitor: Visitor, site: Running, path: LearningPath, tmp_path: Path
) -> None:
    page = visitor()
    page.goto(f"{site.people}/paths/")
    page.get_by_role("link", name=path.title, exact=True).click()
    assert page.context.cookies() == []
    first = page.locator(".path-step").first
    first.get_by_role("link", name="Watch").click()
    expect(page).to_have_url(f"{site.people}/webinars/first-ten-minutes?t=0#player")
    page.go_back()
    question = page.locator(".path-step").nth(4)
    question.get_by_role("radio").first.check()
    question.get_by_role("button", name="Check my answer").click()
    expect(question.get_by_text("Not that one")).to_be_in_viewport()
    assert page.context.cookies() == []
    walk(page, path, but=1)
    assert [(one["name"], one["path"]) for one in page.context.cookies()] == [("paths", "/paths/")]
    assert violations(page) == []
    page.goto(f"{site.people}/paths/")
    page.get_by_role("link", name=f"Go on with step {len(path.steps)}").click()
    last = page.locator(".path-step").last
    expect(last).to_be_in_viewport()
    last.get_by_text(path.steps[-1].right.says, exact=True).click()  # type: ignore[union-attr]
    last.get_by_role("button", name="Check my answer").click()
    file = certificate(page, tmp_path, "Ada Lindqvar")
    assert violations(page) == []

    page.goto(f"{site.people}/certificates/verify")
    page.context.set_offline(True)
    page.get_by_label("File", exact=True).set_input_files(file)
    result = page.locator("[data-checked]")
    expect(result.get_by_text(GENUINE)).to_be_visible()
    expect(result.get_by_text("Ada Lindqvar")).to_be_visible()
    expect(result.locator("[data-result=holds]")).to_have_count(3)
    assert violations(page) == []
    told = file.read_text("utf-8")
    for text, words in (
        (told.replace("Ada", "Ben"), "Not as we signed it"),
        ("hello", "This is not one of our certificates"),
        (json.dumps(json.loads(told)), GENUINE),  # the same in one line
        ('{"@type": "schema:EducationalOccupationalCredential", "proof": {"key": "__proto__"}}', "Not as we signed it"),
    ):
        page.get_by_label("Or its text").fill(text)
        page.get_by_role("button", name="Check it").click()
        expect(result.get_by_text(words)).to_be_visible()


def test_without_scripts_a_path_is_walked_certified_and_checked_as_well(
    visitor: Visitor, site: Running, path: LearningPath, tmp_path: Path
) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(f"{site.people}/paths/{SLUG}")
    walk(page, path)
    file = certificate(page, tmp_path)
    page.goto(f"{site.people}/certificates/verify")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text(GENUINE)).to_be_visible()
    page.goto(f"{site.people}/paths/{SLUG}")
    page.get_by_role("button", name="Forget my progress").click()
    assert page.context.cookies() == []
    expect(page.get_by_text("This page has set no cookie")).to_be_visible()
