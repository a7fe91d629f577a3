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
    ("chance = 40, wait", "chance = 140, wait", "chance: Write a whole number from 0 to 100"),
    ("wait = 21 }", 'wait = "long" }', "wait: Write a whole number from 1"),
    ('needs = ["amount"] }', 'needs = ["money"] }', "money is no thing to ask of a deal"),
    ("goal = 150000", 'goal = "much"', "goal: Write a whole number"),
    ('product = "Service plans", price = [31, 46]', 'product = "Sevice", price = [31, 46]', "Sevice is no product"),
    ('product = "Service plans", price = [31, 46]', "price = [31, 46]", "product: This is missing"),
    ('"Does it in-house :: Hired a rider', '"Hired a rider', "Begin with a reason and two colons"),
    ('"Does it in-house :: Hired a rider', '"Too busy :: Hired a rider', "Begin with a reason and two colons"),
    ('"Slow payer", "In a hurry"', '"In a hurry"', "Slow payer is missing"),
    ('"Marisol", "Osric"', '"Marisol", "Marisol"', "Marisol is there twice"),
    ('"Perpetua", "Ansel"', '"Marisol", "Ansel"', "a first name of leads, too"),
    ('"{word} Couriers"', '"{name} Couriers"', "{name} stands for nothing here"),
    ('"{word} Elementary"', '"{town} Couriers"', "makes the same names"),
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
    near = 6 if "is missing" in words else 0  # what is missing stands nowhere; its part does
    assert line - near <= found[0].line <= line
    with pytest.raises(BadRecipe, match=r"shop\.toml cannot be used"):
        read_recipe(path)


def test_every_slip_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.replace("leads = 1000", "leads = 0").replace("months = 18", "months = 1.5"), "utf-8")
    assert [fault.key for fault in check(path)] == ["leads", "months"]


@pytest.mark.parametrize("path", sorted((ROOT / "content" / "scenarios").glob("*.toml")), ids=lambda path: path.stem)
def test_the_recipes_that_we_ship_have_no_fault(path: Path) -> None:
    assert check(path) == []


def test_too_few_names_or_companies_for_so_many_leads_are_told(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(RECIPE.replace("leads = 1000", "leads = 8000"), "utf-8")
    assert any("too few names for so many leads. Add patterns" in str(fault) for fault in check(path))
    path.write_text(RECIPE.replace("leads = 1000", "leads = 100000"), "utf-8")
    assert any("Add first or last names" in str(fault) for fault in check(path))


def test_views_and_segments_to_begin_with_are_names_and_addresses(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(f'{RECIPE}\n[[views]]\nname = "Quoted"\nask = "stage=Proposal&sort=-value"\n', "utf-8")
    assert [view.ask for view in read_recipe(path).views][-1] == "stage=Proposal&sort=-value"
    path.write_text(f'{RECIPE}\n[[segments]]\nname = "Quoted"\nask = "all of them"\n', "utf-8")
    (fault,) = check(path)
    assert str(fault).endswith("Write what the address of the list says after its ?, such as stage=Proposal.")


def test_every_beat_that_may_be_written_can_be_told() -> None:
    assert [beat for beat in BEATS if not hasattr(Story, f"_{beat.replace('-', '_')}")] == []
