"""The commands on campaigns: preview, pre-flight, test, send, pause, resume, cancel, results."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from click import ClickException

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.commands.opened import COMMAND_LINE, opened_database, opened_with_keyring
from portal.people.messages.addresses import NotAnAddress, read_address
from portal.people.messages.obstacles import Obstacle
from portal.people.messages.obstacles import look as look_for_obstacles
from portal.people.outreach import feeding, preflight, preview, runs
from portal.people.outreach.campaigns import Campaign, NoSuchCampaign, get_campaign, list_campaigns, read_as_sent
from portal.people.outreach.preview import NobodyThere, TestRefused
from portal.people.outreach.reading import Faulty
from portal.people.outreach.results import results_of
from portal.people.outreach.runs import AlreadyRunning, NotPossible
from portal.people.outreach.segments import find_segment
from portal.people.staff import members
from portal.shared import clock


class NotStaff(LookupError):
    """A test goes to those who work here, and to nobody else."""


def list_all() -> dict[str, Any]:
    """Every campaign, and where its newest run stands."""
    with opened_database() as (database, _), database.reading() as db:
        found = []
        for slug, campaign in list_campaigns().items():
            if not isinstance(campaign, Campaign):
                found.append({"campaign": slug, "title": "", "stands": "cannot be used"})
                continue
            run = runs.find_newest(db, campaign=slug)
            stands = run.stands(clock.now(), runs.count_waiting(db, run.row.id)) if run else "never sent"
            found.append({"campaign": slug, "title": campaign.title, "stands": stands})
        return {"campaigns": found}


def show_preview(slug: str, email: str) -> dict[str, str]:
    """The campaign as the person of this address would get it. Raises NoSuchCampaign, Faulty, NobodyThere."""
    campaign = get_campaign(slug)
    with opened_with_keyring() as (database, keyring, settings), database.reading() as db:
        person = preview.find_person(db, email=read_address(email)) if email else None
        shown = preview.preview(
            db, campaign=campaign, person=person, url=settings.url, keyring=keyring, now=clock.now()
        )
        return {"to": shown.mail.to, "subject": shown.mail.subject, "verdict": shown.verdict, "text": shown.mail.text}


def show_preflight(slug: str, rule: str = "", number: int = 1) -> dict[str, Any]:
    """Who would get it now and who would not, by which rule."""
    campaign = get_campaign(slug)
    segment = find_segment(campaign.segment)
    assert segment is not None  # noqa: S101  # get_campaign looked
    with opened_with_keyring() as (database, keyring, _), database.reading() as db:
        found = preflight.look(
            db, campaign=campaign, segment=segment, keyring=keyring, now=clock.now(), rule=rule, number=number
        )
    return {
        "campaign": slug,
        "segment": segment.sentence,
        "total": found.total,
        "rules": found.counts,
        "page": found.number,
        "pages": found.pages,
        "people": [{"email": one.email, "rule": one.rule, "record": one.record_id} for one in found.verdicts],
    }


def send_test(slug: str, email: str) -> str:
    """Send the campaign to one of the staff, marked as a test; the address. Raises NotStaff, TestRefused."""
    campaign, address, now = get_campaign(slug), read_address(email), clock.now()
    with opened_with_keyring() as (database, keyring, settings), database.transaction() as db:
        staff = members.find_by_email(db, email=address)
        if staff is None:
            raise NotStaff(f"{address} does not work here. A test goes to the staff alone: bin/portal staff list")
        preview.send_test(db, campaign=campaign, staff=staff, url=settings.url, keyring=keyring, now=now)
        audit.note(db, What.CAMPAIGN_TESTED, by=None, about=slug, now=now)
    return address


def send(slug: str, starts_at: datetime | None = None) -> dict[str, Any]:
    """Begin a run and put it into the outbox, whose worker sends it. Raises AlreadyRunning."""
    campaign, now = get_campaign(slug), clock.now()
    with opened_with_keyring() as (database, keyring, settings):
        with database.transaction() as db:
            run = runs.begin(db, campaign=campaign, by=COMMAND_LINE, starts_at=starts_at or now, now=now)
            audit.note(db, What.CAMPAIGN_SENT, by=None, about=slug, now=now)
        if run.starts_at <= now:
            feeding.feed_until_full(database, run_id=run.id, keyring=keyring, url=settings.url)
    return show_results(slug)


def act(slug: str, what: str) -> dict[str, Any]:
    """Pause, resume or cancel the newest run. Raises NotPossible."""
    now = clock.now()
    acts = {
        "pause": (runs.pause, What.CAMPAIGN_PAUSED),
        "resume": (runs.resume, What.CAMPAIGN_RESUMED),
        "cancel": (runs.cancel, What.CAMPAIGN_CANCELLED),
    }
    do, noted = acts[what]
    with opened_database() as (database, _), database.transaction() as db:
        do(db, campaign=slug, by=COMMAND_LINE, now=now)
        audit.note(db, noted, by=None, about=slug, now=now)
    return show_results(slug)


def show_results(slug: str) -> dict[str, Any]:
    """What became of every run of a campaign, the newest first."""
    with opened_database() as (database, _), database.reading() as db:
        found = []
        for run in runs.list_runs(db, campaign=slug):
            campaign, faults = read_as_sent(slug, run.row.source)
            results = results_of(db, run=run, purpose=campaign.purpose, channel=campaign.channel)
            stands = run.stands(clock.now(), results.waiting)
            begun = {"begun_at": run.row.begun_at.isoformat(), "starts_at": run.row.starts_at.isoformat()}
            met = look_for_obstacles(db, which=runs.all_messages_of(run.row.id))
            trouble = {"lacks": [str(fault) for fault in faults], "put_off": _told(met.put_off)}
            trouble |= {"failed_by": _told(met.failed), "next_try_at": met.next_try_at and met.next_try_at.isoformat()}
            found.append({"run": run.row.id, "stands": stands} | begun | results.as_dict() | trouble)
    return {"campaign": slug, "runs": found}


@contextmanager
def faults_as_words() -> Iterator[None]:
    """What can be wrong with what was asked for, as one line of the command line."""
    try:
        yield
    except NoSuchCampaign as fault:
        raise ClickException(
            f"There is no content/campaigns/{fault}.md. bin/portal outreach list names them."
        ) from fault
    except AlreadyRunning as fault:
        raise ClickException("It is being sent already. bin/portal outreach results says how far it is.") from fault
    except (Faulty, NobodyThere, NotAnAddress, NotPossible, NotStaff, TestRefused) as fault:
        raise ClickException(str(fault)) from fault


def preflight_in_words(found: dict[str, Any]) -> str:
    """A pre-flight to be read."""
    rules = [f"{count:>9,}  {rule:18} {preflight.WORDS[rule]}" for rule, count in found["rules"].items()]
    people = [f"  {one['rule']:18} {one['email']:40} {one['record']}" for one in found["people"]]
    head = f"{found['segment']} {found['total']:,} of them."
    return "\n".join([head, *rules, "", f"Page {found['page']} of {found['pages']}:", *people])


def results_in_words(found: dict[str, Any]) -> str:
    """Results to be read."""
    if not found["runs"]:
        return "It was never sent."
    lines = []
    for run in found["runs"]:
        lines.append(f"{run['stands']}, begun {run['begun_at'][:16]}")
        lines += [f"{run[key]:>9,}  {key.replace('_', ' ')}" for key in NUMBERS]
        lines += [f"           it lacks: {fault}" for fault in run["lacks"]]
        lines += [
            f"{one['count']:>9,}  put off: {one['why']} ({one['said']}). {one['advice']}" for one in run["put_off"]
        ]
        lines += [
            f"{one['count']:>9,}  failed: {one['why']} ({one['said']}). {one['advice']}" for one in run["failed_by"]
        ]
        refused = run["refused"] | run["dropped"]
        lines += [f"{count:>9,}  {rule}: {preflight.WORDS.get(rule, rule)}" for rule, count in refused.items()]
    return "\n".join(lines)


def _told(obstacles: list[Obstacle]) -> list[dict[str, Any]]:
    return [
        {"count": one.count, "why": one.words.title, "said": one.said, "advice": one.words.advice} for one in obstacles
    ]


NUMBERS = ("made", "sent", "waiting", "failed", "bounced", "complained", "opted_out")
