"""Forks, checkpoints and share links: a copy is exact, apart from the original, and opened by who may."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.sandbox.database import Database, bind
from portal.sandbox.drives import copies
from portal.sandbox.drives.bulk import count_own_rows, insert_rows, table_of
from portal.sandbox.drives.copies import MOST_CHECKPOINTS
from portal.sandbox.drives.drive import KEPT_IDLE
from portal.sandbox.drives.holding import MOST_HELD
from portal.sandbox.drives.journal import Journal, Place, list_lines
from portal.sandbox.drives.models import OwnLead, StartedDrive
from portal.sandbox.drives.sweep import sweep
from portal.shared import ids
from tests.sandbox.test_drives import tokens
from tests.sandbox.test_journal import ENOUGH, PLACES, Rows, counted, many, opened, row_of, started, stored
from tests.sandbox.visitor import Visitor

MOST_OWN_ROWS = 10_000  # as the settings say by default
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


def change_things(visitor: Visitor) -> None:
    visitor.edit("L001", name="Changed One", note="A note")
    visitor.delete("L002")
    visitor.create(name="Made Here")
    visitor.send("/clock", by="7")


def open_drive_of(visitor: Visitor) -> str:
    return visitor.hidden("/leads")["drive"]


def link_of(visitor: Visitor) -> str:
    found = re.findall(r"(/shared/[\w-]{43})<", visitor.get("/settings").text)
    assert found
    return str(found[0])


def checkpoint_of(visitor: Visitor) -> str:
    found = re.findall(r"/checkpoints/(\w{16})/back", visitor.get("/settings").text)
    assert found
    return str(found[0])


def fresh(visitor: Visitor) -> Visitor:
    """The visitor's forms belong to the drive that is open now."""
    visitor._token_and_drive = {}
    return visitor


def test_a_fork_has_everything_and_goes_on_by_itself(ada: Visitor) -> None:
    change_things(ada)
    before, original = ada.everything(), open_drive_of(ada)
    page = ada.get(ada.send("/fork", name="What if").headers["Location"]).text
    assert "This is your fork: What if" in page
    fresh(ada)
    assert open_drive_of(ada) != original
    assert ada.everything() == before
    assert "day 8" in page
    ada.edit("L001", name="Only In The Fork")
    ada.delete("L005")
    ada.send("/open", drive=original)
    assert fresh(ada).everything() == before


def test_a_fork_begins_with_an_empty_history_and_undo_goes_no_further_back(ada: Visitor) -> None:
    change_things(ada)
    ada.send("/fork")
    before = fresh(ada).everything()
    assert "Nothing has happened yet" in ada.get("/history").text
    ada.get("/leads")  # shows what was flashed so far
    assert "There is nothing to undo" in ada.get(ada.undo().headers["Location"]).text
    ada.edit("L001", name="Then This", note="Another note, on the same practice day")
    assert "Changed name of Then This" in ada.get("/history").text
    noted = [entry["body"] for entry in ada.lead("L001")["timeline"] if entry.get("body")]
    assert noted[:2] == ["Another note, on the same practice day", "A note"]
    ada.undo()
    assert ada.everything() == before


def test_going_back_to_a_checkpoint_is_one_act_that_is_undone_as_one(ada: Visitor) -> None:
    change_things(ada)
    kept = ada.everything()
    assert "Kept: Before it" in ada.get(ada.send("/checkpoints", name="Before it").headers["Location"]).text
    ada.edit("L001", name="After It")
    ada.delete("L004")
    ada.send("/clock", by="30")
    after = ada.everything()
    assert ada.send(f"/checkpoints/{checkpoint_of(ada)}/back").headers["Location"] == "/leads"
    assert ada.everything() == kept
    assert "day 8" in ada.get("/leads").text
    ada.undo()
    assert ada.everything() == after
    assert "day 38" in ada.get("/leads").text
    ada.send("/redo")
    assert ada.everything() == kept


def test_a_checkpoint_does_not_change_with_its_drive_and_forks_are_taken_from_it(ada: Visitor) -> None:
    ada.edit("L001", name="As Kept")
    kept = ada.everything()
    ada.send("/checkpoints")
    ada.edit("L001", name="Later")
    ada.send("/fork", checkpoint=checkpoint_of(ada))
    assert fresh(ada).everything() == kept


def test_a_link_opens_a_copy_of_the_exact_state_in_another_browser_by_a_press_alone(
    ada: Visitor, arrive: Callable[[], Visitor]
) -> None:
    change_things(ada)
    shared = ada.everything()
    assert "A link opens copies of For Ben" in ada.get(ada.send("/share", name="For Ben").headers["Location"]).text
    link = link_of(ada)
    ada.edit("L001", name="Too Late")
    colleague = arrive()
    for _ in range(3):
        assert "Open a copy of Small Shop" in colleague.get(link).text
    assert colleague.get("/leads").status_code == 404
    assert colleague.post(link).headers["Location"] == "/leads"
    assert colleague.everything() == shared
    colleague.edit("L001", name="By The Colleague")
    assert ada.lead("L001")["name"] == "Too Late"
    assert open_drive_of(colleague) != open_drive_of(ada)
    another = arrive()
    another.post(link)
    assert another.everything() == shared


