"""Campaigns in the studio: what there is, how one looks, who would get it; sending, pausing, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts import audit, presence
from portal.people.accounts.audit import What
from portal.people.consent.restores import is_sending_held
from portal.people.consent.visitor import private
from portal.people.jobs import Job, find_silence
from portal.people.messages.obstacles import Obstacles
from portal.people.messages.obstacles import look as look_for_obstacles
from portal.people.messages.outbox import A_NO
from portal.people.messages.routes import BODY_POLICY
from portal.people.outreach import preflight, preview, runs
from portal.people.outreach.campaigns import Campaign, NoSuchCampaign, get_campaign, list_campaigns, read_as_sent
from portal.people.outreach.forms import SendForm
from portal.people.outreach.preflight import Preflight
from portal.people.outreach.preview import NobodyThere, Shown, TestRefused
from portal.people.outreach.reading import Faulty
from portal.people.outreach.results import Results, results_of
from portal.people.outreach.runs import AlreadyRunning, NotPossible, Run
from portal.people.outreach.segments import Segment, count, find_segment
from portal.people.staff import members
from portal.people.staff.guard import current_staff, me, needs
from portal.people.staff.roles import Right
from portal.shared import clock
from portal.shared.problems import Problem
from portal.shared.proofreading import Fault

blueprint = Blueprint("outreach", __name__, url_prefix="/campaigns")


@blueprint.app_template_global()
def why_dropped(rule: str) -> str:
    """Why a message of any kind was dropped, in one sentence, for a page that shows the outbox."""
    if rule == A_NO:  # of a confirmation, say, whose person never said yes
        return "Somebody said no at its address while it waited."
    return preflight.WORDS.get(rule, "It was no longer allowed when its turn came.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A run as a page tells it: where it stands, its numbers, what its mail met, and what it lacks to go on."""

    run: Run
    stands: str
    results: Results
    obstacles: Obstacles
    faults: list[Fault]

    @property
    def is_going(self) -> bool:
        """Whether it has not come to its end."""
        return self.stands not in ("cancelled", "ended")


@blueprint.get("/")
@needs(Right.WRITE_CAMPAIGNS)
def index() -> Response:
    """Every campaign, and where each stands."""
    now = clock.now()
    with web.reading() as db:
        gone = {slug: Faulty(slug, [_GONE]) for slug in runs.list_going(db, now=now)}
        listed = [
            (slug, found, _tell(db, run, now) if (run := runs.find_newest(db, campaign=slug)) else None)
            for slug, found in sorted((gone | list_campaigns()).items())
        ]
        return private(render_template("outreach/index.html", listed=listed, is_faulty=_is_faulty))


@blueprint.get("/<slug>")
@needs(Right.WRITE_CAMPAIGNS)
def show(slug: str) -> Response:
    """One campaign: how it looks to somebody, who would get it, and what became of it."""
    return _page(slug)


@blueprint.get("/<slug>/mail")
@needs(Right.WRITE_CAMPAIGNS)
def mail(slug: str) -> Response:
    """The mail itself, as the chosen person would get it, for the page's frame."""
    campaign = _campaign(slug)
    with web.reading() as db:
        shown = _shown(db, campaign, clock.now())
    response = private(shown.mail.html)
    response.headers["Content-Security-Policy"] = BODY_POLICY
    return response


@blueprint.get("/<slug>/people")
@needs(Right.WRITE_CAMPAIGNS)
def people(slug: str) -> Response:
    """Who would get it and who would not, page by page, each by the record or rule that says so."""
    campaign, number = _campaign(slug), request.args.get("page", "1")
    rule = request.args.get("rule", "")
    if not number.isascii() or not number.isdigit() or len(number) > 6 or rule not in ("", *preflight.WORDS):
        raise Problem(400, "That part of the list cannot be read", "Go back to the campaign and choose from its table.")
    with web.reading() as db:
        found = _look(db, campaign, clock.now(), rule=rule, number=int(number))
        return private(render_template("outreach/people.html", campaign=campaign, found=found, most=preflight.PAGE))


@blueprint.post("/<slug>/test")
@needs(Right.WRITE_CAMPAIGNS)
def create_test(slug: str) -> Answer:
    """Send it to oneself, marked as a test."""
    campaign, now, staff = _campaign(slug), clock.now(), current_staff()
    try:
        with web.transaction() as db:
            preview.send_test(
                db, campaign=campaign, staff=staff, url=web.settings().url, keyring=web.keyring(), now=now
            )
            _note(db, What.CAMPAIGN_TESTED, slug, now)
    except TestRefused as fault:
        raise Problem(409, "No test was sent", str(fault)) from fault
    return redirect(url_for("studio.outreach.show", slug=slug, told="tested"), 303)


