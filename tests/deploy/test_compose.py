"""The shipped composition: who sees which secret, who meets whom, and that nobody is more than they need to be."""

from pathlib import Path
from typing import Any

import yaml

from portal.shared.environment import ROOT

SHIPPED = ROOT / "deploy"
FILE: dict[str, Any] = yaml.safe_load((SHIPPED / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"] == "learning-center"}


def networks(name: str) -> set[str]:
    return set(SERVICES[name]["networks"])


def neighbours(name: str) -> set[str]:
    """Everybody whom a service could call."""
    return {other for other in SERVICES if other != name and networks(other) & networks(name)}


def secrets(name: str) -> set[str]:
    given = SERVICES[name].get("secrets", [])
    return {one if isinstance(one, str) else one["source"] for one in given}


def test_the_sandbox_meets_nginx_its_own_store_and_nobody_of_the_people_side() -> None:
    assert neighbours("sandbox") == {"nginx", "sandbox-database", "sandbox-migrate", "check"}
    assert neighbours("sandbox-database") == {"sandbox", "sandbox-migrate", "check"}
    assert neighbours("people-database") == {"people", "worker", "people-migrate", "check"}
    assert SERVICES["check"]["profiles"] == ["check"]  # not there but when somebody runs it


def test_only_the_worker_and_nginx_reach_beyond_the_machine() -> None:
    open_networks = {name for name, network in FILE["networks"].items() if not network.get("internal")}
    assert open_networks == {"outside"}
    assert {name for name in SERVICES if "outside" in networks(name)} == {"worker", "nginx"}
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"nginx"}


def test_a_service_sees_the_secrets_of_its_own_side_and_none_is_in_the_file() -> None:
    for name in SERVICES:
        sides = {secret.replace(".", "-").partition("-")[0] for secret in secrets(name)}
        allowed = {"check": {"people", "sandbox"}, "nginx": set(), "worker": {"people"}}
        assert sides == allowed.get(name, {name.partition("-")[0]}), name
    assert secrets("people") == secrets("worker") == {"people.toml"}
    assert secrets("sandbox") == {"sandbox.toml"}
    assert all(set(secret) == {"file"} for secret in FILE["secrets"].values())
    assert {secret["file"].rpartition("/")[0] for secret in FILE["secrets"].values()} == {"./secrets"}
    assert set(FILE["secrets"]) == set().union(*map(secrets, SERVICES))


def test_a_folder_of_one_side_is_mounted_by_that_side_alone() -> None:
    for side, other in (("people", "sandbox"), ("sandbox", "people")):
        mounted = {
            name for name, service in SERVICES.items() if any(f"{side}-data" in v for v in service.get("volumes", []))
        }
        assert "check" in mounted
        assert not {name for name in mounted if name.startswith(other)}


def test_nobody_is_more_than_they_need_to_be() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service
    users = {name: SERVICES[name]["user"] for name in OURS - {"check"}}
    assert {user for name, user in users.items() if "sandbox" in name} == {"6002:6002"}
    assert {user for name, user in users.items() if "sandbox" not in name} == {"6001:6001"}
    assert {name for name in OURS if "cap_add" in SERVICES[name]} == {"check"}


def test_every_file_that_it_names_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            if volume.startswith("./") and "secrets" not in volume:
                assert (SHIPPED / volume.partition(":")[0]).is_file(), volume


def test_nginx_is_given_every_shipped_file() -> None:
    given = {volume.partition(":")[0] for volume in SERVICES["nginx"]["volumes"] if "/nginx/" in volume}
    given |= {f"./nginx/learning-center/{Path(one['target']).name}" for one in SERVICES["nginx"]["configs"]}
    assert {SHIPPED / name for name in given} == set((SHIPPED / "nginx").rglob("*.conf"))


def test_the_image_holds_folders_that_exist_and_is_built_without_anybodys_data() -> None:
    lines = (SHIPPED / "Containerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]]
    assert {"bin", "content", "portal", "templates"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    ignored = (SHIPPED / "Containerfile.dockerignore").read_text().split()
    assert {".git", "var", "deploy/secrets"} <= set(ignored)
    assert lines[-2].startswith("USER 6001")
