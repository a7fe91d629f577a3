"""Copy-on-write against the plainest copy there is: a dictionary of leads, filtered and sorted by hand."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.database import Base, Database
from portal.sandbox.drives.activities import Entry, list_entries
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.journal import MOST_ACTS, MOST_OWN_ROWS, Journal, TooManyRows, list_acts, reset, undo
from portal.sandbox.drives.lead import FIELDS, Lead
from portal.sandbox.drives.models import OwnLead
from portal.sandbox.drives.overlay import (
    MANY_OWN_ROWS,
    PAGE,
    Listing,
    count_leads,
    find_lead,
    find_neighbors,
    list_by_sql,
    list_leads,
)
from portal.sandbox.drives.question import ORDERS, Question, plain_question
from portal.sandbox.leads.changes import Entered, create_lead, delete_lead, edit_lead
from portal.sandbox.scenarios.models import LeadColumns, Scenario
from tests.sandbox.small import LEADS, NAMES, STAGES, TAGS

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ENOUGH = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.sampled_from((*NAMES, "Ärmel Zuä", "aaa", "zzz", "50% off_", "\u202eabc", "<b>", "İpek"))
entered = st.builds(
    Entered,
    name=names,
    company=st.sampled_from(("", "Thistledown", "%", "_", "zebra")),
    email=st.none() | st.builds("new{}@shop.example".format, st.integers(1, 5)),
    phone=st.none() | st.just("+15035550142"),
    stage=st.sampled_from(STAGES),
    note=st.sampled_from(("", "", "A note")),
)
acts = st.tuples(
    st.integers(0, 1),
    st.sampled_from(("edit", "edit", "edit", "delete", "create", "create", "undo", "reset")),
    st.integers(0, LEADS - 1),
    entered,
)
questions = st.builds(
    plain_question,
    stage=st.sampled_from(("", "", *STAGES)),
    tag=st.sampled_from(("", "", *TAGS)),
    q=st.sampled_from(
        ("", "", "vance", "VANCE mar", "élodie", "strasse", "zu", "%", "_", "503555", "o'neil", "@shop1", "\\")
    ),
    sort=st.sampled_from(tuple(f"{sign}{name}" for sign in ("", "-") for name in ORDERS)),
)


@dataclass
class Copy:
    """A drive, and beside it all of its leads and timelines as plain values, with every earlier state for undo."""

    drive: Drive
    token: str
    leads: dict[str, Lead]
    notes: dict[str, list[str]] = field(default_factory=dict)
    past: list[tuple[dict[str, Lead], dict[str, list[str]]]] = field(default_factory=list)

    def remember(self) -> None:
        self.past.append((dict(self.leads), {name: list(notes) for name, notes in self.notes.items()}))


def start(database: Database) -> Copy:
    with database.transaction() as db:
        token = start_drive(db, scenario_id=db.scalars(select(Scenario.id)).one(), now=NOW).token
    with database.reading() as db:
        drive = opened(db, token)
        leads = [lead for page in range(1, 4) for lead in list_by_sql(db, drive, Question(), page=page).leads]
    assert len(leads) == LEADS
    return Copy(drive, token, {lead.id: lead for lead in leads})


def opened(db: Session, token: str) -> Drive:
    drive = find_drive(db, token, now=NOW)
    assert drive
    return drive


def do(db: Session, copy: Copy, kind: str, number: int, typed: Entered, original: dict[str, Lead]) -> None:
    """Do it to the drive and to the plain copy."""
    drive = opened(db, copy.token)
    lead = list(copy.leads.values())[number % len(copy.leads)] if copy.leads else None
    if kind == "undo":
        assert (undo(db, drive, now=NOW) is None) == (not copy.past)
        if copy.past:
            copy.leads, copy.notes = copy.past.pop()
    elif kind == "reset":
        is_changed = copy.leads != original or any(copy.notes.values())
        before = copy.leads, copy.notes
        if reset(db, drive, now=NOW):
            copy.past.append(before)
            copy.leads, copy.notes = dict(original), {}
        else:
            assert not is_changed
    elif kind == "create":
        copy.remember()
        made = create_lead(db, drive, entered=typed, now=NOW)
        copy.leads = copy.leads | {made.id: made}
        note(copy, made.id, typed.note)
    elif lead and kind == "delete":
        copy.remember()
        delete_lead(db, drive, lead, now=NOW)
        copy.leads = {name: one for name, one in copy.leads.items() if name != lead.id}
    elif lead and edit_lead(db, drive, lead, entered=typed, seen="", now=NOW):
        copy.remember()
        changed = find_lead(db, drive, lead.id)
        assert changed
        assert [getattr(changed, name) for name in ("name", "company", "email", "phone", "stage")] == [
            *(typed.name, typed.company, typed.email, typed.phone, typed.stage)
        ]
        copy.leads = copy.leads | {lead.id: changed}
        note(copy, lead.id, typed.note)


def note(copy: Copy, lead_id: str, text: str) -> None:
    if text:
        copy.notes = copy.notes | {lead_id: [*copy.notes.get(lead_id, []), text]}


def by_hand(question: Question, leads: dict[str, Lead]) -> list[Lead]:
    """The answer, worked out from what the words mean, by none of the code under test."""

    def fits(lead: Lead) -> bool:
        text = " ".join(part.casefold() for part in (lead.name, lead.company, lead.email or "", lead.phone or ""))
        return (
            question.stage in ("", lead.stage)
            and (not question.tag or question.tag in json.loads(lead.tags))
            and all(word in text for word in question.q.casefold().split())
        )

    column = ORDERS[question.sort.removeprefix("-")]
    found = sorted((lead for lead in leads.values() if fits(lead)), key=lambda lead: lead.id)
    with_value = [lead for lead in found if getattr(lead, column) is not None]
    without = [lead for lead in found if getattr(lead, column) is None]
    return sorted(with_value, key=lambda lead: getattr(lead, column), reverse=question.is_descending) + without


def every_page(lister: Callable[..., Listing], db: Session, drive: Drive, question: Question) -> list[Lead]:
    """All pages of a list, each as long as it must be and with the right totals."""
    found: list[Lead] = []
    for page in count(1):
        listing = lister(db, drive, question, page=page)
        found += listing.leads
        assert len(listing.leads) == min(PAGE, max(0, listing.total - (page - 1) * PAGE))
        if len(found) >= listing.total:
            assert listing.of == count_leads(db, drive)
            return found
    raise AssertionError


def walk(db: Session, drive: Drive, question: Question, expected: list[Lead]) -> list[str]:
    """From the first lead of a list to its last by its neighbors, some of the way back at each step."""
    found: list[str] = []
    here = expected[0].id if expected else None
    while here:
        neighbors = find_neighbors(db, drive, question, here)
        assert neighbors
        assert (neighbors.place, neighbors.total) == (len(found) + 1, len(expected))
        assert neighbors.previous == (found[-1] if found else None)
        found.append(here)
        here = neighbors.next
    return found


@ENOUGH
@given(acts=st.lists(acts, max_size=20), asked=st.lists(questions, min_size=3, max_size=6))
def test_any_acts_on_two_drives_leave_each_as_its_plain_copy(
    database: Database, acts: list[tuple[int, str, int, Entered]], asked: list[Question]
) -> None:
    copies = [start(database), start(database)]
    original = copies[0].leads
    for whose, kind, number, typed in acts:
        with database.transaction() as db:
            do(db, copies[whose], kind, number, typed, original)
    for copy in copies:
        with database.reading() as db:
            drive = opened(db, copy.token)
            assert count_leads(db, drive) == len(copy.leads)
            for question in (Question(), *asked):
                expected = by_hand(question, copy.leads)
                assert every_page(list_leads, db, drive, question) == expected, question
                assert every_page(list_by_sql, db, drive, question) == expected, question
                assert walk(db, drive, question, expected) == [lead.id for lead in expected]


@ENOUGH
@given(acts=st.lists(acts, min_size=1, max_size=20))
def test_undoing_every_act_leads_back_step_by_step(
    database: Database, acts: list[tuple[int, str, int, Entered]]
) -> None:
    copy = start(database)
    original = copy.leads
    for _, kind, number, typed in acts:
        with database.transaction() as db:
            do(db, copy, kind, number, typed, original)
    for _ in range(len(copy.past)):
        with database.transaction() as db:
            do(db, copy, "undo", 0, acts[0][3], original)
        with database.reading() as db:
            drive = opened(db, copy.token)
            assert every_page(list_leads, db, drive, Question(sort="name")) == by_hand(
                Question(sort="name"), copy.leads
            )
            for lead_id, notes in copy.notes.items():
                assert [one.body for one in own(list_entries(db, drive, lead_id)) if one.kind == "note"] == notes[::-1]
    with database.reading() as db:
        drive = opened(db, copy.token)
        assert copy.leads == original
        assert list_acts(db, most=1) == []
        assert not any(own(list_entries(db, drive, lead_id)) for lead_id in original)


def own(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.act]


@pytest.fixture
def copy(database: Database) -> Copy:
    return start(database)


def typed(name: str = "Own", **more: str) -> Entered:
    blank = {"role": "", "company": "", "email": None, "phone": None, "stage": STAGES[0], "owner": "", "source": ""}
    return Entered(**{"name": name, **blank, **more})  # type: ignore[arg-type]


def plant(db: Session, drive: Drive, leads: list[Lead]) -> None:
    """Many own leads at once, past the journal."""
    db.execute(
        Base.metadata.tables["drive_leads"].insert(),
        [lead._asdict() | {"drive_id": drive.id, "is_deleted": False} for lead in leads],
    )


def act_on(database: Database, copy: Copy, change: Callable[..., object]) -> None:
    with database.transaction() as db:
        change(db, opened(db, copy.token), entered=typed("One more"), now=NOW)


def many(lead: Lead, number: int) -> list[Lead]:
    return [lead._replace(id=f"own{at:05}", name_key=f"own {at % 40:02}", value=at % 7 or None) for at in range(number)]


def test_a_drive_with_many_rows_of_its_own_is_listed_alike(database: Database, copy: Copy) -> None:
    leads = many(copy.leads["L002"], MANY_OWN_ROWS)
    with database.transaction() as db:
        drive = opened(db, copy.token)
        plant(db, drive, leads)
        delete_lead(db, drive, copy.leads.pop("L001"), now=NOW)
    copy.leads |= {lead.id: lead for lead in leads}
    with database.reading() as db:
        drive = opened(db, copy.token)
        for question in (Question(), Question(sort="-name"), plain_question(stage="Won", sort="-value")):
            assert every_page(list_leads, db, drive, question) == by_hand(question, copy.leads)
        assert count_leads(db, drive) == LEADS + MANY_OWN_ROWS - 1


def test_a_drive_that_is_full_refuses_the_next_row_and_keeps_the_rest(database: Database, copy: Copy) -> None:
    with database.transaction() as db:
        drive = opened(db, copy.token)
        row = create_lead(db, drive, entered=typed(), now=NOW)
        plant(db, drive, many(row, MOST_OWN_ROWS))
    for change in (partial(create_lead), partial(edit_lead, lead=copy.leads["L001"], seen="")):
        with pytest.raises(TooManyRows):
            act_on(database, copy, change)
    with database.transaction() as db:
        drive = opened(db, copy.token)
        assert len(list_acts(db, most=9)) == 1
        made = find_lead(db, drive, "own00001")
        assert made
        edit_lead(db, drive, made, entered=typed("Still editable"), seen="", now=NOW)
        assert reset(db, drive, now=NOW)
        assert count_leads(db, drive) == LEADS


def test_an_act_long_past_can_no_longer_be_undone_and_costs_nothing(database: Database, copy: Copy) -> None:
    with database.transaction() as db:
        drive = opened(db, copy.token)
        for number in range(MOST_ACTS + 5):
            lead = find_lead(db, drive, "L001")
            assert lead
            edit_lead(db, drive, lead, entered=typed(f"Name {number}"), seen="", now=NOW)
        assert len(list_acts(db, most=MOST_ACTS * 2)) == MOST_ACTS
        while undo(db, drive, now=NOW):
            pass
        lead = find_lead(db, drive, "L001")
        assert lead
        assert lead.name == "Name 4"


def test_a_row_written_twice_in_one_act_is_undone_to_what_it_was_before(database: Database, copy: Copy) -> None:
    original = copy.leads["L001"]
    with database.transaction() as db:
        drive = opened(db, copy.token)
        journal = Journal(db, drive, words="Twice", now=NOW)
        for name in ("Once", "Twice"):
            journal.write("lead", "L001", original._replace(name=name)._asdict())
        assert find_lead(db, drive, "L001") == original._replace(name="Twice")
        assert undo(db, drive, now=NOW) == "Twice"
        assert find_lead(db, drive, "L001") == original


def test_a_lead_holds_every_column_of_its_tables_in_one_order() -> None:
    columns = {name for name, value in vars(LeadColumns).items() if not name.startswith("_") and not callable(value)}
    assert set(FIELDS) == columns == set(OwnLead.__table__.columns.keys()) - {"drive_id", "is_deleted"}
