"""The command line: one line that says what to do, never a stack trace."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.run import command
from portal.shared.environment import ROOT
from tests.support.engines import Engine
from tests.support.running import Running


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Running:
    return Running(tmp_path / "data")


@pytest.mark.parametrize(
    "words",
    [
        ("consent", "verify"),
        ("privacy", "retention"),
        ("separation", "check"),
        ("publish", "content/webinars/second-message"),
        ("staff", "list"),
        ("staff", "add", "otto@people.customerhub.net", "--role", "admin"),
    ],
)
def test_on_a_database_that_is_not_there_a_command_says_to_migrate(site: Running, words: tuple[str, ...]) -> None:
    done = site.portal(*words)
    assert done.returncode == 2
    assert "bin/portal migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_used_is_named(site: Running) -> None:
    site.environment["PEOPLE_URL"] = "https://learn.people.customerhub.net"
    done = site.portal("people", "migrate")
    assert done.returncode == 2
    assert done.stderr.startswith("Error: MAIL_URL is not set.")


def test_words_that_fit_on_no_disk_are_given_up_without_a_stack_trace(site: Running) -> None:
    site.environment["PEOPLE_URL"] = "https://learn.people.customerhub.net"
    with Path("/dev/full").open("w") as log:
        done = subprocess.run(command("people", "migrate"), env=site.environment, cwd=ROOT, stderr=log, check=False)
    assert done.returncode in {2, 120}  # 120 where Python cannot flush; an exception that is nobody's would be 1


def test_a_folder_that_is_no_webinar_is_refused_in_words(site: Running) -> None:
    site.portal("migrate")
    done = site.portal("publish", "content/policy")
    assert done.returncode == 1
    assert "webinar.toml" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_recipes_of_the_scenarios_are_sound(site: Running) -> None:
    assert site.portal("content", "check").returncode == 0


def test_an_address_that_can_be_nobodys_is_refused_in_words(site: Running) -> None:
    done = site.portal("staff", "add", "otto@shop.example", "--role", "admin")
    assert done.returncode == 1
    assert "set aside" in done.stderr


def test_what_was_left_out_of_the_content_stands_in_the_log_of_who_answers(site: Running) -> None:
    site.portal("migrate")
    serve = "from portal.people.serve import serve; serve(['merge-doubles.md: Line 7, level: Write one of'])"
    with socket.create_server(("127.0.0.1", site.port)):  # taken, so that it ends by itself
        done = subprocess.run(
            [sys.executable, "-c", serve], env=site.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
    line = next(json.loads(line) for line in done.stderr.splitlines() if "content.left_out" in line)
    assert (line["level"], line["error"]) == ("warning", "merge-doubles.md: Line 7, level: Write one of")
