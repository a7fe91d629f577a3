"""Copy-on-write against the plainest copy there is: a dictionary of leads, filtered and sorted by hand."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import count, groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.sandbox.database import Base, Database
from portal.sandbox.drives.activities import Entry, list_entries
from portal.sandbox.drives.columns import columns_of
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.journal import MOST_ACTS, Journal, TooManyRows, list_acts, reset, undo
from portal.sandbox.drives.kinds import LEADS as LEAD_KIND
from portal.sandbox.drives.lead import FIELDS, Lead
from portal.sandbox.drives.models import OwnLead
from portal.sandbox.drives.overlay import (
    PAGE,
    Listing,
    count_leads,
    count_of,
    each_lead,
    find_lead,
    find_neighbors,
    ids_of,
    list_leads,
    places_of,
)
from portal.sandbox.drives.plainly import list_by_sql
from portal.sandbox.drives.question import FIELDS as ASKINGS
from portal.sandbox.drives.question import OPS, ORDERS, Filter, Question, plain_question
from portal.sandbox.drives.search import COMMON
from portal.sandbox.leads.changes import Entered, create_lead, delete_lead, edit_lead
from portal.sandbox.scenarios.models import LeadColumns, Scenario
from tests.sandbox.small import LEADS, NAMES, OWNERS, SOURCES, STAGES, TAGS

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ENOUGH = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

names = st.sampled_from((*NAMES, "Ärmel Zuä", "aaa", "zzz", "50% off_", "\u202eabc", "<b>", "İpek"))
entered = st.builds(
    Entered,
    name=names,
    role=st.sampled_from(("", "Buyer")),
    company=st.sampled_from(("", "Thistledown", "%", "_", "zebra")),
    email=st.none() | st.builds("new{}@shop.example".format, st.integers(1, 5)),
    phone=st.none() | st.just("+15035550142"),
    stage=st.sampled_from(STAGES),
    owner=st.sampled_from(("Ines", "You")),
    source=st.sampled_from(("Phone", "You")),
    note=st.sampled_from(("", "", "A note")),
)
acts = st.tuples(
    st.integers(0, 1),
    st.sampled_from(("edit", "edit", "edit", "delete", "create", "create", "undo", "reset")),
    st.integers(0, LEADS - 1),
    entered,
)
DAYS = st.integers(0, 70).map("{}d".format)
VALUES = {
    "stage": st.sampled_from(STAGES),
    "tag": st.sampled_from(TAGS),
    "owner": st.sampled_from((*OWNERS, "You")),
    "source": st.sampled_from((*SOURCES, "You")),
    "role": st.sampled_from(("", "Buyer")),
    "company": st.sampled_from(("THISTLE", "%", "_", "ZEBRA", "line 1")),
    "contact": st.sampled_from(("yes", "no")),
    "value": st.integers(0, 90_000).map(str),
    "created": st.dates(date(2026, 1, 20), date(2026, 3, 8)).map(str),
    "last": st.dates(date(2026, 2, 25), date(2026, 3, 8)).map(str),
    "kind": st.sampled_from(("call", "note", "moved", "came_in")),
}


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    field = draw(st.sampled_from(tuple(ASKINGS)))
    op = draw(st.sampled_from(tuple(OPS[ASKINGS[field].shape])))
    least, most = OPS[ASKINGS[field].shape][op]
    value = DAYS if op in ("within", "before") else VALUES.get(field, st.nothing())
    return Filter(field, op, tuple(draw(st.lists(value, min_size=least, max_size=min(most, 3))) if most else ()))


WORDS = (
    *("vance", "VANCE mar", "élodie", "strasse", "zu", "%", "_", "503555", "o'neil", "@shop1", "\\"),
    *("vanse", "marisool", "thistledwon", "elodie", "more read", "noted", "A-note", "zelda 0142", "ms"),
)
questions = st.builds(
    Question,
    filters=st.lists(filters(), max_size=3).map(tuple),
    any_of=st.booleans(),
    q=st.just("") | st.sampled_from(WORDS),
    sort=st.sampled_from(tuple(f"{sign}{name}" for sign in ("", "-") for name in ORDERS)),
)


@dataclass
class Copy:
    """A drive, and beside it all of its leads and timelines as plain values, with every earlier state for undo."""

    drive: Drive
    token: str
    leads: dict[str, Lead]
    notes: dict[str, list[str]] = field(default_factory=dict)
    told: frozenset[str] = frozenset()  # leads about which the scenario has something to read
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
    told = frozenset(f"L{number % LEADS:03}" for number in range(1, LEADS * 3, 2))
    return Copy(drive, token, {lead.id: lead for lead in leads}, told=told)


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


def by_hand(question: Question, copy: Copy) -> list[Lead]:
    """The answer, worked out from what the words mean, by none of the code under test."""
    found = list(copy.leads.values())
    if question.filters:
        among = any if question.any_of else all
        found = [lead for lead in found if among(lets(one, lead, copy.drive) for one in question.filters)]
    words = question.q.casefold().split()
    for word in [word for word in words if word not in COMMON] or words:
        exact = {lead.id for lead in copy.leads.values() if has_word(word, lead, copy)}
        near = {lead.id for lead in copy.leads.values() if nearly_has_word(word, lead, copy)}
        found = [lead for lead in found if lead.id in (exact or near)]
    column = ORDERS[question.sort.removeprefix("-")]
    found.sort(key=lambda lead: lead.id)
    with_value = [lead for lead in found if getattr(lead, column) is not None]
    without = [lead for lead in found if getattr(lead, column) is None]
    return sorted(with_value, key=lambda lead: getattr(lead, column), reverse=question.is_descending) + without


def lets(one: Filter, lead: Lead, drive: Drive) -> bool:
    """Whether a filter lets a lead through."""
    names = {"tag": "tags", "contact": "contact_since", "created": "came_at", "last": "last_at", "kind": "last_kind"}
    value = getattr(lead, names.get(one.field, one.field))
    if one.field == "contact":
        return (value is not None) == (one.values == ("yes",))
    if one.op in ("known", "none"):
        return (value not in (None, "", "[]")) == (one.op == "known")
    if one.field == "tag":
        tags = set(json.loads(value))
        met = set(one.values) <= tags if one.op == "has" else bool(tags & set(one.values))
        return not met if one.op == "lacks" else met
    if one.field == "company":
        return any(part.casefold() in value.casefold() for part in one.values) == (one.op == "has")
    if one.op in ("is", "not"):
        return (value in one.values) == (one.op == "is")
    return value is not None and spans(one, value, drive)


def spans(one: Filter, value: int, drive: Drive) -> bool:
    """Whether a moment or an amount is one that the filter means."""
    if one.op in ("within", "before"):
        days = (drive.clock - value) / 86_400
        limit = int(one.values[0][:-1])
        return 0 <= days <= limit if one.op == "within" else days > limit
    if one.field == "value":
        at, low, high = f"{value:020}", f"{int(one.values[0]):020}", f"{int(one.values[-1]):020}"
    else:
        at, low, high = str((drive.epoch + timedelta(seconds=value)).date()), one.values[0], one.values[-1]
    return {"from": low <= at, "to": at <= high, "between": low <= at <= high}[one.op]


def has_word(word: str, lead: Lead, copy: Copy) -> bool:
    parts = runs(word)
    is_noted = all(len(part) >= 3 and any(one.startswith(part) for one in noted(lead, copy)) for part in parts)
    return word in text_of(lead) or bool(parts and is_noted)


def nearly_has_word(word: str, lead: Lead, copy: Copy) -> bool:
    def has(part: str) -> bool:
        if part in text_of(lead) or (len(part) >= 3 and any(one.startswith(part) for one in noted(lead, copy))):
            return True
        most = 0 if len(part) < 4 or part.isdigit() else 1 if len(part) < 8 else 2
        return any(0 < slips_between(part, one) <= most for one in (*runs(text_of(lead)), *noted(lead, copy)))

    return bool(runs(word)) and all(map(has, runs(word)))


def text_of(lead: Lead) -> str:
    return " ".join(part.casefold() for part in (lead.name, lead.company, lead.email or "", lead.phone or ""))


def noted(lead: Lead, copy: Copy) -> list[str]:
    """The words of a lead's notes; those of the scenario as `small.py` writes them."""
    texts = [*copy.notes.get(lead.id, ()), *(("More to read",) if lead.id in copy.told else ())]
    return [one for text in texts for one in runs(text.casefold()) if len(one) >= 3 and one not in COMMON]


