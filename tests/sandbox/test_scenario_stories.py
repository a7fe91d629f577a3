"""The invented businesses: leads whose stories make sense and do not repeat, each made from its number alone."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from subprocess import run

import pytest

from portal.sandbox.scenarios import hours
from portal.sandbox.scenarios.generate import Activity, Scenario, Told, chained, version_of
from portal.sandbox.scenarios.reading import read_recipe
from portal.sandbox.scenarios.recipe import Recipe, Shape
from portal.shared.environment import ROOT
from portal.shared.reserved import is_reserved_email, is_reserved_phone
from portal.shared.spotting import spotted

FOLDER = Path(__file__).parent
RECIPES = {path.stem: path for path in sorted((ROOT / "content" / "scenarios").glob("*.toml"))}
LEADS = 1000  # of the large ones, the first so many
# Changes with the recipe and with the generator, and with nothing else. Say so in the change log when it does.
VERSIONS = {slug: (FOLDER / f"{slug}.version").read_text().strip() for slug in RECIPES}

BY_MAIL = {"sent", "quoted", "opened", "clicked", "replied"}
BY_STAFF = {"call", "missed", "note", "moved", "task", "visit", "quoted", "won", "lost", "paid", "handed_over"}


@pytest.fixture(scope="module", params=RECIPES)
def recipe(request: pytest.FixtureRequest) -> Recipe:
    return read_recipe(RECIPES[request.param])


@pytest.fixture(scope="module")
def scenario(recipe: Recipe) -> Scenario:
    return Scenario(recipe)


@pytest.fixture(scope="module")
def leads(scenario: Scenario) -> list[Told]:
    """The first leads of the whole."""
    return [scenario.lead(number) for number in range(1, LEADS + 1)]


@pytest.fixture(scope="module")
def timelines(leads: list[Told]) -> list[tuple[Activity, ...]]:
    return [told.activities for told in leads]


@pytest.fixture(scope="module")
def ranks(recipe: Recipe) -> Mapping[str, int]:
    return {stage.name: rank for rank, stage in enumerate(recipe.stages)}


def test_there_are_three_businesses_of_three_sizes() -> None:
    recipes = [read_recipe(path) for path in RECIPES.values()]
    assert sorted(recipe.leads for recipe in recipes) == [1000, 10_000, 100_000]
    assert len({recipe.trade for recipe in recipes}) == 3


def test_a_thousand_leads_have_companies_deals_tasks_tags_and_twelve_thousand_activities(leads: list[Told]) -> None:
    assert sum(len(told.activities) for told in leads) >= 12_000
    assert len({told.company.id for told in leads if told.company}) > 200
    assert sum(len(told.deals) for told in leads) > 500
    assert sum(len(told.tasks) for told in leads) > 300
    assert all(told.lead.tags and told.lead.owner and told.lead.source for told in leads)


def test_a_lead_alone_is_that_lead_of_the_whole(recipe: Recipe, leads: list[Told]) -> None:
    for number in (777, 1, 300, 77, LEADS):
        assert Scenario(recipe).lead(number) == leads[number - 1]


def test_the_first_leads_are_the_same_bytes_every_time(recipe: Recipe, leads: list[Told]) -> None:
    version = ""
    for told in leads:
        version = chained(version, told)
    assert version == VERSIONS[recipe.slug]


def test_it_is_the_same_in_another_process_with_other_hashes(recipe: Recipe) -> None:
    program = (
        "import pathlib, sys\n"
        "from portal.sandbox.scenarios.generate import Scenario, chained\n"
        "from portal.sandbox.scenarios.reading import read_recipe\n"
        "version, scenario = '', Scenario(read_recipe(pathlib.Path(sys.argv[1])))\n"
        f"for number in range(1, {LEADS + 1}):\n"
        "    version = chained(version, scenario.lead(number))\n"
        "print(version)"
    )
    found = run(
        [sys.executable, "-c", program, RECIPES[recipe.slug]],
        env={"PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == VERSIONS[recipe.slug]


def test_the_version_of_the_whole_follows_from_every_lead(recipe: Recipe) -> None:
    few = replace(recipe, leads=40)
    assert version_of(few) == version_of(few)
    assert version_of(few) != version_of(replace(recipe, leads=39))
    assert version_of(few) != version_of(replace(few, seed=f"{few.seed}!"))


def test_nobody_in_it_can_be_reached(leads: list[Told]) -> None:
    assert [told.lead.id for told in leads if not is_reserved_email(told.lead.email)] == []
    assert [told.lead.id for told in leads if told.lead.phone and not is_reserved_phone(told.lead.phone)] == []
    found = [(told.lead.id, [(one.kind, one.is_reserved) for one in spotted(told.lead.address)]) for told in leads]
    assert [one for one in found if one[1] != [("street", True), ("town", True)]] == []
    texts = {text for told in leads for one in told.activities for text in (one.words, one.body)}
    texts |= {text for told in leads for deal in told.deals for text in (deal.title, deal.reason)}
    texts |= {task.words for told in leads for task in told.tasks}
    texts |= {text for told in leads for text in (told.lead.company, told.lead.role, told.lead.name)}
    assert [text for text in texts if any(not found.is_reserved for found in spotted(text))] == []


@pytest.mark.parametrize("slug", RECIPES)
def test_no_two_leads_share_a_name_an_address_or_a_number(slug: str) -> None:
    """Of the large ones, every thirtieth lead from end to end, besides the first."""
    recipe = read_recipe(RECIPES[slug])
    scenario = Scenario(recipe)
    numbers = {*range(1, LEADS + 1), *range(1, recipe.leads + 1, max(recipe.leads // 3000, 1))}
    leads = [scenario.lead(number) for number in sorted(numbers) if scenario.casting.double_of(number) is None]
    phones = [told.lead.phone for told in leads if told.lead.phone]
    for values in (
        [told.lead.name for told in leads],
        [told.lead.email for told in leads],
        phones,
        [told.lead.id for told in leads],
        [deal.id for told in leads for deal in told.deals],
        [task.id for told in leads for task in told.tasks],
    ):
        assert len(set(values)) == len(values)
    assert len(phones) > 0.7 * len(leads)


def test_some_leads_are_there_twice_and_can_be_told_by_what_they_share(recipe: Recipe, scenario: Scenario) -> None:
    doubles = [number for number in range(1, recipe.leads + 1) if scenario.casting.double_of(number)]
    assert len(doubles) == recipe.doubles
    shared = Counter[str]()
    for number in doubles[:30]:
        again, first = scenario.lead(number).lead, scenario.lead(scenario.casting.double_of(number) or 0).lead
        assert again.company_id == first.company_id
        assert again.email == first.email or again.phone == first.phone is not None
        shared["address"] += again.email == first.email
        shared["number"] += again.phone == first.phone is not None
        shared["slip"] += again.name != first.name
    assert min(shared["address"], shared["number"], shared["slip"]) >= 2


def test_of_the_deals_that_are_open_few_have_waited_too_long(recipe: Recipe, leads: list[Told]) -> None:
    wait = {stage.name: (stage.wait or 10_000) * hours.DAY for stage in recipe.stages}
    still_open = [deal for told in leads for deal in told.deals if deal.closed_at is None]
    late = [deal for deal in still_open if -deal.moved_at > wait[deal.stage]]
    assert len(still_open) > 100
    assert 0.05 < len(late) / len(still_open) < 0.22


def test_a_company_has_one_id_one_name_and_one_town(leads: list[Told]) -> None:
    companies = {told.company for told in leads if told.company}
    assert len({company.id for company in companies}) == len({company.name for company in companies}) == len(companies)
    assert max(Counter(told.lead.company_id for told in leads if told.company).values()) <= 6
    assert all(told.lead.company == (told.company.name if told.company else "") for told in leads)


def test_every_stage_holds_leads_and_none_holds_half(leads: list[Told], recipe: Recipe) -> None:
    counted = Counter(told.lead.stage for told in leads)
    assert set(counted) == {stage.name for stage in recipe.stages}
    assert max(counted.values()) < LEADS / 2
    assert min(counted.values()) > 30


def test_every_lane_of_the_board_has_cards_and_a_card_stands_where_its_lead_stands(
    leads: list[Told], recipe: Recipe
) -> None:
    cards = Counter(deal.stage for told in leads for deal in told.deals)
    assert set(cards) == {stage.name for stage in recipe.stages}
    # Few are offered something before they were spoken to: 3 of the first 1,000 of the heating business’s 10,000 leads
    # are on the lane New, and 9 and 12 of the others’. A thousand leads are all that this test tells.
    assert min(cards.values()) >= 3
    closing = [stage.name for stage in recipe.stages if stage.mark in ("won", "lost")]
    for told in leads:
        for deal in told.deals:
            if deal.closed_at is None:
                assert deal.stage == told.lead.stage
                assert deal.stage not in closing
            else:
                assert deal.stage in closing


def test_a_deal_says_what_its_stage_asks_for(leads: list[Told], recipe: Recipe) -> None:
    needs = {stage.name: stage.needs for stage in recipe.stages}
    reasons = {*recipe.reasons["won"], *recipe.reasons["lost"]}
    for told in leads:
        for deal in told.deals:
            assert all(getattr(deal, name) not in (None, "") for name in needs[deal.stage])
            assert deal.product in recipe.products
            assert told.lead.came_at <= deal.opened_at <= deal.moved_at < 0
            assert (deal.closed_at is None) == (deal.reason == "")
            assert deal.closed_at is None or (deal.opened_at <= deal.closed_at < 0 and deal.reason in reasons)


def test_who_has_an_open_deal_has_its_value_and_who_bought_is_a_contact(leads: list[Told]) -> None:
    for told in leads:
        waiting = [deal for deal in told.deals if deal.closed_at is None]
        assert told.lead.value == (sum(deal.amount for deal in waiting) or None)
        assert told.lead.deal == (waiting[0].title if waiting else "")
        bought = [one for one in told.activities if one.kind == "won"]
        assert told.lead.contact_since == (bought[0].at if bought else None)


def test_tasks_are_late_due_and_done_and_follow_from_the_story(leads: list[Told]) -> None:
    tasks = [(told, task) for told in leads for task in told.tasks]
    states = Counter("done" if task.done_at is not None else "late" if task.due_at < 0 else "due" for _, task in tasks)
    assert states["done"] > states["due"] > states["late"] > 5
    for told, task in tasks:
        assert task.words
        assert task.kind in ("call", "write", "meet", "other")
        assert task.owner == told.lead.owner
        if task.done_at is not None:
            done = [one.kind for one in told.activities if one.at == task.done_at]
            assert {"task", "call"} & set(done)
        if task.kind == "call" and task.done_at is None:
            assert told.lead.phone


def test_who_gave_no_number_is_never_called(leads: list[Told], recipe: Recipe) -> None:
    numberless = [told for told in leads if not told.lead.phone]
    assert bool(numberless) == (recipe.leads > 77_700)
    for told in numberless:
        assert not any(one.kind == "missed" or one.words.startswith("Call,") for one in told.activities)


def test_every_timeline_is_in_an_order_that_makes_sense(leads: list[Told]) -> None:
    assert [f"{told.lead.id}: {wrong}" for told in leads for wrong in _disorder(told.activities)] == []


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
    timelines = [told.activities for told in Scenario(hasty).leads()]
    assert [wrong for timeline in timelines for wrong in _disorder(timeline)] == []
    assert max(len(timeline) for timeline in timelines) > 3


def test_leads_stand_where_their_timeline_left_them(
    leads: list[Told], recipe: Recipe, ranks: Mapping[str, int]
) -> None:
    for told in leads:
        stage = recipe.stages[0].name
        for activity in (one for one in told.activities if one.kind == "moved"):
            before, after = activity.words.removeprefix("Stage: ").split(" to ")
            assert before == stage
            assert ranks[after] > ranks[before]
            stage = after
        assert stage == told.lead.stage
        assert (told.lead.last_at, told.lead.last_kind) == (told.activities[-1].at, told.activities[-1].kind)
        assert told.lead.came_at == told.activities[0].at


def test_colleagues_work_in_working_hours_and_not_on_the_second(timelines: list[tuple[Activity, ...]]) -> None:
    at_work = [one.at for timeline in timelines for one in timeline if one.kind in BY_STAFF]
    assert {hours.weekday(at) for at in at_work} == {0, 1, 2, 3, 4, 5}
    assert all(8 * hours.HOUR <= hours.in_day(at) < 19 * hours.HOUR for at in at_work)
    assert len({at % 60 for at in at_work}) == 60


def test_it_spans_eighteen_months_and_ends_before_now(timelines: list[tuple[Activity, ...]]) -> None:
    moments = [one.at for timeline in timelines for one in timeline]
    assert -541 * hours.DAY < min(moments) < -500 * hours.DAY
    assert -hours.DAY < max(moments) < 0


def test_ten_timelines_side_by_side_show_no_pattern(timelines: list[tuple[Activity, ...]]) -> None:
    told = [timeline for timeline in timelines if len(timeline) >= 5]
    assert len(told) > 800
    lengths = list[int]()
    for first in range(0, len(told) - 10, 10):
        ten = told[first : first + 10]
        assert len({tuple(one.kind for one in timeline) for timeline in ten}) >= 9
        lengths.append(len({len(timeline) for timeline in ten}))
        written = [one.body for timeline in ten for one in timeline if len(one.body) > 30]
        assert len(written) - len(set(written)) <= 1
        assert len({timeline[1].at - timeline[0].at for timeline in ten}) == 10
    assert sorted(lengths)[1] >= 5  # of some ninety tens one may have four lengths by chance
    assert min(lengths) >= 4


def test_the_whole_is_varied(timelines: list[tuple[Activity, ...]]) -> None:
    told = [timeline for timeline in timelines if len(timeline) >= 5]
    assert len({tuple(one.kind for one in timeline) for timeline in told}) > 0.95 * len(told)
    written = [one.body for timeline in timelines for one in timeline if len(one.body) > 30]
    assert len(set(written)) > 0.8 * len(written)
    subjects = {one.words for timeline in timelines for one in timeline if one.kind in ("sent", "quoted")}
    assert len(subjects) > 600


def _disorder(timeline: tuple[Activity, ...]) -> Iterator[str]:
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
    if any(not one.words for one in timeline):
        yield "an entry that says nothing"
    yield from _effects_before_causes(timeline)


def _effects_before_causes(timeline: tuple[Activity, ...]) -> Iterator[str]:
    opened: set[int | None] = set()
    for place, one in enumerate(timeline):
        if one.kind in ("opened", "clicked", "replied") and (one.about is None or one.about >= place):
            yield f"{one.kind} before its message"
        if one.kind == "clicked" and one.about not in opened:
            yield "clicked before it was opened"
        if one.kind == "opened":
            opened.add(one.about)
