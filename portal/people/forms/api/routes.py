"""The API: what a form asks, word for word; signing up with it; and the OpenAPI document that describes both."""

import json
import re
from typing import Any

from flask import Blueprint, Response, request
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from portal.people import web
from portal.people.consent.notices import Wording, list_wordings
from portal.people.consent.visitor import act_of_visitor
from portal.people.forms.api import answers
from portal.people.forms.api.answers import InProgress, Key, OtherBody
from portal.people.forms.api.delivery import NotDelivered, read_delivery
from portal.people.forms.api.describing import describe
from portal.people.forms.api.openapi import document
from portal.people.forms.api.schema import AcceptedSignup, NewSignup
from portal.people.forms.api.sender import Sender, read_sender
from portal.people.forms.catalog import WrittenForm, find_form, forms
from portal.people.forms.embedding import may_stand_in
from portal.people.forms.entries import Entry
from portal.people.forms.forms import SignUpForm, read_form
from portal.people.forms.intake import make_ready
from portal.people.forms.pages import chosen_wording
from portal.people.forms.proof import new_challenge
from portal.people.forms.sign_up import write
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

MOST_BYTES = 64 * 1024
_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{1,200})"?')  # a structured field's string, or its text alone


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The document that describes this API (OpenAPI 3.1)."""
    return _json(document(url=web.settings().url), 200, kept="no-cache")


@blueprint.get("/forms/<slug>")
def show(slug: str) -> Response:
    """What to show a person, word for word, with the proof that we delivered it."""
    written, settings = _get_form(slug), web.settings()
    found = describe(
        written, chosen_wording(written.wording), url=settings.url, secret_keys=settings.secret_keys, now=clock.now()
    )
    return _json(found.model_dump(), 200)


@blueprint.get("/challenge")
def challenge() -> Response:
    """A little work for a browser, whose proof lets its network sign up more often."""
    return _json(new_challenge(secret_keys=web.settings().secret_keys, now=clock.now()), 200)


@blueprint.post("/signups")
def create() -> Response:
    """Sign up; the same answer for everyone, and for whoever sends the same again under the same key."""
    body = _read_body()
    sent = _read_signup(body)
    written = _get_form(sent.form)
    sender = read_sender(written)
    key = answers.key_of(sender=f"{written.slug}\x00{sender.name}", key=_read_key(), body=body)
    if (known := _find_answer(key)) is not None:
        return known
    form = _read_form(written, sent)
    at = _read_delivery(written, sent) if form.ticked else ""
    sender.hold(altcha=sent.altcha)
    return _sign_up(form, sender=sender, key=key, delivered_at=at, slug=written.slug)


@blueprint.after_request
def let_pages_read(response: Response) -> Response:
    """Let pages of the origins that our forms name read the answer (CORS); `create` looks at the form's own origins."""
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin", "")
    if any(may_stand_in(written, origin) for written in forms().values()):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Idempotency-Key"
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Access-Control-Max-Age"] = "600"
    return response


def _get_form(slug: str) -> WrittenForm:
    written = find_form(slug)
    if written is None:
        raise Problem(404, "There is no such form", "Check its name: it is the last part of the form's address.")
    return written