def runs(text: str) -> list[str]:
    """The runs of letters, and those of digits, in a text."""
    groups = groupby(text, key=lambda one: "digit" if one.isdecimal() else "letter" if one.isalnum() else "")
    return ["".join(letters) for kind, letters in groups if kind]


@cache
def slips_between(one: str, other: str) -> int:
    """How many letters must be added, taken out, changed, or swapped with the next, to make one word the other."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        rows.append([i])
        for j, its in enumerate(other, 1):
            best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (letter != its))
            if i > 1 and j > 1 and letter == other[j - 2] and its == one[i - 2]:
                best = min(best, rows[i - 2][j - 2] + 1)
            rows[i].append(best)
    return rows[-1][-1]


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
                expected = by_hand(question, copy)
                assert every_page(list_leads, db, drive, question) == expected, question
                if not question.q:  # plain SQL forgives no slips
                    assert every_page(list_by_sql, db, drive, question) == expected, question
                assert ids_of(db, drive, question) == [lead.id for lead in expected]
                assert list(each_lead(db, drive, question)) == expected
                assert count_of(db, drive, question) == len(expected)
                columns = columns_of(db, drive, LEAD_KIND)
                assert columns.texts("id")[places_of(db, drive, question)].tolist() == [lead.id for lead in expected]
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
            assert every_page(list_leads, db, drive, Question(sort="name")) == by_hand(Question(sort="name"), copy)
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


MANY = 300


def many(lead: Lead, number: int) -> list[Lead]:
    return [lead._replace(id=f"own{at:05}", name_key=f"own {at % 40:02}", value=at % 7 or None) for at in range(number)]


def test_a_drive_with_many_rows_of_its_own_is_listed_alike(database: Database, copy: Copy) -> None:
    leads = many(copy.leads["L002"], MANY)
    with database.transaction() as db:
        drive = opened(db, copy.token)
        plant(db, drive, leads)
        delete_lead(db, drive, copy.leads.pop("L001"), now=NOW)
    copy.leads |= {lead.id: lead for lead in leads}
    with database.reading() as db:
        drive = opened(db, copy.token)
        for question in (Question(), Question(sort="-name"), plain_question(stage="Won", sort="-value")):
            assert every_page(list_leads, db, drive, question) == by_hand(question, copy)
        assert count_leads(db, drive) == LEADS + MANY - 1


def test_a_drive_that_is_full_refuses_the_next_row_and_keeps_the_rest(database: Database, copy: Copy) -> None:
    with database.transaction() as db:
        drive = opened(db, copy.token)
        row = create_lead(db, drive, entered=typed(), now=NOW)
        plant(db, drive, many(row, 10_000))
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
    assert (
        set(FIELDS) == columns == set(OwnLead.__table__.columns.keys()) - {"drive_id", "layer", "is_deleted", "sought"}
    )
