"""The commands about the ledger, about noes and lists of people, and about retention."""

import sys
from pathlib import Path

import click

from portal.cli.root import answer, portal, with_json


@portal.group()
def consent() -> None:
    """The consent ledger."""


@consent.command("verify")
@click.option("--sealed", is_flag=True, help="Leave the payloads sealed, which takes a quarter of the time.")
@with_json
def consent_verify(sealed: bool, as_json: bool) -> None:
    """Recompute every record of the ledger; exit 1 and name the first bad one where it is broken."""
    from portal.people.commands.ledger import verify_ledger

    def say(examined: int) -> None:
        click.echo(f"\r{examined:,} records", err=True, nl=False)

    report = verify_ledger(is_deep=not sealed, say=say if sys.stderr.isatty() else None)
    answer(report.as_dict(), report.as_words(), as_json=as_json)
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


@consent.command("new-key")
@with_json
def consent_new_key(as_json: bool) -> None:
    """Make a new key that signs checkpoints and receipts from now on; what older ones signed can still be checked."""
    from portal.people.commands.ledger import make_signing_key

    key_id = make_signing_key()
    answer({"key": key_id}, f"From now on key {key_id} signs.", as_json=as_json)


@consent.command("withdraw")
@click.argument("email")
@click.option(
    "--reason", required=True, type=click.Choice(["mail", "phone", "letter", "in person"]), help="How they asked."
)
@click.option("--purpose", help="This alone, like offers; without it, everything.")
@with_json
def consent_withdraw(email: str, reason: str, purpose: str | None, as_json: bool) -> None:
    """Say no for whoever has EMAIL and asked us to; nobody says yes for another."""
    from portal.people.commands.noes import UnknownPurpose, withdraw
    from portal.people.messages.addresses import NotAnAddress

    try:
        done = withdraw(email, reason=reason, purpose=purpose)
    except (NotAnAddress, UnknownPurpose) as fault:
        raise click.ClickException(str(fault)) from fault
    answer(done, f"From now on nothing goes to {done['email']} about {done['purpose']}.", as_json=as_json)


@consent.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--ask-in", metavar="WORDS", default="", help="The words they are asked in, like fr-CA (left out: en-US)."
)
@with_json
def consent_import(path: Path, ask_in: str, as_json: bool) -> None:
    """Ask the people of FILE.csv once, where it proves that they agreed; the rest goes to FILE.csv.quarantine."""
    from portal.people.commands.noes import import_consents
    from portal.people.preferences.imports import NoSuchWording, NotAList

    quarantine = path.with_name(f"{path.name}.quarantine")
    try:
        report = import_consents(path, quarantine=quarantine, ask_in=ask_in)
    except NoSuchWording as fault:
        raise click.ClickException(f"--ask-in: {fault}.") from fault
    except NotAList as fault:
        raise click.ClickException(str(fault)) from fault
    where = f"\nThey stand in {quarantine}, and by their numbers at /studio/lists." if report.quarantined else ""
    answer(vars(report), report.as_words() + where, as_json=as_json)


@portal.group()
def suppression() -> None:
    """Addresses that must not be used."""


@suppression.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_json
def suppression_import(path: Path, as_json: bool) -> None:
    """Write to no address of FILE.csv any more, which names its columns in the first line, `email` among them."""
    from portal.people.commands.noes import import_suppressions
    from portal.people.consent.suppression_import import NotAList

    try:
        counts = import_suppressions(path)
    except NotAList as fault:
        raise click.ClickException(str(fault)) from fault
    answer(vars(counts), counts.as_words(), as_json=as_json)


@portal.group()
def privacy() -> None:
    """What we promise about people's data."""


@privacy.command("retention")
@with_json
def privacy_retention(as_json: bool) -> None:
    """Erase what is past its time, and say how much that was."""
    from portal.people.commands.ledger import keep_retention

    erased = keep_retention()
    answer(erased, "\n".join(f"{count} {what}" for what, count in erased.items()), as_json=as_json)
