"""Segments: built rule by rule without scripts, kept as questions, asked anew each time."""

import pytest

from portal.sandbox.segments.watching import MOST_WATCHED
from tests.sandbox.visitor import Visitor

SAVED = "/segments/new?f=stage:is:Proposal,Won&f=last:before:1d"


def saved(visitor: Visitor, *, address: str = SAVED, name: str = "Quiet ones") -> str:
    """The page of a segment that was just saved."""
    answer = visitor.send(address, shown=address, name=name)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_segment_is_saved_and_says_in_words_who_is_in_it(ada: Visitor) -> None:
    page = ada.get(saved(ada)).text
    assert "Leads where stage is Proposal or Won, and last activity more than a day ago." in page
    expected = ada.list("?f=stage:is:Proposal,Won&f=last:before:1d")["total"]
    assert expected
    assert f"<b>{expected}</b> leads are in it now" in page
    assert "Quiet ones" in ada.get("/segments").text


def test_who_is_in_a_segment_is_taken_out_from_its_page(ada: Visitor) -> None:
    rules = "/segments/new?stage=Won"
    page = ada.get(str(ada.send(rules, shown=rules, name="Our friends").location)).text
    address = page.partition('href="/leads/export')[2].partition('"')[0].replace("&amp;", "&")
    file = ada.get(f"/leads/export{address}&as=csv").text
    assert len(file.splitlines()) - 1 == ada.list("?stage=Won")["total"] > 0


def test_the_first_page_offers_questions_to_begin_with(ada: Visitor) -> None:
    page = ada.get("/segments").text
    assert "No segment yet" in page
    assert "Gone quiet" in page


def test_a_rule_is_added_by_an_address_alone_and_taken_out_again(ada: Visitor) -> None:
    added = ada.get("/segments/new?stage=Won&field=owner&op=is&value=Ines")
    assert added.status_code == 303
    assert added.headers["Location"] == "/segments/new?stage=Won&f=owner:is:Ines"
    page = ada.get(added.headers["Location"]).text
    assert "Owner is Ines" in page
    assert 'href="/segments/new?stage=Won"' in page


