"""The commands about films, pictures and downloads as they are kept."""

from dataclasses import asdict

import click

from portal.cli.root import answer, portal, with_json


@portal.group()
def media() -> None:
    """Films, pictures and downloads as they are kept."""


@media.command("sweep")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Only say what would be taken away.")
@with_json
def media_sweep(is_rehearsal: bool, as_json: bool) -> None:
    """Take away what nothing has needed for a week; the worker does it every day."""
    from portal.people.commands.media import sweep_now
    from portal.people.media.faults import StoreAway

    try:
        found = sweep_now(is_rehearsal=is_rehearsal)
    except StoreAway as fault:
        raise click.ClickException(str(fault)) from fault
    words = (
        f"{'Would be taken' if is_rehearsal else 'Taken'} away: {found.unneeded:,} files that nothing needs, "
        f"{found.without_rows:,} that were never noted, {found.unfinished:,} that were never finished."
    )
    answer(asdict(found), words, as_json=as_json)


@media.command("set-up")
def media_set_up() -> None:
    """Let the pages read the bucket that MEDIA_URL names, and unfinished uploads end by themselves."""
    from portal.people.commands.media import set_up_media
    from portal.people.media.faults import StoreAway

    try:
        click.echo(set_up_media())
    except StoreAway as fault:
        raise click.ClickException(str(fault)) from fault
