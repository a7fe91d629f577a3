"""A lead becomes a contact with a deal and a company, as one act."""

from html import unescape

from werkzeug.test import TestResponse

from portal.sandbox.database import Database
from portal.sandbox.drives.kinds import COMPANIES, DEALS, Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.rows import find_row, rows_of_lead
from tests.sandbox.holding import drive_of
from tests.sandbox.visitor import Visitor


def convert(visitor: Visitor, lead_id: str, **typed: str) -> TestResponse:
    address = f"/leads/{lead_id}/convert"
    return visitor.send(address, shown=address, **({"title": "Two wheels", "product": "", "amount": "100"} | typed))


def stored(database: Database, visitor: Visitor, lead_id: str) -> tuple[Lead, list[Deal], str]:
    """The lead, its deals, and what its company's row is called."""
    with database.reading() as db:
        drive = drive_of(db, visitor)
        lead = find_lead(db, drive, lead_id)
        assert lead is not None
        company = find_row(db, drive, COMPANIES, lead.company_id) if lead.company_id else None
        return lead, rows_of_lead(db, drive, DEALS, lead_id), company.name if company else ""


def test_a_lead_becomes_a_contact_with_a_deal_and_undo_takes_all_of_it_back(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway", stage="Contacted")
    before, was = ada.everything(), stored(database, ada, created)
    answer = convert(ada, created, company="Hollow & Sons", product="Wheels", amount="$1,234.50", close_on="2026-12-24")
    assert answer.headers["Location"] == f"/leads/{created}"
    page = unescape(ada.get(f"/leads/{created}").text)
    assert "Made Nerys Holloway a contact, with the deal Two wheels" in page
    lead, [deal], company = stored(database, ada, created)
    assert lead.contact_since is not None
    assert (lead.company, company) == ("Hollow & Sons", "Hollow & Sons")
    assert (lead.deal, lead.value) == ("Two wheels", 123_450)
    assert (deal.product, deal.amount, deal.stage, deal.owner) == ("Wheels", 123_450, "Contacted", "You")
    assert deal.close_on is not None
    words = [entry["words"] for entry in ada.lead(created)["timeline"]]
    assert {"Became a contact", "Deal opened: Two wheels"} <= set(words)
    ada.undo()
    assert ada.everything() == before
    assert stored(database, ada, created) == was


def test_a_company_that_there_is_is_kept_by_its_name(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway")
    convert(ada, created, company="THISTLEDOWN")
    lead, _, company = stored(database, ada, created)
    assert lead.company_id == "C2"
    assert company == "thistledown"


def test_who_is_a_contact_already_gets_a_further_deal(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway")
    convert(ada, created, title="First")
    since = stored(database, ada, created)[0].contact_since
    page = unescape(ada.get(f"/leads/{created}/convert").text)
    assert "A further deal with Nerys Holloway" in page
    assert "A contact since" in page
    convert(ada, created, title="Second")
    lead, deals, _ = stored(database, ada, created)
    assert lead.contact_since == since
    assert {deal.title for deal in deals} == {"First", "Second"}
    assert lead.value == 20_000


def test_sent_twice_it_converts_once(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway")
    address = f"/leads/{created}/convert"
    form = ada.hidden(address) | {"title": "Once", "product": "", "amount": "1"}
    assert ada.post(address, form).status_code == 303
    again = ada.post(address, form)
    assert again.status_code == 409
    assert "It is a contact by now" in again.text
    assert len(stored(database, ada, created)[1]) == 1


def test_a_lost_lead_comes_back_to_the_first_stage_with_its_deal(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway", stage="Lost")
    convert(ada, created)
    lead, [deal], _ = stored(database, ada, created)
    assert (lead.stage, deal.stage) == ("New", "New")


def test_what_is_not_valid_goes_back_with_what_was_typed(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway", stage="Proposal")
    for typed, words in (
        ({"title": ""}, "Type what the deal is about."),
        ({"amount": "a lot"}, "Type an amount such as"),
        ({"amount": ""}, "a deal on Proposal has one"),
        ({"product": "Nope"}, "Pick one of the products."),
        ({"close_on": "soon"}, "Type a date such as"),
        ({"close_on": "3026-01-01"}, "within 10 years"),
        ({"title": "x" * 121}, "Shorten it to 120"),
    ):
        answer = convert(ada, created, **({"company": "Typed and <kept>"} | typed))
        assert answer.status_code == 422
        page = unescape(answer.text)
        assert words in page
        assert 'value="Typed and <kept>"' in page
    assert stored(database, ada, created)[1] == []


def test_what_looks_real_becomes_a_twin(ada: Visitor, database: Database) -> None:
    created = ada.create(name="Nerys Holloway")
    answer = convert(ada, created, title="Ask jane@gmail.com", company="Jane, +1 415 867 5309")
    assert "looked real" in ada.get(answer.headers["Location"]).text
    lead, [deal], company = stored(database, ada, created)
    assert "gmail" not in deal.title
    assert "867" not in lead.company + company


def test_another_drives_lead_is_not_there(ada: Visitor, ben: Visitor) -> None:
    created = ada.create(name="Ada's Own")
    assert ben.get(f"/leads/{created}/convert").status_code == 404
    assert ben.send(f"/leads/{created}/convert", title="Taken").status_code == 404


def test_the_leads_page_leads_on(ada: Visitor) -> None:
    assert 'href="/leads/L001/convert"' in ada.get("/leads/L001").text
