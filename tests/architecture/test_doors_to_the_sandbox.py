"""The doors into the sandbox: each leads to a page that it has, and neither side had to know the other."""

from pathlib import Path

import pytest
from flask import Flask

from portal.cli.root import RECIPES
from portal.people.moments.moment import Try
from portal.people.publications.doors import PAGES, SCENARIOS
from portal.people.webinars.reading import FOLDER, read_folder
from tests.support.engines import Engine
from tests.support.sides import sandbox_app

NO_PAGES = {"", "healthz", "readyz", "metrics", "robots.txt", "_patterns", "drives", "palette"}


@pytest.fixture
def sandbox(engine: Engine, tmp_path: Path) -> Flask:
    return sandbox_app(tmp_path)


def test_a_door_may_lead_to_every_page_that_the_sandbox_has_and_to_no_other(sandbox: Flask) -> None:
    rules = [rule for rule in sandbox.url_map.iter_rules() if rule.methods and "GET" in rule.methods]
    has = {rule.rule.strip("/") for rule in rules if rule.arguments == set()}
    assert {page for page in has if "/" not in page and "." not in page} - NO_PAGES == set(PAGES)


def test_the_doors_of_our_webinars_lead_to_pages_that_answer(sandbox: Flask) -> None:
    folders = [path.parent for path in FOLDER.glob("*/webinar.toml")]
    doors = [one for folder in folders for one in read_folder(folder).moments if isinstance(one, Try)]
    assert len(doors) >= len(folders)
    pages = sandbox.url_map.bind("")
    for door in doors:
        address = door.page.partition("?")[0]
        assert pages.match(address, method="GET"), address


def test_scenarios_are_looked_for_where_the_sandbox_reads_them() -> None:
    assert SCENARIOS == RECIPES
