"""One lead: shown with its story, changed by the form on its page, with twins in place of what looks real."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import inspect

from portal.sandbox.leads.forms import MOST_NAME, MOST_NOTE
from portal.shared.reserved import is_reserved_email, is_reserved_phone
from portal.shared.spotting import spotted
from tests.sandbox.visitor import Visitor, hidden_in
from tests.support import engines


def test_a_form_that_posts_to_itself_changes_the_lead(ada: Visitor) -> None:
    answer = ada.edit(
        "L001",
        name="Edda Rhys",
        company="Rhys & Co",
        email="edda@rhys.example",
        phone="503 555 0142",
        stage="Lost",
        note="Met.",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/leads/L001")
    lead = ada.lead("L001")
    assert [lead[name] for name in ("name", "company", "email", "phone", "stage")] == [
        *("Edda Rhys", "Rhys & Co", "edda@rhys.example", "+15035550142", "Lost")
    ]
    assert [(one["kind"], one["words"], one["body"]) for one in lead["timeline"][:2]] == [
        ("note", "Note", "Met."),
        ("moved", "Stage: Won to Lost", ""),
    ]
    assert lead["last"]["words"] == "Note: Met."
    page = unescape(ada.get("/leads/L001").text)
    assert "Changed name, company, e-mail, phone and stage of Edda Rhys, with a note" in page
    assert ada.list("?q=edda")["total"] == 1


def test_a_field_left_out_keeps_what_it_has_and_an_empty_one_is_emptied(ada: Visitor) -> None:
    before = ada.lead("L001")
    ada.edit("L001", note="Only a note")
    assert ada.list()["items"][0]["id"] == "L001"  # the last activity of all
    after = ada.lead("L001")
    assert {name: after[name] for name in ("name", "email", "phone", "stage")} == {
        name: before[name] for name in ("name", "email", "phone", "stage")
    }
    ada.edit("L001", email="", phone="", company=" ")
    assert [ada.lead("L001")[name] for name in ("email", "phone", "company")] == [None, None, ""]


def test_saving_what_is_there_already_is_no_act(ada: Visitor) -> None:
    ada.edit("L001", name=ada.lead("L001")["name"])
    assert "Nothing yet." in ada.get("/leads/L001").text


def test_what_looks_real_is_twinned_before_it_is_stored_with_a_word_about_it(app: Flask, ada: Visitor) -> None:
    answer = ada.edit(
        "L001",
        name="Ann (ann.acme@gmail.com)",
        email="Ann.Acme@Gmail.com",
        phone="(415) 867-5309",
        note="Her boss is bob@acme.com, 415-867-5309. Order 48213, $1,240.00, by 3/14/2026.",
    )
    page = unescape(ada.get(answer.headers["Location"]).text)
    assert "invented twins took its place" in page
    assert "a•••••.a•••••@•••••.com" in page
    lead = ada.lead("L001")
    assert is_reserved_email(lead["email"])
    assert is_reserved_phone(lead["phone"])
    assert f'<b class="typed">{lead["email"]}</b>' in page
    assert lead["email"] in lead["name"]
    note = lead["timeline"][0]["body"]
    assert "Order 48213, $1,240.00, by 3/14/2026." in note
    assert "invented twin" not in ada.get("/leads/L001").text
    stored = stored_bytes(app).lower()
    assert note.encode().lower() in stored
    for original in (b"ann.acme@gmail", b"bob@acme.com", b"8675309", b"867-5309", b"867 5309"):
        assert original not in stored, original


def test_every_field_of_free_text_is_twinned_for_every_kind(app: Flask, ada: Visitor) -> None:
    answer = ada.edit(
        "L001",
        name="Ann, 4999 9999 9700 0110",
        company="Acme, 123 Dreamt St, Nowhereville, IL 99901",
        note="SSN 812-00-1234, DE93 9999 9999 0000 0000 01, Büro 0171 9999901, a n n @ a c m e . c o m",
    )
    page = unescape(ada.get(answer.headers["Location"]).text)
    told = re.findall(r'<s class="typed">(.*?)</s>, became <b class="typed">(.*?)</b>', page)
    assert [masked for masked, _ in told] == [
        *("••• ••• ••10", "••• D••• S•••", "N••• I••• •••", "•••-••-••••", "DE•• •••• ••••", "••• ••• ••01"),
        "a•••••@•••••.com",
    ]
    stored = stored_bytes(app)
    for original in (b"9700 0110", b"Dreamt", b"IL 99901", b"812-00", b"DE93", b"9999901", b"a n n", b"a c m e"):
        assert original not in stored, original
    for _, twin in told:
        assert twin.encode() in stored


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "867-5309"},  # "Changed the phone of 867-5309" would be in the history
        {"name": "cell 415 86", "company": "75 309 1"},  # the search reads one after the other
    ],
)
def test_what_reads_like_a_number_only_beside_something_else_is_refused(ada: Visitor, typed: dict[str, str]) -> None:
    answer = ada.edit("L001", **typed)
    assert answer.status_code == 422
    assert "With what stands beside it this reads like" in unescape(answer.text)


def test_a_note_whose_lines_would_read_like_a_street_in_one_is_cut_before_it(ada: Visitor) -> None:
    ada.edit("L001", note="Sent 12\nMain Street Bikes was told.")
    lead = ada.lead("L001")
    assert lead["timeline"][0]["body"] == "Sent 12\nMain Street Bikes was told."
    assert [one for one in spotted(lead["last"]["words"]) if not one.is_reserved] == []


def test_the_same_original_gives_the_same_twin_in_a_drive_and_another_in_another(ada: Visitor, ben: Visitor) -> None:
    for visitor in (ada, ben):
        for lead_id in ("L001", "L002"):
            visitor.edit(lead_id, email="ann@acme.com")
    assert ada.lead("L001")["email"] == ada.lead("L002")["email"]
    assert ada.lead("L001")["email"] != ben.lead("L001")["email"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "  "}, "Type a name."),
        ({"name": "x" * (MOST_NAME + 1)}, "Shorten it to 120"),
        ({"name": "two\nlines"}, "Write this on one line."),
        ({"name": "a\x00b"}, "cannot be shown"),
        ({"name": "a\x1bb"}, "cannot be shown"),
        ({"name": "a@b.co " * 17}, "Too long once invented twins"),
        ({"email": "nope"}, "Type one address"),
        ({"email": "a@x.example,b@y.example"}, "Type one address"),
        ({"email": "a@аcme.example"}, "Type one address"),
        ({"phone": "12"}, "Type the number with its area code"),
        ({"stage": "Nope"}, "Pick one of the stages."),
        ({"stage": ""}, "Pick one of the stages."),
        ({"note": "x" * (MOST_NOTE + 1)}, "Shorten it to 4,000"),
        ({"note": "\x07"}, "cannot be shown"),
    ],
)
def test_what_is_not_valid_goes_back_with_what_was_typed(ada: Visitor, typed: dict[str, str], words: str) -> None:
    before = ada.everything()
    kept = {"company": "Typed and <kept>", "note": "Kept too"} | typed
    for answer in (ada.edit("L001", **kept), ada.send("/leads/new", **({"name": "Somebody"} | kept))):
        assert answer.status_code == 422
        page = unescape(answer.text)
        assert words in page
        assert 'value="Typed and <kept>"' in page
        assert 'aria-invalid="true"' in answer.text
    assert ada.everything() == before


def test_a_field_sent_twice_is_refused(ada: Visitor) -> None:
    for address in ("/leads/L001", "/leads/new", "/undo"):
        answer = ada.post(address, ada.hidden("/leads/L001") | {"name": ["One", "Two"], "back": ["/leads", "/leads"]})
        assert answer.status_code == 400
        assert "one field twice" in answer.text


def test_a_megabyte_or_broken_bytes_store_nothing(ada: Visitor) -> None:
    before = ada.everything()
    hidden = ada.hidden("/leads/L001")
    assert ada.post("/leads/L001", hidden | {"note": "x" * 1_000_000}).status_code == 413
    body = "&".join(f"{name}={value}" for name, value in hidden.items()) + "&name=%ff%fe"
    assert ada.post("/leads/L001", body, content_type="application/x-www-form-urlencoded").status_code == 400
    assert ada.everything() == before


def test_a_form_without_its_token_is_refused(ada: Visitor) -> None:
    for address in ("/leads/L001", "/leads/L001/delete", "/leads/new", "/undo", "/reset", "/open"):
        assert ada.post(address, {"name": "Forged"}).status_code == 403
    assert ada.list("?q=forged")["total"] == 0


def test_a_lead_that_changed_underneath_is_shown_beside_what_was_typed(ada: Visitor) -> None:
    shown = ada.hidden("/leads/L001")
    ada.edit("L001", name="Changed Meanwhile", phone="503 555 0199")
    answer = ada.post("/leads/L001", shown | {"name": "Typed Later", "note": "Typed note", "phone": "503 555 0199"})
    assert answer.status_code == 409
    page = answer.text
    assert "This lead changed while you were writing" in page
    assert '<dt>Name</dt><dd class="typed">Changed Meanwhile</dd>' in page
    assert "<dt>Phone</dt>" not in page
    assert 'value="Typed Later"' in page
    assert "Typed note" in page
    assert ada.lead("L001")["name"] == "Changed Meanwhile"
    again = {name: one for name, one in hidden_in(page).items() if name != "back"}
    assert ada.post("/leads/L001", again | {"name": "Typed Later"}).status_code == 303
    assert ada.lead("L001")["name"] == "Typed Later"


def test_deleting_takes_it_from_the_list_and_undo_brings_it_back(ada: Visitor) -> None:
    name = ada.lead("L001")["name"]
    assert ada.delete("L001").headers["Location"] == "/leads"
    assert f"Deleted {name}" in unescape(ada.get("/leads").text)
    assert ada.list()["total"] == 119
    for answer in (
        ada.get("/leads/L001"),
        ada.get("/leads/L001.json"),
        ada.delete("L001"),
        ada.send("/leads/L001", name="x"),
    ):
        assert answer.status_code == 404
        assert "If you deleted it, Undo brings it back" in answer.text
    ada.undo()
    assert ada.lead("L001")["name"] == name


def test_a_lead_of_ones_own_begins_with_a_story(ada: Visitor) -> None:
    created = ada.create(name="Brand New", email="real.person@gmail.com", stage="Contacted", note="Met at the door")
    lead = ada.lead(created)
    assert (lead["name"], lead["stage"], lead["owner"]) == ("Brand New", "Contacted", "You")
    assert [entry["words"] for entry in lead["timeline"]] == ["Note", "Added by you"]
    assert ada.list()["items"][0]["id"] == created
    assert re.fullmatch("[0-9a-z]{16}", created)


def test_the_story_is_told_by_practice_days_newest_first(ada: Visitor) -> None:
    ada.edit("L001", note="Just now")
    page = ada.get("/leads/L001").text
    days = re.findall(r'<h3 class="timeline-day"><time datetime="([\d-]+)">([^<]+)<', page)
    assert days[0][1] == "Today"
    assert [day for day, _ in days] == sorted((day for day, _ in days), reverse=True)
    assert page.index("Just now") < page.index("Entry 1")


def test_two_visitors_never_see_each_others_changes(ada: Visitor, ben: Visitor) -> None:
    before = ben.everything()
    ada.edit("L001", name="Ada's Own", note="Ada's note")
    ada.delete("L002")
    created = ada.create(name="Ada's New")
    assert ben.everything() == before
    for address in (f"/leads/{created}", f"/leads/{created}.json"):
        assert ada.get(address).status_code == 200
        assert ben.get(address).status_code == 404
    assert ben.send(f"/leads/{created}", name="Taken").status_code == 404
    assert ben.delete(created).status_code == 404
    assert "There is nothing to undo" in ben.get(ben.undo().headers["Location"]).text
    ben.edit("L001", name="Ben's Own")
    assert ada.lead("L001")["name"] == "Ada's Own"
    assert ada.lead(created)["name"] == "Ada's New"


def test_without_a_drive_every_record_answers_not_found(ada: Visitor, app: Flask) -> None:
    created = ada.create(name="Ada's New")
    nobody = Visitor(app)
    for lead_id in ("L001", created, "nothing"):
        for address in (f"/leads/{lead_id}", f"/leads/{lead_id}.json"):
            assert nobody.get(address).status_code == 404
        assert nobody.post(f"/leads/{lead_id}", {"name": "x"}).status_code == 404
    assert nobody.get("/leads").status_code == 404
    assert nobody.get("/leads.json").get_json()["title"] == "No test drive is open here"


@pytest.mark.parametrize(
    "lead_id", ["nothing", "L999", "%00", "..%2f..", "x" * 3000, "L001%20", "%F0%9F%9A%B2", "new.json"]
)
def test_an_id_that_names_nothing_is_refused_in_words(ada: Visitor, lead_id: str) -> None:
    assert ada.get(f"/leads/{lead_id}").status_code in (400, 404)


def stored_bytes(app: Flask) -> bytes:
    """Every value of every row, and every byte of the files, the log included."""
    with engines.current().raw(app.extensions["settings"].database_url) as connection:
        tables = inspect(connection).get_table_names()
        rows = [repr(connection.exec_driver_sql(f"select * from {table}").all()) for table in tables]
    folder = app.extensions["settings"].folder
    return "".join(rows).encode() + b"".join(path.read_bytes() for path in folder.glob("sandbox.db*"))


def test_the_longest_name_fits_also_in_letters_that_grow_when_they_are_compared(ada: Visitor) -> None:
    """`ﬃ` is three letters to a search; SQLite takes any length, PostgreSQL only what its column allows."""
    name = "\N{LATIN SMALL LIGATURE FFI}" * MOST_NAME
    assert ada.edit("L001", name=name, company=name).status_code == 303
    assert ada.lead("L001")["name"] == name
