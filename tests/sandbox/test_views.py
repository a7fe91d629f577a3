"""Saved views: lists kept under a name, with their live counts; every change of one is an act that Undo takes back."""

import json
import re
from html import unescape

import pytest
from flask import Flask

from portal.sandbox.database import Database
from portal.sandbox.drives.drive import find_drive
from portal.sandbox.drives.kinds import VIEWS
from portal.sandbox.drives.naming import MOST_NAME
from portal.sandbox.drives.rows import own_rows
from portal.sandbox.leads.views import MOST_VIEWS, STARTERS
from portal.shared import clock
from tests.sandbox.small import LEADS
from tests.sandbox.test_lead_list import statements
from tests.sandbox.visitor import Visitor

TAB = re.compile(r'<a href="([^"]+)"( aria-current="page")?><span class="tabs-name">([^<]+)</span>(?:<span>([\d,]+))?')
STARTED = [name for name, _ in STARTERS]


def tabs(visitor: Visitor, address: str = "/leads") -> dict[str, tuple[str, str]]:
    """The views above the list: where each leads, and its count."""
    found = TAB.findall(visitor.get(address).text)
    return {unescape(name): (unescape(to), count) for to, _, name, count in found}


def current(visitor: Visitor, address: str) -> list[str]:
    return [unescape(name) for _, is_current, name, _ in TAB.findall(visitor.get(address).text) if is_current]


def save(visitor: Visitor, name: str, address: str) -> str:
    """Save a view; returns its id."""
    answer = visitor.send("/views", name=name, list=address)
    assert answer.status_code == 303, answer.text
    found = re.search(r"view=(\w+)", str(answer.location))
    assert found
    return found[1]


def test_a_drive_begins_with_a_handful_of_views_and_their_counts(ada: Visitor) -> None:
    found = tabs(ada)
    assert list(found) == STARTED
    assert found["All leads"][1] == str(LEADS)
    for to, count in found.values():
        assert ada.list(re.sub(r"[?&]view=\w+", "", to).removeprefix("/leads"))["total"] == int(count)
    assert current(ada, "/leads") == ["All leads"]


def test_a_list_is_saved_as_it_is_shown_and_comes_back_so(ada: Visitor) -> None:
    shown = "/leads?f=stage:is:Won,Lost&sort=-value&cols=name,phone&layout=grouped&by=owner"
    view = save(ada, "Decided", shown)
    to, count = tabs(ada)["Decided"]
    assert to == f"{shown}&view={view}"
    assert count == "48"
    assert current(ada, to) == ["Decided"]
    assert current(ada, shown) == ["Decided"]
    assert ada.get(to).text.count('<tr class="list-group">') == 2


def test_the_count_of_a_view_follows_what_is_changed(ada: Visitor) -> None:
    save(ada, "Won ones", "/leads?stage=Won")
    ada.edit("L001", stage="Lost")
    assert tabs(ada)["Won ones"][1] == "23"
    ada.undo()
    assert tabs(ada)["Won ones"][1] == "24"


def test_every_change_of_a_view_is_an_act_that_undo_takes_back(ada: Visitor) -> None:
    began = tabs(ada)
    view = save(ada, "Fleet", "/leads?tag=Fleet")
    saved = tabs(ada)
    ada.send(f"/views/{view}", name="Fleets")
    assert list(tabs(ada)) == [*STARTED, "Fleets"]
    ada.send(f"/views/{view}/list", list="/leads?tag=Fleet&stage=Won")
    assert "stage=Won" in tabs(ada)["Fleets"][0]
    ada.send(f"/views/{view}/move", to="earlier")
    assert list(tabs(ada)) == [*STARTED[:-1], "Fleets", STARTED[-1]]
    ada.send(f"/views/{view}/delete")
    assert tabs(ada) == began
    for _ in range(4):
        ada.undo()
    assert tabs(ada) == saved
    ada.undo()
    assert tabs(ada) == began
    assert "nothing to undo" in ada.get(str(ada.undo().location)).text


def test_views_that_the_drive_began_with_can_be_changed_and_deleted_too(ada: Visitor, ben: Visitor) -> None:
    ada.send("/views/start1/delete")
    ada.send("/views/start2", name="Fresh")
    ada.send("/views/start2/move", to="later")
    assert list(tabs(ada)) == [STARTED[2], "Fresh", *STARTED[3:]]
    assert list(tabs(ben)) == STARTED
    for _ in range(3):
        ada.undo()
    assert list(tabs(ada)) == STARTED


def test_moving_past_either_end_is_no_act(ada: Visitor) -> None:
    ada.send("/views/start1/move", to="earlier")
    ada.send(f"/views/start{len(STARTED)}/move", to="later")
    assert "nothing to undo" in ada.get(str(ada.undo().location)).text
    assert ada.send("/views/start1/move", to="sideways").status_code == 400


def test_a_view_of_contacts_asks_the_leads_for_contacts(ada: Visitor) -> None:
    save(ada, "Ours", "/contacts?stage=Won")
    to, count = tabs(ada)["Ours"]
    assert to.startswith("/leads?stage=Won&f=contact:is:yes")
    assert ada.list("?stage=Won&f=contact:is:yes")["total"] == int(count)


