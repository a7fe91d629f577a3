"""The only place that reads campaigns: `content/campaigns/NAME.md`, TOML between two lines of +++ and then Markdown."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from portal.people.consent.notices import current_wording
from portal.people.messages.channels import CHANNELS
from portal.people.messages.models import Offering
from portal.people.outreach import placeholders
from portal.people.outreach.reading import Faulty, Reader, read_toml
from portal.people.outreach.segments import find_segment
from portal.shared.environment import ROOT
from portal.shared.proofreading import Fault

FOLDER = ROOT / "content" / "campaigns"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FENCE = "+++"
_SLUG = re.compile(r"(?=.{1,48}\Z)[a-z0-9]+(-[a-z0-9]+)*")


class NoSuchCampaign(LookupError):
    """There is no file of that name."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """When a message may leave: on these days, between these hours, as the clocks of a place show them."""

    days: tuple[str, ...]
    opens: time
    closes: time
    zone: str

    def next_open(self, now: datetime) -> datetime:
        """Now, where it is open; else when it opens next."""
        here = now.astimezone(ZoneInfo(self.zone))
        for ahead in range(9):
            day = here.date() + timedelta(days=ahead)
            if DAYS[day.weekday()] not in self.days:
                continue
            opens, closes = (datetime.combine(day, at, here.tzinfo) for at in (self.opens, self.closes))
            if here < closes:
                return max(opens.astimezone(now.tzinfo), now)
        raise AssertionError("A week without a day on which it opens: the reader refuses that.")


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A message to a segment of people, as it was written. `digest` is the SHA-256 of the whole file."""

    slug: str
    title: str
    subject: str
    purpose: str
    channel: str
    kind: Offering
    segment: str
    signed: str
    button: str
    leads_to: str
    rest_days: int
    window: Window
    body: str
    source: str
    digest: str


def list_campaigns(folder: Path | None = None) -> dict[str, Campaign | Faulty]:
    """Every campaign by its slug, or what is wrong with it."""
    found: dict[str, Campaign | Faulty] = {}
    for path in sorted((folder or FOLDER).glob("*.md")):
        try:
            found[path.stem] = read_campaign(path.stem, path.read_text("utf-8"))
        except Faulty as fault:
            found[path.stem] = fault
    return found


def get_campaign(slug: str, folder: Path | None = None) -> Campaign:
    """The campaign of this slug. Raises NoSuchCampaign, or Faulty."""
    path = (folder or FOLDER) / f"{slug}.md"
    if not _SLUG.fullmatch(slug) or not path.is_file():
        raise NoSuchCampaign(slug)
    return read_campaign(slug, path.read_text("utf-8"))


def check(path: Path) -> list[Fault]:
    """What is wrong with the campaign at `path`; empty where it can be sent."""
    try:
        read_campaign(path.stem, path.read_text("utf-8"))
    except Faulty as bad:
        return bad.faults
    return []


def read_campaign(slug: str, source: str) -> Campaign:
    """The campaign in this text. Raises Faulty, with everything that is wrong."""
    campaign, faults = read_as_sent(slug, source)
    if faults:
        raise Faulty(f"{slug}.md", faults)
    return campaign


def read_as_sent(slug: str, source: str) -> tuple[Campaign, list[Fault]]:
    """The campaign in a text, and what is wrong with it today. Raises Faulty where it cannot be read at all."""
    name = f"{slug}.md"
    source = source.replace("\r\n", "\n")
    lines = source.split("\n")
    if lines[0] != _FENCE or _FENCE not in lines[1:]:
        words = f"Begin the file with {_FENCE}, then the keys, then {_FENCE} on a line of its own, then the words."
        raise Faulty(name, [Fault(1, "file", words)])
    if not _SLUG.fullmatch(slug):
        words = "Name the file with small letters, digits and single dashes, 48 at most: each mail has it in a header."
        raise Faulty(name, [Fault(1, "file", words)])
    end = lines.index(_FENCE, 1)
    reader = read_toml("\n".join(lines[1:end]), name=name, first_line=2)
    body = "\n".join(lines[end + 1 :]).strip("\n")
    campaign = _campaign(slug, reader, body=body, source=source)
    reader.refuse_others()
    first = next((number for number, line in enumerate(lines[end + 1 :], end + 2) if line), end + 2)
    faults = [*reader.faults, *_faults_in_words(campaign, body, first, reader)]
    return campaign, sorted(faults, key=lambda fault: fault.line)