def _read_body() -> bytes:
    if request.mimetype != "application/json":
        raise Problem(415, "Send JSON", "Set `Content-Type: application/json` and send one JSON object.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(415, "Send it as it is", "Leave `Content-Encoding` away: the body is small.")
    if (request.content_length or 0) > MOST_BYTES:
        raise Problem(413)
    return request.get_data()


def _read_signup(body: bytes) -> NewSignup:
    try:
        return NewSignup.model_validate_json(body)
    except ValidationError as invalid:
        wrong = {".".join(map(str, error["loc"])) or "body": error["msg"] for error in invalid.errors()[:20]}
        if wrong.get("body", "").startswith("Invalid JSON"):
            raise Problem(400, "This is not JSON", "Send one JSON object, in UTF-8.") from invalid
        raise Problem(
            422, "Something needs another look", "See `fields`: each says what to do.", fields=wrong
        ) from invalid


def _read_key() -> str:
    found = _KEY.fullmatch(request.headers.get("Idempotency-Key", ""))
    if found is None:
        raise Problem(
            400,
            "Send an Idempotency-Key",
            "Make a new UUID for each sign-up, and send the same one when you send the same sign-up again.",
        )
    return found[1]


def _find_answer(key: Key) -> Response | None:
    try:
        with web.reading() as db:
            known = answers.find_answer(db, key=key)
    except OtherBody as fault:
        raise _other_body() from fault
    return None if known is None else Response(known.body, known.status, mimetype="application/json")


def _read_form(written: WrittenForm, sent: NewSignup) -> SignUpForm:
    """The same form as a page's, filled in by what was sent. Raises Problem (409, 422)."""
    wording = _displayed(written, sent)
    boxes = {(purpose.id, purpose.channel): purpose.box for purpose in written.boxes(wording)}
    if unknown := [tick for tick in sent.ticked if (tick.purpose, tick.channel) not in boxes]:
        asked = ", ".join(f"{purpose} by {channel}" for purpose, channel in boxes)
        wrong = f"This form has no box for {unknown[0].purpose} by {unknown[0].channel}. It has: {asked}."
        raise Problem(422, "Something needs another look", wrong, fields={"ticked": wrong})
    if strangers := sent.fields.keys() - {field.name for field in written.fields}:
        wrong = "This form does not ask for it. Leave it away."
        raise Problem(
            422, "Something needs another look", wrong, fields={f"fields.{name}": wrong for name in strangers}
        )
    fields: dict[str, str] = dict(sent.fields.items())
    fields |= {"name": sent.name, "email": sent.email, "notice": sent.notice.sha256 if sent.notice else ""}
    fields |= {boxes[tick.purpose, tick.channel]: "yes" for tick in sent.ticked}
    form = read_form(wording, MultiDict(fields), written=written)
    refusal = form.refusal()
    if refusal == 422:
        raise Problem(
            422,
            "Something needs another look",
            "See `fields`: each says what to do.",
            fields={field.name: " ".join(map(str, field.errors)) for field in form if field.errors},
        )
    if refusal == 409:
        raise _other_words()
    return form


def _displayed(written: WrittenForm, sent: NewSignup) -> Wording:
    """Which of the form's words of now were displayed, by their digest; else the form's own."""
    digest = sent.notice.sha256 if sent.notice else ""
    return next((wording for wording in list_wordings(written.notice) if wording.digest == digest), written.wording)


def _read_delivery(written: WrittenForm, sent: NewSignup) -> str:
    try:
        return read_delivery(
            sent.notice.delivery if sent.notice else "",
            form=written.slug,
            digest=_displayed(written, sent).digest,
            secret_keys=web.settings().secret_keys,
            now=clock.now(),
        )
    except NotDelivered as fault:
        raise _other_words() from fault


def _sign_up(form: SignUpForm, *, sender: Sender, key: Key, delivered_at: str, slug: str) -> Response:
    entry = Entry(form=slug, way="api", via=sender.name, answers=form.answers)
    by = f"{sender.name}, as delivered at {delivered_at}" if delivered_at else sender.name
    sign_up, keyring = make_ready(form, displayed_by=by, entry=entry), web.keyring()
    act = act_of_visitor(key=key.key_digest, now=sign_up.at)
    answer, is_written = AcceptedSignup().model_dump_json(), False
    try:
        with web.transaction() as db:
            if answers.take(db, key=key, status=202, body=answer, now=sign_up.at):
                is_written = write(db, sign_up=sign_up, keyring=keyring, act=act)
                sender.note(db, now=sign_up.at)
    except InProgress as fault:
        raise Problem(409, "The same sign-up is being worked on", "Send it again in a few seconds.") from fault
    if is_written:
        web.count("sign-up")
    return _find_answer(key) or Response(answer, 202, mimetype="application/json")


def _json(found: dict[str, Any], status: int, *, kept: str = "no-store") -> Response:
    response = Response(json.dumps(found, ensure_ascii=False), status, mimetype="application/json")
    response.headers["Cache-Control"] = kept
    return response


def _other_words() -> Problem:
    return Problem(
        409,
        "The notice that was displayed is not the one of now",
        "Fetch the form's description again, show the person its words with nothing ticked, and send back its "
        "`notice.sha256` and `notice.delivery`.",
    )


def _other_body() -> Problem:
    return Problem(
        422,
        "This Idempotency-Key was used for another sign-up",
        "Make a new key for each sign-up. Send the same key only with the very same body.",
        fields={"Idempotency-Key": "It was used with another body."},
    )