def test_what_a_view_does_not_show_any_more_can_be_kept_in_it_instead(ada: Visitor) -> None:
    view = save(ada, "Won ones", "/leads?stage=Won")
    to = tabs(ada)["Won ones"][0]
    assert "Keep it in" not in ada.get(to).text
    page = ada.get(f"{to}&q=vance").text
    assert "Keep it in “Won ones” instead" in page
    ada.send(f"/views/{view}/list", list=f"{to}&q=vance")
    assert "q=vance" in tabs(ada)["Won ones"][0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Type a name."),
        ("   ", "Type a name."),
        ("x" * (MOST_NAME + 1), "Shorten it"),
        ("x" * 10_000, "Shorten it"),
        ("a\x07b", "cannot be shown"),
        ("two\nlines", "on one line"),
    ],
)
def test_a_name_that_is_none_is_refused_and_stays_in_the_form(ada: Visitor, name: str, words: str) -> None:
    view = save(ada, "Good", "/leads?stage=Won")
    for answer in (ada.send("/views", name=name, list="/leads?stage=Lost"), ada.send(f"/views/{view}", name=name)):
        assert answer.status_code == 422
        assert words in unescape(answer.text)
        assert len(name) < 100 or name in answer.text
    assert 'value="/leads?stage=Lost"' in ada.send("/views", name=name, list="/leads?stage=Lost").text
    assert list(tabs(ada)) == [*STARTED, "Good"]


def test_what_looks_dangerous_in_a_name_is_shown_as_text(ada: Visitor) -> None:
    for name in ("<script>alert(1)</script>", "{{ 7 * 7 }}", "'\"><img src=x onerror=y>", "=cmd|'/c calc'!A1"):
        save(ada, name, "/leads?stage=Won")
        assert name in tabs(ada)
        for address in ("/leads", "/views"):
            assert "<script>alert" not in ada.get(address).text
            assert "<img src=x" not in ada.get(address).text


def test_what_looks_real_in_a_name_or_in_what_is_sought_is_twinned_before_it_is_stored(
    ada: Visitor, database: Database
) -> None:
    ada.edit("L001", email="jane.doe@gmail.com")
    twin = ada.lead("L001")["email"]
    answer = ada.send("/views", name="Ask jane.doe@gmail.com", list="/leads?q=jane.doe@gmail.com")
    page = unescape(ada.get(str(answer.location)).text)
    assert "invented twin" in page
    to, count = tabs(ada)[f"Ask {twin}"]
    assert (count, "gmail" in to) == ("1", False)
    text = ada.send("/views", name="By text", list="/leads?f=company:has:call+415-867-5309")
    assert "867-5309" not in str(text.location)


@pytest.mark.parametrize("path", ["", "/list", "/move", "/delete"])
@pytest.mark.parametrize("view", ["nothing", "0123456789abcdef", "start99", "x" * 300])
def test_a_view_that_there_is_not_is_not_found(ada: Visitor, path: str, view: str) -> None:
    sent = {"name": "Name", "list": "/leads", "to": "later"}
    assert ada.send(f"/views/{view}{path}", **sent).status_code == 404


def test_another_drive_has_no_part_in_it(ada: Visitor, ben: Visitor) -> None:
    view = save(ada, "Mine alone", "/leads?stage=Won")
    assert "Mine alone" not in ben.get("/leads").text
    for path in ("", "/list", "/move", "/delete"):
        assert ben.send(f"/views/{view}{path}", name="Theirs", list="/leads", to="later").status_code == 404
    assert "Mine alone" in tabs(ada)


@pytest.mark.parametrize(
    "address", ["/leads?stage=Nope", "/elsewhere", "https://evil.example/leads", "", "/leads?view=<"]
)
def test_a_list_that_cannot_be_asked_for_cannot_be_saved(ada: Visitor, address: str) -> None:
    assert ada.send("/views", name="Odd", list=address).status_code == 400
    assert ada.get("/views/new", query_string={"list": address}).status_code == 400
    assert list(tabs(ada)) == STARTED


def test_a_drive_has_so_many_views_and_no_more(ada: Visitor) -> None:
    for number in range(MOST_VIEWS - len(STARTED)):
        save(ada, f"View {number}", "/leads?stage=Won")
    answer = ada.send("/views", name="One more", list="/leads")
    assert answer.status_code == 409
    assert f"There are {MOST_VIEWS} views already" in answer.text
    assert len(tabs(ada)) == MOST_VIEWS


def test_the_views_of_a_list_cost_it_no_statement(ada: Visitor, database: Database) -> None:
    for number in range(8):
        save(ada, f"View {number}", f"/leads?f=value:from:{number * 1000}&f=last:within:{number + 1}d")
    ada.get("/leads")
    with statements(database) as asked:
        ada.get("/leads")
    assert asked == []


def test_views_are_stored_as_json_that_others_can_read(ada: Visitor, app: Flask) -> None:
    save(ada, "As data", "/leads?stage=Won&sort=name&cols=name,phone&layout=grouped&by=source")
    told = json.loads(_shape(ada, app))
    assert told == {"query": "stage=Won&sort=name", "columns": ["name", "phone"], "layout": "grouped", "by": "source"}


def test_the_page_of_views_teaches_where_there_is_none(ada: Visitor) -> None:
    for number in range(len(STARTED)):
        ada.send(f"/views/start{number + 1}/delete")
    assert "No view is left" in ada.get("/views").text
    assert "Save view" in ada.get("/leads").text


def test_a_reset_takes_views_back_and_undo_brings_them_again(ada: Visitor) -> None:
    save(ada, "Kept", "/leads?stage=Won")
    ada.send("/reset")
    assert list(tabs(ada)) == STARTED
    ada.undo()
    assert "Kept" in tabs(ada)


def _shape(visitor: Visitor, app: Flask) -> str:
    """What is stored of the visitor's last view."""
    code = visitor.get("/").text.partition('href="/resume/')[2].partition('"')[0]
    with app.extensions["database"].reading() as db:
        assert find_drive(db, code, now=clock.now())
        [view] = own_rows(db, VIEWS).values()
        assert view is not None
        return view.shape
