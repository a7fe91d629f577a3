"""The sandbox as one visitor after another meets it."""

import re
from collections.abc import Iterator
from itertools import chain

from sqlalchemy import update
from werkzeug.test import TestResponse

from portal.sandbox.drives.question import FIELDS
from portal.sandbox.leads.columns import COLUMNS
from portal.sandbox.scenarios.models import Scenario
from portal.sandbox.setup import AT_START
from tests.pages.installation import Installation
from tests.sandbox.shapes import a_shape
from tests.sandbox.visitor import Visitor

Told = Iterator[tuple[str, TestResponse]]

SCENARIO = "fernhollow-cycles"
TASKS = (
    ("Ring about the tandem", "2026-04-10", "call"),
    ("Write the quote for the school bikes", "2026-04-09", "write"),
    ("Measure the hallway", "today", "meet"),
    ("Order cleats", "today", "other"),
    ("Ask whether the rack fits", "tomorrow", "call"),
    ("Send the winter check list", "friday", "write"),
    ("Meet at the yard", "in 9 days", "meet"),
)


def tell(installed: Installation) -> Told:
    """Every page and what it can look like."""
    yield "start-empty", Visitor(installed.sandbox).get("/")
    installed.seed("sandbox")
    _load_some(installed, 43)
    yield "start-being-prepared", Visitor(installed.sandbox).get("/")
    _load_some(installed, 100)
    yield "start", Visitor(installed.sandbox).get("/")
    ada = Visitor(installed.sandbox)
    yield from chain(
        _the_list(ada, installed),
        _shapes_of_the_list(ada),
        _views(ada),
        _one_lead(ada, installed),
        _a_record(installed),
        _a_day(installed),
        _companies(installed),
        _the_pipeline(ada),
        _the_reports(ada),
        _its_life(ada, installed),
        _many_leads(installed),
        _segments(ada),
        _finding_a_way(ada),
        _going_on(ada),
        _import_by_shape(installed),
        _wrong_turns(ada),
        _without_a_drive(installed),
    )


def _the_list(ada: Visitor, installed: Installation) -> Told:
    yield "leads-just-started", _then(ada, ada.post("/drives", {"scenario": SCENARIO}))
    installed.wait(minutes=20)
    yield "leads", ada.get("/leads")
    yield "leads-page-2", ada.get("/leads?page=2")
    yield "leads-sorted-by-value", ada.get("/leads?sort=-value")
    yield "leads-of-a-stage", ada.get("/leads?stage=Qualified")
    yield "leads-data", ada.get("/leads.json")
    yield "leads-similar", ada.get("/leads?q=nobody+is+called+so")
    yield "leads-none-fits", ada.get("/leads?q=qqqqqq")


def _shapes_of_the_list(ada: Visitor) -> Told:
    """Filters, columns, groups, board, contacts; and each form of them on a page of its own."""
    many = "f=stage:is:Qualified,Proposal&f=value:from:100000&f=last:within:90d&f=tag:known"
    yield "leads-filtered", ada.get(f"/leads?{many}&sort=-value")
    yield "leads-filtered-by-any", ada.get(f"/leads?{many}&any=1")
    yield "leads-filtered-to-none", ada.get("/leads?f=stage:is:Won&f=value:from:99900000000&q=nobody")
    yield "leads-all-columns", ada.get(f"/leads?cols={','.join(COLUMNS)}")
    yield "leads-in-groups", ada.get("/leads?layout=grouped")
    yield "leads-in-groups-of-an-owner", ada.get("/leads?layout=grouped&by=owner&f=value:known")
    yield "leads-in-groups-by-age", ada.get("/leads?layout=grouped&by=last")
    yield "leads-on-a-board", ada.get("/leads?layout=board")
    yield "leads-odd-column", ada.get("/leads?cols=name,luck")
    yield "contacts", ada.get("/contacts")
    yield "contacts-none-fits", ada.get("/contacts?q=qqqqqq")
    for field in FIELDS:
        yield f"filter-{field}", ada.get("/leads/filter", query_string={"list": "/leads", "field": field})
    wrong = {"list": "/leads", "field": "value", "op": "range", "low": "a lot"}
    yield "filter-no-amount", ada.get("/leads/filter", query_string=wrong)
    yield "filter-count", ada.get("/leads/count", query_string={"list": "/leads?stage=Won"})
    yield "columns", ada.get("/leads/columns", query_string={"list": "/leads", "up": "stage"})
    yield "keys", ada.get("/keys")


