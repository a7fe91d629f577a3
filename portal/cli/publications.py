"""The commands that make something public, take it off the site, and bring an earlier version back."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Literal

import click

from portal.cli.root import answer, portal, with_json

Kind = Literal["webinar", "tip", "path"]  # what the choice lets through

with_kind = click.argument("kind", type=click.Choice(["webinar", "tip", "path"]), metavar="KIND")
MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
with_moment = click.option(
    "--from", "public_from", type=MOMENT, help="Since when: 2026-12-24 or 2026-12-24T18:00, by this machine's clock."
)
with_name = click.option(
    "--by", default="the command line", show_default=True, help="Who publishes it: it is recorded."
)


@portal.command()
@click.argument("path", type=click.Path(exists=True))
@with_moment
@click.option("--reason", default="", help="Why a webinar goes without captions: it is recorded.")
@click.option("--draft-campaign", is_flag=True, help="Draft its announcement, too. It sends nothing.")
@with_name
def publish(path: str, public_from: datetime | None, reason: str, draft_campaign: bool, by: str) -> None:
    """Make the webinar in the folder PATH public, or the tip, the path or the offer in the file PATH."""
    from portal.people.commands.publish import REFUSALS, Wish, publish_path

    if draft_campaign and not Path(path).is_dir():
        raise click.UsageError("--draft-campaign goes with a webinar: nothing else is announced.")

    wish = Wish(by=by, public_from=_aware(public_from), reason=reason)
    try:
        if not Path(path).is_dir():
            click.echo(publish_path(path, wish))
            return
        with click.progressbar(length=100, label="Film", file=sys.stderr, item_show_func=_words) as bar:
            said = publish_path(path, wish, tell=lambda percent, words: bar.update(percent - bar.pos, words))
        click.echo(said)
    except REFUSALS as fault:
        raise click.ClickException(str(fault)) from fault
    if draft_campaign:
        _draft(Path(path).resolve().name)


@portal.group()
def publications() -> None:
    """What is public, what is to come, and what once was."""


@publications.command("list")
@with_kind
@click.argument("slug", required=False)
@with_json
def publications_list(kind: Kind, slug: str | None, as_json: bool) -> None:
    """List what is public and what is to come of KIND, or everything that was ever said about SLUG."""
    from portal.people.commands.publish import list_public

    found = list_public(kind, slug)
    widest = max((len(one["slug"]) for one in found), default=0)
    lines = [f"{one['slug']:{widest}}  {_in_words(one)}" for one in found]
    answer({"publications": found}, "\n".join(lines) or "None: bin/portal publish PATH", as_json=as_json)


@publications.command("roll-back")
@with_kind
@click.argument("slug")
@click.argument("version")
@with_moment
@with_name
def publications_roll_back(kind: Kind, slug: str, version: str, public_from: datetime | None, by: str) -> None:
    """Make VERSION of SLUG public again; its first characters are enough."""
    from portal.people.commands.publish import Wish, roll_back
    from portal.people.publications.records import HasPassed, NotPublic

    try:
        click.echo(roll_back(kind, slug, version, Wish(by=by, public_from=_aware(public_from))))
    except (NotPublic, HasPassed) as fault:
        raise click.ClickException(str(fault)) from fault


@publications.command("unpublish")
@with_kind
@click.argument("slug")
@click.option("--to", "redirect_to", default="", help="Where its address leads since, a path of this site.")
@with_name
def publications_unpublish(kind: Kind, slug: str, redirect_to: str, by: str) -> None:
    """Take SLUG off the site; its address leads to the list, or where you say."""
    from portal.people.commands.publish import unpublish
    from portal.people.publications.records import NotPublic
    from portal.people.studio.leading import NoWayOn

    try:
        click.echo(unpublish(kind, slug, redirect_to=redirect_to or f"/{kind}s/", by=by))
    except NotPublic as fault:
        raise click.ClickException(str(fault)) from fault
    except NoWayOn as fault:
        raise click.BadParameter(str(fault), param_hint="--to") from fault


def _in_words(one: dict[str, str]) -> str:
    when = "from " if one["stands"] == "to come" else "since"
    leads = f"  leads to {one['leads_to']}" if one["leads_to"] else ""
    since = f"{when} {one['public_from'][:16]}  by {one['published_by']}"
    return f"{one['version'][:12]:12}  {one['stands']:12}  {since}{leads}"


def _draft(slug: str) -> None:
    from portal.people.commands.announcing import NotAnnounced
    from portal.people.commands.announcing import draft_campaign as draft
    from portal.people.outreach.drafting import DraftedBefore

    try:
        click.echo(draft(slug))
    except (NotAnnounced, DraftedBefore) as fault:
        raise click.ClickException(str(fault)) from fault


def _words(said: str | None) -> str:
    return said or ""


def _aware(moment: datetime | None) -> datetime | None:
    return moment.astimezone() if moment else None
