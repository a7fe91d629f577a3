"""The commands about test drives."""

import sys

import click

from portal.cli.root import answer, portal, with_json


@portal.group()
def drive() -> None:
    """Test drives."""


@drive.command("create")
@click.option("--scenario", help="Its short name; without it, the smallest one.")
@with_json
def drive_create(scenario: str | None, as_json: bool) -> None:
    """Start a test drive, and print the private link that opens it."""
    from portal.sandbox.drives.command import UnknownScenario, create_drive
    from portal.sandbox.settings import load_settings

    try:
        created = create_drive(load_settings(), slug=scenario)
    except UnknownScenario as fault:
        raise click.ClickException(str(fault)) from fault
    answer(created, f"Whoever opens this has the test drive {created['drive']}:\n{created['link']}", as_json=as_json)


@drive.command("expire")
@click.option("--drive", "public_id", metavar="ID", help="This one, at once, whether or not it is over.")
@with_json
def drive_expire(public_id: str | None, as_json: bool) -> None:
    """Remove the test drives that are over, and look for what is left of them; exit 1 where anything is."""
    from portal.sandbox.drives.command import UnknownDrive, expire_drives, in_words
    from portal.sandbox.settings import load_settings

    try:
        report = expire_drives(load_settings(), public_id=public_id)
    except UnknownDrive as fault:
        raise click.ClickException(str(fault)) from fault
    answer(report, in_words(report), as_json=as_json)
    sys.exit(1 if any(report["left"].values()) else 0)
