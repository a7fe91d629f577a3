"""What is wrong in a recipe is said by line and key, all at once, with what to do."""

from pathlib import Path

import pytest

from portal.sandbox.scenarios.reading import BadRecipe, check, read_recipe
from portal.sandbox.scenarios.recipe import BEATS
from portal.sandbox.scenarios.story import Story
from portal.shared.environment import ROOT

RECIPE = (ROOT / "content" / "scenarios" / "fernhollow-cycles.toml").read_text("utf-8")

# What stands in the recipe, what a hasty writer makes of it, and what is said about that.
SLIPS = [
    ("leads = 1000", 'leads = "many"', "leads: Write a whole number"),
    ('teaches = "First steps', 'teach = "First steps', "teaches: This is missing."),
    ('voice = "short"', 'voice = "loud"', "loud is no voice"),
    ('kind = "person"', 'kind = "rumor"', "rumor is no kind of source"),
    ('mark = "won"', 'mark = "sold"', "Give one stage for each mark"),
    ('tag = "Price matters"', 'tag = "Cheap"', "Cheap is no tag"),
    ("day = 512", "day = 900", "before the scenario begins"),
    ('threads = ["wheels", "club"', 'threads = ["weels", "club"', "weels is no thread"),
    ('beats = ["arrive", "call", "note?"', 'beats = ["arrive", "cal", "note?"', "cal is no beat"),
    ('beats = ["arrive", "call", "note?"', 'beats = ["call", "note?"', "A story begins with arrive"),
    ("pace = 0.5", "pase = 0.5", "pase: This key means nothing here"),
    ("pace = 0.5", "pace = 0", "pace: Write a number above 0"),
    ("price = [31, 46]", "price = [46, 31]", "the smaller first"),
    ('times = "count" },', 'times = "bikes" },', "times must name a list of whole numbers"),
    ("downtime, not dollars ::", "downtime, not dollars:", "Write a headline"),
    ("{trouble}. Do you do contracts?", "{troubel}. Do you do contracts?", "{troubel} stands for nothing here"),
    ("[two|three] more", "[two|three more", "A bracket is left open"),
    ('zip = "00000"', 'zip = "97201"', "Use 00000"),
    ('"Practice Road"', '"Orchard Road"', "Orchard Road could exist"),
    ('"inkwell-mail.example"', '"gmail.com"', "gmail.com could exist"),
    (
        "Keys are in the gray box",
        "Write to ann@acme.com, keys are in the gray box",
        "an address that could reach someone",
    ),
    ("Keys are in the gray box", "Call 415-867-5309, keys are in the gray box", "a number that could reach someone"),
    ("Keys are in the gray box", "Keys are at 12 Orchard Road, in the gray box", "a street that could exist"),
    ("Keys are in the gray box", "Keys are in the gray box, SSN 812-00-1234", "what looks like a tax id"),
    ('"Marisol", ', '"", ', "that is not empty"),
    ('currency = "USD"', 'currency = "USD', "This is not TOML"),
]


@pytest.mark.parametrize(("written", "slip", "words"), SLIPS, ids=[words for *_, words in SLIPS])
def test_a_slip_is_found_on_its_line(written: str, slip: str, words: str, tmp_path: Path) -> None:
    assert written in RECIPE
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.replace(written, slip, 1), "utf-8")
    found = [fault for fault in check(path) if words in str(fault)]
    assert found, [str(fault) for fault in check(path)]
    line = RECIPE[: RECIPE.index(written)].count("\n") + 1
    near = 6 if "This is missing" in words else 0  # what is missing stands nowhere; its part does
    assert line - near <= found[0].line <= line
    with pytest.raises(BadRecipe, match=r"shop\.toml cannot be used"):
        read_recipe(path)


def test_every_slip_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.replace("leads = 1000", "leads = 0").replace("months = 18", "months = 1.5"), "utf-8")
    assert [fault.key for fault in check(path)] == ["leads", "months"]


def test_the_recipe_that_we_ship_has_no_fault() -> None:
    assert check(ROOT / "content" / "scenarios" / "fernhollow-cycles.toml") == []


def test_every_beat_that_may_be_written_can_be_told() -> None:
    assert [beat for beat in BEATS if not hasattr(Story, f"_{beat.replace('-', '_')}")] == []
