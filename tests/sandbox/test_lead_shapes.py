"""How the list is shown: columns in any order, in groups, on a board; contacts; and what its pages cost."""

import gzip
import re
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.sandbox.database import Database
from portal.sandbox.leads.columns import COLUMNS, FIRST, moved, read_columns, write_columns
from tests.sandbox.small import LEADS, STAGES
from tests.sandbox.test_lead_list import ids, statements
from tests.sandbox.visitor import Visitor

HEADS = re.compile(r'<th class="list-(\w+)[^"]*" scope="col"')
KEYS = st.lists(st.sampled_from(tuple(COLUMNS)), unique=True)


def heads(page: str) -> list[str]:
    return [key for key in HEADS.findall(page) if key != "pick"]


def test_the_address_names_the_columns_and_their_order(ada: Visitor) -> None:
    page = ada.get("/leads?cols=email,name,source&sort=name").text
    assert heads(page) == ["name", "email", "source"]
    assert "3 of 14 columns" in page
    assert re.search(r'<td class="list-email">lead\d+@shop\d.example</td>\n<td class="list-source">', page)


def test_every_column_is_shown_as_the_lead_has_it(ada: Visitor) -> None:
    page = unescape(ada.get(f"/leads?cols={','.join(COLUMNS)}&sort=name").text)
    assert heads(page) == list(COLUMNS)
    lead = ada.list("?sort=name")["items"][0]
    row = page[page.index(f'href="/leads/{lead["id"]}') :].partition("</tr>")[0]
    for value in (lead["name"], lead["role"], lead["owner"], lead["source"], lead["address"], lead["stage"]):
        assert f">{value}<" in row
    assert re.search(r'<td class="list-created">\w{3} \d{1,2}, 20\d\d</td>', row)


def test_links_of_the_list_keep_its_columns(ada: Visitor) -> None:
    page = unescape(ada.get("/leads?cols=name,phone&stage=Won").text)
    for link in re.findall(r'<th class="list-\w+[^>]*><a href="([^"]+)"', page):
        assert "cols=name,phone" in link
    lead = re.search(r'href="(/leads/L\d+\?[^"]+)"', page)
    assert lead
    assert 'href="/leads?stage=Won&cols=name,phone"' in unescape(ada.get(lead[1]).text)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?cols=name,luck", "There is no column called luck"),
        ("?cols=name,,email", "There is no column called"),
        (f"?cols={'x' * 10_000}", "There is no column called x"),
        ("?cols=<script>", "There is no column called <script>"),
        ("?cols=name,email,email", "named twice"),
        ("?layout=spiral", "There is no such layout"),
        ("?layout=grouped&by=luck", "There is no such group"),
        ("?view=../../etc", "There is no such view"),
        ("?cols=name&cols=email", "cannot be read"),
        ("?layout=board&page=2", "There is no page 2"),
    ],
)
def test_a_shape_that_there_is_not_is_refused_in_words(ada: Visitor, query: str, words: str) -> None:
    answer = ada.get(f"/leads{query}")
    assert answer.status_code in (400, 404)
    assert words in unescape(answer.text)
    assert "<script>" not in answer.text.partition("<body")[2]


@given(KEYS)
def test_columns_come_back_from_an_address_as_they_were_written(keys: list[str]) -> None:
    columns = (FIRST, *(key for key in keys if key != FIRST))
    assert read_columns(write_columns(columns)) == columns


@given(KEYS, st.sampled_from(tuple(COLUMNS)), st.sampled_from((-1, 1)))
def test_moving_a_column_loses_none_and_leaves_the_name_first(keys: list[str], key: str, by: int) -> None:
    columns = (FIRST, *(one for one in keys if one != FIRST))
    after = moved(columns, key, by)
    assert after[0] == FIRST
    assert sorted(after) == sorted(columns)


def test_the_form_of_columns_moves_them_and_leads_back_to_the_list(ada: Visitor) -> None:
    asks = {"list": "/leads?stage=Won&sort=name", "order": "name,company,stage,email", "show-email": "1"}
    asks["show-stage"] = "1"
    page = ada.get("/leads/columns", query_string=asks | {"up": "email"}).text
    assert 'name="order" value="name,company,email,stage,' in page
    assert re.search(r'name="show-email" value="1" checked', page)
    answer = ada.get("/leads/columns", query_string=asks | {"go": "apply"})
    assert (answer.status_code, answer.location) == (303, "/leads?stage=Won&sort=name&cols=name,stage,email")
    usual = ada.get("/leads/columns", query_string=asks | {"go": "default"})
    assert usual.location == "/leads?stage=Won&sort=name"


@pytest.mark.parametrize(
    "sent",
    [
        {"list": "/elsewhere"},
        {"list": "//evil.example/leads"},
        {"list": "/leads?cols=luck"},
        {"list": "/leads\x00"},
        {"list": "/leads", "order": "name,luck"},
        {"list": "/leads?" + "q=x&" * 4000},
    ],
)
def test_a_list_in_a_form_is_read_as_strictly_as_an_address(ada: Visitor, sent: dict[str, str]) -> None:
    assert ada.get("/leads/columns", query_string=sent | {"go": "apply"}).status_code == 400


