"""Out to the CRM, in the studio and behind its guard: where webhooks go, what became of each, and people as a file."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts import audit, presence
from portal.people.accounts.audit import What
from portal.people.consent.visitor import private
from portal.people.staff import members
from portal.people.staff.guard import me, needs
from portal.people.staff.roles import Right
from portal.people.webhooks import delivering, endpoints, log, signing
from portal.people.webhooks.delivering import EndpointEnded, NoSuchDelivery
from portal.people.webhooks.endpoints import NoSuchEndpoint, TooMany
from portal.people.webhooks.export import PRESETS, Held, NoSuchPreset, as_csv
from portal.people.webhooks.forms import WebhookForm, read_form
from portal.people.webhooks.models import WebhookEndpoint
from portal.shared import clock
from portal.shared.paging import page_number
from portal.shared.problems import Problem

blueprint = Blueprint("webhooks", __name__)


@blueprint.get("/webhooks/")
@needs(Right.HAND_ON)
def index() -> Response:
    """Where webhooks go, a form for one more, and people as a file."""
    return _index(read_form(None, is_development=web.settings().is_development))


@blueprint.post("/webhooks/")
@needs(Right.HAND_ON, fresh=True)
def create() -> Answer:
    """Add one."""
    form, now = read_form(request.form, is_development=web.settings().is_development), clock.now()
    if not form.validate():
        return _index(form, 422)
    try:
        with web.transaction() as db:
            added = endpoints.add(
                db,
                url=form.url.data or "",
                events=form.events,
                is_development=form.is_development,
                by=str(me()),
                now=now,
            )
            _note(db, What.WEBHOOK_ADDED, added.id)
    except TooMany as fault:
        raise Problem(409, "There are as many webhooks as there may be", "End one first. Nothing was added.") from fault
    return redirect(url_for("studio.webhooks.show", endpoint_id=added.id), 303)


@blueprint.get("/webhooks/<endpoint_id>")
@needs(Right.HAND_ON)
def show(endpoint_id: str) -> Response:
    """One of them: its keys, and what became of every delivery of the last 30 days."""
    number = page_number()
    with web.reading() as db:
        endpoint = _get(db, endpoint_id)
        return private(
            render_template(
                "studio/webhooks/show.html",
                endpoint=endpoint,
                end=endpoints.find_end(db, endpoint_id=endpoint_id),
                keys=signing.keys_of(endpoint_id, keyring=web.keyring()),
                page=log.read_page(db, endpoint_id=endpoint_id, number=number),
                names=members.names(db),
            )
        )


@blueprint.post("/webhooks/<endpoint_id>/end")
@needs(Right.HAND_ON, fresh=True)
def end(endpoint_id: str) -> Answer:
    """Tell it nothing more."""
    with web.transaction() as db:
        _get(db, endpoint_id)
        endpoints.end(db, endpoint_id=endpoint_id, by=str(me()), now=clock.now())
        _note(db, What.WEBHOOK_ENDED, endpoint_id)
    return redirect(url_for("studio.webhooks.show", endpoint_id=endpoint_id), 303)


@blueprint.post("/webhooks/<endpoint_id>/deliveries/<delivery_id>/replay")
@needs(Right.HAND_ON)
def replay(endpoint_id: str, delivery_id: str) -> Answer:
    """Send one again, if what it tells still holds."""
    try:
        with web.transaction() as db:
            delivering.replay(db, delivery_id=delivery_id, now=clock.now())
            _note(db, What.WEBHOOK_REPLAYED, delivery_id)
    except NoSuchDelivery as fault:
        raise Problem(404, "There is no such delivery", "Deliveries are kept for 30 days. Look at the log.") from fault
    except EndpointEnded as fault:
        raise Problem(409, "This webhook was ended", "Nothing is sent there any more. Add it anew first.") from fault
    return redirect(url_for("studio.webhooks.show", endpoint_id=endpoint_id), 303)


@blueprint.post("/people.csv")
@needs(Right.HAND_ON, fresh=True)
def export() -> Answer:
    """Everybody who agrees to something now, as a file; the audit log notes who took it."""
    preset = request.form.get("preset", "")
    keyring = web.keyring()
    try:
        with web.transaction() as db:
            text, people = as_csv(db, preset=preset, keyring=keyring)
            _note(db, What.PEOPLE_EXPORTED, f"{preset}: {people}")
    except NoSuchPreset as fault:
        raise Problem(422, "There is no such layout", f"Choose one of {', '.join(PRESETS)}.") from fault
    except Held as fault:
        raise Problem(
            409,
            "Nobody may leave just now",
            "A backup was put back, and the noes said since are not known yet: bin/portal people replay-opt-outs",
        ) from fault
    answer = make_response(text)
    answer.mimetype = "text/csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="people-{preset}-{clock.now():%Y-%m-%d}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _index(form: WebhookForm, status: int = 200) -> Response:
    with web.reading() as db:
        page = render_template(
            "studio/webhooks/index.html",
            form=form,
            active=endpoints.list_active(db),
            ended=endpoints.list_ended(db),
            counts=log.count_by_state(db),
            presets=PRESETS,
            most=endpoints.MOST,
        )
    return private(page, status)


def _get(db: Session, endpoint_id: str) -> WebhookEndpoint:
    try:
        return endpoints.get(db, endpoint_id=endpoint_id)
    except NoSuchEndpoint as fault:
        raise Problem(404, "There is no such webhook", "It may have been mistyped. Look at the list again.") from fault


def _note(db: Session, what: What, about: str) -> None:
    audit.note(db, what, by=me(), about=about, session=presence.this_session(), now=clock.now())