def _views(ada: Visitor) -> Told:
    """Saved views: above the list, and arranged."""
    yield "view-new", ada.get("/views/new", query_string={"list": "/leads?stage=Won"})
    yield "view-new-no-name", ada.send("/views", list="/leads?stage=Won", name="")
    asks = {"list": "/leads?f=stage:is:Qualified,Proposal&f=last:before:30d&sort=-value", "name": "Big, and gone quiet"}
    yield "view-saved", _then(ada, saved := ada.send("/views", **asks))
    yield "view-changed", ada.get(f"{saved.location}&q=a")
    yield "views", ada.get("/views")
    view = str(saved.location).partition("view=")[2][:16]
    yield "view-no-name", ada.send(f"/views/{view}", name="")
    yield "unknown-view", ada.send("/views/nothing/delete")
    yield "view-renamed", _then(ada, ada.send(f"/views/{view}", name="Call back"))
    for _ in range(2):
        ada.undo()


def _one_lead(ada: Visitor, installed: Installation) -> Told:
    lead = _first_lead(ada)
    yield "lead", ada.get(lead)
    yield "lead-data", ada.get(f"{lead}.json")
    shown = ada.hidden(lead)
    yield "lead-saved-with-a-twin", _then(ada, ada.send(lead, shown=lead, note="Call back.", phone="+1 503 234 6789"))
    yield "lead-changed-meanwhile", ada.post(lead, shown | {"name": "Typed Later", "note": "Typed note"})
    yield "lead-no-name", ada.send(lead, shown=lead, name="")
    yield "lead-new", ada.get("/leads/new")
    yield "lead-new-nothing-typed", ada.send("/leads/new", shown="/leads/new", name="", email="no address")
    installed.wait(minutes=5)
    yield "lead-added", _then(ada, ada.send("/leads/new", name="Nerys Holloway", email="nerys@people.customerhub.net"))
    yield "leads-one-deleted", _then(ada, ada.send(f"{lead}/delete"))
    yield "leads-taken-back", _then(ada, ada.undo())


def _a_record(installed: Installation) -> Told:
    """A lead with much to tell, and what one writes down about it."""
    ben = Visitor(installed.sandbox)
    ben.post("/drives", {"scenario": SCENARIO})
    query = "?stage=Proposal&sort=-value"
    lead = f"/leads/{ben.list(query)['items'][0]['id']}"
    yield "record-empty-task", ben.send("/tasks", lead_id=lead.rpartition("/")[2], words="", due="someday")
    note = "# What she wants\n\n- **two** racks, *not* three\n- delivery on a Friday\n\n> Only if it fits\n\n<b>raw</b> [out](https://people.customerhub.net)"
    _then(ben, ben.send(lead, shown=lead, note=note))
    _then(ben, ben.send(lead, shown=lead, phone="503 555 0188", owner="You"))
    _then(ben, ben.send(lead, shown=lead, email="real.person@people.customerhub.net"))
    page = _then(ben, ben.send(f"{lead}/tags", tag="Wholesale")).text
    act = page.partition('name="act" value="')[2].partition('"')[0]
    _then(ben, ben.send(f"{lead}/history", act=act, field="tags"))
    _then(ben, ben.send(f"{lead}/tags", tag="Prefers post"))
    _then(ben, ben.send(f"{lead}/calls", minutes="9", said="Asked whether Friday deliveries cost **extra**."))
    for words, due in (("Send the rack prices", "in 2 days"), ("Ask about the yard", "2026-04-10")):
        ben.send("/tasks", lead_id=lead.rpartition("/")[2], words=words, due=due, kind="write", owner="You")
    ben.get(lead)
    installed.wait(minutes=3)
    yield "record", ben.get(lead + query)
    yield "record-notes", ben.get(f"{lead}{query}&show=notes")
    yield "record-tag-refused", ben.send(f"{lead}/tags{query}", tag="x" * 41)
    yield "record-call-refused", ben.send(f"{lead}/calls{query}", minutes="nine")


