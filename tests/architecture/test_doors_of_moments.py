"""The doors that moments open: each leads to a page that the sandbox has, and neither side had to know the other."""

from pathlib import Path

import pytest
from flask import Flask

from portal.cli.root import RECIPES
from portal.people.moments.faults import PAGES, SCENARIOS
from portal.people.moments.moment import Try
from portal.people.webinars.reading import FOLDER, read_folder
from tests.support.engines import Engine
from tests.support.sides import sandbox_app


@pytest.fixture
def sandbox(engine: Engine, tmp_path: Path) -> Flask:
    return sandbox_app(tmp_path)


def test_every_page_that_a_moment_may_name_is_one_of_the_sandbox_and_so_is_each_of_ours(sandbox: Flask) -> None:
    folders = [path.parent for path in FOLDER.glob("*/webinar.toml")]
    doors = [one for folder in folders for one in read_folder(folder).moments if isinstance(one, Try)]
    assert len(doors) >= len(folders)
    pages = sandbox.url_map.bind("")
    for address in [*(f"/{page}" for page in PAGES), *(door.page.partition("?")[0] for door in doors)]:
        assert pages.match(address, method="GET"), address


def test_scenarios_are_looked_for_where_the_sandbox_reads_them() -> None:
    assert SCENARIOS == RECIPES
