"""The commands that back both sides up and put them back."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from portal.cli.root import FOLDER, answer, people, portal, sandbox, with_json


@portal.command()
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@with_json
def backup(target: Path, as_json: bool) -> None:
    """Copy both sides into the new folder DIR, while they run: people, people-keys and sandbox."""
    from portal.backup import SideFailed, back_up

    try:
        copied = back_up(target.absolute(), os.environ)
    except SideFailed as fault:
        raise click.ClickException(str(fault)) from fault
    media_in = copied["people"]["media_in"]
    media = f"The media stay in {media_in}: its versions or a copy of it are for you to keep.\n"
    words = (
        f"{copied['people']['rows']:,} rows of people and {copied['people']['media']} media files, "
        f"{copied['sandbox']['rows']:,} rows of the sandbox are in {target}.\n"
        f"Now move {copied['people']['keys']} to another place: it opens what the rest seals. "
        "PEOPLE_SECRET_KEYS is in neither; keep it in a third.\n"
        + (media if media_in.startswith("s3:") else "")
        + "Keep the journal of noes (PEOPLE_OPT_OUTS_URL) where a lost machine does not take it along."
    )
    answer(copied, words, as_json=as_json)


_REPLACE = click.option("--replace", "is_replacing", is_flag=True, help="Though something is there already.")
_KEYS = click.option("--keys", type=FOLDER, help="The keys; without it, DIR/people-keys.")
_OPT_OUTS = click.option("--opt-outs", type=FOLDER, help="The journal of noes; without it, the one in the settings.")
_LOST = click.option(
    "--opt-outs-lost", metavar="WORDS", help="Send without that journal, since it is lost: who says so."
)


@portal.command()
@click.argument("source", metavar="DIR", type=FOLDER)
@_REPLACE
@_KEYS
@_OPT_OUTS
@_LOST
@with_json
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
    answer(done, _restored(done["people"]), as_json=as_json)
    sys.exit(1 if done["people"]["noes"] is None else 0)


@people.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@with_json
def people_backup(target: Path, as_json: bool) -> None:
    """The people side's part of `backup`."""
    from portal.people.backup import back_up

    with _said_in_a_line():
        copied = back_up(target.absolute())
    answer(copied, f"{copied['rows']:,} rows in {copied['folder']}", as_json=as_json)


@people.command("restore")
@click.argument("source", metavar="DIR", type=FOLDER)
@_REPLACE
@_KEYS
@_OPT_OUTS
@_LOST
@with_json
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
    answer(found, _restored(found), as_json=as_json)


@people.command("replay-opt-outs")
@_OPT_OUTS
@_LOST
def people_replay_opt_outs(opt_outs: Path | None, opt_outs_lost: str | None) -> None:
    """After a restore: say again every no of the journal, and let sending start; exit 1 where it stays held."""
    from portal.people.backup import replay_noes

    with _said_in_a_line():
        noes = replay_noes(opt_outs, lost_because=opt_outs_lost)
    click.echo("Nothing is held." if noes is None else _held_again(noes))


@sandbox.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@with_json
def sandbox_backup(target: Path, as_json: bool) -> None:
    """The sandbox's part of `backup`."""
    from portal.sandbox.backup import back_up

    with _said_in_a_line():
        copied = back_up(target.absolute())
    answer(copied, f"{copied['rows']:,} rows in {copied['folder']}", as_json=as_json)


@sandbox.command("restore")
@click.argument("source", metavar="DIR", type=FOLDER)
@_REPLACE
@with_json
def sandbox_restore(source: Path, is_replacing: bool, as_json: bool) -> None:
    """The sandbox's part of `restore`."""
    from portal.sandbox.backup import restore

    with _said_in_a_line():
        manifest = restore(source, is_replacing=is_replacing)
    answer({"rows": manifest.rows, "made_at": manifest.made_at}, f"{manifest.rows:,} rows", as_json=as_json)


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
        return f"{put_back}\n{_held_again(done['noes'])}"
    return (
        f"{put_back}\nNOTHING IS SENT until the noes since then are here, too. {done['held_because']}\n"
        "Then: bin/portal people replay-opt-outs --opt-outs FOLDER"
    )


def _held_again(noes: int) -> str:
    said = "1 no that was said since holds" if noes == 1 else f"{noes:,} noes that were said since hold"
    return f"{said} again. Messages may be sent."
