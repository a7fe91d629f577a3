"""The only place that runs the whole check: every line, in the order a reader asks."""

import time
from collections.abc import Mapping

from portal.people.database import Database as PeopleDatabase
from portal.people.privacy.models import PeopleCanary
from portal.people.privacy.separation import keep_check
from portal.people.settings import Settings as PeopleSettings
from portal.people.settings import load_settings as load_people
from portal.sandbox.settings import Settings as SandboxSettings
from portal.sandbox.settings import load_settings as load_sandbox
from portal.sandbox.web import SandboxCanary
from portal.separation import holdings, process, values
from portal.separation.canaries import canaries
from portal.separation.imports import imports
from portal.separation.report import Line, Report
from portal.shared import clock
from portal.shared.canaries import list_canaries
from portal.shared.database import Database
from portal.shared.environment import ROOT


def check(environ: Mapping[str, str]) -> Report:
    """Look at both sides, keep the result on the people side, and return it.

    Both databases are opened to read only; the one row that keeps the result is written after they are closed.
    """
    people, sandbox = load_people(environ), load_sandbox(environ)
    began = time.perf_counter()
    lines = (
        holdings.keys(people, sandbox),
        holdings.cookies(people, sandbox),
        holdings.databases(people, sandbox),
        holdings.folders(people, sandbox),
        process.running(people, sandbox),
        process.reach(people, sandbox, environ),
        imports(ROOT),
        *_stored(people, sandbox),
    )
    report = Report(lines=lines, checked_at=clock.now(), seconds=round(time.perf_counter() - began, 2))
    _keep(people, report)
    return report


def _stored(people: PeopleSettings, sandbox: SandboxSettings) -> tuple[Line, ...]:
    # Not the sandbox's own Database, which shows a session one drive at a time: the check reads them all.
    people_database, sandbox_database = (
        Database(url, synchronous="FULL") for url in (people.database_url, sandbox.database_url)
    )
    with people_database.reading() as people_db, sandbox_database.reading() as sandbox_db:
        planted = list_canaries(people_db, PeopleCanary), list_canaries(sandbox_db, SandboxCanary)
    people_found = values.read_all(people_database.reader, canaries=planted[1])
    # A proof says that what it stands for is reserved. Where people hold anything reserved, that is not enough to know
    # that they do not hold the same.
    sandbox_found = values.read_all(
        sandbox_database.reader,
        canaries=planted[0],
        trusts_proofs=not any(found.is_reserved for found in people_found.found),
    )
    people_database.close()
    sandbox_database.close()
    return (
        values.sandbox_values(sandbox_found),
        values.people_values(people_found),
        values.crossings(people_found, sandbox_found),
        canaries(
            people=planted[0],
            sandbox=planted[1],
            people_folder=people.folder,
            sandbox_folder=sandbox.folder,
            rows=(*people_found.canaries, *sandbox_found.canaries),
        ),
    )


def _keep(people: PeopleSettings, report: Report) -> None:
    database = PeopleDatabase(people.database_url)
    with database.transaction() as db:
        keep_check(
            db,
            lines=report.as_dict()["lines"],
            seconds=report.seconds,
            is_held=report.is_held,
            now=report.checked_at,
        )
    database.close()
