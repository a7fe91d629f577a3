"""The only place for what the components of the patterns page show: invented, and as odd as what they must hold."""

from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.people.accounts.models import Passkey
from portal.people.attention.reports import Shown
from portal.people.attention.strip import strip_of
from portal.people.consent.history import Entry
from portal.people.consent.notices import current_wording
from portal.people.consent.opt_in import Agreement
from portal.people.consent.states import State
from portal.people.films.library import Film
from portal.people.forms.forms import SignUpForm, read_form
from portal.people.messages.obstacles import Obstacle, Obstacles, Why
from portal.people.moments.moment import Answer, Download, OfferCard, Poll, Question, Try
from portal.people.moments.polls import Share, Tally
from portal.people.offers.catalog import Offer, Round
from portal.people.offers.places import Availability
from portal.people.preferences.grid import HERE, Cell, Row
from portal.people.search.cards import Card
from portal.people.search.grouping import Group, Hit
from portal.people.search.marking import mark
from portal.people.sessions import PeopleSession
from portal.people.tips.tip import Door, Tip
from portal.people.webinars.recording import Recording

CLAIMS = [
    {"number": 1, "title": "No key opens both sides", "state": "holds"},
    {"number": 2, "title": "No real address in the sandbox", "state": "fails"},
    {"number": 3, "title": "The sandbox reaches nothing", "state": "not shown on this machine"},
]

AGREEMENTS = [
    Agreement(record_id="3f9c1d02a7b84e55", words="Write to me about offers, at most twice a month, by e-mail."),
    Agreement(record_id="90ab77e1c4d21f68", words="Tell me when a new webinar is out, by e-mail."),
]

CARDS = [
    Card(
        kind=kind,
        slug=slug,
        title=title,
        summary="What a long line of summary does under a card is seen here, since it goes on for quite a while.",
        by=by,
        held_on=date(2026, 3, 12),
        seconds=seconds,
        topics=("Following up",),
    )
    for kind, slug, title, by, seconds in (
        ("webinar", "second-message", "The second message: following up without nagging", ("Ines Okafor-Lind",), 292),
        ("webinar", "ask-first", "Ask before you call", ("Paolo Venn", "Renske Aldous"), 4_511),
        ("tip", "segments", "Keep the question, not the list", ("Ines Okafor-Lind",), 240),
        ("path", "habits", "From first look to first habit", ("Ines Okafor-Lind",), 3_600),
    )
]
_SENTENCE = "If she asked for letters, a letter is the polite one: <b>never</b> an e-mail."
GROUPS = [
    Group(
        card=card,
        title=mark(card.title, ["letter"]),
        by=mark(", ".join(card.by), []),
        summary=Markup(),
        hits=[
            Hit(
                kind="chapter",
                url=card.url,
                words=mark("Letters, and when", ["letter"]),
                second=42,
                said_by="",
                under="",
            ),
            Hit(
                kind="cue",
                url=card.url,
                words=mark(_SENTENCE, ["letter"]),
                second=4_182,
                said_by="Paolo Venn",
                under="The channel",
            ),
            Hit(
                kind="cue",
                url=card.url,
                words=mark("Wer um Post gebeten hat, bekommt einen Brief.", ["brief"]),
                second=4_190,
                said_by="Paolo Venn",
                under="The channel",
                language="de",
            ),
        ],
        more=more,
    )
    for card, more in zip(CARDS, (4, 0, 0, 0), strict=True)
]

FILM = Film(
    source="0" * 64,
    state="working",
    percent=35,
    words="Making 720 lines",
    seconds=292.0,
    width=1280,
    height=720,
    stream=None,
    video=None,
    poster=None,
    previews=None,
    heights=(),
)

OFFER = Offer(
    slug="setup-day",
    title="Bring your spreadsheet, leave with a CRM",
    name="Setup day",
    summary="One of us sits with you, by video, until your customers and your first campaign are in place.",
    costs="Nothing",
    costs_note="and nothing to buy",
    places=24,
    code="SETUP",
    button="Take my place",
    gets=(),
    steps=(),
    why=(),
)

MOMENTS = (
    Question(
        at=22,
        title="A quote went out two days ago, and nothing came back. What now?",
        answers=(
            Answer(words="Ask whether it has arrived", feedback="It has, and they know.", is_right=False),
            Answer(words="Wait until something has changed", feedback="Then there is something to say.", is_right=True),
        ),
        said=106,
    ),
    Poll(at=70, title="How many messages do you write?", choices=("One, and then I wait", "Two", "<b>Three</b>")),
    Download(
        at=103, title="One sheet", text="Room for three parts.", sha256="0" * 64, name="one-sheet.pdf", size=73_364
    ),
    OfferCard(at=148, title="Sit with one of us", text="Until your stages are yours.", offer="setup-day"),
    OfferCard(at=160, title="An offer that is public no more", text="It was a good one.", offer="gone"),
    Try(
        at=192,
        title="Find the ones who went quiet",
        text="Everyone on this list is invented.",
        button="Open the quiet ones",
        scenario="fernhollow-cycles",
        page="/leads",
    ),
)
TALLIES = (
    Tally(answered=0, own=None, shares=()),
    Tally(answered=4, own=1, shares=()),
    Tally(
        answered=7,
        own=1,
        shares=(
            Share(words="One, and then I wait", count=2, percent=29, is_own=False),
            Share(words="Two", count=5, percent=71, is_own=True),
            Share(words="Three", count=0, percent=0, is_own=False),
        ),
    ),
)

