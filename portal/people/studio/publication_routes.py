"""What is public and what is to come, with what can be done about it; each act is a record, and undone by another."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer
from wtforms import Form

from portal.people import web
from portal.people.accounts import audit, presence
from portal.people.accounts.audit import What
from portal.people.consent.visitor import private
from portal.people.offers.places import list_available
from portal.people.outreach.announcing import NotAnnounced, draft_campaign, find_draft
from portal.people.outreach.drafting import DraftedBefore
from portal.people.publications import records
from portal.people.publications.models import Publication
from portal.people.publications.records import HasPassed, NotPublic
from portal.people.search.indexing import index_publication
from portal.people.staff import members
from portal.people.staff.guard import current_staff, needs
from portal.people.staff.members import account_of
from portal.people.staff.roles import Right
from portal.people.studio.forms import RollBackForm, UnpublishForm
from portal.people.studio.leading import NoWayOn, take_off
from portal.people.studio.previewing import READERS, root_of, written
from portal.people.studio.publications import KINDS, Thing, find_thing, list_things, list_versions, title_of
from portal.shared import clock
from portal.shared.problems import Problem

blueprint = Blueprint("publications", __name__, url_prefix="/publications")

Act = Callable[[Session, datetime], Publication]


@blueprint.get("/")
@needs(Right.PREVIEW)
def index() -> Response:
    """Everything that is public, was, or will be."""
    now = clock.now()
    with web.reading() as db:
        things = list_things(db, now=now)
        plans = sorted(
            ((plan, thing) for listed in things.values() for thing in listed for plan in thing.plans),
            key=lambda one: (one[0].public_from, one[0].id),
        )
        offers = list_available(db, today=now.date())
        page = render_template(
            "studio/publications/index.html", things=things, plans=plans, offers=offers, names=members.names(db)
        )
    return private(page)


@blueprint.get("/<kind>/<slug>")
@needs(Right.PREVIEW)
def show(kind: str, slug: str) -> Response:
    """One of them with all its versions."""
    with web.reading() as db:
        thing = _get_thing(db, kind, slug)
        page = render_template(
            "studio/publications/show.html",
            thing=thing,
            versions=list_versions(db, thing),
            draft=find_draft(slug) if kind == "webinars" else None,
            names=members.names(db),
        )
    return private(page)


@blueprint.post("/<kind>/<slug>/announce")
@needs(Right.WRITE_CAMPAIGNS)
def announce(kind: str, slug: str) -> Answer:
    """Draft the campaign that announces it; nobody gets it until somebody sends it."""
    now = clock.now()
    if kind != "webinars":
        raise Problem(409, "Only webinars are announced", "People asked to hear of webinars, and of nothing else.")
    try:
        with web.transaction() as db:
            path = draft_campaign(db, slug=slug, now=now)
            _note(db, What.CAMPAIGN_DRAFTED, path.stem, now)
    except NotAnnounced as fault:
        raise Problem(404, "There is nothing to announce", "It is neither public nor planned.") from fault
    except DraftedBefore as fault:
        raise Problem(409, "It is drafted already", "The draft stays as it is. Look at it under Outreach.") from fault
    except OSError as fault:
        words = f"This machine may not write it. Whoever runs it types: bin/portal publish content/webinars/{slug} "
        raise Problem(409, "The draft could not be written", f"{words}--draft-campaign") from fault
    return redirect(url_for("studio.outreach.show", slug=path.stem), 303)


@blueprint.get("/<kind>/<slug>/roll-back/<version>")
@needs(Right.PUBLISH)
def confirm_roll_back(kind: str, slug: str, version: str) -> Response:
    """Whether an earlier version is to be public again, and from when."""
    return _roll_back_page(kind, slug, version, RollBackForm())


@blueprint.post("/<kind>/<slug>/roll-back/<version>")
@needs(Right.PUBLISH)
def roll_back(kind: str, slug: str, version: str) -> Answer:
    """Make it so."""
    form, now = RollBackForm(request.form), clock.now()
    at = form.moment(now)
    if at is None:
        return _roll_back_page(kind, slug, version, form, 422)

    def act(db: Session, now: datetime) -> Publication:
        return records.roll_back(
            db, kind=KINDS[kind], slug=slug, version=version, by=_me(), now=now, public_from=None if at == now else at
        )

    return _done(kind, slug, What.ROLLED_BACK, act, now)


@blueprint.get("/<kind>/<slug>/unpublish")
@needs(Right.PUBLISH)
def confirm_unpublish(kind: str, slug: str) -> Response:
    """Whether it is to be taken off the site, and where its address then leads."""
    return _act_page("unpublish", kind, slug, UnpublishForm(redirect_to=f"/{kind}/"))


@blueprint.post("/<kind>/<slug>/unpublish")
@needs(Right.PUBLISH)
def unpublish(kind: str, slug: str) -> Answer:
    """Make it so."""
    form, now = UnpublishForm(request.form), clock.now()
    if not form.validate():
        return _act_page("unpublish", kind, slug, form, 422)

    def act(db: Session, now: datetime) -> Publication:
        to, pages = str(form.redirect_to.data), current_app.url_map
        return take_off(db, kind=KINDS[kind], slug=slug, redirect_to=to, pages=pages, by=_me(), now=now)

    try:
        return _done(kind, slug, What.UNPUBLISHED, act, now)
    except NoWayOn as fault:
        form.redirect_to.errors = [str(fault)]
        return _act_page("unpublish", kind, slug, form, 422)


@blueprint.get("/<kind>/<slug>/call-off/<plan>")
@needs(Right.PUBLISH)
def confirm_call_off(kind: str, slug: str, plan: str) -> Response:
    """Whether what is planned is not to come."""
    with web.reading() as db:
        planned = _get_plan(_get_thing(db, kind, slug), plan)
    return _act_page("call_off", kind, slug, Form(), plan=planned)


@blueprint.post("/<kind>/<slug>/call-off/<plan>")
@needs(Right.PUBLISH)
def call_off(kind: str, slug: str, plan: str) -> Answer:
    """Make it so."""

    def act(db: Session, now: datetime) -> Publication:
        planned = _get_plan(_get_thing(db, kind, slug), plan)
        return records.call_off(db, kind=KINDS[kind], slug=slug, public_from=planned.public_from, by=_me(), now=now)

    return _done(kind, slug, What.CALLED_OFF, act, clock.now())


@blueprint.context_processor
def ways_to_preview() -> dict[str, object]:
    """The address of a page's preview at a moment, as somebody without an account."""
    reader = next(iter(READERS))
    return {
        "previewed": lambda page, at=None: root_of(at=written(at), reader=reader) + page,
        "title_of": title_of,
        "kind_names": {"webinars": "Webinar", "tips": "Tip", "paths": "Path"},
    }


