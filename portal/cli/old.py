"""The command line; each command imports its side only when it runs, so that no process holds what it does not need."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from portal.shared.environment import ROOT, SettingsError

RECIPES = ROOT / "content" / "scenarios"
FORMS = ROOT / "content" / "forms"
OFFERS = ROOT / "content" / "offers"
_FOLDER = click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def portal() -> None:
    """CustomerHub's learning center."""


@portal.command("run")
def run_all() -> None:
    """Start people site, sandbox and worker under one supervisor."""
    from portal.run import CannotStart, run

    try:
        run(os.environ)
    except CannotStart as fault:
        raise click.ClickException(str(fault)) from fault


@portal.command()
def migrate() -> None:
    """Bring both databases to the newest schema, each by a process of its own."""
    _prepare("migrate")


@portal.command()
def seed() -> None:
    """Fill in the sample content where it is missing."""
    _prepare("seed")


@portal.group()
def people() -> None:
    """The people side's own process."""


@people.command("serve")
@click.option("--prepare", is_flag=True, help="Migrate and seed first.")
def people_serve(prepare: bool) -> None:
    """Answer for the people host."""
    if prepare:
        from portal.people.setup import migrate, seed

        migrate()
        seed()
    from portal.people.serve import serve

    serve()


@people.command("migrate")
def people_migrate() -> None:
    """Bring the people database to the newest schema."""
    from portal.people.setup import migrate

    migrate()


@people.command("prepare")
def people_prepare() -> None:
    """Both: migrate and seed, by one process."""
    from portal.people.setup import migrate, seed

    migrate()
    seed()


@people.command("doctor")
def people_doctor() -> None:
    """How the people side is, as data: its part of `doctor`."""
    from portal.people.doctor import examine

    click.echo(json.dumps(examine()))


@people.command("seed")
def people_seed() -> None:
    """Publish the sample webinar."""
    from portal.people.setup import seed

    seed()


@people.command("start-link")
def people_start_link() -> None:
    """Print a link that signs the sample staff in once, on one's own machine."""
    from portal.people.commands.staff import make_start_link

    click.echo(make_start_link())


@people.command("export")
@click.option("--preset", default="generic", type=click.Choice(["generic", "contacts", "lists"]), help="Which columns.")
def people_export(preset: str) -> None:
    """Print everybody who agrees to something now, as CSV for another system; the audit log notes it."""
    from portal.people.commands.webhooks import export_people
    from portal.people.webhooks.export import Held

    try:
        text, _people = export_people(preset)
    except Held as fault:
        raise click.ClickException("A backup was put back, and the noes said since are not replayed yet.") from fault
    click.echo(text, nl=False)


@portal.group()
def webhooks() -> None:
    """Where other systems are told of consents."""


@webhooks.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, help="What to tell of; several times for several, never for all.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def webhooks_add(url: str, events: tuple[str, ...], as_json: bool) -> None:
    """Let URL be told from now on; print what it checks our signatures with."""
    from portal.people.commands.webhooks import add_webhook
    from portal.people.webhooks.endpoints import TooMany
    from portal.people.webhooks.models import Event
    from portal.people.webhooks.target import TargetRefused

    if unknown := sorted(set(events) - set(Event)):
        raise click.ClickException(f"{unknown[0]} is no event. There are: {', '.join(Event)}")
    try:
        added = add_webhook(url, events)
    except TargetRefused as fault:
        raise click.ClickException(str(fault)) from fault
    except TooMany as fault:
        raise click.ClickException("There are as many as there may be. End one first.") from fault
    words = f"{added['id']}  {url}\nsecret, to be kept:  {added['secret']}\npublic key:          {added['public_key']}"
    _answer(added, words, as_json=as_json)