TIP = Tip(
    slug="read-before-you-write",
    title="Read the timeline before you write",
    summary="Five minutes with one story, and the second message writes itself.",
    author="Ines Okafor-Lind",
    written_on=date(2026, 3, 17),
    topics=("Following up",),
    level="first steps",
    word_count=620,
    body_html="",
    paragraphs=(),
    door=Door(scenario="fernhollow-cycles", page="/today", button="Open Today", words="Eleven tasks are due."),
    moments=(),
    related=(),
)


def preferences(now: datetime) -> list[Row]:
    """A purpose in each state: one of them is asked for by no form any more, one on another page."""
    states = (State.CONFIRMED, State.REQUESTED, State.WITHDRAWN, State.NONE)
    rows = [
        *(("New offers and goodies", HERE), ("Asked for a moment ago", HERE)),
        *(("Of old", ""), ("Reminders you asked for", "/offers/")),
    ]
    return [
        Row(
            purpose=state.value,
            title=title,
            rhythm="About one a month",
            cells=[Cell(purpose=state.value, channel="email", state=state, since=now, asked_at=page)],
        )
        for state, (title, page) in zip(states, rows, strict=True)
    ]


def history(now: datetime) -> list[Entry]:
    """A yes with its words, and a no by our staff."""
    line: dict[str, Any] = {"purpose": "offers", "channel": "email", "title": "New offers and goodies", "at": now}
    words = "CustomerHub may e-mail me its offers and goodies."
    return [
        Entry(
            **line,
            record_id="90ab77e1c4d21f68",
            was=State.CONFIRMED,
            state=State.WITHDRAWN,
            words=words,
            means="staff, asked for by phone",
            actor="staff (the command line)",
        ),
        Entry(
            **line,
            record_id="3f9c1d02a7b84e55",
            was=State.REQUESTED,
            state=State.CONFIRMED,
            words=words,
            page="/sign-up",
        ),
    ]


class SampleForm(Form):
    """One field of each kind; the second half is as it comes back when something is wrong."""

    plain = StringField("A question")
    long = TextAreaField("A question with a long answer")
    choice = SelectField("A question with few answers", validate_choice=False)
    tick = BooleanField("Something to agree to")
    wrong = StringField("A question that was not answered", [InputRequired("Type an answer.")])
    wrong_long = TextAreaField("Another one", [InputRequired("Type a few words, or leave the page.")])


def passkeys(now: datetime) -> list[Passkey]:
    """One that is used, and one that is not."""
    return [
        Passkey(id="1", name="Laptop", added_at=now - timedelta(days=40), used_at=now),
        Passkey(id="2", name="A key with a name that runs on and on", added_at=now),
    ]


def sessions(now: datetime) -> list[PeopleSession]:
    """This one, and another."""
    return [
        PeopleSession(handle="1", device="Firefox on Linux", created_at=now, seen_at=now),
        PeopleSession(handle="2", device="Safari on iPhone", created_at=now - timedelta(days=9), seen_at=now),
    ]


def obstacles(now: datetime) -> Obstacles:
    """Mail that waits for another try, by two reasons, and mail that failed."""
    return Obstacles(
        put_off=[
            Obstacle(why=Why.AWAY, count=1_204, said="ConnectionRefusedError"),
            Obstacle(why=Why.BUSY, count=3, said="451"),
        ],
        failed=[
            Obstacle(why=Why.REFUSED, count=12, said="550"),
            Obstacle(why=Why.LOST, count=1, said="SMTPServerDisconnected"),
        ],
        tried_at=now - timedelta(minutes=20),
        next_try_at=now + timedelta(minutes=40),
        given_up_at=now + timedelta(hours=70),
    )


def run(now: datetime) -> dict[str, Any]:
    """What was done to a run of a campaign."""
    done = (("begun", "staff:mara", 90), ("paused", "staff:mara", 60), ("resumed", "the command line", 45))
    return {"acts": [{"act": act, "by_account": by, "at": now - timedelta(minutes=ago)} for act, by, ago in done]}


def sample_form() -> SampleForm:
    """The form above, sent with nothing in it."""
    form = SampleForm()
    form.choice.choices = [("first", "The first"), ("second", "The second")]
    form.process(MultiDict({"plain": "An answer", "choice": "second"}))
    form.validate()
    return form


def refused_sign_up() -> SignUpForm:
    """The sign-up form as it comes back: no name, an address that is none, one box ticked, and words that changed."""
    form = read_form(current_wording("sign-up"), MultiDict({"email": "ada at home", "offers_email": "yes"}))
    form.validate()
    form.is_outdated = True
    return form


def availability(today: date, *, taken: int) -> Availability:
    """How the sample offer stands."""
    month = Round(key=f"{today:%Y-%m}", opens_on=today.replace(day=1), closes_on=today + timedelta(days=9))
    return Availability(round=month, days_left=9, taken=taken, left=OFFER.places - taken, is_in_time=True)


def watched(webinar: Recording) -> Shown:
    """A webinar that a fifth of its viewers leave every so often."""
    seconds = int(webinar.seconds)
    groups = [bytes(5 if second < seconds * part / 5 else 0 for second in range(seconds)) for part in range(1, 6)]
    return Shown(webinar=webinar, strip=strip_of(groups))
