"""Tasks: added, ticked off, put off, changed and deleted, each in one act with a way back."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from portal.sandbox.tasks.due import NotADay, read_day
from portal.sandbox.tasks.forms import MOST_WORDS
from tests.sandbox.visitor import Visitor

TUESDAY = date(2026, 3, 3)
SCRIPT = "<script>alert(1)</script>"


def test_a_task_is_added_to_a_lead_and_stands_on_its_page(ada: Visitor) -> None:
    answer = add(ada, words="Send the prices", lead_id="L001", back="/leads/L001?stage=Won")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/leads/L001?stage=Won")
    page = ada.get("/leads/L001").text
    assert "Send the prices" in page
    assert "Coming up" in page
    ada.undo()
    assert 'class="task-text"' not in ada.get("/leads/L001").text


def test_a_task_that_is_done_is_told_in_the_timeline_of_its_lead(ada: Visitor) -> None:
    task = added(ada, words="Send the prices", lead_id="L001")
    assert ada.send(f"/tasks/{task}/done", done="yes", back="/leads/L001").headers["Location"] == "/leads/L001"
    lead = ada.lead("L001")
    assert (lead["timeline"][0]["kind"], lead["timeline"][0]["words"]) == ("task", "Done: Send the prices")
    assert lead["last"]["words"] == "Done: Send the prices"
    assert ada.list()["items"][0]["id"] == "L001"
    ada.send(f"/tasks/{task}/done", done="yes")  # a second tab: nothing is told twice
    assert [one["words"] for one in ada.lead("L001")["timeline"]].count("Done: Send the prices") == 1
    ada.send(f"/tasks/{task}/done", done="")
    assert ada.lead("L001")["timeline"][0]["words"] == "To do again: Send the prices"
    assert "Send the prices" in tasks(ada, "open")


def test_a_task_is_put_off_changed_and_deleted_and_every_act_is_undone(ada: Visitor) -> None:
    before = everything(ada)
    task = added(ada, words="Ring back", due="today")
    states = [everything(ada)]
    for act, typed in (
        ("/later", {"by": "day"}),
        ("/later", {"by": "week"}),
        ("", {"words": "Ring Ines back", "kind": "meet", "due": "2026-12-24", "owner": "Ines"}),
        ("/done", {"done": "yes"}),
        ("/delete", {}),
    ):
        assert ada.send(f"/tasks/{task}{act}", **typed).status_code == 303
        states.append(everything(ada))
    assert len(set(states)) == len(states)
    assert ada.get(f"/tasks/{task}").status_code == 404
    for state in reversed(states[:-1]):
        ada.undo()
        assert everything(ada) == state
    ada.undo()
    assert everything(ada) == before


def test_a_task_of_the_scenario_is_changed_for_this_drive_alone(ada: Visitor, ben: Visitor) -> None:
    before = everything(ben)
    for act, typed in (("/done", {"done": "yes"}), ("", {"words": "Mine"}), ("/later", {"by": "day"}), ("/delete", {})):
        assert ada.send(f"/tasks/T004{act}", **typed).status_code == 303
    task = added(ada, words="Ada's marker")
    assert everything(ben) == before
    assert ben.get(f"/tasks/{task}").status_code == 404
    for act in ("", "/done", "/later", "/delete"):
        assert ben.send(f"/tasks/{task}{act}", words="Taken", by="day", done="yes").status_code == 404


def test_saving_what_is_there_already_is_no_act(ada: Visitor) -> None:
    ada.send("/tasks/T004", shown="/tasks/T004")
    assert "There is nothing to undo" in ada.get(ada.undo().headers["Location"]).text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"words": " "}, "Type what there is to do"),
        ({"words": "x" * (MOST_WORDS + 1)}, "Shorten it"),
        ({"words": "two\nlines"}, "on one line"),
        ({"due": "2026-02-30"}, "Type a date such as"),
        ({"due": "someday"}, "Type a date such as"),
        ({"due": ""}, "Type a date such as"),
        ({"due": "9999-12-31"}, "within two years"),
        ({"due": "in 9999 months"}, "within two years"),
        ({"due": "٣ days"}, "Type a date such as"),
        ({"due": "x" * 10_000}, "Shorten it"),
        ({"kind": "dance"}, "Pick one of the kinds"),
        ({"owner": "Nobody"}, "Pick one of the owners"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_is_kept(ada: Visitor, typed: dict[str, str], words: str) -> None:
    before = everything(ada)
    kept = {"words": "Typed and <kept>", "lead_id": "L001"} | typed
    for answer in (add(ada, **kept), ada.send("/tasks/T004", **kept)):
        assert answer.status_code == 422
        page = unescape(answer.text)
        assert words in page
        assert 'aria-invalid="true"' in answer.text
        if "words" not in typed:
            assert 'value="Typed and <kept>"' in page
            assert 'value="L001"' in page
    assert everything(ada) == before


def test_hostile_words_are_shown_as_text_and_real_ones_are_twinned(ada: Visitor) -> None:
    add(ada, words=SCRIPT, lead_id="L001")
    add(ada, words="Ring Ann, 415-867-5309", lead_id="L001")
    for address in ("/today", "/tasks", "/leads/L001"):
        page = ada.get(address).text
        assert SCRIPT not in page
        assert "867-5309" not in page
        assert "&lt;script&gt;" in page or address == "/today"


def test_a_task_that_changed_underneath_is_shown_beside_what_was_typed(ada: Visitor) -> None:
    shown = ada.hidden("/tasks/T004")
    ada.send("/tasks/T004", words="Changed meanwhile", kind="meet")
    mine = {"words": "Typed later", "kind": "meet", "due": "2026-12-24", "owner": "Ines"}
    answer = ada.post("/tasks/T004", shown | mine)
    assert answer.status_code == 409
    assert '<dt>What to do</dt><dd class="typed">Changed meanwhile</dd>' in answer.text
    assert "<dt>Kind</dt>" not in answer.text
    assert 'value="Typed later"' in answer.text
    assert "Changed meanwhile" in tasks(ada, "open")
    fingerprint = re.search(r'name="fingerprint"[^>]*value="(\w+)"', answer.text)
    assert fingerprint
    assert ada.post("/tasks/T004", shown | mine | {"fingerprint": fingerprint[1]}).status_code == 303
    assert "Typed later" in tasks(ada, "open")


@pytest.mark.parametrize(
    "back", ["https://people.customerhub.net/", "//people.customerhub.net", "/\\evil", "/resume/x", ""]
)
def test_an_act_leads_back_to_pages_of_ours_alone(ada: Visitor, back: str) -> None:
    assert ada.send("/tasks/T004/later", by="day", back=back).headers["Location"] == "/today"
    assert f'href="{back}"' not in ada.get("/tasks/T004", query_string={"back": back}).text or not back


@pytest.mark.parametrize("task", ["nothing", "T999", "%00", "x" * 3000, "..%2f..", "%F0%9F%9A%B2"])
def test_an_id_that_names_nothing_is_refused_in_words(ada: Visitor, task: str) -> None:
    for answer in (ada.get(f"/tasks/{task}"), *(ada.send(f"/tasks/{task}{act}") for act in ("", "/done", "/later"))):
        assert answer.status_code in (400, 404)


def test_a_lead_that_there_is_not_takes_no_task(ada: Visitor) -> None:
    assert ada.get("/tasks/new?lead=nothing").status_code == 404
    assert add(ada, words="For nobody", lead_id="nothing").status_code == 404
    assert add(ada, words="For nobody", lead_id="x" * 50).status_code == 422
    assert "For nobody" not in tasks(ada, "open")


def test_a_task_outlives_its_lead(ada: Visitor) -> None:
    task = added(ada, words="About one who goes", lead_id="L001")
    ada.delete("L001")
    assert "About one who goes" in tasks(ada, "coming")
    assert ada.get(f"/tasks/{task}").status_code == 200
    assert ada.send(f"/tasks/{task}/done", done="yes").status_code == 303
    assert ada.send(f"/tasks/{task}", words="Still about one who goes").status_code == 303


@pytest.mark.parametrize("query", ["?show=nothing", "?page=0", "?page=x", "?page=-1", "?page=٣", "?page=999999999"])
def test_a_list_that_there_is_not_is_refused_in_words(ada: Visitor, query: str) -> None:
    assert ada.get(f"/tasks{query}").status_code == 400


def test_a_page_behind_the_last_one_says_which_that_is(ada: Visitor) -> None:
    answer = ada.get("/tasks?page=9")
    assert answer.status_code == 404
    assert "The last page of this list is 1" in answer.text


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", "2026-03-03"),
        ("Tomorrow", "2026-03-04"),
        ("in 3 days", "2026-03-06"),
        ("3d", "2026-03-06"),
        ("in 2 weeks", "2026-03-17"),
        ("next week", "2026-03-10"),
        ("friday", "2026-03-06"),
        ("on Tue", "2026-03-10"),
        ("2026-03-05", "2026-03-05"),
        ("3/5", "2026-03-05"),
        ("3/1", "2027-03-01"),
        ("Mar 5", "2026-03-05"),
        ("march 1, 2026", "2026-03-01"),
        ("2025-12-24", "2025-12-24"),
    ],
)
def test_a_day_is_read_as_people_say_it(typed: str, day: str) -> None:
    assert read_day(typed, today=TUESDAY).isoformat() == day


@pytest.mark.parametrize(
    "typed", ["", "0", "2026-13-01", "2/30", "Feb 30", "ma", "in days", "99999999999d", "１ day", "0000-01-01"]
)
def test_a_day_that_there_is_not_is_none(typed: str) -> None:
    with pytest.raises(NotADay):
        read_day(typed, today=TUESDAY)


def add(visitor: Visitor, **typed: str) -> Any:
    return visitor.send(
        "/tasks", **({"words": "Something", "kind": "call", "due": "in 3 days", "owner": "You"} | typed)
    )


def added(visitor: Visitor, **typed: str) -> str:
    """The id of a task that was just added; its words must be the only ones like it."""
    answer = add(visitor, **typed)
    assert answer.status_code == 303, answer.text
    shown = unescape(visitor.get("/tasks").text)
    found = re.search(rf'href="/tasks/(\w+)\?[^"]*">{re.escape(typed["words"])}<', shown)
    assert found
    return found[1]


def tasks(visitor: Visitor, show: str) -> str:
    return unescape(visitor.get(f"/tasks?show={show}").text.partition('<ol class="panel tasks')[2])


def everything(visitor: Visitor) -> str:
    """The lists of all tasks, without what changes with every page."""
    lists = "".join(tasks(visitor, show) for show in ("open", "late", "today", "coming", "done"))
    return re.sub(r'name="(csrf_token|drive)" value="[^"]*"', "", lists)