@blueprint.post("/<slug>/send")
@needs(Right.SEND_CAMPAIGNS, fresh=True)
def create(slug: str) -> Answer:
    """Begin to send it, now or at the time that was typed."""
    campaign, now = _campaign(slug), clock.now()
    form = SendForm(request.form)
    starts_at = form.moment(now)
    if starts_at is None:
        return _page(slug, 422, form=form)
    try:
        with web.transaction() as db:
            runs.begin(db, campaign=campaign, by=str(me()), starts_at=starts_at, now=now)
            _note(db, What.CAMPAIGN_SENT, slug, now)
    except AlreadyRunning as fault:
        raise Problem(
            409, "It is being sent already", "Look at how far it is. Nothing was begun a second time."
        ) from fault
    return redirect(url_for("studio.outreach.show", slug=slug), 303)


@blueprint.post("/<slug>/pause")
@needs(Right.SEND_CAMPAIGNS)
def pause(slug: str) -> Answer:
    """Let nothing more of it leave."""
    return _act(slug, runs.pause, What.CAMPAIGN_PAUSED)


@blueprint.post("/<slug>/resume")
@needs(Right.SEND_CAMPAIGNS)
def resume(slug: str) -> Answer:
    """Go on with it."""
    return _act(slug, runs.resume, What.CAMPAIGN_RESUMED)


@blueprint.post("/<slug>/cancel")
@needs(Right.SEND_CAMPAIGNS)
def cancel(slug: str) -> Answer:
    """End it: what has not left never does."""
    return _act(slug, runs.cancel, What.CAMPAIGN_CANCELLED)


def _act(slug: str, do: Callable[..., Run], noted: What) -> Answer:
    now = clock.now()
    try:
        with web.transaction() as db:
            do(db, campaign=slug, by=str(me()), now=now)
            _note(db, noted, slug, now)
    except NotPossible as fault:
        raise Problem(409, "Nothing was changed", f"{fault} Look at where it stands now.") from fault
    if not isinstance(list_campaigns().get(slug), Campaign):  # it has no page to go back to
        return redirect(url_for("studio.outreach.index"), 303)
    return redirect(url_for("studio.outreach.show", slug=slug), 303)


def _page(slug: str, status: int = 200, *, form: SendForm | None = None) -> Response:
    campaign, now = _campaign(slug), clock.now()
    segment = _segment(campaign)
    with web.reading() as db:
        told = [_tell(db, run, now) for run in runs.list_runs(db, campaign=slug, most=5)]
        going = told[0] if told and told[0].is_going else None
        page = render_template(
            "outreach/show.html",
            campaign=campaign,
            segment=segment,
            shown=_shown(db, campaign, now),
            some=preview.list_some(db, campaign=campaign, segment=segment, now=now),
            found=None if going else _look(db, campaign, now),
            size=count(db, segment=segment, channel=campaign.channel, now=now) if going else 0,
            told=told,
            going=going,
            opens_at=campaign.window.next_open(now),
            now=now,
            form=form or SendForm(),
            was_tested=request.args.get("told") == "tested",
            words=preflight.WORDS,
            names=members.names(db),
            is_held=is_sending_held(db),
            silent_since=find_silence(db, job=Job.OUTREACH, now=now),
        )
    return private(page, status)


def _campaign(slug: str) -> Campaign:
    try:
        return get_campaign(slug)
    except NoSuchCampaign as fault:
        raise Problem(404, "There is no such campaign", "Look at the list of campaigns again.") from fault
    except Faulty as fault:
        raise Problem(409, f"{slug}.md cannot be used", " ".join(str(one) for one in fault.faults[:5])) from fault


def _segment(campaign: Campaign) -> Segment:
    segment = find_segment(campaign.segment)
    if segment is None:  # taken away since the campaign was read
        raise Problem(409, "Its segment is gone", f"Put content/segments/{campaign.segment}.toml back.")
    return segment


def _shown(db: Session, campaign: Campaign, now: datetime) -> Shown:
    chosen = request.args.get("as", "")
    try:
        person = preview.find_person(db, person_id=chosen) if chosen else None
    except NobodyThere as fault:
        raise Problem(
            404, "Nobody of that id is known here", "They may have been erased. Choose someone else."
        ) from fault
    return preview.preview(db, campaign=campaign, person=person, url=web.settings().url, keyring=web.keyring(), now=now)


def _look(db: Session, campaign: Campaign, now: datetime, *, rule: str = "", number: int = 1) -> Preflight:
    return preflight.look(
        db,
        campaign=campaign,
        segment=_segment(campaign),
        keyring=web.keyring(),
        now=now,
        rule=rule,
        number=number,
    )


def _tell(db: Session, run: Run, now: datetime) -> Told:
    campaign, faults = read_as_sent(run.row.campaign, run.row.source)
    results = results_of(db, run=run, purpose=campaign.purpose, channel=campaign.channel)
    stands = run.stands(now, results.waiting)
    return Told(
        run=run,
        stands="stopped" if faults and stands == "sending" else stands,
        results=results,
        obstacles=look_for_obstacles(db, which=runs.all_messages_of(run.row.id)),
        faults=faults,
    )


def _note(db: Session, what: What, slug: str, now: datetime) -> None:
    audit.note(db, what, by=me(), about=slug, session=presence.this_session(), now=now)


def _is_faulty(found: object) -> bool:
    return isinstance(found, Faulty)


_GONE = Fault(1, "file", "It is not there any more. What is being sent goes on as it was written then.")
