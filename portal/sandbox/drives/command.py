"""The only place for what an operator does with drives: starting one, ending those that are over, and proving it."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from sqlalchemy import func, select

from portal.sandbox.database import Base, Database, DriveRow, bind
from portal.sandbox.drives.choice import find_scenario, list_scenarios
from portal.sandbox.drives.drive import delete_drive, list_over, start_drive
from portal.sandbox.drives.models import StartedDrive
from portal.sandbox.drives.sweep import AT_A_TIME
from portal.sandbox.settings import Settings
from portal.shared import clock


class UnknownScenario(LookupError):
    """There is no scenario of that name; the words say which there are."""


class UnknownDrive(LookupError):
    """There is no drive of that id."""


def create_drive(settings: Settings, *, slug: str | None) -> dict[str, Any]:
    """Start a drive, of the smallest scenario where none is named: its id, and the private link that opens it.

    Raises UnknownScenario.
    """
    with closing(Database(settings.database_url)) as database, database.transaction() as db:
        found = [scenario for scenario in list_scenarios(db) if scenario.is_ready]
        scenario = find_scenario(db, slug) if slug else next(iter(found), None)
        if scenario is None:
            known = ", ".join(one.slug for one in found)
            raise UnknownScenario(f"Scenarios that there are: {known}." if known else "Run first: bin/portal seed")
        started = start_drive(db, scenario_id=scenario.id, now=clock.now())
    return {
        "drive": started.public_id,
        "scenario": scenario.slug,
        "link": f"{settings.url}/resume/{started.token}",
    }


def expire_drives(settings: Settings, *, public_id: str | None) -> dict[str, Any]:
    """Delete what is over, or one drive at once, and look for what is left of it in every table.

    What the answer says was `removed` was counted before, table by table; what is `left`, afterwards, on transactions
    of their own. On PostgreSQL both are counted as the role that serves, bound to each drive in turn: a row of a drive
    that it cannot see in this way does not exist for the sandbox. Raises UnknownDrive.
    """
    with closing(Database(settings.database_url)) as database:
        return _expire(database, public_id)


def in_words(report: Mapping[str, Any]) -> str:
    """The report line by line: what was removed from where, and what is left there."""
    drives, checkpoints = report["drives"], report["checkpoints"]
    lines = [f"{drives} {'drive' if drives == 1 else 'drives'} ended, with {checkpoints} checkpoints."]
    for table, count in report["removed"].items():
        lines.append(f"{table:18} {count:8,} removed {report['left'].get(table, 0):8,} left")
    if drives:
        lines.append("Rows are left." if any(report["left"].values()) else "Nothing is left of them in any table.")
    return "\n".join(lines)


def _expire(database: Database, public_id: str | None) -> dict[str, Any]:
    removed: dict[str, int] = {}
    ended: dict[int, str] = {}
    drives = 0
    while few := _over(database, public_id, known=ended):
        drives += len(few)
        with database.transaction() as db:
            for drive_id in few:
                family = {drive_id, *db.scalars(select(StartedDrive.id).where(StartedDrive.came_from == drive_id))}
                names = db.execute(select(StartedDrive.id, StartedDrive.public_id).where(StartedDrive.id.in_(family)))
                ended |= {found.id: found.public_id for found in names}
                for one in family:
                    _add(removed, _rows(db, one))
                delete_drive(db, drive_id)
        if public_id:
            break
    left: dict[str, int] = {}
    for drive_id, name in ended.items():
        _add(left, _left(database, drive_id, name))
    return {
        "drives": drives,
        "checkpoints": len(ended) - drives,
        "ended": sorted(ended.values()),
        "removed": removed,
        "left": left,
    }


def _over(database: Database, public_id: str | None, *, known: Mapping[int, str]) -> list[int]:
    """The numbers of drives to end, a few at a time."""
    with database.reading() as db:
        if public_id is None:
            return [one for one in list_over(db, now=clock.now(), most=AT_A_TIME) if one not in known]
        wanted = StartedDrive.public_id == public_id, StartedDrive.frozen_at.is_(None)
        found = db.scalar(select(StartedDrive.id).where(*wanted))
    if found is None:
        raise UnknownDrive(f"There is no test drive {public_id}. Its id stands after “drive-” in its cookie's name.")
    return [found]


def _left(database: Database, drive_id: int, public_id: str) -> dict[str, int]:
    with database.reading() as db:
        now_called = db.scalar(select(StartedDrive.public_id).where(StartedDrive.id == drive_id))
        if now_called not in (None, public_id):  # SQLite gave its number to a drive that began just now
            return {}
        return _rows(db, drive_id)


def _rows(db: Any, drive_id: int) -> dict[str, int]:
    """How many rows there are of a drive, in every table that has any of drives."""
    bind(db, drive_id)
    found = {"drives": db.scalar(select(func.count()).where(StartedDrive.id == drive_id)) or 0}
    for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.local_table)):
        if issubclass(mapper.class_, DriveRow):
            found[str(mapper.local_table)] = _count(db, mapper.local_table, drive_id)
    return found


def _count(db: Any, table: Any, drive_id: int) -> int:
    """How many rows a table has of the drive, in whatever layer."""
    of_drive = select(func.count()).select_from(table).where(table.c.drive_id == drive_id)
    counted: int = db.connection().scalar(of_drive.where(table.c.layer >= 0) if "layer" in table.c else of_drive)
    return counted


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        total[name] = total.get(name, 0) + count