def _campaign(slug: str, reader: Reader, *, body: str, source: str) -> Campaign:
    purposes = {purpose.id for purpose in current_wording("sign-up").purposes}
    kind = reader.word("kind", list(Offering), default="offer")
    return Campaign(
        slug=slug,
        title=reader.line("title", most=80),
        subject=reader.line("subject", most=90),
        purpose=reader.word("purpose", purposes),
        channel=reader.word("channel", CHANNELS, default=CHANNELS[0]),
        kind=Offering(kind or "offer"),
        segment=_segment(reader),
        signed=reader.line("from", most=60),
        button=reader.line("button", most=40),
        leads_to=_leads_to(reader),
        rest_days=reader.number("rest_days", 0, 90, default=3),
        window=_window(reader.table("window")),
        body=body,
        source=source,
        digest=hashlib.sha256(source.encode()).hexdigest(),
    )


def _segment(reader: Reader) -> str:
    slug = reader.slug("segment")
    if slug and find_segment(slug) is None:
        return reader.wrong("segment", f"There is no content/segments/{slug}.toml, or it cannot be used.")
    return slug


def _leads_to(reader: Reader) -> str:
    where = reader.line("leads_to", most=200)
    if where and not re.fullmatch(r"/[a-z0-9/_.-]*(\?[a-z0-9=&-]*)?", where):
        return reader.wrong("leads_to", "Write an address on this site, like /offers/setup-day.")
    return where


def _window(reader: Reader) -> Window:
    days = reader.found.get("days", list(DAYS))
    reader.read.add("days")
    if not isinstance(days, list) or not days or not set(map(str, days)) <= set(DAYS):
        reader.wrong("days", f"Write some of: {', '.join(DAYS)}.")
        days = list(DAYS)
    zone = reader.word("zone", available_timezones(), default="UTC") if "zone" in reader.found else "UTC"
    opens, closes = _hour(reader, "opens", time(0)), _hour(reader, "closes", time.max)
    if opens >= closes:
        reader.wrong("closes", "It closes before it opens.")
    reader.refuse_others()
    return Window(days=tuple(map(str, days)), opens=opens, closes=closes, zone=zone or "UTC")


def _hour(reader: Reader, key: str, default: time) -> time:
    reader.read.add(key)
    value = reader.found.get(key, default)
    if not isinstance(value, time):
        reader.wrong(key, "Write an hour without quotes, like 09:00:00.")
        return default
    return value


def _faults_in_words(campaign: Campaign, body: str, first: int, reader: Reader) -> list[Fault]:
    faults = [Fault(first + down, "text", words) for down, words in placeholders.faults_in(body)]
    faults += [
        Fault(reader.line_of("subject"), "subject", words) for _, words in placeholders.faults_in(campaign.subject)
    ]
    if not body.strip():
        faults.append(Fault(first, "text", "There are no words to send."))
    for down, line in enumerate(body.split("\n")):
        if re.search(r"<[a-zA-Z/!]", line):
            faults.append(Fault(first + down, "text", "HTML is shown as it is typed. Write Markdown."))
        if re.search(r"\]\((?!/|https://)", line):
            faults.append(Fault(first + down, "text", "A link begins with / for this site, or with https://."))
        if re.search(r"\]\([^)]*[{}]", line):
            faults.append(Fault(first + down, "text", "A link holds no placeholder."))
    return faults