@webhooks.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def webhooks_list(as_json: bool) -> None:
    """List who is told, and of what."""
    from portal.people.commands.webhooks import list_webhooks

    found = list_webhooks()
    lines = [f"{one['id']}  {one['url']}  {' '.join(one['events'])}" for one in found]
    _answer({"webhooks": found}, "\n".join(lines) or "None yet: bin/portal webhooks add URL", as_json=as_json)


@webhooks.command("end")
@click.argument("webhook")
def webhooks_end(webhook: str) -> None:
    """Tell the address of the id WEBHOOK nothing more."""
    from portal.people.commands.webhooks import end_webhook
    from portal.people.webhooks.endpoints import NoSuchEndpoint

    try:
        end_webhook(webhook)
    except NoSuchEndpoint as fault:
        raise click.ClickException(f"No webhook has the id {webhook}. See: bin/portal webhooks list") from fault
    click.echo(f"{webhook} is told nothing more.")


@webhooks.command("replay")
@click.argument("message")
def webhooks_replay(message: str) -> None:
    """Send the delivery with the webhook-id MESSAGE again, if what it tells still holds."""
    from portal.people.commands.webhooks import replay_delivery
    from portal.people.webhooks.delivering import EndpointEnded, NoSuchDelivery

    try:
        replay_delivery(message)
    except NoSuchDelivery as fault:
        raise click.ClickException(f"No delivery has the id {message}. Deliveries are kept for 30 days.") from fault
    except EndpointEnded as fault:
        raise click.ClickException("Its webhook was ended, so nothing is sent there.") from fault
    click.echo(f"{message} is sent again by the worker.")


@portal.group()
def staff() -> None:
    """Those who work here."""


@staff.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(["marketer", "publisher", "privacy", "admin"]))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def staff_add(email: str, role: str, as_json: bool) -> None:
    """Let EMAIL work here, or begin their sign-in anew; print the link by which they set a password, once."""
    from portal.people.commands.staff import add_staff
    from portal.people.messages.addresses import NotAnAddress

    try:
        added = add_staff(email, role)
    except NotAnAddress as fault:
        raise click.ClickException(str(fault)) from fault
    words = f"{added['email']} sets a password here, within 24 hours and once:\n{added['link']}"
    _answer(added, words, as_json=as_json)


@staff.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def staff_list(as_json: bool) -> None:
    """List who works here, and who left."""
    from portal.people.commands.staff import list_staff

    found = list_staff()
    lines = [
        f"{one['role']:9}  {one['email']}" + (f"  left {one['left_at'][:10]}" if one["left_at"] else "")
        for one in found
    ]
    _answer(
        {"staff": found}, "\n".join(lines) or "Nobody yet: bin/portal staff add EMAIL --role admin", as_json=as_json
    )


@portal.group()
def sandbox() -> None:
    """The sandbox's own process."""


@sandbox.command("serve")
@click.option("--prepare", is_flag=True, help="Migrate and load the small scenarios first.")
def sandbox_serve(prepare: bool) -> None:
    """Answer for the sandbox host."""
    if prepare:
        from portal.sandbox.setup import AT_START, migrate, seed

        migrate()
        seed(largest=AT_START)
    from portal.sandbox.serve import serve

    serve()


@sandbox.command("migrate")
def sandbox_migrate() -> None:
    """Bring the sandbox database to the newest schema."""
    from portal.sandbox.setup import migrate

    migrate()


@sandbox.command("prepare")
def sandbox_prepare() -> None:
    """Migrate, and load the small scenarios, by one process; the large ones are for `seed`."""
    from portal.sandbox.setup import AT_START, migrate, seed

    migrate()
    seed(largest=AT_START)


@sandbox.command("doctor")
def sandbox_doctor() -> None:
    """How the sandbox is, as data: its part of `doctor`."""
    from portal.sandbox.doctor import examine

    click.echo(json.dumps(examine()))