def _companies(installed: Installation) -> Told:
    """The companies that leads work for."""
    dora = Visitor(installed.sandbox)
    dora.post("/drives", {"scenario": SCENARIO})
    yield "companies", dora.get("/companies")
    yield "companies-by-open-deals", dora.get("/companies?sort=value")
    yield "companies-none-fits", dora.get("/companies?q=nobody+is+called+so")
    company = re.findall(r'href="/companies/(?!export)([^"?]+)"', dora.get("/companies?sort=value").text)[0]
    yield "company", dora.get(f"/companies/{company}")
    yield "unknown-company", dora.get("/companies/nothing")


def _a_day(installed: Installation) -> Told:
    """Today, with little and with much to do."""
    cleo = Visitor(installed.sandbox)
    cleo.post("/drives", {"scenario": SCENARIO})
    yield "today", cleo.get("/today")
    leads = [one["id"] for one in cleo.list("?stage=Qualified")["items"]]
    for number, (words, due, kind) in enumerate(TASKS):
        cleo.send("/tasks", lead_id=leads[number] if number % 3 else "", words=words, due=due, kind=kind)
    cleo.get("/today")
    for lead in leads[:2]:
        _then(cleo, cleo.send("/leads/new", name=f"Nerys {lead}", stage="New"))
    yield "today-busy", cleo.get("/today")
    yield "tasks", cleo.get("/tasks")
    yield "tasks-none-done", cleo.get("/tasks?show=done")
    task = cleo.get("/tasks").text.partition('action="/tasks/')[2].partition("/")[0]
    shown = cleo.hidden(f"/tasks/{task}")
    yield "task", cleo.get(f"/tasks/{task}")
    cleo.send(f"/tasks/{task}", words="Changed meanwhile")
    changed = {"words": "Typed later", "kind": "call", "due": "friday", "owner": "You"}
    yield "task-changed-meanwhile", cleo.post(f"/tasks/{task}", shown | changed)
    yield "task-done", _then(cleo, cleo.send(f"/tasks/{task}/done", done="yes"))
    yield "task-new", cleo.get(f"/tasks/new?lead={leads[0]}")
    yield "unknown-task", cleo.get("/tasks/nothing")


def _the_pipeline(ada: Visitor) -> Told:
    yield "pipeline", ada.get("/pipeline")
    yield "pipeline-of-one", ada.get("/pipeline?owner=You")
    deal, stage = _first_deal(ada)
    to = next(name for name in ("Proposal", "Contacted", "Qualified") if name != stage)
    yield "pipeline-moved", _then(ada, ada.send(f"{deal}/move", stage=to, amount="1,840.50"))
    yield "pipeline-refused", ada.send(f"{deal}/move", stage="Lost")
    yield "pipeline-refused-twice", ada.send(f"{deal}/move", stage="Won", amount="much", close_on="soon")
    yield "deal", ada.get(deal)
    yield "deal-move-refused", ada.send(f"{deal}/move", stage="Lost", back="deal")
    shown = ada.hidden(deal)
    yield "deal-saved", _then(ada, ada.send(deal, shown=deal, title="Three town bicycles", amount="1,900"))
    yield "deal-changed-meanwhile", ada.post(deal, shown | {"title": "Typed later", "amount": "7"})
    yield "deal-wrong", ada.send(deal, shown=deal, title="", amount="much")
    yield "deal-lost", _then(ada, ada.send(f"{deal}/move", stage="Lost", reason="Too expensive", back="deal"))
    yield "deals", ada.get("/deals?stage=Proposal")
    yield "deals-none-fits", ada.get("/deals?owner=You&close=late")
    yield "deal-new", ada.get("/deals/new")
    yield "deal-new-sought", ada.get("/deals/new?q=a")
    yield "deal-new-for-a-lead", ada.get(f"/deals/new?lead={_first_lead(ada).rpartition('/')[2]}")
    yield "deal-new-nothing-typed", ada.send("/deals/new", shown="/deals/new", title="")


