"""Two doors out and no third: read from the syntax trees of everything that runs."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal.shared.environment import ROOT

PEOPLE = ROOT / "portal" / "people"


def test_only_the_ledgers_judgement_makes_a_permission() -> None:
    assert list(_callers("Permission")) == ["consent/permission.py"]


def test_only_dispatch_makes_an_offer() -> None:
    assert list(_callers("compose_offer")) == ["consent/dispatch.py"]


def test_a_message_comes_into_the_outbox_by_two_makers_alone() -> None:
    """Whatever is put there was made by `compose`, of the closed list of service messages, or by `compose_offer`."""
    assert set(_callers("Message")) == set()
    inserts = [path for path, call in _calls() if _name(call) == "insert" and "Message" in map(_named, call.args)]
    assert inserts == ["messages/outbox.py"]


def test_only_the_channels_hand_mail_over() -> None:
    """The doctor asks whether the server answers, and names what it answers with."""
    others = {path for path in _importers("smtplib") if not path.startswith("messages/channels/")}
    assert others == {"doctor.py"}


def _callers(name: str) -> Iterator[str]:
    seen = [path for path, call in _calls() if _name(call) == name]
    yield from dict.fromkeys(seen)


def _importers(module: str) -> Iterator[str]:
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) and module in [name.name for name in node.names]:
                yield path
            if isinstance(node, ast.ImportFrom) and node.module == module:
                yield path


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PEOPLE.rglob("*.py")):
        yield str(path.relative_to(PEOPLE)), ast.parse(Path(path).read_text("utf-8"))


def _name(call: ast.Call) -> str:
    return _named(call.func)


def _named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
