"""Companies: listed, sought and sorted, each with its leads and what is open with them."""

import re
from html import unescape

import pytest

from tests.sandbox.small import COMPANIES
from tests.sandbox.visitor import Visitor

LEAD = re.compile(r'class="nudge-text"><p><a class="typed" href="/leads/(L\d+)">')
ROW = re.compile(r'class="typed" href="/companies/(\w+)">(.*?)</a>.*?list-stage number">([\d,]+)<', re.DOTALL)


def test_each_company_is_listed_with_how_many_leads_it_has(ada: Visitor) -> None:
    rows = listed(ada)
    assert [name for _, name, _ in rows] == sorted(COMPANIES[1:], key=str.casefold)
    assert [int(count) for _, _, count in rows] == [24, 24, 24, 24]
    ada.edit("L000", company="Copperline 100%")
    assert {name: count for _, name, count in listed(ada)}["Copperline 100%"] == "25"
    ada.undo()
    ada.delete("L001")  # of Copperline? whichever it was, one company has one less
    assert sorted(int(count) for _, _, count in listed(ada)) == [23, 24, 24, 24]


def test_companies_are_sought_by_name_trade_or_town(ada: Visitor) -> None:
    assert [name for _, name, _ in listed(ada, "?q=THISTLE+daughters")] == ["Thistledown & Daughters"]
    assert len(listed(ada, "?q=exampleham")) == 4
    page = ada.get("/companies?q=nobody").text
    assert "No company fits" in page
    assert [name for _, name, _ in listed(ada, "?q=100%25")] == ["Copperline 100%"]


def test_companies_are_sorted_by_leads_and_by_what_is_open(ada: Visitor) -> None:
    ada.edit("L000", company="Under_score")
    assert listed(ada, "?sort=leads")[0][1] == "Under_score"
    values = re.findall(r'list-value number">\$?([\d,.]*)<', ada.get("/companies?sort=value").text)
    amounts = [float(value.replace(",", "") or 0) for value in values]
    assert amounts == sorted(amounts, reverse=True)


def test_a_company_shows_who_works_there_and_what_is_open(ada: Visitor) -> None:
    page = unescape(ada.get("/companies/C1").text)
    assert "Thistledown & Daughters" in page
    ids = LEAD.findall(page)
    assert len(ids) == 24
    assert {ada.lead(one)["company"] for one in ids[:3]} == {"Thistledown & Daughters"}
    total = re.search(r'<h2 id="deals">Open deals</h2><span class="soft">(\d+)</span>', page)
    assert total
    assert page.count("Two wheels, number") == int(total[1])
    lead = ids[0]
    ada.edit(lead, company="thistledown")
    assert lead not in ada.get("/companies/C1").text
    assert lead in ada.get("/companies/C2").text


def test_a_company_without_leads_says_how_one_comes_here(ada: Visitor) -> None:
    for lead in re.findall(r'href="/leads/(L\d+)">', ada.get("/companies/C4").text):
        ada.edit(lead, company="")
    page = ada.get("/companies/C4").text
    assert "No lead works here now" in page
    assert "Nothing is open with this company" in page


@pytest.mark.parametrize(
    "address", ["/companies/nothing", "/companies/C9", "/companies/%00", f"/companies/{'x' * 3000}"]
)
def test_an_id_that_names_nothing_is_refused_in_words(ada: Visitor, address: str) -> None:
    assert ada.get(address).status_code in (400, 404)


@pytest.mark.parametrize("query", ["?sort=nothing", "?page=0", "?page=x", "?q=" + "x" * 300, "?q=%00", "?page=9999999"])
def test_a_list_that_there_is_not_is_refused_in_words(ada: Visitor, query: str) -> None:
    assert ada.get(f"/companies{query}").status_code == 400


def listed(visitor: Visitor, query: str = "") -> list[tuple[str, str, str]]:
    return [(one, unescape(name), count) for one, name, count in ROW.findall(visitor.get(f"/companies{query}").text)]
