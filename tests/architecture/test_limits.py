"""Every route of both sides with its limits, or why it has none; and what counting costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from portal.people import limits as of_people
from portal.sandbox import limits as of_sandbox
from portal.shared.limits import Rules, rules_of
from tests.architecture.test_routes import filled, routes
from tests.support.engines import Engine
from tests.support.sides import people_app, sandbox_app

NOTHING_SECRET = "a page without a secret in its address"
PROBE = "asked by machines, every few seconds"
A_NO = "a no gets through, always"
DEVELOPMENT = "only on one's own machine"

SIGN_UPS = "sign-ups: 60 per network, 240 per site, 600 per everyone"
AN_END = "a session can always be ended"
LINKS = "links: 40 per network"
SIGN_IN_LINKS = "sign-in links: 60 per network, 240 per site, 600 per everyone"
SECRETS = "secrets: 100 per network, 400 per site"
POSTS = "posts: 300 per network"
API = "posts to the API: 1200 per network"
MAIL_EVENTS = "mail events: 6000 per network"
VIEWINGS = "viewings: 300 per network"
PLAYER = "places in webinars: 3000 per network"
POLLS = "answers to polls: 60 per network"
STARTS = "starts: 200 per network, 800 per site, 3000 per everyone"
SHAPES = "shapes: 20 per network, 40 per site, 60 per everyone"
CODES = "codes: 40 per network"
COPIES = "copies: 60 per network, 240 per site, 1500 per everyone"
EXPORTS = "exports: 300 per drive"
CHANGES = "changes: 3000 per drive"

PEOPLE = {
    "GET /": NOTHING_SECRET,
    "GET /.well-known/gpc.json": NOTHING_SECRET,
    "GET /.well-known/security.txt": NOTHING_SECRET,
    "GET /account": NOTHING_SECRET,
    "POST /api/v1/mail-events": MAIL_EVENTS,
    "POST /account/consents/withdraw": A_NO,
    "POST /account/name": POSTS,
    "POST /account/paths/forget": POSTS,
    "POST /account/passkeys": POSTS,
    "POST /account/passkeys/options": POSTS,
    "POST /account/passkeys/remove": POSTS,
    "POST /account/sessions/end": POSTS,
    "POST /account/told/forget": POSTS,
    "POST /account/watched/forget": POSTS,
    "GET /_outbox": DEVELOPMENT,
    "GET /_outbox/<message_id>": DEVELOPMENT,
    "GET /_outbox/<message_id>/body": DEVELOPMENT,
    "GET /_patterns": DEVELOPMENT,
    "GET /confirm/<token>": LINKS,
    "POST /confirm/<token>": LINKS,
    "GET /confirm/<token>/done": LINKS,
    "GET /forms/<slug>": NOTHING_SECRET,
    "POST /forms/<slug>": SIGN_UPS,
    "GET /forms/<slug>/embed": NOTHING_SECRET,
    "POST /forms/<slug>/embed": SIGN_UPS,
    "GET /forms/<slug>/embed/sent": NOTHING_SECRET,
    "GET /forms/<slug>/sent": NOTHING_SECRET,
    "GET /api/v1/challenge": NOTHING_SECRET,
    "GET /api/v1/forms/<slug>": NOTHING_SECRET,
    "GET /api/v1/openapi.json": NOTHING_SECRET,
    "POST /api/v1/signups": API,
    "GET /forms/embed.js": NOTHING_SECRET,
    "GET /healthz": PROBE,
    "GET /media/<sha256>/<name>": NOTHING_SECRET,
    "GET /metrics": LINKS,
    "GET /offers/": NOTHING_SECRET,
    "GET /offers/<slug>": NOTHING_SECRET,
    "POST /offers/<slug>": SIGN_UPS,
    "GET /offers/<slug>/sent": NOTHING_SECRET,
    "GET /offers/<slug>/remind": NOTHING_SECRET,
    "POST /offers/<slug>/remind": SIGN_UPS,
    "GET /offers/<slug>/remind/sent": NOTHING_SECRET,
    "GET /opt-out/<token>": A_NO,
    "POST /opt-out/<token>": A_NO,
    "GET /preferences": NOTHING_SECRET,
    "POST /preferences": A_NO,
    "GET /preferences/<token>": A_NO,
    "POST /preferences/<token>": A_NO,
    **{
        f"{method} /preferences{token}/{act}": said
        for token in ("", "/<token>")
        for method, act, said in (
            *(("GET", "ask", A_NO if token else NOTHING_SECRET), ("POST", "ask", SIGN_UPS), ("POST", "stop", A_NO)),
            *(("POST", "frequency", A_NO), ("POST", "object", A_NO), ("POST", "pause", A_NO), ("POST", "undo", A_NO)),
        )
    },
    "GET /certificates/verify": NOTHING_SECRET,
    "POST /certificates/verify": POSTS,
    "POST /certificates/file": POSTS,
    "GET /paths/": NOTHING_SECRET,
    "GET /paths/<slug>": NOTHING_SECRET,
    "POST /paths/<slug>/steps/<key>": POSTS,
    "POST /paths/<slug>/steps/<key>/undo": POSTS,
    "POST /paths/<slug>/certificate": POSTS,
    "POST /paths/<slug>/forget": POSTS,
    "POST /paths/<slug>/take-over": POSTS,
    "GET /privacy": NOTHING_SECRET,
    "GET /privacy/separation": NOTHING_SECRET,
    "GET /questions": NOTHING_SECRET,
    "GET /readyz": PROBE,
    "GET /receipts/<receipt>": LINKS,
    "GET /receipts/<receipt>.jsonld": LINKS,
    "GET /receipts/<receipt>/state.json": LINKS,
    "GET /receipts/keys.json": NOTHING_SECRET,
    "GET /receipts/verify": NOTHING_SECRET,
    "POST /receipts/verify": POSTS,
    "GET /feed.xml": NOTHING_SECRET,
    "GET /robots.txt": NOTHING_SECRET,
    "GET /sitemap.xml": NOTHING_SECRET,
    "GET /sign-in": NOTHING_SECRET,
    "POST /sign-in": SIGN_IN_LINKS,
    "GET /sign-in/link/<token>": LINKS,
    "POST /sign-in/link/<token>": LINKS,
    "POST /sign-in/passkey": SECRETS,
    "POST /sign-in/passkey/options": SECRETS,
    "GET /sign-in/sent": NOTHING_SECRET,
    "GET /sign-in/staff": NOTHING_SECRET,
    "POST /sign-in/staff": SECRETS,
    "GET /sign-in/staff/factor": NOTHING_SECRET,
    "POST /sign-in/staff/factor/authenticator": SECRETS,
    "POST /sign-in/staff/factor/passkey": SECRETS,
    "POST /sign-in/staff/factor/passkey/options": SECRETS,
    "GET /sign-in/staff/password/<token>": LINKS,
    "POST /sign-in/staff/password/<token>": SECRETS,
    "GET /sign-in/staff/second": NOTHING_SECRET,
    "POST /sign-in/staff/second": SECRETS,
    "POST /sign-in/staff/second/passkey": SECRETS,
    "POST /sign-in/staff/second/passkey/options": SECRETS,
    "GET /sign-in/staff/start/<token>": LINKS,
    "POST /sign-in/staff/start/<token>": SECRETS,
    "GET /sign-out": NOTHING_SECRET,
    "POST /sign-out": AN_END,
    "GET /sign-up": NOTHING_SECRET,
    "POST /sign-up": SIGN_UPS,
    "GET /sign-up/sent": NOTHING_SECRET,
    "GET /stop": NOTHING_SECRET,
    "POST /stop": A_NO,
    "GET /stop/done": NOTHING_SECRET,
    "GET /tips/": NOTHING_SECRET,
    "GET /tips/<slug>": NOTHING_SECRET,
    "GET /studio/": NOTHING_SECRET,
    "GET /studio/forms": NOTHING_SECRET,
    "POST /studio/forms/<slug>/keys": POSTS,
    "POST /studio/forms/<slug>/keys/end": POSTS,
    "GET /studio/campaigns/": NOTHING_SECRET,
    "GET /studio/campaigns/<slug>": NOTHING_SECRET,
    "POST /studio/campaigns/<slug>/cancel": POSTS,
    "GET /studio/campaigns/<slug>/mail": NOTHING_SECRET,
    "POST /studio/campaigns/<slug>/pause": POSTS,
    "GET /studio/campaigns/<slug>/people": NOTHING_SECRET,
    "POST /studio/campaigns/<slug>/resume": POSTS,
    "POST /studio/campaigns/<slug>/send": POSTS,
    "POST /studio/campaigns/<slug>/test": POSTS,
    "POST /studio/people.csv": POSTS,
    "GET /studio/webinars/<slug>/attention": NOTHING_SECRET,
    "GET /studio/webinars/<slug>/attention.csv": NOTHING_SECRET,
    "GET /studio/webhooks/": NOTHING_SECRET,
    "POST /studio/webhooks/": POSTS,
    "GET /studio/webhooks/<endpoint_id>": NOTHING_SECRET,
    "POST /studio/webhooks/<endpoint_id>/deliveries/<delivery_id>/replay": POSTS,
    "POST /studio/webhooks/<endpoint_id>/end": POSTS,
    "GET /studio/lists": NOTHING_SECRET,
    "GET /studio/lists/<list_id>": NOTHING_SECRET,
    "GET /studio/log": NOTHING_SECRET,
    "GET /studio/mail": NOTHING_SECRET,
    "GET /studio/me": NOTHING_SECRET,
    "POST /studio/me/authenticator/remove": POSTS,
    "POST /studio/me/passkeys/remove": POSTS,
    "POST /studio/me/password": SECRETS,
    "POST /studio/me/recovery-codes": POSTS,
    "POST /studio/me/sessions/end": POSTS,
    "GET /studio/previews/": NOTHING_SECRET,
    "GET /studio/previews/<at>/<reader>/": NOTHING_SECRET,
    "GET /studio/previews/<at>/<reader>/<path:page>": NOTHING_SECRET,
    "POST /studio/previews/<at>/<reader>/<path:page>": POSTS,
    "GET /studio/publications/": NOTHING_SECRET,
    "GET /studio/publications/<kind>/<slug>": NOTHING_SECRET,
    "POST /studio/publications/<kind>/<slug>/announce": POSTS,
    "GET /studio/publications/<kind>/<slug>/call-off/<plan>": NOTHING_SECRET,
    "POST /studio/publications/<kind>/<slug>/call-off/<plan>": POSTS,
    "GET /studio/publications/<kind>/<slug>/roll-back/<version>": NOTHING_SECRET,
    "POST /studio/publications/<kind>/<slug>/roll-back/<version>": POSTS,
    "GET /studio/publications/<kind>/<slug>/unpublish": NOTHING_SECRET,
    "POST /studio/publications/<kind>/<slug>/unpublish": POSTS,
    "GET /studio/staff": NOTHING_SECRET,
    "POST /studio/staff": POSTS,
    "POST /studio/staff/<staff_id>/begin-anew": POSTS,
    "POST /studio/staff/<staff_id>/end-sessions": POSTS,
    "POST /studio/staff/<staff_id>/leave": POSTS,
    "GET /why/<token>": A_NO,
    "GET /studio/withdrawals": NOTHING_SECRET,
    "POST /studio/withdrawals": POSTS,
    "GET /webinars/": NOTHING_SECRET,
    "GET /webinars/search": NOTHING_SECRET,
    "GET /webinars/search/suggestions": NOTHING_SECRET,
    "GET /webinars/<slug>": NOTHING_SECRET,
    "GET /webinars/<slug>/premiere.ics": NOTHING_SECRET,
    "GET /webinars/attention": NOTHING_SECRET,
    "GET /webinars/attention/<slug>/ticket.json": NOTHING_SECRET,
    "POST /webinars/attention/viewings": VIEWINGS,
    "POST /webinars/attention/viewings/taken-back": A_NO,
    "GET /webinars/resume": NOTHING_SECRET,
    "POST /webinars/resume": CODES,
    "POST /webinars/resume/codes": POSTS,
    "GET /webinars/resume/<code>": CODES,
    "GET /webinars/resume/<code>/<slug>.json": PLAYER,
    "POST /webinars/resume/<code>/<slug>": PLAYER,
    "POST /webinars/resume/<code>/forget": A_NO,
    "GET /webinars/<slug>/film.json": NOTHING_SECRET,
    "GET /webinars/<slug>/transcript.txt": NOTHING_SECRET,
    "GET /webinars/<slug>/transcript.vtt": NOTHING_SECRET,
    "GET /webinars/<slug>/polls/<poll_id>": NOTHING_SECRET,
    "POST /webinars/<slug>/polls/<poll_id>": POLLS,
    "POST /webinars/<slug>/polls/<poll_id>/forget": A_NO,
    "POST /webinars/<slug>/watched": PLAYER,
}
SANDBOX = {
    "GET /": NOTHING_SECRET,
    "POST /checkpoints": COPIES,
    "POST /checkpoints/<public_id>/back": COPIES,
    "POST /checkpoints/<public_id>/drop": CHANGES,
    "POST /checkpoints/<public_id>/share": CHANGES,
    "POST /checkpoints/<public_id>/withdraw": CHANGES,
    "GET /clock": NOTHING_SECRET,
    "POST /clock": CHANGES,
    "GET /companies": NOTHING_SECRET,
    "GET /companies/export": EXPORTS,
    "GET /companies/<company_id>": NOTHING_SECRET,
    "GET /contacts": NOTHING_SECRET,
    "GET /deals": NOTHING_SECRET,
    "GET /deals/export": EXPORTS,
    "GET /deals/<deal_id>": NOTHING_SECRET,
    "POST /deals/<deal_id>": CHANGES,
    "POST /deals/<deal_id>/delete": CHANGES,
    "POST /deals/<deal_id>/move": CHANGES,
    "GET /deals/new": NOTHING_SECRET,
    "POST /deals/new": CHANGES,
    "GET /drives": NOTHING_SECRET,
    "POST /drives": STARTS,
    "POST /drives/<public_id>/bring-back": CHANGES,
    "POST /drives/<public_id>/end": CHANGES,
    "GET /duplicates": NOTHING_SECRET,
    "POST /duplicates/apart": CHANGES,
    "POST /fork": COPIES,
    "GET /healthz": PROBE,
    "GET /history": NOTHING_SECRET,
    "POST /history": CHANGES,
    "GET /keys": NOTHING_SECRET,
    "GET /leads": NOTHING_SECRET,
    "GET /leads.json": NOTHING_SECRET,
    "GET /leads/<lead_id>": NOTHING_SECRET,
    "POST /leads/<lead_id>": CHANGES,
    "GET /leads/<lead_id>.json": NOTHING_SECRET,
    "POST /leads/<lead_id>/calls": CHANGES,
    "POST /leads/<lead_id>/columns": CHANGES,
    "GET /leads/<lead_id>/convert": NOTHING_SECRET,
    "POST /leads/<lead_id>/convert": CHANGES,
    "POST /leads/<lead_id>/delete": CHANGES,
    "POST /leads/<lead_id>/history": CHANGES,
    "POST /leads/<lead_id>/tags": CHANGES,
    "POST /leads/<lead_id>/tags/remove": CHANGES,
    "GET /leads/bulk/<act>": NOTHING_SECRET,
    "POST /leads/bulk/<act>": CHANGES,
    "GET /leads/columns": NOTHING_SECRET,
    "GET /leads/count": NOTHING_SECRET,
    "GET /leads/export": EXPORTS,
    "GET /leads/filter": NOTHING_SECRET,
    "GET /leads/merge": NOTHING_SECRET,
    "POST /leads/merge": CHANGES,
    "GET /leads/new": NOTHING_SECRET,
    "POST /leads/new": CHANGES,
    "POST /leads/selection": CHANGES,
    "GET /metrics": CODES,
    "POST /open": CHANGES,
    "GET /palette": NOTHING_SECRET,
    "GET /_patterns": DEVELOPMENT,
    "GET /pipeline": NOTHING_SECRET,
    "GET /readyz": PROBE,
    "POST /redo": CHANGES,
    "GET /reports": NOTHING_SECRET,
    "GET /reports/<name>": NOTHING_SECRET,
    "GET /reports/<name>/rows": NOTHING_SECRET,
    "POST /reset": CHANGES,
    "GET /resume/<code>": CODES,
    "POST /resume/<code>": CODES,
    "GET /robots.txt": NOTHING_SECRET,
    "GET /segments": NOTHING_SECRET,
    "GET /segments/<segment_id>": NOTHING_SECRET,
    "POST /segments/<segment_id>/delete": CHANGES,
    "GET /segments/<segment_id>/edit": NOTHING_SECRET,
    "POST /segments/<segment_id>/edit": CHANGES,
    "GET /segments/new": NOTHING_SECRET,
    "POST /segments/new": CHANGES,
    "GET /settings": NOTHING_SECRET,
    "POST /settings": CHANGES,
    "POST /settings/keep": CHANGES,
    "GET /shapes": NOTHING_SECRET,
    "POST /shapes": SHAPES,
    "POST /share": COPIES,
    "GET /shared/<code>": CODES,
    "POST /shared/<code>": COPIES,
    "GET /tasks": NOTHING_SECRET,
    "POST /tasks": CHANGES,
    "GET /tasks/export": EXPORTS,
    "GET /tasks/<task_id>": NOTHING_SECRET,
    "POST /tasks/<task_id>": CHANGES,
    "POST /tasks/<task_id>/delete": CHANGES,
    "POST /tasks/<task_id>/done": CHANGES,
    "POST /tasks/<task_id>/later": CHANGES,
    "GET /tasks/new": NOTHING_SECRET,
    "GET /today": NOTHING_SECRET,
    "POST /tour": CHANGES,
    "POST /undo": CHANGES,
    "GET /views": NOTHING_SECRET,
    "POST /views": CHANGES,
    "POST /views/<view_id>": CHANGES,
    "POST /views/<view_id>/delete": CHANGES,
    "POST /views/<view_id>/list": CHANGES,
    "POST /views/<view_id>/move": CHANGES,
    "GET /views/new": NOTHING_SECRET,
}
NEVER_LIMITED = {A_NO, AN_END}
REASONS = {NOTHING_SECRET, PROBE, DEVELOPMENT, *NEVER_LIMITED}
SIDES = {
    "people": (people_app, PEOPLE, of_people.TABLE, of_people.OTHER_POSTS),
    "sandbox": (sandbox_app, SANDBOX, of_sandbox.TABLE, of_sandbox.CHANGES),
}


class Side:
    """An app, what this page says of its routes, and what its table says."""

    def __init__(self, name: str, folder: Path) -> None:
        make, self.listed, self.table, self.otherwise = SIDES[name]
        self.app: Flask = make(folder)

    def rules(self, route: str) -> Rules:
        method, _, rule = route.partition(" ")
        endpoint = next(
            found.endpoint
            for found in self.app.url_map.iter_rules()
            if found.rule == rule and method in (found.methods or ())
        )
        return rules_of(endpoint, {method}, table=self.table, otherwise=self.otherwise)


@pytest.fixture(params=SIDES)
def side(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Side]:
    side = Side(request.param, tmp_path)
    yield side
    side.app.extensions["database"].close()


def test_every_route_is_listed_with_its_limit_or_why_it_has_none(side: Side) -> None:
    assert routes(side.app) == set(side.listed)
    for route, said in side.listed.items():
        rules = side.rules(route)
        assert (said in REASONS) is not bool(rules), route
        if rules:
            [what] = {rule.what for rule in rules}
            amounts = ", ".join(f"{rule.most} per {rule.per.__name__}" for rule in rules)
            assert said == f"{what}: {amounts}", route


def test_whatever_is_unsafe_is_limited_unless_it_is_a_no_or_a_sign_out(side: Side) -> None:
    for route in side.listed:
        if not route.startswith("GET "):
            assert bool(side.rules(route)) is (side.listed[route] not in NEVER_LIMITED), route


def test_the_table_names_only_what_there_is(side: Side) -> None:
    assert set(side.table) <= set(side.app.view_functions) | set(side.app.blueprints)


def test_each_rule_costs_one_statement_and_a_page_without_a_limit_none(side: Side) -> None:
    client = side.app.test_client(use_cookies=False)
    for route in sorted(side.listed):
        method, _, _ = route.partition(" ")
        with counting_statements(side.app) as counted:
            answer = client.open(filled(route), method=method)
        if "/sign-in" in answer.headers.get("Location", "") and not counted:
            continue  # turned away by the guard, before anything was done
        applying = [rule for rule in side.rules(route) if rule.per.__name__ != "site"]  # this peer has IPv4
        opened_nothing = method == "GET" and answer.status_code == 404  # looked up before, and counted after
        assert len(counted) == len(applying) * (2 if opened_nothing else 1), route


@contextmanager
def counting_statements(app: Flask) -> Iterator[list[None]]:
    """One for each statement on counters: each is a transaction by itself, on a connection that is taken for it."""
    counted: list[None] = []
    [limiter] = app.extensions["limiter"]

    def note(*_: Any) -> None:
        counted.append(None)

    event.listen(limiter.storage.engine, "checkout", note)
    try:
        yield counted
    finally:
        event.remove(limiter.storage.engine, "checkout", note)
