"""Import by shape: a file of real people is read in the browser, and nothing but what was shown ever leaves it."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import MetaData, select

from tests.journeys.conftest import violations
from tests.support import engines
from tests.support.running import Running

# It is about the browser; what is kept where is told on each engine by the server's own tests, and that the running
# whole works on each by those of deploy/.
pytestmark = pytest.mark.one_engine

Visitor = Callable[..., Page]

STAGES = ("Fresh", "In talks", "Closed Won")
PLANTED = (
    "Rosewater",
    "Zzyquillan",
    "gmail.com",
    "415-555-2671",
    "742 Evergreen",
    "Secretly",
    "Rarely seen",
    "48731.57",
)


def real_people(path: Path, rows: int) -> Path:
    """A list as a visitor may have it, every column of which holds somebody."""
    lines = ["Full name,E-mail,Mobile,Street,Status,Owner,Amount,Signed on,Notes"]
    for row in range(rows):
        stage = "Rarely seen" if row < 4 else STAGES[row % 3]
        owner = ("Jane Rosewater", "Tom Zzyquillan")[row % 2]
        lines.append(
            f"Jane{row} Rosewater,jane{row}@gmail.com,415-555-2671,742 Evergreen Terrace {row},{stage},{owner},"
            f"$48731.57,2025-{row % 9 + 1:02}-17,Secretly call {row}"
        )
    path.write_text("\n".join(lines), "utf-8")
    return path


def workbook(path: Path, rows: list[list[str]]) -> Path:
    """A workbook of one sheet, as small as one can be."""
    lines = ("".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) for row in rows)
    cells = "".join(f"<row>{line}</row>" for line in lines)
    with ZipFile(path, "w", ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="One" sheetId="1"/></sheets></workbook>')
        parts.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    return path


def choose(page: Page, site: Running, path: Path) -> list[Request]:
    """Open the page, choose the file, and wait for its columns; every request since the file was chosen."""
    page.goto(f"{site.sandbox}/shapes", wait_until="networkidle")
    expect(page.locator("[data-shapes=ready]")).to_be_attached()
    requests: list[Request] = []
    page.context.on("request", lambda request: requests.append(request))
    page.get_by_label("A CSV or XLSX file").set_input_files(path)
    expect(page.get_by_role("heading", name="2. Look at the columns")).to_be_visible(timeout=60_000)
    return requests


def shown(page: Page) -> str:
    return page.locator("pre").text_content() or ""


def stored(site: Running) -> str:
    """Every row of the sandbox's database, and every file of the installation."""
    metadata = MetaData()
    with engines.current().raw(site.database_url("sandbox")) as connection:
        metadata.reflect(connection)
        rows = [str(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(select(table))]
    files = [path for path in (site.output, *site.data.rglob("*")) if path.is_file()]
    return "\n".join([*rows, *(path.read_bytes().decode("utf-8", "replace") for path in files)])


def test_nothing_leaves_but_the_bytes_that_are_shown(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    requests = choose(page, site, real_people(tmp_path / "people.csv", 3_000))
    page.get_by_label("Send these 3 values as well").check()
    assert violations(page) == []
    exact = shown(page)
    expect(page.locator("[data-part=length]")).to_have_text(f"{len(exact.encode()):,}")
    assert [request.url for request in requests if "/static/worker-" not in request.url] == []
    del requests[:]

    page.get_by_role("button", name="Send these bytes").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible(timeout=60_000)

    sent = [request for request in requests if request.method == "POST"]
    assert [request.url for request in sent] == [f"{site.sandbox}/shapes"]
    body = sent[0].post_data or ""
    fields = parse_qs(body, strict_parsing=True)
    assert fields.pop("shape") == [exact]
    assert set(fields) <= {"csrf_token"}
    everything = json.dumps([request.url + (request.post_data or "") for request in requests])
    assert [planted for planted in PLANTED if planted in everything] == []
    assert [planted for planted in PLANTED if planted in body] == []
    assert json.loads(exact)["columns"][4] == {
        "name": "Status",
        "kind": "choice",
        "as": "stage",
        "filled": 100,
        "values": sorted(STAGES),
    }
    leads = page.request.get(f"{site.sandbox}/leads.json", max_retries=2).text()
    assert [planted for planted in PLANTED if planted in leads] == []
    assert [planted for planted in PLANTED if planted in stored(site)] == []


def test_the_leads_are_invented_in_the_columns_of_the_file(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    choose(page, site, real_people(tmp_path / "people.csv", 150))
    page.get_by_label("Send these 3 values as well").check()
    page.get_by_label("Name of your practice business").fill("Harbor Rentals")
    page.get_by_role("button", name="Send these bytes").click()
    expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("navigation", name="Sandbox")).to_contain_text("Harbor Rentals")
    expect(page.locator("tbody tr")).to_have_count(50)
    page.locator("tbody .list-name a").first.click()
    panel = page.get_by_role("form", name="Your own columns")
    expect(panel).to_contain_text("Notes")
    page.goto(site.sandbox)
    expect(page.locator(".pick").filter(has_text="Harbor Rentals")).to_have_count(0)


def test_names_are_changed_columns_left_out_and_parts_picked(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    choose(page, site, real_people(tmp_path / "people.csv", 60))
    page.get_by_label("Name", exact=True).nth(8).fill("Jane Rosewater")
    expect(page.get_by_text("This looks like somebody")).to_be_visible()
    expect(page.get_by_role("button", name="Send these bytes")).to_be_disabled()
    page.get_by_label("Name", exact=True).nth(8).fill("Remarks")
    page.get_by_role("button", name="Leave out: Mobile").click()
    page.get_by_label("Becomes: Status").select_option("A column of its own")
    columns = json.loads(shown(page))["columns"]
    assert [column["name"] for column in columns] == [
        *("Full name", "E-mail", "Street", "Status", "Owner", "Amount", "Signed on", "Remarks"),
    ]
    assert "as" not in columns[3]
    assert "values" not in columns[3]
    page.get_by_role("button", name="Take the column back").click()
    assert json.loads(shown(page))["columns"][-1]["name"] == "Mobile"


def test_what_the_server_refuses_stands_as_it_was_sent(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    choose(page, site, real_people(tmp_path / "people.csv", 60))
    page.evaluate(
        "document.querySelector('[data-shapes]').addEventListener('submit', ({ target }) => {"
        "target.elements.shape.value = target.elements.shape.value.replace('Notes', 'Call 415 555 2671')})"
    )
    page.get_by_role("button", name="Send these bytes").click()
    expect(page.get_by_role("alert").first).to_contain_text("looks like somebody")
    expect(page.get_by_label("Name", exact=True)).to_have_count(9)
    expect(page.get_by_label("Becomes: Status")).to_have_value("stage")
    assert violations(page) == []


def test_a_large_file_is_read_while_the_page_stays_usable(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    choose(page, site, real_people(tmp_path / "people.csv", 100_050))
    expect(page.get_by_text("100,000 rows, 9 columns.")).to_be_visible()
    expect(page.get_by_text("The first 100,000 rows were read")).to_be_visible()
    expect(page.get_by_label("Leads to invent")).to_have_value("10000")


def test_a_workbook_is_read_too_and_a_bomb_is_not(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    choose(page, site, workbook(tmp_path / "list.xlsx", [["Stage", "Sum"], *[["Ready", "5"], ["Over", "7"]] * 20]))
    columns = json.loads(shown(page))["columns"]
    assert [(column["name"], column["kind"], column["filled"]) for column in columns] == [
        *(("Stage", "choice", 100), ("Sum", "number", 100)),
    ]
    bomb = workbook(tmp_path / "bomb.xlsx", [["x" * 1000] * 50] * 2000)
    assert bomb.stat().st_size < 1_000_000
    page.get_by_label("A CSV or XLSX file").set_input_files(bomb)
    expect(page.get_by_role("alert")).to_contain_text("as a trap would")


def test_reading_can_be_stopped(visitor: Visitor, site: Running, tmp_path: Path) -> None:
    page = visitor()
    path = real_people(tmp_path / "people.csv", 400_000)
    page.goto(f"{site.sandbox}/shapes", wait_until="networkidle")
    page.get_by_label("A CSV or XLSX file").set_input_files(path)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(page.get_by_role("heading", name="2. Look at the columns")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "This file is empty"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "of an old kind"),
        ("broken.xlsx", b"PK\x03\x04" + bytes(600), "not whole"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(600), "no table"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    visitor: Visitor, site: Running, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    page = visitor()
    page.goto(f"{site.sandbox}/shapes", wait_until="networkidle")
    (tmp_path / name).write_bytes(content)
    page.get_by_label("A CSV or XLSX file").set_input_files(tmp_path / name)
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert violations(page) == []


def test_without_scripts_the_page_says_why_it_needs_them(visitor: Visitor, site: Running) -> None:
    page = visitor(java_script_enabled=False)
    page.goto(f"{site.sandbox}/shapes")
    expect(page.get_by_text("that must not leave your machine")).to_be_visible()
    expect(page.get_by_label("A CSV or XLSX file")).to_be_hidden()


def test_neither_page_nor_worker_can_ask_anybody(visitor: Visitor, site: Running) -> None:
    """By policy, whatever their code does: the page can send its form, and the worker nothing at all."""
    page = visitor()
    answer = page.goto(f"{site.sandbox}/shapes")
    assert answer
    assert "connect-src 'none'" in (answer.header_value("content-security-policy") or "")
    worker = page.request.get(site.sandbox + str(page.locator("[data-shapes]").get_attribute("data-worker")))
    assert worker.headers["content-security-policy"].startswith("default-src 'none'")