def _the_reports(ada: Visitor) -> Told:
    yield "reports", ada.get("/reports")
    for name in ("funnel", "sources", "cohort", "forecast", "activity"):
        yield f"report-{name}", ada.get(f"/reports/{name}")
    yield "report-rows-leads", ada.get("/reports/funnel/rows?of=all&page=2")
    yield "report-rows-deals", ada.get("/reports/sources/rows?of=won-0")
    yield "report-rows-entries", ada.get("/reports/activity/rows?of=calls-1")
    yield "report-rows-none", ada.get("/reports/activity/rows?of=calls-99")


def _its_life(ada: Visitor, installed: Installation) -> Told:
    """The history, the clock, copies, settings."""
    ben = Visitor(installed.sandbox).start(SCENARIO)
    yield "history-empty", ben.get("/history")
    yield "clock", ben.get("/clock")
    yield "clock-ahead", ben.get("/clock?ahead=30")
    yield "clock-30-days-later", _then(ben, ben.send("/clock", by="30"))
    yield "clock-back", _then(ben, ben.send("/clock", by="-3"))
    yield "clock-no-such-day", ben.send("/clock", to="1999-01-01")
    yield "settings-fresh", ben.get("/settings")
    for lead in [item["id"] for item in ada.list()["items"]][3:9]:
        installed.wait(minutes=7)
        _then(ada, ada.send(f"/leads/{lead}", stage="Qualified", note="Rang, will ring again."))
    _then(ada, ada.send("/clock", by="7"))
    installed.wait(minutes=1)
    _then(ada, ada.undo())
    _then(ada, ada.undo())
    yield "history", ada.get("/history")
    yield "history-went-on-meanwhile", ada.send("/history", act="1", revision="0")
    yield "settings-checkpoint", _then(ada, ada.send("/checkpoints", name="Before the big cleanup"))
    yield "settings-shared", _then(ada, ada.send("/share"))
    link = ada.get("/settings").text.partition("/shared/")[2].partition("<")[0]
    yield "shared", ben.get(f"/shared/{link}")
    yield "leads-of-a-fork", _then(ada, ada.send("/fork", name="What if we called twice"))
    yield "drives", ada.get("/drives")
    yield (
        "drives-one-ended",
        _then(ada, ada.post(f"/drives/{ada.hidden('/leads')['drive']}/end", ada.hidden("/drives"))),
    )
    yield "fork-of-an-ended-drive", ada.send("/fork")
    ada.send("/open", shown="/drives")
    yield "unknown-share-link", ben.get("/shared/nothing")
    yield "unknown-checkpoint", ben.send("/checkpoints/nothing/back")


