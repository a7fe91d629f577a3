"""The sandbox as one visitor after another meets it."""

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import update
from werkzeug.test import TestResponse

from portal.sandbox.scenarios.models import Scenario
from portal.sandbox.setup import AT_START
from tests.pages.installation import Installation
from tests.sandbox.visitor import Visitor

Told = Iterator[tuple[str, TestResponse]]

SCENARIO = "fernhollow-cycles"


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
        _one_lead(ada, installed),
        _going_on(ada),
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
    yield "leads-none-fits", ada.get("/leads?q=nobody+is+called+so")


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


def _going_on(ada: Visitor) -> Told:
    yield "start-with-drives", ada.get("/")
    yield "resume", ada.get(f"/resume/{_code(ada)}")
    yield "leads-reset", _then(ada, ada.send("/reset"))
    yield "leads-nothing-to-reset", _then(ada, ada.send("/reset"))


def _wrong_turns(ada: Visitor) -> Told:
    """Errors that routes word themselves; those of the ground are told for both sides alike."""
    yield "unknown-lead", ada.get("/leads/nothing")
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


def _code(visitor: Visitor) -> str:
    return visitor.get("/").text.partition('href="/resume/')[2].partition('"')[0]


def _then(visitor: Visitor, answer: TestResponse) -> TestResponse:
    """The page that an act leads to."""
    assert answer.status_code == 303, answer.text
    return visitor.get(str(answer.location))
