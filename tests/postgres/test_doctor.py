"""`bin/portal doctor` on PostgreSQL: an unsafe role, an older schema, a server that is away."""

import json
from typing import Any

import pytest

from tests.support.engines import Engine
from tests.support.mail_server import free_port
from tests.support.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Running:
    """Set up and never run; each test leaves it as it was."""
    site = Running(tmp_path_factory.mktemp("doctor") / "data")
    assert site.portal("migrate").returncode == 0
    assert site.portal("seed").returncode == 0
    return site


def broken(site: Running, **settings: str) -> list[dict[str, Any]]:
    done = site.portal("doctor", "--json", **settings)
    assert "Traceback" not in done.stderr
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["sound"] else 1)
    return [finding for finding in found["findings"] if finding["state"] == "broken"]


def test_what_serves_by_roles_that_own_nothing_is_sound(site: Running) -> None:
    assert broken(site) == []


def test_an_owner_that_serves_is_named_with_what_to_do(site: Running) -> None:
    (fault,) = broken(site, SANDBOX_DATABASE_URL=site.environment["SANDBOX_OWNER_URL"])
    assert (fault["side"], fault["name"]) == ("sandbox", "role")
    assert "owns tables" in fault["words"]
    assert "SANDBOX_OWNER_URL" in fault["words"]


def test_an_older_schema_asks_for_a_migration(site: Running, engine: Engine) -> None:
    with engine.raw(site.environment["PEOPLE_OWNER_URL"]) as connection:
        newest = connection.exec_driver_sql("select version_num from alembic_version").scalar_one()
        connection.exec_driver_sql("update alembic_version set version_num = '0001'")
    (fault,) = broken(site)
    with engine.raw(site.environment["PEOPLE_OWNER_URL"]) as connection:
        connection.exec_driver_sql(f"update alembic_version set version_num = '{newest}'")
    assert fault["words"] == f"The database is at revision 0001; this code needs {newest}."
    assert "bin/portal migrate" in fault["advice"]


def test_a_server_that_is_away_is_said(site: Running) -> None:
    (fault,) = broken(site, PEOPLE_DATABASE_URL=f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/people")
    assert (fault["side"], fault["name"]) == ("people", "database")
    assert "Connection refused" in fault["words"]
    assert fault["advice"] == "Check PEOPLE_DATABASE_URL and its server."
