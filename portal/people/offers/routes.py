"""Offers, signing up for one or for a reminder of it, and the page that a confirmation mail leads to."""

from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent.notices import Wording, current_wording
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.forms.confirmation import LinkEnded, NoSuchLink, PageIsStale
from portal.people.forms.forms import SignUpForm, empty_form, read_form
from portal.people.forms.intake import take_in
from portal.people.forms.pages import chosen_wording, form_page
from portal.people.offers import confirmation
from portal.people.offers.catalog import Offer, find_offer, find_offer_as_it_was
from portal.people.offers.places import Availability, Stand, availability, list_available
from portal.people.offers.reminders import WishToBeReminded, day_to_remind
from portal.people.offers.sharing import picture_of
from portal.people.offers.wishes import OfferWish
from portal.people.pictures.library import find_picture
from portal.shared import clock, ids
from portal.shared.limits import TooManyTries
from portal.shared.problems import Problem, answer, wants_json

blueprint = Blueprint("offers", __name__)


@blueprint.get("/offers/")
def index() -> str:
    """Every public offer with what is left of it: what can be taken first, then what cannot yet, or not any more."""
    with web.reading() as db:
        listed = list_available(db, today=clock.now().date())
    standing = {stand: [one for one in listed if one[1].stand is stand] for stand in Stand}
    return render_template("offers/index.html", standing=standing)


@blueprint.get("/offers/<slug>")
def show(slug: str) -> Response:
    """One offer and its form."""
    return _offer_page(*_get_offer(slug), empty_form(_wording()))


@blueprint.post("/offers/<slug>")
def create(slug: str) -> Answer:
    """Sign up for an offer."""
    offer, now = _get_offer(slug)
    form = read_form(_wording(), request.form)
    if refusal := form.refusal():
        return _offer_page(offer, now, form, refusal)
    if not now.is_open:
        return _offer_page(offer, now, form, 409)
    take_in(form, wish=OfferWish(offer=offer.slug, round_key=now.round.key))
    return redirect(url_for("offers.asked", slug=slug), 303)


@blueprint.get("/offers/<slug>/sent")
def asked(slug: str) -> str:
    """What to do next: the same page for everyone, whatever became of the mail."""
    return render_template("forms/asked.html", offer=_get_offer(slug)[0])


@blueprint.get("/offers/<slug>/remind")
def remind(slug: str) -> Response:
    """The form of who wants one message about this offer, and nothing else."""
    return _remind_page(*_get_reminder(slug), empty_form(_reminder_wording()))


@blueprint.post("/offers/<slug>/remind")
def create_reminder(slug: str) -> Answer:
    """Ask for that one message; without its tick there is none."""
    offer, now, remind_on = _get_reminder(slug)
    form = read_form(_reminder_wording(), request.form)
    if refusal := form.refusal():
        return _remind_page(offer, now, remind_on, form, refusal)
    if not form.ticked:
        (box,) = (form[purpose.box] for purpose in form.boxes)
        box.errors = ["Tick the box to be reminded. Without it we may not write to you."]
        return _remind_page(offer, now, remind_on, form, 422)
    take_in(form, wish=WishToBeReminded(offer=offer.slug, remind_on=remind_on))
    return redirect(url_for("offers.asked_for_reminder", slug=slug), 303)


@blueprint.get("/offers/<slug>/remind/sent")
def asked_for_reminder(slug: str) -> str:
    """The same, for who wants to be reminded."""
    return render_template("forms/asked.html", offer=_get_offer(slug)[0], is_reminder=True)


@blueprint.errorhandler(TooManyTries)
def held_up(limit: TooManyTries) -> Answer:
    """A sign-up that came too soon: the form as it was sent, with the time to wait."""
    if wants_json() or request.endpoint not in ("offers.create", "offers.create_reminder"):
        return answer(limit)
    slug = (request.view_args or {})["slug"]
    if request.endpoint == "offers.create":
        page = _offer_page(*_get_offer(slug), read_form(_wording(), request.form), 429, held_up=limit)
    else:
        form = read_form(_reminder_wording(), request.form)
        page = _remind_page(*_get_reminder(slug), form, 429, held_up=limit)
    page.headers["Retry-After"] = str(limit.retry_after)
    return page


