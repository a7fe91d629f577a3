"""Offers at the command line: what is wrong is told with its line, a code is taken in once."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.commands.publish import publish_samples
from portal.people.offers.reading import FOLDER
from tests.people.site import ADA, OFFER, Site


@pytest.fixture
def at_the_desk(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    return site


def say(*words: str) -> Result:
    return CliRunner().invoke(portal, list(words))


def test_a_file_is_published_once_and_taken_off_the_site_again(at_the_desk: Site, tmp_path: Path) -> None:
    path = tmp_path / "autumn.md"
    path.write_text((FOLDER / "setup-day.md").read_text("utf-8"), "utf-8")
    assert say("publish", str(path)).output == "autumn is public\n"
    assert say("publish", str(path)).output == "autumn is public, as it was\n"
    assert at_the_desk.get("/offers/autumn").status_code == 200
    assert at_the_desk.rows("select published_by from offer_publications where slug = 'autumn'") == [
        ("the command line",)
    ]
    assert say("offers", "unpublish", "autumn").exit_code == 0
    assert at_the_desk.get("/offers/autumn").status_code == 410
    again = say("offers", "unpublish", "autumn")
    assert (again.exit_code, "No offer autumn is public" in again.output) == (1, True)


def test_a_file_that_is_wrong_is_not_published_and_says_why(at_the_desk: Site, tmp_path: Path) -> None:
    path = tmp_path / "autumn.md"
    path.write_text((FOLDER / "setup-day.md").read_text("utf-8").replace("places = 60", "places = 0"), "utf-8")
    refused = say("publish", str(path))
    assert refused.exit_code == 1
    assert "autumn.md: Line 7, places: Say how many" in refused.output
    assert at_the_desk.get("/offers/autumn").status_code == 404


def test_a_new_start_leaves_what_staff_took_back_or_wrote_anew(at_the_desk: Site, tmp_path: Path) -> None:
    path = tmp_path / "second-month.md"
    path.write_text((FOLDER / "second-month.md").read_text("utf-8").replace("places = 500", "places = 400"), "utf-8")
    say("publish", str(path))
    say("offers", "unpublish", "winter-cards")
    publish_samples()
    assert at_the_desk.offer("second-month").places == 400
    assert at_the_desk.get("/offers/winter-cards").status_code == 410
    assert at_the_desk.count("offer_publications") == len(list(FOLDER.glob("*.md"))) + 1


def test_the_list_says_how_each_stands(at_the_desk: Site) -> None:
    at_the_desk.agreed(ADA)
    found = {one["offer"]: one for one in json.loads(say("offers", "list", "--json").output)["offers"]}
    assert (found["setup-day"]["stands"], found["setup-day"]["taken"], found["setup-day"]["left"]) == ("open", 1, 59)
    assert found["winter-cards"]["stands"] == "ended"
    assert re.search(r"^setup-day +open +1 of 60 taken", say("offers", "list").output, re.MULTILINE)


def test_a_code_is_taken_in_once_and_then_says_by_whom(at_the_desk: Site) -> None:
    page = at_the_desk.get(f"{at_the_desk.agreed(ADA, path=OFFER).confirm}/done").text
    (code,) = re.findall(r"SETUP-\w{4}-\w{4}", page)
    assert say("offers", "redeem", code, "--by", "Renske").output == (
        "Good: Setup day, place 1. It cannot be used again.\n"
    )
    again = say("offers", "redeem", code)
    assert (again.exit_code, "taken in by Renske" in again.output) == (1, True)
    unknown = say("offers", "redeem", "SETUP-0000-0000")
    assert (unknown.exit_code, "Nobody has this code" in unknown.output) == (1, True)
    shared = say("offers", "redeem", "SECOND-MONTH")
    assert shared.exit_code == 1
