"""The people side as one visitor after another meets it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from werkzeug.test import TestResponse

from portal.people.commands.noes import import_consents, import_suppressions
from portal.people.consent.erasure import erase_person
from portal.people.consent.record import Act
from portal.people.consent.stopping import FREE_GUESSES
from portal.people.jobs import Job, note_run
from portal.people.messages.channels.email import Outbox
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.offers.publishing import withdraw_offer
from portal.people.offers.reminders import send_due
from portal.people.outreach.campaigns import get_campaign
from portal.people.outreach.feeding import keep_runs_going
from portal.people.outreach.runs import begin, cancel
from portal.people.preferences.taken_over import read_page
from portal.people.privacy.separation import find_last_check, keep_check
from portal.people.publications.records import find_in_force, publish
from portal.people.webhooks import delivering
from portal.people.worker import deliver
from portal.separation.check import check
from portal.shared import clock
from tests.pages.installation import Installation
from tests.people.browser import PASSWORD, Browser, Clerk, Device, newest_link, start_link
from tests.people.paths.conftest import Walker, path_of
from tests.people.site import ADA, BEN, CLEO, OFFER, Mail, Site, find_person_id
from tests.people.test_confirmation import fill
from tests.people.test_stop_code import write_offer
from tests.support.films import show_sample_film

Told = Iterator[tuple[str, TestResponse]]

DORA = "dora@people.customerhub.net"
IDA = "ida@people.customerhub.net"
JON = "jon@people.customerhub.net"
UNA = "una@people.customerhub.net"
KIT = "kit@people.customerhub.net"
FAY = "fay@people.customerhub.net"
GUS = "gus@people.customerhub.net"
HAL = "hal@people.customerhub.net"
WEBINAR = "/webinars/second-message"
PATH = "/paths/first-look-to-first-habit"
FORM = "/forms/webinar-invitations"
SILENCE = timedelta(hours=3)
BOXES = ("offers_email", "webinars_email")


def tell(installed: Installation) -> Told:
    """Every page and what it can look like."""
    site = Site(installed.people)
    yield from chain(
        _before_anything_is_published(site),
        _a_first_look(site, installed),
        _the_check(site, installed),
        _signing_up(site, installed),
        _choosing(site, installed),
        _forms(site, installed),
        _receipts(site, installed),
        _the_outbox(site),
        _wrong_turns(site),
        _signing_in(site, installed),
        _staff(site),
        _the_studio(site, installed),
        _too_late(site, installed),
    )


def _before_anything_is_published(site: Site) -> Told:
    yield "home-empty", site.get("/")
    yield "webinars-empty", site.get("/webinars/")
    yield "search-empty", site.get("/webinars/search?q=letter")
    yield "tips-empty", site.get("/tips/")
    yield "paths-empty", site.get("/paths/")
    yield "separation-unchecked", site.get("/privacy/separation")
    yield "outbox-empty", site.get("/_outbox")


def _a_first_look(site: Site, installed: Installation) -> Told:
    installed.seed("people")
    check(installed.environ)
    yield "home", site.get("/")
    yield "webinars", site.get("/webinars/")
    yield "webinars-narrowed", site.get("/webinars/?order=shortest&speaker=Ines+Okafor-Lind")
    yield "webinars-none-left", site.get("/webinars/?topic=Consent&length=long&speaker=Nobody")
    yield from _searching(site)
    yield "webinar-being-made", site.get(WEBINAR)
    yield "webinar-how-far", site.get(f"{WEBINAR}/film.json")
    show_sample_film(installed.environ)
    yield "webinar", site.get(WEBINAR)
    yield "webinar-from-a-sentence", site.get(f"{WEBINAR}?t=95")
    yield "webinar-found", site.get(f"{WEBINAR}?find=second+message")
    yield "webinar-saving-data", site.get(WEBINAR, headers={"Save-Data": "on"})
    yield "webinar-without-captions", _without_captions(site)
    yield from _a_poll(site)
    yield "transcript", site.get(f"{WEBINAR}/transcript.txt")
    yield "transcript-timed", site.get(f"{WEBINAR}/transcript.vtt")
    yield "webinar-not-found", site.get(f"{WEBINAR}?find=unsaid")
    yield "media", site.get(_first(r"/media/[^\"]+", site.get(WEBINAR).text), headers={"Range": "bytes=0-99"})
    yield "attention", site.get("/webinars/attention")
    yield "attention-gpc", site.get("/webinars/attention", headers={"Sec-GPC": "1"})
    film = _first(r'data-film="[^"]+', site.get(WEBINAR).text).partition('"')[2]
    yield "attention-ticket", site.get(f"/webinars/attention/second-message/ticket.json?film={film}")
    yield "tips", site.get("/tips/")
    yield "tips-newest", site.get("/tips/?by=newest")
    yield "tips-of-a-topic", site.get("/tips/?topic=following-up")
    yield "tip", site.get("/tips/make-no-easy")
    yield "tip-with-a-table", site.get("/tips/stages-with-rules")
    yield from _walking(site)
    yield "resume", site.get("/webinars/resume")
    yield "resume-no-such-code", site.post("/webinars/resume", data={"code": "k7fm q2xd 9htx"})
    yield "resume-empty", site.get(site.post("/webinars/resume/codes").location)
    code = site.post("/webinars/resume/codes", data={"places": "second-message:107"}).location
    yield "resume-code", site.get(code)
    yield "resume-place", site.get(f"{code}/second-message.json")
    yield "resume-forgotten", site.get("/webinars/resume?forgotten=")
    yield "offers", site.get("/offers/")
    yield "offer", site.get(OFFER)
    yield "offer-few-places", site.get("/offers/first-letter")
    yield "offer-one-code", site.get("/offers/second-month")
    yield "offer-to-come", site.get("/offers/spring-table")
    yield "offer-over", site.get("/offers/winter-cards")
    yield "remind", site.get("/offers/spring-table/remind")
    yield "remind-in-german", site.get("/offers/spring-table/remind?words=de-EU")
    yield "remind-not-ticked", site.sign_up(ADA, path=f"{OFFER}/remind")
    yield "remind-nothing-left", site.get("/offers/winter-cards/remind")
    yield "feed", site.get("/feed.xml")
    yield "site-map", site.get("/sitemap.xml")
    yield "webinar-announced", _announced(site)
    yield "premiere", site.get(f"{WEBINAR}-soon/premiere.ics")
    yield "questions", site.get("/questions")
    yield "privacy", site.get("/privacy")


def _walking(site: Site) -> Told:
    yield "paths", site.get("/paths/")
    yield "path", site.get(PATH)
    visitor = Walker(site, path_of(site, PATH))
    visitor.do(1)
    yield "path-step-done", visitor.do(2)
    yield "path-begun", visitor.browser.get(PATH)
    yield "path-step-undone", visitor.do(2, act="/undo")
    yield "paths-begun", visitor.browser.get("/paths/")
    yield "path-wrong-answer", visitor.do(5, answer=1)
    yield "path-nothing-chosen", visitor.do(5, answer=0)
    yield "path-too-early", visitor.certificate()
    visitor.do_all()
    yield "path-done", visitor.browser.get(PATH)
    yield "path-name-refused", visitor.certificate(name="x" * 101)
    page = visitor.certificate(name="Ada Lindqvar")
    yield "certificate", page
    file = unescape(re.findall(r'name="text" value="([^"]*)"', page.text)[0])
    yield "certificate-file", visitor.browser.post("/certificates/file", from_page=PATH, text=file)
    yield "certificate-check", site.get("/certificates/verify")
    yield "certificate-genuine", site.post("/certificates/verify", data={"text": file})
    yield "certificate-changed", site.post("/certificates/verify", data={"text": file.replace("Ada", "Ben")})
    yield "certificate-unreadable", site.post("/certificates/verify", data={"text": "hello"})
    yield "certificate-nothing-sent", site.post("/certificates/verify")
    yield "path-forgotten", visitor.browser.post(f"{PATH}/forget", from_page=PATH)


def _a_poll(site: Site) -> Told:
    address = _first(rf"{WEBINAR}/polls/[0-9a-f]{{12}}", site.get(WEBINAR).text)
    mara = Browser(site)
    yield "poll", site.get(address)
    yield "poll-nothing-chosen", site.post(address)
    mara.client.post(address, data={"choice": "1"})
    yield "poll-answered", mara.get(address)
    for choice in "01112":
        site.post(address, data={"choice": choice})
    yield "poll-told", mara.get(address)
    mara.client.post(f"{address}/forget")
    yield "poll-told-to-others", mara.get(address)
    yield "poll-unknown", site.get(f"{WEBINAR}/polls/nothing")


def _searching(site: Site) -> Told:
    yield "search", site.get("/webinars/search?q=message")
    yield "search-mended", site.get("/webinars/search?q=secnod+mesage")
    yield "search-as-typed", site.get("/webinars/search?q=mesage&as=typed")
    yield "search-some-words", site.get("/webinars/search?q=postcard+segment+nobody")
    yield "search-small-words", site.get("/webinars/search?q=how+do+i+write+a+second+message")
    yield "search-path", site.get("/webinars/search?q=first+habit")
    yield "search-nearly-all-words", site.get("/webinars/search?q=how+do+i+import+a+list")
    yield "search-other-language", site.get("/webinars/search?q=werkstatt")
    yield "search-inside", site.get("/webinars/search?q=message&in=webinar/second-message")
    yield "search-by-topic", site.get("/webinars/search?q=message&topic=Consent")
    yield "search-nothing-typed", site.get("/webinars/search")
    yield "search-no-word", site.get("/webinars/search?q=%F0%9F%8E%88")
    yield "search-nothing-found", site.get("/webinars/search?q=xylophonist")
    yield "search-suggestions", site.get("/webinars/search/suggestions?q=mess")


def _without_captions(site: Site) -> TestResponse:
    """A webinar in which nobody says anything, published with a reason."""
    told = _told_of(site)
    silent = [chapter | {"lines": []} for chapter in told["chapters"]]
    named = {"slug": "second-message-silent", "title": "The second message, without a word"}
    return _published(site, told | named | {"tracks": [], "chapters": silent})


def _announced(site: Site) -> TestResponse:
    """A webinar whose premiere is still to come."""
    premiere_at = (clock.now() + timedelta(days=9)).isoformat()
    return _published(site, _told_of(site) | {"slug": "second-message-soon", "premiere_at": premiere_at})


def _told_of(site: Site) -> dict[str, Any]:
    with site.database.reading() as db:
        current = find_in_force(db, kind="webinar", slug="second-message", at=clock.now())
    assert current
    told: dict[str, Any] = json.loads(current.content)
    return told


def _published(site: Site, told: dict[str, Any]) -> TestResponse:
    with site.database.transaction() as db:
        publish(db, kind="webinar", slug=told["slug"], content=json.dumps(told), by="Mara", now=clock.now())
    return site.get(f"/webinars/{told['slug']}")


def _the_check(site: Site, installed: Installation) -> Told:
    yield "separation", site.get("/privacy/separation")
    installed.wait(minutes=60)
    with site.database.transaction() as db:
        last = find_last_check(db)
        assert last
        failing = [line | {"state": "fails", "faults": ["leads.email: 1 value"]} for line in last.lines[:1]]
        keep_check(db, lines=failing + last.lines[1:], seconds=0.4, is_held=False, now=clock.now())
    yield "separation-failing", site.get("/privacy/separation")
    yield "home-failing", site.get("/")
    installed.wait(minutes=60)
    check(installed.environ)


def _signing_up(site: Site, installed: Installation) -> Told:
    yield "sign-up", site.get("/sign-up")
    yield "sign-up-nothing-typed", site.sign_up("", name="", path="/sign-up")
    yield "offer-nothing-typed", site.sign_up("", name="")
    yield "offer-not-an-address", site.sign_up("ada at home", "offers_email")
    yield "offer-other-words", site.sign_up(ADA, "offers_email", notice="older")
    yield "sent", site.get("/sign-up/sent")
    yield "offer-sent", site.get(f"{OFFER}/sent")
    yield "offer-remind-sent", site.get(f"{OFFER}/remind/sent")
    ada = _asked(site, installed, ADA, *BOXES)
    yield "confirm", site.get(ada.confirm)
    yield "confirm-stale", site.post(ada.confirm, data={"page": "older"})
    site.confirm(ada)
    yield "confirmed", site.get(f"{ada.confirm}/done")
    yield "confirmed-already", site.get(ada.confirm)
    ben = _asked(site, installed, BEN, path="/sign-up")
    yield "confirm-no-box", site.get(ben.confirm)
    yield "opt-out", site.get(ben.opt_out)
    yield "opted-out", site.post(ben.opt_out, data=site.form(ben.opt_out))
    yield "confirm-cancelled", site.get(ben.confirm)


def _choosing(site: Site, installed: Installation) -> Told:
    """One's own preferences by a message's link, and why a message came."""
    gus = _asked(site, installed, GUS, *BOXES, path="/sign-up")
    yield "why-service", site.get(gus.opt_out.replace("/opt-out/", "/why/"))
    site.confirm(gus)
    offer = write_offer(site, GUS)
    yield "why-offer", site.get(f"/why/{offer.token}")
    yield "opt-out-one-purpose", site.get(f"/opt-out/{offer.token}")
    page = f"/preferences/{offer.token}"
    installed.wait(minutes=3)
    site.post(page, data={"offers_email": "no"})
    yield "preferences", site.get(page)
    yield "why-taken-back", site.get(f"/why/{offer.token}")
    yield "preferences-ask", site.get(f"{page}/ask?box=offers_email")
    yield "preferences-ask-in-french", site.get(f"{page}/ask?box=offers_email&words=fr-CA")
    yield "preferences-elsewhere", site.get(site.post(page, data={"reminders_email": "yes"}).location)
    installed.wait(minutes=3)
    yield "preferences-stopped", site.get(site.post(f"{page}/stop").location)
    yield "confirmed-taken-back-since", site.get(f"{gus.confirm}/done")
    installed.wait(minutes=3)
    site.post(f"{page}/pause", data={"days": "30"})
    site.post(f"{page}/frequency", data={"most": "1"})
    yield (
        "preferences-asked-today",
        site.post(f"{page}/ask", data=site.form(f"{page}/ask?box=offers_email") | {"offers_email": "yes"}),
    )
    yield "preferences-objected", site.get(site.post(f"{page}/object").location)
    yield "preferences-undone-too-late", site.post(f"{page}/undo")
    stopped = site.post(_another_offer(site, installed))
    yield "opted-out-one-purpose", stopped
    token = _first(r"/preferences/[\w-]{43}", stopped.text).rpartition("/")[2]
    said = _first(r'name="said" value="[^"]+', stopped.text).rpartition('"')[2]
    yield "preferences-undone", site.get(site.post(f"/preferences/{token}/undo", data={"said": said}).location)
    _erase(site, HAL)
    yield "preferences-erased", site.get(f"/preferences/{token}")
    yield "why-erased", site.get(f"/why/{token}")


def _erase(site: Site, email: str) -> None:
    keyring = site.keyring
    with site.database.transaction() as db:
        person_id = find_person_id(db, email)
        assert person_id
        erase_person(db, person_id=person_id, keyring=keyring, act=Act(at=clock.now(), key="told"))


def _forms(site: Site, installed: Installation) -> Told:
    installed.wait(minutes=3)
    yield "form", site.get(FORM)
    yield "form-trapped", site.sign_up("ada at home", path=FORM, name="", website="x", company="x" * 201)
    yield "form-sent", site.get(f"{FORM}/sent")
    yield "form-framed", site.get(f"{FORM}/embed")
    yield "form-framed-nothing-typed", site.sign_up("", path=f"{FORM}/embed", name="")
    yield "form-framed-sent", site.get(f"{FORM}/embed/sent")
    yield "form-unknown", site.get("/forms/nothing")
    yield "form-as-data", site.get(f"/api/v1{FORM}")


def _receipts(site: Site, installed: Installation) -> Told:
    installed.wait(days=1)
    mail = _asked(site, installed, "nora@people.customerhub.net", "offers_email", path="/sign-up")
    site.confirm(mail)
    address = _first(r"/receipts/[0-9a-z]{48}", site.get(f"{mail.confirm}/done").text)
    file = site.get(f"{address}.jsonld").text
    yield "receipt", site.get(address)
    yield "receipt-file", site.get(f"{address}.jsonld")
    yield "receipt-state", site.get(f"{address}/state.json")
    yield "receipt-check", site.get("/receipts/verify")
    yield "receipt-genuine", site.post("/receipts/verify", data={"text": file})
    yield "receipt-changed", site.post("/receipts/verify", data={"text": file.replace("goodies", "baddies")})
    yield "receipt-unreadable", site.post("/receipts/verify", data={"text": "hello"})
    yield "receipt-nothing-sent", site.post("/receipts/verify")
    site.post(mail.opt_out, data=site.form(mail.opt_out))
    yield "receipt-withdrawn", site.get(address)
    yield "receipt-withdrawn-since", site.post("/receipts/verify", data={"text": file})
    yield "unknown-receipt", site.get("/receipts/nothing")
    yield "privacy-gpc", site.get("/privacy", headers={"Sec-GPC": "1"})


def _the_outbox(site: Site) -> Told:
    outbox = site.get("/_outbox")
    yield "outbox", outbox
    newest = site.mails()[-1]
    yield "outbox-message", site.get(f"/_outbox/{newest.id}")
    yield "mail-confirm", site.get(f"/_outbox/{newest.id}/body")
    yield "outbox-message-dropped", site.get(_first(r'/_outbox/\w+(?=" class="typed">Dropped)', outbox.text))


def _wrong_turns(site: Site) -> Told:
    """Errors that routes word themselves; those of the ground are told for both sides alike."""
    yield "unknown-webinar", site.get("/webinars/nothing")
    yield "unknown-moment", site.get(f"{WEBINAR}?t=soon")
    yield "unknown-tip", site.get("/tips/nothing")
    yield "tips-unknown-topic", site.get("/tips/?topic=nothing")
    yield "unknown-path", site.get("/paths/nothing")
    yield "unknown-step", site.post(f"{PATH}/steps/00000000")
    yield "unknown-offer", site.get("/offers/nothing")
    yield "unknown-confirmation", site.get("/confirm/nothing")
    yield "stop-code", site.get("/stop")
    yield "stop-code-mistyped", site.post("/stop", data={"code": "123 456 789 0"})
    for _ in range(FREE_GUESSES):
        site.post("/stop", data={"code": "123 456 789 4"})
    yield "stop-code-and-address", site.post("/stop", data={"code": "123 456 789 4"})
    yield "stopped-by-code", site.get("/stop/done")
    yield "unknown-opt-out", site.get("/opt-out/nothing")
    yield "unknown-message", site.get("/_outbox/nothing")
    yield "asked-twice", site.get("/webinars/?page=1&page=2")


def _signing_in(site: Site, installed: Installation) -> Told:
    installed.wait(minutes=3)
    walking = Walker(site, path_of(site, PATH))
    walking.do(1)
    ada = walking.browser
    ada.form_page = "/sign-out"
    yield "sign-in", ada.get("/sign-in")
    yield "sign-in-not-an-address", ada.post("/sign-in", email="ada at home")
    yield "sign-in-passkey-refused", ada.post("/sign-in/passkey")
    ada.post("/sign-in", email=ADA)
    link = newest_link(site, ADA)
    yield "mail-sign-in", site.get(f"/_outbox/{site.mails()[0].id}/body")
    yield "sign-in-link", ada.get(link)
    ada.post(link)
    yield "sign-in-link-used", ada.get(link)
    ada.post(f"{WEBINAR}/watched", from_page=WEBINAR, position="95")
    yield "path-to-take-over", ada.get(PATH)
    yield "path-taken-over", ada.post(f"{PATH}/take-over", from_page=PATH)
    where = "/account/passkeys"
    options = ada.post(f"{where}/options", from_page="/account").text
    ada.post(where, from_page="/account", credential=Device(site.settings.url).make(options), passkey_name="Laptop")
    yield "account", ada.get("/account")
    yield "preferences-signed-in", ada.get("/preferences")
    yield "preferences-ask-signed-in", ada.get("/preferences/ask?box=webinars_email")
    yield "account-path-forgotten", ada.post("/account/paths/forget", from_page="/account")
    yield "account-name-empty", ada.post("/account/name", from_page="/account", name=" ")
    yield "sign-out", ada.get("/sign-out")
    ada.post("/sign-out")
    installed.wait(minutes=3)
    site.confirm(_asked(site, installed, FAY, path="/sign-up"))
    yield "account-empty", Browser(site).by_mail(FAY).get("/account")


def _staff(site: Site) -> Told:
    otto = Clerk(site)
    page = f"/sign-in/staff/password/{otto.token}"
    yield "staff-password", otto.browser.get(page)
    yield "staff-password-weak", otto.browser.post(page, name="Otto", password="short")
    otto.browser.post(page, name="Otto", password=PASSWORD)
    yield "staff-password-used", otto.browser.get(page)
    yield "factor", otto.browser.get("/sign-in/staff/factor")
    yield (
        "factor-passkey-refused",
        otto.browser.post("/sign-in/staff/factor/passkey", from_page="/sign-in/staff/factor"),
    )
    otto.add_app()
    yield "recovery-codes", otto.browser.post("/studio/me/recovery-codes", from_page="/studio/me")
    yield "staff-wrong-password", otto.type_password("not the password")
    otto.type_password()
    yield "second-factor", otto.browser.get("/sign-in/staff/second")
    yield "second-factor-wrong", otto.type_code("000000")


def _the_studio(site: Site, installed: Installation) -> Told:
    link = start_link(site)
    mara = Browser(site)
    yield "start-link", mara.get(link)
    mara.post(link)
    yield "studio", mara.get("/studio/")
    yield "studio-attention", mara.get(f"/studio{WEBINAR}/attention")
    yield "studio-attention-file", mara.get(f"/studio{WEBINAR}/attention.csv")
    yield "studio-attention-empty", mara.get("/studio/webinars/first-ten-minutes/attention")
    yield from _keys_of_forms(mara)
    yield "studio-log", mara.get("/studio/log")
    yield "studio-say-no", mara.get("/studio/withdrawals")
    said = {"from_page": "/studio/withdrawals", "email": "ada at home", "purpose": "", "how": "phone"}
    yield "studio-say-no-wrong", mara.post("/studio/withdrawals", **said)
    yield "studio-said-no", mara.get("/studio/withdrawals?done=yes")
    yield "studio-staff", mara.get("/studio/staff")
    yield "studio-staff-added", mara.post("/studio/staff", from_page="/studio/staff", email=DORA, role="privacy")
    yield "studio-me", mara.get("/studio/me")
    yield from _publications(site, mara)
    yield "studio-mail", mara.get("/studio/mail")
    yield from _outreach(site, installed, mara)
    yield from _stopped_midway(site, installed, mara)
    yield from _lists(site, mara)
    yield from _out_to_the_crm(site, installed, mara)
    yield "studio-refused", Browser(site).by_start_link(role="marketer", email=DORA).get("/studio/log")


def _publications(site: Site, mara: Browser) -> Told:
    """What is public and to come, what can be done about it, and pages as others will see them."""
    where, now = "/studio/publications", clock.now()
    spring = now + timedelta(days=9)
    first, title = _say_otherwise(site, "For spring", public_from=None)
    _say_otherwise(site, title, public_from=None)
    plan, _ = _say_otherwise(site, "Read the timeline first, then write", public_from=spring)
    here = f"{where}/tips/read-before-you-write"
    yield "studio-publications", mara.get(f"{where}/")
    yield "studio-publication", mara.get(here)
    yield "studio-publication-webinar", mara.get(f"{where}{WEBINAR}")
    yield "studio-roll-back", mara.get(f"{here}/roll-back/{first}")
    wrong = {"from_page": f"{here}/roll-back/{first}", "public_from": "2020-01-01T09:00"}
    yield "studio-roll-back-wrong", mara.post(f"{here}/roll-back/{first}", **wrong)
    yield "studio-unpublish", mara.get(f"{here}/unpublish")
    yield "studio-call-off", mara.get(f"{here}/call-off/{plan}")
    yield "preview-choose", mara.get("/studio/previews/")
    yield "preview-choose-wrong", mara.get(f"/studio/previews/?page={WEBINAR}&at=soon&as=visitor")
    root = f"/studio/previews/{spring:%Y-%m-%dT%H:%MZ}"
    yield "preview-home", mara.get(f"{root}/visitor/")
    yield "preview-tip", mara.get(f"{root}/visitor/tips/read-before-you-write")
    yield "preview-library", mara.get(f"{root}/visitor/webinars/")
    yield "preview-webinar", mara.get(f"{root}/person{WEBINAR}")
    yield "preview-nothing", mara.get(f"{root}/visitor/tips/nothing")
    yield "preview-sent", mara.post(f"{root}/visitor{WEBINAR}/watched")


def _say_otherwise(site: Site, title: str, *, public_from: datetime | None) -> tuple[str, str]:
    """Let a tip have another title, now or later: the version or the number of its record, and its title until then."""
    slug, now = "read-before-you-write", clock.now()
    with site.database.transaction() as db:
        current = find_in_force(db, kind="tip", slug=slug, at=now)
        assert current
        told = json.loads(current.content)
        content = json.dumps(told | {"title": title})
        record, _ = publish(db, kind="tip", slug=slug, content=content, by="Mara", now=now, public_from=public_from)
        return str(record.id) if public_from else record.version[:12], told["title"]


def _keys_of_forms(mara: Browser) -> Told:
    where, slug = "/studio/forms", FORM.rpartition("/")[2]
    yield "studio-forms-no-key", mara.get(where)
    keys = {"from_page": where, f"{slug}-name": "Our web shop"}
    yield "studio-form-key", mara.post(f"{where}/{slug}/keys", **keys)
    yield "studio-forms-key-again", mara.post(f"{where}/{slug}/keys", **keys)
    mara.post(f"{where}/{slug}/keys", **keys | {f"{slug}-name": "The fair in March"})
    mara.post(f"{where}/{slug}/keys/end", from_page=where, name="The fair in March")
    yield "studio-forms", mara.get(where)


def _out_to_the_crm(site: Site, installed: Installation, mara: Browser) -> Told:
    where = "/studio/webhooks/"
    everything = dict.fromkeys(("confirmed", "withdrawn", "signed_up", "erased"), "y")
    yield "studio-crm-empty", mara.get(where)
    yield "studio-crm-wrong", mara.post(where, from_page=where, url="https://10.0.0.7/hooks", confirmed="y")
    shown = mara.post(where, from_page=where, url="https://crm.customerhub.net/hooks/consents", **everything).location
    yield "studio-crm-webhook-new", mara.get(shown)
    taken_back = site.agreed("gil@people.customerhub.net", "offers_email", path="/sign-up")
    _hand_over(site, Result(Outcome.SENT, "204"), Result(Outcome.LATER, "503"))
    installed.wait(minutes=3)
    site.post(taken_back.opt_out)
    _hand_over(site, Result(Outcome.LATER, "NewConnectionError"), Result(Outcome.LATER, "503"))
    yield "studio-crm-webhook", mara.get(shown)
    yield "studio-crm", mara.get(where)
    mara.post(f"{shown}/end", from_page=shown)
    yield "studio-crm-webhook-ended", mara.get(shown)
    yield "studio-crm-ended", mara.get(where)


def _hand_over(site: Site, *answers: Result) -> None:
    """What the worker does for webhooks, to a system that answers so, one after the other."""
    given = iter(answers)

    def post(_url: str, _body: bytes, _headers: dict[str, str]) -> Result:
        return next(given, Result(Outcome.SENT, "204"))

    delivering.deliver(site.database, keyring=site.keyring, post=post, stopping=Event())


def _outreach(site: Site, installed: Installation, mara: Browser) -> Told:
    where = "/studio/campaigns"
    here = f"{where}/second-message-is-out"
    with site.database.reading() as db:
        ada = find_person_id(db, ADA)
    yield "outreach", mara.get(f"{where}/")
    yield "outreach-nobody", mara.get(f"{where}/setup-day-places")
    yield "outreach-campaign", mara.get(f"{here}?as={ada}")
    yield "mail-campaign", mara.get(f"{here}/mail?as={ada}")
    yield "outreach-people", mara.get(f"{here}/people")
    yield "outreach-people-none", mara.get(f"{here}/people?rule=erased")
    yield "outreach-time-refused", mara.post(f"{here}/send", from_page=here, starts_at="soon")
    mara.post(f"{here}/test", from_page=here)
    yield "outreach-tested", mara.get(f"{here}?told=tested")
    mara.post(f"{here}/send", from_page=here)
    yield "outreach-sending", mara.get(here)
    mara.post(f"{here}/pause", from_page=here)
    yield "outreach-paused", mara.get(here)
    mara.post(f"{here}/resume", from_page=here)
    keep_runs_going(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())
    _send(site, Result(Outcome.LATER, "ConnectionRefusedError"))
    yield "outreach-away", mara.get(here)
    yield "outreach-some-away", mara.get(f"{where}/")
    yield "studio-mail-away", mara.get("/studio/mail")
    installed.wait(minutes=2)
    _send(site, Result(Outcome.REFUSED, "550"), Result(Outcome.UNKNOWN, "SMTPServerDisconnected"))
    yield "outreach-ended", mara.get(here)
    yield "studio-mail-failed", mara.get("/studio/mail")
    yield "studio-needs-work", mara.get("/studio/")
    announced = next(mail for mail in site.mails() if '<h1 class="typed">New webinar' in mail.page)
    yield "mail-announcement", site.get(f"/_outbox/{announced.id}/body")


class _FarEnd(Outbox):
    """What takes over mail, and answers so to one after the other; when it has no answer left, it gives the last."""

    def __init__(self, *answers: Result) -> None:
        self.answers = list(answers)

    def send(self, content: bytes, *, to: str) -> Result:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _send(site: Site, *answers: Result) -> None:
    """What the worker does with what waits; service mail first, which is taken over."""
    deliver(site.database, keyring=site.keyring, mail=Outbox(), stopping=Event(), is_for_service=True)
    far_end = _FarEnd(*answers, *([Result(Outcome.SHOWN)] if len(answers) > 1 else []))
    deliver(site.database, keyring=site.keyring, mail=far_end, stopping=Event())


def _stopped_midway(site: Site, installed: Installation, mara: Browser) -> Told:
    """Campaigns whose sending cannot go on by itself: a segment, a worker, a file that is not there any more."""
    where, now = "/studio/campaigns", clock.now()
    here = f"{where}/setup-day-places"
    written = get_campaign("setup-day-places")
    lost = replace(written, source=written.source.replace(f'"{written.segment}"', '"of-last-year"'))
    gone = replace(written, slug="spring-letter")
    with site.database.transaction() as db:
        for campaign in (lost, gone):
            begin(db, campaign=campaign, by="the command line", starts_at=now, now=now)
    yield "outreach-stopped", mara.get(here)
    yield "outreach-some-stopped", mara.get(f"{where}/")
    installed.wait(minutes=3)
    now = clock.now()
    with site.database.transaction() as db:
        cancel(db, campaign="setup-day-places", by="the command line", now=now)
        begin(db, campaign=written, by="the command line", starts_at=now, now=now)
        cancel(db, campaign="spring-letter", by="the command line", now=now)
        for job in (Job.OUTREACH, Job.DELIVERY):
            note_run(db, job=job, began_at=now - SILENCE, ended_at=now - SILENCE, runs=1, failures=0)
    yield "outreach-no-worker", mara.get(here)
    yield "studio-mail-no-worker", mara.get("/studio/mail")
    with site.database.transaction() as db:
        for job in (Job.OUTREACH, Job.DELIVERY):
            note_run(db, job=job, began_at=now, ended_at=now, runs=1, failures=0)
    mara.post(f"{here}/cancel", from_page=here)
    yield "outreach-cancelled", mara.get(here)


def _lists(site: Site, mara: Browser) -> Told:
    """What was taken over from elsewhere, with the lines that were put aside."""
    where = "/studio/lists"
    yield "studio-lists-empty", mara.get(where)
    with TemporaryDirectory(prefix="portal-") as folder:
        shown = [_take_over(site, Path(folder) / name, text) for name, text in LISTS.items()]
    yield "studio-list-people", mara.get(f"{where}/{shown[0]}")
    yield "studio-list-noes", mara.get(f"{where}/{shown[1]}")
    yield "studio-list-whole", mara.get(f"{where}/{shown[2]}")
    yield "studio-lists", mara.get(where)


def _take_over(site: Site, path: Path, text: str) -> str:
    path.write_text(text)
    if "purpose" in text:
        import_consents(path, quarantine=path.with_suffix(".quarantine"))
    else:
        import_suppressions(path)
    with site.database.reading() as db:
        return read_page(db, number=1).entries[0].row.id


PROVEN = "offers,2026-01-11T14:05:00Z,Send me offers,stand 4 of the fair; box 12"
LISTS = {
    "spring-fair.csv": "\n".join(
        [
            "email,name,purpose,agreed_at,words,source",
            f"ole@people.customerhub.net,Ole Marsh,{PROVEN}",
            f"pim@people.customerhub.net,Pim Hale,{PROVEN}",
            f"{ADA},Ada Lindqvar,{PROVEN}",
            *(f"guest{number}@people.customerhub.net,,offers,2026-01-11T14:05:00Z,,box 12" for number in range(9)),
            "quin@people.customerhub.net,Quin,offers,,Send me offers,box 12",
            "quin at home,Quin," + PROVEN,
        ]
    ),
    "said-no-to-the-agency.csv": "email\nrod@people.customerhub.net\nrod at home\nsal@people.customerhub.net\n-\n",
    "said-no-by-phone.csv": "email\ntom@people.customerhub.net\n",
}


def _too_late(site: Site, installed: Installation) -> Told:
    cleo, open_page = _asked(site, installed, CLEO, "offers_email"), site.form(OFFER)
    offer = site.offer("setup-day")
    assert offer
    fill(site, offer, leave=1)  # Ada has one
    yield "offer-all-taken", site.get(OFFER)
    yield "offer-taken-meanwhile", site.post(OFFER, data=open_page | {"name": "Dora Pell", "email": DORA})
    yield "offers-some-taken", site.get("/offers/")
    site.confirm(cleo)
    yield "confirmed-too-late", site.get(f"{cleo.confirm}/done")
    dora = _asked(site, installed, DORA, path="/sign-up")
    installed.wait(days=8)
    yield "confirm-too-old", site.get(dora.confirm)
    yield from _other_endings(site, installed)
    for gone in ("setup-day", "first-letter", "second-month", "spring-table", "winter-cards"):
        with site.database.transaction() as db:
            withdraw_offer(db, gone, by="Mara", now=clock.now())
    yield "offer-taken-back", site.get(OFFER)
    yield "offers-empty", site.get("/offers/")


def _other_endings(site: Site, installed: Installation) -> Told:
    """What else a confirmation can come to."""
    shared = _asked(site, installed, IDA, path="/offers/second-month")
    site.confirm(shared)
    yield "confirmed-one-code", site.get(f"{shared.confirm}/done")
    installed.wait(days=2)
    again = _asked(site, installed, IDA, path="/offers/first-letter")
    site.confirm(again)
    yield "confirmed-not-new", site.get(f"{again.confirm}/done")
    installed.wait(days=2)
    reminder = _asked(site, installed, JON, "reminders_email", path="/offers/first-letter/remind")
    yield "confirm-reminder", site.get(reminder.confirm)
    site.confirm(reminder)
    yield "confirmed-reminder", site.get(f"{reminder.confirm}/done")
    unticked = _asked(site, installed, UNA, path="/sign-up")
    site.confirm(unticked)
    yield "confirmed-no-box", site.get(f"{unticked.confirm}/done")
    installed.wait(days=2)
    send_due(site.database, keyring=site.keyring, url=site.settings.url, now=clock.now())
    yield "mail-reminder", site.get(f"/_outbox/{site.mails()[0].id}/body")
    meanwhile = _asked(site, installed, KIT, path="/offers/second-month")
    with site.database.transaction() as db:
        withdraw_offer(db, "second-month", by="Mara", now=clock.now())
    site.confirm(meanwhile)
    yield "confirmed-taken-back", site.get(f"{meanwhile.confirm}/done")
    site.publish("second-month", of="second-month")


def _asked(site: Site, installed: Installation, email: str, *boxes: str, **more: str) -> Mail:
    """Sign up a little later; the mail that came of it."""
    installed.wait(minutes=3)
    return site.asked(email, *boxes, **more)


def _another_offer(site: Site, installed: Installation) -> str:
    """The way out of an offer to somebody who agreed to it alone."""
    site.confirm(_asked(site, installed, HAL, *BOXES, path="/sign-up"))
    return f"/opt-out/{write_offer(site, HAL).token}"


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[0]
