"""The shipped systemd units: sound to systemd itself, and as shut in as they say."""

import re
import subprocess
from pathlib import Path

import pytest

from portal.shared.environment import ROOT
from tools.boot import find_program

SHIPPED = ROOT / "deploy" / "systemd"
UNITS = sorted(path.name for path in SHIPPED.iterdir() if path.suffix in (".service", ".timer"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
MOST_EXPOSURE = {"learning-sandbox.service": 1.0, "learning-check.service": 2.5}  # of 10; the check has to be root


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The shipped folder, with this checkout where an installation has /opt/learning-center."""
    for path in (path for path in SHIPPED.rglob("*") if path.is_file()):
        target = tmp_path / path.relative_to(SHIPPED)
        target.parent.mkdir(exist_ok=True)
        target.write_text(path.read_text().replace("/opt/learning-center", str(ROOT)))
    return tmp_path


def ask_systemd(*words: str) -> str:
    """What `systemd-analyze` says; the test fails where it finds anything wrong."""
    done = subprocess.run([find_program("systemd-analyze"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_wrong_with_a_unit(units: Path, name: str) -> None:
    assert ask_systemd("verify", "--man=no", str(units / name)) == ""


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_shut_in(units: Path, name: str) -> None:
    said = ask_systemd("security", "--offline=true", "--no-pager", str(units / name))
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert exposure
    assert float(exposure[1]) <= MOST_EXPOSURE.get(name, 1.5)


def test_each_side_has_a_user_of_its_own_who_is_made_by_the_sysusers_file() -> None:
    users = {name: setting(name, "User") for name in SERVICES}
    assert users == {
        "learning-check.service": ["root"],
        "learning-people-migrate.service": ["learning-people"],
        "learning-people.service": ["learning-people"],
        "learning-sandbox-migrate.service": ["learning-sandbox"],
        "learning-sandbox.service": ["learning-sandbox"],
        "learning-worker.service": ["learning-people"],
    }
    made = re.findall(r"^u (\S+)", (SHIPPED / "learning-center.sysusers").read_text(), re.MULTILINE)
    assert sorted(made) == ["learning-people", "learning-sandbox"]


def test_a_service_is_given_the_settings_of_its_own_side_alone() -> None:
    for name in SERVICES:
        given = {value.partition(":")[2] for value in setting(name, "LoadCredential")}
        given |= {value.removeprefix("-") for value in setting(name, "EnvironmentFile")}
        sides = {"people" if "/people" in path else "sandbox" for path in given}
        own = {"sandbox"} if "sandbox" in name else {"people"}
        assert sides == ({"people", "sandbox"} if "check" in name else own), name


def test_only_a_migration_is_given_the_owner_of_its_database() -> None:
    assert {name for name in SERVICES if setting(name, "EnvironmentFile")} == {
        "learning-people-migrate.service",
        "learning-sandbox-migrate.service",
    }


def test_nobody_but_the_worker_may_call_beyond_this_machine() -> None:
    assert {name for name in SERVICES if setting(name, "IPAddressDeny") != ["any"]} == {"learning-worker.service"}
    assert all(setting(name, "IPAddressAllow") in ([], ["localhost"]) for name in SERVICES)


def setting(name: str, key: str) -> list[str]:
    """Every value that a unit gives to a key."""
    return re.findall(rf"^{key}=(.*)$", (SHIPPED / name).read_text(), re.MULTILINE)