def _many_leads(installed: Installation) -> Told:
    """Selected over pages, changed in bulk, taken out, merged, made contacts."""
    ben = Visitor(installed.sandbox)
    ben.post("/drives", {"scenario": SCENARIO})
    yield "bulk-nothing-selected", ben.get("/leads/bulk/tag")
    ids = [item["id"] for item in ben.list()["items"]]
    ticks = ben.hidden("/leads") | {f"pick-{one}": "on" for one in (ids[1], ids[3], ids[4], ids[6])}
    yield "leads-selected", _then(ben, ben.post("/leads/selection", ticks))
    yield "bulk-tag", ben.get("/leads/bulk/tag")
    yield "export-selected", ben.get("/leads/export?of=selection")
    ben.post("/leads/selection", ben.hidden("/leads?sort=name") | {"then": "all"})
    yield "leads-all-selected", ben.get("/leads?sort=name")
    tag = ben.list()["items"][0]["tags"][:1] or ["Fleet"]
    effect = f"/leads/bulk/tag?do=add&value={tag[0].replace(' ', '+')}"
    yield "bulk-tag-effect", ben.get(effect)
    shown = ben.hidden(effect)
    yield "bulk-stage-effect", ben.get("/leads/bulk/stage?value=Proposal")
    lost = "/leads/bulk/stage?value=Lost"
    yield "bulk-stage-no-reason", ben.send(lost, shown=lost, reason="")
    yield "bulk-delete", ben.get("/leads/bulk/delete")
    yield "bulk-done", _then(ben, ben.post(effect, shown))
    yield "bulk-changed-meanwhile", ben.post(effect, shown)
    yield "merge-too-many", ben.get("/leads/merge")
    yield "export", ben.get("/leads/export?stage=Proposal")
    yield "export-companies", ben.get("/companies/export?sort=value")
    yield "export-deals", ben.get("/deals/export?stage=Proposal")
    yield "export-tasks", ben.get("/tasks/export")
    yield "duplicates-at-first", ben.get("/duplicates")
    eve = Visitor(installed.sandbox).start(SCENARIO)
    eve.post("/leads/selection", eve.hidden("/leads") | {"then": "all"})
    everybody = "/leads/bulk/delete"
    _then(eve, eve.send(everybody, shown=everybody))
    yield "duplicates-none", eve.get("/duplicates")
    for name, company, email in (
        ("Nerys Holloway", "Hollow & Daughters", "nerys@hollow.example"),
        ("Holloway, Nerys", "Hollow and Daughters", "nerys@hollow.example"),
        ("Osric Featherstonehaugh-Lindqvist", "Copperbeech", "osric@copperbeech.example"),
        ("Oscric Featherstonehaugh-Lindquist", "copperbeech", "o.lindqvist@copperbeech.example"),
    ):
        ben.create(name=name, company=company, email=email)
    ben.get("/leads")  # says what was added
    yield "duplicates", ben.get("/duplicates")
    yield "duplicates-told-apart", _then(ben, ben.send("/duplicates/apart", shown="/duplicates"))
    pair = f"/leads/merge?ids={ids[0]},{ids[1]},{ids[2]}"
    yield "merge", ben.get(pair)
    yield "merge-nothing-picked", ben.send(pair, shown=pair)
    picked = {f"of-{name}": ids[0] for name in ("name", "role", "company", "email", "phone", "stage", "owner")}
    merged = ben.send(pair, shown=pair, survivor=ids[0], **picked, **{"of-source": ids[1], "of-address": ids[2]})
    yield "merged", _then(ben, merged)
    yield "merge-changed-meanwhile", ben.send(pair, survivor=ids[0], seen="")
    convert = f"/leads/{ids[5]}/convert"
    yield "convert", ben.get(convert)
    yield "convert-nothing-typed", ben.send(convert, shown=convert, title="", amount="a lot")
    shown = ben.hidden(convert)
    typed = {"title": "Two town bicycles", "product": "", "amount": "1,840", "close_on": "", "company": "Hollow"}
    yield "converted", _then(ben, ben.post(convert, shown | typed))
    yield "convert-changed-meanwhile", ben.post(convert, shown | typed)


def _segments(ada: Visitor) -> Told:
    rules = "/segments/new?f=stage:is:Proposal,Qualified&f=last:before:30d"
    yield "segments-at-first", ada.get("/segments")
    _then(ada, ada.send("/segments/start1/delete"))
    yield "segments-none", ada.get("/segments")
    yield "segment-new", ada.get("/segments/new")
    yield "segment-rules", ada.get(f"{rules}&field=tag")
    yield "segment-rule-refused", ada.get(f"{rules}&field=value&op=range&low=a+lot")
    yield "segment-no-name", ada.send(rules, shown=rules, name="")
    yield "segment", _then(ada, ada.send(rules, shown=rules, name="Proposals gone quiet"))
    yield "segments", ada.get("/segments")
    yield (
        "segment-edit",
        _then(ada, ada.get(ada.get("/segments").text.partition('<h2><a href="')[2].partition('"')[0] + "/edit")),
    )
    nobody = "/segments/new?f=value:from:99999999999"
    yield "segment-nobody", _then(ada, ada.send(nobody, shown=nobody, name="Very large deals"))