def test_a_link_does_not_open_the_drive_itself_nor_is_it_stored(
    ada: Visitor, arrive: Callable[[], Visitor], database: Database
) -> None:
    ada.send("/share")
    token = link_of(ada).rpartition("/")[2]
    assert arrive().get(f"/resume/{token}").status_code == 404
    assert arrive().post(f"/resume/{token}").status_code == 404
    thief = arrive()
    with database.reading() as db:
        frozen = db.execute(
            select(StartedDrive.public_id, StartedDrive.token_digest).where(
                StartedDrive.token_digest == ids.digest(token)
            )
        ).one()
        assert token not in frozen
    thief.client.set_cookie(f"drive-{frozen.public_id}", token, domain="127.0.0.1")
    assert thief.send("/open", shown="/", drive=frozen.public_id).status_code == 404
    assert thief.send("/checkpoints/" + frozen.public_id + "/back", shown="/").status_code == 404


def test_a_link_that_is_withdrawn_is_gone_and_sharing_anew_makes_another(
    ada: Visitor, arrive: Callable[[], Visitor]
) -> None:
    ada.send("/share")
    link, checkpoint = link_of(ada), checkpoint_of(ada)
    ada.send(f"/checkpoints/{checkpoint}/withdraw")
    for answer in (arrive().get(link), arrive().post(link)):
        assert answer.status_code == 410
        assert "This link was withdrawn" in answer.text
    ada.send(f"/checkpoints/{checkpoint}/share")
    assert link_of(ada) != link
    assert arrive().get(link_of(ada)).status_code == 200
    assert arrive().get(link).status_code == 404
    ada.send(f"/checkpoints/{checkpoint}/drop")
    assert arrive().get(link_of_none(ada, link)).status_code == 404


def link_of_none(visitor: Visitor, link: str) -> str:
    assert "/shared/" not in visitor.get("/settings").text
    return link