@sandbox.command("seed")
@click.option("--gently", is_flag=True, help="Give way to whatever else runs on this machine.")
def sandbox_seed(gently: bool) -> None:
    """Load the scenarios that are missing, and read what was loaded; it goes on where it was stopped."""
    from portal.sandbox.setup import seed

    if gently:
        os.nice(10)
    seed()


@sandbox.command("glimpse")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def sandbox_glimpse(target: Path) -> None:
    """Draw a few rows of the CRM into the file TARGET, for the learning center's home page."""
    from portal.sandbox.glimpse import write_glimpse

    write_glimpse(RECIPES / "fernhollow-cycles.toml", target)


@portal.group()
def drive() -> None:
    """Test drives."""


@drive.command("create")
@click.option("--scenario", help="Its short name; without it, the smallest one.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def drive_create(scenario: str | None, as_json: bool) -> None:
    """Start a test drive, and print the private link that opens it."""
    from portal.sandbox.drives.command import UnknownScenario, create_drive
    from portal.sandbox.settings import load_settings

    try:
        created = create_drive(load_settings(), slug=scenario)
    except UnknownScenario as fault:
        raise click.ClickException(str(fault)) from fault
    _answer(created, f"Whoever opens this has the test drive {created['drive']}:\n{created['link']}", as_json=as_json)


@drive.command("expire")
@click.option("--drive", "public_id", metavar="ID", help="This one, at once, whether or not it is over.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def drive_expire(public_id: str | None, as_json: bool) -> None:
    """Remove the test drives that are over, and look for what is left of them; exit 1 where anything is."""
    from portal.sandbox.drives.command import UnknownDrive, expire_drives, in_words
    from portal.sandbox.settings import load_settings

    try:
        report = expire_drives(load_settings(), public_id=public_id)
    except UnknownDrive as fault:
        raise click.ClickException(str(fault)) from fault
    _answer(report, in_words(report), as_json=as_json)
    sys.exit(1 if any(report["left"].values()) else 0)


@portal.command()
def worker() -> None:
    """Send what is in the outbox and keep the retention rules, until told to stop."""
    from portal.people.worker import work

    work()


@portal.command()
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def doctor(as_json: bool) -> None:
    """Say what works and what to do about what does not; exit 1 where something is broken."""
    from portal.doctor import examine

    diagnosis = examine(os.environ)
    _answer(diagnosis.as_dict(), diagnosis.as_words(), as_json=as_json)
    sys.exit(0 if diagnosis.is_sound else 1)


@portal.command()
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def backup(target: Path, as_json: bool) -> None:
    """Copy both sides into the new folder DIR, while they run: people, people-keys and sandbox."""
    from portal.backup import SideFailed, back_up

    try:
        copied = back_up(target.absolute(), os.environ)
    except SideFailed as fault:
        raise click.ClickException(str(fault)) from fault
    words = (
        f"{copied['people']['rows']:,} rows of people and {copied['people']['media']} media files, "
        f"{copied['sandbox']['rows']:,} rows of the sandbox are in {target}.\n"
        f"Now move {copied['people']['keys']} to another place: it opens what the rest seals. "
        "PEOPLE_SECRET_KEYS is in neither; keep it in a third.\n"
        "Keep the journal of noes (PEOPLE_OPT_OUTS_URL) where a lost machine does not take it along."
    )
    _answer(copied, words, as_json=as_json)


_REPLACE = click.option("--replace", "is_replacing", is_flag=True, help="Though something is there already.")
_KEYS = click.option("--keys", type=_FOLDER, help="The keys; without it, DIR/people-keys.")
_OPT_OUTS = click.option("--opt-outs", type=_FOLDER, help="The journal of noes; without it, the one in the settings.")
_LOST = click.option(
    "--opt-outs-lost", metavar="WORDS", help="Send without that journal, since it is lost: who says so."
)


@portal.command()
@click.argument("source", metavar="DIR", type=_FOLDER)
@_REPLACE
@_KEYS
@_OPT_OUTS
@_LOST
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def restore(
    source: Path,
    is_replacing: bool,
    keys: Path | None,
    opt_outs: Path | None,
    opt_outs_lost: str | None,
    as_json: bool,
) -> None:
    """Put both sides back from the folder DIR, and say again every no since; exit 1 where sending stays held."""
    from portal.backup import SideFailed
    from portal.backup import restore as put_back

    of_people = [
        word
        for name, value in (("--keys", keys), ("--opt-outs", opt_outs), ("--opt-outs-lost", opt_outs_lost))
        if value
        for word in (name, str(value))
    ]
    options = ["--replace"] if is_replacing else []
    try:
        done = put_back(source.absolute(), os.environ, options=options, of_people=of_people)
    except SideFailed as fault:
        raise click.ClickException(str(fault)) from fault
    _answer(done, _restored(done["people"]), as_json=as_json)
    sys.exit(1 if done["people"]["noes"] is None else 0)


@people.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def people_backup(target: Path, as_json: bool) -> None:
    """The people side's part of `backup`."""
    from portal.people.backup import back_up

    with _said_in_a_line():
        copied = back_up(target.absolute())
    _answer(copied, f"{copied['rows']:,} rows in {copied['folder']}", as_json=as_json)


@people.command("restore")
@click.argument("source", metavar="DIR", type=_FOLDER)
@_REPLACE
@_KEYS
@_OPT_OUTS
@_LOST
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def people_restore(
    source: Path,
    is_replacing: bool,
    keys: Path | None,
    opt_outs: Path | None,
    opt_outs_lost: str | None,
    as_json: bool,
) -> None:
    """The people side's part of `restore`."""
    from portal.people.backup import restore

    with _said_in_a_line():
        done = restore(source, keys=keys, opt_outs=opt_outs, lost_because=opt_outs_lost, is_replacing=is_replacing)
    found = {"rows": done.manifest.rows, "made_at": done.manifest.made_at, "noes": done.noes}
    found |= {"held_because": done.held_because}
    _answer(found, _restored(found), as_json=as_json)


@people.command("replay-opt-outs")
@_OPT_OUTS
@_LOST
def people_replay_opt_outs(opt_outs: Path | None, opt_outs_lost: str | None) -> None:
    """After a restore: say again every no of the journal, and let sending start; exit 1 where it stays held."""
    from portal.people.backup import replay_noes

    with _said_in_a_line():
        noes = replay_noes(opt_outs, lost_because=opt_outs_lost)
    click.echo("Nothing is held." if noes is None else f"{noes:,} noes hold again. Messages may be sent.")


@sandbox.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def sandbox_backup(target: Path, as_json: bool) -> None:
    """The sandbox's part of `backup`."""
    from portal.sandbox.backup import back_up

    with _said_in_a_line():
        copied = back_up(target.absolute())
    _answer(copied, f"{copied['rows']:,} rows in {copied['folder']}", as_json=as_json)


@sandbox.command("restore")
@click.argument("source", metavar="DIR", type=_FOLDER)
@_REPLACE
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def sandbox_restore(source: Path, is_replacing: bool, as_json: bool) -> None:
    """The sandbox's part of `restore`."""
    from portal.sandbox.backup import restore

    with _said_in_a_line():
        manifest = restore(source, is_replacing=is_replacing)
    _answer({"rows": manifest.rows, "made_at": manifest.made_at}, f"{manifest.rows:,} rows", as_json=as_json)


@portal.group()
def separation() -> None:
    """The wall between the two sides."""


@separation.command("check")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def separation_check(as_json: bool) -> None:
    """Look at both sides and say, claim by claim, what was counted and whether it holds; exit 1 where one fails."""
    from portal.separation.check import check

    report = check(os.environ)
    _answer(report.as_dict(), report.as_words(), as_json=as_json)
    sys.exit(0 if report.is_held else 1)


@portal.group()
def consent() -> None:
    """The consent ledger."""


@consent.command("verify")
@click.option("--sealed", is_flag=True, help="Leave the payloads sealed, which takes a quarter of the time.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def consent_verify(sealed: bool, as_json: bool) -> None:
    """Recompute every record of the ledger; exit 1 and name the first bad one where it is broken."""
    from portal.people.commands.ledger import verify_ledger

    def say(examined: int) -> None:
        click.echo(f"\r{examined:,} records", err=True, nl=False)

    report = verify_ledger(is_deep=not sealed, say=say if sys.stderr.isatty() else None)
    _answer(report.as_dict(), report.as_words(), as_json=as_json)
    sys.exit(0 if report.is_sound else 1)


@consent.command("proof")
@click.argument("email")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write it there, not to the output."
)
def consent_proof(email: str, out: Path | None) -> None:
    """Write what a stranger needs to check what EMAIL agreed to; docs/ledger.md prints the program that does."""
    from portal.people.commands.ledger import NobodyThere, prove
    from portal.people.messages.addresses import NotAnAddress

    try:
        proof = prove(email)
    except (NobodyThere, NotAnAddress) as fault:
        raise click.ClickException(str(fault)) from fault
    if out is None:
        click.echo(proof, nl=False)
        return
    out.write_bytes(proof)
    click.echo(f"{out} proves what {email} agreed to. Whoever has it can read it; docs/ledger.md says how to check it.")


@consent.command("withdraw")
@click.argument("email")
@click.option(
    "--reason", required=True, type=click.Choice(["mail", "phone", "letter", "in person"]), help="How they asked."
)
@click.option("--purpose", help="This alone, like offers; without it, everything.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def consent_withdraw(email: str, reason: str, purpose: str | None, as_json: bool) -> None:
    """Say no for whoever has EMAIL and asked us to; nobody says yes for another."""
    from portal.people.commands.noes import UnknownPurpose, withdraw
    from portal.people.messages.addresses import NotAnAddress

    try:
        done = withdraw(email, reason=reason, purpose=purpose)
    except (NotAnAddress, UnknownPurpose) as fault:
        raise click.ClickException(str(fault)) from fault
    _answer(done, f"From now on nothing goes to {done['email']} about {done['purpose']}.", as_json=as_json)


@consent.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def consent_import(path: Path, as_json: bool) -> None:
    """Ask the people of FILE.csv once, where it proves that they agreed; the rest goes to FILE.csv.quarantine."""
    from portal.people.commands.noes import import_consents
    from portal.people.preferences.imports import NotAList

    quarantine = path.with_name(f"{path.name}.quarantine")
    try:
        report = import_consents(path, quarantine=quarantine)
    except NotAList as fault:
        raise click.ClickException(str(fault)) from fault
    where = f"\nThey stand in {quarantine}." if report.quarantined else ""
    _answer(vars(report), report.as_words() + where, as_json=as_json)


@portal.group()
def suppression() -> None:
    """Addresses that must not be used."""


@suppression.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def suppression_import(path: Path, as_json: bool) -> None:
    """Write to no address of FILE.csv any more, which names its columns in the first line, `email` among them."""
    from portal.people.commands.noes import import_suppressions
    from portal.people.consent.suppression_import import NotAList

    try:
        counts = import_suppressions(path)
    except NotAList as fault:
        raise click.ClickException(str(fault)) from fault
    _answer(vars(counts), counts.as_words(), as_json=as_json)


@consent.command("new-key")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def consent_new_key(as_json: bool) -> None:
    """Make a new key that signs checkpoints and receipts from now on; what older ones signed can still be checked."""
    from portal.people.commands.ledger import make_signing_key

    key_id = make_signing_key()
    _answer({"key": key_id}, f"From now on key {key_id} signs.", as_json=as_json)


@portal.group()
def outreach() -> None:
    """Campaigns: offers to many, to those alone who agreed to them."""


@outreach.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def outreach_list(as_json: bool) -> None:
    """List the campaigns in content/campaigns/, and where each stands."""
    from portal.people.commands.outreach import list_all

    found = list_all()
    lines = [f"{one['stands']:15}  {one['campaign']}  {one['title']}" for one in found["campaigns"]]
    _answer(found, "\n".join(lines) or "None yet: content/README.md says how to write one.", as_json=as_json)


@outreach.command("preview")
@click.argument("campaign")
@click.option("--to", "email", default="", metavar="EMAIL", help="As this person would get it.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def outreach_preview(campaign: str, email: str, as_json: bool) -> None:
    """Print CAMPAIGN as somebody would get it, and whether they would."""
    from portal.people.commands.outreach import faults_as_words, show_preview

    with faults_as_words():
        shown = show_preview(campaign, email)
    words = f"To: {shown['to']}\nSubject: {shown['subject']}\n({shown['verdict']})\n\n{shown['text']}"
    _answer(dict(shown), words, as_json=as_json)


@outreach.command("preflight")
@click.argument("campaign")
@click.option("--rule", default="", help="List those of this rule alone.")
@click.option("--page", default=1, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def outreach_preflight(campaign: str, rule: str, page: int, as_json: bool) -> None:
    """Say who would get CAMPAIGN now and who would not, by which rule and record."""
    from portal.people.commands.outreach import faults_as_words, preflight_in_words, show_preflight

    with faults_as_words():
        found = show_preflight(campaign, rule, page)
    _answer(found, preflight_in_words(found), as_json=as_json)


@outreach.command("test")
@click.argument("campaign")
@click.option("--to", "email", required=True, metavar="EMAIL", help="One of the staff.")
def outreach_test(campaign: str, email: str) -> None:
    """Send CAMPAIGN to one of the staff, marked as a test."""
    from portal.people.commands.outreach import faults_as_words, send_test

    with faults_as_words():
        click.echo(f"A test waits in the outbox for {send_test(campaign, email)}.")


@outreach.command("send")
@click.argument("campaign")
@click.option("--at", "starts_at", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="Begin then (UTC), and not now.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def outreach_send(campaign: str, starts_at: datetime | None, as_json: bool) -> None:
    """Send CAMPAIGN to everyone in its segment who agreed to it, each once; the worker sends what is put down here."""
    from portal.people.commands.outreach import faults_as_words, results_in_words, send

    with faults_as_words():
        found = send(campaign, starts_at.replace(tzinfo=UTC) if starts_at else None)
    _answer(found, results_in_words(found), as_json=as_json)


@outreach.command("results")
@click.argument("campaign")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def outreach_results(campaign: str, as_json: bool) -> None:
    """Say what became of CAMPAIGN: sent, refused and by which rule, bounced, complained, opted out after it."""
    from portal.people.commands.outreach import faults_as_words, results_in_words, show_results

    with faults_as_words():
        found = show_results(campaign)
    _answer(found, results_in_words(found), as_json=as_json)


def _outreach_act(what: str, words: str) -> None:
    @outreach.command(what, help=words)
    @click.argument("campaign")
    @click.option("--json", "as_json", is_flag=True, help="Answer with data.")
    def act(campaign: str, as_json: bool) -> None:
        from portal.people.commands.outreach import act as do
        from portal.people.commands.outreach import faults_as_words, results_in_words

        with faults_as_words():
            found = do(campaign, what)
        _answer(found, results_in_words(found), as_json=as_json)


_outreach_act("pause", "Let nothing more of CAMPAIGN leave until it is resumed.")
_outreach_act("resume", "Go on with CAMPAIGN where it was paused.")
_outreach_act("cancel", "End CAMPAIGN: what has not left never does.")


@portal.group()
def privacy() -> None:
    """What we promise about people's data."""


@privacy.command("retention")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def privacy_retention(as_json: bool) -> None:
    """Erase what is past its time, and say how much that was."""
    from portal.people.commands.ledger import keep_retention

    erased = keep_retention()
    _answer(erased, "\n".join(f"{count} {what}" for what, count in erased.items()), as_json=as_json)


@portal.group("forms")
def sign_up_forms() -> None:
    """Sign-up forms, and the keys by which other systems may post to them."""


@sign_up_forms.command("key")
@click.argument("form")
@click.option("--name", default="default", show_default=True, help="Who holds it: it is named in the evidence.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def forms_key(form: str, name: str, as_json: bool) -> None:
    """Make a key of FORM (its name in content/forms) and print it, once."""
    from portal.people.commands.forms import make_key
    from portal.people.forms.keys import NameTaken

    try:
        made = make_key(form, name=name)
    except NameTaken as fault:
        raise click.ClickException(
            f"{form} has a key named {name}. End it first, or give this one a --name."
        ) from fault
    words = f"Whoever holds this can post sign-ups to {form}. It is not shown again:\n{made['key']}"
    _answer(made, words, as_json=as_json)


@sign_up_forms.command("keys")
@click.argument("form")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def forms_keys(form: str, as_json: bool) -> None:
    """List the keys of FORM: their names, when they were made, when they were ended."""
    from portal.people.commands.forms import list_keys

    found = list_keys(form)
    lines = [
        f"{one['name']}  made {one['made_at'][:10]}" + (f"  ended {one['ended_at'][:10]}" if one["ended_at"] else "")
        for one in found
    ]
    _answer({"keys": found}, "\n".join(lines) or f"None yet: bin/portal forms key {form}", as_json=as_json)


@sign_up_forms.command("end-key")
@click.argument("form")
@click.argument("name")
def forms_end_key(form: str, name: str) -> None:
    """Let the key NAME of FORM open nothing any more, at once."""
    from portal.people.commands.forms import end_key
    from portal.people.forms.keys import NoSuchKey

    try:
        end_key(form, name=name)
    except NoSuchKey as fault:
        raise click.ClickException(f"{form} has no open key named {name}. See: bin/portal forms keys {form}") from fault
    click.echo(f"{name} opens {form} no more")


@portal.group()
def content() -> None:
    """What marketing writes."""


@content.command("check")
def content_check() -> None:
    """Say what is wrong with what marketing wrote, by line and key; exit 1 where anything is."""
    from portal.people.consent.notices import FOLDER as NOTICES
    from portal.people.consent.notices import check as check_notice
    from portal.people.forms.catalog import check as check_form
    from portal.people.offers.reading import check as check_offer
    from portal.people.outreach import campaigns, segments
    from portal.sandbox.scenarios.reading import check as check_recipe

    kinds = (
        (NOTICES, "*/*.toml", check_notice),
        (RECIPES, "*.toml", check_recipe),
        (FORMS, "*.toml", check_form),
        (OFFERS, "*.md", check_offer),
        (segments.FOLDER, "*.toml", segments.check),
        (campaigns.FOLDER, "*.md", campaigns.check),
    )
    faults = [
        f"{path.name}: {fault}"
        for folder, names, check in kinds
        for path in sorted(folder.glob(names))
        for fault in check(path)
    ]
    click.echo("\n".join(faults) or "Nothing is wrong.")
    sys.exit(1 if faults else 0)


@content.command("hash")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def content_hash(path: Path) -> None:
    """Print the line for content/notices/SHA256SUMS that makes the notice PATH one that may be shown."""
    from portal.people.consent.notices import FOLDER, manifest_line

    if not path.resolve().is_relative_to(FOLDER):
        raise click.ClickException(f"{path} is no notice. Notices lie in {FOLDER}, in a folder each.")
    click.echo(manifest_line(path))


@portal.command()
@click.argument("path", type=click.Path(exists=True))
def publish(path: str) -> None:
    """Make the webinar in the folder PATH public, or the offer in the file PATH."""
    from portal.people.commands.publish import publish_path
    from portal.people.offers.reading import BadOffer
    from portal.people.webinars.publishing import NotPublishable

    try:
        click.echo(publish_path(path))
    except (NotPublishable, BadOffer) as fault:
        raise click.ClickException(str(fault)) from fault


@portal.group()
def offers() -> None:
    """What we propose, and the codes of those who took it."""


@offers.command("list")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def offers_list(as_json: bool) -> None:
    """List the public offers with what is left of each."""
    from portal.people.commands.offers import list_public

    found = list_public()
    lines = [
        f"{one['offer']:20}  {one['stands']:8}  {one['taken']} of {one['places']} taken  "
        f"{one['opens_on']} to {one['closes_on']}"
        for one in found
    ]
    _answer({"offers": found}, "\n".join(lines) or "None is public: bin/portal publish PATH", as_json=as_json)


@offers.command("redeem")
@click.argument("code")
@click.option("--by", default="the command line", help="Who takes it in.")
@click.option("--json", "as_json", is_flag=True, help="Answer with data.")
def offers_redeem(code: str, by: str, as_json: bool) -> None:
    """Take in CODE, once; exit 1 where nobody has it or it was used before."""
    from portal.people.commands.offers import redeem_code
    from portal.people.offers.redeeming import NoSuchCode, UsedBefore

    try:
        found = redeem_code(code, by=by)
    except (NoSuchCode, UsedBefore) as fault:
        raise click.ClickException(str(fault)) from fault
    _answer(found, f"Good: {found['name']}, place {found['place']}. It cannot be used again.", as_json=as_json)


@offers.command("unpublish")
@click.argument("slug")
def offers_unpublish(slug: str) -> None:
    """Take the offer SLUG off the site."""
    from portal.people.commands.publish import unpublish
    from portal.people.offers.publishing import NotPublic

    try:
        click.echo(unpublish(slug))
    except NotPublic as fault:
        raise click.ClickException(str(fault)) from fault


def main() -> None:
    """Run the command line; a setting or a database that cannot be used is one line, not a stack trace."""
    os.umask(0o077)  # databases, keys and logs are for their owner alone
    try:
        portal(prog_name="portal")
    except SettingsError as fault:
        _give_up(str(fault))
    except OSError as fault:
        _give_up(f"{fault}. Check the address, the port and the folders in the settings.")
    except Exception as fault:
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        if not isinstance(fault, SQLAlchemyError):
            raise
        why = fault.orig if isinstance(fault, DBAPIError) else fault
        _give_up(f"The database cannot be used: {why}. If it is new, run: bin/portal migrate")


def _give_up(words: str) -> NoReturn:
    click.echo(f"Error: {words}", err=True)
    sys.exit(2)


def _prepare(act: str) -> None:
    from portal.run import CannotStart, prepare

    try:
        prepare(os.environ, act)
    except CannotStart as fault:
        raise click.ClickException(str(fault)) from fault


@contextmanager
def _said_in_a_line() -> Iterator[None]:
    """What keeps a backup or a restore from being made, in one line and not as a stack trace."""
    from portal.shared.backups.refusals import Refused

    try:
        yield
    except Refused as fault:
        raise click.ClickException(str(fault)) from fault


def _restored(done: dict[str, Any]) -> str:
    put_back = f"{done['rows']:,} rows of people, as of {done['made_at'][:16]} UTC, are back, and their ledger holds."
    if done["noes"] is not None:
        return f"{put_back}\n{done['noes']:,} noes that were said since hold again. Messages may be sent."
    return (
        f"{put_back}\nNOTHING IS SENT until the noes since then are here, too. {done['held_because']}\n"
        "Then: bin/portal people replay-opt-outs --opt-outs FOLDER"
    )


def _answer(data: dict[str, Any], words: str, *, as_json: bool) -> None:
    click.echo(json.dumps(data, indent=2) if as_json else words)
