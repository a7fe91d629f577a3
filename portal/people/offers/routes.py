"""Offers, signing up for one, and the page that a confirmation mail leads to."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.consent.notices import Wording, current_wording
from portal.people.consent.visitor import act_of_visitor, private
from portal.people.forms.confirmation import LinkEnded, NoSuchLink, PageIsStale
from portal.people.forms.forms import SignUpForm, empty_form, read_form
from portal.people.forms.intake import take_in
from portal.people.forms.pages import form_page
from portal.people.offers import confirmation
from portal.people.offers.catalog import Offer, find_offer, find_offer_as_it_was
from portal.people.offers.places import Availability, Stand, availability, list_available
from portal.people.offers.wishes import OfferWish
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
    return redirect(url_for("forms.asked"), 303)


@blueprint.errorhandler(TooManyTries)
def held_up(limit: TooManyTries) -> Answer:
    """A sign-up that came too soon: the form as it was sent, with the time to wait."""
    if wants_json() or request.endpoint != "offers.create":
        return answer(limit)
    offer, now = _get_offer((request.view_args or {})["slug"])
    page = _offer_page(offer, now, read_form(_wording(), request.form), 429, held_up=limit)
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


def _wording() -> Wording:
    return current_wording("sign-up")


def _offer_page(
    offer: Offer, now: Availability, form: SignUpForm, status: int = 200, *, held_up: TooManyTries | None = None
) -> Response:
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
