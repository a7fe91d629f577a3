"""The only place that tells what happened to one lead: a course of beats becomes a timeline in an order that makes sense.

No reply before its message, no sale before a call, no mail after an opt-out; what would lie in the future is left out,
so that the youngest leads stand in the middle of their story.
"""

from dataclasses import dataclass, field

from portal.sandbox.scenarios import hours
from portal.sandbox.scenarios.cast import Deal, Profile
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import DAY, HOUR, MINUTE
from portal.sandbox.scenarios.recipe import MARKS, Owner, Recipe, Shape
from portal.sandbox.scenarios.wording import Decks, filled, headed, spoken

LEAD = "lead"  # who did it, where it was the lead
BY_MAIL = frozenset({"sent", "quoted", "opened", "clicked", "replied"})

# How long each beat lets wait, in hours, before pace and temper.
_WAITS = {
    "try": (1, 30),
    "call": (2, 70),
    "write": (1, 40),
    "nudge": (90, 400),
    "answer": (1, 75),
    "ask": (1, 60),
    "postpone": (20, 120),
    "note": (1, 60),
    "small": (2, 130),
    "task": (12, 140),
    "visit": (20, 200),
    "quote": (4, 110),
    "chase": (90, 280),
    "win": (18, 190),
    "lose": (40, 380),
    "after": (80, 560),
    "pay": (60, 740),
    "again": (900, 3900),
    "complain": (60, 480),
    "handover": (4, 80),
    "opt-out": (6, 100),
    "quiet": (480, 1900),
}
_BY_LEAD = ("answer", "ask", "complain", "opt-out")


@dataclass
class Entry:
    """One entry of a timeline; `about` is the entry of the message that was opened, clicked or answered."""

    at: int
    kind: str
    words: str
    body: str = ""
    who: str = LEAD
    about: "Entry | None" = field(default=None, repr=False)


@dataclass
class Sold:
    """A deal of this lead: opened, and perhaps won or lost."""

    deal: Deal
    opened_at: int
    closed_at: int | None = None
    is_won: bool = False


class _Present(Exception):
    """The story has reached the scenario's now."""


