"""The commands that start, prepare and look after the processes."""

import json
import os
import sys
from pathlib import Path

import click

from portal.cli.root import RECIPES, answer, people, portal, sandbox, with_json


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


@people.command("serve")
@click.option("--prepare", is_flag=True, help="Migrate and seed first.")
def people_serve(prepare: bool) -> None:
    """Answer for the people host."""
    left_out: list[str] = []
    if prepare:
        from portal.people.setup import migrate, seed

        migrate()
        left_out = seed()
    from portal.people.serve import serve

    serve(left_out)


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
    _say_left_out(seed())


@people.command("doctor")
def people_doctor() -> None:
    """How the people side is, as data: its part of `doctor`."""
    from portal.people.doctor import examine

    click.echo(json.dumps(examine()))


@people.command("seed")
def people_seed() -> None:
    """Publish the samples, and in development add invented people; a file that is wrong is named and left out."""
    from portal.people.setup import seed

    _say_left_out(seed())


@people.command("start-link")
def people_start_link() -> None:
    """Print a link that signs the sample staff in once, on one's own machine."""
    from portal.people.commands.staff import make_start_link

    click.echo(make_start_link())


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


@portal.command()
def worker() -> None:
    """Send what is in the outbox and keep the retention rules, until told to stop."""
    from portal.people.worker import work

    work()


@portal.command()
@with_json
def doctor(as_json: bool) -> None:
    """Say what works and what to do about what does not; exit 1 where something is broken."""
    from portal.doctor import examine

    diagnosis = examine(os.environ)
    answer(diagnosis.as_dict(), diagnosis.as_words(), as_json=as_json)
    sys.exit(0 if diagnosis.is_sound else 1)


@portal.group()
def separation() -> None:
    """The wall between the two sides."""


@separation.command("check")
@with_json
def separation_check(as_json: bool) -> None:
    """Look at both sides and say, claim by claim, what was counted and whether it holds; exit 1 where one fails."""
    from portal.separation.check import check

    report = check(os.environ)
    answer(report.as_dict(), report.as_words(), as_json=as_json)
    sys.exit(0 if report.is_held else 1)


def _say_left_out(faults: list[str]) -> None:
    """On standard error: the rest is public, so this is no failure."""
    for fault in faults:
        click.echo(f"Left out: {fault}", err=True)


def _prepare(act: str) -> None:
    from portal.run import CannotStart, prepare

    try:
        prepare(os.environ, act)
    except CannotStart as fault:
        raise click.ClickException(str(fault)) from fault