def _finding_a_way(ada: Visitor) -> Told:
    yield "palette", ada.get("/palette")
    yield "palette-found", ada.get("/palette?q=ber")
    yield "palette-nothing", ada.get("/palette?q=qqqqqq")
    yield "tour", _then(ada, ada.send("/tour", step="2"))
    ada.send("/tour", step="0")


def _going_on(ada: Visitor) -> Told:
    yield "start-with-drives", ada.get("/")
    yield "resume", ada.get(f"/resume/{_code(ada)}")
    yield "leads-reset", _then(ada, ada.send("/reset"))
    yield "leads-nothing-to-reset", _then(ada, ada.send("/reset"))


def _import_by_shape(installed: Installation) -> Told:
    ben = Visitor(installed.sandbox)
    yield "shape-new", ben.get("/shapes")
    named = a_shape().replace("Remarks", "Ann Lee")
    yield "shape-refused", ben.post("/shapes", {"shape": named})
    yield "shape-leads", _then(ben, ben.post("/shapes", {"shape": a_shape()}))
    yield "shape-columns", ben.get("/leads?cols=name,choice-1,text-2,value&sort=choice-1&f=choice-1:is:Coast")
    yield "shape-columns-form", ben.get("/leads/columns")
    yield "shape-filter", ben.get("/leads/filter?field=choice-1")
    lead = _first_lead(ben)
    yield "shape-lead", ben.get(lead)
    yield "shape-lead-refused", ben.send(f"{lead}/columns", **{"choice-1": "Elsewhere", "text-2": "a\x00"})
    yield "drives-import-undone", _then(ben, ben.undo())
    ben.start(SCENARIO)
    _then(ben, ben.post("/shapes", ben.hidden("/shapes") | {"shape": a_shape()}))
    yield "leads-import-undone", _then(ben, ben.post("/undo", ben.hidden("/leads")))


def _wrong_turns(ada: Visitor) -> Told:
    """Errors that routes word themselves; those of the ground are told for both sides alike."""
    yield "unknown-lead", ada.get("/leads/nothing")
    yield "unknown-deal", ada.get("/deals/nothing")
    yield "unknown-report", ada.get("/reports/nothing")
    yield "unknown-page", ada.get("/leads?page=999")
    yield "unknown-stage", ada.get("/leads?stage=nothing")
    yield "unknown-business", ada.post("/drives", {"scenario": "nothing"})
    yield "unknown-code", ada.get("/resume/nothing")
    yield "no-token", ada.post("/undo", {})


def _without_a_drive(installed: Installation) -> Told:
    shy = Visitor(installed.sandbox)
    yield "no-cookie", shy.get("/leads?started=1")
    yield "no-drive", shy.get("/leads")


def _load_some(installed: Installation, percent: int) -> None:
    """Say of the large businesses that they are loaded so far; their leads would take a minute to make."""
    with installed.sandbox.extensions["database"].transaction() as db:
        large = update(Scenario).where(Scenario.lead_count > AT_START)
        done = {"loaded_leads": Scenario.lead_count * percent // 100, "is_ready": percent == 100}
        db.execute(large.values(done | {"company_count": 2_841, "activity_count": 127_304}))


def _first_lead(visitor: Visitor) -> str:
    return f"/leads/{visitor.list()['items'][0]['id']}"


def _first_deal(visitor: Visitor) -> tuple[str, str]:
    page = visitor.get("/pipeline").text
    return (
        "/deals/" + page.partition('data-deal="')[2].partition('"')[0],
        page.partition('data-stage="')[2].partition('"')[0],
    )


def _code(visitor: Visitor) -> str:
    return visitor.get("/").text.partition('href="/resume/')[2].partition('"')[0]


def _then(visitor: Visitor, answer: TestResponse) -> TestResponse:
    """The page that an act leads to."""
    assert answer.status_code == 303, answer.text
    return visitor.get(str(answer.location))
