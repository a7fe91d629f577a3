"""Locks: every package by its hash, and no address in any of them."""

import json

from portal.shared.environment import ROOT

PYTHON = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_lock_names_an_address() -> None:
    locks = [*PYTHON, ROOT / "package-lock.json"]
    assert len(locks) == 7
    assert [path.name for path in locks if "://" in path.read_text()] == []


def test_every_python_package_is_locked_by_hash() -> None:
    for path in PYTHON:
        pinned = [line for line in path.read_text().splitlines() if "==" in line and not line.lstrip().startswith("#")]
        assert pinned
        assert [line for line in pinned if not line.endswith("\\")] == [], path.name


def test_every_front_end_package_is_pinned_and_locked_by_hash() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    exact = {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}
    assert all(version[0].isdigit() for version in exact.values()), exact
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in locked.items() if name and not package.get("integrity")] == []
