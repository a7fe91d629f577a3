"""Settings: two sets, two parsers, and no start where one would be unsafe."""

from pathlib import Path

import pytest

from portal.people import settings as people
from portal.sandbox import settings as sandbox
from portal.shared.environment import SettingsError

SAFE = {
    "PEOPLE_URL": "https://learn.people.customerhub.net",
    "PEOPLE_SECRET_KEYS": "k" * 32,
    "MAIL_URL": "smtp://localhost:2525",
}


def test_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    found = people.load_settings({"DATA": str(tmp_path)})
    assert (found.url, found.sandbox_url) == ("http://localhost:8000", "http://127.0.0.1:8001")
    assert (found.listen, found.port, found.proxies, found.mail_url) == ("127.0.0.1", 8000, 0, "outbox:")
    assert found.folder == tmp_path / "people"
    assert found.folder.stat().st_mode & 0o777 == 0o700
    practice = sandbox.load_settings({"DATA": str(tmp_path)})
    assert (practice.url, practice.learning_url) == ("http://127.0.0.1:8001", "http://localhost:8000")


def test_ports_give_the_default_addresses_theirs(tmp_path: Path) -> None:
    environ = {"DATA": str(tmp_path), "PORT": "8100", "SANDBOX_PORT": "8101"}
    assert people.load_settings(environ).sandbox_url == "http://127.0.0.1:8101"
    assert sandbox.load_settings(environ).learning_url == "http://localhost:8100"


def test_the_two_sides_make_themselves_different_keys_and_keep_them(tmp_path: Path) -> None:
    environ = {"DATA": str(tmp_path)}
    keys = [people.load_settings(environ).secret_keys, sandbox.load_settings(environ).secret_keys]
    assert keys[0] != keys[1]
    assert keys == [people.load_settings(environ).secret_keys, sandbox.load_settings(environ).secret_keys]
    assert (tmp_path / "people" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_outside_development_a_whole_set_of_settings_is_accepted(tmp_path: Path) -> None:
    found = people.load_settings(SAFE | {"DATA": str(tmp_path)})
    assert not found.is_development


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"PEOPLE_URL": "http://learn.people.customerhub.net"}, "PEOPLE_URL"),
        ({"MAIL_URL": "outbox:"}, "MAIL_URL"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"PEOPLE_SECRET_KEYS": ""}, "PEOPLE_SECRET_KEYS"),
        ({"PEOPLE_SECRET_KEYS": "short"}, "PEOPLE_SECRET_KEYS"),
        ({"PORT": "eighty"}, "PORT"),
        ({"PROXIES": "-1"}, "PROXIES"),
        ({"MEDIA_URL": "ftp://somewhere"}, "MEDIA_URL"),
        ({"PEOPLE_CONFIG": "/nowhere/people.toml"}, "people.toml"),
    ],
)
def test_an_unsafe_start_is_refused_by_the_name_of_the_setting(
    tmp_path: Path, change: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        people.load_settings(SAFE | {"DATA": str(tmp_path)} | change)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SANDBOX_URL": "http://practice.people.customerhub.net"}, "SANDBOX_URL"),
        ({"SANDBOX_URL": "https://practice.people.customerhub.net"}, "SANDBOX_SECRET_KEYS"),
        ({"SANDBOX_URL": "http://localhost:8001"}, "share a host name"),
    ],
)
def test_the_sandbox_refuses_an_unsafe_start_too(tmp_path: Path, change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        sandbox.load_settings({"DATA": str(tmp_path)} | change)


@pytest.mark.parametrize("url", ["valkey://127.0.0.1", "valkey://counts:p%40ss@valkey:6380/2"])
def test_a_server_may_count_for_each_side(tmp_path: Path, url: str) -> None:
    environ = {"DATA": str(tmp_path), "LIMITS_URL": url}
    assert people.load_settings(environ).limits_url == url
    assert sandbox.load_settings(environ).limits_url == ""
    assert sandbox.load_settings({"DATA": str(tmp_path), "SANDBOX_LIMITS_URL": url}).limits_url == url


@pytest.mark.parametrize(
    "url", ["redis://h/0", "valkey:", "valkey://", "h:6379", "valkey://:secret@", "valkey://h:no/0", "valkey://h:70000"]
)
def test_a_server_that_cannot_count_is_refused_without_repeating_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"^LIMITS_URL .*valkey://host:6379/0") as refusal:
        people.load_settings({"DATA": str(tmp_path), "LIMITS_URL": url})
    assert "secret" not in str(refusal.value)
    with pytest.raises(SettingsError, match=r"^SANDBOX_LIMITS_URL "):
        sandbox.load_settings({"DATA": str(tmp_path), "SANDBOX_LIMITS_URL": url})


def test_a_file_of_settings_stands_behind_the_environment_and_knows_only_its_own_names(tmp_path: Path) -> None:
    config = tmp_path / "people.toml"
    config.write_text('PORT = 8100\nMAIL_URL = "smtp://localhost:2525"\n')
    environ = {"DATA": str(tmp_path), "PEOPLE_CONFIG": str(config), "PORT": "8200"}
    found = people.load_settings(environ)
    assert (found.port, found.mail_url) == (8200, "smtp://localhost:2525")
    config.write_text("SANDBOX_SECRET_KEYS = 'x'\n")
    with pytest.raises(SettingsError, match="SANDBOX_SECRET_KEYS"):
        people.load_settings(environ)


def test_the_two_parsers_share_no_setting_but_places_and_addresses() -> None:
    shared = set(people.NAMES) & set(sandbox.NAMES)
    assert shared == {"DATA", "LISTEN", "PORT", "SANDBOX_PORT", "PROXIES", "METRICS_TOKEN", "SANDBOX_URL"}