class Story:
    """The story of one lead."""

    def __init__(self, recipe: Recipe, profile: Profile, shape: Shape, decks: Decks, chance: Chance) -> None:
        self.profile = profile
        self.owner: Owner = profile.owner
        self.stage = MARKS[0]
        self.entries: list[Entry] = []
        self.sold: list[Sold] = []
        self.no_mail_since: int | None = None
        self._recipe = recipe
        self._shape = shape
        self._decks = decks
        self._chance = chance
        self._at = 0
        self._used: set[str] = set()
        self._message: Entry | None = None
        self._deals = list(profile.deals)
        self._has_talked = False
        self._is_quoted = False

    def tell(self, came_at: int) -> None:
        """Let the story begin at `came_at` and run its course, or to the present."""
        self._at = came_at
        self._arrive()
        beats = {name: getattr(self, f"_{name.replace('-', '_')}") for name in _WAITS}
        try:
            for beat in self._course():
                self._wait(beat)
                beats[beat]()
        except _Present:
            pass
        self._campaigns(came_at)
        self._keep_order()

    # The beats, in the order in which they usually come

    def _arrive(self) -> None:
        source = self.profile.source
        if source.kind in ("call", "visit"):
            self._at = hours.at_work(self._at, self._chance)
        else:
            self._at = hours.when_awake(self._at, self._chance)
        words = {
            "form": "Filled in the web form",
            "mail": "Wrote to the workshop",
            "call": self._line("came_call"),
            "visit": self._line("came_visit") if source.name == "Walked in" else f"Met at: {source.name.lower()}",
            "person": self._line("came_person"),
        }[source.kind]
        self._add(
            "came_in", words, self._in_their_words("came") if source.kind in ("form", "mail") else self._line("came")
        )

    def _try(self) -> None:
        self._add("missed", self._line(self._chance.weighed(("voicemail", "no_answer"), (6, 4))), who=self.owner.name)
        if self._chance.happens(0.3):
            self._reach("contacted")

    def _call(self) -> None:
        if not self._has_talked and self._chance.happens(0.18):
            self._try()
            self._later(2, 26)
        self._talk("talk")
        self._reach("contacted")
        if self._chance.happens(0.65 if self._has_talked else 0.3):
            self._reach("qualified")
        if not self._has_talked and self._chance.happens(0.3):
            self._note_soon("introduced")
        self._has_talked = True

    def _write(self) -> None:
        self._mail("mail")
        self._reach("contacted")

    def _nudge(self) -> None:
        self._mail("nudge")

    def _chase(self) -> None:
        self._mail("chase" if self._is_quoted else "nudge")

    def _answer(self) -> None:
        if self._message is None:
            self._call()
        else:
            self._reply("ask" if not self._is_quoted and self._chance.happens(0.3) else "thanks")

    def _ask(self) -> None:
        if (asked := self._message) is None:
            return self._call()
        self._reply("ask")
        self._later(1, 30)
        if self._chance.happens(0.7) and self._may_mail():
            subject = _bare(asked.words)
            self._message = self._add("sent", f"Sent “Re: {subject}”", who=self.owner.name)
            return None
        return self._talk("talk")

    def _postpone(self) -> None:
        if self._message is not None and self._chance.happens(0.45):
            self._reply("postponed_mail")
        else:
            self._talk("postponed")

    def _note(self) -> None:
        is_waiting = self._is_quoted and self.stage == "proposal"
        self._write_down(self._line("progress" if is_waiting else "note") or self._line("small"))

    def _small(self) -> None:
        self._write_down(self._line("small"))

    def _task(self) -> None:
        if task := self._line(self._chance.weighed(("tasks", "task_more"), (7, 3))):
            self._add("task", f"Done: {task[:1].lower()}{task[1:]}", who=self.owner.name)

    def _visit(self) -> None:
        if text := self._line("visit") or self._line("visit_more"):
            self._add("visit", "Came by", self._voiced(text), who=self.owner.name)
            self._reach("qualified" if self._has_talked else "contacted")

    def _quote(self) -> None:
        if not self._has_talked:
            self._call()
            self._later(3, 50)
        self._open_deal()
        self._reach("qualified")
        if subject := self._line("quoted"):
            self._message = self._add("quoted", f"Quoted {self._price()}: “{subject}”", who=self.owner.name)
            self._read(self._message, subject)
        self._is_quoted = True
        self._reach("proposal")

    def _win(self) -> None:
        if not self._has_talked:
            self._call()
            self._later(2, 60)
        self._open_deal()
        if self._message is not None and self._may_mail() and self._chance.happens(0.5):
            self._reply("yes")
            self._later(0, 20)
        self._close("won")

    def _lose(self) -> None:
        self._close("lost")

    def _after(self) -> None:
        self._write_down(self._line("after") or self._line("small"))

    def _pay(self) -> None:
        if any(sold.is_won for sold in self.sold):
            self._add("paid", f"{self._line('paid')}: {self._price()}", who=self.owner.name)

    def _again(self) -> None:
        if len(self._deals) == 1:
            return
        self._deals.pop(0)
        self._talk("again")
        self.sold.append(Sold(self._deals[0], self._at))
        self._later(4, 120)
        self._add(
            "won", f"Won again: {self._deals[0].title}, {self._price()}", self._line("won_more"), who=self.owner.name
        )
        self.sold[-1].closed_at, self.sold[-1].is_won = self._at, True

    def _complain(self) -> None:
        self._add("complained", "Complained", self._in_their_words("complain"))
        self._later(1, 30)
        self._write_down(self._line("mended"))

    def _handover(self) -> None:
        before, others = self.owner, [owner for owner in self._recipe.owners if owner != self.owner]
        self.owner = self._chance.pick(others)
        self._add("handed_over", self._line("handover"), who=before.name)

    def _opt_out(self) -> None:
        if self.no_mail_since is None:
            self._add("opted_out", self._line("opt_out"))
            self.no_mail_since = self._at

    def _quiet(self) -> None:
        """Nothing happens."""

    # What the beats are made of

    def _course(self) -> list[str]:
        """The beats of this story: the shape's, with those left out and repeated that may be."""
        course: list[str] = []
        for beat in self._shape.beats[1:]:
            name = beat.rstrip("?*")
            if self._chance.happens({0: 1.0, 1: 0.62, 2: 0.3}[beat.count("?")]):
                course += [name] * (self._chance.often_low(1, 3) if "*" in beat else 1)
            if self._chance.happens(0.07):
                course.append(self._chance.pick(("small", "task", "try", "note", "visit")))
        return course

    def _wait(self, beat: str) -> None:
        least, most = _WAITS[beat]
        pace = self._shape.pace * self.profile.temper.pace
        self._at += int(self._chance.often_low(least * 600, most * 600) * 6 * pace)
        self._settle(is_work=beat not in _BY_LEAD)

    def _later(self, least: int, most: int) -> None:
        """Some hours pass within a beat."""
        self._at += self._chance.often_low(least * HOUR + 90, most * HOUR + 90)
        self._settle(is_work=True)

    def _settle(self, *, is_work: bool) -> None:
        self._at = (hours.at_work if is_work else hours.when_awake)(self._at, self._chance)
        if self._at >= -30 * MINUTE:  # so that what is begun can be brought to its end
            raise _Present

    def _add(self, kind: str, words: str, body: str = "", *, who: str = LEAD, about: Entry | None = None) -> Entry:
        if self._at >= 0:
            raise _Present
        entry = Entry(self._at, kind, words, body, who, about)
        self.entries.append(entry)
        return entry

    def _line(self, name: str) -> str:
        """A line of the thread or of everyone's, filled in; empty where this lead has heard them all."""
        thread = f"{self.profile.thread.name}/{name}"
        line = self._decks.deal(thread if name in self.profile.thread.texts else name, self._used)
        return filled(line, self._word, self._chance) if line else ""

    def _word(self, slot: str) -> str:
        profile = self.profile
        match slot:
            case "first" | "last" | "town" | "role":
                return str(getattr(profile, slot))
            case "company":
                return profile.company or f"{profile.first}'s"
            case "owner":
                return self.owner.name.split()[0]
            case "colleague":
                return self._chance.weighed(profile.mentioned, (4, 1))
            case "day":
                return self._chance.pick(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"))
            case "price":
                return self._price()
            case "deal":
                return self._deals[0].title
        word = filled(profile.words[slot], self._word, self._chance)
        return word[:1].lower() + word[1:]

    def _price(self) -> str:
        return f"${self._deals[0].amount // 100:,}"

    def _talk(self, name: str) -> None:
        headline, text = headed(self._line(name) or self._line("small"))
        if self._chance.happens(0.55) and (tail := self._line("after_talk")):
            text = f"{text} {tail}".strip()
        minutes = self._chance.often_low(2, 24)
        self._add("call", f"Call, {minutes} min. {headline}", self._voiced(text), who=self.owner.name)
        self._at += minutes * MINUTE

    def _write_down(self, text: str) -> None:
        if not text:
            return
        if self._chance.happens(0.28) and (tail := self._line("after_note")):
            text = f"{text} {tail}"
        self._add("note", "Note", self._voiced(text), who=self.owner.name)

    def _voiced(self, text: str) -> str:
        """A note as the lead's owner writes it."""
        return spoken(text, voice=self.owner.voice, name=self.owner.name) if text else ""

    def _note_soon(self, name: str) -> None:
        self._at += self._chance.often_low(2 * MINUTE, 50 * MINUTE)
        self._settle(is_work=True)
        self._write_down(self._line(name))

    def _mail(self, name: str) -> None:
        """A message to the lead; where they want no mail, a try by telephone."""
        if not self._may_mail():
            return self._try()
        subject, text = headed(self._line(name))
        if not subject:
            return None
        self._message = self._add("sent", f"Sent “{subject}”", text, who=self.owner.name)
        return self._read(self._message, subject)

    def _may_mail(self) -> bool:
        return self.no_mail_since is None

    def _read(self, message: Entry, subject: str, link: str = "") -> None:
        """What the lead does with a message: nothing, opens it, once or again, follows a link."""
        chance, temper = self._chance, self.profile.temper
        if not chance.happens(temper.reads):
            return
        at = message.at + chance.often_low(2 * MINUTE, 40 * HOUR)
        again = ""
        while True:
            at = hours.when_awake(at, chance)
            self.entries.append(Entry(at, "opened", f"Opened “{subject}”{again}", about=message))
            if chance.happens(temper.clicks):
                link = link or self._line("links")
                clicked = Entry(at + chance.between(8, 240), "clicked", f"Clicked “{link}”", about=message)
                self.entries.append(clicked)
                return
            if not chance.happens(0.22):
                return
            at += chance.often_low(20 * MINUTE, 4 * DAY)
            again = " again"

    def _reply(self, name: str) -> None:
        if self._may_mail() and (text := self._in_their_words(name)):
            self._add("replied", f"Replied: “{_short(max(text.splitlines(), key=len))}”", text, about=self._message)

    def _in_their_words(self, name: str, more: str = "") -> str:
        """What the lead wrote or said, in the way this one writes."""
        text = self._line(name)
        if more and self._chance.happens(0.5):
            text = f"{text} {self._line(more)}".strip()
        style = self.profile.temper.style
        if style == "lower":
            return text.lower().rstrip(".")
        lines = [text]
        if style != "curt" and self._chance.happens(0.3):
            lines.insert(0, self._line("before_reply"))
        if style == "signed" or self._chance.happens(0.15):
            lines.append(self._line("after_reply"))
        return "\n".join(line for line in lines if line)

    def _open_deal(self) -> None:
        if not self.sold:
            self.sold.append(Sold(self._deals[0], self._at))

    def _close(self, mark: str) -> None:
        title, price = self._deals[0].title, self._price()
        words = f"Won: {title}, {price}" if mark == "won" else f"Lost: {title}"
        line = self._line(mark if self._chance.happens(0.6) else f"{mark}_more")
        self._add(mark, words, self._voiced(line), who=self.owner.name)
        if self.sold:
            self.sold[0].closed_at, self.sold[0].is_won = self._at, mark == "won"
        self._reach(mark)

    def _reach(self, mark: str) -> None:
        """Move on to a stage, now, a little later, or by way of the stages between."""
        here, there = MARKS.index(self.stage), MARKS.index(mark)
        if there <= here:
            return
        between = [] if mark == "lost" else [step for step in MARKS[here + 1 : there] if self._chance.happens(0.35)]
        for step in [*between, mark]:
            self._at += self._chance.often_low(15, 4 * MINUTE if mark in ("won", "lost") else 35 * MINUTE)
            before, after = (self._recipe.stages[MARKS.index(one)].name for one in (self.stage, step))
            self._add("moved", f"Stage: {before} to {after}", who=self.owner.name)
            self.stage = step

    # What came to everyone, and the order of it all

    def _campaigns(self, came_at: int) -> None:
        last_mail = max((entry.at for entry in self.entries if entry.kind in BY_MAIL), default=came_at)
        for campaign in self._recipe.campaigns:
            at = campaign_at(campaign.day)
            if at < came_at + DAY or (campaign.threads and self.profile.thread.name not in campaign.threads):
                continue
            if self.no_mail_since is not None and at >= self.no_mail_since:
                break
            if not self._chance.happens(self.profile.temper.on_list):
                continue
            sent = Entry(at, "sent", f"Received “{campaign.subject}”", who=campaign.name)
            self.entries.append(sent)
            before = len(self.entries)
            self._read(sent, campaign.subject, campaign.link)
            if len(self.entries) > before and at > last_mail and self._chance.happens(0.02):
                self.no_mail_since = self.entries[-1].at + self._chance.between(20, 400)
                self.entries.append(Entry(self.no_mail_since, "opted_out", "Used the opt-out link"))

    def _keep_order(self) -> None:
        """By time; nothing of the future, no mail after an opt-out, nothing about a message that is not there."""
        limit = self.no_mail_since if self.no_mail_since is not None else 0
        kept = [entry for entry in self.entries if entry.at < 0 and not (entry.kind in BY_MAIL and entry.at > limit)]
        self.entries = sorted(kept, key=lambda entry: entry.at)


def campaign_at(day: int) -> int:
    """When a campaign of `day` days ago went out: on a working day, a little after half past nine."""
    at = -day * DAY - hours.NOW_IN_DAY
    while hours.weekday(at) > 4:
        at -= DAY
    return at + 9 * HOUR + 30 * MINUTE + (day * 7) % 45 * MINUTE


def _bare(words: str) -> str:
    """The subject within the words of a message."""
    return words.partition("“")[2].rstrip("”").removeprefix("Re: ")


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:67].rsplit(' ', 1)[0]} …"