@pytest.mark.parametrize("code", ["x", "x" * 43, "x" * 5000, "%F0%9F%9A%B2", "..%2F..", "' or 1=1"])
def test_a_link_made_by_hand_opens_nothing(arrive: Callable[[], Visitor], code: str) -> None:
    for answer in (arrive().get(f"/shared/{code}"), arrive().post(f"/shared/{code}")):
        assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_link_ends_with_its_drive_in_words(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        ada = Visitor(app).start()
        ada.send("/share")
        link = link_of(ada)
        moment.shift(KEPT_IDLE + timedelta(seconds=1))
        answer = Visitor(app).get(link)
        assert answer.status_code == 410
        assert "The test drive behind this link has ended" in answer.text
        assert Visitor(app).post(link).status_code == 410
        sweep(app.extensions["database"])
        assert Visitor(app).get(link).status_code == 404


def test_a_fork_of_an_expired_drive_says_so(app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        ada = Visitor(app).start()
        ada.hidden("/leads")
        form = ada.hidden("/leads")
        moment.shift(KEPT_IDLE + timedelta(seconds=1))
        for address in ("/fork", "/checkpoints", "/share", "/clock", "/undo"):
            answer = ada.post(address, form)
            assert answer.status_code == 410
            assert "This test drive is over" in answer.text


def test_another_drives_checkpoint_is_not_found(ada: Visitor, ben: Visitor) -> None:
    ada.send("/checkpoints")
    checkpoint = checkpoint_of(ada)
    for act in ("back", "share", "withdraw", "drop"):
        assert ben.send(f"/checkpoints/{checkpoint}/{act}").status_code == 404
    assert ben.send("/fork", checkpoint=checkpoint).status_code == 404
    assert checkpoint_of(ada) == checkpoint


def test_checkpoints_are_only_so_many(ada: Visitor) -> None:
    for number in range(MOST_CHECKPOINTS):
        assert ada.send("/checkpoints", name=f"Number {number}").status_code == 303
    answer = ada.send("/share")
    assert answer.status_code == 409
    assert f"has {MOST_CHECKPOINTS} checkpoints, as many as one can" in answer.text
    ada.send(f"/checkpoints/{checkpoint_of(ada)}/drop")
    assert ada.send("/share").status_code == 303


def test_a_visitor_holds_only_so_many_drives_and_is_told_what_to_do(app: Flask) -> None:
    ada = Visitor(app).start()
    for _ in range(MOST_HELD - 1):
        ada.start()
    for address, form in (("/drives", {"scenario": "small"}), ("/fork", ada.hidden("/leads"))):
        answer = ada.post(address, form)
        assert answer.status_code == 409
        assert "End one that you no longer need" in answer.text
    assert len(tokens(ada)) == MOST_HELD
    ada.post(f"/drives/{open_drive_of(ada)}/end", ada.hidden("/drives"))
    assert ada.post("/drives", {"scenario": "small"}).status_code == 303


def test_names_of_copies_are_texts_like_any_other(ada: Visitor) -> None:
    page = ada.get(ada.send("/checkpoints", name="Ask jane@gmail.com <b>").headers["Location"]).text
    assert "jane@gmail.com" not in page
    assert "&lt;b&gt;" in page
    assert "invented twin" in page
    assert ada.send("/checkpoints", name="x" * 61).status_code == 422
    assert ada.send("/fork", name="\x00").status_code == 422
    assert ada.send("/settings", name="Mine").headers["Location"] == "/settings"
    assert "This drive is called Mine" in ada.get("/settings").text
    assert ada.send("/settings", name="y" * 500).status_code == 422


Thing = tuple[Place, int, int, bool]

things: st.SearchStrategy[list[Thing]] = st.lists(
    st.tuples(st.sampled_from(PLACES), st.integers(1, 6), st.integers(0, 9), st.booleans()), max_size=30
)


@ENOUGH
@given(before=things, after=things)
def test_a_copy_of_any_rows_is_exact_and_neither_changes_with_the_other(
    database: Database, before: list[Thing], after: list[Thing]
) -> None:
    token = started(database)
    write(database, token, before)
    with opened(database, token) as (db, drive):
        rows = stored(db)
        checkpoint = copies.make_checkpoint(db, drive, name="Kept", now=NOON)
        fork = copies.fork(db, drive.id, name="Fork", now=NOON).token
    write(database, token, after)
    with opened(database, fork) as (db, drive):
        assert without_drive(stored(db)) == without_drive(rows)
        assert list_lines(db, page=1, size=9) == []
    with opened(database, token) as (db, drive):
        copies.go_back(db, drive, checkpoint, now=NOON)
        assert stored(db) == rows


def write(database: Database, token: str, things: list[Thing]) -> None:
    for place, number, value, is_hidden in things:
        with opened(database, token) as (db, drive):
            journal = Journal(db, drive, words="Act", now=NOON)
            (journal.hide if is_hidden else journal.write)(place, *row_of(place, number, value))


def without_drive(rows: Rows) -> Rows:
    return {key: {**row, "drive_id": None} for key, row in rows.items()}


def test_copying_costs_as_many_statements_however_many_rows(database: Database) -> None:
    spent = []
    for number in (3, 400):
        token = started(database)
        with opened(database, token) as (db, drive):
            Journal(db, drive, words="Many", now=NOON).write_all("lead", dict(many(number)))
        with opened(database, token) as (db, drive), counted(database) as statements:
            copies.fork(db, drive.id, name="Fork", now=NOON)
            spent.append(len(statements))
    assert spent[0] == spent[1] <= 7


def test_a_full_drive_is_copied_whole(database: Database) -> None:
    token = started(database)
    with opened(database, token) as (db, drive):
        Journal(db, drive, words="Many", now=NOON).write_all("lead", dict(many(MOST_OWN_ROWS)))
        fork = copies.fork(db, drive.id, name="Fork", now=NOON).token
    with opened(database, fork) as (db, _):
        assert len(stored(db)) == MOST_OWN_ROWS


def test_rows_in_one_document_are_as_those_sent_one_by_one(database: Database) -> None:
    odd = {"name": 'É “quoted” \\ "and"\n\ttabs', "value": 2**60, "email": None, "tags": '["a\\"b"]'}
    rows = {row_id: columns | odd for row_id, columns in many(600)}
    found = []
    for size in (600, 1):
        token = started(database)
        with opened(database, token) as (db, drive):
            whole = [
                columns | {"drive_id": drive.id, "is_deleted": at % 2 == 0} for at, columns in enumerate(rows.values())
            ]
            for at in range(0, 600, size):
                insert_rows(db, table_of(OwnLead), whole[at : at + size])
            found.append(without_drive(stored(db)))
    assert found[0] == found[1]
    assert len(found[0]) == 600


def test_the_sweep_ends_checkpoints_with_their_drive(app: Flask, database: Database) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        ada = Visitor(app).start()
        ada.edit("L001", name="Kept")
        ada.send("/checkpoints")
        ada.send("/share")
        public_id = open_drive_of(ada)
        with database.reading() as db:
            family = db.scalars(
                select(StartedDrive.id).where(
                    (StartedDrive.public_id == public_id)
                    | StartedDrive.came_from.in_(
                        select(StartedDrive.id).where(StartedDrive.public_id == public_id).scalar_subquery()
                    )
                )
            ).all()
        assert len(family) == 3
        moment.shift(KEPT_IDLE + timedelta(seconds=1))
        sweep(database)
        with database.reading() as db:
            assert db.scalars(select(StartedDrive.id).where(StartedDrive.id.in_(family))).all() == []
            for one in family:
                bind(db, one)
                assert count_own_rows(db) == 0
