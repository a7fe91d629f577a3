"""The only place that keeps the order of a story: how time passes, what is entered when, and what is left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from portal.sandbox.scenarios import hours
from portal.sandbox.scenarios.cast import Profile
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.hours import DAY, HOUR, MINUTE
from portal.sandbox.scenarios.recipe import Campaign

LEAD = "lead"  # who did it, where it was the lead
BY_MAIL = frozenset({"sent", "quoted", "opened", "clicked", "replied"})


@dataclass(slots=True)
class Entry:
    """One entry of a timeline; `about` is the entry of the message that was opened, clicked or answered."""

    at: int
    kind: str
    words: str
    body: str = ""
    who: str = LEAD
    about: "Entry | None" = field(default=None, repr=False)


class Present(Exception):
    """The story has reached the scenario's now."""


class Timeline:
    """What happened around one lead, and the moment that the story has come to."""

    def __init__(self, profile: Profile, chance: Chance) -> None:
        self.at = 0
        self.entries: list[Entry] = []
        self.no_mail_since: int | None = None
        self._profile = profile
        self._chance = chance

    def begin(self, at: int, *, is_work: bool) -> None:
        """Let the story begin at `at`, or at the next waking or working hour."""
        self.at = self._in_hours(at, is_work=is_work)

    def pass_hours(self, least: float, most: float, *, is_work: bool = True, pace: float = 1) -> None:
        """Let some hours pass, and more of them until somebody works or is awake. Raises Present."""
        self.at += int(self._chance.often_low(int(least * 600), int(most * 600)) * 6 * pace)
        self.settle(is_work=is_work)

    def pass_seconds(self, least: int, most: int) -> None:
        """Let a little time pass within what is being done."""
        self.at += self._chance.often_low(least, most)

    def settle(self, *, is_work: bool = True) -> None:
        """Go on to the next hour in which somebody works, or is awake. Raises Present."""
        self.at = self._in_hours(self.at, is_work=is_work)
        if self.at >= -30 * MINUTE:  # so that what is begun can be brought to its end
            raise Present

    def add(self, kind: str, words: str, body: str = "", *, who: str = LEAD, about: Entry | None = None) -> Entry:
        """Enter something at this moment. Raises Present."""
        if self.at >= 0:
            raise Present
        entry = Entry(self.at, kind, words, body, who, about)
        self.entries.append(entry)
        return entry

    def read(self, message: Entry, subject: str, *, link: str) -> None:
        """What the lead does with a message: nothing, opens it, once or again, follows the link in it."""
        chance, temper = self._chance, self._profile.temper
        at, again = message.at, ""
        share = temper.reads
        while chance.happens(share):
            at = hours.when_awake(at + chance.often_low(2 * MINUTE, 4 * DAY if again else 40 * HOUR), chance)
            self.entries.append(Entry(at, "opened", f"Opened “{subject}”{again}", about=message))
            if link and chance.happens(temper.clicks):
                at += chance.between(8, 240)
                self.entries.append(Entry(at, "clicked", f"Clicked “{link}”", about=message))
                return
            share, again = 0.22, " again"

    def receive(self, campaigns: Sequence[Campaign], *, came_at: int) -> None:
        """Let the campaigns in that reached this lead; now and then one of them brings an opt-out."""
        last_mail = max((entry.at for entry in self.entries if entry.kind in BY_MAIL), default=came_at)
        for campaign in campaigns:
            at = _campaign_at(campaign.day)
            if at < came_at + DAY or (campaign.threads and self._profile.thread.name not in campaign.threads):
                continue
            if self.no_mail_since is not None and at >= self.no_mail_since:
                return
            if self._chance.happens(self._profile.temper.on_list):
                self._receive(campaign, at, may_be_last=at > last_mail)

    def in_order(self) -> list[Entry]:
        """The entries by time; nothing of the future, and no mail after an opt-out."""
        until = 0 if self.no_mail_since is None else self.no_mail_since
        kept = [entry for entry in self.entries if entry.at < 0 and (entry.at <= until or entry.kind not in BY_MAIL)]
        return sorted(kept, key=lambda entry: entry.at)

    def _receive(self, campaign: Campaign, at: int, *, may_be_last: bool) -> None:
        sent = Entry(at, "sent", f"Received “{campaign.subject}”", who=campaign.name)
        self.entries.append(sent)
        self.read(sent, campaign.subject, link=campaign.link)
        if may_be_last and self.entries[-1] is not sent and self._chance.happens(0.02):
            self.no_mail_since = self.entries[-1].at + self._chance.between(20, 400)
            self.entries.append(Entry(self.no_mail_since, "opted_out", "Used the opt-out link"))

    def _in_hours(self, at: int, *, is_work: bool) -> int:
        return (hours.at_work if is_work else hours.when_awake)(at, self._chance)


@cache
def _campaign_at(day: int) -> int:
    """When a campaign of `day` days ago went out: on a working day, a little after half past nine."""
    at = -day * DAY - hours.NOW_IN_DAY
    while hours.weekday(at) > 4:
        at -= DAY
    return at + 9 * HOUR + 30 * MINUTE + (day * 7) % 45 * MINUTE
