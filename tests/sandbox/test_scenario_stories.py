"""The bicycle workshop: a thousand invented leads, whose stories make sense and do not repeat."""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import run

import pytest

from portal.sandbox.scenarios import hours
from portal.sandbox.scenarios.generate import Activity, Invented, generate
from portal.sandbox.scenarios.reading import read_recipe
from portal.sandbox.scenarios.recipe import Recipe, Shape
from portal.shared.environment import ROOT
from portal.shared.reserved import is_reserved_email, is_reserved_phone
from portal.shared.spotting import spotted

RECIPE = ROOT / "content" / "scenarios" / "fernhollow-cycles.toml"
# Changes with the recipe and with the generator, and with nothing else. Say so in the change log when it does.
VERSION = (Path(__file__).parent / "fernhollow-cycles.version").read_text().strip()

BY_MAIL = {"sent", "quoted", "opened", "clicked", "replied"}
BY_STAFF = {"call", "missed", "note", "moved", "task", "visit", "quoted", "won", "lost", "paid", "handed_over"}


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return read_recipe(RECIPE)


@pytest.fixture(scope="module")
def invented(recipe: Recipe) -> Invented:
    return generate(recipe)


@pytest.fixture(scope="module")
def timelines(invented: Invented) -> list[list[Activity]]:
    found: defaultdict[str, list[Activity]] = defaultdict(list)
    for activity in invented.activities:
        found[activity.lead_id].append(activity)
    return [found[lead.id] for lead in invented.leads]


def test_it_has_a_thousand_leads_with_companies_deals_tags_and_twelve_thousand_activities(invented: Invented) -> None:
    assert len(invented.leads) == 1000
    assert len(invented.activities) >= 12_000
    assert len(invented.companies) > 200
    assert len(invented.deals) > 400
    assert all(lead.tags and lead.owner and lead.source for lead in invented.leads)
    assert {deal.state for deal in invented.deals} == {"open", "won", "lost"}


def test_it_is_the_same_bytes_every_time(invented: Invented, recipe: Recipe) -> None:
    assert invented.version == VERSION
    assert generate(recipe).canonical() == invented.canonical()


