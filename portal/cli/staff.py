"""The commands about who works here."""

import click

from portal.cli.root import answer, portal, with_json


@portal.group()
def staff() -> None:
    """Those who work here."""


@staff.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(["marketer", "publisher", "privacy", "admin"]))
@with_json
def staff_add(email: str, role: str, as_json: bool) -> None:
    """Let EMAIL work here, or begin their sign-in anew; print the link by which they set a password, once."""
    from portal.people.commands.staff import add_staff
    from portal.people.messages.addresses import NotAnAddress

    try:
        added = add_staff(email, role)
    except NotAnAddress as fault:
        raise click.ClickException(str(fault)) from fault
    words = f"{added['email']} sets a password here, within 24 hours and once:\n{added['link']}"
    answer(added, words, as_json=as_json)


@staff.command("list")
@with_json
def staff_list(as_json: bool) -> None:
    """List who works here, and who left."""
    from portal.people.commands.staff import list_staff

    found = list_staff()
    lines = [
        f"{one['role']:9}  {one['email']}" + (f"  left {one['left_at'][:10]}" if one["left_at"] else "")
        for one in found
    ]
    answer({"staff": found}, "\n".join(lines) or "Nobody yet: bin/portal staff add EMAIL --role admin", as_json=as_json)
