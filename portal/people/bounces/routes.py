"""Where a mail provider posts what became of our mail: signed, recent, once (Standard Webhooks)."""

import hashlib

from flask import Blueprint, Response, request
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from portal.people import web
from portal.people.bounces.reports import NotAnEvent, read_event
from portal.people.bounces.taking import take
from portal.people.consent.record import Act
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("bounces", __name__)

LARGEST = 65_536  # bytes


@blueprint.post("/api/v1/mail-events")
@web.even_when_full
def create() -> Response:
    """Take one event. The answer is the same whether or not the message is one of ours."""
    if (request.content_length or 0) > LARGEST:
        raise Problem(413, "That is too much for one event", f"Send {LARGEST} bytes at most.")
    body = request.get_data()
    _verify(body)
    try:
        report = read_event(body)
    except NotAnEvent as fault:
        raise Problem(422, "That is no event that we know", f"{fault} See docs/mail.md.") from fault
    if report is not None:
        key = hashlib.sha256(b"event\x00" + request.headers["webhook-id"].encode()).hexdigest()
        act = Act(at=clock.now(), key=key, actor=f"mail system: {report.kind}", peer=request.remote_addr or "")
        keyring = web.keyring()
        with web.transaction() as db:
            take(db, report=report, key=key, source="event", keyring=keyring, act=act)
    return Response(status=204)


def _verify(body: bytes) -> None:
    """Any of our secrets may have signed it; the time may be five minutes off. What was taken counts no second time."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    for secret in web.settings().mail_events_secrets:
        try:
            Webhook(secret).verify(body, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: a signature that is none, bytes that are no text
            continue
        return
    raise Problem(
        401,
        "Nobody we know has signed this",
        "Send webhook-id, webhook-timestamp and webhook-signature by the Standard Webhooks specification, with a "
        "secret of MAIL_EVENTS_SECRETS and a clock that is right.",
    )