def _done(kind: str, slug: str, noted: What, act: Act, now: datetime) -> Answer:
    """Do it, in the index of the search and in the log as well."""
    if kind not in KINDS:
        raise _unknown()
    try:
        with web.transaction() as db:
            record = act(db, now)
            index_publication(db, record, now=now)
            _note(db, noted, f"{KINDS[kind]}/{slug}"[:64], now)
    except (NotPublic, HasPassed) as fault:
        raise Problem(409, "Nothing was changed", "It stands otherwise by now. Look at it again.") from fault
    return redirect(url_for("studio.publications.show", kind=kind, slug=slug), 303)


def _roll_back_page(kind: str, slug: str, version: str, form: RollBackForm, status: int = 200) -> Response:
    with web.reading() as db:
        thing = _get_thing(db, kind, slug)
        found = [one.record for one in list_versions(db, thing) if one.record.is_shown]
    record = next((one for one in found if one.version.startswith(version)), None)
    if record is None:
        raise Problem(404, "There is no such version", "Choose one from the list of its versions.")
    return _act_page("roll_back", kind, slug, form, status, record=record)


def _act_page(act: str, kind: str, slug: str, form: Form, status: int = 200, **more: object) -> Response:
    with web.reading() as db:
        thing = _get_thing(db, kind, slug)
        page = render_template(f"studio/publications/{act}.html", thing=thing, form=form, **more)
    return private(page, status)


def _get_thing(db: Session, kind: str, slug: str) -> Thing:
    thing = find_thing(db, kind=kind, slug=slug, now=clock.now()) if kind in KINDS else None
    if thing is None:
        raise _unknown()
    return thing


def _get_plan(thing: Thing, plan: str) -> Publication:
    found = [record for record in thing.plans if str(record.id) == plan]
    if not found:
        raise Problem(409, "That is not planned any more", "It came, or was called off. Look at it again.")
    return found[0]


def _unknown() -> Problem:
    return Problem(404, "Nothing of that name was published", "Look at the list of publications again.")


def _note(db: Session, what: What, about: str, now: datetime) -> None:
    audit.note(db, what, by=account_of(current_staff()), about=about, session=presence.this_session(), now=now)


def _me() -> str:
    return str(account_of(current_staff()))
