"""A serving role owns nothing and does with each table what the table says; any other is refused at the start."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from portal.people.app import Base as PeopleBase
from portal.people.settings import Settings as PeopleSettings
from portal.sandbox.app import Base as SandboxBase
from portal.shared.database import MAY, Database
from portal.shared.environment import SettingsError
from portal.shared.postgres import EVERYTHING
from tests.postgres.conftest import shell
from tests.support import engines
from tests.support.engines import Engine
from tests.support.running import Running
from tests.support.sides import people_app, sandbox_app

pytestmark = pytest.mark.postgres

SIDES = {"people": (people_app, PeopleBase), "sandbox": (sandbox_app, SandboxBase)}
ACTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.mark.parametrize("side", SIDES)
def test_the_server_may_do_with_each_table_what_the_table_says(engine: Engine, tmp_path: Path, side: str) -> None:
    make, base = SIDES[side]
    settings = make(tmp_path).extensions["settings"]
    with shell(settings.database_url) as server:
        for table in base.metadata.sorted_tables:
            wanted = set(table.info.get(MAY, EVERYTHING).split(", "))
            may = {act for act in ACTS if allows(server, table.name, act)}
            assert may == wanted, table.name
        assert {act for act in ACTS if allows(server, "alembic_version", act)} == {"SELECT"}


def test_what_is_kept_as_evidence_is_never_changed_by_the_server() -> None:
    kept = {table.name: table.info.get(MAY) for table in PeopleBase.metadata.sorted_tables if MAY in table.info}
    assert kept.items() >= {
        ("consent_records", "SELECT, INSERT"),
        ("suppressions", "SELECT, INSERT"),
        ("notices", "SELECT, INSERT"),
        ("publications", "SELECT, INSERT"),
    }


def test_a_sound_role_may_serve(engine: Engine, tmp_path: Path) -> None:
    settings: PeopleSettings = people_app(tmp_path).extensions["settings"]
    with closing(Database(settings.database_url, synchronous="FULL")) as database:
        database.require_safe_role(setting="PEOPLE_DATABASE_URL")


@pytest.fixture
def almighty(engine: Engine, tmp_path: Path) -> Iterator[tuple[str, PeopleSettings]]:
    """A role made for one test, in a rolled-back world of its own: the address that leads to it."""
    settings: PeopleSettings = people_app(tmp_path).extensions["settings"]
    yield make_url(settings.database_url).set(username="almighty").render_as_string(hide_password=False), settings
    with engines.current().raw(settings.database_url) as connection:
        connection.execute(text("DROP OWNED BY almighty"))
        connection.execute(text("DROP ROLE almighty"))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ("CREATE ROLE almighty LOGIN SUPERUSER", "is a superuser"),
        ("CREATE ROLE almighty LOGIN BYPASSRLS", "bypasses row-level security"),
        ("CREATE ROLE almighty LOGIN IN ROLE people_owner", "may act as their owner"),
        ("CREATE ROLE almighty LOGIN; GRANT CREATE ON SCHEMA public TO almighty", "may create tables"),
        ("CREATE ROLE almighty LOGIN; GRANT people_owner TO almighty", "may act as their owner"),
    ],
)
def test_a_role_that_nothing_binds_may_not_serve(almighty: tuple[str, PeopleSettings], made: str, why: str) -> None:
    url, settings = almighty
    with engines.current().raw(settings.database_url) as connection:
        connection.execute(text(made))
    with closing(Database(url, synchronous="FULL")) as database, pytest.raises(SettingsError, match=why) as refusal:
        database.require_safe_role(setting="PEOPLE_DATABASE_URL")
    assert "PEOPLE_OWNER_URL" in str(refusal.value)


def test_the_processes_refuse_to_start_as_owner_and_say_what_to_set(engine: Engine, tmp_path: Path) -> None:
    site = Running(tmp_path / "data")
    for side in ("people", "sandbox"):
        settings = engine.empty(side)
        site.environment |= settings
        assert site.portal(side, "migrate").returncode == 0
        site.environment[f"{side.upper()}_DATABASE_URL"] = settings[f"{side.upper()}_OWNER_URL"]
    for words in (("people", "serve"), ("sandbox", "serve"), ("worker",)):
        done = site.portal(*words)
        assert done.returncode == 2, words
        assert "owns tables" in done.stderr
        assert "_OWNER_URL" in done.stderr
        assert "Traceback" not in done.stderr


def test_neither_side_can_enter_the_database_of_the_other(engine: Engine) -> None:
    urls = {}
    for side in SIDES:
        settings = engine.empty(side)
        owner, urls[side] = settings[f"{side.upper()}_OWNER_URL"], settings[f"{side.upper()}_DATABASE_URL"]
        engines.migrate(side, owner, url=urls[side])
    for side, other in (("people", "sandbox"), ("sandbox", "people")):
        with shell(urls[side]) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        there = make_url(urls[side]).set(database=make_url(urls[other]).database)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            shell(there.render_as_string(hide_password=False))


def allows(connection: psycopg.Connection[tuple[object, ...]], table: str, act: str) -> bool:
    found = connection.execute("select has_table_privilege(%s, %s)", [table, act]).fetchone()
    return bool(found and found[0])