@pytest.mark.parametrize(
    ("filled_in", "rule"),
    [
        ("field=value&op=range&low=1,234.50", "value:from:123450"),
        ("field=value&op=range&low=10&high=20", "value:between:1000,2000"),
        ("field=last&op=within&days=30", "last:within:30d"),
        ("field=created&op=range&low=2026-01-31", "created:from:2026-01-31"),
        ("field=tag&op=any&value=Fleet&value=Net+30", "tag:any:Fleet,Net+30"),
        ("field=company&op=has&text=copper", "company:has:copper"),
        ("field=email&op=none", "email:none"),
    ],
)
def test_each_kind_of_rule_can_be_filled_in(ada: Visitor, filled_in: str, rule: str) -> None:
    added = ada.get(f"/segments/new?{filled_in}")
    assert added.headers["Location"] == f"/segments/new?f={rule}"
    assert ada.get(added.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("filled_in", "words"),
    [
        ("field=value&op=range&low=a+lot", "That is no amount"),
        ("field=value&op=range&low=1e400", "That is no amount"),
        ("field=value&op=range&low=NaN", "That is no amount"),
        ("field=last&op=within&days=soon", "is no number of days"),
        ("field=created&op=range&low=2026-02-30", "is no date"),
        ("field=stage&op=is", "Nothing is chosen yet"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_in_words_and_keeps_the_others(
    ada: Visitor, filled_in: str, words: str
) -> None:
    answer = ada.get(f"/segments/new?tag=Fleet&{filled_in}")
    assert answer.status_code == 422
    assert words in answer.text
    assert "Tags include Fleet" in answer.text


def test_a_rule_about_what_there_is_not_is_refused_in_words(ada: Visitor) -> None:
    for address in ("/segments/new?field=nothing", "/segments/new?tag=Fleet&field=nothing&op=is"):
        answer = ada.get(address)
        assert answer.status_code == 400
        assert "There is no filter called nothing" in answer.text


def test_what_is_sought_in_a_segment_is_kept_as_an_invented_twin(ada: Visitor) -> None:
    rules = "/segments/new?q=jane@acme.com&f=company:has:415-867-5301"
    answer = ada.send(rules, shown=rules, name="Looks real")
    told = ada.get(answer.headers["Location"]).text
    page = ada.get(answer.headers["Location"]).text
    assert "invented twins took its place" in told
    for text in (page, ada.get("/segments").text):
        assert "jane@acme.com" not in text
        assert "415-867-5301" not in text


def test_all_or_one_of_the_rules_can_be_asked_for(ada: Visitor) -> None:
    page = ada.get("/segments/new?stage=Won&f=owner:is:Ines").text
    assert "All of these must be so" in page
    either = ada.get("/segments/new?stage=Won&f=owner:is:Ines&any=1").text
    assert "One of these is enough" in either
    assert "any of this is so" in either


def test_a_segment_without_a_name_keeps_its_rules(ada: Visitor) -> None:
    answer = ada.send(SAVED, shown=SAVED, name=" ")
    assert answer.status_code == 422
    assert "Type a name." in answer.text
    assert "Stage is Proposal or Won" in answer.text


def test_it_is_renamed_changed_and_deleted_and_each_can_be_taken_back(ada: Visitor) -> None:
    page = saved(ada)
    assert ada.get(f"{page}/edit").headers["Location"].endswith("?f=stage:is:Proposal,Won&f=last:before:1d")
    ada.send(f"{page}/edit?stage=Lost", shown=f"{page}/edit?stage=Lost", name="Lost ones")
    assert "stage is Lost" in ada.get(page).text
    ada.undo()
    assert "stage is Proposal or Won" in ada.get(page).text
    ada.send(f"{page}/delete")
    assert ada.get(page).status_code == 404
    ada.undo()
    assert ada.get(page).status_code == 200


def test_who_leaves_a_stage_leaves_the_segment(ada: Visitor) -> None:
    page = saved(ada, address="/segments/new?stage=Proposal", name="Proposals")
    before = ada.list("?stage=Proposal")
    ada.edit(before["items"][0]["id"], stage="Contacted")
    assert f"<b>{before['total'] - 1}</b> leads are in it now" in ada.get(page).text


def test_a_segment_is_nobody_elses(ada: Visitor, ben: Visitor) -> None:
    page = saved(ada)
    assert ben.get(page).status_code == 404
    assert ben.send(f"{page}/delete").status_code == 404
    assert "Quiet ones" not in ben.get("/segments").text


def test_a_name_is_shown_as_text_and_holds_nothing_real(ada: Visitor) -> None:
    page = ada.get(saved(ada, name="<script>alert(1)</script>")).text
    assert "<script>alert(1)" not in page
    assert "jane@acme.com" not in ada.get(saved(ada, name="ask jane@acme.com")).text
    assert ada.send(SAVED, shown=SAVED, name="x" * 10_000).status_code == 422


def test_crafted_rules_are_refused_in_words(ada: Visitor) -> None:
    for query in ("f=stage:is:Nowhere", "f=stage", "f=%00", "any=7", "sort=upside-down", "f=" + "x" * 9_000):
        answer = ada.get(f"/segments/new?{query}")
        assert answer.status_code == 400, query


def test_the_clock_says_which_segments_it_compares_and_leads_to_the_rest(ada: Visitor) -> None:
    names = [f"Number {number}" for number in range(MOST_WATCHED + 1)]
    pages = [saved(ada, name=name) for name in names[:-1]]
    assert "are compared here" not in ada.get("/clock?ahead=30").text
    pages.append(saved(ada, name=names[-1]))
    page = ada.get("/clock?ahead=30").text
    assert f"Of your {len(names)} segments the first {MOST_WATCHED} by name are compared here." in page
    assert '<a href="/segments">See all segments</a>' in page
    assert [f"{name}</dt>" in page for name in names] == [True] * MOST_WATCHED + [False]
    assert ['href="/clock?ahead=30"' in ada.get(one).text for one in pages] == [True] * MOST_WATCHED + [False]


def test_a_drive_keeps_so_many_and_says_so(ada: Visitor) -> None:
    for number in range(50):
        saved(ada, name=f"Number {number}")
    answer = ada.send(SAVED, shown=SAVED, name="One more")
    assert answer.status_code == 409
    assert "It keeps 50" in answer.text
