"""The commands about what marketing writes: forms, offers, webinars, tips, paths, notices, scenarios."""

import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from portal.cli.root import RECIPES, answer, portal, with_json


@portal.group()
def content() -> None:
    """What marketing writes."""


@content.command("check")
def content_check() -> None:
    """Say what is wrong with what marketing wrote, by line and key; exit 1 where anything is."""
    from portal.people.consent.notices import FOLDER as NOTICES
    from portal.people.consent.notices import check as check_notice
    from portal.people.forms.catalog import FOLDER as FORMS
    from portal.people.forms.catalog import check as check_form
    from portal.people.offers.reading import FOLDER as OFFERS
    from portal.people.offers.reading import check as check_offer
    from portal.people.outreach import campaigns, segments
    from portal.people.paths.reading import FOLDER as PATHS
    from portal.people.paths.reading import check as check_path
    from portal.people.tips.reading import FOLDER as TIPS
    from portal.people.tips.reading import check as check_tip
    from portal.people.webinars import reading as webinars
    from portal.sandbox.scenarios.reading import check as check_recipe

    kinds = (
        (NOTICES, "*/*.toml", check_notice),
        (RECIPES, "*.toml", check_recipe),
        (FORMS, "*.toml", check_form),
        (OFFERS, "*.md", check_offer),
        (TIPS, "*.md", check_tip),
        (PATHS, "*.md", check_path),
        (segments.FOLDER, "*.toml", segments.check),
        (campaigns.FOLDER, "*.md", campaigns.check),
    )
    faults = [
        f"{path.name}: {fault}"
        for folder, names, check in kinds
        for path in sorted(folder.glob(names))
        for fault in check(path)
    ]
    faults += [fault for path in sorted(webinars.FOLDER.glob("*/webinar.toml")) for fault in webinars.check(path)]
    click.echo("\n".join(faults) or "Nothing is wrong.")
    sys.exit(1 if faults else 0)


@content.command("sync")
@click.option("--watch", is_flag=True, help="Stay, and do it again whenever a file changes.")
def content_sync(watch: bool) -> None:
    """Publish all of content/ that reads otherwise than what is public; what was taken off the site stays off."""
    from portal.people.commands.publish import sync
    from portal.people.commands.publish import watch as watch_content

    if not watch:
        click.echo("\n".join(sync()) or "The site shows what content/ says.")
        return
    click.echo("Watching content/. Ctrl-C ends it.")
    with suppress(KeyboardInterrupt):
        for line in watch_content(is_over=lambda: False):
            click.echo(f"{datetime.now(UTC).astimezone():%H:%M:%S}  {line}")


@content.command("hash")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def content_hash(path: Path) -> None:
    """Print the line for content/notices/SHA256SUMS that makes the notice PATH one that may be shown."""
    from portal.people.consent.notices import FOLDER, manifest_line

    if not path.resolve().is_relative_to(FOLDER):
        raise click.ClickException(f"{path} is no notice. Notices lie in {FOLDER}, in a folder each.")
    click.echo(manifest_line(path))


@content.command("index")
@with_json
def content_index(as_json: bool) -> None:
    """Make the index of the search again, from what is public."""
    from portal.people.commands.search import make_index

    with click.progressbar(length=1, label="Indexing", file=sys.stderr) as bar:

        def tell(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        made = make_index(tell=tell)
    words = f"{made.publications} publications can be searched, with {made.entries:,} titles, chapters and sentences"
    answer(made._asdict(), words, as_json=as_json)


@portal.group("forms")
def sign_up_forms() -> None:
    """Sign-up forms, and the keys by which other systems may post to them."""


@sign_up_forms.command("key")
@click.argument("form")
@click.option("--name", default="default", show_default=True, help="Who holds it: it is named in the evidence.")
@with_json
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
    answer(made, words, as_json=as_json)


@sign_up_forms.command("keys")
@click.argument("form")
@with_json
def forms_keys(form: str, as_json: bool) -> None:
    """List the keys of FORM: their names, when they were made, last used and ended."""
    from portal.people.commands.forms import list_keys

    found = list_keys(form)
    lines = [
        f"{one['name']}  made {one['made_at'][:10]}  last used {one['used_on'] or 'never'}"
        + (f"  ended {one['ended_at'][:10]}" if one["ended_at"] else "")
        for one in found
    ]
    answer({"keys": found}, "\n".join(lines) or f"None yet: bin/portal forms key {form}", as_json=as_json)


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
def offers() -> None:
    """What we propose, and the codes of those who took it."""


@offers.command("list")
@with_json
def offers_list(as_json: bool) -> None:
    """List the public offers with what is left of each."""
    from portal.people.commands.offers import list_public

    found = list_public()
    lines = [
        f"{one['offer']:20}  {one['stands']:8}  {one['taken']} of {one['places']} taken  "
        f"{one['opens_on']} to {one['closes_on']}"
        for one in found
    ]
    answer({"offers": found}, "\n".join(lines) or "None is public: bin/portal publish PATH", as_json=as_json)


@offers.command("redeem")
@click.argument("code")
@click.option("--by", default="the command line", help="Who takes it in.")
@with_json
def offers_redeem(code: str, by: str, as_json: bool) -> None:
    """Take in CODE, once; exit 1 where nobody has it or it was used before."""
    from portal.people.commands.offers import redeem_code
    from portal.people.offers.redeeming import NoSuchCode, UsedBefore

    try:
        found = redeem_code(code, by=by)
    except (NoSuchCode, UsedBefore) as fault:
        raise click.ClickException(str(fault)) from fault
    answer(found, f"Good: {found['name']}, place {found['place']}. It cannot be used again.", as_json=as_json)


@offers.command("unpublish")
@click.argument("slug")
def offers_unpublish(slug: str) -> None:
    """Take the offer SLUG off the site."""
    from portal.people.commands.publish import unpublish_offer
    from portal.people.offers.publishing import NotPublic

    try:
        click.echo(unpublish_offer(slug))
    except NotPublic as fault:
        raise click.ClickException(str(fault)) from fault
