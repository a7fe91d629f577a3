"""Today: tasks by the practice clock, leads gone quiet, who came in; every number is that of the list it leads to."""

import re
from html import unescape

from flask import Flask

from portal.sandbox.database import Database
from portal.sandbox.drives.journal import Journal
from portal.shared import clock
from tests.sandbox.holding import drive_of
from tests.sandbox.small import STAGES
from tests.sandbox.visitor import Visitor

COUNT = re.compile(r'<h2 id="(\w+)">[^<]*</h2><span class="soft">([\d,]+)</span>(?:<a class="push" href="([^"]+)">)?')


def test_tasks_stand_where_their_day_puts_them(ada: Visitor) -> None:
    for due in ("2020-01-01", "today", "tomorrow"):
        assert ada.send("/tasks", words=f"Due {due}", due=due, kind="call", owner="You").status_code in (303, 422)
    assert counts(ada)["today"][0] == 1 + open_on(lambda days: days == 0)
    page = section(ada.get("/today").text, "today")
    assert "Due today" in page
    assert "Due tomorrow" in section(ada.get("/today").text, "coming")


def test_every_number_is_that_of_the_list_it_leads_to(ada: Visitor) -> None:
    ada.create(name="Came in just now")
    shown = counts(ada)
    for name in ("late", "today", "coming"):
        total = int(re.findall(rf'href="/tasks\?show={name}"[^>]*>[^<]*<span>(\d+)<', ada.get("/tasks").text)[0])
        assert (
            shown[name][0]
            == total
            == ada.get(f"/tasks?show={name}").text.count('class="task ')
            + ada.get(f"/tasks?show={name}").text.count('class="task"')
        )
    for name in ("quiet", "came"):
        total, address = shown[name]
        assert address or total == 0
        if address:
            assert ada.list(address.partition("/leads")[2])["total"] == total
    assert shown["came"][0] == 1


def test_leads_gone_quiet_are_those_on_open_stages_the_biggest_deal_first(ada: Visitor, database: Database) -> None:
    assert "Nobody on an open stage was silent" in ada.get("/today").text
    move_clock(ada, database, days=40)
    total, address = counts(ada)["quiet"]
    listed = ada.list(address.partition("/leads")[2])
    assert (
        listed["total"]
        == total
        == sum(STAGES[number * 3 % 5] in ("New", "Contacted", "Proposal") for number in range(120))
    )
    shown = re.findall(r'href="/leads/(L\d+)\?[^"]*">', section(ada.get("/today").text, "quiet"))
    assert list(dict.fromkeys(shown)) == [one["id"] for one in listed["items"][:8]]
    values = [one["value"] or -1 for one in listed["items"]]
    assert values == sorted(values, reverse=True)
    ada.edit(shown[0], note="Rang, at last")
    assert counts(ada)["quiet"][0] == total - 1


def test_the_shortest_next_step_stands_beside_each(ada: Visitor, database: Database) -> None:
    move_clock(ada, database, days=40)
    page = section(ada.get("/today").text, "quiet")
    note, task = (re.findall(pattern, page)[0] for pattern in (r'href="([^"]+#note)"', r'href="(/tasks/new[^"]+)"'))
    assert ada.get(unescape(note)).status_code == 200
    form = ada.get(unescape(task))
    assert "About <a" in form.text
    answer = ada.send("/tasks", shown=unescape(task), words="Ring", due="today", kind="call", owner="You")
    assert answer.headers["Location"] == "/today"


def test_the_day_follows_the_practice_clock(ada: Visitor, database: Database) -> None:
    before = counts(ada)
    move_clock(ada, database, days=1)
    after = counts(ada)
    assert after["late"][0] == before["late"][0] + before["today"][0]
    assert after["today"][0] == open_on(lambda days: days == 1)


def test_without_a_drive_there_is_no_day(app: Flask) -> None:
    nobody = Visitor(app)
    for address in ("/today", "/tasks", "/tasks/new", "/tasks/T001", "/companies", "/companies/C1"):
        assert nobody.get(address).status_code == 404


def move_clock(visitor: Visitor, database: Database, *, days: int) -> None:
    with database.transaction() as db:
        Journal(db, drive_of(db, visitor), words="Moved the clock", now=clock.now()).move_clock(days * 86_400)


def open_on(is_meant: object) -> int:
    """How many open tasks of the small scenario are due so many days from its present."""
    assert callable(is_meant)
    return sum(number % 3 != 2 and is_meant(number % 21 - 10) for number in range(30))


def counts(visitor: Visitor) -> dict[str, tuple[int, str]]:
    """By section: its number, and the list that it leads to."""
    page = visitor.get("/today").text
    return {name: (int(number.replace(",", "")), unescape(address)) for name, number, address in COUNT.findall(page)}


def section(page: str, name: str) -> str:
    return page.partition(f'<section class="panel" aria-labelledby="{name}">')[2].partition("</section>")[0]
