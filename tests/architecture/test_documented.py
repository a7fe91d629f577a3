"""Nothing public without words, no words without it: settings, commands, targets of the Makefile, pictures."""

import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from portal.cli import portal
from portal.people.settings import NAMES as OF_PEOPLE
from portal.sandbox.settings import NAMES as OF_SANDBOX
from portal.shared.environment import ROOT
from tools.boot import COMMANDS

SETTINGS = (ROOT / "docs" / "settings.md").read_text()
PAGES = {
    path.name: path.read_text() for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
}
TARGETS = {command.__name__ for command in COMMANDS} | {"help"}
LIKE_A_SETTING = re.compile(
    r"\b(?:PEOPLE|SANDBOX|VAULT|MEDIA|S3|MAIL|FAX|VOICE|LETTER|JOBS|LIMITS|LEARNING|METRICS)_[A-Z0-9_]+\b"
)


@pytest.mark.parametrize(
    ("side", "names"),
    [("People side", {*OF_PEOPLE, "PEOPLE_CONFIG"}), ("Sandbox", {*OF_SANDBOX, "SANDBOX_CONFIG"})],
)
def test_docs_settings_has_a_line_for_each_setting_of_a_side_and_for_no_other(side: str, names: set[str]) -> None:
    assert settings_under("Both sides") | settings_under(side) == names


def test_no_page_names_a_setting_that_nobody_reads() -> None:
    known = {*OF_PEOPLE, *OF_SANDBOX, "PEOPLE_CONFIG", "SANDBOX_CONFIG"}
    unknown = {page: set(LIKE_A_SETTING.findall(text)) - known for page, text in PAGES.items()}
    assert {page: names for page, names in unknown.items() if names} == {}


def test_docs_commands_has_a_heading_for_each_command_as_it_is_typed_and_for_no_other() -> None:
    headings = re.findall(r"^### `(.+)`$", PAGES["commands.md"], re.MULTILINE)
    assert sorted(headings) == sorted(usages(portal, "bin/portal"))


def test_no_page_names_a_command_that_does_not_exist() -> None:
    known = {usage.split(" [")[0] for usage in usages(portal, "bin/portal")}
    for page, text in PAGES.items():
        for typed in re.findall(r"`(bin/portal [a-z][^`]*)`", text):
            assert any(f"{typed} ".startswith(f"{plain(usage)} ") for usage in known), f"{page} names {typed}"


def test_every_target_is_in_the_makefile_in_the_help_and_in_words() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert set(phony.split()) == TARGETS
    (passed_on,) = re.findall(r"^(run .+):$", makefile, re.MULTILINE)
    assert set(passed_on.split()) == TARGETS - {"help"}
    shown = subprocess.run(
        [sys.executable, "tools/boot.py", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {line.split()[0] for line in shown.stdout.splitlines()} == TARGETS - {"help"}
    written = PAGES["README.md"] + PAGES["CONTRIBUTING.md"]
    assert {target for target in TARGETS if not re.search(rf"\bmake {target}\b", written)} == set()


def test_no_page_names_a_target_that_does_not_exist() -> None:
    named = {target for text in PAGES.values() for target in re.findall(r"`make ([a-z]+)", text)}
    assert named <= TARGETS


def test_the_pictures_that_are_kept_are_small_and_each_is_shown() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").iterdir()}
    assert max(sizes.values()) <= 80_000, sizes
    shown = {page: set(re.findall(r"pictures/([\w.-]+)", text)) for page, text in PAGES.items()}
    for other in ("-dark.webp", "-light.webp"):  # a reader loads those of one scheme
        loaded = {page: sum(sizes[name] for name in names if not name.endswith(other)) for page, names in shown.items()}
        assert {page: size for page, size in loaded.items() if size > 450_000} == {}
    assert sizes.keys() - set().union(*shown.values()) == set()


def test_a_page_shows_no_picture_that_is_not_there() -> None:
    named = {name for text in PAGES.values() for name in re.findall(r"docs/pictures/[\w.-]+", text)}
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def settings_under(heading: str) -> set[str]:
    """The names in the first column of the table under a heading."""
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", SETTINGS, re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE))


def usages(command: click.Command, typed: str) -> Iterator[str]:
    """Each command below this one as it is typed: `bin/portal publish PATH`, options in brackets."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from usages(below, f"{typed} {name}")
        return
    words = [
        param.make_metavar(click.Context(command)) for param in command.params if param.param_type_name == "argument"
    ]
    options = [f"[{param.opts[0]}]" for param in command.params if param.param_type_name == "option"]
    yield " ".join([typed, *words, *options])


def plain(usage: str) -> str:
    """The usage without its arguments."""
    return " ".join(word for word in usage.split() if not word.isupper())
