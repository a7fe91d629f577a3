"""`bin/portal outreach`: the same as in the studio, for whoever sits at a terminal or writes a script."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from portal.cli import portal
from portal.people.commands.staff import add_staff
from portal.people.consent.states import State
from portal.people.messages.channels.email import Outbox
from portal.shared import clock
from tests.people.crowd import add_people
from tests.people.outreach.conftest import Content
from tests.people.outreach.test_sending import go_on
from tests.people.site import ADA, BEN, Site

MARA = "mara@people.customerhub.net"


@pytest.fixture(autouse=True)
def here(site: Site, content: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada agreed and Ben said no, and commands find them."""
    for name, value in site.environ.items():
        monkeypatch.setenv(name, value)
    now = clock.now()
    add_people(site, [ADA], now=now)
    add_people(site, [BEN], now=now, steps=(State.REQUESTED, State.CONFIRMED, State.WITHDRAWN))


def test_a_campaign_is_looked_at_sent_and_counted(site: Site) -> None:
    assert "never sent" in run("list").output
    assert "Hello Ada Lindqvar," in run("preview", "setup", "--to", ADA).output
    found = json.loads(run("preflight", "setup", "--json").output)
    assert found["rules"] == {"allowed": 1, "said-no": 1}
    assert "They said yes once" in run("preflight", "setup").output
    (sent,) = json.loads(run("send", "setup", "--json").output)["runs"]
    assert (sent["stands"], sent["waiting"], sent["refused"]) == ("sending", 1, {"said-no": 1})
    assert "being sent already" in refused("send", "setup")
    go_on(site, Outbox())
    (ended,) = json.loads(run("results", "setup", "--json").output)["runs"]
    assert (ended["stands"], ended["sent"]) == ("ended", 1)
    assert "come to its end" in refused("pause", "setup")


def test_what_waits_for_its_time_can_be_paused_and_cancelled() -> None:
    later = clock.now() + timedelta(hours=3)
    assert "scheduled" in run("send", "setup", "--at", f"{later:%Y-%m-%dT%H:%M}").output
    assert "paused" in run("pause", "setup").output
    assert "scheduled" in run("resume", "setup").output
    assert "cancelled" in run("cancel", "setup").output


def test_a_test_goes_to_the_staff_and_to_nobody_else(site: Site) -> None:
    assert "does not work here" in refused("test", "setup", "--to", ADA)
    add_staff(MARA, "marketer")
    assert MARA in run("test", "setup", "--to", MARA).output
    assert site.rows("select kind from messages") == [("campaign-test",)]


def test_what_cannot_be_is_said_in_a_line(content: Content) -> None:
    content.campaign("broken", purpose='purpose = "x"')
    assert "There is no content/campaigns/nothing.md" in refused("send", "nothing")
    assert "Line 4, purpose" in refused("send", "broken")
    assert "Nobody of that address" in refused("preview", "setup", "--to", "eve@people.customerhub.net")
    assert "Add the @" in refused("preview", "setup", "--to", "ada")
    assert "never sent" in refused("pause", "setup")
    assert "Line 4, purpose" in CliRunner().invoke(portal, ["content", "check"]).output


def run(*words: str) -> Result:
    result = CliRunner().invoke(portal, ["outreach", *words])
    assert result.exit_code == 0, result.output
    return result


def refused(*words: str) -> str:
    result = CliRunner().invoke(portal, ["outreach", *words])
    assert result.exit_code == 1, result.output
    return result.output
