"""Offers, signing up for one, and the page that a confirmation mail leads to."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent.notices import Wording, current_wording
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.forms.confirmation import LinkEnded, NoSuchLink, PageIsStale
from portal.people.forms.forms import SignUpForm, empty_form, read_form
from portal.people.forms.pages import form_page, take_in
from portal.people.offers import confirmation
from portal.people.offers.catalog import Offer, find_offer, offers
from portal.people.offers.places import availability
from portal.people.offers.wishes import OfferWish
from portal.shared import clock, ids
from portal.shared.limits import TooManyTries
from portal.shared.problems import Problem, answer, wants_json

blueprint = Blueprint("offers", __name__)


@blueprint.get("/offers/")
def index() -> str:
    """Every offer that can be taken now, with what is left of it."""
    today = clock.now().date()
    with web.reading() as db:
        listed = [(offer, availability(db, offer=offer, today=today)) for offer in offers().values()]
    return render_template("offers/index.html", offers=[(offer, now) for offer, now in listed if now.is_open])


@blueprint.get("/offers/<slug>")
def show(slug: str) -> Response:
    """One offer and its form."""
    return _offer_page(_get_offer(slug), empty_form(_wording()))


@blueprint.post("/offers/<slug>")
def create(slug: str) -> Answer:
    """Sign up for an offer."""
    offer = _get_offer(slug)
    form = read_form(_wording(), request.form)
    if refusal := form.refusal():
        return _offer_page(offer, form, refusal)
    with web.reading() as db:
        now = availability(db, offer=offer, today=clock.now().date())
    if not now.is_open:
        return _offer_page(offer, form, 409)
    take_in(form, wish=OfferWish(offer=offer.slug, round_key=now.round.key))
    return redirect(url_for("forms.asked"), 303)


@blueprint.errorhandler(TooManyTries)
def held_up(limit: TooManyTries) -> Answer:
    """A sign-up that came too soon: the form as it was sent, with the time to wait."""
    offer = find_offer((request.view_args or {}).get("slug", ""))
    if wants_json() or request.endpoint != "offers.create" or offer is None:
        return answer(limit)
    page = _offer_page(offer, read_form(_wording(), request.form), 429, held_up=limit)
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


def _get_offer(slug: str) -> Offer:
    offer = find_offer(slug)
    if offer is None:
        raise Problem(404, "There is no such offer", "It may have ended. See what we offer now, or check the address.")
    return offer


def _wording() -> Wording:
    return current_wording("sign-up")


def _offer_page(offer: Offer, form: SignUpForm, status: int = 200, *, held_up: TooManyTries | None = None) -> Response:
    with web.reading() as db:
        now = availability(db, offer=offer, today=clock.now().date())
    return form_page("offers/show.html", form, status, held_up=held_up, offer=offer, now=now)


def _confirm_page(token: str, status: int = 200) -> Response:
    keyring, secret_keys = web.keyring(), web.settings().secret_keys
    try:
        with web.reading() as db:
            found = confirmation.show(db, token=token, keyring=keyring, secret_keys=secret_keys, now=clock.now())
    except NoSuchLink as fault:
        raise _unknown_link() from fault
    except LinkEnded as ended:
        return private(render_template("offers/link_ended.html", ended=ended, token=token), 410)
    page = render_template("offers/confirm.html", asked=found.asked, offer=found.offer, is_stale=status != 200)
    return private(page, status)


def _unknown_link() -> Problem:
    return Problem(
        404,
        "We do not know this link",
        "Open it again from the mail, whole and on one line. After 7 days it is gone, and so is what you typed: "
        "then sign up again.",
    )
