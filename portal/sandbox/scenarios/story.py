"""The only place that tells what happened to a lead: a course of beats becomes a story that makes sense.

No reply before its message, no sale before a call, no mail after an opt-out; what would lie in the future is left out,
so that the youngest leads stand in the middle of their story.
"""

from dataclasses import dataclass

from portal.sandbox.scenarios.cast import Deal, Profile
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import MINUTE
from portal.sandbox.scenarios.recipe import MARKS, Recipe, Shape
from portal.sandbox.scenarios.speech import Speech
from portal.sandbox.scenarios.timeline import Entry, Present, Timeline
from portal.sandbox.scenarios.wording import Decks, headed

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


@dataclass
class Sold:
    """A deal of this lead: opened, and perhaps won or lost."""

    deal: Deal
    opened_at: int
    closed_at: int | None = None
    is_won: bool = False


class Story:
    """The story of one lead: where it stands, what was sold, and the timeline of it all."""

    def __init__(self, recipe: Recipe, profile: Profile, shape: Shape, decks: Decks, chance: Chance) -> None:
        self.profile = profile
        self.stage = MARKS[0]
        self.sold: list[Sold] = []
        self.speech = Speech(profile, decks, chance)
        self._recipe = recipe
        self._shape = shape
        self._chance = chance
        self._time = Timeline(profile, chance)
        self._deals = list(profile.deals[1:])
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
        self._time.receive(self._recipe.campaigns, came_at=came_at)
        return self._time.in_order()

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

    # The beats, in the order in which they usually come

    def _arrive(self) -> None:
        source, say = self.profile.source, self.speech
        asked = say.line_and(0.5, "came", more="came_more")
        match source.kind:
            case "form" | "mail":
                words = "Filled in the web form" if source.kind == "form" else "Wrote to the workshop"
                asked = say.by_lead(asked)
            case "visit" if source.name != "Walked in":
                words = f"Met at: {source.name.lower()}"
            case _:
                words = say.line(f"came_{source.kind}")
        self._time.add("came_in", words, asked)

    def _try(self) -> None:
        self._enter("missed", self.speech.line(self._chance.weighed(("voicemail", "no_answer"), (6, 4))))
        if self._chance.happens(0.3):
            self._reach("contacted")

    def _call(self) -> None:
        self._time.settle()
        if not self._has_talked and self._chance.happens(0.18):
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
            self._enter("task", f"Done: {task[:1].lower()}{task[1:]}")

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
        if not self._has_bought() or not self._deals:
            return
        self._talk("again")
        self.speech.deal = self._deals.pop(0)
        self.sold.append(again := Sold(self.speech.deal, self._time.at))
        self._time.pass_hours(4, 120)
        words = f"Won again: {self.speech.deal.title}, {self.speech.price}"
        again.closed_at, again.is_won = self._enter("won", words, self.speech.line("won_more")).at, True

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
        headline, text = headed(self.speech.line_and(0.55, name, "small", more="after_talk"))
        minutes = self._chance.often_low(2, 24)
        self._enter("call", f"Call, {minutes} min. {headline}", text)
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
        return any(sold.is_won for sold in self.sold)

    def _open_deal(self) -> None:
        if not self.sold:
            self.sold.append(Sold(self.speech.deal, self._time.at))

    def _close(self, mark: str) -> None:
        title, price = self.speech.deal.title, self.speech.price
        words = f"Won: {title}, {price}" if mark == "won" else f"Lost: {title}"
        self._enter(mark, words, self.speech.line(mark if self._chance.happens(0.6) else f"{mark}_more"))
        if self.sold:
            self.sold[0].closed_at, self.sold[0].is_won = self._time.at, mark == "won"
        self._reach(mark)

    def _reach(self, mark: str) -> None:
        """Move on to a stage, a little later, now and then by way of the stages between."""
        here, there = MARKS.index(self.stage), MARKS.index(mark)
        if there <= here:
            return
        between = [] if mark == "lost" else [step for step in MARKS[here + 1 : there] if self._chance.happens(0.35)]
        for step in [*between, mark]:
            self._time.pass_seconds(15, 4 * MINUTE if mark in ("won", "lost") else 35 * MINUTE)
            before, after = (self._recipe.stages[MARKS.index(one)].name for one in (self.stage, step))
            self._enter("moved", f"Stage: {before} to {after}")
            self.stage = step


def _short(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:67].rsplit(' ', 1)[0]} …"