@pytest.mark.parametrize("by", ["stage", "owner", "source", "last"])
def test_groups_part_the_list_and_their_links_find_the_rest(ada: Visitor, by: str) -> None:
    page = unescape(ada.get(f"/leads?layout=grouped&by={by}").text)
    groups = re.findall(r'<b class="typed">([^<]+)</b><span>([\d,]+)</span>(?:<span>([^<]+) open</span>)?', page)
    assert sum(int(size) for _, size, _ in groups) == LEADS
    rest = dict(re.findall(r'<a href="([^"]+)">Show all<span class="visually-hidden"> in ([^<]+)</span>', page))
    assert rest
    for address, name in rest.items():
        found = ada.list(address.removeprefix("/leads"))
        [(_, size, _)] = [group for group in groups if group[0] == name]
        assert found["total"] == int(size)


def test_a_group_says_what_its_open_deals_come_to(ada: Visitor) -> None:
    page = unescape(ada.get("/leads?layout=grouped&f=stage:is:Won,Contacted").text)
    worth = sum(item["value"] or 0 for item in ada.list("?stage=Contacted")["items"])
    assert worth > 0
    assert f"<span>${worth / 100:,.2f} open</span>".replace(".00 open", " open") in page


def test_a_group_shows_its_first_in_the_order_of_the_list(ada: Visitor) -> None:
    shown = ids(ada.get("/leads?layout=grouped&sort=name&f=stage:is:Lost,Won"))
    for stage in ("Won", "Lost"):
        first = [item["id"] for item in ada.list(f"?stage={stage}&sort=name")["items"]][:5]
        assert [one for one in shown if one in first] == first
    assert len(shown) == 10


def test_a_board_has_a_lane_for_every_stage_also_for_one_with_nobody(ada: Visitor) -> None:
    page = ada.get("/leads?layout=board&stage=Won").text
    lanes = re.findall(r'<h2 class="pile-head"[^>]*>(\w+) <span class="soft">(\d+)</span>', page)
    assert lanes == [(stage, "24" if stage == "Won" else "0") for stage in STAGES]
    assert page.count('<li class="pile-card">') == 8
    assert 'href="/leads?stage=Won">All 24' in page


def test_groups_of_what_is_changed_are_of_what_it_is_now(ada: Visitor) -> None:
    before = ada.get("/leads?layout=board").text
    ada.edit("L001", stage="Lost", name="Moved Along")
    after = ada.get("/leads?layout=board").text
    assert 'Won <span class="soft">24' in before
    assert 'Won <span class="soft">23' in after
    assert "Moved Along" in after.partition(">Lost <")[2]
    ada.undo()
    assert 'Won <span class="soft">24' in ada.get("/leads?layout=board").text


def test_where_any_filter_will_do_no_group_claims_an_address_for_its_rest(ada: Visitor) -> None:
    page = ada.get("/leads?layout=grouped&f=stage:is:Won&f=owner:is:Ines&any=1").text
    assert "Show all<span" not in page


def test_contacts_are_those_who_became_one_with_a_title_and_columns_of_their_own(ada: Visitor) -> None:
    page = ada.get("/contacts?sort=name")
    assert "<h1>Contacts</h1>" in page.text
    assert heads(page.text) == ["name", "role", "company", "email", "phone", "contact", "last"]
    assert len(ids(page)) == LEADS // 10
    assert set(ids(page)) == {item["id"] for item in ada.list("?f=contact:is:yes&sort=name")["items"]}
    assert ada.get("/contacts?f=stage:is:Won&any=1").status_code == 400
    for number in range(LEADS):
        if number % 10 == 9:
            ada.delete(f"L{number:03}")
    assert "No contact yet" in ada.get("/contacts").text


def test_a_search_that_forgave_a_slip_says_so(ada: Visitor) -> None:
    said = "No exact match for “<span"
    assert said not in ada.get("/leads?q=marisol").text
    page = ada.get("/leads?q=marisl+vance").text
    assert "Marisol Vance" in page
    assert 'No exact match for “<span class="typed">marisl</span>”' in page
    assert said not in ada.get("/leads?q=zzzzzzzzzz").text
    ada.edit("L001", company="Marisl & Co")
    assert said not in ada.get("/leads?q=marisl").text


def test_the_pager_leads_to_the_first_page_and_to_the_last(ada: Visitor) -> None:
    first, middle, last = (ada.get(f"/leads?page={page}").text for page in (1, 2, 3))
    assert 'href="/leads?page=3" rel="last"' in first
    assert 'rel="first"' not in first
    assert 'href="/leads" rel="first"' in middle
    assert 'href="/leads?page=3" rel="last"' in middle
    assert 'rel="last"' not in last


def test_no_list_weighs_more_than_thirty_kilobytes_compressed(ada: Visitor) -> None:
    everything = f"cols={','.join(COLUMNS)}"
    for query in ("", f"?{everything}", "?layout=grouped", "?layout=board", "?f=stage:is:Won,Lost&f=value:known&any=1"):
        weighed = len(gzip.compress(ada.get(f"/leads{query}").data, 6))
        assert weighed <= 30_000, (query, weighed)


@pytest.mark.parametrize(
    "address",
    [
        "/leads?f=stage:is:Won,Lost&f=last:within:90d",
        "/leads?layout=grouped&by=owner",
        "/leads?layout=board",
        "/contacts",
        "/leads?f=stage:is:Won&f=value:known",
    ],
)
def test_no_shape_of_the_list_that_was_asked_for_before_asks_the_database_anything(
    ada: Visitor, database: Database, address: str
) -> None:
    ada.get(address)
    with statements(database) as asked:
        ada.get(address)
    assert asked == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_crafted_address_breaks_the_list(ada: Visitor, cols: str, layout: str, view: str) -> None:
    answer = ada.get("/leads", query_string={"cols": cols, "layout": layout, "view": view})
    assert answer.status_code in (200, 400)
