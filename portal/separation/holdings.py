"""Lines on what each side holds: keys, cookies, databases, folders. None of them may be shared."""

import os
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, NullPool, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from portal.people.app import create_app as create_people
from portal.people.settings import Settings as PeopleSettings
from portal.sandbox.app import create_app as create_sandbox
from portal.sandbox.settings import Settings as SandboxSettings
from portal.separation.report import Line


def keys(people: PeopleSettings, sandbox: SandboxSettings) -> Line:
    """No secret key serves both sides."""
    shared = set(people.secret_keys) & set(sandbox.secret_keys)
    return Line(
        name="keys",
        title="The two sides share no secret key",
        claim="A key signs what a side trusts. With a key in common, one side could forge the other’s sessions.",
        examined={"keys of the people side": len(people.secret_keys), "keys of the sandbox": len(sandbox.secret_keys)},
        faults=tuple(f"{len(shared)} keys are held by both" for _ in shared)[:1],
    )


def cookies(people: PeopleSettings, sandbox: SandboxSettings) -> Line:
    """No cookie name is set by both sides, and no host name is shared, since cookies ignore ports."""
    names = [app.config["SESSION_COOKIE_NAME"] for app in (create_people(people), create_sandbox(sandbox))]
    faults = []
    if names[0] == names[1]:
        faults.append(f"both sides set a cookie named {names[0]}")
    if _host(people.url) == _host(sandbox.url):
        faults.append("both sides answer on one host name, so they share cookies")
    return Line(
        name="cookies",
        title="A cookie of one side means nothing to the other",
        claim="The two sides answer on two host names and set cookies of different names.",
        examined={"cookie names": len(names), "host names": 2},
        faults=tuple(faults),
    )


def databases(people: PeopleSettings, sandbox: SandboxSettings) -> Line:
    """The two databases are two, under any name they may be reached by."""
    urls = [make_url(url) for url in (people.database_url, sandbox.database_url)]
    places = [_place(url.database or "", str(url.host), url.drivername) for url in urls]
    faults = []
    if places[0] == places[1]:
        faults.append("both sides open the same database")
    if urls[0].username and urls[0].username == urls[1].username:
        faults.append(f"both sides use the database role {urls[0].username}")
    examined = {"databases": len(places)}
    if all(url.drivername.startswith("postgresql") for url in urls):
        examined["tries to enter the other one, all refused"] = 2
        for (name, role), (other, door) in permutations(zip(("people side", "sandbox"), urls, strict=True)):
            if _opens(role.set(host=door.host, port=door.port, database=door.database, query=door.query)):
                faults.append(f"the role of the {name} enters the database of the {other}")
    counters = [urlsplit(url) for url in (people.limits_url, sandbox.limits_url) if url]
    if len(counters) == 2 and len({(url.hostname, url.port or _VALKEY_PORT) for url in counters}) == 1:
        faults.append("both sides count their limits on the same server")
    return Line(
        name="databases",
        title="Each side has a database of its own",
        claim="Two databases, however they are reached, no role that opens both, and no server that counts for both.",
        examined=examined,
        faults=tuple(faults),
    )


def folders(people: PeopleSettings, sandbox: SandboxSettings) -> Line:
    """No file is in both folders, by a link either, and nobody but the owner may enter them."""
    inside = {folder: dict(_files(folder)) for folder in (people.folder, sandbox.folder)}
    faults = [
        f"the folder of the {name} is open to others" for name, folder in _named(people, sandbox) if _is_open(folder)
    ]
    shared = set(inside[people.folder]) & set(inside[sandbox.folder])
    faults += [f"{inside[sandbox.folder][identity]} lies in both folders" for identity in shared]
    faults += [
        f"{path} leads out of its folder"
        for folder, files in inside.items()
        for path in files.values()
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())
    ]
    if people.folder.resolve() == sandbox.folder.resolve():
        faults.append("both sides use the same folder")
    return Line(
        name="folders",
        title="Each side keeps its files to itself",
        claim="No file lies in both folders, by a link either, and only their owner may enter.",
        examined={
            "files of the people side": len(inside[people.folder]),
            "files of the sandbox": len(inside[sandbox.folder]),
        },
        faults=tuple(faults),
    )


_VALKEY_PORT = 6379


def _host(url: str) -> str:
    return str(make_url(url).host)


def _opens(url: URL) -> bool:
    """Whether the database at `url` lets its role in; a server that cannot be reached lets nobody in."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except OperationalError:
        return False
    return True


def _place(database: str, host: str, driver: str) -> tuple[str, ...]:
    if driver.startswith("sqlite"):
        return (os.path.realpath(database),)
    return (host, database)


def _named(people: PeopleSettings, sandbox: SandboxSettings) -> tuple[tuple[str, Path], tuple[str, Path]]:
    return ("people side", people.folder), ("sandbox", sandbox.folder)


def _is_open(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o077)


def _files(folder: Path) -> Iterator[tuple[tuple[int, int], Path]]:
    """Every file below `folder` by device and inode, which a hard link cannot hide."""
    for path in folder.rglob("*"):
        if path.is_symlink() or path.is_file():
            found = path.stat() if path.exists() else path.lstat()
            yield (found.st_dev, found.st_ino), path