def test_it_is_the_same_in_another_process_with_other_hashes() -> None:
    program = (
        "import pathlib, sys\n"
        "from portal.sandbox.scenarios.generate import generate\n"
        "from portal.sandbox.scenarios.reading import read_recipe\n"
        "print(generate(read_recipe(pathlib.Path(sys.argv[1]))).version)"
    )
    found = run(
        [sys.executable, "-c", program, RECIPE],
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == VERSION


def test_nobody_in_it_can_be_reached(invented: Invented) -> None:
    assert [lead.id for lead in invented.leads if not is_reserved_email(lead.email)] == []
    assert [lead.id for lead in invented.leads if not is_reserved_phone(lead.phone)] == []
    assert [lead.id for lead in invented.leads if not lead.address.endswith(" 00000")] == []
    found = [(lead.id, [(one.kind, one.is_reserved) for one in spotted(lead.address)]) for lead in invented.leads]
    assert [one for one in found if one[1] != [("street", True), ("town", True)]] == []
    texts = {text for activity in invented.activities for text in (activity.words, activity.body)}
    assert [text for text in texts if any(not found.is_reserved for found in spotted(text))] == []


def test_no_two_leads_share_a_name_an_address_or_a_number(invented: Invented) -> None:
    for values in (
        [lead.name for lead in invented.leads],
        [lead.email for lead in invented.leads],
        [lead.phone for lead in invented.leads],
        [lead.id for lead in invented.leads],
    ):
        assert len(set(values)) == 1000


def test_every_stage_holds_leads_and_none_holds_half(invented: Invented, recipe: Recipe) -> None:
    counted = Counter(lead.stage for lead in invented.leads)
    assert set(counted) == {stage.name for stage in recipe.stages}
    assert max(counted.values()) < 500
    assert min(counted.values()) > 30


def test_every_timeline_is_in_an_order_that_makes_sense(timelines: list[list[Activity]]) -> None:
    assert [f"{timeline[0].lead_id}: {wrong}" for timeline in timelines for wrong in _disorder(timeline)] == []


@pytest.mark.parametrize(
    "beats",
    [
        ("arrive", "win", "again", "pay"),
        ("arrive", "quote", "ask", "answer", "lose"),
        ("arrive", "answer", "postpone", "chase"),
        ("arrive", "opt-out", "write", "nudge", "quote", "ask", "win"),
        ("arrive", "complain", "handover", "pay", "again", "after"),
    ],
)
def test_a_story_told_in_a_hurry_still_makes_sense(beats: tuple[str, ...], recipe: Recipe) -> None:
    hasty = replace(recipe, leads=60, shapes=(Shape("hasty", 1, 0.2, beats),))
    found: defaultdict[str, list[Activity]] = defaultdict(list)
    for activity in generate(hasty).activities:
        found[activity.lead_id].append(activity)
    assert [wrong for timeline in found.values() for wrong in _disorder(timeline)] == []
    assert max(len(timeline) for timeline in found.values()) > 3


def test_leads_stand_where_their_timeline_left_them(
    invented: Invented, timelines: list[list[Activity]], recipe: Recipe
) -> None:
    ranks = {stage.name: rank for rank, stage in enumerate(recipe.stages)}
    for lead, timeline in zip(invented.leads, timelines, strict=True):
        stage = recipe.stages[0].name
        for activity in (one for one in timeline if one.kind == "moved"):
            before, after = activity.words.removeprefix("Stage: ").split(" to ")
            assert before == stage
            assert ranks[after] > ranks[before]
            stage = after
        assert stage == lead.stage


def test_colleagues_work_in_working_hours_and_not_on_the_second(timelines: list[list[Activity]]) -> None:
    at_work = [one.at for timeline in timelines for one in timeline if one.kind in BY_STAFF]
    assert {hours.weekday(at) for at in at_work} == {0, 1, 2, 3, 4, 5}
    assert all(8 * hours.HOUR <= hours.in_day(at) < 19 * hours.HOUR for at in at_work)
    assert len({at % 60 for at in at_work}) == 60


def test_it_spans_eighteen_months_and_ends_before_now(timelines: list[list[Activity]]) -> None:
    moments = [one.at for timeline in timelines for one in timeline]
    assert -541 * hours.DAY < min(moments) < -500 * hours.DAY
    assert -hours.DAY < max(moments) < 0


def test_ten_timelines_side_by_side_show_no_pattern(timelines: list[list[Activity]]) -> None:
    told = [timeline for timeline in timelines if len(timeline) >= 5]
    assert len(told) > 850
    for first in range(0, len(told) - 10, 10):
        ten = told[first : first + 10]
        assert len({tuple(one.kind for one in timeline) for timeline in ten}) == 10
        assert len({len(timeline) for timeline in ten}) >= 5
        written = [one.body for timeline in ten for one in timeline if len(one.body) > 30]
        assert len(written) - len(set(written)) <= 1
        assert len({timeline[1].at - timeline[0].at for timeline in ten}) == 10


def test_the_whole_is_varied(timelines: list[list[Activity]]) -> None:
    told = [timeline for timeline in timelines if len(timeline) >= 5]
    assert len({tuple(one.kind for one in timeline) for timeline in told}) > 0.95 * len(told)
    written = [one.body for timeline in timelines for one in timeline if len(one.body) > 30]
    assert len(set(written)) > 0.8 * len(written)
    subjects = {one.words for timeline in timelines for one in timeline if one.kind in ("sent", "quoted")}
    assert len(subjects) > 600


def _disorder(timeline: list[Activity]) -> Iterator[str]:
    """What is wrong with the order of `timeline`, in words."""
    kinds = [one.kind for one in timeline]
    if kinds[0] != "came_in" or kinds.count("came_in") != 1:
        yield "something happened before it came in"
    if [one.at for one in timeline] != sorted(one.at for one in timeline) or timeline[-1].at >= 0:
        yield "not in the order of time"
    if "won" in kinds and "call" not in kinds[: kinds.index("won")]:
        yield "sold before a call"
    if "opted_out" in kinds and BY_MAIL & set(kinds[kinds.index("opted_out") :]):
        yield "mail after an opt-out"
    yield from _effects_before_causes(timeline)


def _effects_before_causes(timeline: list[Activity]) -> Iterator[str]:
    done: set[str | None] = set()
    opened: set[str | None] = set()
    for one in timeline:
        if one.kind in ("opened", "clicked", "replied") and one.about not in done:
            yield f"{one.kind} before its message"
        if one.kind == "clicked" and one.about not in opened:
            yield "clicked before it was opened"
        if one.kind == "opened":
            opened.add(one.about)
        done.add(one.id)
