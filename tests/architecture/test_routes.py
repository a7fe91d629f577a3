"""Every route of both sides, with who may use it; and no GET that could change anything."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, event

from portal.people.staff.roles import Right
from portal.shared.database import Database
from tests.support.engines import Engine
from tests.support.sides import people_app, sandbox_app

ANYONE = "anyone"
HOLDER = "whoever holds the token in its address"
FORGOTTEN = "anyone: a code that nobody holds is forgotten already"
TICKET = "whoever holds the ticket of a viewing, which nobody else can make"
MAIL_PROVIDER = "whoever holds the token, without origin, cookie or CSRF token"
SIGNED = "whoever signs with a secret of MAIL_EVENTS_SECRETS"
DEVELOPMENT = "only on one's own machine"
KEY = "whoever holds a key of the form, or a page of an origin that it names"
OWN = "whoever holds the token, on one's own machine"
ACCOUNT = "the prospect who is signed in"
HALF = "staff who showed one factor, or all of them"


def staff(right: Right) -> str:
    """Staff with both factors, whose role gives this right."""
    return f"staff who may {right.value}"


VISITOR = "the visitor whose drive is open"
HELD = "the visitor whose browser holds that drive"
OPERATOR = "whoever holds METRICS_TOKEN; anyone on one's own machine"
LEARNING = "anyone, from the learning center's home page too"

PEOPLE = {
    "GET /": ANYONE,
    "GET /.well-known/gpc.json": ANYONE,
    "GET /.well-known/security.txt": ANYONE,
    "GET /account": ACCOUNT,
    "POST /api/v1/mail-events": SIGNED,
    "POST /account/consents/withdraw": ACCOUNT,
    "POST /account/name": ACCOUNT,
    "POST /account/paths/forget": ACCOUNT,
    "POST /account/passkeys": ACCOUNT,
    "POST /account/passkeys/options": ACCOUNT,
    "POST /account/passkeys/remove": ACCOUNT,
    "POST /account/sessions/end": ACCOUNT,
    "POST /account/told/forget": ACCOUNT,
    "POST /account/watched/forget": ACCOUNT,
    "GET /_outbox": DEVELOPMENT,
    "GET /_outbox/<message_id>": DEVELOPMENT,
    "GET /_outbox/<message_id>/body": DEVELOPMENT,
    "GET /_patterns": DEVELOPMENT,
    "GET /confirm/<token>": HOLDER,
    "POST /confirm/<token>": HOLDER,
    "GET /confirm/<token>/done": HOLDER,
    "GET /forms/<slug>": ANYONE,
    "POST /forms/<slug>": ANYONE,
    "GET /forms/<slug>/embed": ANYONE,
    "POST /forms/<slug>/embed": ANYONE,
    "GET /forms/<slug>/embed/sent": ANYONE,
    "GET /forms/<slug>/sent": ANYONE,
    "GET /api/v1/challenge": ANYONE,
    "GET /api/v1/forms/<slug>": ANYONE,
    "GET /api/v1/openapi.json": ANYONE,
    "POST /api/v1/signups": KEY,
    "GET /forms/embed.js": ANYONE,
    "GET /healthz": ANYONE,
    "GET /metrics": OPERATOR,
    "GET /media/<sha256>/<name>": ANYONE,
    "GET /offers/": ANYONE,
    "GET /offers/<slug>": ANYONE,
    "POST /offers/<slug>": ANYONE,
    "GET /offers/<slug>/sent": ANYONE,
    "GET /offers/<slug>/remind": ANYONE,
    "POST /offers/<slug>/remind": ANYONE,
    "GET /offers/<slug>/remind/sent": ANYONE,
    "GET /opt-out/<token>": HOLDER,
    "POST /opt-out/<token>": MAIL_PROVIDER,
    "GET /preferences": ACCOUNT,
    "POST /preferences": ACCOUNT,
    "GET /preferences/<token>": HOLDER,
    "POST /preferences/<token>": HOLDER,
    **{
        f"{method} /preferences{token}/{act}": HOLDER if token else ACCOUNT
        for token in ("", "/<token>")
        for method, act in (
            *(("GET", "ask"), ("POST", "ask"), ("POST", "frequency"), ("POST", "object")),
            *(("POST", "pause"), ("POST", "stop"), ("POST", "undo")),
        )
    },
    "GET /certificates/verify": ANYONE,
    "POST /certificates/verify": ANYONE,
    "POST /certificates/file": ANYONE,
    "GET /paths/": ANYONE,
    "GET /paths/<slug>": ANYONE,
    "POST /paths/<slug>/steps/<key>": ANYONE,
    "POST /paths/<slug>/steps/<key>/undo": ANYONE,
    "POST /paths/<slug>/certificate": ANYONE,
    "POST /paths/<slug>/forget": ANYONE,
    "POST /paths/<slug>/take-over": ACCOUNT,
    "GET /privacy": ANYONE,
    "GET /privacy/separation": ANYONE,
    "GET /questions": ANYONE,
    "GET /readyz": ANYONE,
    "GET /receipts/<receipt>": HOLDER,
    "GET /receipts/<receipt>.jsonld": HOLDER,
    "GET /receipts/<receipt>/state.json": HOLDER,
    "GET /receipts/keys.json": ANYONE,
    "GET /receipts/verify": ANYONE,
    "POST /receipts/verify": ANYONE,
    "GET /feed.xml": ANYONE,
    "GET /robots.txt": ANYONE,
    "GET /sitemap.xml": ANYONE,
    "GET /sign-in": ANYONE,
    "POST /sign-in": ANYONE,
    "GET /sign-in/link/<token>": HOLDER,
    "POST /sign-in/link/<token>": HOLDER,
    "POST /sign-in/passkey": ANYONE,
    "POST /sign-in/passkey/options": ANYONE,
    "GET /sign-in/sent": ANYONE,
    "GET /sign-in/staff": ANYONE,
    "POST /sign-in/staff": ANYONE,
    "GET /sign-in/staff/factor": HALF,
    "POST /sign-in/staff/factor/authenticator": HALF,
    "POST /sign-in/staff/factor/passkey": HALF,
    "POST /sign-in/staff/factor/passkey/options": HALF,
    "GET /sign-in/staff/password/<token>": HOLDER,
    "POST /sign-in/staff/password/<token>": HOLDER,
    "GET /sign-in/staff/second": HALF,
    "POST /sign-in/staff/second": HALF,
    "POST /sign-in/staff/second/passkey": HALF,
    "POST /sign-in/staff/second/passkey/options": HALF,
    "GET /sign-in/staff/start/<token>": OWN,
    "POST /sign-in/staff/start/<token>": OWN,
    "GET /sign-out": ANYONE,
    "POST /sign-out": ANYONE,
    "GET /sign-up": ANYONE,
    "POST /sign-up": ANYONE,
    "GET /sign-up/sent": ANYONE,
    "GET /stop": ANYONE,
    "POST /stop": ANYONE,
    "GET /stop/done": ANYONE,
    "GET /studio/": staff(Right.ENTER),
    "GET /studio/forms": staff(Right.ENTER),
    "POST /studio/forms/<slug>/keys": staff(Right.HAND_OUT_KEYS),
    "POST /studio/forms/<slug>/keys/end": staff(Right.HAND_OUT_KEYS),
    "GET /studio/campaigns/": staff(Right.WRITE_CAMPAIGNS),
    "GET /studio/campaigns/<slug>": staff(Right.WRITE_CAMPAIGNS),
    "POST /studio/campaigns/<slug>/cancel": staff(Right.SEND_CAMPAIGNS),
    "GET /studio/campaigns/<slug>/mail": staff(Right.WRITE_CAMPAIGNS),
    "POST /studio/campaigns/<slug>/pause": staff(Right.SEND_CAMPAIGNS),
    "GET /studio/campaigns/<slug>/people": staff(Right.WRITE_CAMPAIGNS),
    "POST /studio/campaigns/<slug>/resume": staff(Right.SEND_CAMPAIGNS),
    "POST /studio/campaigns/<slug>/send": staff(Right.SEND_CAMPAIGNS),
    "POST /studio/campaigns/<slug>/test": staff(Right.WRITE_CAMPAIGNS),
    "POST /studio/people.csv": staff(Right.HAND_ON),
    "GET /studio/webinars/<slug>/attention": staff(Right.ENTER),
    "GET /studio/webinars/<slug>/attention.csv": staff(Right.ENTER),
    "GET /studio/webhooks/": staff(Right.HAND_ON),
    "POST /studio/webhooks/": staff(Right.HAND_ON),
    "GET /studio/webhooks/<endpoint_id>": staff(Right.HAND_ON),
    "POST /studio/webhooks/<endpoint_id>/deliveries/<delivery_id>/replay": staff(Right.HAND_ON),
    "POST /studio/webhooks/<endpoint_id>/end": staff(Right.HAND_ON),
    "GET /studio/lists": staff(Right.ENTER),
    "GET /studio/lists/<list_id>": staff(Right.ENTER),
    "GET /studio/log": staff(Right.READ_LOG),
    "GET /studio/mail": staff(Right.ENTER),
    "GET /studio/me": staff(Right.ENTER),
    "POST /studio/me/authenticator/remove": staff(Right.ENTER),
    "POST /studio/me/passkeys/remove": staff(Right.ENTER),
    "POST /studio/me/password": staff(Right.ENTER),
    "POST /studio/me/recovery-codes": staff(Right.ENTER),
    "POST /studio/me/sessions/end": staff(Right.ENTER),
    "GET /studio/previews/": staff(Right.PREVIEW),
    "GET /studio/previews/<at>/<reader>/": staff(Right.PREVIEW),
    "GET /studio/previews/<at>/<reader>/<path:page>": staff(Right.PREVIEW),
    "POST /studio/previews/<at>/<reader>/<path:page>": staff(Right.PREVIEW),
    "GET /studio/publications/": staff(Right.PREVIEW),
    "GET /studio/publications/<kind>/<slug>": staff(Right.PREVIEW),
    "POST /studio/publications/<kind>/<slug>/announce": staff(Right.WRITE_CAMPAIGNS),
    "GET /studio/publications/<kind>/<slug>/call-off/<plan>": staff(Right.PUBLISH),
    "POST /studio/publications/<kind>/<slug>/call-off/<plan>": staff(Right.PUBLISH),
    "GET /studio/publications/<kind>/<slug>/roll-back/<version>": staff(Right.PUBLISH),
    "POST /studio/publications/<kind>/<slug>/roll-back/<version>": staff(Right.PUBLISH),
    "GET /studio/publications/<kind>/<slug>/unpublish": staff(Right.PUBLISH),
    "POST /studio/publications/<kind>/<slug>/unpublish": staff(Right.PUBLISH),
    "GET /studio/staff": staff(Right.MANAGE_STAFF),
    "POST /studio/staff": staff(Right.MANAGE_STAFF),
    "POST /studio/staff/<staff_id>/begin-anew": staff(Right.MANAGE_STAFF),
    "POST /studio/staff/<staff_id>/end-sessions": staff(Right.MANAGE_STAFF),
    "POST /studio/staff/<staff_id>/leave": staff(Right.MANAGE_STAFF),
    "GET /tips/": ANYONE,
    "GET /tips/<slug>": ANYONE,
    "GET /why/<token>": HOLDER,
    "GET /studio/withdrawals": staff(Right.WITHDRAW),
    "POST /studio/withdrawals": staff(Right.WITHDRAW),
    "GET /webinars/": ANYONE,
    "GET /webinars/search": ANYONE,
    "GET /webinars/search/suggestions": ANYONE,
    "GET /webinars/<slug>": ANYONE,
    "GET /webinars/<slug>/premiere.ics": ANYONE,
    "GET /webinars/attention": ANYONE,
    "GET /webinars/attention/<slug>/ticket.json": ANYONE,
    "POST /webinars/attention/viewings": TICKET,
    "POST /webinars/attention/viewings/taken-back": TICKET,
    "GET /webinars/resume": ANYONE,
    "POST /webinars/resume": ANYONE,
    "POST /webinars/resume/codes": ANYONE,
    "GET /webinars/resume/<code>": HOLDER,
    "GET /webinars/resume/<code>/<slug>.json": HOLDER,
    "POST /webinars/resume/<code>/<slug>": HOLDER,
    "POST /webinars/resume/<code>/forget": FORGOTTEN,
    "GET /webinars/<slug>/film.json": ANYONE,
    "GET /webinars/<slug>/transcript.txt": ANYONE,
    "GET /webinars/<slug>/transcript.vtt": ANYONE,
    "GET /webinars/<slug>/polls/<poll_id>": ANYONE,
    "POST /webinars/<slug>/polls/<poll_id>": ANYONE,
    "POST /webinars/<slug>/polls/<poll_id>/forget": ANYONE,
    "POST /webinars/<slug>/watched": ACCOUNT,
}
SANDBOX = {
    "GET /": ANYONE,
    "POST /checkpoints": VISITOR,
    "POST /checkpoints/<public_id>/back": VISITOR,
    "POST /checkpoints/<public_id>/drop": VISITOR,
    "POST /checkpoints/<public_id>/share": VISITOR,
    "POST /checkpoints/<public_id>/withdraw": VISITOR,
    "GET /clock": VISITOR,
    "POST /clock": VISITOR,
    "GET /companies": VISITOR,
    "GET /companies/export": VISITOR,
    "GET /companies/<company_id>": VISITOR,
    "GET /contacts": VISITOR,
    "GET /deals": VISITOR,
    "GET /deals/export": VISITOR,
    "GET /deals/<deal_id>": VISITOR,
    "POST /deals/<deal_id>": VISITOR,
    "POST /deals/<deal_id>/delete": VISITOR,
    "POST /deals/<deal_id>/move": VISITOR,
    "GET /deals/new": VISITOR,
    "POST /deals/new": VISITOR,
    "GET /drives": ANYONE,
    "POST /drives": LEARNING,
    "POST /drives/<public_id>/bring-back": HELD,
    "POST /drives/<public_id>/end": HELD,
    "GET /duplicates": VISITOR,
    "POST /duplicates/apart": VISITOR,
    "POST /fork": VISITOR,
    "GET /healthz": ANYONE,
    "GET /history": VISITOR,
    "POST /history": VISITOR,
    "GET /keys": VISITOR,
    "GET /leads": VISITOR,
    "GET /leads.json": VISITOR,
    "GET /leads/<lead_id>": VISITOR,
    "POST /leads/<lead_id>": VISITOR,
    "GET /leads/<lead_id>.json": VISITOR,
    "POST /leads/<lead_id>/calls": VISITOR,
    "POST /leads/<lead_id>/columns": VISITOR,
    "GET /leads/<lead_id>/convert": VISITOR,
    "POST /leads/<lead_id>/convert": VISITOR,
    "POST /leads/<lead_id>/delete": VISITOR,
    "POST /leads/<lead_id>/history": VISITOR,
    "POST /leads/<lead_id>/tags": VISITOR,
    "POST /leads/<lead_id>/tags/remove": VISITOR,
    "GET /leads/bulk/<act>": VISITOR,
    "POST /leads/bulk/<act>": VISITOR,
    "GET /leads/columns": VISITOR,
    "GET /leads/count": VISITOR,
    "GET /leads/export": VISITOR,
    "GET /leads/filter": VISITOR,
    "GET /leads/merge": VISITOR,
    "POST /leads/merge": VISITOR,
    "GET /leads/new": VISITOR,
    "POST /leads/new": VISITOR,
    "POST /leads/selection": VISITOR,
    "GET /metrics": OPERATOR,
    "POST /open": VISITOR,
    "GET /palette": VISITOR,
    "GET /_patterns": DEVELOPMENT,
    "GET /pipeline": VISITOR,
    "GET /readyz": ANYONE,
    "POST /redo": VISITOR,
    "GET /reports": VISITOR,
    "GET /reports/<name>": VISITOR,
    "GET /reports/<name>/rows": VISITOR,
    "POST /reset": VISITOR,
    "GET /resume/<code>": HOLDER,
    "POST /resume/<code>": HOLDER,
    "GET /robots.txt": ANYONE,
    "GET /segments": VISITOR,
    "GET /segments/<segment_id>": VISITOR,
    "POST /segments/<segment_id>/delete": VISITOR,
    "GET /segments/<segment_id>/edit": VISITOR,
    "POST /segments/<segment_id>/edit": VISITOR,
    "GET /segments/new": VISITOR,
    "POST /segments/new": VISITOR,
    "GET /settings": VISITOR,
    "POST /settings": VISITOR,
    "POST /settings/keep": VISITOR,
    "GET /shapes": ANYONE,
    "POST /shapes": ANYONE,
    "POST /share": VISITOR,
    "GET /shared/<code>": HOLDER,
    "POST /shared/<code>": HOLDER,
    "GET /tasks": VISITOR,
    "POST /tasks": VISITOR,
    "GET /tasks/export": VISITOR,
    "GET /tasks/<task_id>": VISITOR,
    "POST /tasks/<task_id>": VISITOR,
    "POST /tasks/<task_id>/delete": VISITOR,
    "POST /tasks/<task_id>/done": VISITOR,
    "POST /tasks/<task_id>/later": VISITOR,
    "GET /tasks/new": VISITOR,
    "GET /today": VISITOR,
    "POST /tour": VISITOR,
    "POST /undo": VISITOR,
    "GET /views": VISITOR,
    "POST /views": VISITOR,
    "POST /views/<view_id>": VISITOR,
    "POST /views/<view_id>/delete": VISITOR,
    "POST /views/<view_id>/list": VISITOR,
    "POST /views/<view_id>/move": VISITOR,
    "GET /views/new": VISITOR,
}

APPS = {"people": (people_app, PEOPLE), "sandbox": (sandbox_app, SANDBOX)}


@pytest.fixture(params=APPS)
def side(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[tuple[Flask, dict[str, str]]]:
    make, guards = APPS[request.param]
    app = make(tmp_path)
    yield app, guards
    app.extensions["database"].close()


def routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_listed_with_its_guard(side: tuple[Flask, dict[str, str]]) -> None:
    app, guards = side
    assert routes(app) == set(guards)


def test_what_is_for_development_answers_nowhere_else(engine: Engine, tmp_path: Path) -> None:
    public = {
        "people": {
            "PEOPLE_URL": "https://learn.people.customerhub.net",
            "PEOPLE_SECRET_KEYS": "k" * 32,
            "MAIL_URL": "smtp://localhost:2525",
        },
        "sandbox": {"SANDBOX_URL": "https://practice.people.customerhub.net", "SANDBOX_SECRET_KEYS": "k" * 32},
    }
    for side, (make, guards) in APPS.items():
        there, here = make(tmp_path / "public", **public[side]).test_client(), make(tmp_path / "own").test_client()
        for route in (route for route, guard in guards.items() if guard == DEVELOPMENT):
            assert there.get(filled(route)).status_code == 404, route
            assert "<" in route or here.get(filled(route)).status_code == 200, route


def test_where_nobody_is_signed_in_nothing_of_anybody_answers(engine: Engine, tmp_path: Path) -> None:
    client = people_app(tmp_path).test_client()
    for route, guard in PEOPLE.items():
        if guard in (ACCOUNT, HALF) or guard.startswith("staff who may"):
            method, _, _ = route.partition(" ")
            answer = client.open(filled(route), method=method)
            is_sent_away = answer.status_code == 303 and str(answer.location).startswith("/sign-in")
            assert is_sent_away or answer.status_code in (400, 403), route


def test_the_list_names_the_right_that_each_page_of_the_studio_asks_for(engine: Engine, tmp_path: Path) -> None:
    app = people_app(tmp_path)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/studio"):
            (method,) = (rule.methods or set()) & {"GET", "POST"}
            assert PEOPLE[f"{method} {rule.rule}"] == staff(vars(app.view_functions[rule.endpoint])["needs"])


def test_a_token_that_nobody_holds_opens_nothing(side: tuple[Flask, dict[str, str]]) -> None:
    app, guards = side
    client = app.test_client()
    for route, guard in guards.items():
        if guard in (HOLDER, OWN, MAIL_PROVIDER):
            method, _, _ = route.partition(" ")
            assert client.open(filled(route), method=method).status_code == 404, route


def test_without_a_drive_nothing_of_a_drive_answers(engine: Engine, tmp_path: Path) -> None:
    client = sandbox_app(tmp_path).test_client()
    for route, guard in SANDBOX.items():
        if guard == VISITOR:
            method, _, _ = route.partition(" ")
            assert client.open(filled(route), method=method).status_code == 404, route


def test_no_get_ever_begins_a_transaction_that_could_write(side: tuple[Flask, dict[str, str]]) -> None:
    app, _ = side
    client = app.test_client()
    gets = [filled(route) for route in sorted(routes(app)) if route.startswith("GET ")]
    for address in gets:
        with writes_counted(app.extensions["database"]) as begun:
            client.get(address)
            client.head(address)
        assert begun == [], address


def test_a_reading_transaction_cannot_write(side: tuple[Flask, dict[str, str]]) -> None:
    app, _ = side
    with app.extensions["database"].reading() as db, pytest.raises(Exception, match=r"readonly|read-only"):
        db.connection().exec_driver_sql("delete from sessions")


def filled(route: str) -> str:
    """The route's address with something in its places that names nothing."""
    _, _, rule = route.partition(" ")
    for place in (
        "<message_id>",
        "<token>",
        "<slug>",
        "<sha256>",
        "<name>",
        "<lead_id>",
        "<task_id>",
        "<company_id>",
        "<deal_id>",
        "<code>",
        "<staff_id>",
        "<view_id>",
        "<public_id>",
        "<act>",
    ):
        rule = rule.replace(place, "0123456789abcdef")
    rule = re.sub("<(path:)?[a-z0-9_]+>", "0123456789abcdef", rule)
    assert "<" not in rule, rule
    return rule


@contextmanager
def writes_counted(database: Database) -> Iterator[list[Connection]]:
    begun: list[Connection] = []

    def note(connection: Connection) -> None:
        begun.append(connection)

    event.listen(database.writer, "begin", note)
    try:
        yield begun
    finally:
        event.remove(database.writer, "begin", note)
