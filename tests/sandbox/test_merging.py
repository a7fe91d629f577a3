"""Duplicates: found on columns, told apart for good, or merged into one lead with nothing lost and one undo."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.sandbox.database import Database
from portal.sandbox.drives.activities import Entry, list_entries
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.kinds import DEALS, OWN_TABLES, TASKS
from portal.sandbox.drives.overlay import leads_of
from portal.sandbox.drives.rows import rows_of_lead
from portal.sandbox.leads.duplicates import Group, list_groups
from portal.sandbox.leads.merging import CHOSEN
from tests.sandbox.holding import drive_of
from tests.sandbox.small import LEADS
from tests.sandbox.test_bulk import tick
from tests.sandbox.visitor import Visitor, hidden_in


def address(*ids: str) -> str:
    return f"/leads/merge?ids={','.join(ids)}"


def merge(visitor: Visitor, ids: list[str], *, survivor: str = "", **chosen: str) -> TestResponse:
    """Press the button, with what the page has ticked unless something else is chosen."""
    page = visitor.get(address(*ids)).text
    ticked = dict(re.findall(r'<input type="radio" name="([\w-]+)" value="(\w+)" checked', page))
    picked = {f"of-{name}": one for name, one in chosen.items()} | ({"survivor": survivor} if survivor else {})
    return visitor.post(address(*ids), hidden_in(page) | ticked | picked)


def groups(database: Database, visitor: Visitor) -> list[Group]:
    with database.reading() as db:
        return list(list_groups(db, drive_of(db, visitor)))


def of(found: list[Group], lead_id: str) -> Group | None:
    return next((group for group in found if lead_id in group.ids), None)


def belongings(db: Session, drive: Drive, lead_id: str) -> tuple[set[str], set[str], set[Entry]]:
    deals, tasks = (rows_of_lead(db, drive, kind, lead_id) for kind in (DEALS, TASKS))
    return {deal.id for deal in deals}, {task.id for task in tasks}, set(list_entries(db, drive, lead_id))


def own_rows_of(database: Database, visitor: Visitor) -> list[Any]:
    with database.reading() as db:
        drive_of(db, visitor)
        return [
            sorted(map(repr, db.execute(table.__table__.select().where(table.drive_id == db.info["drive"]))))
            for table in OWN_TABLES.values()
        ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_lost_by_merging_and_one_undo_restores_every_byte(
    ada: Visitor, database: Database, data: st.DataObject
) -> None:
    numbers = data.draw(st.lists(st.integers(0, LEADS - 1), min_size=2, max_size=6, unique=True))
    ids = [f"L{number:03}" for number in numbers]
    if data.draw(st.booleans()):
        ada.edit(ids[0], note="A note of one's own")
    survivor = data.draw(st.sampled_from(ids))
    chosen = {name: data.draw(st.sampled_from(ids)) for name in CHOSEN}
    before, rows = ada.everything(), own_rows_of(database, ada)
    with database.reading() as db:
        drive = drive_of(db, ada)
        leads = {lead.id: lead for lead in leads_of(db, drive, ids)}
        had = [belongings(db, drive, one) for one in ids]
    assert merge(ada, ids, survivor=survivor, **chosen).status_code == 303
    with database.reading() as db:
        drive = drive_of(db, ada)
        [lead] = leads_of(db, drive, ids)
        deals, tasks, entries = belongings(db, drive, survivor)
    assert lead.id == survivor
    assert deals == set().union(*(one[0] for one in had))
    assert tasks == set().union(*(one[1] for one in had))
    assert entries >= set().union(*(one[2] for one in had))
    assert len(entries) == sum(len(one[2]) for one in had) + len(ids) - 1
    for name in CHOSEN:
        assert getattr(lead, name) == getattr(leads[chosen[name]], name)
    assert lead.company_id == leads[chosen["company"]].company_id
    assert set(re.findall(r'"(?:[^"\\]|\\.)*"', lead.tags)) == {
        tag for one in leads.values() for tag in re.findall(r'"(?:[^"\\]|\\.)*"', one.tags)
    }
    assert lead.came_at == min(one.came_at for one in leads.values())
    ada.undo()
    assert ada.everything() == before
    assert own_rows_of(database, ada) == rows


def test_a_lead_that_was_merged_into_one_that_is_merged_keeps_its_story(ada: Visitor) -> None:
    for lead_id in ("L001", "L002", "L003"):
        ada.edit(lead_id, note=f"Note of {lead_id}")
    assert merge(ada, ["L001", "L002"], survivor="L002").status_code == 303
    assert merge(ada, ["L002", "L003"], survivor="L003").status_code == 303
    told = [entry["body"] for entry in ada.lead("L003")["timeline"]]
    assert {"Note of L001", "Note of L002", "Note of L003"} <= set(told)
    assert ada.get("/leads/L001").status_code == ada.get("/leads/L002").status_code == 404


def test_what_was_not_chosen_stays_readable_in_the_timeline(ada: Visitor) -> None:
    ada.edit("L001", name="Nerys Holloway", company="Hollow & Sons")
    ada.edit("L002", name="N. Holloway", company="Hollow")
    merge(ada, ["L001", "L002"], survivor="L001", name="L001", company="L002")
    page = unescape(ada.get("/leads/L001").text)
    assert "Merged with N. Holloway" in page
    assert "Name: N. Holloway" in page
    assert ada.lead("L001")["company"] == "Hollow"


def test_the_page_offers_the_survivors_values_and_where_it_has_none_anothers(ada: Visitor) -> None:
    ada.edit("L001", company="", email="", phone="")
    ada.edit("L002", company="Known", email="known@shop.example")
    page = ada.get(address("L001", "L002")).text
    assert re.search(r'name="survivor" value="L002" checked', page)
    assert re.search(r'name="of-company" value="L002" checked', page)


def test_the_selection_can_be_merged(ada: Visitor) -> None:
    assert tick(ada, "", "L001", "L002", then="merge").headers["Location"] == "/leads/merge"
    assert "Merge 2 leads into one" in ada.get("/leads/merge").text
    tick(ada, "?sort=name", then="all")
    assert "Merging takes 2 to 6 leads" in ada.get("/leads/merge").text


def test_what_cannot_be_merged_is_said_and_nothing_changes(ada: Visitor, ben: Visitor) -> None:
    bens = ben.create(name="Ben's Own")
    before, bens_before = ada.everything(), ben.everything()
    assert "Merging takes 2 to 6 leads" in ada.get(address("L001", bens)).text
    assert ada.get(address("L001", "<script>")).status_code == 200
    form = hidden_in(ada.get(address("L001", "L002")).text)
    assert ada.post(address("L001", "L002"), form).status_code == 422
    assert ada.post(address("L001", "L002"), form | {"survivor": bens}).status_code == 422
    assert ada.post(address("L001", "L003"), form).status_code == 409
    assert ada.post(address("L001", bens), form).status_code == 409
    assert ada.everything() == before
    assert ben.everything() == bens_before


def test_sent_twice_it_merges_once(ada: Visitor) -> None:
    page = ada.get(address("L001", "L002")).text
    ticked = dict(re.findall(r'<input type="radio" name="([\w-]+)" value="(\w+)" checked', page))
    form = hidden_in(page) | ticked
    assert ada.post(address("L001", "L002"), form).status_code == 303
    after = ada.everything()
    assert ada.post(address("L001", "L002"), form).status_code == 409
    assert ada.everything() == after


@pytest.mark.parametrize(
    ("one", "two", "reason"),
    [
        ({"name": "Ada One", "email": "a@shop.example"}, {"name": "Bo Two", "email": "a@shop.example"}, "same e-mail"),
        ({"name": "Ada One", "phone": "503 555 0199"}, {"name": "Bo Two", "phone": "503 555 0199"}, "same phone"),
        ({"name": "Ada Öne", "company": "Hollow"}, {"name": "one, ADA", "company": "hollow"}, "same name and company"),
        (
            {"name": "Ada Holloway", "company": "Co"},
            {"name": "Ada Hollowey", "company": "co"},
            "names alike, same company",
        ),
        (
            {"name": "Ada Holloway", "email": "a@hollow.example"},
            {"name": "Ada Holoway", "email": "b@hollow.example"},
            "names alike, same domain",
        ),
    ],
)
def test_leads_that_are_probably_one_are_found_with_the_reason(
    ada: Visitor, database: Database, one: dict[str, str], two: dict[str, str], reason: str
) -> None:
    first, second = ada.create(**one), ada.create(**two)
    group = of(groups(database, ada), first)
    assert group is not None
    assert set(group.ids) == {first, second}
    assert group.reasons[0] == reason


def test_what_many_share_says_nothing(ada: Visitor, database: Database) -> None:
    created = [
        ada.create(name=f"{name} {name}", email="info@desk.example") for name in ("Ab", "Cd", "Ef", "Gh", "Ij", "Kl")
    ]
    assert of(groups(database, ada), created[0]) is None
    ada.delete(created[0])
    assert len((of(groups(database, ada), created[1]) or Group((), ())).ids) == 5


def test_told_apart_a_group_does_not_come_back_and_undo_brings_it(ada: Visitor, database: Database) -> None:
    first = ada.create(name="Ada One", email="a@shop.example")
    second = ada.create(name="Bo Two", email="a@shop.example")
    page = ada.get("/duplicates").text
    assert f"{first},{second}" in page or f"{second},{first}" in page
    answer = ada.send("/duplicates/apart", ids=f"{first},{second}")
    assert answer.status_code == 303
    assert "are not the same" in ada.get(answer.headers["Location"]).text
    assert of(groups(database, ada), first) is None
    assert all(entry["kind"] != "apart" for entry in ada.lead(first)["timeline"] + ada.lead(second)["timeline"])
    third = ada.create(name="Cy Three", email="a@shop.example")
    assert set((of(groups(database, ada), third) or Group((), ())).ids) == {first, second, third}
    ada.undo()
    ada.undo()
    assert set((of(groups(database, ada), first) or Group((), ())).ids) == {first, second}


def test_other_drives_leads_cannot_be_told_apart(ada: Visitor, ben: Visitor) -> None:
    bens = ben.create(name="Ben's Own")
    before = ben.everything()
    answer = ada.send("/duplicates/apart", ids=f"L001,{bens}")
    assert "no longer here" in ada.get(answer.headers["Location"]).text
    assert ben.everything() == before


def test_the_page_counts_groups_and_turns(ada: Visitor, database: Database) -> None:
    for number in range(21):
        for name in ("Aa", "Zz"):
            ada.create(name=f"{name} {number}", email=f"x{number}@pair.example")
    total = len(groups(database, ada))
    page = ada.get("/duplicates").text
    assert f"{total} groups of leads" in page
    assert "/duplicates?page=2" in page
    assert ada.get("/duplicates?page=2").status_code == 200
    assert ada.get("/duplicates?page=99").status_code == 404
    assert ada.get("/duplicates?page=x").status_code == 400
