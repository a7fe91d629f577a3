"""The only place that tells what happened to a lead: a course of beats becomes a story that makes sense.

No reply before its message, no sale before a call, no mail after an opt-out; what would lie in the future is left out,
so that the youngest leads stand in the middle of their story.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, NamedTuple

from portal.sandbox.scenarios import hours
from portal.sandbox.scenarios.cast import Offer, Profile, offer
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import DAY, HOUR, MINUTE
from portal.sandbox.scenarios.recipe import MARKS, Recipe, Shape
from portal.sandbox.scenarios.speech import Speech
from portal.sandbox.scenarios.timeline import Entry, Present, Timeline
from portal.sandbox.scenarios.wording import SPLIT, Decks, headed

# How long each beat lets wait, in hours, before pace and temper.
WAITS = {
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
_STRAY = ("small", "task", "try", "note", "visit")  # what may come between, whatever the shape says


# How many leads of a stage already have a deal on the board, before anything is quoted.
_HOPED_FOR = {"new": 0.34, "contacted": 0.28, "qualified": 0.65}

TaskKind = Literal["call", "write", "meet", "other"]


@dataclass(slots=True)
class Sold:
    """A deal of this lead: opened, and perhaps won or lost; `mark` is its stage, which it came to at `moved_at`."""

    offer: Offer
    opened_at: int
    mark: str
    moved_at: int
    closed_at: int | None = None
    close_on: int | None = None
    reason: str = ""


class Task(NamedTuple):
    """Something to do about this lead, or done."""

    words: str
    kind: TaskKind
    due_at: int
    done_at: int | None


class Story:
    """The story of one lead: where it stands, what was sold, and the timeline of it all."""

    def __init__(self, recipe: Recipe, profile: Profile, shape: Shape, decks: Decks, chance: Chance) -> None:
        self.profile = profile
        self.stage = MARKS[0]
        self.sold: list[Sold] = []
        self.tasks: list[Task] = []
        self.speech = Speech(profile, decks, chance)
        self._recipe = recipe
        self._shape = shape
        self._chance = chance
        self._time = Timeline(profile, chance)
        self._sales = list(profile.sales[1:])
        self._missed_at: int | None = None  # a call that nobody took, and that was not made up for
        self._message: Entry | None = None  # the last one that can be answered
        self._has_talked = False
        self._is_quoted = False

    def tell(self, came_at: int) -> list[Entry]:
        """Let the story begin at `came_at` and run its course, or to the present; its entries in order."""
        self._time.begin(came_at, is_work=self.profile.source.kind in ("call", "visit"))
        self._arrive()
        try:
            for beat in self._course():
                pace = self._shape.pace * self.profile.temper.pace
                self._time.pass_hours(*WAITS[beat], is_work=beat not in _BY_LEAD, pace=pace)
                getattr(self, f"_{beat.replace('-', '_')}")()
        except Present:
            pass
        with suppress(Present):
            self._decide()
        if self.stage in _OPEN:
            self._plan()
        elif self.stage == "won":
            self._look_after()
        self._time.receive(self._recipe.campaigns, came_at=came_at)
        return self._time.in_order()

    @property
    def bought_at(self) -> int | None:
        """When the lead first bought something."""
        return min((sold.closed_at for sold in self.sold if sold.mark == "won" and sold.closed_at), default=None)

    def _course(self) -> list[str]:
        """The beats of this story: the shape's, with those left out and repeated that may be, and a stray one."""
        course: list[str] = []
        for beat in self._shape.beats[1:]:
            name = beat.rstrip("?*")
            if self._chance.happens((1.0, 0.62, 0.3)[beat.count("?")]):
                course += [name] * (self._chance.often_low(1, 3) if "*" in beat else 1)
            if self._chance.happens(0.07):
                course.append(self._chance.pick(_STRAY))
        return course

    def _decide(self) -> None:
        """A deal that stood too long: most are given up, some go on after all, few are forgotten. Raises Present."""
        if not self.sold or self.stage not in _OPEN:
            return
        wait = (self._recipe.stages[MARKS.index(self.stage)].wait or 0) * DAY
        since = max(entry.at for entry in self._time.entries if entry.at < 0)
        chance = self._chance
        if not wait or self.sold[0].moved_at > -wait or since > -3 * DAY or chance.happens(_FORGOTTEN[self.stage]):
            return
        if self.stage in _GOES_ON and chance.happens(0.4):
            self._time.at = chance.between(max(since + DAY, -wait), -2 * DAY)
            self._time.settle()
            self._talk("talk")
            self._reach(MARKS[MARKS.index(self.stage) + 1])
        else:
            self._time.at = min(since + chance.between(wait // 3, wait * 3 // 2), -chance.between(2 * DAY, 20 * DAY))
            self._time.at = max(self._time.at, since)
            self._time.settle()
            self._lose()

    # The beats, in the order in which they usually come

    def _arrive(self) -> None:
        source, say = self.profile.source, self.speech
        asked = say.line_and(0.5, "came", more="came_more")
        match source.kind:
            case "form" | "mail":
                words = "Filled in the web form" if source.kind == "form" else "Wrote an e-mail"
                asked = say.by_lead(asked)
            case "visit" if source.name != "Walked in":
                words = f"Met at: {source.name.lower()}"
            case _:
                words = say.line(f"came_{source.kind}")
        self._time.add("came_in", words, asked)
        self._hope("new")

    def _try(self) -> None:
        if not self.profile.phone:
            if self._may_mail():
                self._write()
            return
        entry = self._enter("missed", self.speech.line(self._chance.weighed(("voicemail", "no_answer"), (6, 4))))
        self._missed_at = self._missed_at or entry.at
        if self._chance.happens(0.3):
            self._reach("contacted")

    def _call(self) -> None:
        self._time.settle()
        if not self._has_talked and self.profile.phone and self._chance.happens(0.18):
            self._try()
            self._time.pass_hours(2, 26)
        self._talk("talk")
        self._reach("contacted")
        if self._chance.happens(0.65 if self._has_talked else 0.3):
            self._reach("qualified")
        if not self._has_talked and self._chance.happens(0.3):
            self._time.pass_seconds(2 * MINUTE, 50 * MINUTE)
            self._time.settle()
            self._write_down(self.speech.line("introduced"))
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
        self._time.pass_hours(1, 30)
        if self._chance.happens(0.7) and self._may_mail():
            subject = asked.words.partition("“")[2].rstrip("”").removeprefix("Re: ")
            self._message = self._enter("sent", f"Sent “Re: {subject}”")
            return None
        return self._talk("talk")

    def _postpone(self) -> None:
        if self._message is not None and self._chance.happens(0.45):
            self._reply("postponed_mail")
        else:
            self._talk("postponed")

    def _note(self) -> None:
        is_waiting = self._is_quoted and self.stage == "proposal"
        self._write_down(self.speech.line("progress" if is_waiting else "note", "small"))

    def _small(self) -> None:
        self._write_down(self.speech.line("small"))

    def _task(self) -> None:
        if task := self.speech.line(self._chance.weighed(("tasks", "task_more"), (7, 3))):
            at = self._enter("task", f"Done: {task[:1].lower()}{task[1:]}").at
            due_at = hours.at_work(at + self._chance.between(-3 * DAY, 2 * DAY), self._chance)
            self.tasks.append(Task(task, _KINDS_BY_VERB.get(task.split()[0], "other"), due_at, at))

    def _visit(self) -> None:
        if text := self.speech.line("visit", "visit_more"):
            self._enter("visit", "Came by", text)
            self._reach("qualified" if self._has_talked else "contacted")

    def _quote(self) -> None:
        if not self._has_talked:
            self._call()
            self._time.pass_hours(3, 50)
        self._open_deal()
        self._reach("qualified")
        if self._may_mail() and (subject := self.speech.line("quoted")):
            self._message = self._enter("quoted", f"Quoted {self.speech.price}: “{subject}”")
            self._time.read(self._message, subject, link=self.speech.line("links"))
        self._is_quoted = True
        self._reach("proposal")

    def _win(self) -> None:
        if not self._has_talked:
            self._call()
            self._time.pass_hours(2, 60)
        self._open_deal()
        if self._message is not None and self._may_mail() and self._chance.happens(0.5):
            self._reply("yes")
            self._time.pass_hours(0.1, 20)
        self._close("won")

    def _lose(self) -> None:
        self._close("lost")

    def _after(self) -> None:
        self._write_down(self.speech.line("after", "small"))

    def _pay(self) -> None:
        if self._has_bought():
            self._enter("paid", f"{self.speech.line('paid')}: {self.speech.price}")

    def _again(self) -> None:
        if not self._has_bought() or not self._sales:
            return
        self._talk("again")
        self.speech.deal = offer(self._sales.pop(0), self.profile.words, self._chance)
        opened_at = self._time.at
        self._time.pass_hours(4, 120)
        reason, said = self._ending("won", "won_more")
        at = self._enter("won", f"Won again: {self.speech.deal.title}, {self.speech.price}", said).at
        self.sold.append(Sold(self.speech.deal, opened_at, "won", at, at, _day_of(at), reason))

    def _complain(self) -> None:
        self._time.add("complained", "Complained", self.speech.by_lead(self.speech.line("complain")))
        self._time.pass_hours(1, 30)
        self._write_down(self.speech.line("mended"))

    def _handover(self) -> None:
        before = self.speech.owner
        self.speech.owner = self._chance.pick([owner for owner in self._recipe.owners if owner != before])
        self._time.add("handed_over", self.speech.line("handover"), who=before.name)

    def _opt_out(self) -> None:
        if self._may_mail():
            self._time.no_mail_since = self._time.add("opted_out", self.speech.line("opt_out")).at

    def _quiet(self) -> None:
        """Nothing happens."""

    # What the beats are made of

    def _enter(self, kind: str, words: str, body: str = "") -> Entry:
        """An entry of the owner's, the body in the owner's voice."""
        return self._time.add(kind, words, self.speech.by_owner(body), who=self.speech.owner.name)

    def _talk(self, name: str) -> None:
        """A call; a video call with who gave no number."""
        headline, text = headed(self.speech.line_and(0.55, name, "small", more="after_talk"))
        minutes = self._chance.often_low(2, 24)
        call = "Call" if self.profile.phone else "Video call"
        at = self._enter("call", f"{call}, {minutes} min. {headline}", text).at
        if self._missed_at is not None:
            due_at = hours.at_work(self._missed_at + self._chance.between(4 * HOUR, 3 * DAY), self._chance)
            if words := self.speech.line("todo_back"):
                self.tasks.append(Task(words, "call", due_at, at))
            self._missed_at = None
        self._time.at += minutes * MINUTE

    def _write_down(self, text: str) -> None:
        if text:
            if self._chance.happens(0.28):
                text = f"{text} {self.speech.line('after_note')}".strip()
            self._enter("note", "Note", text)

    def _mail(self, name: str) -> None:
        """A message to the lead; where they want no mail, a try by telephone."""
        if not self._may_mail():
            return self._try()
        subject, text = headed(self.speech.line(name))
        if not subject:
            return None
        self._message = self._time.add("sent", f"Sent “{subject}”", text, who=self.speech.owner.name)
        return self._time.read(self._message, subject, link=self.speech.line("links"))

    def _may_mail(self) -> bool:
        return self._time.no_mail_since is None

    def _reply(self, name: str) -> None:
        if self._may_mail() and (text := self.speech.by_lead(self.speech.line(name))):
            words = f"Replied: “{_short(max(text.splitlines(), key=len))}”"
            self._time.add("replied", words, text, about=self._message)

    def _has_bought(self) -> bool:
        return any(sold.mark == "won" for sold in self.sold)

    def _open_deal(self) -> None:
        if not self.sold and self.stage in _OPEN:
            self.sold.append(Sold(self.speech.deal, self._time.at, self.stage, self._time.at))

    def _hope(self, mark: str) -> None:
        """Now and then a deal is on the board long before a quote."""
        if self._chance.happens(_HOPED_FOR.get(mark, 0.0)):
            self._open_deal()

    def _close(self, mark: str) -> None:
        title, price = self.speech.deal.title, self.speech.price
        words = f"Won: {title}, {price}" if mark == "won" else f"Lost: {title}"
        reason, said = self._ending(mark if self._chance.happens(0.6) else f"{mark}_more", f"{mark}_more")
        at = self._enter(mark, words, said).at
        self._reach(mark)
        if self.sold:
            sold = self.sold[0]
            sold.closed_at, sold.close_on, sold.reason = at, _day_of(at), reason

    def _ending(self, *names: str) -> tuple[str, str]:
        """Why a deal was won or lost, and what is said about it."""
        reason, split, said = self.speech.line(*names).partition(SPLIT)
        if split:
            return reason, said
        return self._chance.pick(self._recipe.reasons[names[0].removesuffix("_more")]), reason

    def _reach(self, mark: str) -> None:
        """Move on to a stage, a little later, now and then by way of the stages between."""
        here, there = MARKS.index(self.stage), MARKS.index(mark)
        if there <= here:
            return
        between = [] if mark == "lost" else [step for step in MARKS[here + 1 : there] if self._chance.happens(0.35)]
        for step in [*between, mark]:
            self._time.pass_seconds(15, 4 * MINUTE if mark in ("won", "lost") else 35 * MINUTE)
            before, after = (self._recipe.stages[MARKS.index(one)].name for one in (self.stage, step))
            at = self._enter("moved", f"Stage: {before} to {after}").at
            self.stage = step
            for sold in self.sold[:1]:
                sold.mark, sold.moved_at = step, at
            self._hope(step)

    # What is to be done

    def _plan(self) -> None:
        """When a deal may be decided, and the next step: of what happened lately something follows."""
        chance = self._chance
        last = max((entry for entry in self._time.entries if entry.at < 0), key=lambda entry: entry.at)
        for sold in self.sold[:1]:
            if chance.happens(_DATED[self.stage]):
                at = last.at + chance.between(9 * DAY, 75 * DAY)
                if at < -20 * DAY and chance.happens(0.8):  # somebody moved it on
                    at = chance.between(-18 * DAY, 80 * DAY)
                sold.close_on = _day_of(at)
        if last.at > -45 * DAY:
            name, kind, share, within = _NEXT_STEPS.get(last.kind, _NEXT_STEPS["call"])
            if kind == "call" and not self.profile.phone:
                kind = "write"
            if chance.happens(share) and (words := self.speech.line(name)):
                self._due(words, kind, last.at + chance.between(within[0] * HOUR, within[1] * HOUR))
        elif chance.happens(0.05) and (words := self.speech.line("todo_again")):
            self._due(words, "write" if self._may_mail() else "call", chance.between(-3 * DAY, 40 * DAY))

    def _look_after(self) -> None:
        """Who bought lately is asked how it went."""
        if (bought_at := self.bought_at) and bought_at > -30 * DAY and self._chance.happens(0.4):
            at = bought_at + self._chance.between(5 * DAY, 25 * DAY)
            if words := self.speech.line("todo_after"):
                self._due(words, "call" if self.profile.phone else "write", at)

    def _due(self, words: str, kind: TaskKind, at: int) -> None:
        """Most of what is late was put off."""
        if at < 0 and self._chance.happens(0.68):
            at = self._chance.often_low(2 * HOUR, 12 * DAY)
        self.tasks.append(Task(words, kind, hours.at_work(at, self._chance), None))


def _day_of(at: int) -> int:
    """The day of a moment, at the hour of the present, so that it is a date wherever it is read."""
    return at // DAY * DAY


_OPEN = frozenset(MARKS[:4])
_GOES_ON = frozenset(MARKS[:3])
_FORGOTTEN = {"new": 0.25, "contacted": 0.05, "qualified": 0.05, "proposal": 0.04}  # how many deals nobody thinks of
_DATED = {"new": 0.2, "contacted": 0.35, "qualified": 0.75, "proposal": 1.0}  # how many deals say when

# What follows the last thing that happened: from which list, done how, for how many leads, within which hours.
_NEXT_STEPS: dict[str, tuple[str, TaskKind, float, tuple[int, int]]] = {
    "missed": ("todo_back", "call", 0.8, (4, 72)),
    "came_in": ("todo_reply", "call", 0.7, (2, 30)),
    "replied": ("todo_reply", "write", 0.7, (2, 48)),
    "quoted": ("todo_chase", "call", 0.6, (72, 240)),
    "opened": ("todo_chase", "write", 0.4, (48, 200)),
    "clicked": ("todo_chase", "call", 0.5, (24, 120)),
    "sent": ("todo_chase", "write", 0.35, (96, 260)),
    "visit": ("todo_next", "meet", 0.5, (48, 300)),
    "call": ("todo_next", "other", 0.5, (36, 330)),
}
_KINDS_BY_VERB: dict[str, TaskKind] = {
    **dict.fromkeys(("Call", "Ring", "Ask", "Phone"), "call"),
    **dict.fromkeys(("Write", "Send", "Mail", "Confirm"), "write"),
    **dict.fromkeys(("Visit", "Meet", "Measure", "Lesson", "Show", "Photograph"), "meet"),
}


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:67].rsplit(' ', 1)[0]} …"
