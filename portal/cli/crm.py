"""The commands that lead consents out to the real CRM."""

import click

from portal.cli.root import answer, people, portal, with_json


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
@with_json
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
    answer(added, words, as_json=as_json)


@webhooks.command("list")
@with_json
def webhooks_list(as_json: bool) -> None:
    """List who is told, and of what."""
    from portal.people.commands.webhooks import list_webhooks

    found = list_webhooks()
    lines = [f"{one['id']}  {one['url']}  {' '.join(one['events'])}" for one in found]
    answer({"webhooks": found}, "\n".join(lines) or "None yet: bin/portal webhooks add URL", as_json=as_json)


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
