"""The commands about campaigns."""

from datetime import UTC, datetime

import click

from portal.cli.root import answer, portal, with_json


@portal.group()
def outreach() -> None:
    """Campaigns: offers to many, to those alone who agreed to them."""


@outreach.command("list")
@with_json
def outreach_list(as_json: bool) -> None:
    """List the campaigns in content/campaigns/, and where each stands."""
    from portal.people.commands.outreach import list_all

    found = list_all()
    lines = [f"{one['stands']:15}  {one['campaign']}  {one['title']}" for one in found["campaigns"]]
    answer(found, "\n".join(lines) or "None yet: content/README.md says how to write one.", as_json=as_json)


@outreach.command("preview")
@click.argument("campaign")
@click.option("--to", "email", default="", metavar="EMAIL", help="As this person would get it.")
@with_json
def outreach_preview(campaign: str, email: str, as_json: bool) -> None:
    """Print CAMPAIGN as somebody would get it, and whether they would."""
    from portal.people.commands.outreach import faults_as_words, show_preview

    with faults_as_words():
        shown = show_preview(campaign, email)
    words = f"To: {shown['to']}\nSubject: {shown['subject']}\n({shown['verdict']})\n\n{shown['text']}"
    answer(dict(shown), words, as_json=as_json)


@outreach.command("preflight")
@click.argument("campaign")
@click.option("--rule", default="", help="List those of this rule alone.")
@click.option("--page", default=1, type=click.IntRange(1))
@with_json
def outreach_preflight(campaign: str, rule: str, page: int, as_json: bool) -> None:
    """Say who would get CAMPAIGN now and who would not, by which rule and record."""
    from portal.people.commands.outreach import faults_as_words, preflight_in_words, show_preflight

    with faults_as_words():
        found = show_preflight(campaign, rule, page)
    answer(found, preflight_in_words(found), as_json=as_json)


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
@with_json
def outreach_send(campaign: str, starts_at: datetime | None, as_json: bool) -> None:
    """Send CAMPAIGN to everyone in its segment who agreed to it, each once; the worker sends what is put down here."""
    from portal.people.commands.outreach import faults_as_words, results_in_words, send

    with faults_as_words():
        found = send(campaign, starts_at.replace(tzinfo=UTC) if starts_at else None)
    answer(found, results_in_words(found), as_json=as_json)


@outreach.command("results")
@click.argument("campaign")
@with_json
def outreach_results(campaign: str, as_json: bool) -> None:
    """Say what became of CAMPAIGN: sent, refused and by which rule, bounced, complained, opted out after it."""
    from portal.people.commands.outreach import faults_as_words, results_in_words, show_results

    with faults_as_words():
        found = show_results(campaign)
    answer(found, results_in_words(found), as_json=as_json)


def _outreach_act(what: str, words: str) -> None:
    @outreach.command(what, help=words)
    @click.argument("campaign")
    @with_json
    def act(campaign: str, as_json: bool) -> None:
        from portal.people.commands.outreach import act as do
        from portal.people.commands.outreach import faults_as_words, results_in_words

        with faults_as_words():
            found = do(campaign, what)
        answer(found, results_in_words(found), as_json=as_json)


_outreach_act("pause", "Let nothing more of CAMPAIGN leave until it is resumed.")
_outreach_act("resume", "Go on with CAMPAIGN where it was paused.")
_outreach_act("cancel", "End CAMPAIGN: what has not left never does.")