@blueprint.get("/confirm/<token>")
def confirm(token: str) -> Response:
    """What pressing the button would confirm. Opening it, however often and by whatever, changes nothing."""
    return _confirm_page(token)


@blueprint.post("/confirm/<token>")
def create_confirmation(token: str) -> Answer:
    """Confirm; the same again leads to the same page."""
    act = act_of_visitor(key=ids.digest(token), now=clock.now())
    nonce = request.form.get("page", "")
    keyring, secret_keys = web.keyring(), web.settings().secret_keys
    try:
        with web.transaction() as db:
            confirmation.confirm(db, token=token, nonce=nonce, keyring=keyring, secret_keys=secret_keys, act=act)
    except PageIsStale:
        return _confirm_page(token, 409)
    except (NoSuchLink, LinkEnded):
        return _confirm_page(token)
    web.count("confirmation")
    return redirect(url_for("offers.confirmed", token=token), 303)


@blueprint.get("/confirm/<token>/done")
def confirmed(token: str) -> Response:
    """The code, what was agreed to in its exact words, and the way out."""
    keyring = web.keyring()
    try:
        with web.reading() as db:
            done = confirmation.show_confirmed(db, token=token, keyring=keyring)
    except NoSuchLink as fault:
        raise _unknown_link() from fault
    return private(render_template("offers/confirmed.html", done=done, proven=done.proven))


def _get_offer(slug: str) -> tuple[Offer, Availability]:
    with web.reading() as db:
        offer = find_offer(db, slug)
        if offer is not None:
            return offer, availability(db, offer=offer, today=clock.now().date())
        was_public = find_offer_as_it_was(db, slug)
    if was_public is None:
        raise Problem(404, "There is no such offer", "Check the address, or see what we offer now.")
    raise Problem(
        410,
        "We took this offer back",
        "Nobody can sign up for it any more. A place that you have stays yours, and so does its code.",
    )


def _get_reminder(slug: str) -> tuple[Offer, Availability, date]:
    offer, now = _get_offer(slug)
    remind_on = day_to_remind(now, today=clock.now().date())
    if remind_on is None:
        raise Problem(
            410,
            "There is nothing to be reminded of",
            "This offer closes too soon for a reminder, or it is over. Its own page says how it stands.",
        )
    return offer, now, remind_on


def _wording() -> Wording:
    return chosen_wording(current_wording("sign-up"))


def _reminder_wording() -> Wording:
    return chosen_wording(current_wording("reminder"))


def _offer_page(
    offer: Offer, now: Availability, form: SignUpForm, status: int = 200, *, held_up: TooManyTries | None = None
) -> Response:
    with web.reading() as db:
        picture = find_picture(db, picture_of(offer))
    return form_page(
        "offers/show.html",
        form,
        status,
        held_up=held_up,
        offer=offer,
        now=now,
        remind_on=day_to_remind(now, today=clock.now().date()),
        picture=picture,
    )


def _remind_page(
    offer: Offer,
    now: Availability,
    remind_on: date,
    form: SignUpForm,
    status: int = 200,
    *,
    held_up: TooManyTries | None = None,
) -> Response:
    return form_page("offers/remind.html", form, status, held_up=held_up, offer=offer, now=now, remind_on=remind_on)


def _confirm_page(token: str, status: int = 200) -> Response:
    keyring, secret_keys = web.keyring(), web.settings().secret_keys
    try:
        with web.reading() as db:
            found = confirmation.show(db, token=token, keyring=keyring, secret_keys=secret_keys, now=clock.now())
    except NoSuchLink as fault:
        raise _unknown_link() from fault
    except LinkEnded as ended:
        return private(render_template("offers/link_ended.html", ended=ended, token=token), 410)
    page = render_template("offers/confirm.html", asked=found.asked, found=found, is_stale=status != 200)
    return private(page, status)


def _unknown_link() -> Problem:
    return Problem(
        404,
        "We do not know this link",
        "Open it again from the mail, whole and on one line. After 7 days it is gone, and so is what you typed: "
        "then sign up again.",
    )
